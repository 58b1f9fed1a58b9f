"""Asking again is cheap: ETags, 304 before a row is read, caches, compression, other sites."""

import gzip
import time
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import parse_http_date

from attacks.models import Incident
from config import freshness
from sources.models import Revision
from sources.revisions import revision
from tallies.figures import quote
from tests.factories import make_base, make_incident
from tests.test_api import ENDPOINTS, body_of, record  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db

LIST = "/api/v1/incidents/"
QUESTIONS = [
    LIST,
    f"{LIST}?weapon=drone&page_size=1",
    f"{LIST}?format=csv",
    f"{LIST}?format=xlsx",
    f"{LIST}?format=atom",
    "/api/v1/incidents/BW-1/",
    "/api/v1/tallies/sohr-1/reconciliation/",
    "/api/v1/counters/sohr/steps/",
    "/api/v1/counts/?format=csv",
    *(f"/api/v1/{endpoint}/" for endpoint in ENDPOINTS),
]


def again(client, address, **headers):
    """The answer, and how many queries it took."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, headers=headers)
    return answer, len(queries)


@pytest.mark.parametrize("address", QUESTIONS)
def test_same_question_again_is_a_304_before_any_row_is_read(client, record, address):  # noqa: F811
    first = client.get(address)
    assert body_of(first)

    answer, queries = again(client, address, if_none_match=first.headers["ETag"])

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == first.headers["ETag"]
    assert answer.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert queries == (2 if "figures" in address else 1)


@pytest.mark.parametrize("address", QUESTIONS[:-1])
def test_copy_that_is_no_older_is_a_304(client, record, address):  # noqa: F811
    with later(2):
        first = client.get(address)
        body_of(first)
        if "figures" in address:  # made without a revision
            assert "Last-Modified" not in first.headers
            return

        answer, queries = again(client, address, if_modified_since=first.headers["Last-Modified"])

    assert answer.status_code == 304
    if address.startswith(LIST + "?"):
        assert queries <= 4  # that the question is valid, and no more


def test_any_revision_makes_the_answer_another(client):
    base = make_base("conoco")
    make_incident(base)
    etag = client.get(LIST).headers["ETag"]
    make_incident(base)

    answer, _ = again(client, LIST, if_none_match=etag)

    assert answer.status_code == 200
    assert len(answer.json()["results"]) == 2
    assert answer.headers["ETag"] != etag


def test_etag_is_of_one_address_one_format_and_one_release(client, monkeypatch):
    make_incident(make_base("conoco"))
    answers = [
        client.get(LIST),
        client.get(LIST, headers={"host": "localhost"}),
        client.get(f"{LIST}?weapon=unknown"),
        client.get(LIST, headers={"accept": "text/csv"}),
    ]
    monkeypatch.setattr(freshness, "release", lambda: ("the next one", 0))
    answers.append(client.get(LIST))

    assert len({answer.headers["ETag"] for answer in answers}) == len(answers)


def test_release_follows_from_the_code(tmp_path):
    file = tmp_path / "module.py"
    file.write_text("a = 1")
    first = freshness.digest_of([file])
    file.write_text("a = 2")

    assert first != freshness.digest_of([file])
    digest, changed = freshness.release()
    assert len(digest) == 64
    assert changed <= time.time()


def test_second_change_in_one_second_is_never_a_304_by_date(client, settings):
    incident = make_incident(make_base("conoco"))
    with at(Revision.objects.first().moment.timestamp()):
        assert "Last-Modified" not in client.get(LIST).headers  # the second is not over
    with later(2):
        date = client.get(LIST).headers["Last-Modified"]
        moment = parse_http_date(date)
        assert moment >= Revision.objects.first().moment.timestamp()
        assert again(client, LIST, if_modified_since=date)[0].status_code == 304
    with revision("corrected"):
        incident.outcome = "hit"
        incident.save()
    with later(4):
        assert again(client, LIST, if_modified_since=date)[0].status_code == (
            200 if Revision.objects.first().moment.timestamp() > moment else 304
        )


@contextmanager
def later(seconds):
    """As if that many seconds had passed since the last change."""
    with at(time.time() + seconds):
        yield


@contextmanager
def at(now):
    with patch("config.freshness.time.time", lambda: now):
        yield


@pytest.mark.parametrize("address", [f"{LIST}?since=abc", f"{LIST}?nonsense=1", f"{LIST}BW-99/"])
def test_what_is_refused_or_not_there_is_never_a_304(client, address):
    make_incident()
    for headers in ({"if_none_match": "*"}, {"if_modified_since": "Sat, 01 Jan 2050 00:00:00 GMT"}):
        answer, _ = again(client, address, **headers)

        assert answer.status_code in (400, 404)
        assert "ETag" not in answer.headers


def test_new_figure_changes_the_list_of_figures_without_a_revision(client):
    make_incident(make_base("conoco"))
    etag = client.get("/api/v1/figures/").headers["ETag"]
    quote({"query": "base=conoco"})

    assert again(client, "/api/v1/figures/", if_none_match=etag)[0].status_code == 200


def test_retracted_record_is_gone_for_who_holds_it(client):
    incident = make_incident()
    address = f"/api/v1/incidents/{incident.public_id}/"
    etag = client.get(address).headers["ETag"]
    with revision("It did not happen"):
        incident.status = Incident.Status.RETRACTED
        incident.save()

    assert again(client, address, if_none_match=etag)[0].status_code == 404


def test_cache_in_front_may_answer_for_a_while(client, settings):
    settings.CDN_SECONDS = 30
    answer = client.get(LIST)

    assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=30"
    assert "Set-Cookie" not in answer.headers
    same = client.get(LIST, headers={"if-none-match": answer.headers["ETag"]})
    assert same.status_code == 304
    for one in (answer, same, client.head(LIST), client.head(f"{LIST}?format=csv")):
        assert {"Accept", "Accept-Encoding"} <= set(one.headers["Vary"].split(", "))
        assert one.headers["Cache-Control"] == answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "address", [f"{LIST}?updated_since=0", "/api/v1/deleted/", "/api/v1/deleted/?format=csv"]
)
def test_who_keeps_a_copy_is_answered_by_no_cache_in_front(client, address):
    make_incident()
    answer = client.get(address)
    body_of(answer)

    assert "s-maxage=0, must-revalidate" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("format", ["json", "csv", "geojson", "ndjson", "atom"])
def test_answers_are_compressed_for_who_reads_them_so(client, format):
    make_incident(summary="x" * 1000)
    plain = body_of(client.get(f"{LIST}?format={format}"))
    packed = client.get(f"{LIST}?format={format}", headers={"accept-encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"].startswith("W/")
    assert gzip.decompress(body_of(packed)) == plain


def test_spreadsheet_is_not_packed_twice(client):
    make_incident()
    answer = client.get(f"{LIST}?format=xlsx", headers={"accept-encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers
    assert body_of(answer).startswith(b"PK")


@pytest.mark.parametrize("address", [LIST, f"{LIST}?format=csv", "/api/acled/read"])
def test_any_page_in_any_browser_may_read_the_api(client, address):
    answer = client.get(address, headers={"origin": "https://newsroom.example"})
    body_of(answer)

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "x-total-count" in answer.headers["Access-Control-Expose-Headers"].lower()


def test_no_page_but_the_api_is_open_to_other_sites(client):
    for address in ("/incidents/", "/admin/login/"):
        answer = client.get(address, headers={"origin": "https://newsroom.example"})

        assert "Access-Control-Allow-Origin" not in answer.headers


def test_browser_may_ask_first(client):
    answer = client.options(
        LIST,
        headers={
            "origin": "https://newsroom.example",
            "access-control-request-method": "GET",
            "access-control-request-headers": "if-none-match",
        },
    )

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "if-none-match" in answer.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    ("name", "query", "seconds"),
    [
        ("EXPORTS_PER_HOUR", "format=csv", 3_600),
        ("SEARCHES_PER_MINUTE", "search=omar", 60),
        ("SEARCHES_PER_MINUTE", "summary__icontains=omar", 60),
    ],
)
def test_what_is_dear_can_be_asked_so_often_and_a_304_is_free(
    client, settings, name, query, seconds
):
    setattr(settings, name, 2)
    caches["throttle"].clear()
    make_incident()
    address = f"{LIST}?{query}"
    answers = [client.get(address) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]

    refused = client.get(address)

    assert refused.status_code == 429
    assert seconds - 5 < int(refused.headers["Retry-After"]) <= seconds
    assert refused.headers["Content-Type"] == "application/json"
    assert "detail" in refused.json()
    etag = answers[0].headers["ETag"]
    assert client.get(address, headers={"if-none-match": etag}).status_code == 304
    assert client.get(LIST).status_code == 200
    assert client.get(address, REMOTE_ADDR="192.0.2.9").status_code == 200


def test_plain_read_writes_nothing(client):
    make_incident()
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)

    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)


@pytest.mark.parametrize("page", ["/incidents/", "/counts/"])
def test_search_on_a_page_takes_from_the_same_places(client, settings, page):
    settings.SEARCHES_PER_MINUTE = 2
    caches["throttle"].clear()
    answers = [client.get(f"{page}?search=omar"), client.get(f"{LIST}?search=omar")]
    assert [answer.status_code for answer in answers] == [200, 200]

    refused = client.get(f"{page}?search=omar")

    assert refused.status_code == 429
    assert 55 < int(refused.headers["Retry-After"]) <= 60
    assert "Too many searches for now" in refused.content.decode()
    assert client.get(page).status_code == 200
