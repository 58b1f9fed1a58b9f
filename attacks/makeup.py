"""What the attacks of a window were, in one query: by weapon, by outcome, claimed or not, and the
people hurt.

Casualties are summed of what is stated. A number that is not known adds nothing, and how many
attacks it is not known of is told beside the sum, so that it never reads like a zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from .answers import reach
from .claim_status import claim_status
from .counting import NO_ATTACKS, Count, inside
from .rules import Basis
from .windows import Window


@dataclass(frozen=True)
class Toll:
    """People killed, or injured: at least `low`, and at most `high` if that is stated of all."""

    low: int
    high: int | None
    unknown: int  # attacks of which no number is on record


@dataclass(frozen=True)
class Makeup:
    weapons: dict[str, Count]
    outcomes: dict[str, Count]
    claims: dict[str, Count]  # by claim status
    killed: Toll
    injured: Toll


def makeup(basis: Basis, window: Window, sites: Collection[int] | None = None) -> Makeup:
    """Of what may count in the window on these sites (all, where None)."""
    incidents = basis.published().filter(reach(basis, window))
    if sites is not None:
        incidents = incidents.filter(base__in=sites)
    incidents = claim_status(
        inside(incidents, window, basis), on=basis.known_on, record=basis.record
    )
    # Grouped by what is told of one incident at a time, so that each is judged once.
    sure = Basis.yes_or_no(window.contains & basis.surely_counts)
    rows = list(
        incidents.annotate(sure=sure)
        .order_by()
        .values("weapon", "outcome", "claim_status", "sure")
        .annotate(possible=Sum("attack_count"), **_people("killed"), **_people("injured"))
    )
    return Makeup(
        weapons=_by("weapon", rows),
        outcomes=_by("outcome", rows),
        claims=_by("claim_status", rows),
        killed=_toll("killed", rows),
        injured=_toll("injured", rows),
    )


def _people(what: str) -> dict[str, Any]:
    low, high = f"{what}_low", f"{what}_high"
    nothing_known = Q(**{f"{low}__isnull": True, f"{high}__isnull": True})
    return {
        f"{what}_least": Coalesce(Sum(low), 0),
        f"{what}_most": Coalesce(Sum(high), 0),
        f"{what}_open": Coalesce(Sum("attack_count", filter=Q(**{f"{high}__isnull": True})), 0),
        f"{what}_unknown": Coalesce(Sum("attack_count", filter=nothing_known), 0),
    }


def _by(field: str, rows: list[dict[str, Any]]) -> dict[str, Count]:
    sums: dict[str, Count] = defaultdict(lambda: NO_ATTACKS)
    for row in rows:
        sums[row[field]] += Count(row["possible"] if row["sure"] else 0, row["possible"])
    return dict(sorted(sums.items(), key=lambda item: (-item[1].possible, item[0])))


def _toll(what: str, rows: list[dict[str, Any]]) -> Toll:
    """At least what is stated of those that surely count."""
    least = sum(row[f"{what}_least"] for row in rows if row["sure"])
    most, unbounded, unknown = (
        sum(row[f"{what}_{name}"] for row in rows) for name in ("most", "open", "unknown")
    )
    return Toll(least, None if unbounded else most, unknown)
