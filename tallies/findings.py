"""What does not fit among the publications of one counter, and what an editor said of it."""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sources.templatetags.facts import day_words

from .closed_periods import ClosedPeriod, number_of
from .models import AcceptedFinding, FindingKind, PublishedTally
from .places import TOTAL, Place
from .series import Fold, Held, Link, Read, Value, as_of_words, links_of, values_of, window_between

Day = datetime.date
KINDS = list(FindingKind)  # in the order in which the findings of a publication are told


@dataclass(frozen=True)
class Finding:
    """Something that does not fit. `words` is a sentence for readers, `amount` counts attacks."""

    kind: FindingKind
    tally: PublishedTally
    other: PublishedTally | None
    place: Place
    amount: int | None
    words: str
    accepted: AcceptedFinding | None = None
    lapsed: AcceptedFinding | None = None  # accepted with another amount, so open again


def findings(
    reads: list[Read],
    running: list[Read],
    closed: list[Read],
    links: dict[Place, list[Link]],
    periods: list[ClosedPeriod],
    held: Held,
) -> list[Finding]:
    """All findings, in the order of the publications that they are about."""
    order = {read.tally: read.order for read in reads}
    found = [
        *_arithmetic(reads),
        *_falls(links),
        *_stale(links, held),
        *_siblings(running),
        *(finding for same in _same_period(closed) for finding in _siblings(same)),
        *_shapes(running),
        *_outside(periods),
    ]
    return sorted(found, key=lambda finding: (order[finding.tally], KINDS.index(finding.kind)))


def _arithmetic(reads: list[Read]) -> Iterator[Finding]:
    for tally in (read.tally for read in reads):
        if difference := tally.difference:
            words = (
                f"The lines add up to {tally.sum_of_lines}, {abs(difference)} "
                f"{'more' if difference > 0 else 'less'} than the total of {tally.total}."
            )
            yield Finding(FindingKind.ARITHMETIC, tally, None, TOTAL, difference, words)


def _falls(links: dict[Place, list[Link]]) -> Iterator[Finding]:
    """One for each reprint of the lower number: whoever reads that one must see it."""
    for place, chain in links.items():
        for value, previous in ((link.value, link.previous) for link in chain):
            if previous and value.number < previous.number:
                for later in value.editions:
                    yield _fall(place, previous, later)


def _fall(place: Place, previous: Value, later: Read) -> Finding:
    earlier, number = previous.first.tally, later.numbers[place]
    words = (
        f"{'The total' if place.is_total else place} falls from {previous.number} "
        f"{as_of_words(earlier)} to {number} {as_of_words(later.tally)}."
    )
    rise = number - previous.number
    return Finding(FindingKind.FALL, later.tally, earlier, place, rise, words)


def _stale(links: dict[Place, list[Link]], held: Held) -> Iterator[Finding]:
    for place, chain in links.items():
        for link in chain:
            if place.on_record and link.same_since is not link.value:
                for later in link.value.editions:
                    yield from _stale_since(place, link.same_since.first, later, held)


def _stale_since(place: Place, earlier: Read, later: Read, held: Held) -> Iterator[Finding]:
    window = window_between(earlier, later)
    countries = _common(earlier.tally, later.tally) if place.is_total else ()
    if countries is None:
        return
    ours = held(place, countries, window)
    if ours and ours.certain > 0:
        certain = ours.certain
        words = (
            f"{_repeated(place, later)} is the number {as_of_words(earlier.tally)}, although "
            f"our record certainly holds {certain} attack{'s' if certain > 1 else ''} "
            f"{'' if place.is_total else 'there '}dated "
            f"{day_words(window.certain_since, window.certain_until)}."
        )
        yield Finding(FindingKind.STALE, later.tally, earlier.tally, place, None, words)


def _common(earlier: PublishedTally, later: PublishedTally) -> tuple[str, ...] | None:
    """The countries that both cover, else those of the one that states any; None: none at all."""
    if not earlier.countries or not later.countries:
        return tuple(sorted(earlier.countries or later.countries))
    return tuple(sorted({*earlier.countries} & {*later.countries})) or None


def _repeated(place: Place, read: Read) -> str:
    number = read.numbers[place]
    return f"The total of {number}" if place.is_total else f"The {number} for {place}"


def _siblings(series: list[Read]) -> Iterator[Finding]:
    """Of publications that count the same days: other totals, or one total with other lines."""
    dated = [read for read in series if read.is_dated and read.tally.total is not None]
    yield from _other_totals(dated)
    yield from _other_lines(dated)


def _same_period(closed: list[Read]) -> Iterable[list[Read]]:
    groups: dict[tuple[Day | None, Day | None], list[Read]] = defaultdict(list)
    for read in closed:
        groups[read.tally.counting_since, read.tally.counting_until].append(read)
    return groups.values()


def _other_totals(dated: list[Read]) -> Iterator[Finding]:
    """One a pair of totals whose as-of overlap, between the fullest publications of each."""
    values = values_of((read, read.numbers[TOTAL]) for read in dated)
    near: list[Value] = []
    for value in sorted(values, key=lambda value: value.earliest):
        near = [other for other in near if other.latest >= value.earliest]
        for other in near:
            if other.number != value.number:
                yield _two_totals(*sorted([other, value], key=lambda one: one.first.order))
        near.append(value)


def _two_totals(first: Value, second: Value) -> Finding:
    one, two = first.first.tally, second.first.tally
    if (first.earliest, first.latest) == (second.earliest, second.latest):
        words = f"{first.number} and {second.number} are both totals {as_of_words(one)}"
    else:
        words = (
            f"{first.number} {as_of_words(one)} and {second.number} {as_of_words(two)} "
            f"may be totals of one day"
        )
    words += "." if set(one.countries) == set(two.countries) else ", of different countries."
    difference = second.number - first.number
    return Finding(FindingKind.SIBLINGS, two, one, TOTAL, difference, words)


def _other_lines(dated: list[Read]) -> Iterator[Finding]:
    """One a pair of lists of one total that contradict each other, with no other total between."""
    totals: dict[int, list[Read]] = defaultdict(list)
    for read in dated:
        totals[read.numbers[TOTAL]].append(read)
    everything = _Days(dated)
    for same in totals.values():
        own = _Days(same)
        lists: list[Read] = []
        for read in same:
            if lists and everything.hold_more(own, lists[-1].earliest, read.earliest):
                lists = []
            if read.lines and not any(_same_list(one, read) for one in lists):
                for one in lists:
                    last = max(one.latest, read.latest)
                    differences = _differences(one, read)
                    if differences and not everything.hold_more(own, one.earliest, last):
                        yield _two_lists(one, read, differences)
                lists.append(read)


class _Days:
    """How many publications may speak for any of some days."""

    def __init__(self, reads: list[Read]) -> None:
        self._begins = sorted(read.earliest for read in reads)
        self._ends = sorted(read.latest for read in reads)

    def overlapping(self, first: Day, last: Day) -> int:
        return bisect_right(self._begins, last) - bisect_left(self._ends, first)

    def hold_more(self, own: _Days, first: Day, last: Day) -> bool:
        return self.overlapping(first, last) > own.overlapping(first, last)


def _same_list(one: Read, two: Read) -> bool:
    return one.lines == two.lines and one.is_full_list == two.is_full_list


def _differences(first: Read, second: Read) -> list[str]:
    """Where two lists contradict each other, in words; what a cut list lacks is no difference."""
    here, there = second.lines, first.lines
    found = [
        f"{place} {number}, not {there[place]}"
        for place, number in here.items()
        if place in there and there[place] != number
    ]
    if first.is_full_list and second.is_full_list and first.kind == second.kind:
        new, gone = _only_in(here, there), _only_in(there, here)
        found += [f"{place} {number}, not listed there" for place, number in new.items()]
        found += [f"{place} not listed, {number} there" for place, number in gone.items()]
    return found


def _only_in(some: dict[Place, int], others: dict[Place, int]) -> dict[Place, int]:
    return {place: number for place, number in some.items() if place not in others}


def _two_lists(first: Read, second: Read, differences: list[str]) -> Finding:
    words = (
        f"The same total of {second.tally.total} is printed {as_of_words(first.tally)} with other "
        f"lines: here {'; '.join(differences)}."
    )
    return Finding(FindingKind.SIBLINGS, second.tally, first.tally, TOTAL, None, words)


def _shapes(running: list[Read]) -> Iterator[Finding]:
    """Places that appear in, or are gone from, a full list against the one before."""
    kinds: dict[str, list[tuple[Read, int]]] = defaultdict(list)
    for read in running:
        if read.is_full_list:
            kinds[read.kind].append((read, sum(read.lines.values())))
    for reads in kinds.values():
        for link in links_of(values_of(reads)):
            if link.previous:
                for later in link.value.editions:
                    yield from _shape(link.previous.first, later)


def _shape(earlier: Read, later: Read) -> Iterator[Finding]:
    before = f"the list {as_of_words(earlier.tally)}"
    words = {
        place: f"{place} appears with {number}; {before} lacks it, but not listed is not zero."
        for place, number in _only_in(later.lines, earlier.lines).items()
    } | {
        place: f"{place} is gone; {before} has it with {number}, but not listed is not zero."
        for place, number in _only_in(earlier.lines, later.lines).items()
    }
    for place in words:
        yield Finding(FindingKind.SHAPE, later.tally, earlier.tally, place, None, words[place])


def _outside(periods: list[ClosedPeriod]) -> Iterator[Finding]:
    for period in periods:
        if amount := period.outside:
            words = _outside_words(period, amount)
            yield Finding(
                FindingKind.CLOSED_PERIOD, period.tally, None, period.place, amount, words
            )


def _outside_words(period: ClosedPeriod, amount: int) -> str:
    tally, bound = period.tally, period.bounds
    days = day_words(tally.counting_since, tally.as_of_latest)
    where = "" if period.place.is_total else f" at {period.place}"
    if amount < 0:
        numbers, most = (bound.least_at_end, bound.most_before), "less than the least"
    else:
        numbers, most = (bound.most_at_end, bound.least_before), "more than the most"
    end, before = (number_of(anchor) for anchor in numbers)
    return (
        f"{period.number}{where} ({days}) is {abs(amount)} {most} that the running numbers allow, "
        f"{end} less {before}."
    )


def judged(
    findings: list[Finding], accepted: Iterable[AcceptedFinding], fold: Fold
) -> list[Finding]:
    """With the acceptance of each: one of the same kind, tallies and place, and the same amount."""
    known: dict[tuple[object, ...], list[AcceptedFinding]] = defaultdict(list)
    for one in accepted:
        base = fold(one.base).pk if one.base else None
        known[one.kind, one.tally_id, one.other_id, base, one.country].append(one)
    return [_judge(finding, known) for finding in findings]


def _judge(finding: Finding, known: dict[tuple[object, ...], list[AcceptedFinding]]) -> Finding:
    place = finding.place
    if not place.on_record:  # an acceptance cannot name it, and means the total
        return finding
    base, other = place.base and place.base.pk, finding.other and finding.other.pk
    alike = known.get((finding.kind.value, finding.tally.pk, other, base, place.country), [])
    for one in alike:
        if one.amount == finding.amount:
            return replace(finding, accepted=one)
    return replace(finding, lapsed=alike[0]) if alike else finding
