"""A published tally held against our record: what was published, what we count, and the gap.

Counted by the counter's own rule where it is known, else by that of the house, over the days and in
the countries that the publication speaks for.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from attacks.answers import count_by_site
from attacks.counting import NO_ATTACKS, Count, Window
from attacks.filters import query_of
from attacks.models import NEWEST_FIRST, Incident
from attacks.records import annotated, with_bases
from attacks.rules import Basis, rule_of
from bases.models import MilitaryBase
from bases.registry import bases_of
from sources.local_names import local_name
from sources.models import Organisation, Report
from sources.recorded import TODAY, Record, as_instance, keep_related

from .models import PublishedTally, TallyLine
from .places import TOTAL, Place

Day = datetime.date

MOST_EXAMINED = 2_000  # incidents told one by one; the numbers are of all


@dataclass(frozen=True)
class Gap:
    """Published less ours, as a range; below zero, we hold more than was published."""

    least: int
    most: int

    @property
    def agrees(self) -> bool:
        return self.least <= 0 <= self.most

    def __str__(self) -> str:
        if self.agrees:
            return _("agrees")
        if self.least > 0:
            return _("short by %(number)s") % {"number": _range(self.least, self.most)}
        return _("we hold %(number)s more") % {"number": _range(-self.most, -self.least)}


def _range(low: int, high: int) -> str:
    if low == high:
        return f"{low}"
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


@dataclass(frozen=True)
class Row:
    """A place: what was published of it, and what we count there over the same days."""

    place: Place
    lines: tuple[TallyLine, ...] = ()  # none: not listed, which is not zero
    published: int | None = None
    ours: Count | None = None  # None: nothing says where we should count
    query: str = ""  # of the list behind `possible`

    @property
    def incidents_url(self) -> str:
        return f"{reverse('attacks:incidents')}?{self.query}" if self.query else ""

    @property
    def base(self) -> MilitaryBase | None:
        return self.place.base

    @property
    def name(self) -> str:
        return str(self.place)

    @property
    def gap(self) -> Gap | None:
        if self.published is None or self.ours is None:
            return None
        return Gap(self.published - self.ours.possible, self.published - self.ours.certain)


@dataclass(frozen=True)
class Examined:
    """An incident in the days and countries of a publication, and what the rule makes of it."""

    COUNTED = gettext_noop("counted")
    BORDERLINE = gettext_noop("borderline")
    EXCLUDED = gettext_noop("excluded")

    incident: Incident
    verdict: str
    clause: str = ""
    why: str = ""


@dataclass(frozen=True)
class Reconciliation:
    tally: PublishedTally
    basis: Basis
    window: Window
    listed: list[Row]  # in order of print
    not_listed: list[Row]
    total: Row
    bases: Mapping[int, MilitaryBase] = field(repr=False)
    counts: Mapping[int, Count] = field(repr=False)  # ours by the id of the site, everywhere

    @property
    def rows(self) -> list[Row]:
        return [*self.listed, *self.not_listed, self.total]

    @property
    def largest_first(self) -> list[Row]:
        return sorted(self.listed, key=lambda row: -(row.published or 0))

    @property
    def by_country(self) -> bool:
        """Whether the list is one of countries."""
        return bool(self.listed) and not any(row.base for row in self.listed)

    def row(self, place: str) -> Row | None:
        """The row of the place with that key."""
        return next((row for row in self.rows if row.place.key == place), None)

    def sites(self, row: Row) -> set[int]:
        """The ids of the bases whose attacks count for that row."""
        if row.base:
            return self.basis.rule.group([row.base.pk])
        codes = [row.place.country] if row.place.country else _countries(self.tally, self.basis)
        return {pk for pk, base in self.bases.items() if base.country in codes}

    def incidents_of(self, row: Row) -> QuerySet[Any]:
        """The incidents behind `possible`, each with `sure`: whether it is in `certain` too."""
        surely = self.window.contains & self.basis.surely_counts
        return (
            self.basis.published()
            .filter(self.basis.counts, self.window.overlaps, base__in=self.sites(row))
            .annotate(sure=Basis.yes_or_no(surely))
            .order_by(*NEWEST_FIRST)
        )


def reconcile(
    tally: PublishedTally,
    *,
    known_on: Day | None = None,
    record: Record = TODAY,
    basis: Basis | None = None,
    window: Window | None = None,
) -> Reconciliation:
    """Hold the tally against what is on record. `tally` is a row of that record (`tally_of`).

    By the rule of its counter and over its own days, unless another basis and window are given.
    """
    basis = basis or Basis(rule_of(tally.counter, record), known_on, record)
    if basis.record == TODAY:
        prefetch_related_objects([tally], Prefetch("lines", TallyLine.objects.order_by("position")))
    window = window or tally.window
    counts = count_by_site(basis, window)
    return _Counted(tally, basis, window, bases_of(basis.record), counts).reconciliation()


@dataclass(frozen=True)
class _Counted:
    """A publication with our count at each base over these days."""

    tally: PublishedTally
    basis: Basis
    window: Window
    bases: Mapping[int, MilitaryBase]
    counts: dict[int, Count]

    def reconciliation(self) -> Reconciliation:
        listed = list(self.listed())
        return Reconciliation(
            tally=self.tally,
            basis=self.basis,
            window=self.window,
            listed=listed,
            not_listed=list(self.not_listed({row.place for row in listed})),
            total=self.total(),
            bases=self.bases,
            counts=self.counts,
        )

    def listed(self) -> Iterator[Row]:
        """Lines of one place are one row: also a site's and that of the base it is folded into."""
        lines: dict[Place, list[TallyLine]] = defaultdict(list)
        for line in self.tally.lines.all():
            lines[self.place(line)].append(line)
        for place, own in lines.items():
            published = sum(line.number for line in own)
            yield self.row(place, published=published, lines=tuple(own))

    def place(self, line: TallyLine) -> Place:
        if line.base_id:
            return Place(self.bases[self.basis.rule.root(line.base_id)])
        if line.country:
            return Place(country=line.country)
        return Place(name=line.name_as_printed or _("no place named"))

    def row(self, place: Place, **published: Any) -> Row:
        if not place.on_record:
            return Row(place, **published)
        if place.base:
            where = {"base": [place.base.slug]}
        else:
            where = {"country": [place.country]}
        return Row(
            place,
            **published,
            ours=self.count(place),
            query=query_of(self.basis, self.window, **where),
        )

    def count(self, place: Place) -> Count:
        root = self.basis.rule.root
        return sum(
            (
                count
                for base, count in self.counts.items()
                if (root(base) == place.base.pk if place.base else True)
                and (self.bases[base].country == place.country if place.country else True)
            ),
            NO_ATTACKS,
        )

    def not_listed(self, listed: set[Place]) -> Iterator[Row]:
        """Places in its territory at which we count attacks and which it does not name.

        A list of countries leaves out countries; any other leaves out bases.
        """
        countries = {place.country for place in listed if place.country}
        left = set(_countries(self.tally, self.basis)) - countries
        if countries and not any(place.base for place in listed):
            places = [Place(country=code) for code in left]
        else:
            roots = {self.basis.rule.root(base) for base in self.counts}
            places = [Place(self.bases[root]) for root in roots if self.bases[root].country in left]
        rows = [self.row(place) for place in places if place not in listed]
        found = [row for row in rows if row.ours and row.ours.possible]
        yield from sorted(found, key=lambda row: (-row.ours.possible, row.name))  # type: ignore[union-attr]

    def total(self) -> Row:
        codes = _countries(self.tally, self.basis)
        if not codes:
            return Row(TOTAL, published=self.tally.total)
        inside = [count for base, count in self.counts.items() if self.bases[base].country in codes]
        return Row(
            TOTAL,
            published=self.tally.total,
            ours=sum(inside, NO_ATTACKS),
            query=query_of(self.basis, self.window, country=codes),
        )


def _countries(tally: PublishedTally, basis: Basis) -> list[str]:
    """Where it counts: what the publication says, else what its counter's rule says."""
    return tally.countries or list(basis.rule.territory)


@dataclass(frozen=True)
class Examination:
    """What each number is made of: by the key of the row's place, incidents in three groups."""

    rows: list[tuple[Row, list[Examined]]]
    examined: int
    complete: bool  # whether all could be told one by one


def examine(reconciliation: Reconciliation) -> Examination:
    """Every incident in the publication's days and places, with what the rule makes of it."""
    basis, window = reconciliation.basis, reconciliation.window
    places = [row for row in reconciliation.rows[:-1] if row.place.on_record]
    sites = {site for row in reconciliation.rows for site in _around(reconciliation, row)}
    in_range = annotated(basis.published().filter(window.overlaps, base__in=sites), basis)
    in_range = in_range.annotate(
        in_doubt=basis.in_doubt, inside=Basis.yes_or_no(window.contains)
    ).order_by(*NEWEST_FIRST)
    found = list(in_range[: MOST_EXAMINED + 1])
    complete = len(found) <= MOST_EXAMINED
    inside = {row.id: row.inside for row in found}
    incidents = with_bases(found[:MOST_EXAMINED], basis)
    judged = [(incident, _judge(incident, inside[incident.pk])) for incident in incidents]
    rows = [(row, list(_of_row(reconciliation, row, judged))) for row in places]
    return Examination(rows, len(incidents), complete)


def _around(reconciliation: Reconciliation, row: Row) -> set[int]:
    """The sites of a row and those that may be the same place."""
    if not row.place.on_record:
        return set()
    sites = reconciliation.sites(row)
    return sites | {site for site, into in reconciliation.basis.rule.doubtful if into in sites}


def _judge(incident: Any, inside: bool) -> Examined:
    if incident.withdrawn:
        verdict = Examined.EXCLUDED if incident.left_out else Examined.COUNTED
        if verdict == Examined.COUNTED and (incident.in_doubt or not inside):
            verdict = Examined.BORDERLINE
        return Examined(
            incident, verdict, "", _("withdrawn since: %(reason)s") % {"reason": incident.withdrawn}
        )
    if incident.left_out:
        return Examined(incident, Examined.EXCLUDED, incident.left_out, incident.left_out_because)
    if not inside:
        return Examined(
            incident,
            Examined.BORDERLINE,
            "days",
            _("it may lie outside the days of the publication"),
        )
    if incident.in_doubt:
        return Examined(incident, Examined.BORDERLINE, incident.in_doubt, incident.in_doubt_because)
    return Examined(incident, Examined.COUNTED)


def _of_row(
    reconciliation: Reconciliation, row: Row, judged: Iterable[tuple[Any, Examined]]
) -> Iterator[Examined]:
    sites, around = reconciliation.sites(row), _around(reconciliation, row)
    for incident, examined in judged:
        if incident.base_id in sites:
            yield examined
        elif incident.base_id in around and examined.verdict != Examined.EXCLUDED:
            why = _("at %(base)s, which may be the same place; counted there") % {
                "base": local_name(incident.base)
            }
            yield Examined(incident, Examined.BORDERLINE, "place", why)


def tally_of(key: str, record: Record = TODAY, known_on: Day | None = None) -> Any:
    """The tally of that key as it is on that record, with counter, report and lines; or None.

    None also where it cannot have been published by `known_on`.
    """
    row = record.rows(PublishedTally).filter(key=key).first()
    if row is None:
        return None
    tally = as_instance(row)
    reports = record.by_id(Report, [tally.report_id])
    report = reports.get(tally.report_id)
    organisations = record.by_id(
        Organisation, [tally.counter_id, report.publisher_id if report else None]
    )
    tally.counter = organisations[tally.counter_id]
    tally.report = report
    if report:
        report.publisher = organisations.get(report.publisher_id)
    if known_on and not may_be_known(tally, known_on):
        return None
    lines = [
        as_instance(line)
        for line in record.rows(TallyLine).filter(tally_id=row.id).order_by("position", "id")
    ]
    bases = record.by_id(MilitaryBase, [line.base_id for line in lines])
    for line in lines:
        line.tally, line.base = tally, bases.get(line.base_id)
    keep_related(tally, "lines", lines)
    return tally


def may_be_known(tally: PublishedTally, on: Day) -> bool:
    """Whether it may have been published by then. No count is known before it ends."""
    first_days = [tally.counting_until]
    if tally.report:
        first_days.append(tally.report.published_earliest)
    return all(first is None or first <= on for first in first_days)
