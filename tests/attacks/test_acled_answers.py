"""How the lists in the shape of ACLED's interface leave: formats, pages, limits, the schema."""

import csv
import io
import json

import jsonschema
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings

from attacks.models import Incident
from sources.revisions import create_all, revision
from tests.acled import COLUMNS, LISTS, ask, body, refusals, rows
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


def test_keys_and_tokens_are_not_needed_and_never_told(client, events):
    sent = {"key": "SECRET", "email": "SECRET", "access_token": "SECRET", "terms": "accept"}
    more = {"export_type": "dyadic", "inter_num": "0", "with_total": "true"}

    answer = client.get("/api/acled/read", sent | more, headers={"authorization": "Bearer SECRET"})

    assert answer.status_code == 200
    assert "SECRET" not in body(answer)
    assert len(rows(client)) == 3


@pytest.mark.parametrize("accept", ["application/json", "text/csv", "text/html", "*/*"])
def test_format_is_that_of_the_address_whatever_is_accepted(client, events, accept):
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


def test_slash_behind_the_address_is_tolerated(client, events):
    assert body(client.get("/api/acled/read/")) == body(client.get("/api/acled/read"))


def test_csv_holds_the_same_cells(client, events):
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


def test_fields_leaves_the_other_columns_out_in_the_order_asked_for(client, events):
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


def test_limit_0_means_all_rows_on_one_page(client, events):
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


def test_page_far_behind_the_last_is_empty(client, events):
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


def test_head_reads_no_row(client, events):
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


def test_any_page_in_a_browser_may_read_it(client, events):
    answer = client.get("/api/acled/read", headers={"origin": "https://example.org"})

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert 'rel="license"' in answer.headers["Link"]


def test_same_answer_is_not_sent_twice(client, events):
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
def test_answers_are_as_the_schema_says(client, events, schema, name):
    merged = make_incident(merged_into=events["a"])
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
