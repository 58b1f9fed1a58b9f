"""What an incident's page shows beside its fields."""

import json
import re

import pytest

from attacks.models import Claim
from pages.incident_parts import said_by_day
from pages.structured import as_script
from sources.revisions import revision
from tests.factories import make_base, make_claim, make_group, make_incident, make_report

pytestmark = pytest.mark.django_db


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def data_of(response):
    found = re.search(
        r'<script type="application/ld\+json">(.*?)</script>', response.content.decode(), re.DOTALL
    )
    return json.loads(found[1]) if found else None


def test_statements_of_a_day_stand_together_by_who_made_them():
    incident, group = make_incident(), make_group()
    make_claim(incident, kind="weapon", claimant=group, made_on="2024-01-16")
    make_claim(incident, kind="damage", claimant_text="SOHR", made_on="2024-01-16")
    make_claim(incident, kind="place", claimant=group, made_on="2024-01-16")
    make_claim(incident, kind="no_claim", made_on="2024-01-17")
    make_claim(incident, kind="context", made_on=None)
    make_claim(incident, kind="context", made_on=None)

    said = said_by_day(incident.claims.all())

    assert [(f"{on.day}", [len(voice.claims) for voice in on.voices]) for on in said] == [
        ("2024-01-16", [2, 1]),
        ("2024-01-17", [1]),
        ("None", [1, 1]),  # two who are not named need not be the same
    ]


def test_figures_stand_beside_those_of_the_record(client):
    incident = make_incident(injured_low=0, injured_high=8)
    make_claim(
        incident,
        kind="casualty",
        claimant_text="Pentagon",
        injured_low=8,
        injured_high=8,
        whose="US",
        made_on="2024-01-18",
    )

    text = text_of(client.get(incident.get_absolute_url()))

    assert "18 January 2024 Pentagon US not stated 8 On our record not known 0 to 8" in text


def test_changes_say_when_what_and_why(client):
    incident = make_incident(weapon="drone", killed_low=1)
    with revision("The Pentagon corrected it"):
        incident.weapon, incident.killed_low, incident.summary = "rocket", None, "Now known"
        incident.save()
        Claim.objects.create(incident=incident, kind="casualty")
    with revision("Asked the desk about it"):
        incident.internal_note = "a secret"
        incident.save()

    response = client.get(incident.get_absolute_url())
    changes = response.context["change_log"].changes

    assert [change.revision.reason for change in changes] == [
        "The Pentagon corrected it",
        "made by a test",
    ]
    assert changes[0].what == [
        "Weapon: was drone, now rocket.",
        "Killed, lowest figure: was 1, now not known.",
        "Summary: changed.",
        "1 statement added.",
    ]
    assert changes[1].what == ["Published."]
    assert "a secret" not in response.content.decode()


def test_changes_begin_when_readers_could_see_it(client):
    with revision("Only for editors"):
        incident = make_incident(status="draft", weapon="drone")
    with revision("Still for editors"):
        incident.weapon = "rocket"
        incident.save()
    with revision("Made public"):
        incident.status = "published"
        incident.save()

    [change] = client.get(incident.get_absolute_url()).context["change_log"].changes

    assert (change.revision.reason, change.what) == ("Made public", ["Published."])


@pytest.mark.parametrize("clock", ["known_on=2024-02-01", "recorded_at=2"])
def test_what_was_changed_since_is_not_told_by_an_earlier_clock(client, clock):
    incident = make_incident()
    with revision("A later finding"):
        incident.weapon = "rocket"
        incident.save()

    response = client.get(f"{incident.get_absolute_url()}?{clock}")

    assert response.status_code == 200
    assert "A later finding" not in response.content.decode()
    assert data_of(response) is None


def test_data_of_the_event_cannot_leave_its_element(client):
    nasty = "</script><script>alert(1)</script> & more"
    report = make_report(title=nasty, url="https://example.org/a?b=1&c=2", published="2024-01-16")
    incident = make_incident(make_base(name=nasty), until="2024-01-16", reports=[report])

    data = data_of(client.get(incident.get_absolute_url()))

    assert data["location"]["name"] == nasty
    assert (data["startDate"], data["endDate"]) == ("2024-01-15", "2024-01-16")
    assert data["subjectOf"][0]["url"] == "https://example.org/a?b=1&c=2"
    assert "organizer" not in data
    assert not set("<>&") & set(as_script(data))


@pytest.mark.parametrize(("precision", "has_point"), [("exact", True), ("town", False)])
def test_event_has_a_point_only_where_it_is_that_of_the_base(client, precision, has_point):
    base = make_base(latitude="35.3", longitude="40.3", coordinate_precision=precision)

    data = data_of(client.get(make_incident(base).get_absolute_url()))

    assert ("geo" in data["location"]) == has_point


def test_no_event_is_made_of_what_is_held_not_to_have_happened(client):
    assert data_of(client.get(make_incident(grade="discounted").get_absolute_url())) is None


def test_citation_names_the_revision_and_the_address(client):
    incident = make_incident(make_base(name="Conoco"))

    cited = client.get(f"/ar{incident.get_absolute_url()}").context["citation"]

    assert f"Incident {incident.public_id}: Attack on Conoco, 15 January 2024" in cited["plain"]
    assert f"http://testserver/incidents/{incident.public_id}/" in cited["plain"]
    [item] = json.loads(cited["csl_json"])
    assert item["URL"] in cited["bibtex"]


def test_corrections_are_asked_for_where_there_is_an_address(client, settings):
    incident = make_incident()
    assert "mailto:" not in client.get(incident.get_absolute_url()).content.decode()
    settings.CORRECTIONS_EMAIL = "desk@example.org"

    page = client.get(incident.get_absolute_url()).content.decode()

    assert f'href="mailto:desk@example.org?subject=Correction%20to%20{incident.public_id}' in page


def test_reports_lead_to_an_archived_copy(client):
    report = make_report(url="https://example.org/story", accessed_on="2024-08-10")
    kept = make_report(url="https://web.archive.org/web/2024/https://example.org/b")

    page = client.get(make_incident(reports=[report, kept]).get_absolute_url()).content.decode()

    assert 'href="https://web.archive.org/web/20240810/https://example.org/story"' in page
    assert page.count("Copy at the Internet Archive") == 1
