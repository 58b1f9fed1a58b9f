import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attacks.models import Incident, IncidentKey
from sources.models import Revision
from sources.revisions import revision
from tests.factories import (
    day,
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
)

pytestmark = pytest.mark.django_db

UNPUBLISHED = [Incident.Status.DRAFT, Incident.Status.RETRACTED]


def ids(client, query=""):
    rows = client.get(f"/api/v1/incidents/?{query}").json()["results"]
    return [row["public_id"] for row in rows]


def detail(client, incident):
    return client.get(f"/api/v1/incidents/{incident.public_id}/").json()


def test_incident_carries_its_facts_claims_and_reports(client):
    report = make_report("r-1", publisher=make_organisation("wire"), published="2024-08-12")
    base = make_base("al-tanf", latitude="33.5", longitude="38.6", coordinate_precision="exact")
    incident = make_incident(
        base,
        on="2024-08-09",
        until="2024-08-10",
        reports=[report],
        local_time=datetime.time(23, 30),
        local_time_text="night of 9 to 10",
        attack_count=2,
        weapon="drone",
        munitions=3,
        outcome="hit",
        injured_low=5,
        injured_high=8,
        grade="fair",
        summary="Two drones.",
    )
    with revision("made by a test"):
        IncidentKey.objects.create(incident=incident, system="csv", key="2024-08-09-1")
    group = make_group("kh")
    claim = make_claim(incident, claimant=group, made_on=day("2024-08-11"), report=report)

    last = Revision.objects.first()
    expected_report = {
        "key": "r-1",
        "publisher": {"slug": "wire", "name": "Wire"},
        "url": "https://example.org/r-1",
        "title": None,
        "language": None,
        "published_earliest": "2024-08-12",
        "published_latest": "2024-08-12",
        "published_basis": None,
        "accessed_on": None,
        "note": None,
    }
    expected_claim = {
        "id": claim.pk,
        "incident": incident.public_id,
        "claimant": {"slug": "kh", "name": "Kh"},
        "claimant_text": "Kh",
        "speaker": None,
        "kind": "responsibility",
        "stance": "affirms",
        "blamed": None,
        "blamed_text": None,
        "killed_low": None,
        "killed_high": None,
        "injured_low": None,
        "injured_high": None,
        "whose": None,
        "made_on": "2024-08-11",
        "via": None,
        "summary": None,
        "report": expected_report,
    }
    assert detail(client, incident) == {
        "public_id": incident.public_id,
        "base": {
            "slug": "al-tanf",
            "name": "Al-Tanf",
            "name_ar": None,
            "country": "SY",
            "country_name": "Syria",
            "governorate": None,
            "latitude": 33.5,
            "longitude": 38.6,
            "coordinate_precision": "exact",
        },
        "earliest": "2024-08-09",
        "latest": "2024-08-10",
        "days": 2,
        "local_time": "23:30:00",
        "local_time_text": "night of 9 to 10",
        "attack_count": 2,
        "weapon": "drone",
        "munitions": 3,
        "outcome": "hit",
        "killed_low": None,
        "killed_best": None,
        "killed_high": None,
        "injured_low": 5,
        "injured_best": None,
        "injured_high": 8,
        "material_damage": "unknown",
        "grade": "fair",
        "claim_status": "claimed",
        "merged_into": None,
        "withdrawn": None,
        "revision": last.number,
        "updated": last.moment.isoformat().replace("+00:00", "Z"),
        "summary": "Two drones.",
        "summary_ar": None,
        "keys": [{"system": "csv", "key": "2024-08-09-1"}],
        "claims": [expected_claim],
        "reports": [expected_report],
    }
    assert client.get(f"/api/v1/claims/{claim.pk}/").json() == expected_claim


@pytest.mark.parametrize("status", UNPUBLISHED)
def test_unpublished_incident_and_its_claims_do_not_leave(client, status):
    incident = make_incident(status=status)
    claim = make_claim(incident)

    assert ids(client) == []
    assert client.get("/api/v1/claims/").json()["results"] == []
    assert client.get(f"/api/v1/incidents/{incident.public_id}/").status_code == 404
    assert client.get(f"/api/v1/claims/{claim.pk}/").status_code == 404
    refused = client.get(f"/api/v1/claims/?incident={incident.public_id}")
    assert refused.status_code == 400
    assert "incident" in refused.json()


def test_merged_incident_is_listed_and_names_the_one_it_went_into(client):
    survivor = make_incident()
    merged = make_incident(merged_into=survivor)

    assert merged.public_id in ids(client)
    assert detail(client, merged)["merged_into"] == survivor.public_id


@pytest.mark.parametrize("status", UNPUBLISHED)
def test_merged_into_does_not_give_an_unpublished_incident_away(client, status):
    merged = make_incident(merged_into=make_incident(status=status))

    assert detail(client, merged)["merged_into"] is None


def test_incidents_come_newest_first_and_discounted_ones_too(client):
    old = make_incident(on="2024-01-01", grade="discounted")
    first = make_incident(on="2024-02-01")
    second = make_incident(on="2024-02-01")

    assert ids(client) == [second.public_id, first.public_id, old.public_id]


@pytest.mark.parametrize("public_id", ["BW-999", "BW-0", "BW-99999999999999999999", "bw-1", "1"])
def test_no_such_incident_is_a_404_in_json(client, public_id):
    make_incident()

    answer = client.get(f"/api/v1/incidents/{public_id}/")

    assert answer.status_code == 404
    assert answer.json().keys() == {"detail"}


def test_claims_by_incident_base_claimant_blamed_kind_stance_and_day(client):
    incident = make_incident(make_base("al-tanf"))
    group, state = make_group("kh"), make_organisation("us", kind="state")
    claim = make_claim(incident, claimant=group, made_on=day("2024-01-16"))
    blame = make_claim(
        make_incident(), "attribution", claimant=state, blamed=group, made_on=day("2024-02-01")
    )
    denial = make_claim(incident, "denial", "denies", claimant=group)

    def found(query):
        return [row["id"] for row in client.get(f"/api/v1/claims/?{query}").json()["results"]]

    assert found(f"incident={incident.public_id}") == [claim.pk, denial.pk]
    assert found("base=al-tanf") == [claim.pk, denial.pk]
    assert found("claimant=us&claimant=kh") == [claim.pk, blame.pk, denial.pk]
    assert found("blamed=kh") == [blame.pk]
    assert found("kind=denial") == [denial.pk]
    assert found("stance=affirms") == [claim.pk, blame.pk]
    assert found("since=2024-01-17") == [blame.pk]
    assert found("until=2024-01-16") == [claim.pk]


def make_full_incident():
    publisher = make_organisation()
    reports = [make_report(publisher=publisher), make_report(publisher=make_organisation())]
    incident = make_incident(reports=reports, merged_into=make_incident())
    for report in reports:
        make_claim(incident, claimant=make_group(), blamed=make_group(), report=report)
    with revision("made by a test"):
        IncidentKey.objects.create(incident=incident, system="csv", key=incident.public_id)
    return incident


def test_incidents_take_three_queries_and_one_takes_ten(client, django_assert_num_queries):
    incidents = [make_full_incident() for _ in range(3)]

    # The revision; which incidents; all that is shown of them.
    with django_assert_num_queries(3):
        client.get("/api/v1/incidents/")
    # The revision; incidents; bases; claims; citations; reports; organisations; survivors; keys;
    # last changes.
    with django_assert_num_queries(10):
        client.get(f"/api/v1/incidents/{incidents[0].public_id}/")


def test_order_of_changes_is_that_of_their_index(client):
    make_full_incident()

    with CaptureQueriesContext(connection) as asked:
        client.get("/api/v1/incidents/?ordering=-updated")

    # Of an outer join all rows would have to be sorted.
    [page] = [one["sql"] for one in asked if "LIMIT 51" in one["sql"]]
    assert 'INNER JOIN "attacks_incidentchange"' in page


def test_claims_take_two_queries(client, django_assert_num_queries):
    incidents = [make_full_incident() for _ in range(3)]
    claim = incidents[0].claims.first()

    # The revision; claims with incident, who, report and its publisher.
    with django_assert_num_queries(2):
        client.get("/api/v1/claims/")
    with django_assert_num_queries(2):
        client.get(f"/api/v1/claims/{claim.pk}/")
