"""Which incidents count, and how many that makes: the numbers behind pages, charts and API.

The one counting rule of the house is `counted`. A count over a window of local days is a range,
because some attacks are dated only to a range of days:

certain   attacks whose whole range lies inside the window
possible  attacks whose range overlaps it

Both are sums of `attack_count`.
"""

from __future__ import annotations

import calendar
import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BooleanField,
    Case,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from sources.countries import country_name
from sources.models import Organisation

from .claim_status import ClaimStatus, claim_status, claims_of_responsibility

if TYPE_CHECKING:
    from .models import Incident

Day = datetime.date


COUNTED = Q(status="published", merged_into=None) & ~Q(grade="discounted")


def counted(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    """The counting rule of the house.

    Published, not merged away, and not graded `discounted`; what nobody has graded counts, and
    so does every outcome, intercepted and missed attacks too.
    """
    return incidents.filter(COUNTED)


def with_counts(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    """Annotate `counts`: whether the rule counts it."""
    return incidents.annotate(
        counts=Case(When(COUNTED, then=True), default=False, output_field=BooleanField())
    )


@dataclass(frozen=True)
class Window:
    """Local days from `since` to `until`, both included; None leaves that side open.

    Where an end itself is known only as a range (the as-of of a published tally), `since` and
    `until` are the widest days that it allows, `certain_since` and `certain_until` the narrowest.
    """

    since: Day | None = None
    until: Day | None = None
    certain_since: Day | None = None
    certain_until: Day | None = None

    @property
    def overlaps(self) -> Q:
        """Incidents that may lie in the window."""
        condition = Q()
        if self.since:
            condition &= Q(latest__gte=self.since)
        if self.until:
            condition &= Q(earliest__lte=self.until)
        return condition

    @property
    def contains(self) -> Q:
        """Incidents that lie in the window for certain."""
        condition = Q(earliest__isnull=False, latest__isnull=False)
        if start := self.certain_since or self.since:
            condition &= Q(earliest__gte=start)
        if end := self.certain_until or self.until:
            condition &= Q(latest__lte=end)
        return condition

    def may_hold(self, earliest: Day, latest: Day) -> bool:
        return (self.since is None or latest >= self.since) and (
            self.until is None or earliest <= self.until
        )

    def certainly_holds(self, earliest: Day, latest: Day) -> bool:
        start, end = self.certain_since or self.since, self.certain_until or self.until
        return (start is None or earliest >= start) and (end is None or latest <= end)

    def month(self, first: Day) -> Window:
        """The part of this window that lies in the month of that first day."""
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        return Window(
            since=max(first, self.since) if self.since else first,
            until=min(last, self.until) if self.until else last,
            certain_since=max(first, self.certain_since) if self.certain_since else None,
            certain_until=min(last, self.certain_until) if self.certain_until else None,
        )


def overlapping(
    incidents: QuerySet[Incident], since: Day | None = None, until: Day | None = None
) -> QuerySet[Incident]:
    return incidents.filter(Window(since, until).overlaps)


class GroupBy(TextChoices):
    """What counts can be broken down by."""

    BASE = "base", "base"
    COUNTRY = "country", "country"
    WEAPON = "weapon", "weapon"
    OUTCOME = "outcome", "outcome"
    CLAIM_STATUS = "claim_status", "claim status"
    MONTH = "month", "month"
    CLAIMANT = "claimant", "claimant"


@dataclass(frozen=True)
class Count:
    """A number of attacks: at least `certain`, at most `possible`."""

    certain: int
    possible: int

    @property
    def exact(self) -> bool:
        return self.certain == self.possible


@dataclass(frozen=True)
class Row:
    """One line of a breakdown.

    `key` is a slug, code or month (YYYY-MM), None where an incident has none; `filters` are the
    incident filters that, put in place of those of the question, give exactly its incidents.
    """

    key: str | None
    label: str
    count: Count
    filters: dict[str, str]


def count(incidents: QuerySet[Incident], window: Window = Window()) -> Count:
    """How many of these incidents' attacks fall in the window."""
    totals = (
        counted(incidents)
        .filter(window.overlaps)
        .order_by()
        .aggregate(
            certain=Coalesce(Sum("attack_count", filter=window.contains), 0),
            possible=Coalesce(Sum("attack_count"), 0),
        )
    )
    return Count(**totals)


def count_by(
    incidents: QuerySet[Incident], group_by: GroupBy | str, window: Window = Window()
) -> list[Row]:
    """The same, one row a group, largest first (months in order of time).

    An incident may stand in several rows of a breakdown by month or claimant, so their sum may
    exceed the total.
    """
    group_by = GroupBy(group_by)
    inside = counted(incidents).filter(window.overlaps).order_by()
    if group_by is GroupBy.MONTH:
        return list(_by_month(inside, window))
    rows = list(_BREAKDOWNS[group_by](inside, window))
    return sorted(rows, key=lambda row: (-row.count.possible, row.key is None, row.label))


def _sums(incidents: QuerySet[Incident], window: Window, *keys: str) -> Iterable[Any]:
    return incidents.values_list(*keys).annotate(
        certain=Coalesce(Sum("attack_count", filter=window.contains), 0),
        possible=Sum("attack_count"),
    )


def _by_base(incidents: QuerySet[Incident], window: Window) -> Iterator[Row]:
    for slug, name, certain, possible in _sums(incidents, window, "base__slug", "base__name"):
        yield Row(slug, name, Count(certain, possible), {"base": slug})


def _by_country(incidents: QuerySet[Incident], window: Window) -> Iterator[Row]:
    for code, certain, possible in _sums(incidents, window, "base__country"):
        yield Row(code, country_name(code), Count(certain, possible), {"country": code})


def _by_choice(field: str) -> Any:
    def breakdown(incidents: QuerySet[Incident], window: Window) -> Iterator[Row]:
        labels = dict(incidents.model._meta.get_field(field).flatchoices)  # type: ignore[union-attr]
        for value, certain, possible in _sums(incidents, window, field):
            yield Row(value, labels[value], Count(certain, possible), {field: value})

    return breakdown


def _by_claim_status(incidents: QuerySet[Incident], window: Window) -> Iterator[Row]:
    incidents = claim_status(incidents)
    for value, certain, possible in _sums(incidents, window, "claim_status"):
        status = ClaimStatus(value)
        yield Row(status, status.label, Count(certain, possible), {"claim_status": status})


def _by_claimant(incidents: QuerySet[Incident], window: Window) -> Iterator[Row]:
    # Summed for each group, so that one which claimed an incident twice is counted once for it.
    claimed = claims_of_responsibility()
    theirs = (
        incidents.filter(
            pk__in=claimed.filter(claimant=OuterRef(OuterRef("pk"))).values("incident")
        )
        .annotate(all=Value(1))
        .values("all")
    )
    groups = (
        Organisation.objects.filter(kind=Organisation.Kind.ARMED_GROUP)
        .annotate(
            certain=Subquery(
                theirs.annotate(n=Sum("attack_count", filter=window.contains)).values("n")
            ),
            possible=Subquery(theirs.annotate(n=Sum("attack_count")).values("n")),
        )
        .filter(possible__gt=0)
    )
    for group in groups:
        number = Count(group.certain or 0, group.possible)
        yield Row(group.slug, group.name, number, {"claimant": group.slug})
    nobody = incidents.exclude(pk__in=claimed.values("incident"))
    rest = count(nobody, window)
    if rest.possible:
        yield Row(None, "nobody named", rest, {"claimant__isnull": "true"})


def _by_month(incidents: QuerySet[Incident], window: Window) -> Iterator[Row]:
    # One row a distinct range of days, whatever the number of incidents.
    ranges = incidents.values_list("earliest", "latest").annotate(attacks=Sum("attack_count"))
    sums: dict[Day, list[int]] = defaultdict(lambda: [0, 0])
    for earliest, latest, attacks in ranges:
        for first in _months(
            max(earliest, window.since or earliest), min(latest, window.until or latest)
        ):
            if window.month(first).certainly_holds(earliest, latest):
                sums[first][0] += attacks
            sums[first][1] += attacks
    for first in sorted(sums):
        part = window.month(first)
        certain, possible = sums[first]
        yield Row(
            f"{first:%Y-%m}",
            f"{first:%B %Y}",
            Count(certain, possible),
            {"since": f"{part.since}", "until": f"{part.until}"},
        )


def _months(since: Day, until: Day) -> Iterator[Day]:
    """The first days of the months that these days touch."""
    first = since.replace(day=1)
    while first <= until:
        yield first
        first = (first + datetime.timedelta(days=31)).replace(day=1)


_BREAKDOWNS = {
    GroupBy.BASE: _by_base,
    GroupBy.COUNTRY: _by_country,
    GroupBy.WEAPON: _by_choice("weapon"),
    GroupBy.OUTCOME: _by_choice("outcome"),
    GroupBy.CLAIM_STATUS: _by_claim_status,
    GroupBy.CLAIMANT: _by_claimant,
}


@dataclass(frozen=True)
class Coverage:
    """What our record holds, so that a count can be read for what it is: a sample."""

    attacks: int
    first_day: Day | None
    last_day: Day | None
    dated_to_a_range: int
    without_coordinates: int


def coverage(incidents: QuerySet[Incident]) -> Coverage:
    """How much of what counts is on record, and how much of it is dated or placed loosely."""
    return Coverage(
        **counted(incidents)
        .order_by()
        .aggregate(
            attacks=Coalesce(Sum("attack_count"), 0),
            first_day=Min("earliest"),
            last_day=Max("latest"),
            dated_to_a_range=Coalesce(Sum("attack_count", filter=Q(earliest__lt=F("latest"))), 0),
            without_coordinates=Coalesce(
                Sum("attack_count", filter=Q(base__latitude__isnull=True)), 0
            ),
        )
    )
