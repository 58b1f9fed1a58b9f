"""The endpoints in the shape of ACLED's interface."""

import csv
import datetime
import io
import json

import jsonschema
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings

from attacks.models import Incident
from sources.models import Revision
from sources.revisions import create_all, revision, update_all
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

LISTS = ["acled", "deleted", "actor", "country"]
COLUMNS = {
    "acled": [
        "event_id_cnty",
        "event_date",
        "year",
        "time_precision",
        "disorder_type",
        "event_type",
        "sub_event_type",
        "actor1",
        "assoc_actor_1",
        "inter1",
        "actor2",
        "assoc_actor_2",
        "inter2",
        "interaction",
        "civilian_targeting",
        "iso",
        "region",
        "country",
        "admin1",
        "admin2",
        "admin3",
        "location",
        "latitude",
        "longitude",
        "geo_precision",
        "source",
        "source_scale",
        "notes",
        "fatalities",
        "tags",
        "timestamp",
    ],
    "deleted": ["event_id_cnty", "deleted_timestamp"],
    "actor": ["actor_name", "first_event_date", "last_event_date", "event_count"],
    "country": [
        "country",
        "iso",
        "iso3",
        "first_event_date",
        "last_event_date",
        "event_count",
    ],
}
NEVER_KNOWN = [
    "assoc_actor_1",
    "inter1",
    "actor2",
    "assoc_actor_2",
    "inter2",
    "interaction",
    "civilian_targeting",
    "admin2",
    "admin3",
    "source_scale",
]


def body(answer):
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.text


def ask(client, name="acled", **params):
    answer = client.get(f"/api/{name}/read", params)
    return answer.status_code, json.loads(body(answer))


def rows(client, name="acled", **params):
    status, answer = ask(client, name, **params)
    assert status == 200, answer
    return answer["data"]


def refusals(client, name="acled", **params):
    status, answer = ask(client, name, **params)
    assert status == 400
    assert answer["messages"] == [error["message"] for error in answer["error"]]
    assert (answer["status"], answer["success"]) == (400, False)
    return answer["messages"]


def at(incident, moment):
    """Let its last change be of that moment."""
    Revision.objects.filter(number=incident.change.revision_id).update(moment=moment)


@pytest.fixture
def record():
    """Three events that differ in every column that is kept."""
    with revision("made by a test"):
        return three_events()


def three_events():
    omar = make_base(
        "al-omar",
        name="Al-Omar",
        governorate="Deir ez-Zor",
        latitude="35.1",
        longitude="40.5",
        coordinate_precision="exact",
    )
    asad = make_base(
        "al-asad",
        name="Ain al-Asad",
        country="IQ",
        governorate="Anbar",
        latitude="33.78",
        longitude="42.44",
        coordinate_precision="district",
    )
    tower = make_base("muwaffaq", name="Paphos", country="CY")
    sohr = make_report(publisher=make_organisation(name="SOHR"))
    unknown = make_report(url="https://user@news.example.net:443/path?x=SOHR", title="A report")
    by_key = make_report("telegram-77", url=None)
    group, other = make_group(name="Islamic Resistance"), make_group(name="Kata'ib")
    a = make_incident(
        omar,
        on="2023-12-31",
        weapon="drone",
        outcome="hit",
        grade="fair",
        reports=[sohr, unknown],
        killed_best=3,
        summary="Two drones hit the base.",
        attack_count=2,
    )
    make_claim(a, claimant=group)
    make_claim(a, claimant=other)
    b = make_incident(
        asad,
        on="2024-02-04",
        until="2024-02-10",
        weapon="rocket",
        outcome="intercepted",
        reports=[by_key],
        killed_low=0,
        summary="Rockets were shot down.",
    )
    make_claim(b, claimant=group)
    c = make_incident(tower, on="2024-03-01", until="2024-03-31")
    return {"a": a, "b": b, "c": c}


def found(client, record, **params):
    """Which of the events are listed, newest first."""
    names = {incident.public_id: name for name, incident in record.items()}
    return "".join(names[row["event_id_cnty"]] for row in rows(client, **params))


# The rows


def test_event_has_the_columns_of_acled_in_their_order(client, record):
    listed = rows(client, event_id_cnty=record["a"].public_id)

    assert [list(row) for row in listed] == [COLUMNS["acled"]]
    assert listed[0] == dict.fromkeys(NEVER_KNOWN) | {
        "event_id_cnty": record["a"].public_id,
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
        "timestamp": rows(client, event_id_cnty=record["a"].public_id)[0]["timestamp"],
    }


def test_what_is_unknown_is_null_and_empty_in_csv(client, record):
    [row] = rows(client, country="Cyprus")
    text = body(client.get("/api/acled/read.csv?country=Cyprus"))
    [cells] = csv.DictReader(io.StringIO(text))

    unknown = {*NEVER_KNOWN, "event_type", "sub_event_type", "actor1", "region", "admin1"}
    unknown |= {"latitude", "longitude", "geo_precision", "source", "notes", "fatalities"}
    assert {name for name, cell in row.items() if cell is None} == unknown
    assert {name for name, cell in cells.items() if cell == ""} == unknown


def test_timestamp_is_that_of_the_last_change_of_any_part(client, record):
    [before] = rows(client, event_id_cnty=record["c"].public_id)
    at(record["c"], datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC))
    [then] = rows(client, event_id_cnty=record["c"].public_id)
    make_claim(record["c"], claimant=make_group())
    [after] = rows(client, event_id_cnty=record["c"].public_id)

    assert before["timestamp"] == pytest.approx(datetime.datetime.now().timestamp(), abs=60)
    assert then["timestamp"] == 1714564800
    assert after["timestamp"] > then["timestamp"]


def test_newest_comes_first_and_of_one_day_the_last_entered(client):
    base = make_base()
    made = [make_incident(base, on="2024-01-01").public_id for _ in range(3)]
    made.append(make_incident(base, on="2023-01-01").public_id)

    listed = [row["event_id_cnty"] for row in rows(client)]

    assert listed == [made[2], made[1], made[0], made[3]]


def test_envelope_tells_what_clients_read(client, record):
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


def test_actors_and_countries_count_what_the_events_list(client, record):
    with revision("merged"):
        twin = make_incident(record["a"].base, on="2020-01-01", merged_into=record["a"])
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


# Filters

ASKED = [
    ({"event_id_cnty": "bw-"}, "cba"),
    ({"event_date": "2023-12-31"}, "a"),
    ({"event_date": "2024-02-04", "event_date_where": ">"}, "c"),
    ({"event_date": "2024-02-04", "event_date_where": ">="}, "cb"),
    ({"event_date": "2024-02-04", "event_date_where": "<"}, "a"),
    ({"event_date": "2024-02-04", "event_date_where": "<="}, "ba"),
    ({"event_date": "2024-02-04", "event_date_where": "="}, "b"),
    ({"event_date": "2023-12-31|2024-02-04", "event_date_where": "BETWEEN"}, "ba"),
    ({"event_date": "2024-01-01|2024-02-03", "event_date_where": "between"}, ""),
    ({"event_date": "2023-12-31|2024-03-01"}, "ca"),
    ({"year": "2024"}, "cb"),
    ({"year": "2023"}, "a"),
    ({"year": "2023|2024", "year_where": "BETWEEN"}, "cba"),
    ({"year": "2023", "year_where": ">"}, "cb"),
    ({"year": "9999", "year_where": "<="}, "cba"),
    ({"year": "0001"}, ""),
    ({"time_precision": "1"}, "a"),
    ({"time_precision": "2"}, "b"),
    ({"time_precision": "3"}, "c"),
    ({"time_precision": "1", "time_precision_where": ">"}, "cb"),
    ({"time_precision": "1|2", "time_precision_where": "BETWEEN"}, "ba"),
    ({"disorder_type": "political"}, "cba"),
    ({"disorder_type": "Strategic developments"}, ""),
    ({"event_type": "EXPLOSIONS"}, "ba"),
    ({"event_type": "Explosions", "event_type_where": "="}, ""),
    ({"event_type": "Explosions/Remote violence", "event_type_where": "="}, "ba"),
    ({"sub_event_type": "drone"}, "a"),
    ({"sub_event_type": "Air/drone strike|Shelling"}, "ba"),
    ({"actor1": "resistance"}, "ba"),
    ({"actor1": "Islamic Resistance; Kata'ib"}, "a"),
    ({"actor1": "Kata'ib", "actor1_where": "="}, "a"),
    ({"actor1": "Kata", "actor1_where": "="}, ""),
    ({"actor2": "resistance"}, ""),
    ({"inter1": "2"}, ""),
    ({"inter1": "Rebel group"}, ""),
    ({"interaction": "28", "interaction_where": "="}, ""),
    ({"civilian_targeting": "Civilian"}, ""),
    ({"iso": "760"}, "a"),
    ({"iso": "300", "iso_where": ">"}, "ba"),
    ({"iso": "196|368", "iso_where": "BETWEEN"}, "cb"),
    ({"region": "11"}, "ba"),
    ({"region": "Middle East"}, "ba"),
    ({"region": "12"}, ""),
    ({"region": "east", "region_where": "LIKE"}, "ba"),
    ({"country": "Syria"}, "a"),
    ({"country": "syria"}, "a"),
    ({"country": "Syr"}, ""),
    ({"country": "Syr", "country_where": "LIKE"}, "a"),
    ({"country": "Syria:OR:country=Iraq"}, "ba"),
    ({"country": "Syria:OR:Iraq"}, "ba"),
    ({"country": "Syria|Cyprus"}, "ca"),
    ({"country": "Syria:OR:iso=368"}, "ba"),
    ({"country": "Syria:OR:year=2024", "year_where": ">="}, "cba"),
    ({"country": "Syria", "year": "2024"}, ""),
    ({"country": "Turkey"}, ""),
    ({"admin1": "deir"}, "a"),
    ({"admin1": "Anbar", "admin1_where": "="}, "b"),
    ({"admin1": "Anb", "admin1_where": "="}, ""),
    ({"location": "al-"}, "ba"),
    ({"latitude": "35.1"}, "a"),
    ({"latitude": "35.10000"}, "a"),
    ({"latitude": "34", "latitude_where": "<"}, "b"),
    ({"latitude": "33.7799999|35.1000001", "latitude_where": "BETWEEN"}, "ba"),
    ({"longitude": "42.44"}, "b"),
    ({"geo_precision": "1"}, "a"),
    ({"geo_precision": "2", "geo_precision_where": "<="}, "ba"),
    ({"source": "sohr"}, "a"),
    ({"source": "sohr; news.example"}, "a"),
    ({"source": "news.example.net", "source_where": "="}, "a"),
    ({"source": "example.net", "source_where": "="}, ""),
    ({"source": "path"}, ""),
    ({"source": "user"}, ""),
    ({"source": "telegram"}, "b"),
    ({"source": "A report"}, ""),
    ({"source_scale": "National"}, ""),
    ({"notes": "HIT THE BASE"}, "a"),
    ({"notes": "%"}, ""),
    ({"notes": "Two drones hit the base.", "notes_where": "="}, "a"),
    ({"fatalities": "3"}, "a"),
    ({"fatalities": "0"}, "b"),
    ({"fatalities": "5", "fatalities_where": "<"}, "ba"),
    ({"fatalities": "1", "fatalities_where": "<"}, "b"),
    ({"fatalities": "-1", "fatalities_where": ">"}, "ba"),
    ({"fatalities": "999999999999999", "fatalities_where": "<"}, "ba"),
    ({"fatalities": "-999999999999999|999999999999999", "fatalities_where": "BETWEEN"}, "ba"),
    ({"tags": "weapon=drone"}, "a"),
    ({"tags": "drone"}, "a"),
    ({"tags": "weapon=drone:OR:weapon=rocket"}, "ba"),
    ({"tags": "claim_status=claimed"}, "b"),
    ({"tags": "claim_status="}, "ba"),
    ({"tags": "grade="}, "a"),
    ({"tags": "attacks=2"}, "a"),
    ({"tags": "weapon=drone; attacks=2"}, "a"),
    ({"tags": "weapon=rocket; attacks=2"}, ""),
    ({"tags": "weapon", "tags_where": "="}, ""),
    ({"tags": "unknown"}, ""),
    ({"timestamp": "", "country": "Syria"}, "a"),
]


@pytest.mark.parametrize(
    ("params", "expected"),
    ASKED,
    ids=[" ".join(f"{name}={value}" for name, value in one.items()) for one, _ in ASKED],
)
def test_filter_finds_what_it_asks_for(client, record, params, expected):
    assert found(client, record, **params) == expected


def test_filter_finds_every_row_by_what_stands_in_it(client, record):
    for row in rows(client):
        for name, cell in row.items():
            if cell is not None:
                asked = rows(client, **{name: cell})
                assert row in asked, name


@pytest.mark.parametrize(
    ("by", "first", "second", "day_after"),
    [
        ("", "ab", "b", ""),
        (">=", "ab", "b", ""),
        (">", "b", "", ""),
        ("=", "a", "b", ""),
        ("<", "c", "ca", "cab"),
        ("<=", "ca", "cab", "cab"),
    ],
)
def test_timestamp_is_asked_for_by_the_second(client, record, by, first, second, day_after):
    moment = datetime.datetime(2024, 5, 1, 23, 59, 59, 500_000, tzinfo=datetime.UTC)
    at_seconds = {
        "c": moment - datetime.timedelta(seconds=1),
        "a": moment,
        "b": moment + datetime.timedelta(seconds=0.6),
    }
    names = {}
    for name, incident in record.items():
        with revision("touched"):
            incident.summary_ar = name
            incident.save()
        at(incident, at_seconds[name])
        names[incident.public_id] = name

    def listed(value, by=by):
        asked = {"timestamp": value} | ({"timestamp_where": by} if by else {})
        return {names[row["event_id_cnty"]] for row in rows(client, **asked)}

    start = int(moment.timestamp())
    assert listed(start) == set(first)
    assert listed(start + 1) == set(second)
    assert listed("2024-05-03") == set(day_after)
    assert listed(f"{start - 1}|{start}", "BETWEEN") == set("ca")
    assert listed("2024-05-01", "=") == set("ca")
    assert listed("2024-05-01|2024-05-02", "BETWEEN") == set("cab")


@pytest.mark.parametrize(
    ("name", "params", "number"),
    [
        ("actor", {"actor_name": "islamic"}, 1),
        ("actor", {"event_count": 1}, 2),
        ("actor", {"event_count": 2}, 1),
        ("actor", {"event_count": 1, "event_count_where": "="}, 1),
        ("actor", {"first_event_date": "2023-12-31"}, 2),
        ("actor", {"last_event_date": "2024-01-01", "last_event_date_where": ">"}, 1),
        ("actor", {"actor_name": "kata:OR:event_count=2"}, 2),
        ("country", {"country": "syr"}, 1),
        ("country", {"country": "Syria", "country_where": "="}, 1),
        ("country", {"iso": 760}, 1),
        ("country", {"iso3": "irq"}, 1),
        ("country", {"event_count": 2}, 0),
        ("country", {"event_count": "1|5", "event_count_where": "BETWEEN"}, 3),
        ("country", {"iso3": "SYR:OR:event_count=5"}, 1),
        ("country", {"iso3": "SYR:OR:first_event_date=2024-02-04"}, 2),
    ],
)
def test_filters_of_actors_and_countries(client, record, name, params, number):
    assert len(rows(client, name, **params)) == number


def test_turkey_is_found_as_acled_spells_it(client):
    make_incident(make_base(country="TR"))

    assert [row["country"] for row in rows(client, country="Turkey")] == ["Türkiye"]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"contry": "Syria"}, "contry: Unknown parameter. Use: event_id_cnty, event_date, "),
        ({"format": "csv"}, "format: Unknown parameter. Use: "),
        ({"population": "full"}, "population: Unknown parameter. Use: "),
        ({"known_on": "2024-01-01"}, "known_on: Unknown parameter. Use: "),
        ({"country": ["Syria", "Iraq"]}, "country: Give it once."),
        ({"country": "Syria\0"}, "country: NUL characters are not allowed."),
        ({"country": "Syria:OR:contry=Iraq"}, "country: “contry” is no column. Use: event_id"),
        ({"country": "Syria|"}, "country: One of the values is empty."),
        ({"country": "|".join(["Syria"] * 501)}, "country: Ask for at most 500 values at once."),
        ({"country": "Syria", "country_where": ">"}, "country_where: Use one of: =, LIKE."),
        (
            {"year": "2024", "year_where": "LIKE"},
            "year_where: Use one of: =, >, <, >=, <=, BETWEEN.",
        ),
        ({"year_where": ">"}, "year_where: Give year too: there is nothing to compare with."),
        ({"year": "24"}, "year: Use a year such as 2024."),
        ({"year": "0000"}, "year: Use a year such as 2024."),
        ({"year": "٢٠٢٤"}, "year: Use a year such as 2024."),
        ({"iso": "9" * 400}, "iso: Use a whole number of at most 15 digits."),
        ({"fatalities": "[]"}, "fatalities: Use a whole number of at most 15 digits."),
        ({"latitude": "nan"}, "latitude: Use a number such as 35.1."),
        ({"latitude": "1e5"}, "latitude: Use a number such as 35.1."),
        ({"event_date": "03/04/2024"}, "event_date: Give a day as YYYY-MM-DD."),
        ({"event_date": "2024-02-30"}, "event_date: Give a day as YYYY-MM-DD."),
        (
            {"event_date": "2024-01-01", "event_date_where": "BETWEEN"},
            "event_date: BETWEEN takes two values, as A|B.",
        ),
        (
            {"event_date": "2024-01-02|2024-01-01", "event_date_where": "BETWEEN"},
            "event_date: The first value is after the second.",
        ),
        (
            {"timestamp": "yesterday"},
            "timestamp: Use a Unix time in seconds, or a day as YYYY-MM-DD.",
        ),
        (
            {"timestamp": "999999999999"},
            "timestamp: Use a Unix time in seconds, or a day as YYYY-MM-DD.",
        ),
        (
            {"timestamp": "9999-12-31"},
            "timestamp: Use a Unix time in seconds, or a day as YYYY-MM-DD.",
        ),
        ({"fields": "country|contry"}, "fields: “contry” is no column. Use: event_id_cnty|event_"),
        ({"limit": "-1"}, "limit: Use a whole number of at most 9 digits; 0: all rows."),
        ({"limit": "9" * 10}, "limit: Use a whole number of at most 9 digits; 0: all rows."),
        ({"page": "0"}, "page: Use a whole number from 1 on, of at most 9 digits."),
        ({"page": "1.5"}, "page: Use a whole number from 1 on, of at most 9 digits."),
        ({"_format": "xml"}, "_format: Use one of: json, csv."),
        ({"export_type": "monadic"}, "export_type: Use dyadic: there is no other form."),
    ],
)
def test_refusal_names_the_parameter_and_what_is_allowed(client, params, message):
    [told] = refusals(client, **params)

    assert told.startswith(message)


def test_all_that_is_wrong_is_told_at_once(client):
    told = refusals(client, year="x", iso="y", limit="z", fields="f")

    assert {message.partition(":")[0] for message in told} == {"year", "iso", "limit", "fields"}


OF_EVERY_KIND = [
    "event_id_cnty",
    "event_date",
    "year",
    "time_precision",
    "disorder_type",
    "actor1",
    "actor2",
    "iso",
    "country",
    "location",
    "latitude",
    "source",
    "fatalities",
    "tags",
    "timestamp",
]
OF_OTHER_LISTS = [
    ("deleted", {"deleted_timestamp": ""}),
    ("deleted", {"event_id_cnty": ""}),
    ("actor", {"actor_name": ""}),
    ("actor", {"event_count": ""}),
    ("country", {"iso3": ""}),
    ("country", {"first_event_date": ""}),
]


@pytest.mark.parametrize(
    "value",
    ["\0", "9" * 400, "-" + "9" * 400, "1e999", "٣", "[]", "%", "_", "\\", "'", "(", "a|b", "|"]
    + [":OR:", "=", "year=", "x:OR:year=2024", "5|", "\ud7ff", "\ufffe", ";", "; ;", "1|2"],
)
def test_no_value_breaks_an_answer(client, record, value):
    asked = [
        {column: value} | by
        for column in [*OF_EVERY_KIND, "fields", "limit", "page", "_format", "export_type", "key"]
        for by in ({}, {f"{column}_where": "BETWEEN"} if column in OF_EVERY_KIND else {})
    ]
    asked += [{"year": "2024", "year_where": value}, {"notes": "a", "notes_where": value}]
    for name, params in [("acled", one) for one in asked] + OF_OTHER_LISTS:
        answer = client.get(f"/api/{name}/read", {k: v or value for k, v in params.items()})
        body(answer)
        assert answer.status_code in (200, 400), (name, params)


def test_many_values_at_once_are_answered(client, record):
    for column in ("country", "notes", "source", "actor1", "tags"):
        text = ":OR:".join([f"x{number}" for number in range(499)] + ["Syria"])
        listed = rows(client, **{column: text})
        assert len(listed) == (column == "country")


# What clients send beside filters


def test_keys_and_tokens_are_not_needed_and_never_told(client, record):
    sent = {"key": "SECRET", "email": "SECRET", "access_token": "SECRET", "terms": "accept"}
    more = {"export_type": "dyadic", "inter_num": "0", "with_total": "true"}

    answer = client.get("/api/acled/read", sent | more, headers={"authorization": "Bearer SECRET"})

    assert answer.status_code == 200
    assert "SECRET" not in body(answer)
    assert len(rows(client)) == 3


@pytest.mark.parametrize("accept", ["application/json", "text/csv", "text/html", "*/*"])
def test_format_is_that_of_the_address_whatever_is_accepted(client, record, accept):
    headers = {"accept": accept}

    json_answer = client.get("/api/acled/read", headers=headers)
    csv_answers = [
        client.get("/api/acled/read.csv", headers=headers),
        client.get("/api/acled/read?_format=CSV", headers=headers),
        client.get("/api/acled/read.csv/", headers=headers),
    ]

    assert json_answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert {answer.headers["Content-Type"] for answer in csv_answers} == {"text/csv; charset=utf-8"}
    assert len({body(answer) for answer in csv_answers}) == 1


def test_slash_behind_the_address_is_tolerated(client, record):
    assert body(client.get("/api/acled/read/")) == body(client.get("/api/acled/read"))


def test_csv_holds_the_same_cells(client, record):
    text = body(client.get("/api/acled/read.csv"))
    cells = list(csv.DictReader(io.StringIO(text)))

    assert list(cells[0]) == COLUMNS["acled"]
    assert cells == [
        {name: "" if cell is None else str(cell) for name, cell in row.items()}
        for row in rows(client)
    ]


def test_csv_defuses_what_a_spreadsheet_would_run(client):
    make_incident(summary='=HYPERLINK("https://example.org")')

    text = body(client.get("/api/acled/read.csv?fields=notes"))

    assert text.splitlines() == ["notes", '"\'=HYPERLINK(""https://example.org"")"']


def test_fields_leaves_the_other_columns_out_in_the_order_asked_for(client, record):
    listed = rows(client, fields="fatalities|country|fatalities", year=2023)

    assert [list(row.items()) for row in listed] == [[("fatalities", 3), ("country", "Syria")]]
    text = body(client.get("/api/acled/read.csv?fields=country|iso&year=2023"))
    assert text.splitlines() == ["country,iso", "Syria,760"]


# Pages


def test_pages_hold_every_row_once(client):
    base = make_base()
    made = [make_incident(base, on="2024-02-01").public_id for _ in range(5)]

    pages = [ask(client, limit=2, page=number)[1] for number in range(1, 5)]

    listed = [[row["event_id_cnty"] for row in page["data"]] for page in pages]
    assert listed == [[made[4], made[3]], [made[2], made[1]], [made[0]], []]
    assert [page["count"] for page in pages] == [2, 2, 1, 0]
    assert [page["total_count"] for page in pages] == [5, 5, 5, 5]


def test_limit_0_means_all_rows_on_one_page(client, record):
    assert [ask(client, limit=0, page=page)[1]["count"] for page in (1, 2)] == [3, 0]
    assert ask(client, limit=0, page=2)[1]["total_count"] == 3


def test_long_list_is_streamed_in_one_piece(client):
    base = make_base()
    with revision("made by a test"):
        create_all(
            [
                Incident(
                    serial=number,
                    base=base,
                    earliest=day("2024-01-01"),
                    latest=day("2024-01-01"),
                    status=Incident.Status.PUBLISHED,
                )
                for number in range(1, 1_202)
            ]
        )

    listed = rows(client, limit=0)
    text = body(client.get("/api/acled/read.csv?limit=0&fields=event_id_cnty"))

    expected = [f"BW-{number}" for number in range(1_201, 0, -1)]
    assert [row["event_id_cnty"] for row in listed] == expected
    assert text.splitlines() == ["event_id_cnty", *expected]


def test_page_far_behind_the_last_is_empty(client, record):
    assert rows(client, limit="999999999", page="999999999") == []


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("file", ["read", "read.csv"])
def test_number_of_queries_does_not_grow_with_the_list(client, name, file):
    def more(number):
        into = make_incident()
        for _ in range(number):
            report = make_report(publisher=make_organisation())
            one = make_incident(make_base(country="IQ"), reports=[report])
            make_claim(one, claimant=make_group(), report=report)
            make_incident(merged_into=into)

    def count():
        with CaptureQueriesContext(connection) as queries:
            body(client.get(f"/api/{name}/{file}"))
        return len(queries)

    more(3)
    few = count()
    more(27)

    assert count() == few <= 11


def test_head_reads_no_row(client, record):
    with CaptureQueriesContext(connection) as queries:
        answer = client.head("/api/acled/read?limit=0")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert not any("attacks_incident" in query["sql"] for query in queries.captured_queries)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("name", LISTS)
def test_other_methods_are_refused(client, method, name):
    answer = getattr(client, method)(f"/api/{name}/read")

    assert answer.status_code == 405
    assert answer.json()["success"] is False
    assert client.options(f"/api/{name}/read").status_code == 200


def test_any_page_in_a_browser_may_read_it(client, record):
    answer = client.get("/api/acled/read", headers={"origin": "https://example.org"})

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert 'rel="license"' in answer.headers["Link"]


def test_same_answer_is_not_sent_twice(client, record):
    first = client.get("/api/acled/read")
    again = client.get("/api/acled/read", headers={"if-none-match": first.headers["ETag"]})
    make_incident()
    then = client.get("/api/acled/read", headers={"if-none-match": first.headers["ETag"]})

    assert (again.status_code, then.status_code) == (304, 200)


def test_reading_whole_lists_too_often_is_refused_in_the_same_words(client, settings):
    settings.EXPORTS_PER_HOUR = 1
    assert client.get("/api/acled/read?limit=0").status_code == 200

    answer = client.get("/api/acled/read?limit=5001")

    assert answer.status_code == 429
    assert answer.json()["success"] is False
    assert answer.json()["error"][0]["message"] == answer.json()["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/api/acled/read").status_code == 200


# The schema


@pytest.fixture(scope="module")
def schema():
    # In OpenAPI 3.1 a schema is plain JSON Schema.
    with patched_settings({"OAS_VERSION": "3.1.0"}):
        return json.loads(json.dumps(SchemaGenerator().get_schema(public=True), default=str))


def operation(schema, name):
    return schema["paths"][f"/api/{name}/read"]["get"]


@pytest.mark.parametrize("name", LISTS)
def test_answers_are_as_the_schema_says(client, record, schema, name):
    merged = make_incident(merged_into=record["a"])
    answers = operation(schema, name)["responses"]

    good = answers["200"]["content"]["application/json"]["schema"]
    members = good["properties"]["data"]["items"]
    assert list(members["properties"]) == COLUMNS[name]
    for params in ({}, {"fields": COLUMNS[name][0]}):
        status, answer = ask(client, name, **params)
        assert (status, bool(answer["data"])) == (200, True), merged
        jsonschema.validate(answer, good)
    _, refused = ask(client, name, contry="Syria")
    jsonschema.validate(refused, answers["400"]["content"]["application/json"]["schema"])
    assert answers["200"]["content"]["text/csv"]["schema"] == {"type": "string"}


@pytest.mark.parametrize("name", LISTS)
def test_schema_names_every_parameter(client, schema, name):
    parameters = operation(schema, name)["parameters"]
    [refused] = refusals(client, name, nonsense="")

    known = refused.partition("Use: ")[2].removesuffix(".").split(", ")
    assert {parameter["name"] for parameter in parameters} == set(known)
    assert all(parameter["description"] for parameter in parameters)
    assert operation(schema, name)["tags"] == ["ACLED-shaped"]
