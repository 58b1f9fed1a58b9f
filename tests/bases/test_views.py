import re

import pytest

from tests.factories import (
    make_base,
    make_base_name,
    make_incident,
    make_organisation,
    make_presence,
    make_report,
    make_tally,
)

pytestmark = pytest.mark.django_db


def text_of(response):
    """What a reader sees: no tags, single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def test_bases_shows_our_count_beside_the_published_one(client):
    conoco = make_base("conoco", name="Conoco", name_ar="كونيكو", governorate="Deir ez-Zor")
    make_base(name="Hemo")
    make_base(name="Harir", country="IQ")
    make_tally(make_organisation("sohr"), [(conoco, 40)])
    make_incident(conoco, attack_count=2)

    response = client.get("/bases/")
    text = text_of(response)

    assert "Conoco كونيكو Deir ez-Zor base 2 40" in text
    assert "Hemo not known base 0 not listed" in text
    assert "Harir not known base 0 not covered" in text
    assert '<bdi class="alt" lang="ar" dir="rtl">كونيكو</bdi>' in response.content.decode()


def test_bases_without_a_tally(client):
    make_base(name="Hemo")

    assert "not listed" not in text_of(client.get("/bases/"))


def test_no_bases(client):
    assert "No base is on record yet." in text_of(client.get("/bases/"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({}, "no coordinates known", id="none"),
        pytest.param(
            {"latitude": "36.05", "longitude": "40.70", "coordinate_precision": "town"},
            "36.05, 40.7 (precise to the town: not the point of the base)",
            id="town",
        ),
        pytest.param(
            {"latitude": "35.10", "longitude": "40.55", "coordinate_precision": "district"},
            "35.1, 40.55 (precise to the district: not the point of the base)",
            id="district",
        ),
        pytest.param(
            {"latitude": "30", "longitude": "40", "coordinate_precision": "exact"},
            "30, 40 (exact)",
            id="exact",
        ),
        pytest.param(
            {"latitude": "30", "longitude": "40"}, "(how precise is not known)", id="unknown"
        ),
    ],
)
def test_base_says_how_precise_its_coordinates_are(client, fields, words):
    base = make_base(**fields)

    assert words in text_of(client.get(base.get_absolute_url()))


def test_base_shows_names_numbers_and_incidents(client):
    parent = make_base(name="Al-Omar")
    base = make_base(name="Green Village", parent=parent)
    report = make_report(title="Where it was read")
    make_base_name(base, "القرية الخضراء", language="ar", report=report)
    make_base_name(base, "Another place", doubtful=True)
    make_tally(make_organisation(name="A Counter", kind="monitor"), [(base, 7)])
    make_incident(base, attack_count=2)
    make_presence(base=base, troops=None, force_text="Some force")

    response = client.get(base.get_absolute_url())
    text = text_of(response)

    assert "Lies inside Al-Omar" in text
    assert '<bdi lang="ar">القرية الخضراء</bdi>' in response.content.decode()
    assert "Arabic" in text
    assert "Where it was read" in text
    assert "Another place doubtful" in text
    assert "A Counter 1 February 2024 7" in text
    assert "2 attacks on our record" in text
    assert "not stated , Some force" in text
    assert "This record was last changed on" in text
    assert "Green Village" in text_of(client.get(parent.get_absolute_url()))


def test_base_with_nothing_known(client):
    text = text_of(client.get(make_base().get_absolute_url()))

    assert "That is not the same as zero attacks." in text
    assert "In use not known" in text


def test_base_shows_no_draft(client):
    base = make_base()
    make_incident(base, status="draft", summary="a draft")

    text = text_of(client.get(base.get_absolute_url()))

    assert "No published incident at this base is on record." in text
    assert "0 attacks on our record" in text


def test_base_that_is_not_there(client):
    assert client.get("/bases/nowhere/").status_code == 404


@pytest.mark.parametrize(
    ("path", "most"),
    [
        # revision; counts; tally; lines; bases; countries of the form
        pytest.param("/bases/", 7, id="bases"),
        # revision; base; names; parts; count; which incidents, these; all bases; tallies; lines;
        # presence; history; rules with their sites, and our count over time; its incidents;
        # weapons; claimants, nobody's, and their names; casualties
        pytest.param("/bases/conoco/", 20, id="base"),
    ],
)
def test_queries_do_not_grow_with_rows(client, django_assert_max_num_queries, path, most):
    base = make_base("conoco", parent=make_base(), report=make_report())
    sohr = make_organisation("sohr")
    for _ in range(4):
        make_base(parent=base)
        make_base_name(base, f"name {_}", report=make_report(publisher=make_organisation()))
        make_tally(sohr, [(base, 3), (make_base(), 4)])
        make_incident(base)
        make_presence(base=base, force=make_organisation(), report=make_report())

    with django_assert_max_num_queries(most):
        response = client.get(path)

    assert response.status_code == 200
