"""Attacks by week, or by month, at each base: what a chart over time is drawn from.

An attack is certain in a period where it counts for certain and all the days on which it may have
been lie in that period and in the window. Any other that may count there is unsure in each period
that its days touch; which one it was is not guessed.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from .answers import by_days
from .rules import Basis
from .windows import Day, Window, months

MOST_WEEKS = 160  # three years; a longer window is told by months
ONE_DAY = datetime.timedelta(days=1)
Range = tuple[int, Day, Day, int, int]  # base id, earliest, latest, certain, possible


@dataclass(frozen=True)
class OverTime:
    """`certain` by the id of the base under which the rule counts, a number for each period."""

    periods: tuple[tuple[Day, Day], ...] = ()
    certain: dict[int, list[int]] = None  # type: ignore[assignment]
    unsure: tuple[int, ...] = ()
    by_month: bool = False


def over_time(basis: Basis, window: Window, sites: Collection[int] | None = None) -> OverTime:
    """What counts in the window on these sites (all, where None), period by period."""
    ranges: list[Range] = [
        row for row in by_days(basis, window) if sites is None or row[0] in sites
    ]
    if not ranges:
        return OverTime(certain={})
    first = window.since or min(earliest for _, earliest, *_ in ranges)
    last = window.until or max(latest for _, _, latest, *_ in ranges)
    found, by_month = periods(first, last)
    return _counted(ranges, basis, window, found, by_month)


def periods(first: Day, last: Day) -> tuple[list[tuple[Day, Day]], bool]:
    """Weeks from Monday to Sunday, or months where these would be too many, and which it is."""
    monday = first - first.weekday() * ONE_DAY
    if (last - monday).days < 7 * MOST_WEEKS:
        number = (last - monday).days // 7 + 1
        starts = [monday + n * 7 * ONE_DAY for n in range(number)]
        return [(start, start + 6 * ONE_DAY) for start in starts], False
    starts = list(months(first, last))
    following = [*starts[1:], (starts[-1] + 31 * ONE_DAY).replace(day=1)]
    return [(start, after - ONE_DAY) for start, after in zip(starts, following, strict=True)], True


def _counted(
    ranges: Iterable[Range],
    basis: Basis,
    window: Window,
    found: Sequence[tuple[Day, Day]],
    by_month: bool,
) -> OverTime:
    starts = [start for start, _ in found]
    certain: dict[int, list[int]] = defaultdict(lambda: [0] * len(found))
    unsure = [0] * len(found)
    for base, earliest, latest, sure, possible in ranges:
        begin = max(bisect_right(starts, earliest) - 1, 0)
        end = max(bisect_right(starts, latest) - 1, 0)
        here = sure if begin == end and window.certainly_holds(earliest, latest) else 0
        if here:
            certain[basis.rule.root(base)][begin] += here
        for at in range(begin, end + 1):
            unsure[at] += possible - here
    return OverTime(tuple(found), dict(certain), tuple(unsure), by_month)
