"""Incidents as entries of a feed."""

import pytest

from attacks.feeds import incident_entry
from attacks.models import Incident
from attacks.records import annotated, with_documents
from sources.revisions import revision
from tests.factories import make_base, make_claim, make_group, make_incident

pytestmark = pytest.mark.django_db


def entry(incident):
    [read] = with_documents(annotated(Incident.objects.filter(pk=incident.pk)))
    return incident_entry(read)


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        (
            {"on": "2024-08-09", "until": "2024-08-10", "weapon": "drone"},
            "9 to 10 August 2024: drone",
        ),
        (
            {"on": "2024-08-09", "weapon": "ballistic_missile"},
            "9 August 2024: ballistic missile",
        ),
        ({"on": "2024-08-09"}, "9 August 2024: weapon not known"),
    ],
)
def test_title_says_where_when_and_by_what(fields, title):
    assert entry(make_incident(make_base(name="Al-Omar"), **fields)).title == f"Al-Omar, {title}"


def test_entry_leads_to_the_page_and_is_filed_under_weapon_and_claim_status(client):
    incident = make_incident(weapon="rocket", summary="Rockets fell.")
    make_claim(incident, claimant=make_group())

    told = entry(incident)

    assert client.get(told.path).status_code == 200
    assert told.summary == "Rockets fell."
    assert told.categories == ("rocket", "claimed")


def test_summary_is_the_arabic_one_where_there_is_no_other():
    assert entry(make_incident(summary_ar="سقطت صواريخ")).summary == "سقطت صواريخ"


def test_entry_is_updated_by_all_that_changes_what_is_shown():
    base = make_base()
    incident = make_incident(base)
    with revision("renamed") as opened:
        base.name = "Omar"
        base.save()

    assert entry(incident).updated == opened.moment
    assert entry(incident).title.startswith("Omar, ")
