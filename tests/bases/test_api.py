import pytest

from tests.factories import (
    day,
    make_base,
    make_base_name,
    make_organisation,
    make_presence,
    make_report,
)

pytestmark = pytest.mark.django_db


def found(client, query, endpoint="bases", field="slug"):
    answer = client.get(f"/api/v1/{endpoint}/?{query}")
    return [row[field] for row in answer.json()["results"]]


def test_base_carries_names_place_parent_and_report(client):
    report = make_report("r-1")
    omar = make_base("al-omar")
    green = make_base(
        "green-village",
        parent=omar,
        report=report,
        latitude="35.12345",
        longitude="40.5",
        coordinate_precision="town",
        in_use_from="2017",
    )
    make_base_name(green, "القرية الخضراء", language="ar", report=report, doubtful=True)

    base = client.get("/api/v1/bases/green-village/").json()

    assert base.pop("report")["key"] == "r-1"
    assert base == {
        "slug": "green-village",
        "name": "Green-Village",
        "name_ar": None,
        "names": [{"name": "القرية الخضراء", "language": "ar", "doubtful": True, "report": "r-1"}],
        "kind": "base",
        "country": "SY",
        "country_name": "Syria",
        "governorate": None,
        "near": None,
        "latitude": 35.12345,
        "longitude": 40.5,
        "coordinate_precision": "town",
        "parent": "al-omar",
        "in_use_from": "2017",
        "in_use_until": None,
        "notes": None,
    }


def test_base_without_coordinates_is_listed_with_null(client):
    make_base("somewhere")

    (base,) = client.get("/api/v1/bases/").json()["results"]

    assert (base["latitude"], base["longitude"]) == (None, None)
    assert base["coordinate_precision"] == "unknown"


def test_bases_by_country_kind_and_any_spelling(client):
    tanf = make_base("al-tanf", kind="garrison")
    make_base_name(tanf, "التنف")
    make_base("ain-al-asad", kind="airbase", country="IQ")

    assert found(client, "country=IQ") == ["ain-al-asad"]
    assert found(client, "kind=garrison&kind=outpost") == ["al-tanf"]
    assert found(client, "search=At Tanf") == ["al-tanf"]
    assert found(client, "search=تنف") == ["al-tanf"]
    assert found(client, "search=AL-ASAD") == ["ain-al-asad"]


def test_force_presence_says_what_is_not_stated_with_null(client):
    make_presence("us-sy", force_text="US forces", troops=None, mission="Counter-ISIS")

    assert client.get("/api/v1/force-presence/us-sy/").json() == {
        "key": "us-sy",
        "force": None,
        "force_text": "US forces",
        "country": "SY",
        "base": None,
        "troops": None,
        "quantifier": None,
        "as_of": None,
        "as_of_basis": None,
        "mission": "Counter-ISIS",
        "report": None,
    }


def test_force_presence_by_country_and_base(client):
    make_presence("in-syria", force=make_organisation("army"), as_of=day("2024-08-10"))
    make_presence("at-tanf", base=make_base("al-tanf"))
    make_presence("in-iraq", country="IQ")

    def keys(query):
        return found(client, query, "force-presence", "key")

    assert keys("country=SY") == ["in-syria", "at-tanf"]
    assert keys("country=IQ") == ["in-iraq"]
    assert keys("base=al-tanf") == ["at-tanf"]


def test_bases_take_three_queries(client, django_assert_num_queries):
    for number in range(3):
        report = make_report(publisher=make_organisation())
        base = make_base(f"base-{number}", parent=make_base(f"whole-{number}"), report=report)
        make_base_name(base, "One", report=report)
        make_base_name(base, "Two", report=report)

    # The revision. Bases with parent, report and its publisher; their names with the reports.
    with django_assert_num_queries(3):
        client.get("/api/v1/bases/")
    with django_assert_num_queries(3):
        client.get("/api/v1/bases/base-1/")


def test_force_presence_takes_two_queries(client, django_assert_num_queries):
    for number in range(3):
        report = make_report(publisher=make_organisation())
        force = make_organisation()
        make_presence(f"p-{number}", base=make_base(), force=force, report=report)

    # The revision. Presences with force, base, report and its publisher.
    with django_assert_num_queries(2):
        client.get("/api/v1/force-presence/")
    with django_assert_num_queries(2):
        client.get("/api/v1/force-presence/p-1/")
