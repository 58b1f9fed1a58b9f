import datetime

import pytest

from attacks.claim_imports import CLAIMS as CLAIMS_FORMAT
from attacks.exports import CLAIMS, INCIDENTS
from attacks.flat import FLAT_COLUMNS, flat
from attacks.imports import INCIDENTS as INCIDENTS_FORMAT
from attacks.models import Claim, Incident, IncidentKey
from attacks.records import annotated, with_documents
from attacks.rules import HOUSE, Basis
from sources.models import Revision
from sources.recorded import Record
from sources.revisions import revision
from sources.rows import Kind
from tests.exporting import cells_of, kinds_of
from tests.factories import (
    day,
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
)
from tests.importing import edit

pytestmark = pytest.mark.django_db


def shown(incident, basis=None):
    """The incident as the list has it."""
    basis = basis or Basis(HOUSE)
    [found] = with_documents(annotated(basis.published().filter(id=incident.pk), basis), basis)
    return found


def row(incident, basis=None):
    [cells] = cells_of(INCIDENTS, [shown(incident, basis)])
    return cells


def claim_rows():
    linked = Claim.objects.select_related("incident", "claimant", "blamed", "report__publisher")
    return cells_of(CLAIMS, linked.prefetch_related("incident__keys").order_by("id"))


def make_key(incident, system, key):
    with revision("made by a test"):
        IncidentKey.objects.create(incident=incident, system=system, key=key)


def test_columns_are_those_of_the_import_then_what_follows_from_them():
    flat_names = tuple(column.name for column in FLAT_COLUMNS)

    assert INCIDENTS.names == INCIDENTS_FORMAT.required + INCIDENTS_FORMAT.optional + flat_names
    assert CLAIMS.names == CLAIMS_FORMAT.required + CLAIMS_FORMAT.optional + ("incident", "id")
    assert len(set(INCIDENTS.names)) == len(INCIDENTS.names)


def test_numbers_and_days_are_known_as_such():
    flat_numbers = {column.name for column in FLAT_COLUMNS if column.kind == Kind.INTEGER}
    people = {f"{whom}_{end}" for whom in ("killed", "injured") for end in ("min", "best", "max")}
    figures = {f"{whom}_{end}" for whom in ("killed", "injured") for end in ("low", "high")}

    assert kinds_of(INCIDENTS, Kind.INTEGER) == flat_numbers | people | {
        "munitions_count",
        "attack_count",
    }
    assert {"occurred_on", "earliest", "latest"} < kinds_of(INCIDENTS, Kind.DAY)
    assert kinds_of(CLAIMS, Kind.INTEGER) == figures | {"id"}
    assert kinds_of(CLAIMS, Kind.DAY) == {"claimed_on"}


def test_incident_leaves_with_its_facts_and_with_their_flat_form():
    report, other = make_report(), make_report("K-1", url=None)
    incident = make_incident(
        make_base("oil", latitude="35.1", longitude="40.2"),
        reports=[report, other],
        killed_low=0,
        killed_best=1,
        weapon="drone",
        grade="fair",
    )

    cells = row(incident)

    assert (cells["base_slug"], cells["public_id"]) == ("oil", incident.public_id)
    assert (cells["killed_min"], cells["killed_best"], cells["killed_max"]) == (0, 1, None)
    assert (cells["grade"], cells["summary"], cells["merged_into"]) == ("fair", None, None)
    assert cells["source_urls"] == f"{report.url};report:K-1"
    assert {name: cells[name] for name in flat(shown(incident))} == flat(shown(incident))
    assert INCIDENTS.place(shown(incident)) == (40.2, 35.1)


def test_incident_at_a_base_without_coordinates_has_no_place():
    assert INCIDENTS.place(shown(make_incident())) is None


@pytest.mark.parametrize(
    ("until", "on", "precision"),
    [
        pytest.param("2024-01-15", day("2024-01-15"), "day", id="one day"),
        pytest.param("2024-01-16", None, None, id="range"),
    ],
)
def test_day_is_given_where_it_is_known_and_its_range_always(until, on, precision):
    cells = row(make_incident(on="2024-01-15", until=until))

    assert (cells["occurred_on"], cells["date_precision"]) == (on, precision)
    assert (cells["earliest"], cells["latest"]) == (day("2024-01-15"), day(until))


@pytest.mark.parametrize(
    ("time", "words", "cells"),
    [
        pytest.param(None, "", (None, None), id="not known"),
        pytest.param(datetime.time(0, 0), "", ("00:00", None), id="midnight"),
        pytest.param(datetime.time(5, 30, 1), "", ("05:30:01", None), id="seconds"),
        pytest.param(None, "at dawn", ("at dawn", None), id="words"),
        pytest.param(datetime.time(5, 30), "at dawn", ("05:30", "at dawn"), id="both"),
        pytest.param(None, "5:30", (None, "5:30"), id="words that look like a clock time"),
    ],
)
def test_time_is_that_of_the_clock_or_words(time, words, cells):
    found = row(make_incident(local_time=time, local_time_text=words))

    assert (found["time_of_day"], found["time_in_words"]) == cells


@pytest.mark.parametrize(
    ("keys", "key", "others"),
    [
        pytest.param([], "BW-7", None, id="none"),
        pytest.param([("csv", "a")], "a", None, id="of files"),
        pytest.param([("csv", "b"), ("csv", "a")], "a", "csv:b", id="two of files"),
        pytest.param([("acled", "A1"), ("csv", "a")], "a", "acled:A1", id="of ACLED too"),
        pytest.param([("acled", "A1")], "BW-7", "acled:A1", id="of ACLED alone"),
        pytest.param([("csv", "BW-9")], "BW-7", "csv:BW-9", id="like the id of another"),
    ],
)
def test_key_is_that_of_files_else_the_public_id(keys, key, others):
    incident = make_incident(serial=7)
    make_claim(incident)
    for system, one in keys:
        make_key(incident, system, one)

    cells = row(incident)

    assert (cells["key"], cells["other_keys"]) == (key, others)
    assert [claim["incident_key"] for claim in claim_rows()] == [key]


def test_record_that_stands_for_it_is_named_where_readers_see_it():
    survivor = make_incident()
    incident = make_incident(merged_into=survivor)
    assert row(incident)["merged_into"] == survivor.public_id

    edit(survivor, status="retracted")

    assert row(incident)["merged_into"] is None


# Who says what


def blamed(*pairs, **fields):
    incident = make_incident()
    for by, whom in pairs:
        make_claim(incident, "attribution", claimant_text=by, blamed_text=whom, **fields)
    cells = row(incident)
    return cells["attributed_to"], cells["attributed_by"]


@pytest.mark.parametrize(
    ("pairs", "cells"),
    [
        pytest.param([], (None, None), id="nobody"),
        pytest.param([("US", "IRI")], ("IRI", "US"), id="one"),
        pytest.param([("", "IRI"), ("", "B")], ("B;IRI", None), id="by nobody named"),
        pytest.param([("US", "IRI"), ("SOHR", "IRI")], ("IRI", "SOHR;US"), id="by two"),
        pytest.param(
            [("US", "A"), ("US", "B;b"), ("UK", "A"), ("UK", "B;b")],
            (r"A;B\;b", "UK;US"),
            id="each of two blames both",
        ),
        pytest.param([("US", "A"), ("UK", "B")], (None, None), id="each of two blames another"),
        pytest.param([("US", "A"), ("UK", "A"), ("UK", "B")], (None, None), id="one blames more"),
        pytest.param([("US", "A"), ("", "A")], (None, None), id="by one named and one not"),
        pytest.param([("US", "A"), ("UK", "")], ("A", "US"), id="one blames nobody named"),
    ],
)
def test_who_blames_whom_stands_there_where_each_blames_all(pairs, cells):
    assert blamed(*pairs) == cells


@pytest.mark.parametrize("stance", ["denies", "disputes", "corrects"])
def test_who_does_not_affirm_blames_nobody_and_claims_nothing(stance):
    assert blamed(("US", "IRI"), stance=stance) == (None, None)

    incident = make_incident()
    make_claim(incident, "responsibility", stance, claimant_text="IRI")
    assert row(incident)["claimed_by"] is None


def test_who_claims_it_stands_there_as_printed():
    incident = make_incident()
    for text in ("IRI", "The group; its channel", "IRI", ""):
        make_claim(incident, claimant=make_group(), claimant_text=text)
    make_claim(incident, "denial", claimant_text="Somebody else")

    cells = row(incident)

    assert cells["claimed_by"] == r"IRI;The group\; its channel"
    assert cells["claim_status"] == "competing"


def test_claim_leaves_with_all_that_it_says():
    incident = make_incident(serial=7)
    claim = make_claim(
        incident,
        "casualty",
        "corrects",
        claimant=make_organisation("us"),
        claimant_text="The Pentagon",
        blamed_text="IRI",
        killed_low=0,
        made_on=day("2024-01-16"),
        report=make_report("seed:list", url=None),
        summary="=none",
    )

    assert claim_rows() == [
        {
            "incident_key": "BW-7",
            "claimant": "The Pentagon",
            "kind": "casualty",
            "stance": "corrects",
            "claimed_on": day("2024-01-16"),
            "via": None,
            "summary": "=none",
            "source_url": "seed:list",
            "speaker": None,
            "blamed": "IRI",
            "killed_low": 0,
            "killed_high": None,
            "injured_low": None,
            "injured_high": None,
            "whose": None,
            "claimant_slug": "us",
            "blamed_slug": None,
            "incident": "BW-7",
            "id": claim.pk,
        }
    ]


# Under the clocks


def test_withdrawn_record_leaves_with_no_more_than_which_one_it_was():
    survivor = make_incident()
    incident = make_incident(
        on="2024-01-15", reports=[make_report()], summary="Secret", weapon="drone",
        merged_into=survivor, local_time=datetime.time(5, 30), attack_count=2, serial=77,
    )  # fmt: skip
    make_key(incident, "csv", "inc-1")
    make_claim(incident, claimant=make_group())
    then = Record(Revision.objects.first().number)
    edit(incident, status="retracted")

    cells = row(incident, Basis(HOUSE, record=then))

    kept = {
        "key": "BW-77",
        "public_id": "BW-77",
        "occurred_on": day("2024-01-15"),
        "date_precision": "day",
        "earliest": day("2024-01-15"),
        "latest": day("2024-01-15"),
        "base_slug": incident.base.slug,
        "attack_count": 2,
        "claim_status": "unknown",
    }
    flat_names = {column.name for column in FLAT_COLUMNS}
    known = {name: cell for name, cell in cells.items() if cell is not None}
    assert {name: cell for name, cell in known.items() if name not in flat_names} == kept


def test_what_was_coded_since_does_not_leave_by_what_was_known_on_a_day():
    incident = make_incident(
        on="2024-01-15", summary="Later", grade="fair", killed_best=2, munitions=4,
        reports=[make_report(published="2024-01-15"), make_report(published="2024-03-01")],
    )  # fmt: skip
    early = make_claim(incident, claimant_text="IRI", made_on=day("2024-01-16"))
    make_claim(incident, claimant_text="Another", made_on=day("2024-03-01"))

    cells = row(incident, Basis(HOUSE, known_on=day("2024-02-01")))

    assert cells["claimed_by"] == early.claimant_text
    assert cells["source_urls"].count("https://") == 1
    emptied = ("summary", "grade", "killed_best", "munitions_count", "outcome", "material_damage")
    assert {cells[name] for name in emptied} == {None}


def test_record_without_a_base_then_leaves_without_one():
    incident = shown(make_incident())
    incident.base = None

    [cells] = cells_of(INCIDENTS, [incident])

    assert (cells["base_slug"], INCIDENTS.place(incident)) == (None, None)


def test_rows_need_nothing_that_the_list_did_not_fetch(django_assert_num_queries):
    incident = make_incident(reports=[make_report()], merged_into=make_incident())
    make_key(incident, "csv", "inc-1")
    make_claim(incident, claimant=make_group(), report=make_report())
    rows = with_documents(annotated(Incident.objects.published()))

    with django_assert_num_queries(0):
        cells_of(INCIDENTS, rows)
    with django_assert_num_queries(2):  # the claims, and the keys of their incidents
        claim_rows()
