"""What an organisation's page says of its claims, and of who blames it."""

import pytest
from django.http import QueryDict

from pages import over_time
from pages.organisation_charts import CHARTS
from tests.factories import (
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make_group("iri", name="The Group")


def asked(name, slug="iri"):
    return CHARTS[name](QueryDict(f"organisation={slug}"))


def values(chart):
    return {row[0]: row[2:] for row in chart.csv_rows}


@pytest.mark.parametrize(
    ("said", "described"),
    [
        pytest.param({}, False, id="nobody else"),
        pytest.param({"kind": "damage", "claimant_text": "Officials"}, True, id="damage"),
        pytest.param({"kind": "damage"}, False, id="somebody who is not named"),
        pytest.param(
            {"kind": "place", "stance": "denies", "claimant_text": "Officials"}, False, id="denial"
        ),
        pytest.param(
            {"kind": "no_claim", "claimant_text": "A paper"}, False, id="nobody has claimed it"
        ),
    ],
)
def test_a_claim_is_confirmed_where_somebody_else_says_how_it_went(group, said, described):
    incident = make_incident(attack_count=2)
    make_claim(incident, claimant=group)
    if said:
        make_claim(incident, **said)

    assert values(asked("organisation-confirmed")) == {
        "confirmed": (2, 2) if described else (0, 0),
        "alone": (0, 0) if described else (2, 2),
    }


def test_a_claim_of_another_group_confirms_nothing(group):
    incident = make_incident()
    make_claim(incident, claimant=group)
    make_claim(incident, kind="weapon", claimant=make_group())

    assert values(asked("organisation-confirmed"))["alone"] == (1, 1)


def test_claims_are_drawn_one_by_one_and_many_by_months(client, group, monkeypatch):
    for day, until in (("2024-01-30", None), ("2024-02-05", None), ("2024-03-30", "2024-04-02")):
        make_claim(make_incident(on=day, until=until), claimant=group)
    make_claim(make_incident(status="draft"), claimant=group)

    assert len(asked("organisation-claims").csv_rows) == 3
    monkeypatch.setattr(over_time, "MARKS", 1)

    january, february, *_march_or_april = asked("organisation-claims").table
    assert client.get(january[0].href).context["count"].certain == 1
    assert not [key for key in asked("organisation-claims").legend if "week" in str(key.label)]
    assert str(january[1].text) == str(february[1].text) == "1"


def test_who_blames_it_is_counted_by_incident(group):
    officials = make_organisation("dod", name="Officials")
    first, second = make_incident(), make_incident()
    for incident in (first, first, second):
        make_claim(incident, kind="attribution", claimant=officials, blamed=group)
    make_claim(second, kind="attribution", claimant_text="A passer-by", blamed=group)
    make_claim(second, kind="attribution", stance="denies", claimant=group, blamed=group)
    draft = make_incident(status="draft")
    make_claim(draft, kind="attribution", claimant=officials, blamed=group)

    rows = asked("organisation-blamed").csv_rows

    assert [(row[0], row[3]) for row in rows] == [("dod", 2), ("", 1)]


def test_publications_of_no_known_day_are_counted_apart(group):
    for published in ("2024-01-30", "2024-02-05", None):
        make_incident(reports=[make_report(publisher=group, published=published)])
    make_incident(status="draft", reports=[make_report(publisher=group)])

    chart = asked("organisation-publications")

    assert len(chart.csv_rows) == 2
    assert chart.note.endswith("not drawn: 1.")


@pytest.mark.parametrize("name", CHARTS)
def test_chart_of_nobody_is_refused(name):
    with pytest.raises(ValueError, match="No organisation"):
        asked(name, "nobody%00")


def test_page_marks_what_is_only_claimed(client, group):
    make_claim(make_incident(), claimant=group)

    assert "only claimed" in client.get("/organisations/iri/").content.decode()
