import pytest

from attacks.models import Incident
from tests.factories import (
    make_base,
    make_base_name,
    make_claim,
    make_incident,
    make_organisation,
    make_organisation_name,
    make_presence,
    make_report,
    make_tally,
)

pytestmark = pytest.mark.django_db


def slugs(client, query=""):
    return [row["slug"] for row in client.get(f"/api/v1/organisations/?{query}").json()["results"]]


def keys(client, query=""):
    return [row["key"] for row in client.get(f"/api/v1/reports/?{query}").json()["results"]]


def test_organisation_carries_names_parent_and_report(client):
    umbrella = make_organisation("iri", kind="umbrella")
    report = make_report("r-1", publisher=make_organisation("wire"), published="2024-02-01")
    group = make_organisation(
        "kh", kind="armed_group", country="IQ", parent=umbrella, report=report, name_ar="كتائب"
    )
    make_organisation_name(group, "The Brigades", language="en", report=report)

    assert client.get("/api/v1/organisations/kh/").json() == {
        "slug": "kh",
        "name": "Kh",
        "name_ar": "كتائب",
        "names": [{"name": "The Brigades", "language": "en", "report": "r-1"}],
        "kind": "armed_group",
        "country": "IQ",
        "url": None,
        "parent": "iri",
        "notes": None,
        "report": {
            "key": "r-1",
            "publisher": {"slug": "wire", "name": "Wire"},
            "url": "https://example.org/r-1",
            "title": None,
            "language": None,
            "published_earliest": "2024-02-01",
            "published_latest": "2024-02-01",
            "published_basis": None,
            "accessed_on": None,
            "note": None,
        },
    }


def test_organisations_by_kind_country_and_any_name(client):
    brigades = make_organisation("kh", kind="armed_group", country="IQ")
    make_organisation_name(brigades, "The Brigades")
    make_organisation("sohr", kind="monitor", country="GB", name_ar="المرصد")

    assert slugs(client, "kind=monitor&kind=state") == ["sohr"]
    assert slugs(client, "country=IQ") == ["kh"]
    assert slugs(client, "search=brigad") == ["kh"]
    assert slugs(client, "search=المرصد") == ["sohr"]


def cite_incident(report):
    make_incident(reports=[report])


def cite_claim(report):
    make_claim(make_incident(), report=report)


def cite_tally(report):
    make_tally(report=report)


def cite_base(report):
    make_base(report=report)


def cite_base_name(report):
    make_base_name(make_base(), "Another", report=report)


def cite_organisation(report):
    make_organisation(report=report)


def cite_organisation_name(report):
    make_organisation_name(make_organisation(), "Another", report=report)


def cite_presence(report):
    make_presence(report=report)


@pytest.mark.parametrize(
    "cite",
    [
        cite_incident,
        cite_claim,
        cite_tally,
        cite_base,
        cite_base_name,
        cite_organisation,
        cite_organisation_name,
        cite_presence,
    ],
)
def test_report_is_public_when_something_public_cites_it(client, cite):
    cite(make_report("cited"))

    assert "cited" in keys(client)
    assert client.get("/api/v1/reports/cited/").json()["key"] == "cited"


@pytest.mark.parametrize("status", [Incident.Status.DRAFT, Incident.Status.RETRACTED])
def test_report_of_an_unpublished_incident_stays_inside(client, status):
    incident = make_incident(status=status, reports=[make_report("cited")])
    make_claim(incident, report=make_report("claimed"))
    make_report("unused")

    assert keys(client) == []
    for key in ("cited", "claimed", "unused"):
        assert client.get(f"/api/v1/reports/{key}/").status_code == 404


def test_reports_by_publisher_window_and_text(client):
    wire = make_organisation("wire")
    early = make_report("early", publisher=wire, published="2024-01-05", title="Drone over Conoco")
    late = make_report("late", published="2024-03-05")
    undated = make_report("undated")
    make_incident(reports=[early, late, undated])

    assert keys(client, "publisher=wire") == ["early"]
    assert keys(client, "since=2024-02-01") == ["late", "undated"]
    assert keys(client, "until=2024-02-01") == ["early", "undated"]
    assert keys(client, "search=conoco") == ["early"]


def test_organisations_take_three_queries(client, django_assert_num_queries):
    for number in range(3):
        report = make_report(publisher=make_organisation(f"publisher-{number}"))
        group = make_organisation(
            f"group-{number}", parent=make_organisation(f"parent-{number}"), report=report
        )
        make_organisation_name(group, "One", report=report)
        make_organisation_name(group, "Two", report=report)

    # The revision. Organisations with parent, report, its publisher; their names with the reports.
    with django_assert_num_queries(3):
        client.get("/api/v1/organisations/")
    with django_assert_num_queries(3):
        client.get("/api/v1/organisations/group-1/")


def test_reports_take_two_queries(client, django_assert_num_queries):
    for number in range(3):
        make_incident(reports=[make_report(f"r-{number}", publisher=make_organisation())])

    # The revision. Reports with their publishers.
    with django_assert_num_queries(2):
        client.get("/api/v1/reports/")
    with django_assert_num_queries(2):
        client.get("/api/v1/reports/r-1/")
