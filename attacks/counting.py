"""Which incidents count, and how many that makes: the numbers behind pages, charts and API.

What counts is decided by `counted` alone, on a `Basis`: under which rule, by what was known on
which day, and in which state of our record (`attacks.rules`). A count over a window of local days
is a range, because some attacks are dated only to a range of days, and some may or may not count:

certain   attacks that surely count and whose whole range lies inside the window
possible  attacks that may count and whose range overlaps it

Both are sums of `attack_count`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    Case,
    F,
    Max,
    Min,
    Q,
    QuerySet,
    Sum,
    TextChoices,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bases.registry import bases_of
from sources.countries import country_name
from sources.local_names import local_name
from sources.models import Organisation
from sources.recorded import TODAY

from .claim_status import ClaimStatus, claim_status, claims_of_responsibility
from .rules import HOUSE_TODAY, Basis
from .windows import ALL_DAYS, Day, Window, months


def counted(incidents: QuerySet[Any], basis: Basis = HOUSE_TODAY) -> QuerySet[Any]:
    """The incidents that may count on that basis; `incidents` are rows of its record.

    Under the rule of the house: published, not merged away, and not graded `discounted`; what
    nobody has graded counts, and so does every outcome, intercepted and missed attacks too.
    """
    return incidents.filter(basis.counts, status="published")


def with_verdict(incidents: QuerySet[Any], basis: Basis = HOUSE_TODAY) -> QuerySet[Any]:
    """Annotate `left_out`: the code of the clause that leaves it out, empty where it counts."""
    return incidents.annotate(left_out=basis.left_out)


def overlapping(
    incidents: QuerySet[Any], since: Day | None = None, until: Day | None = None
) -> QuerySet[Any]:
    return incidents.filter(Window(since, until).overlaps)


class GroupBy(TextChoices):
    """What counts can be broken down by."""

    BASE = "base", _("base")
    COUNTRY = "country", _("country")
    WEAPON = "weapon", _("weapon")
    OUTCOME = "outcome", _("outcome")
    CLAIM_STATUS = "claim_status", _("claim status")
    MONTH = "month", _("month")
    CLAIMANT = "claimant", _("claimant")


# An earlier state of our record is not listed by these, so it is not counted by them either.
ONLY_TODAY = (GroupBy.CLAIM_STATUS, GroupBy.CLAIMANT)


def reason_not_to_group(group_by: GroupBy | str, basis: Basis) -> dict[str, str]:
    """By which clock counts cannot be broken down so, with the reason; empty where they can."""
    if basis.record != TODAY and group_by in ONLY_TODAY:
        return {
            "recorded_at": gettext(
                "Not with group_by=%(group_by)s: an earlier record is not listed so."
            )
            % {"group_by": group_by}
        }
    if basis.known_on and group_by == GroupBy.OUTCOME:
        reason = gettext("Not with group_by=outcome: it was coded by what became known later.")
        return {"known_on": reason}
    return {}


@dataclass(frozen=True)
class Count:
    """A number of attacks: at least `certain`, at most `possible`."""

    certain: int
    possible: int

    @property
    def exact(self) -> bool:
        return self.certain == self.possible

    def __add__(self, other: Count) -> Count:
        return Count(self.certain + other.certain, self.possible + other.possible)


NO_ATTACKS = Count(0, 0)


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


def count(incidents: QuerySet[Any], window: Window = ALL_DAYS, basis: Basis = HOUSE_TODAY) -> Count:
    """How many of these incidents' attacks fall in the window."""
    totals = (
        inside(incidents, window, basis)
        .order_by()
        .aggregate(
            certain=Coalesce(sum_of_certain(window, basis), 0),
            possible=Coalesce(Sum("attack_count"), 0),
        )
    )
    return Count(**totals)


def inside(incidents: QuerySet[Any], window: Window, basis: Basis) -> QuerySet[Any]:
    """What may count in the window."""
    return counted(incidents, basis).filter(window.overlaps)


def sum_of_certain(window: Window, basis: Basis) -> Sum:
    surely = window.contains & basis.surely_counts
    return Sum(Case(When(surely, then=F("attack_count")), default=0))


def count_by(
    incidents: QuerySet[Any],
    group_by: GroupBy | str,
    window: Window = ALL_DAYS,
    basis: Basis = HOUSE_TODAY,
) -> list[Row]:
    """The same, one row a group, largest first (months in order of time).

    An incident may stand in several rows of a breakdown by month or claimant, so their sum may
    exceed the total. Under a rule that folds sites, a base is all that is counted under it.
    """
    group_by = GroupBy(group_by)
    those = inside(incidents, window, basis).order_by()
    if group_by in (GroupBy.CLAIM_STATUS, GroupBy.CLAIMANT):
        basis = replace(basis, rests_on_claims=True)
    if group_by is GroupBy.MONTH:
        return list(by_month(_by_range(those, basis), window))
    return in_order(_BREAKDOWNS[group_by](those, window, basis))


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Largest first, and last what has no key."""
    return sorted(rows, key=lambda row: (-row.count.possible, row.key is None, row.label))


def total_and_rows(
    incidents: QuerySet[Any],
    group_by: GroupBy | str,
    window: Window = ALL_DAYS,
    basis: Basis = HOUSE_TODAY,
) -> tuple[Count, list[Row]]:
    """Both `count` and `count_by`: where each incident stands in one row, from one query."""
    rows = count_by(incidents, group_by, window, basis)
    if group_by in (GroupBy.MONTH, GroupBy.CLAIMANT):
        return count(incidents, window, basis), rows
    if group_by == GroupBy.CLAIM_STATUS and basis.known_on and not basis.rests_on_claims:
        # Of a status that may not have been known the rows are less certain than the total.
        return count(incidents, window, basis), rows
    return sum((row.count for row in rows), NO_ATTACKS), rows


def _sums(
    incidents: QuerySet[Any], window: Window, basis: Basis, key: str
) -> Iterable[tuple[Any, int, int]]:
    return incidents.values_list(key).annotate(
        certain=sum_of_certain(window, basis), possible=Sum("attack_count")
    )


def count_by_site(
    incidents: QuerySet[Any], window: Window = ALL_DAYS, basis: Basis = HOUSE_TODAY
) -> dict[int, Count]:
    """Counts by the id of the base itself, before the rule folds any into another."""
    return _by_site(inside(incidents, window, basis).order_by(), window, basis)


def _by_site(those: QuerySet[Any], window: Window, basis: Basis) -> dict[int, Count]:
    return {
        base: Count(certain, possible)
        for base, certain, possible in _sums(those, window, basis, "base")
    }


def count_by_days(incidents: QuerySet[Any], basis: Basis = HOUSE_TODAY) -> QuerySet[Any, Any]:
    """(base id, earliest, latest, certain, possible), a row for each that is on record.

    What surely counts is certain here whatever its days: the window is for the caller to apply.
    """
    return (
        counted(incidents, basis)
        .order_by()
        .values_list("base", "earliest", "latest")
        .annotate(certain=sum_of_certain(ALL_DAYS, basis), possible=Sum("attack_count"))
    )


def count_by_days_under(incidents: QuerySet[Any], bases: Mapping[int, Basis]) -> QuerySet[Any, Any]:
    """The same on several bases of one record at once: `certain_1`, `possible_1` on the basis 1."""
    sums = {}
    for key, basis in bases.items():
        counts = Q(basis.counts, status="published")
        surely = counts & basis.surely_counts & ALL_DAYS.contains
        sums[f"certain_{key}"] = Sum(Case(When(surely, then=F("attack_count")), default=0))
        sums[f"possible_{key}"] = Sum(Case(When(counts, then=F("attack_count")), default=0))
    rows = incidents.filter(status="published").order_by()
    return rows.values_list("base", "earliest", "latest").annotate(**sums)


def _by_base(incidents: QuerySet[Any], window: Window, basis: Basis) -> Iterator[Row]:
    return by_base(_by_site(incidents, window, basis), basis)


def _by_country(incidents: QuerySet[Any], window: Window, basis: Basis) -> Iterator[Row]:
    return by_country(_by_site(incidents, window, basis), basis)


def by_base(sites: Mapping[int, Count], basis: Basis) -> Iterator[Row]:
    """A row for each base under which the rule counts attacks on these sites."""
    sums: dict[int, Count] = defaultdict(lambda: NO_ATTACKS)
    for site, number in sites.items():
        sums[basis.rule.root(site)] += number
    bases = bases_of(basis.record)
    for base, number in sums.items():
        yield Row(bases[base].slug, local_name(bases[base]), number, {"base": bases[base].slug})


def by_country(sites: Mapping[int, Count], basis: Basis) -> Iterator[Row]:
    sums: dict[str, Count] = defaultdict(lambda: NO_ATTACKS)
    bases = bases_of(basis.record)
    for site, number in sites.items():
        sums[bases[site].country] += number
    for code, number in sums.items():
        yield Row(code, country_name(code), number, {"country": code})


def _by_choice(field: str) -> Any:
    def breakdown(incidents: QuerySet[Any], window: Window, basis: Basis) -> Iterator[Row]:
        labels = dict(incidents.model._meta.get_field(field).flatchoices)
        for value, certain, possible in _sums(incidents, window, basis, field):
            yield Row(value, str(labels[value]), Count(certain, possible), {field: value})

    return breakdown


def _by_claim_status(incidents: QuerySet[Any], window: Window, basis: Basis) -> Iterator[Row]:
    incidents = claim_status(incidents, on=basis.known_on, record=basis.record)
    for value, certain, possible in _sums(incidents, window, basis, "claim_status"):
        status = ClaimStatus(value)
        yield Row(status, str(status.label), Count(certain, possible), {"claim_status": status})


# Of each group, which is counted once for an incident that it claimed twice, and of no group.
OF_EACH_CLAIMANT = """
WITH claimed (claimant, incident) AS ({claims}), counted (id, attacks, sure) AS ({incidents})
SELECT claimant, CAST(SUM(CASE WHEN sure THEN attacks ELSE 0 END) AS bigint),
  CAST(SUM(attacks) AS bigint)
FROM counted LEFT JOIN claimed ON claimed.incident = counted.id GROUP BY claimant
"""


def _by_claimant(incidents: QuerySet[Any], window: Window, basis: Basis) -> Iterator[Row]:
    claimed = claims_of_responsibility(on=basis.known_on, record=basis.record)
    sums = _sums_of_claimants(incidents, claimed, window, basis)
    for group in basis.record.rows(Organisation).filter(id__in=sums):
        yield Row(group.slug, local_name(group), sums[group.id], {"claimant": group.slug})
    if rest := sums.get(None):
        yield Row(None, gettext("nobody named"), rest, {"claimant__isnull": "true"})


def _sums_of_claimants(
    incidents: QuerySet[Any], claimed: QuerySet[Any], window: Window, basis: Basis
) -> dict[int | None, Count]:
    sure = Basis.yes_or_no(window.contains & basis.surely_counts)
    parts = {
        "claims": claimed.order_by().values_list("claimant_id", "incident_id").distinct(),
        "incidents": incidents.order_by()
        .annotate(sure=sure)
        .values_list("id", "attack_count", "sure"),
    }
    try:
        found = {name: rows.query.sql_with_params() for name, rows in parts.items()}
    except EmptyResultSet:  # such as of no base at all
        return {}
    statement = OF_EACH_CLAIMANT.format(**{name: sql for name, (sql, _) in found.items()})
    params = [one for _, own in found.values() for one in own]
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return {claimant: Count(sure, attacks) for claimant, sure, attacks in cursor.fetchall()}


def _by_range(incidents: QuerySet[Any], basis: Basis) -> Iterable[Any]:
    """(earliest, latest, certain, possible), whatever the number of incidents."""
    return incidents.values_list("earliest", "latest").annotate(
        certain=sum_of_certain(ALL_DAYS, basis), possible=Sum("attack_count")
    )


def by_month(ranges: Iterable[Any], window: Window) -> Iterator[Row]:
    """A row for each month that one of these ranges of days touches in the window."""
    sums: dict[Day, list[int]] = defaultdict(lambda: [0, 0])
    for earliest, latest, sure, attacks in ranges:
        for first in months(
            max(earliest, window.since or earliest), min(latest, window.until or latest)
        ):
            if window.month(first).certainly_holds(earliest, latest):
                sums[first][0] += sure
            sums[first][1] += attacks
    for first in sorted(sums):
        part = window.month(first)
        certain, possible = sums[first]
        yield Row(
            f"{first:%Y-%m}",
            date_format(first, "F Y"),
            Count(certain, possible),
            {"since": f"{part.since}", "until": f"{part.until}"},
        )


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


def coverage(incidents: QuerySet[Any], basis: Basis = HOUSE_TODAY) -> Coverage:
    """How much of what may count is on record, and how much is dated or placed loosely."""
    return Coverage(
        **counted(incidents, basis)
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
