"""One question in every format: the same set, all of it, and how many records it holds."""

import csv
import gc
import io
import json
import re
import threading
import tracemalloc
import xml.etree.ElementTree as ElementTree

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attacks.models import Citation, Incident, next_serial
from attacks.records import with_documents
from sources import formats
from sources.revisions import create_all, revision
from tests.factories import (
    day,
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
    make_tally,
)
from tests.test_api import body_of, links_of, record  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db

FORMATS = ["json", "csv", "xlsx", "ndjson", "geojson", "atom"]
HAVE = {  # beside JSON, CSV, XLSX and NDJSON
    "incidents": {"geojson", "atom"},
    "incidents/flat": {"geojson", "atom"},
    "bases": {"geojson"},
    "tallies": {"atom"},
    "corrections": {"atom"},
    "claims": set(),
    "organisations": set(),
    "reports": set(),
    "force-presence": set(),
    "figures": set(),
    "deleted": set(),
    "counts": set(),
    "unaccounted": set(),
}


@pytest.fixture(autouse=True)
def no_limits(monkeypatch):
    monkeypatch.setattr("config.rest.seconds_to_wait", lambda request, scope: 0)


def ask(client, endpoint, query="", **more):
    return client.get(f"/api/v1/{endpoint}/?{query}", **more)


def csv_rows(answer):
    return list(csv.DictReader(io.StringIO(body_of(answer).decode(), newline="")))


def pages(client, endpoint, query):
    address, found = f"/api/v1/{endpoint}/?{query}&page_size=2", []
    while address:
        page = client.get(address).json()
        found += page["results"]
        address = page["next"]
    return found


def public_ids(client, query):
    """The public ids of the incidents that every way of asking gives, in their order."""
    found = {"json": [one["public_id"] for one in pages(client, "incidents", query)]}
    found["flat"] = [one["event_id"] for one in pages(client, "incidents/flat", query)]
    found["csv"] = [
        row["public_id"] for row in csv_rows(ask(client, "incidents", query + "&format=csv"))
    ]
    lines = body_of(ask(client, "incidents", query + "&format=ndjson")).decode().splitlines()
    found["ndjson"] = [json.loads(line)["public_id"] for line in lines]
    features = json.loads(body_of(ask(client, "incidents", query + "&format=geojson")))["features"]
    found["geojson"] = [one["properties"]["public_id"] for one in features]
    book = io.BytesIO(body_of(ask(client, "incidents", query + "&format=xlsx")))
    header, *rows = openpyxl.load_workbook(book, read_only=True).active.values
    found["xlsx"] = [row[header.index("public_id")] for row in rows]
    if "known_on" not in query and "recorded_at" not in query:
        feed = ElementTree.fromstring(body_of(ask(client, "incidents", query + "&format=atom")))
        ids = feed.findall("{*}entry/{*}id")
        found["atom"] = [re.search("BW-[0-9]+", one.text)[0] for one in ids]
    page = client.get(f"/incidents/?{query}").content.decode()
    found["page"] = re.findall(r'href="/incidents/(BW-[0-9]+)/', page)
    return found


@pytest.fixture
def incidents():
    omar = make_base("al-omar", latitude="35.1", longitude="40.5", coordinate_precision="district")
    conoco = make_base("conoco", country="IQ")
    group = make_group("iri")
    for number in range(1, 8):
        incident = make_incident(
            omar if number % 2 else conoco,
            on=f"2024-01-0{number}",
            until="2024-01-08" if number == 3 else None,
            weapon="drone" if number < 5 else "rocket",
            outcome="hit" if number in (2, 5) else "unknown",
            grade="discounted" if number == 6 else "",
            summary=f"Attack {number} at night" if number > 4 else "",
            reports=[make_report(published=f"2024-01-0{number + 1}")],
        )
        if number in (1, 4):
            make_claim(incident, claimant=group, made_on=incident.earliest)
    make_incident(omar, status="draft")
    return Incident.objects.published()


QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "base": st.sampled_from(["al-omar", "conoco"]),
        "country": st.sampled_from(["SY", "IQ"]),
        "since": st.sampled_from(["2024-01-03", "2024-01-05"]),
        "until": st.sampled_from(["2024-01-05", "2024-01-08"]),
        "weapon": st.sampled_from(["drone", "rocket"]),
        "claim_status": st.sampled_from(["claimed", "unknown"]),
        "counted": st.sampled_from(["true", "false"]),
        "search": st.sampled_from(["night", "omar"]),
        "event_date__gte": st.just("2024-01-02"),
        "event_date_end__lte": st.just("2024-01-06"),
        "bbox": st.just("40,35,41,36"),
        "claimant": st.just("iri"),
    },
)
CLOCKED = st.fixed_dictionaries(
    {},
    optional={
        "base": st.sampled_from(["al-omar", "conoco"]),
        "until": st.sampled_from(["2024-01-05", "2024-01-08"]),
        "known_on": st.sampled_from(["2024-01-04", "2024-02-01"]),
        "recorded_at": st.sampled_from(["12", "20"]),
    },
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=QUESTIONS | CLOCKED)
def test_every_format_and_the_page_give_the_same_set(client, incidents, asked):
    found = public_ids(client, "&".join(f"{name}={value}" for name, value in asked.items()))

    for way, ids in found.items():
        if way == "page":  # a table may name a record twice, such as what it was merged into
            ids = list(dict.fromkeys(ids))
        if way == "atom":  # the last changed first
            assert ids == sorted(ids, reverse=True)
            ids = sorted(ids, key=found["json"].index)
        assert ids == found["json"], way


def test_a_question_that_finds_nothing_has_a_whole_list_of_nothing(client, incidents):
    found = public_ids(client, "until=2000-01-01")

    assert set(map(tuple, found.values())) == {()}


@pytest.mark.parametrize("endpoint", HAVE)
@pytest.mark.parametrize("format", FORMATS)
def test_list_leaves_in_its_formats_and_no_other(client, record, endpoint, format):  # noqa: F811
    answer = ask(client, endpoint, f"format={format}")

    if format in {"json", "csv", "xlsx", "ndjson"} | HAVE[endpoint]:
        assert answer.status_code == 200
        assert body_of(answer)
        assert links_of(answer)["license"]
        assert b"SECRET" not in body_of(answer)
    else:
        assert answer.status_code == 400
        assert list(answer.json()) == ["format"]


@pytest.mark.parametrize("endpoint", sorted(HAVE))
def test_number_of_records_is_told_and_true(client, record, endpoint):  # noqa: F811
    if endpoint in ("counts", "unaccounted"):
        records = ask(client, endpoint).json()["results"]
    else:
        records = pages(client, endpoint, "")
    lines = body_of(ask(client, endpoint, "format=ndjson")).decode().splitlines()
    total = client.head(f"/api/v1/{endpoint}/?format=ndjson").headers["X-Total-Count"]

    assert len(lines) == len(records) == int(total)
    assert [json.loads(line) for line in lines] == records or endpoint in ("counts", "unaccounted")


def test_head_tells_the_number_and_sends_no_row(client, incidents, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        answer = client.head("/api/v1/incidents/?format=csv")

    assert answer.headers["X-Total-Count"] == "7"
    assert answer.content == b""


def test_accept_header_chooses_as_the_parameter_does(client, incidents):
    answer = ask(client, "incidents", headers={"accept": "text/csv"})

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "Accept" in answer.headers["Vary"]
    assert body_of(answer) == body_of(ask(client, "incidents", "format=csv"))


def test_file_is_named_for_the_list(client, incidents):
    answer = ask(client, "incidents", "format=xlsx")
    body_of(answer)

    assert (
        answer.headers["Content-Disposition"] == 'attachment; filename="basewatch-incidents.xlsx"'
    )


@pytest.mark.parametrize("format", ["csv", "geojson", "xlsx", "ndjson", "atom"])
def test_an_error_is_json_in_every_format(client, format):
    answer = ask(client, "incidents", f"format={format}&since=abc")

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"since": ["Give a day as YYYY-MM-DD."]}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("format=csv&cursor=abc", "cursor"),
        ("format=xlsx&page_size=5", "page_size"),
        ("format=ndjson&facets=weapon", "facets"),
        ("format=atom&fields=public_id", "fields"),
        ("bom=true", "bom"),
        ("format=xlsx&bom=true", "bom"),
        ("format=csv&bom=maybe", "bom"),
        ("fields=public_id,nonsense", "fields"),
        ("format=csv&fields=days", "fields"),
        ("ordering=weapon", "ordering"),
        ("facets=moon", "facets"),
        ("format=atom&known_on=2024-01-01", "format"),
        ("ordering=updated&known_on=2024-01-01", "ordering"),
        ("facets=outcome&known_on=2024-01-01", "known_on"),
        ("updated_since=0&facets=weapon", "facets"),
        ("updated_since=0&ordering=event_date", "ordering"),
        ("updated_since=0&ordering=nonsense", "ordering"),
    ],
)
def test_what_a_format_cannot_answer_is_refused_by_name(client, incidents, query, name):
    answer = ask(client, "incidents", query)

    assert answer.status_code == 400
    assert list(answer.json()) == [name]


def test_fields_are_those_asked_for_in_their_order(client, incidents):
    rows = csv_rows(ask(client, "incidents", "format=csv&fields=weapon,event_date"))
    page = ask(client, "incidents", "fields=weapon,public_id").json()
    [line, *_] = body_of(ask(client, "incidents", "format=ndjson&fields=days")).splitlines()
    [feature, *_] = json.loads(
        body_of(ask(client, "incidents", "format=geojson&fields=geo_precision"))
    )["features"]

    assert list(rows[0]) == ["weapon", "event_date"]
    assert rows[0] == {"weapon": "rocket", "event_date": "2024-01-07"}
    assert page["results"][0] == {"public_id": "BW-7", "weapon": "rocket"}
    assert json.loads(line) == {"days": 1}
    assert feature["properties"] == {"geo_precision": 2}


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("event_date", [1, 2, 3, 4, 5, 6, 7]),
        ("-event_date", [7, 6, 5, 4, 3, 2, 1]),
        ("event_date_end", [1, 2, 4, 5, 6, 7, 3]),
        ("-public_id", [7, 6, 5, 4, 3, 2, 1]),
        ("-updated", [2, 7, 6, 5, 4, 3, 1]),
    ],
)
def test_order_is_that_asked_for_in_pages_and_files(client, incidents, ordering, expected):
    with revision("seen"):
        incident = Incident.objects.get(serial=2)
        incident.outcome = "missed"
        incident.save()
    expected = [f"BW-{number}" for number in expected]
    query = f"ordering={ordering}"

    assert [one["public_id"] for one in pages(client, "incidents", query)] == expected
    rows = csv_rows(ask(client, "incidents", f"{query}&format=csv"))
    assert [row["public_id"] for row in rows] == expected


def test_facets_are_the_counts_of_the_same_question(client, incidents):
    page = ask(client, "incidents", "base=al-omar&facets=weapon,month&page_size=1").json()

    assert len(page["results"]) == 1
    for name, rows in page["facets"].items():
        counts = ask(client, "counts", f"base=al-omar&group_by={name}").json()["results"]
        assert rows == counts


def test_geojson_says_where_it_knows_no_place(client, incidents):
    collection = json.loads(body_of(ask(client, "incidents", "format=geojson")))
    places = [one["geometry"] and one["geometry"]["coordinates"] for one in collection["features"]]

    assert places == [[40.5, 35.1], None] * 3 + [[40.5, 35.1]]
    assert collection["without_geometry"] == 3
    assert collection["number_of_features"] == 7


@pytest.mark.parametrize("endpoint", ["incidents", "incidents/flat", "bases"])
def test_geojson_is_as_rfc_7946_has_it(client, incidents, endpoint):
    answer = ask(client, endpoint, "format=geojson")
    collection = json.loads(body_of(answer))
    ids = [feature["id"] for feature in collection["features"]]

    assert answer.headers["Content-Type"].startswith("application/geo+json")
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection  # since 2016 there is one alone
    assert ids
    assert len(ids) == len(set(ids))
    for feature in collection["features"]:
        assert set(feature) == {"type", "id", "geometry", "properties"}
        assert feature["type"] == "Feature"
        if feature["geometry"] is not None:
            assert set(feature["geometry"]) == {"type", "coordinates"}
            longitude, latitude = feature["geometry"]["coordinates"]
            assert -180 <= longitude <= 180
            assert -90 <= latitude <= 90
            assert (longitude, latitude) == (
                feature["properties"]["longitude"],
                feature["properties"]["latitude"],
            )
        assert all(not isinstance(cell, dict | list) for cell in feature["properties"].values())


def test_queries_of_a_whole_list_grow_by_chunks_and_not_by_records(client, monkeypatch):
    monkeypatch.setattr("config.rest.CHUNK", 5)
    monkeypatch.setattr(formats.in_chunks, "__defaults__", (5,))

    def queries(number):
        base, group = make_base(), make_group()
        for _ in range(number):
            incident = make_incident(base, reports=[make_report(publisher=make_organisation())])
            make_claim(incident, claimant=group, report=make_report())
        with CaptureQueriesContext(connection) as captured:
            body_of(ask(client, "incidents", "format=csv"))
        return len(captured)

    one_chunk = queries(5)
    two_chunks = queries(5)
    assert two_chunks - one_chunk <= 9
    assert queries(10) - two_chunks == 2 * (two_chunks - one_chunk)


@pytest.mark.parametrize("format", ["csv", "ndjson", "geojson", "atom", "xlsx"])
def test_memory_does_not_grow_with_the_list(client, monkeypatch, format):
    monkeypatch.setattr("config.rest.CHUNK", 50)
    monkeypatch.setattr(formats.in_chunks, "__defaults__", (50,))
    base, report = make_base(), make_report()

    def collected(*args):
        gc.collect()  # records know each other in circles, and wait for it
        return with_documents(*args)

    monkeypatch.setattr("attacks.api.with_documents", collected)

    def peak(more):
        with revision("many at once"):
            first = next_serial()
            create_all(
                [
                    Incident(
                        base=base,
                        serial=first + number,
                        earliest=day("2024-01-01"),
                        latest=day("2024-01-01"),
                        status="published",
                        summary="x" * 500,
                    )
                    for number in range(more)
                ]
            )
            new = Incident.objects.filter(serial__gte=first)
            create_all([Citation(incident=incident, report=report) for incident in new])
        gc.collect()
        tracemalloc.start()
        for _ in ask(client, "incidents", f"format={format}").streaming_content:
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    few = peak(100)
    assert peak(900) - few < 300_000  # ten times as many would take 5 MB as text alone


def test_spreadsheet_of_too_many_rows_is_refused_with_what_to_do(client, incidents, monkeypatch):
    monkeypatch.setattr("config.whole.SHEET_ROWS", 6)
    answer = ask(client, "incidents", "format=xlsx")
    body_of(answer)

    assert answer.status_code == 400
    assert answer.json() == {"format": ["A spreadsheet holds 6 rows and this list 7: use csv."]}


def test_tally_leaves_as_a_row_a_line(client):
    make_tally(lines=[(make_base("a"), 3), (make_base("b"), 4)], key="t-1")
    rows = csv_rows(ask(client, "tallies", "format=csv"))

    assert [(row["publication_key"], row["base_slug"], row["count"]) for row in rows] == [
        ("t-1", "a", "3"),
        ("t-1", "b", "4"),
    ]


@pytest.mark.django_db(transaction=True)
def test_list_is_of_one_state_of_the_record_whoever_writes_meanwhile(client, monkeypatch):
    monkeypatch.setattr("config.rest.CHUNK", 1)
    monkeypatch.setattr(formats.in_chunks, "__defaults__", (1,))
    monkeypatch.setattr(formats, "ENOUGH", 1)
    base = make_base("conoco", name="Before")
    for _ in range(6):
        make_incident(base)
    answer = ask(client, "incidents", "format=csv&fields=public_id,location")
    chunks = iter(answer.streaming_content)
    begun = next(chunks)

    def write():
        with revision("renamed while somebody reads"):
            base.name = "After"
            base.save()
            make_incident(base)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    writer.join(timeout=20)
    rest = b"".join(chunks)
    answer.close()

    assert not writer.is_alive()
    assert begun
    assert (begun + rest).count(b"Before") == 6
    assert b"After" not in rest
    assert body_of(ask(client, "incidents", "format=csv")).count(b"After") == 7
