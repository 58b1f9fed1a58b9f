"""The lists in the shape of ACLED's interface: what stands in their rows, and who may see it."""

import csv
import datetime
import io

import pytest

from attacks.models import Incident
from sources.models import Revision
from sources.revisions import revision, update_all
from tests.acled import COLUMNS, LISTS, NEVER_KNOWN, ask, at, body, rows
from tests.factories import (
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
)

pytestmark = pytest.mark.django_db


def test_event_has_the_columns_of_acled_in_their_order(client, events):
    listed = rows(client, event_id_cnty=events["a"].public_id)

    assert [list(row) for row in listed] == [COLUMNS["acled"]]
    assert listed[0] == dict.fromkeys(NEVER_KNOWN) | {
        "event_id_cnty": events["a"].public_id,
        "event_date": "2023-12-31",
        "year": 2023,
        "time_precision": 1,
        "disorder_type": "Political violence",
        "event_type": "Explosions/Remote violence",
        "sub_event_type": "Air/drone strike",
        "actor1": "Islamic Resistance; Kata'ib",
        "iso": 760,
        "region": "Middle East",
        "country": "Syria",
        "admin1": "Deir ez-Zor",
        "location": "Al-Omar",
        "latitude": 35.1,
        "longitude": 40.5,
        "geo_precision": 1,
        "source": "SOHR; news.example.net",
        "notes": "Two drones hit the base.",
        "fatalities": 3,
        "tags": "weapon=drone; outcome=hit; grade=fair; claim_status=competing; attacks=2",
        "timestamp": rows(client, event_id_cnty=events["a"].public_id)[0]["timestamp"],
    }


def test_what_is_unknown_is_null_and_empty_in_csv(client, events):
    [row] = rows(client, country="Cyprus")
    text = body(client.get("/api/acled/read.csv?country=Cyprus"))
    [cells] = csv.DictReader(io.StringIO(text))

    unknown = {*NEVER_KNOWN, "event_type", "sub_event_type", "actor1", "region", "admin1"}
    unknown |= {"latitude", "longitude", "geo_precision", "source", "notes", "fatalities"}
    assert {name for name, cell in row.items() if cell is None} == unknown
    assert {name for name, cell in cells.items() if cell == ""} == unknown


def test_timestamp_is_that_of_the_last_change_of_any_part(client, events):
    [before] = rows(client, event_id_cnty=events["c"].public_id)
    at(events["c"], datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC))
    [then] = rows(client, event_id_cnty=events["c"].public_id)
    make_claim(events["c"], claimant=make_group())
    [after] = rows(client, event_id_cnty=events["c"].public_id)

    assert before["timestamp"] == pytest.approx(datetime.datetime.now().timestamp(), abs=60)
    assert then["timestamp"] == 1714564800
    assert after["timestamp"] > then["timestamp"]


def test_newest_comes_first_and_of_one_day_the_last_entered(client):
    base = make_base()
    made = [make_incident(base, on="2024-01-01").public_id for _ in range(3)]
    made.append(make_incident(base, on="2023-01-01").public_id)

    listed = [row["event_id_cnty"] for row in rows(client)]

    assert listed == [made[2], made[1], made[0], made[3]]


def test_envelope_tells_what_clients_read(client, events):
    newest = Revision.objects.first()
    hours = datetime.timedelta(hours=5, minutes=59)
    Revision.objects.filter(pk=newest.pk).update(moment=newest.moment + hours * -1)

    status, answer = ask(client, limit=2)

    data = answer.pop("data")
    assert status == 200
    assert answer == {
        "status": 200,
        "success": True,
        "last_update": 5,
        "messages": [],
        "count": 2,
        "total_count": 3,
        "data_query_restrictions": {},
    }
    assert len(data) == 2


@pytest.mark.parametrize("name", LISTS)
def test_empty_record_is_an_empty_list(client, name):
    status, answer = ask(client, name)

    assert (status, answer["success"], answer["data"], answer["count"]) == (200, True, [], 0)
    assert answer["last_update"] is None


# Who may see what


@pytest.fixture
def hidden():
    """Drafts, retracted drafts and notes with a marker that nobody may read."""
    open_one = make_incident(internal_note="SECRET")
    for status in (Incident.Status.DRAFT, Incident.Status.RETRACTED):
        base = make_base(name="SECRET base", country="JO", governorate="SECRET")
        report = make_report(publisher=make_organisation(name="SECRET press"))
        one = make_incident(base, status=status, reports=[report], summary="SECRET")
        make_claim(one, claimant=make_group(name="SECRET group"))
    make_claim(open_one, "context", summary="SECRET")
    return open_one


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("file", ["read", "read.csv"])
def test_nothing_unpublished_leaves(client, hidden, name, file):
    text = body(client.get(f"/api/{name}/{file}?limit=0"))

    assert "SECRET" not in text
    assert "Jordan" not in text
    assert text.count("BW-") == (1 if name == "acled" else 0)


def test_no_filter_finds_what_is_hidden(client, hidden):
    for column in ("notes", "location", "admin1", "source", "actor1"):
        assert rows(client, **{column: "SECRET"}) == []
    assert rows(client, country="Jordan") == []


def test_merged_and_withdrawn_records_stand_among_the_deleted_alone(client):
    stays, merged, withdrawn, draft = (make_incident() for _ in range(4))
    never_public = make_incident(status=Incident.Status.DRAFT)
    with revision("sorted out"):
        merged.merged_into = stays
        withdrawn.status = never_public.status = Incident.Status.RETRACTED
        update_all([merged, withdrawn, never_public], ["merged_into", "status"])
    gone = [withdrawn.public_id, merged.public_id]

    assert {row["event_id_cnty"] for row in rows(client)} == {stays.public_id, draft.public_id}
    assert [row["event_id_cnty"] for row in rows(client, "deleted")] == gone
    moment = int(Revision.objects.first().moment.timestamp())
    assert {row["deleted_timestamp"] for row in rows(client, "deleted")} == {moment}
    assert len(rows(client, "deleted", deleted_timestamp=moment)) == 2
    assert rows(client, "deleted", deleted_timestamp=moment + 1) == []
    assert len(rows(client, "deleted", event_id_cnty=merged.public_id)) == 1


def test_actors_and_countries_count_what_the_events_list(client, events):
    with revision("merged"):
        twin = make_incident(events["a"].base, on="2020-01-01", merged_into=events["a"])
        make_claim(twin, claimant=make_group(name="Only of a merged one"))
    for column in ("actor1", "country"):
        assert rows(client, **{column: "merged"}) == []

    assert rows(client, "actor") == [
        {
            "actor_name": "Islamic Resistance",
            "first_event_date": "2023-12-31",
            "last_event_date": "2024-02-04",
            "event_count": 2,
        },
        {
            "actor_name": "Kata'ib",
            "first_event_date": "2023-12-31",
            "last_event_date": "2023-12-31",
            "event_count": 1,
        },
    ]
    listed = rows(client, "country")
    assert [tuple(row.values())[:3] for row in listed] == [
        ("Cyprus", 196, "CYP"),
        ("Iraq", 368, "IRQ"),
        ("Syria", 760, "SYR"),
    ]
    for row in listed:
        assert row["event_count"] == len(rows(client, country=row["country"])) == 1
        assert row["first_event_date"] == row["last_event_date"]


def test_group_that_claims_an_event_twice_counts_it_once(client):
    incident, group = make_incident(), make_group()
    make_claim(incident, claimant=group)
    make_claim(incident, claimant=group)
    make_claim(incident, stance="denies", claimant=make_group())

    assert [row["event_count"] for row in rows(client, "actor")] == [1]
