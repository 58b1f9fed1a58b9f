"""What does not fit among the publications of one counter, and what an editor said of it."""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

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
            if difference > 0:
                words = _("The lines add up to %(sum)s, %(by)s more than the total of %(total)s.")
            else:
                words = _("The lines add up to %(sum)s, %(by)s less than the total of %(total)s.")
            words %= {"sum": tally.sum_of_lines, "by": abs(difference), "total": tally.total}
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
    if place.is_total:
        words = _("The total falls from %(before)s %(earlier)s to %(number)s %(later)s.")
    else:
        words = _("%(place)s falls from %(before)s %(earlier)s to %(number)s %(later)s.")
    words %= {
        "place": place,
        "before": previous.number,
        "earlier": as_of_words(earlier),
        "number": number,
        "later": as_of_words(later.tally),
    }
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
        words = _stale_words(place, ours.certain) % {
            "number": later.numbers[place],
            "place": place,
            "earlier": as_of_words(earlier.tally),
            "certain": ours.certain,
            "days": day_words(window.certain_since, window.certain_until),
        }
        yield Finding(FindingKind.STALE, later.tally, earlier.tally, place, None, words)


def _common(earlier: PublishedTally, later: PublishedTally) -> tuple[str, ...] | None:
    """The countries that both cover, else those of the one that states any; None: none at all."""
    if not earlier.countries or not later.countries:
        return tuple(sorted(earlier.countries or later.countries))
    return tuple(sorted({*earlier.countries} & {*later.countries})) or None


def _stale_words(place: Place, certain: int) -> str:
    if place.is_total:
        return ngettext(
            "The total of %(number)s is the number %(earlier)s, although our record certainly "
            "holds %(certain)s attack dated %(days)s.",
            "The total of %(number)s is the number %(earlier)s, although our record certainly "
            "holds %(certain)s attacks dated %(days)s.",
            certain,
        )
    return ngettext(
        "The %(number)s for %(place)s is the number %(earlier)s, although our record certainly "
        "holds %(certain)s attack there dated %(days)s.",
        "The %(number)s for %(place)s is the number %(earlier)s, although our record certainly "
        "holds %(certain)s attacks there dated %(days)s.",
        certain,
    )


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
    same_days = (first.earliest, first.latest) == (second.earliest, second.latest)
    words = TWO_TOTALS[same_days, set(one.countries) == set(two.countries)] % {
        "one": first.number,
        "as_of": as_of_words(one),
        "two": second.number,
        "as_of_two": as_of_words(two),
    }
    difference = second.number - first.number
    return Finding(FindingKind.SIBLINGS, two, one, TOTAL, difference, words)


# By whether both are of the same days, and of the same countries.
TWO_TOTALS = {
    (True, True): gettext_lazy("%(one)s and %(two)s are both totals %(as_of)s."),
    (True, False): gettext_lazy(
        "%(one)s and %(two)s are both totals %(as_of)s, of different countries."
    ),
    (False, True): gettext_lazy(
        "%(one)s %(as_of)s and %(two)s %(as_of_two)s may be totals of one day."
    ),
    (False, False): gettext_lazy(
        "%(one)s %(as_of)s and %(two)s %(as_of_two)s may be totals of one day, of different "
        "countries."
    ),
}


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
        _("%(place)s %(number)s, not %(other)s")
        % {"place": place, "number": number, "other": there[place]}
        for place, number in here.items()
        if place in there and there[place] != number
    ]
    if first.is_full_list and second.is_full_list and first.kind == second.kind:
        new, gone = _only_in(here, there), _only_in(there, here)
        found += [
            _("%(place)s %(number)s, not listed there") % {"place": place, "number": number}
            for place, number in new.items()
        ]
        found += [
            _("%(place)s not listed, %(number)s there") % {"place": place, "number": number}
            for place, number in gone.items()
        ]
    return found


def _only_in(some: dict[Place, int], others: dict[Place, int]) -> dict[Place, int]:
    return {place: number for place, number in some.items() if place not in others}


def _two_lists(first: Read, second: Read, differences: list[str]) -> Finding:
    words = _(
        "The same total of %(total)s is printed %(as_of)s with other lines: here %(differences)s."
    ) % {
        "total": second.tally.total,
        "as_of": as_of_words(first.tally),
        "differences": _("; ").join(differences),
    }
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
    new = _(
        "%(place)s appears with %(number)s; the list %(as_of)s lacks it, but not listed is not "
        "zero."
    )
    gone = _(
        "%(place)s is gone; the list %(as_of)s has it with %(number)s, but not listed is not zero."
    )
    as_of = as_of_words(earlier.tally)
    words = {
        place: new % {"place": place, "number": number, "as_of": as_of}
        for place, number in _only_in(later.lines, earlier.lines).items()
    } | {
        place: gone % {"place": place, "number": number, "as_of": as_of}
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
    if amount < 0:
        numbers = (bound.least_at_end, bound.most_before)
    else:
        numbers = (bound.most_at_end, bound.least_before)
    end, before = (number_of(anchor) for anchor in numbers)
    return OUTSIDE[period.place.is_total, amount < 0] % {
        "number": period.number,
        "place": period.place,
        "days": days,
        "by": abs(amount),
        "end": end,
        "before": before,
    }


# By whether it is of the total, and whether it is too low.
OUTSIDE = {
    (True, True): gettext_lazy(
        "%(number)s (%(days)s) is %(by)s less than the least that the running numbers allow, "
        "%(end)s less %(before)s."
    ),
    (True, False): gettext_lazy(
        "%(number)s (%(days)s) is %(by)s more than the most that the running numbers allow, "
        "%(end)s less %(before)s."
    ),
    (False, True): gettext_lazy(
        "%(number)s at %(place)s (%(days)s) is %(by)s less than the least that the running numbers "
        "allow, %(end)s less %(before)s."
    ),
    (False, False): gettext_lazy(
        "%(number)s at %(place)s (%(days)s) is %(by)s more than the most that the running numbers "
        "allow, %(end)s less %(before)s."
    ),
}


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
