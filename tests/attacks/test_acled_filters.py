"""What the lists in the shape of ACLED's interface can be asked."""

import datetime

import pytest

from sources.revisions import revision
from tests.acled import at, body, found, refusals, rows
from tests.factories import (
    make_base,
    make_incident,
)

pytestmark = pytest.mark.django_db


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
def test_filter_finds_what_it_asks_for(client, events, params, expected):
    assert found(client, events, **params) == expected


def test_filter_finds_every_row_by_what_stands_in_it(client, events):
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
def test_timestamp_is_asked_for_by_the_second(client, events, by, first, second, day_after):
    moment = datetime.datetime(2024, 5, 1, 23, 59, 59, 500_000, tzinfo=datetime.UTC)
    at_seconds = {
        "c": moment - datetime.timedelta(seconds=1),
        "a": moment,
        "b": moment + datetime.timedelta(seconds=0.6),
    }
    names = {}
    for name, incident in events.items():
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
def test_filters_of_actors_and_countries(client, events, name, params, number):
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
def test_no_value_breaks_an_answer(client, events, value):
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


def test_many_values_at_once_are_answered(client, events):
    for column in ("country", "notes", "source", "actor1", "tags"):
        # What is looked for in texts, or in many records of each row, is dear.
        most = 500 if column == "country" else 20
        values = [f"x{number}" for number in range(most - 1)] + ["Syria"]
        listed = rows(client, **{column: ":OR:".join(values)})
        assert len(listed) == (column == "country")

        [message] = refusals(client, **{column: ":OR:".join(["one", *values])})
        assert message == f"{column}: Ask for at most {most} values at once."
