"""Quoted figures in the API."""

import base64
import json

import pytest

from attacks.models import Incident
from sources.revisions import revision
from tallies import figures
from tallies.figures import quote
from tests.factories import day, make_base, make_incident, make_organisation, make_tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def conoco():
    return make_base("conoco", name="Conoco")


def ask(client, figure):
    answer = client.get(f"/api/v1/figures/{figure.id}/")
    assert answer.status_code == 200
    return answer.json()


def moment_of(revision):
    return revision.moment.isoformat().replace("+00:00", "Z")


def test_count_with_every_field(client, conoco):
    one = make_incident(conoco, on="2024-02-10", attack_count=2)
    other = make_incident(conoco, on="2024-02-04", until="2024-02-06")
    figure = quote({"query": "base=conoco&since=2024-02-05"})
    with revision("Photographs are of the 4th") as second:
        other.latest = day("2024-02-04")
        other.save()

    answer = ask(client, figure)
    citations = answer.pop("citations")
    lists = "http://testserver/api/v1/incidents/?base=conoco&since=2024-02-05&counted=true"

    assert list(citations) == ["plain", "bibtex", "csl"]
    assert f"http://testserver/figures/{figure.id}/" in citations["plain"]
    assert citations["bibtex"].startswith("@misc{")
    assert citations["csl"][0]["type"] == "dataset"
    assert answer == {
        "id": figure.id,
        "url": f"http://testserver/figures/{figure.id}/",
        "title": "Attacks on military bases, at Conoco, since 5 February 2024",
        "question": {
            "query": "base=conoco&since=2024-02-05",
            "tally": None,
            "place": None,
            "known_on": None,
            "recorded_at": None,
        },
        "revision": {"number": figure.revision_id, "moment": moment_of(figure.revision)},
        "value": {"certain": 2, "possible": 3},
        "published": None,
        "quantifier": None,
        "digest": figure.digest,
        "incidents_url": f"{lists}&recorded_at={figure.revision_id}",
        "created": figure.created.isoformat().replace("+00:00", "Z"),
        "incidents": [
            {"public_id": one.public_id, "attacks": 2, "certain": True},
            {"public_id": other.public_id, "attacks": 1, "certain": False},
        ],
        "now": {
            "value": {"certain": 2, "possible": 2},
            "published": None,
            "fixed": False,
            "refused": None,
            "incidents_url": lists,
        },
        "changes": [
            {
                "kind": "went",
                "public_id": other.public_id,
                "earliest": "2024-02-04",
                "latest": "2024-02-04",
                "base": {"slug": "conoco", "name": "Conoco"},
                "then": {"attacks": 1, "certain": False},
                "now": None,
                "what": ["days"],
                "withdrawn": False,
                "reasons": [
                    {
                        "number": second.number,
                        "moment": moment_of(second),
                        "reason": "Photographs are of the 4th",
                    }
                ],
            }
        ],
        "changes_untold": 0,
        "changed_around": [],
    }


def test_published_number(client, conoco):
    tally = make_tally(make_organisation("sohr"), [(conoco, 32)], key="t-1", quantifier="at_least")
    figure = quote({"tally": "t-1", "place": "total", "known_on": "2024-03-01"})
    with revision("misread"):
        tally.total = 23
        tally.save()

    answer = ask(client, figure)

    assert answer["question"] == {
        "query": None,
        "tally": "t-1",
        "place": "total",
        "known_on": "2024-03-01",
        "recorded_at": None,
    }
    assert (answer["published"], answer["quantifier"]) == (32, "at_least")
    assert answer["value"] == {"certain": 0, "possible": 0}
    assert answer["now"]["published"] == 23
    assert [one["reason"] for one in answer["changed_around"]] == ["misread"]


def test_of_a_withdrawn_record_only_id_days_base_and_reason_leave(client, conoco):
    one = make_incident(conoco, attack_count=7)
    figure = quote({"query": "base=conoco"})
    with revision("It never happened"):
        one.status = Incident.Status.RETRACTED
        one.save()

    answer = ask(client, figure)
    [change] = answer["changes"]

    assert answer["incidents"] == [{"public_id": one.public_id, "attacks": None, "certain": None}]
    assert change["withdrawn"]
    assert change["base"] == {"slug": "conoco", "name": "Conoco"}
    assert (change["then"], change["now"]) == (None, None)
    assert [reason["reason"] for reason in change["reasons"]] == ["It never happened"]


def test_question_that_can_no_longer_be_asked(client):
    base = make_base("gone")
    figure = quote({"query": "base=gone"})
    with revision("entered twice"):
        base.delete()

    answer = ask(client, figure)

    assert answer["value"] == {"certain": 0, "possible": 0}
    assert answer["now"]["refused"].startswith("“gone” is unknown")
    assert (answer["now"]["value"], answer["now"]["incidents_url"]) == (None, None)
    assert [one["reason"] for one in answer["changed_around"]] == ["entered twice"]


def test_more_than_is_held_and_what_no_earlier_record_lists(client, conoco, monkeypatch):
    make_incident(conoco)
    unlisted = quote({"query": "claim_status=unknown"})
    monkeypatch.setattr(figures, "MOST_HELD", 0)
    many = quote({"query": "base=conoco"})

    assert ask(client, many)["incidents"] is None
    assert client.get(ask(client, many)["incidents_url"]).json()["results"]
    assert ask(client, unlisted)["incidents_url"] is None
    assert len(ask(client, unlisted)["incidents"]) == 1


def test_list_is_newest_first_by_pages_without_what_may_be_long(client, conoco):
    made = [quote({"query": f"since=2024-01-0{number}"}).id for number in range(1, 6)]
    address, found = "/api/v1/figures/?page_size=2", []
    while address:
        page = client.get(address).json()
        found += page["results"]
        address = page["next"]

    assert [row["id"] for row in found] == made[::-1]
    assert not {"incidents", "now", "changes"} & found[0].keys()
    assert found[0]["citations"]["plain"]


@pytest.mark.parametrize(
    "cursor",
    [
        [False, "2024-01-01", "a" * 20],  # a day is no moment
        [False, "2024-01-01T00:00:00", "a" * 20],  # no zone
        [False, "0001-01-01T00:00:00+14:00", "a" * 20],
        [False, "9999-12-31T23:59:59-14:00", "a" * 20],
        [False, "2024-01-01T00:00:00Z", "\0" * 20],
        [False, "2024-01-01T00:00:00Z", "a"],
    ],
)
def test_cursor_that_no_page_gave_is_refused(client, conoco, cursor):
    text = base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode()

    answer = client.get("/api/v1/figures/", {"cursor": text})

    assert answer.status_code == 400
    assert list(answer.json()) == ["cursor"]


@pytest.mark.parametrize("figure_id", ["a" * 20, "nonsense", "%00"])
def test_no_such_figure(client, figure_id):
    assert client.get(f"/api/v1/figures/{figure_id}/").status_code == 404


def test_queries_are_bounded(client, conoco, django_assert_max_num_queries):
    for number in range(1, 10):
        quote({"query": f"since=2024-01-0{number}"})
    figure = quote({"query": ""})
    for _ in range(20):
        make_incident(conoco)

    with django_assert_max_num_queries(3):
        client.get("/api/v1/figures/")
    with django_assert_max_num_queries(30):
        assert len(ask(client, figure)["changes"]) == 20
