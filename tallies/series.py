"""The publications of one counter in order, and which number follows which.

Of running and closed ones alike. As-of days are intervals, and order is only what is certain: one
publication is before another where the last day it may speak for is before the first of the other.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from attacks.counting import Count, Window
from bases.models import MilitaryBase
from sources.models import Quantifier
from sources.templatetags.facts import day_words

from .models import PublishedTally
from .places import TOTAL, Place

Day = datetime.date
ONE_DAY = datetime.timedelta(days=1)

Fold = Callable[[MilitaryBase], MilitaryBase]
# How many attacks of our record the counter's rule counts at a place (for the total: in those
# countries, else in those of the rule) in a window; None: nothing says where to count.
Held = Callable[[Place, Sequence[str], Window], Count | None]


def itself(base: MilitaryBase) -> MilitaryBase:
    return base


def numbers(tally: PublishedTally, fold: Fold = itself) -> dict[Place, int]:
    """The total, where printed, and the lines in order; those of one place are summed."""
    found: dict[Place, int] = {} if tally.total is None else {TOTAL: tally.total}
    for line in tally.lines.all():
        if line.base:
            place = Place(base=fold(line.base))
        elif line.country:
            place = Place(country=line.country)
        else:
            place = Place(name=line.name_as_printed)
        if not place.is_total:  # a line that names nothing is of no place
            found[place] = found.get(place, 0) + line.number
    return found


@dataclass(frozen=True, eq=False)
class Read:
    """A publication, read once. Days that are not known are the first and the last there are."""

    tally: PublishedTally
    order: int
    earliest: Day
    latest: Day
    numbers: dict[Place, int]
    lines: dict[Place, int]

    @property
    def is_dated(self) -> bool:
        return self.earliest > Day.min and self.latest < Day.max

    @property
    def is_full_list(self) -> bool:
        return self.tally.coverage == PublishedTally.Coverage.FULL and bool(self.lines)

    @property
    def kind(self) -> str:
        """By what its lines part the total: lists by base and by country have no line in common."""
        if any(place.base for place in self.lines):
            return "base"
        return "country" if any(place.country for place in self.lines) else "name"


def in_order(publications: Iterable[PublishedTally], fold: Fold) -> list[Read]:
    def days(tally: PublishedTally) -> tuple[Day, Day, int]:
        return (tally.as_of_earliest or Day.max, tally.as_of_latest or Day.max, tally.pk)

    return [_read(tally, order, fold) for order, tally in enumerate(sorted(publications, key=days))]


def _read(tally: PublishedTally, order: int, fold: Fold) -> Read:
    found = numbers(tally, fold)
    return Read(
        tally=tally,
        order=order,
        earliest=tally.as_of_earliest or Day.min,
        latest=tally.as_of_latest or Day.max,
        numbers=found,
        lines={place: number for place, number in found.items() if not place.is_total},
    )


def first_start_of(reads: list[Read]) -> Day | None:
    """The start of the first publication that states one; of several as of that day, the first.

    One that names its own last day may be a month, so it says so only where no other does.
    """
    stated = [read for read in reads if read.tally.counting_since]
    open_ended = [read for read in stated if not read.tally.counting_until]
    days: tuple[Day, Day] | None = None
    starts: list[Day] = []
    for read in open_ended or stated:
        since = read.tally.counting_since
        if since and days in (None, (read.earliest, read.latest)):
            days = (read.earliest, read.latest)
            starts.append(since)
    return min(starts, default=None)


def begins_after(tally: PublishedTally, start: Day | None) -> bool:
    return bool(start and tally.counting_since and tally.counting_since > start)


def by_place(reads: list[Read]) -> dict[Place, list[tuple[Read, int]]]:
    found: dict[Place, list[tuple[Read, int]]] = {TOTAL: []}
    for read in reads:
        for place, number in read.numbers.items():
            found.setdefault(place, []).append((read, number))
    return found


@dataclass(frozen=True, eq=False)
class Value:
    """One number as of one interval of days, and who printed it, the fullest list first."""

    number: int
    editions: list[Read]

    @property
    def first(self) -> Read:
        return self.editions[0]

    @property
    def earliest(self) -> Day:
        return self.first.earliest

    @property
    def latest(self) -> Day:
        return self.first.latest


def values_of(reads: Iterable[tuple[Read, int]]) -> list[Value]:
    groups: dict[tuple[Day, Day, int], list[Read]] = defaultdict(list)
    for read, number in reads:
        groups[read.earliest, read.latest, number].append(read)
    return [
        Value(number, sorted(editions, key=_fullest_first))
        for (_, _, number), editions in groups.items()
    ]


def _fullest_first(read: Read) -> tuple[bool, int, int]:
    return (not read.is_full_list, -len(read.lines), read.order)


@dataclass(frozen=True, eq=False)
class Link:
    """A value, the last one that is certainly before it, and since when the number is the same."""

    value: Value
    previous: Value | None
    same_since: Value


def links_of(values: list[Value]) -> list[Link]:
    past = sorted(values, key=lambda value: (value.latest, value.earliest, value.number))
    last_days = [value.latest for value in past]
    links: dict[Value, Link] = {}
    # What is certainly before a value comes before it in this order, so its link is there.
    for value in sorted(values, key=lambda value: value.earliest):
        before = bisect_left(last_days, value.earliest)
        previous = past[before - 1] if before else None
        since = value
        if previous and previous.number == value.number:
            since = links[previous].same_since
        links[value] = Link(value, previous, since)
    return list(links.values())


def window_between(earlier: Read, later: Read) -> Window:
    """The days between two publications, one certainly before the other; see `Step`."""
    return Window(
        since=earlier.tally.as_of_earliest,
        certain_since=earlier.latest + ONE_DAY,
        until=later.tally.as_of_latest,
        certain_until=later.earliest - ONE_DAY,
    )


def quantifier_of(tally: PublishedTally, place: Place) -> str:
    """The one printed with the number of a place: it is the total's where there is a total."""
    return tally.quantifier if place.is_total or tally.total is None else ""


def may_be_more(tally: PublishedTally, place: Place) -> bool:
    """Whether the number was printed as "at least", "more than" or "about"."""
    return quantifier_of(tally, place) not in ("", Quantifier.EXACTLY)


def may_be_fewer(tally: PublishedTally, place: Place) -> bool:
    return quantifier_of(tally, place) == Quantifier.ABOUT


def as_of_words(tally: PublishedTally) -> str:
    return _("as of %(day)s") % {"day": day_words(tally.as_of_earliest, tally.as_of_latest)}
