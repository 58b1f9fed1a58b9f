"""The charts of a base's page: what was published of it, and what our record holds.

Each is made of a base alone, so that it can be asked for by its address too. What they count comes
from the totals, or from queries that the days and kinds on record bound, not the incidents.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count as Rows
from django.db.models import Sum
from django.http import QueryDict
from django.utils.translation import gettext as _

from attacks import totals
from attacks.counting import GroupBy, Row, by_month, count_by, counted
from attacks.models import Incident
from attacks.rules import HOUSE, HOUSE_TODAY, Basis, Rule, rule_of
from attacks.windows import Window
from bases.models import MilitaryBase
from charts.axes import Reading
from charts.chart import COLOURS, Chart
from charts.parts import Part, parts
from charts.people import People, people
from charts.steps import Line, Range, steps
from sources.kept import kept
from sources.local_names import local_name
from sources.models import Organisation
from sources.templatetags.facts import day_words, quantified
from sources.templatetags.facts import people as people_words
from tallies.models import TallyLine

from .incident_lists import incidents_at, takeable
from .over_time import drawn_over_time

Day = datetime.date
KEPT = 200  # of the counts of bases, each in memory until the next revision
POINTS = 120  # days on which our count may rise in a drawing; more are drawn by months


# What was published, against our count


@dataclass(frozen=True)
class Published:
    """What one counter published of a base, counting from one day on."""

    counter: Organisation
    since: Day | None
    lines: Sequence[TallyLine]


def published(base: MilitaryBase, lines: Iterable[TallyLine]) -> Chart:
    """`lines` are those of the base, with tally, counter and report."""
    series = running_totals(lines)
    own = next((one for one in series if one.since), None)
    rule = rule_of(own.counter) if own else HOUSE
    ranges = _ranges(base, own, rule) if own else []
    chart = steps(
        "base-published",
        _("Published numbers over time, and our count"),
        [_line(one) for one in series[:COLOURS]],
        ranges,
        ranges_label=_our_label(own, rule) if own else "",
        desc=_("Each line is what one counter published, with the days it may be as of."),
    )
    return takeable(chart, base=base.slug)


def running_totals(lines: Iterable[TallyLine]) -> list[Published]:
    """By counter and start, the one with most numbers first; the default counter's before all.

    A number as of no known day cannot be drawn, and one for a closed period is no running total.
    """
    found: dict[tuple[int, Day | None], list[TallyLine]] = defaultdict(list)
    for line in lines:
        tally = line.tally
        if tally.as_of_earliest and tally.as_of_latest and not tally.counting_until:
            found[tally.counter_id, tally.counting_since].append(line)
    series = [Published(own[0].tally.counter, since, own) for (_id, since), own in found.items()]
    return sorted(
        series,
        key=lambda one: (
            one.counter.slug != settings.DEFAULT_COUNTER,
            -len(one.lines),
            one.counter.name,
            one.since or Day.min,
        ),
    )


def _line(series: Published) -> Line:
    label = local_name(series.counter)
    if series.since:
        label = _("%(counter)s, since %(day)s") % {
            "counter": label,
            "day": day_words(series.since, series.since),
        }
    readings = [_reading(line) for line in series.lines]
    return Line(label, series.counter.get_absolute_url(), readings, key=series.counter.slug)


def _reading(line: TallyLine) -> Reading:
    tally = line.tally
    words = _("%(counter)s, as of %(days)s: %(number)s") % {
        "counter": local_name(tally.counter),
        "days": day_words(tally.as_of_earliest, tally.as_of_latest),
        "number": quantified(line.number, "" if tally.total is not None else tally.quantifier),
    }
    address = f"{tally.get_absolute_url()}#line-{line.position}"
    return Reading(tally.as_of_earliest, tally.as_of_latest, line.number, address, words)


def _our_label(series: Published, rule: Rule) -> str:
    day = day_words(series.since, series.since)
    if rule.is_house:
        return _("Our count since %(day)s, certain to possible") % {"day": day}
    return _("Our count since %(day)s by the rule of %(counter)s, certain to possible") % {
        "day": day,
        "counter": local_name(series.counter),
    }


def _ranges(base: MilitaryBase, series: Published, rule: Rule) -> list[Range]:
    last = max(line.tally.as_of_latest for line in series.lines)
    rows = ranges_of([base.pk], Basis(rule), Window(series.since, last))
    return [
        Range(
            day,
            certain,
            possible,
            incidents_at(base.slug, rule=rule, since=series.since, until=day),
        )
        for day, certain, possible in cumulative(rows, series.since, last)  # type: ignore[arg-type]
    ]


def ranges_of(bases: Iterable[int], basis: Basis, window: Window) -> list[tuple[Any, ...]]:
    """(earliest, latest, certain, possible) of what is counted at these bases, from the totals."""
    rows = totals.ranges(basis, window, basis.rule.group(bases)).values_list("earliest", "latest")
    return list(rows.annotate(certain=Sum("certain"), possible=Sum("possible")))


def cumulative(
    rows: Iterable[tuple[Any, ...]], since: Day, last: Day
) -> list[tuple[Day, int, int]]:
    """(day, certain, possible): how many there were from `since` to that day, where that changed.

    As over a window: certain from the last day on which an attack may have been, possible from the
    first.
    """
    certain: dict[Day, int] = defaultdict(int)
    possible: dict[Day, int] = defaultdict(int)
    for earliest, latest, sure, attacks in rows:
        possible[max(earliest, since)] += attacks
        if earliest >= since:
            certain[latest] += sure
    days = sorted({since, *(day for day in (*certain, *possible) if day <= last), last})
    found, low, high = [], 0, 0
    for day in days:
        low, high = low + certain[day], high + possible[day]
        found.append((day, low, high))
    return found if len(found) <= POINTS else _last_of_months(found)


def _last_of_months(points: list[tuple[Day, int, int]]) -> list[tuple[Day, int, int]]:
    by_month = {(day.year, day.month): (day, low, high) for day, low, high in points}
    return list(by_month.values())


# What our record holds


def timeline(base: MilitaryBase) -> Chart:
    def at(**filters: Any) -> str:
        return incidents_at(base.slug, **filters)

    chart = drawn_over_time(
        "base-timeline",
        _("Incidents on our record, by day"),
        Incident.objects.filter(base=base),
        lambda: list(by_month(ranges_of([base.pk], Basis(), Window()), Window())),
        at,
        local_name(base),
    )
    return takeable(chart, base=base.slug)


def weapons(base: MilitaryBase) -> Chart:
    labels: dict[str | None, Any] = dict(Incident.Weapon.choices)
    return takeable(
        parts(
            "base-weapons",
            _("Weapons"),
            [_part(base, row, labels[row.key]) for row in _rows(base.pk, GroupBy.WEAPON)],
            column=_("Weapon"),
        ),
        base=base.slug,
    )


def claimants(base: MilitaryBase) -> Chart:
    """Who claims them; an attack that two claim stands under both."""
    rows = _rows(base.pk, GroupBy.CLAIMANT)
    groups = Organisation.objects.filter(slug__in=[row.key for row in rows if row.key])
    names = {group.slug: local_name(group) for group in groups}
    return takeable(
        parts(
            "base-claimants",
            _("Who claims them"),
            [_part(base, row, names.get(row.key or "", _("nobody named"))) for row in rows],
            column=_("Claimant"),
        ),
        base=base.slug,
    )


@kept(KEPT)
def _rows(base: int, group_by: GroupBy) -> list[Row]:
    """The counts of a base; their labels are in the language of whoever asked first."""
    return count_by(Incident.objects.filter(base=base), group_by)


def _part(base: MilitaryBase, row: Any, label: Any) -> Part:
    address = incidents_at(base.slug, **row.filters)
    return Part(label, address, row.count.certain, row.count.possible, key=row.key or "")


@dataclass(frozen=True)
class Casualties:
    """People over several incidents: at least `low`, and at most `high` where that is known.

    A record without a figure adds nothing to the low end and leaves the high end open.
    """

    records: int
    low: int | None
    high: int | None
    silent: int  # records that give no figure at all

    @property
    def words(self) -> str:
        return people_words(self.low, self.high)


def casualties_of(incidents: Any, basis: Basis = HOUSE_TODAY) -> dict[str, Casualties]:
    """Killed and injured, over those of these incidents that count."""
    sums: dict[str, Any] = {"records": Rows("id")}
    for whom in ("killed", "injured"):
        for end in ("low", "high"):
            sums |= {
                f"{whom}_{end}_sum": Sum(f"{whom}_{end}"),
                f"{whom}_{end}_known": Rows(f"{whom}_{end}"),
            }
    found = counted(incidents, basis).order_by().aggregate(**sums)
    return {whom: _casualties(found, whom) for whom in ("killed", "injured")}


def _casualties(found: dict[str, Any], whom: str) -> Casualties:
    records, stated = found["records"], found[f"{whom}_low_known"]
    high = found[f"{whom}_high_sum"] if found[f"{whom}_high_known"] == records else None
    return Casualties(records, found[f"{whom}_low_sum"], high, records - stated)


@kept(KEPT)
def _casualties_at(base: int) -> dict[str, Casualties]:
    return casualties_of(Incident.objects.filter(base=base))


def casualties(base: MilitaryBase) -> Chart:
    found = _casualties_at(base.pk)
    labels = {"killed": _("Killed"), "injured": _("Injured")}
    rows = [
        People(
            labels[whom],
            incidents_at(base.slug),
            one.low,
            one.high,
            one.words,
            key=whom,
        )
        for whom, one in found.items()
    ]
    chart = people(
        "base-casualties", _("Killed and injured"), rows if found["killed"].records else []
    )
    chart.note = _silence(found)
    return takeable(chart, base=base.slug)


def _silence(found: dict[str, Casualties]) -> str:
    """Of how many records the figures are missing, so that a sum is not taken for all."""
    killed, injured = found["killed"], found["injured"]
    if not killed.silent and not injured.silent:
        return ""
    return _(
        "Of %(records)s records, %(killed)s do not say how many were killed and %(injured)s not "
        "how many were injured: they add nothing to the lower end and leave the upper one open."
    ) % {"records": killed.records, "killed": killed.silent, "injured": injured.silent}


# By their addresses: /charts/<name>.csv?base=<slug>


def lines_of(base: MilitaryBase) -> list[TallyLine]:
    return list(
        TallyLine.objects.filter(base=base).select_related(
            "tally__counter", "tally__report__publisher"
        )
    )


def _of_base(make: Callable[[MilitaryBase], Chart]) -> Callable[[QueryDict], Chart]:
    def of_params(params: QueryDict) -> Chart:
        slug = params.get("base", "").replace("\0", "")
        base = MilitaryBase.objects.filter(slug=slug).first()
        if base is None:
            raise ValueError(_("No base of that name is on record."))
        return make(base)

    return of_params


CHARTS: dict[str, Callable[[QueryDict], Chart]] = {
    "base-published": _of_base(lambda base: published(base, lines_of(base))),
    "base-timeline": _of_base(timeline),
    "base-weapons": _of_base(weapons),
    "base-claimants": _of_base(claimants),
    "base-casualties": _of_base(casualties),
}
