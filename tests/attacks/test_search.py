"""Search in texts: what is found on either database, and that no text is an error."""

import json
from importlib import import_module

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from attacks.filters import ClaimFilter, CountFilter, IncidentFilter
from attacks.models import Claim, Incident
from attacks.search import CLAIM_TEXTS, INCIDENT_TEXTS, with_words, words_of, written
from tests.factories import (
    make_base,
    make_base_name,
    make_claim,
    make_incident,
)

pytestmark = pytest.mark.django_db

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="only PostgreSQL has a full text search"
)
elsewhere = pytest.mark.skipif(
    connection.vendor == "postgresql", reason="PostgreSQL has its own full text search"
)


@pytest.fixture
def incidents():
    omar, tanf = make_base("al-omar", name="Al-Omar"), make_base("al-tanf", name="Al-Tanf")
    make_base_name(tanf, "التنف", language="ar")
    make_incident(omar, serial=1, summary="Two drones were shot down; a rocket hit the depot.")
    make_incident(tanf, serial=2, summary="Rocket fire near the runway. Nobody was hurt.")
    make_incident(omar, serial=3, summary_ar="هجوم بطائرة مسيرة على قاعدة العمر")
    make_incident(omar, serial=4, summary="Éclat d'obus sur le dépôt, feu à étages, OBUS ÉCLATÉ")


def found(text, known_on=""):
    params = QueryDict(mutable=True)
    params.update({"search": text, "known_on": known_on})
    filters = IncidentFilter(params, Incident.objects.order_by("serial"))
    assert filters.is_valid(), filters.errors
    return [incident.serial for incident in filters.qs]


@pytest.mark.parametrize(
    ("text", "serials"),
    [
        ("rocket", [1, 2]),
        ("ROCKET", [1, 2]),
        ("rocket depot", [1]),
        ("depot rocket", [1]),
        ("rocket missile", []),
        ("  runway\t rocket ", [2]),
        ("drones", [1]),
        ("هجوم", [3]),
        ("مسيرة هجوم", [3]),
        ("éclat", [4]),
        ("ÉCLAT", [4]),
        ("ÉTAGES", [4]),
        ("éclaté", [4]),
        ("(rocket)", [1, 2]),
        ("runway.", [2]),
        # Names of bases, by any spelling, and the public id.
        ("omar", [1, 3, 4]),
        ("al omar", [1, 3, 4]),
        ("التنف", [2]),
        ("at-tanf", [2]),
        ("BW-3", [3]),
        ("bw-3", [3]),
        ("3", [3]),
    ],
)
def test_incidents_are_found_by_words_names_and_public_id(incidents, text, serials):
    assert found(text) == serials


@on_postgresql
@pytest.mark.parametrize(
    ("text", "serials"),
    [
        pytest.param("drone", [1], id="another form of the word"),
        pytest.param("shooting", [], id="no form of it"),
        pytest.param('"rocket fire"', [2], id="phrase"),
        pytest.param('"fire rocket"', [], id="not that phrase"),
        pytest.param("drone or runway", [1, 2], id="or"),
        pytest.param("rocket -drone", [2], id="without"),
        pytest.param("الهجوم", [3], id="the Arabic article"),
        pytest.param("بالهجوم", [3], id="an Arabic preposition"),
    ],
)
def test_full_text_knows_the_language_and_its_operators(incidents, text, serials):
    assert found(text) == serials


@elsewhere
@pytest.mark.parametrize(
    ("text", "serials"),
    [
        pytest.param("rock", [1, 2], id="a piece of a word"),
        pytest.param('"rocket fire"', [2], id="quotes are no part of a word"),
        pytest.param("100%", [], id="no pattern"),
        pytest.param("r_cket", [], id="no pattern of one letter"),
    ],
)
def test_elsewhere_words_are_looked_for_as_they_are_written(incidents, text, serials):
    assert found(text) == serials


@on_postgresql
@pytest.mark.parametrize("text", ["the", "was were the", "of"])
def test_stop_words_alone_are_looked_for_in_names_only(incidents, text):
    place = make_base("the-was-were-the-of", name=f"Base {text} Z")
    named = make_incident(place, serial=9)

    assert found(text) == [named.serial]


@pytest.mark.parametrize("text", ["…", "?!", "«»", "()"])
def test_text_without_a_word_stands_nowhere(incidents, text):
    assert list(Incident.objects.filter(written(text, INCIDENT_TEXTS))) == []
    assert found(text) == []


HOSTILE = [
    "'",
    '"',
    '"rocket',
    "'; DROP TABLE attacks_incident; --",
    "<->",
    "rocket <-> depot",
    "rocket:*",
    ":*",
    "a & | ! b",
    "!!!",
    "((",
    "\\",
    "\\'",
    "%",
    "%s %(x)s {0}",
    "-",
    "--",
    "or",
    "or or",
    "-rocket",
    "\N{REPLACEMENT CHARACTER}",
    "😀 " * 60,
    "\u202e\u200f\ufeff",
    "x" * 200,
    "ب" * 200,
    "a " * 100,
    "https://example.org/?a=b&c=d user@example.org /etc/passwd 1.5e10 -7",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_an_error(client, incidents, text):
    make_claim(Incident.objects.first())
    for endpoint in ("incidents", "counts", "claims", "tallies"):
        assert client.get(f"/api/v1/{endpoint}/", {"search": text}).status_code == 200
    assert client.get("/incidents/", {"search": text}).status_code == 200
    assert Incident.objects.count() == 4


@pytest.mark.parametrize("text", [*HOSTILE, "rocket\0depot", "x" * 10_000, "word " * 2_000])
def test_the_rule_itself_takes_any_text(incidents, text):
    for documents, rows in ((INCIDENT_TEXTS, Incident.objects), (CLAIM_TEXTS, Claim.objects)):
        list(rows.filter(written(text, documents)))
    list(Incident.objects.filter(with_words(text, ["summary", "summary_ar"])))


@pytest.mark.parametrize(
    ("text", "told"),
    [("rocket\0", "Null characters are not allowed."), ("x" * 10_000, "at most 200 characters")],
)
@pytest.mark.parametrize("filters", [IncidentFilter, CountFilter, ClaimFilter])
def test_what_no_text_can_be_is_refused(filters, text, told):
    asked = filters(QueryDict(mutable=True) | {"search": text}, filters._meta.model.objects.all())

    assert list(asked.errors) == ["search"]
    assert told in asked.errors["search"][0]


def test_summary_is_not_searched_on_an_earlier_day(incidents):
    assert found("rocket", known_on="2024-03-01") == []
    assert found("هجوم", known_on="2024-03-01") == []
    assert found("omar", known_on="2024-03-01") == [1, 3, 4]
    assert found("BW-2", known_on="2024-03-01") == [2]


def test_draft_is_not_found(client):
    make_incident(serial=1, status="draft", summary="Rocket")
    make_claim(Incident.objects.get(), summary="Rocket")

    for endpoint in ("incidents", "claims"):
        assert client.get(f"/api/v1/{endpoint}/?search=rocket").json()["results"] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("spokesman", "a"),
        ("pentagon spokesman", "a"),
        ("telegram", "b"),
        ("المقاومة", "b"),
        ("resistance", "b"),
        ("three drones", "a"),
        ("telegram spokesman", ""),
        ("and", "…"),
    ],
)
def test_claims_are_found_by_what_is_written_in_any_of_their_texts(text, found):
    if found == "…":
        found = "" if connection.vendor == "postgresql" else "b"
    incident = make_incident()
    a = make_claim(incident, speaker="Pentagon spokesman", summary="Three drones were shot down")
    b = make_claim(
        incident,
        claimant_text="Islamic Resistance",
        via="Telegram and X",
        summary="المقاومة",
    )
    filters = ClaimFilter(QueryDict(f"search={text}"), Claim.objects.order_by("id"))

    assert filters.is_valid()
    assert "".join({a.pk: "a", b.pk: "b"}[claim.pk] for claim in filters.qs) == found


def test_other_filters_hold_as_well(incidents):
    asked = IncidentFilter(
        QueryDict("search=rocket&base__in=al-omar"), Incident.objects.order_by("id")
    )

    assert [incident.serial for incident in asked.qs] == [1]


def test_words_of_a_text_are_parted_from_their_marks():
    assert words_of(' "Ain al-Asad", (F-16)  أسد، ain "Ain ') == [
        "Ain",
        "al-Asad",
        "F-16",
        "أسد",
        "ain",
    ]
    assert words_of("… — . -") == []


# Indexes


def plan_of(rows):
    """The names of the indexes by which PostgreSQL answers when it may not read the whole table."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql, params = rows.query.sql_with_params()
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        answer = cursor.fetchone()[0]
    return answer if isinstance(answer, str) else json.dumps(answer)


@on_postgresql
@pytest.mark.parametrize(
    ("rows", "documents", "index"),
    [
        (Incident, INCIDENT_TEXTS[:1], "incident_summary_search"),
        (Incident, INCIDENT_TEXTS[1:], "incident_summary_ar_search"),
        (Claim, CLAIM_TEXTS, "claim_text_search"),
    ],
)
def test_full_text_is_answered_by_its_index(rows, documents, index):
    with transaction.atomic():
        plan = plan_of(rows.objects.order_by().filter(written("rocket", documents)))

    assert f'"Index Name": "{index}"' in plan
    assert '"Seq Scan"' not in plan


@on_postgresql
def test_search_of_the_list_is_answered_by_indexes_too(incidents):
    asked = IncidentFilter(QueryDict("search=tanf"), Incident.objects.published().order_by())
    with transaction.atomic():
        plan = plan_of(asked.qs)

    for index in ("incident_summary_search", "incident_summary_ar_search"):
        assert f'"Index Name": "{index}"' in plan
    assert '"Seq Scan"' not in plan


@on_postgresql
def test_indexes_can_be_taken_back_and_made_again():
    migration = import_module("attacks.migrations.0004_full_text")

    def there():
        with connection.cursor() as cursor:
            tables = ("attacks_incident", "attacks_claim")
            found = [connection.introspection.get_constraints(cursor, one) for one in tables]
        return {name for names in found for name in names} & {*migration.INDEXES}

    with connection.schema_editor() as editor:
        migration.drop(None, editor)
        assert there() == set()
        migration.make(None, editor)
        assert there() == {*migration.INDEXES}


def test_search_takes_few_queries(incidents, in_a_request):
    with CaptureQueriesContext(connection) as queries:
        found("rocket")

    # the revision; bases; their names; incidents
    assert len(queries) == 4
    with CaptureQueriesContext(connection) as queries:
        found("drone")
    assert len(queries) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("drone -rocket", {"BW-1"}),
        ('drone -"by night"', {"BW-2"}),
        ("drone -مسيرة", {"BW-2"}),
        ("-drone", set()),
        ("drone one-way", {"BW-1"}),
    ],
    ids=["word", "phrase", "in the other language", "alone", "a hyphen is no minus"],
)
def test_what_is_behind_a_minus_stands_nowhere(client, text, expected):
    make_incident(serial=1, summary="A one-way drone by night", summary_ar="هجوم مسيرة")
    make_incident(serial=2, summary="A drone and a rocket")
    found = client.get("/api/v1/incidents/", {"search": text}).json()["results"]

    assert {one["public_id"] for one in found} == expected
