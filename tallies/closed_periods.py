"""Closed periods, such as a month, between the running numbers around them."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from .models import PublishedTally
from .places import Place
from .series import (
    ONE_DAY,
    Fold,
    Read,
    Value,
    by_place,
    in_order,
    itself,
    may_be_fewer,
    may_be_more,
    values_of,
)

Day = datetime.date


@dataclass(frozen=True)
class Anchor:
    """A running number that bounds a closed period, and who printed it."""

    tally: PublishedTally
    number: int


@dataclass(frozen=True)
class Bounds:
    """How many attacks a closed period may have: `low` to `high` (None: no bound).

    `low` is at least the running number at the end, less at most that before the start; `high` is
    at most the one at the end, less at least the one before the start.
    """

    low: int
    high: int | None
    least_at_end: Anchor | None
    most_before: Anchor | None
    most_at_end: Anchor | None
    least_before: Anchor | None


@dataclass(frozen=True)
class ClosedPeriod:
    """A number of a closed period, held against its bounds."""

    tally: PublishedTally
    place: Place
    number: int
    bounds: Bounds

    @property
    def outside(self) -> int:
        """By how much it lies outside: negative below, 0 within."""
        low, high = self.bounds.low, self.bounds.high
        if self.number < low and not may_be_more(self.tally, self.place):
            return self.number - low
        if high is not None and self.number > high and not may_be_fewer(self.tally, self.place):
            return self.number - high
        return 0

    @property
    def holds(self) -> bool:
        return self.outside == 0


class _Levels:
    """What running numbers of one place tell of the number at the end of any day.

    Where several of them bound it alike, the one nearest to that day is named.
    """

    def __init__(self, place: Place, running: Iterable[tuple[Read, int]]) -> None:
        values = values_of(running)
        # Of several prints of one number, the fullest one that bounds it is named.
        floors = [
            (value.latest, _anchor(read, value))
            for value in values
            for read in [one for one in value.editions if not may_be_fewer(one.tally, place)][:1]
        ]
        floors.sort(key=lambda floor: floor[0])
        self._ends = [day for day, _ in floors]
        self._least = list(accumulate((anchor for _, anchor in floors), _higher))
        ceilings = [
            (value.earliest, _anchor(read, value))
            for value in values
            for read in [one for one in value.editions if not may_be_more(one.tally, place)][:1]
        ]
        ceilings.sort(key=lambda ceiling: ceiling[0])
        self._begins = [day for day, _ in ceilings]
        self._most = list(accumulate((anchor for _, anchor in reversed(ceilings)), _lower))[::-1]

    def least(self, day: Day | None) -> Anchor | None:
        """The highest of the numbers as of that day or before; None: 0."""
        at = bisect_right(self._ends, day) if day else 0
        return self._least[at - 1] if at else None

    def most(self, day: Day | None) -> Anchor | None:
        """The lowest of the numbers as of a later day; None: no bound."""
        at = bisect_right(self._begins, day) if day else len(self._begins)
        return self._most[at] if at < len(self._begins) else None


def _anchor(read: Read, value: Value) -> Anchor:
    return Anchor(read.tally, value.number)


def _higher(one: Anchor, nearer: Anchor) -> Anchor:
    return one if one.number > nearer.number else nearer


def _lower(one: Anchor, nearer: Anchor) -> Anchor:
    return one if one.number < nearer.number else nearer


def bounds(
    period: PublishedTally, place: Place, running: Iterable[PublishedTally], fold: Fold = itself
) -> Bounds:
    """The bounds that running publications set to a closed period, in all or at a place.

    The least at its end less the most before its start, to the most at its end less the least
    before its start. Totals are of the same countries; a line is of its place.
    """
    reads = [read for read in in_order(running, fold) if place in read.numbers]
    series = [(read, read.numbers[place]) for read in reads if _same_area(place, read, period)]
    return _bounds(period, _Levels(place, series))


def _same_area(place: Place, read: Read, period: PublishedTally) -> bool:
    return not place.is_total or set(read.tally.countries) == set(period.countries)


def _bounds(period: PublishedTally, levels: _Levels) -> Bounds:
    # Where its end is an interval, the bounds are those that allow more.
    since = period.counting_since
    before = since - ONE_DAY if since and since > Day.min else None
    least_at_end, most_before = levels.least(period.as_of_earliest), levels.most(before)
    most_at_end, least_before = levels.most(period.as_of_latest), levels.least(before)
    low, high = 0, None
    if most_before:
        low = max(0, number_of(least_at_end) - most_before.number)
    if most_at_end:
        high = max(0, most_at_end.number - number_of(least_before))
    return Bounds(low, high, least_at_end, most_before, most_at_end, least_before)


def number_of(anchor: Anchor | None) -> int:
    return anchor.number if anchor else 0


def closed_periods(closed: list[Read], running: list[Read]) -> Iterator[ClosedPeriod]:
    """Each number of each closed period."""
    places = by_place(running)
    levels: dict[tuple[Place, frozenset[str]], _Levels] = {}
    for read in closed:
        for place, number in read.numbers.items():
            key = (place, frozenset(read.tally.countries if place.is_total else ()))
            if key not in levels:
                series = [
                    one for one in places.get(place, []) if _same_area(place, one[0], read.tally)
                ]
                levels[key] = _Levels(place, series)
            yield ClosedPeriod(read.tally, place, number, _bounds(read.tally, levels[key]))
