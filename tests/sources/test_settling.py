"""What an import remembers and how it parts its work changes nothing of what comes out."""

import gc
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attacks.models import Citation, Claim, Incident, IncidentKey
from bases.models import BaseName
from sources import bulk, settling, tables
from sources.models import Report
from sources.on_record import as_rows, edited_by_hand, load, load_rows, one_of
from tallies.imports import import_files
from tests.factories import make_base, make_base_name, make_incident, make_report
from tests.importing import edit, take, write_files

pytestmark = pytest.mark.django_db

# Of each column what is taken, and what is refused.
CELLS = {
    "incidents": {
        "key": (["a", "b", "c", "d", "BW-3"], ["a b", ""]),
        "public_id": (["", "", "BW-3", "BW-7"], ["BW-0"]),
        "occurred_on": (["2024-01-15", "2023-12-31"], ["", "2024-02-30", "2099-01-01", "2024-1-5"]),
        "date_precision": (["day", "week", "month"], ["year", ""]),
        "time_of_day": (["", "05:30", "dawn"], ["x" * 101]),
        "weapon": (["drone", "rocket"], ["laser"]),
        "munitions_count": (["", "0", "007", "2147483647"], ["2147483648", "-1", "two"]),
        "killed_max": (["", "3", "3", "8"], ["1.5"]),
        "killed_min": (["", "0", "3"], ["9"]),
        "claim_status": (["", "claimed", "unclaimed"], ["maybe"]),
        "claimed_by": (["", "A group", "A group;B\\;C", " two "], []),
        "attributed_to": (["", "A", "A;B"], []),
        "summary": (["", "A text", "'=1+1", "é", "\\;;x"], []),
        "source_urls": (["", "https://a.example/1", "https://a.example/1;seed:b"], ["no address"]),
        "merged_into": (["", "", "", "a"], ["e", "BW-9"]),
        "other_keys": (["", "", "acled:1", "acled:2;ucdp:1"], ["acled"]),
    },
    "claims": {
        "incident_key": (["a", "b", "c"], ["e"]),
        "kind": (["responsibility", "denial"], ["rumour"]),
        "claimant": (["A group", "", "B"], ["x" * 301]),
        "claimed_on": (["", "2024-01-15"], ["1899-01-01"]),
        "killed_low": (["", "3"], ["x"]),
        "summary": (["", "A text", "Another"], []),
        "source_url": (["", "https://a.example/1", "seed:b"], ["no address"]),
    },
}


@st.composite
def files(draw):
    """Rows of incidents and claims; in half of the cases any of their cells may be refused."""
    careless = draw(st.booleans())
    found = {"bases": [{}]}
    for name, columns in CELLS.items():
        cells = {
            column: st.sampled_from(good * 4 + bad if careless else good)
            for column, (good, bad) in columns.items()
        }
        first = next(iter(cells))
        row = st.fixed_dictionaries({first: cells.pop(first)}, optional=cells)
        apart = (lambda row: row["key"]) if name == "incidents" and not careless else None
        found[name] = draw(st.lists(row, max_size=5, unique_by=apart))
    return {name: rows for name, rows in found.items() if rows}


@pytest.fixture
def remember_little(monkeypatch):
    """Let the import remember nothing and part everything."""

    @contextmanager
    def little():
        with monkeypatch.context() as patch:
            patch.setattr(tables, "MOST_KEPT", 0)
            patch.setattr(settling, "MOST_REMEMBERED", 0)
            patch.setattr(settling, "PART", 1)
            patch.setattr(bulk, "BATCH", 1)
            yield

    return little


STANDS = (
    Incident.objects.order_by("serial").values_list(
        *("serial", "base__slug", "earliest", "latest", "local_time", "local_time_text"),
        *("weapon", "munitions", "killed_low", "killed_high", "summary", "merged_into__serial"),
    ),
    IncidentKey.objects.order_by("system", "key").values_list("system", "key", "incident__serial"),
    Citation.objects.order_by("incident__serial", "report__key").values_list(
        "incident__serial", "report__key"
    ),
    Claim.objects.order_by("incident__serial", "id").values_list(
        *("incident__serial", "kind", "claimant_text", "blamed_text", "made_on", "killed_low"),
        *("summary", "report__key"),
    ),
)


def told(folders):
    """What imports of these folders say and what is on record then; all of it is undone again."""
    with transaction.atomic():
        plans = [import_files([folder]) for folder in folders]
        stands = [list(rows.all()) for rows in STANDS]
        transaction.set_rollback(True)
    said = [
        (
            {name: +counter for name, counter in plan.verdicts.items()},
            sorted(map(str, plan.refusals)),
            sorted(plan.notes),
            sorted(plan.changes),
            plan.unlinked,
        )
        for plan in plans
    ]
    return said, stands


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(several=st.lists(files(), min_size=2, max_size=2))
def test_import_says_the_same_when_it_remembers_nothing_and_parts_everything(
    tmp_path, remember_little, several
):
    folders = [tmp_path / str(number) for number in range(len(several))]
    for folder, rows in zip(folders, several, strict=True):
        for old in folder.glob("*.csv"):
            old.unlink()
        write_files(folder, **rows)

    at_large = told(folders)
    with remember_little():
        in_little = told(folders)

    assert in_little == at_large


# Sets of any size


@pytest.mark.parametrize("number", [0, 1, 40_000], ids=["none", "one", "more than parameters"])
def test_records_are_found_by_a_set_of_any_size(number):
    reports = [make_report(), make_report()]
    keys = [f"no-such-{n}" for n in range(number)]

    assert load(Report, "key", keys) == []
    assert load(Report, "key", [*keys, reports[0].key]) == reports[:1]
    pks = [*range(-number, 0), *(report.pk for report in reports)]
    assert {row.id for row in load_rows(Report, "pk", pks)} == {one.pk for one in reports}


@pytest.mark.parametrize("text", ["", "%s", "a'b\"c\\", "{a,b}", "NULL", "Ünï", "line\nbreak"])
def test_any_text_may_stand_in_a_set(text):
    report = make_report(title=text)
    make_report(title="Another")

    assert list(Report.objects.filter(title__in=one_of([text, "-"]))) == [report]


@pytest.mark.parametrize("asked", [[True], [False], [True, False]])
def test_flags_may_stand_in_a_set(asked):
    base = make_base()
    names = [make_base_name(base, f"{doubtful}", doubtful=doubtful) for doubtful in (True, False)]

    found = BaseName.objects.filter(doubtful__in=one_of(asked))

    assert set(found) == {name for name in names if name.doubtful in asked}


def test_row_holds_the_columns_of_the_object():
    incident = make_incident(until="2024-01-20", killed_low=0)

    (row,) = as_rows(Incident.objects.all())

    columns = [field.attname for field in Incident._meta.concrete_fields]
    assert [getattr(row, name) for name in columns] == [getattr(incident, name) for name in columns]


def test_edited_by_hand_is_what_somebody_changed_last(tmp_path):
    take(write_files(tmp_path, bases=[{}], incidents=[{}, {"key": "inc-2"}]))
    first, second = Incident.objects.order_by("serial")
    edit(second, summary="By hand")

    assert edited_by_hand(Incident, [first.pk, second.pk]) == {second.pk}


def test_thresholds_of_the_collector_are_as_before_after_an_import(tmp_path):
    before = gc.get_threshold()

    take(write_files(tmp_path, bases=[{}]))

    assert gc.get_threshold() == before


def test_import_of_nothing_new_asks_as_often_for_many_rows_as_for_few(tmp_path):
    asked = []
    for number in (2, 30):
        rows = [{"key": f"k{n}", "source_urls": f"https://a.example/{n}"} for n in range(number)]
        claims = [{"incident_key": f"k{n}", "claimant": "Somebody"} for n in range(number)]
        folder = write_files(tmp_path, bases=[{}], incidents=rows, claims=claims)
        take(folder)
        with CaptureQueriesContext(connection) as queries:
            take(folder)
        asked.append(len(queries))

    assert asked[0] == asked[1]
