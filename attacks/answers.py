"""Counts as they are asked for: read from the totals where these know the answer, else counted.

The totals (`attacks.totals`) answer what asks by nothing but rule, places and days, of today's
record. Both ways give the same numbers.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Max, Min, Q, Sum

from bases.models import MilitaryBase
from sources.recorded import TODAY

from . import counting, totals
from .counting import NO_ATTACKS, Count, Coverage, GroupBy, Row
from .rules import HOUSE_TODAY, Basis, bases_in
from .windows import ALL_DAYS, Window

PLACES_AND_DAYS = {"base", "country", "since", "until", "rule"}
OF_THE_ANSWER = {"group_by", "format", "fields", "bom"}  # parameters that are no filters
BY_THE_TOTALS = (GroupBy.BASE, GroupBy.COUNTRY, GroupBy.MONTH)


def count(filters: Any) -> Count:
    """How many attacks valid filters of incidents ask for."""
    if _answered_by_totals(filters):
        return _sum(_sites(filters))
    return counting.count(filters.qs, filters.window, filters.basis)


def total_and_rows(filters: Any, group_by: GroupBy | str) -> tuple[Count, list[Row]]:
    """The same, and one row a group of the breakdown."""
    basis, window = filters.basis, filters.window
    if group_by not in BY_THE_TOTALS or not _answered_by_totals(filters):
        return counting.total_and_rows(filters.qs, group_by, window, basis)
    sites = _sites(filters)
    if group_by == GroupBy.MONTH:
        ranges = totals.ranges(basis, window, _bases(filters)).values_list("earliest", "latest")
        sums = ranges.annotate(certain=Sum("certain"), possible=Sum("possible"))
        return _sum(sites), list(counting.by_month(sums, window))
    by_place = counting.by_base if group_by == GroupBy.BASE else counting.by_country
    return _sum(sites), counting.in_order(by_place(sites, basis))


def count_at(base: MilitaryBase) -> Count:
    """How many attacks on that site are on record, under the rule of the house."""
    return _sum(totals.count_by_site(HOUSE_TODAY, bases=[base.pk]))


def count_by_site(basis: Basis = HOUSE_TODAY, window: Window = ALL_DAYS) -> dict[int, Count]:
    """Counts of all that is published, by the id of the base itself."""
    if totals.are_kept(basis, window):
        return totals.count_by_site(basis, window)
    return counting.count_by_site(basis.published(), window, basis)


def coverage(basis: Basis = HOUSE_TODAY) -> Coverage:
    """How much of what may count is on record, and how much is dated or placed loosely."""
    if totals.are_kept(basis):
        return totals.coverage(basis)
    return counting.coverage(basis.published(), basis)


def by_days(basis: Basis = HOUSE_TODAY, window: Window = ALL_DAYS) -> Any:
    """(base id, earliest, latest, certain, possible) of what is published and may lie in it.

    What surely counts is certain here whatever its days, as in `counting.count_by_days`.
    """
    if totals.are_kept(basis, window):
        columns = ("base", "earliest", "latest", "certain", "possible")
        return totals.ranges(basis, window).values_list(*columns)
    return counting.count_by_days(basis.published().filter(window.overlaps), basis)


def reach(basis: Basis, window: Window) -> Q:
    """Between which days all that may count in the window lies, where the totals know.

    A window alone has no such bounds, since a range may have begun long before it; with them an
    index finds what is in a window, whatever else is on record.
    """
    if window.since is None or not totals.are_kept(basis, window):
        return Q()
    days = totals.ranges(basis, window).aggregate(first=Min("earliest"), last=Max("latest"))
    if days["first"] is None:
        return Q(pk__in=[])
    return Q(earliest__gte=days["first"], latest__lte=days["last"])


def by_days_of(filters: Any) -> Any:
    """The same of what valid filters ask for."""
    if _answered_by_totals(filters):
        ranges = totals.ranges(filters.basis, filters.window, _bases(filters))
        return ranges.values_list("base", "earliest", "latest", "certain", "possible")
    return counting.count_by_days(filters.qs, filters.basis)


def _answered_by_totals(filters: Any) -> bool:
    """Whether valid filters ask for nothing that the totals do not know."""
    known = PLACES_AND_DAYS | OF_THE_ANSWER
    return known.issuperset(filters.data) and totals.are_kept(filters.basis, filters.window)


def _sites(filters: Any) -> dict[int, Count]:
    return totals.count_by_site(filters.basis, filters.window, _bases(filters))


def _bases(filters: Any) -> set[int] | None:
    """The ids of the bases that are asked for; None: all.

    A filter that is asked for nothing may not be in the set (`LookupFilterSet.asked`).
    """
    found, cleaned = None, filters.form.cleaned_data
    if cleaned.get("base"):
        found = filters.basis.rule.group(base.pk for base in cleaned["base"])
    if cleaned.get("country"):
        inside = set(bases_in(TODAY, cleaned["country"]).values_list("id", flat=True))
        found = inside if found is None else inside & found
    return found


def _sum(sites: dict[int, Count]) -> Count:
    return sum(sites.values(), NO_ATTACKS)
