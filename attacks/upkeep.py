"""Keeping the totals (`attacks.totals`) equal to a recount, at the end of every revision.

A revision can move a count only by the incidents that it made; at the bases and ranges of days of
those that it changed or whose claims it wrote; at bases whose country it changed; and under rules
that it wrote. These are counted again, and the totals moved by the difference: a few statements,
however many incidents there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from bases.models import MilitaryBase
from sources.models import Organisation, Revision
from sources.recorded import left_otherwise
from sources.revisions import revision

from .counting import count_by_days_under
from .models import Claim, CountingRule, Incident
from .rules import Basis, Rule, rules
from .totals import HOUSE_KEY, LENGTHS, RangeTotal, SpanTotal

Statement = tuple[str, tuple[Any, ...]]
Rules = dict[int, Rule]  # by the number under which their totals are kept

INCIDENTS = Incident._meta.db_table
RANGES, SPANS = RangeTotal._meta.db_table, SpanTotal._meta.db_table
SUMS = (
    "began_certain",
    "began_possible",
    "began_in_a_range",
    "ended_certain",
    "ended_possible",
)


def keep_totals(number: int) -> None:
    """Move the totals by what the revision changed. Called at the end of each."""
    written = _written(number)
    if not written:
        return
    known = _rules()
    anew = {key: known[key] for key in _to_count_anew(number, written, known)}
    if CountingRule in written:
        _forget_all_but(known)
    if anew:
        _settle(anew)
    rest = {key: rule for key, rule in known.items() if key not in anew}
    if MADE in written:
        _settle(rest, made=_made(number).values("id"))
    if touched := [cells for cells in _touched(number, written, rest) if cells.exists()]:
        _settle(rest, touched=touched[0].union(*touched[1:]))


def rebuild() -> None:
    """Count everything again and keep that."""
    with connection.cursor() as cursor:
        for table in (RANGES, SPANS):
            cursor.execute(f"DELETE FROM {table}")
    _settle(_rules())


def make_up_for_totals(**kwargs: Any) -> None:
    """Count a record that is older than the totals. Called after a migration."""
    if kwargs["using"] != DEFAULT_DB_ALIAS or not _is_migrated() or SpanTotal.objects.exists():
        return
    with revision("The totals were counted for the first time"):  # writes no fact: makes none
        rebuild()


def _is_migrated() -> bool:
    """Whether every migration is applied: until then the models may not fit the tables."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


class Wrong(NamedTuple):
    """A total that is not what a recount gives, and by how much the recount is higher."""

    rule: str
    base: int
    days: str
    by: Sequence[int]

    def __str__(self) -> str:
        numbers = ", ".join(f"{number:+}" for number in self.by)
        return f"rule {self.rule}, base {self.base}, {self.days}: {numbers or 'no such rule'}"


def wrong_totals() -> list[Wrong]:
    """Every total that a recount of the whole record does not give."""
    known = _rules()
    names = {key: rule.slug for key, rule in known.items()}
    with connection.cursor() as cursor:
        with _difference(cursor, known):
            cursor.execute(
                "SELECT rule, base_id, earliest, latest, certain, possible"
                f" FROM {DIFFERENCE} ORDER BY rule, base_id, earliest, latest"
            )
            ranges = cursor.fetchall()
        cursor.execute(_spans_that_differ())
        spans = cursor.fetchall()
    gone = RangeTotal.objects.exclude(rule__in=known).values_list("rule", "base")
    return [
        *(
            Wrong(names[key], base, f"{start} to {end}", by)
            for key, base, start, end, *by in ranges
        ),
        *(
            Wrong(names.get(key, f"{key}"), base, f"{span} of {first}", by)
            for key, base, span, first, *by in spans
        ),
        *(Wrong(f"{key}", base, "all", ()) for key, base in gone.distinct()),
    ]


def _rules() -> Rules:
    return {HOUSE_KEY if rule.id is None else rule.id: rule for rule in rules().values()}


# What a revision touched


MADE = "made"  # incidents, which moved no total before
# What counts follow from, each with the types of rows of history that may move one: no attack stood
# at a base, nor was claimed by a group, before that was made.
SOURCES: dict[Any, tuple[Any, str]] = {
    MADE: (Incident, "+"),
    Incident: (Incident, "~-"),
    Claim: (Claim, "+~-"),
    CountingRule: (CountingRule, "+~-"),
    MilitaryBase: (MilitaryBase, "~"),
    Organisation: (Organisation, "~"),
}


def _written(number: int) -> set[Any]:
    """Of these sources those that the revision wrote to."""
    asked = (
        Exists(model.history.filter(revision_id=number, history_type__in=types))
        for model, types in SOURCES.values()
    )
    found = Revision.objects.filter(number=number).values_list(*asked).get()
    return {source for source, is_written in zip(SOURCES, found, strict=True) if is_written}


def _made(number: int) -> QuerySet[Any]:
    return Incident.history.filter(revision_id=number, history_type="+").order_by()


def _rests_on_claims(rule: Rule) -> bool:
    return rule.claimed_by is not None or rule.counts_claims_alone is not True


def _to_count_anew(number: int, written: set[Any], known: Rules) -> set[int]:
    """The rules under which any attack at all may count otherwise than before."""
    found = set()
    if CountingRule in written:
        found |= {*CountingRule.history.filter(revision_id=number).values_list("id", flat=True)}
    if Organisation in written and _sides_moved(number):
        found |= {key for key, rule in known.items() if _rests_on_claims(rule)}
    return found & known.keys()


def _sides_moved(number: int) -> bool:
    """Whether an organisation that was there before is of another kind, or of another side."""
    changed = left_otherwise(Organisation, ["kind", "parent_id"])
    return changed.filter(revision_id=number, history_type="~").exists()


def _touched(number: int, written: set[Any], known: Rules) -> Iterator[QuerySet[Any]]:
    """Bases and ranges of days at which attacks that were on record may count otherwise."""
    cells = Incident.objects.order_by().values_list("base_id", "earliest", "latest")
    if Incident in written:
        rows = _changed(number)
        yield cells.filter(id__in=rows.values("id"))
        yield _as_found(rows)
    if Claim in written and any(map(_rests_on_claims, known.values())):
        parts = Claim.history.filter(revision_id=number).values("id")
        # Of all its rows: it may have stood at another incident before.
        said_of = Claim.history.filter(id__in=parts).order_by()
        said_of = said_of.exclude(incident_id__in=_made(number).values("id"))
        yield cells.filter(id__in=said_of.values("incident_id"))
    if MilitaryBase in written and any(rule.territory for rule in known.values()):
        moved = left_otherwise(MilitaryBase, ["country"]).filter(revision_id=number)
        yield cells.filter(base__in=moved.filter(history_type="~").values("id"))


# Columns of an incident by which no rule counts; any other moves a count.
NEVER_COUNTED_BY = {
    *("serial", "local_time", "local_time_text", "weapon", "munitions", "material_damage"),
    *("killed_low", "killed_best", "killed_high", "injured_low", "injured_best", "injured_high"),
    *("summary", "summary_ar", "internal_note"),
}
COUNTED_BY = [
    field.attname
    for field in Incident._meta.concrete_fields
    if not field.primary_key and field.attname not in NEVER_COUNTED_BY
]


def _changed(number: int) -> QuerySet[Any]:
    """The rows by which it deleted incidents, or left them so that they may count otherwise."""
    rows = Incident.history.filter(revision_id=number).order_by()
    changed = left_otherwise(Incident, COUNTED_BY).filter(revision_id=number, history_type="~")
    return rows.filter(Q(history_type="-") | Q(history_id__in=changed.values("history_id")))


def _as_found(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Where the incidents of these rows of history stood before their revision."""
    before = Incident.history.filter(id=OuterRef("id"), revision_id__lt=OuterRef("revision_id"))
    last = before.order_by("-history_id").values("history_id")[:1]
    found = rows.annotate(found=Subquery(last)).values("found")
    history = Incident.history.filter(history_id__in=found).order_by()
    return history.values_list("base_id", "earliest", "latest")


# The difference that it made

# A temporary table, so that the totals of ranges and of spans move by the same; otherwise empty.
DIFFERENCE = "totals_difference"
# What the databases call differently.
DIALECT = {
    "postgresql": {
        "days": "latest - earliest + 1",
        "first_day": "CAST(DATE_TRUNC('{span}', CAST(day AS timestamp)) AS date)",
    },
    "sqlite": {
        "days": "CAST(JULIANDAY(latest) - JULIANDAY(earliest) AS integer) + 1",
        "first_day": "DATE(day, 'start of {span}')",
    },
}


def _settle(known: Rules, **of: Any) -> None:
    """Move the totals of these rules by the difference of what is named, or of everything."""
    with connection.cursor() as cursor, _difference(cursor, known, **of) as differs:
        if differs:
            for statement in (_move_ranges(), _move_spans(), _drop_empty_ranges()):
                cursor.execute(statement)


def _forget_all_but(known: Rules) -> None:
    keys = ", ".join(map(str, known))
    with connection.cursor() as cursor:
        for table in (RANGES, SPANS):
            cursor.execute(f"DELETE FROM {table} WHERE rule NOT IN ({keys})")


@contextmanager
def _difference(cursor: Any, known: Rules, **of: Any) -> Iterator[bool]:
    """Fill the table with what a recount gives more than is kept; gives whether it does."""
    cursor.execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {DIFFERENCE} (rule bigint, base_id bigint,"
        " earliest date, latest date, certain bigint, possible bigint)"
    )
    cursor.execute(*_difference_of(known, **of))
    differs = cursor.rowcount > 0
    yield differs
    if differs:
        cursor.execute(f"DELETE FROM {DIFFERENCE}")


def _difference_of(
    known: Rules, *, made: QuerySet[Any] | None = None, touched: QuerySet[Any] | None = None
) -> Statement:
    """Of new incidents, for which nothing is kept; at touched bases and ranges; or of everything.

    All rules are counted in one pass over the incidents.
    """
    incidents, there, start, params = Incident.objects.all(), "1 = 1", "WITH", ()
    if made is not None:
        incidents = incidents.filter(id__in=made)
    if touched is not None:
        cells, params = _statement(touched)
        start = f"WITH touched (base_id, earliest, latest) AS ({cells}),"
        there = _THERE
        incidents = incidents.filter(RawSQL(there.format(table=INCIDENTS), (), BooleanField()))
    recount, more = _statement(count_by_days_under(incidents, _bases(known)))
    parts = [
        f"SELECT {key} AS rule, base AS base_id, earliest, latest,"
        f" certain_{key} AS certain, possible_{key} AS possible FROM recount"
        for key in known
    ]
    if made is None:
        keys = ", ".join(map(str, known))
        parts.append(
            f"SELECT rule, base_id, earliest, latest, -certain, -possible FROM {RANGES}"
            f" WHERE rule IN ({keys}) AND {there.format(table=RANGES)}"
        )
    return (
        f"INSERT INTO {DIFFERENCE} {start} recount AS ({recount})"
        " SELECT rule, base_id, earliest, latest, SUM(certain), SUM(possible)"
        f" FROM ({' UNION ALL '.join(parts)}) AS parts GROUP BY rule, base_id, earliest, latest"
        " HAVING SUM(certain) <> 0 OR SUM(possible) <> 0"
    ), (*params, *more)


_THERE = (
    "({table}.base_id, {table}.earliest, {table}.latest)"
    " IN (SELECT base_id, earliest, latest FROM touched)"
)


def _bases(known: Rules) -> dict[int, Basis]:
    return {key: Basis(rule) for key, rule in known.items()}


def _statement(rows: QuerySet[Any]) -> Statement:
    return rows.query.sql_with_params()


# The totals that follow from rows of ranges, be they the difference or all that is kept


def _move_ranges() -> str:
    days = DIALECT[connection.vendor]["days"]
    classes = " ".join(f"WHEN {days} <= {length} THEN {length}" for length in LENGTHS[:-1])
    return (
        f"INSERT INTO {RANGES} (rule, base_id, earliest, latest, longest, certain, possible)"
        f" SELECT rule, base_id, earliest, latest, CASE {classes} ELSE {LENGTHS[-1]} END,"
        f" certain, possible FROM {DIFFERENCE} WHERE 1 = 1 ORDER BY rule, base_id, earliest, latest"
        " ON CONFLICT (rule, base_id, earliest, latest)"
        f" DO UPDATE SET {_added(RANGES, ('certain', 'possible'))}"
    )


def _drop_empty_ranges() -> str:
    cell = "rule, base_id, earliest, latest"
    lessened = f"SELECT {cell} FROM {DIFFERENCE} WHERE possible < 0"
    return f"DELETE FROM {RANGES} WHERE possible = 0 AND ({cell}) IN ({lessened})"


def _move_spans() -> str:
    return (
        f"INSERT INTO {SPANS} (rule, span, first, base_id, {', '.join(SUMS)})"
        f" SELECT * FROM ({_spans_of(DIFFERENCE)}) AS moved WHERE 1 = 1"
        " ORDER BY rule, span, first, base_id"
        " ON CONFLICT (rule, span, first, base_id)"
        f" DO UPDATE SET {_added(SPANS, SUMS)}"
    )


def _added(table: str, columns: Iterable[str]) -> str:
    return ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in columns)


def _spans_of(ranges: str) -> str:
    """The rows of days, months and years that follow from a table of ranges."""
    first_day = DIALECT[connection.vendor]["first_day"]
    sums = ", ".join(f"SUM({name}) AS {name}" for name in SUMS)
    in_a_range = "CASE WHEN earliest < latest THEN possible ELSE 0 END"
    days = (
        f"SELECT rule, base_id, day, {sums} FROM ("
        "SELECT rule, base_id, earliest AS day, certain AS began_certain,"
        f" possible AS began_possible, {in_a_range} AS began_in_a_range,"
        f" 0 AS ended_certain, 0 AS ended_possible FROM {ranges}"
        f" UNION ALL SELECT rule, base_id, latest, 0, 0, 0, certain, possible FROM {ranges}"
        ") AS ends GROUP BY rule, base_id, day"
    )
    spans = " UNION ALL ".join(
        f"SELECT rule, '{span}' AS span, {first_day.format(span=span)} AS first, base_id, {sums}"
        f" FROM days GROUP BY rule, base_id, {first_day.format(span=span)}"
        for span in SpanTotal.Span.values
    )
    return f"WITH days AS ({days}) {spans}"


def _spans_that_differ() -> str:
    kept = ", ".join(f"-{name}" for name in SUMS)
    return (
        f"SELECT rule, base_id, span, first, {', '.join(f'SUM({name})' for name in SUMS)} FROM ("
        f"SELECT * FROM ({_spans_of(RANGES)}) AS right_ones"
        f" UNION ALL SELECT rule, span, first, base_id, {kept} FROM {SPANS}"
        ") AS parts GROUP BY rule, base_id, span, first"
        f" HAVING {' OR '.join(f'SUM({name}) <> 0' for name in SUMS)}"
        " ORDER BY rule, base_id, span, first"
    )
