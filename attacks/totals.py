"""Totals that are kept beside the record, so that a count over any days reads few rows.

For each rule and base they say how many attacks there are of each range of days (`RangeTotal`), and
of how many the first and the last day lie in each day, month and year (`SpanTotal`). An attack lies
outside a window if it ended before it or began after it, and never both, so

possible  all - those that ended before it - those that began after it
certain   all - those that began before it - those that end after it + those that do both

`attacks.upkeep` writes them at the end of every revision. They are of today's record by what is
known today, and the site is the base itself: a rule folds sites when they are read.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet, Sum

from bases.models import MilitaryBase
from sources.recorded import TODAY
from sources.statements import ask

from .counting import Count, Coverage
from .rules import HOUSE, HOUSE_TODAY, Basis, Rule
from .windows import ALL_DAYS, Day, Window

Part = tuple[str, list[Any]]  # SQL and its parameters

HOUSE_KEY = 0  # no row has that id


class Total(models.Model):
    """What is kept of one rule at one base: sums of `attack_count`."""

    rule = models.BigIntegerField(help_text="The id of the counting rule; 0 is that of the house.")
    # Without a constraint in the database, which would look up every base again at every import.
    base = models.ForeignKey(
        MilitaryBase, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True


class RangeTotal(Total):
    """The attacks that may have fallen on the days from `earliest` to `latest`, and on no other."""

    pk = models.CompositePrimaryKey("rule", "base", "earliest", "latest")
    earliest = models.DateField()
    latest = models.DateField()
    longest = models.IntegerField(help_text="One of LENGTHS: no range has more days.")
    certain = models.BigIntegerField()
    possible = models.BigIntegerField()

    class Meta:
        indexes = [
            # What reaches over both ends of a window.
            models.Index(fields=["rule", "longest", "earliest"], name="range_total_by_length"),
        ]

    def __str__(self) -> str:
        return f"{self.earliest} to {self.latest}: {self.certain} to {self.possible}"


class SpanTotal(Total):
    """The attacks whose first day lies in a day, month or year, and those whose last one does."""

    class Span(models.TextChoices):
        DAY = "day", "day"
        MONTH = "month", "month"
        YEAR = "year", "year"

    pk = models.CompositePrimaryKey("rule", "span", "first", "base")
    span = models.CharField(max_length=5, choices=Span)
    first = models.DateField("its first day")
    began_certain = models.BigIntegerField()
    began_possible = models.BigIntegerField()
    began_in_a_range = models.BigIntegerField("possible, of no certain day")
    ended_certain = models.BigIntegerField()
    ended_possible = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.get_span_display()} of {self.first}: {self.began_possible} began"


# Ranges are read by how long they may be, so that no window has to look at those far from it.
LENGTHS = (1, 7, 31, 366, 4_000_000)  # in days; the last one holds any


def key_of(rule: Rule) -> int:
    """Under which number the totals of a rule are kept."""
    if rule == HOUSE:
        return HOUSE_KEY
    if rule.id is None:
        raise LookupError(f"No totals are kept under a rule of {rule.name} that is not on record.")
    return rule.id


def are_kept(basis: Basis, window: Window = ALL_DAYS) -> bool:
    """Whether the totals answer a question on that basis over that window."""
    on_record = basis.rule == HOUSE or basis.rule.id is not None
    of_today = basis.record == TODAY and basis.known_on is None
    return on_record and of_today and window.in_order


def count_by_site(
    basis: Basis, window: Window = ALL_DAYS, bases: Collection[int] | None = None
) -> dict[int, Count]:
    """Counts by the id of the base itself, of these or of all: as `counting.count_by_site`."""
    parts = [*_outside(window), *_over_both_ends(window)]
    where, at = "", []
    if bases is not None:
        where, at = f" AND base_id IN ({', '.join(['%s'] * len(bases)) or 'NULL'})", [*bases]
    key = key_of(basis.rule)
    rows = " UNION ALL ".join(sql + where for sql, _ in parts)
    params = [one for _, own in parts for one in (key, *own, *at)]
    found = ask(
        "SELECT base_id, CAST(SUM(certain) AS bigint), CAST(SUM(possible) AS bigint)"
        f" FROM ({rows}) AS parts GROUP BY base_id",
        params,
    )
    return {base: Count(certain, possible) for base, certain, possible in found if possible}


def _outside(window: Window) -> Iterator[Part]:
    """Add what ended or began by the end of the window, take away what did before it."""
    start, end = window.certain_start, window.certain_end
    if (start, end) == (window.since, window.until):
        yield from _until(end, "ended_certain", "began_possible")
        yield from _before(start, "-began_certain", "-ended_possible")
        return
    yield from _until(end, "ended_certain", "0")
    yield from _until(window.until, "0", "began_possible")
    yield from _before(start, "-began_certain", "0")
    yield from _before(window.since, "0", "-ended_possible")


def _until(day: Day | None, certain: str, possible: str) -> Iterator[Part]:
    if day is None or day == Day.max:
        yield _spans("year", (Day.min, Day.max), certain, possible)
    else:
        yield from _before(day + datetime.timedelta(days=1), certain, possible)


def _before(day: Day | None, certain: str, possible: str) -> Iterator[Part]:
    """Whole years before that day, then the months of its year, then the days of its month."""
    if day is None:
        return
    year, month = day.replace(month=1, day=1), day.replace(day=1)
    yield _spans("year", (Day.min, year), certain, possible)
    for span, days in (("month", (year, month)), ("day", (month, day))):
        if days[0] < days[1]:
            yield _spans(span, days, certain, possible)


def _spans(span: str, days: tuple[Day, Day], certain: str, possible: str) -> Part:
    return (
        f"SELECT base_id, {certain} AS certain, {possible} AS possible"
        f" FROM {SpanTotal._meta.db_table}"
        " WHERE rule = %s AND span = %s AND first >= %s AND first < %s"
    ), [span, *days]


def _over_both_ends(window: Window) -> Iterator[Part]:
    """What began before a window and ends after it, which was taken away twice."""
    start, end = window.certain_start, window.certain_end
    if start is None or end is None:
        return
    for length in LENGTHS:
        if length >= (end - start).days + 3:
            yield (
                (
                    f"SELECT base_id, certain, 0 AS possible FROM {RangeTotal._meta.db_table}"
                    " WHERE rule = %s AND longest = %s"
                    " AND earliest >= %s AND earliest < %s AND latest > %s"
                ),
                [length, _days_before(end, length), start, end],
            )


def _days_before(day: Day, number: int) -> Day:
    return Day.fromordinal(max(1, day.toordinal() - number))


def ranges(
    basis: Basis, window: Window = ALL_DAYS, bases: Collection[int] | None = None
) -> QuerySet[RangeTotal]:
    """What may lie in the window, a row for each base and range of days."""
    at = Q() if bases is None else Q(base__in=bases)
    return RangeTotal.objects.filter(at, window.overlaps, rule=key_of(basis.rule))


def coverage(basis: Basis = HOUSE_TODAY) -> Coverage:
    """The same as `counting.coverage` of all that is published."""
    spans = SpanTotal.objects.filter(rule=key_of(basis.rule))
    sums = spans.filter(span=SpanTotal.Span.YEAR).aggregate(
        attacks=Sum("began_possible", default=0),
        dated_to_a_range=Sum("began_in_a_range", default=0),
        without_coordinates=Sum("began_possible", filter=Q(base__latitude__isnull=True), default=0),
    )
    days = spans.filter(span=SpanTotal.Span.DAY).values_list("first", flat=True)
    return Coverage(
        **{name: int(number) for name, number in sums.items()},
        first_day=days.filter(began_possible__gt=0).order_by("first").first(),
        last_day=days.filter(ended_possible__gt=0).order_by("first").last(),
    )
