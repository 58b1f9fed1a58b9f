"""Who claims an incident: derived from its claims, at a given date, and never typed in.

The rule, in order:
1. only named armed groups count; anonymous speakers never claim, and a third party's denial
   undoes nothing;
2. two or more unrelated groups affirm responsibility: competing;
3. one does (a group and its umbrella are one side): claimed;
4. none does, and a group denies it: denied;
5. none does, and somebody states that nobody has claimed it: unclaimed;
6. otherwise unknown.
A later claim never undoes an earlier one. When a claim was known: see `attacks.knowledge`.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from sources.models import Organisation, side
from sources.recorded import TODAY, Record

from .knowledge import claims_known, claims_surely_known


class ClaimStatus(TextChoices):
    CLAIMED = "claimed", _("claimed")
    COMPETING = "competing", _("competing claims")
    DENIED = "denied", _("denied")
    UNCLAIMED = "unclaimed", _("unclaimed")
    UNKNOWN = "unknown", _("unknown")


AFFIRMS_RESPONSIBILITY = Q(kind="responsibility", stance="affirms")
DENIES = Q(kind="denial", stance__in=["affirms", "denies"])
DENIES |= Q(kind="responsibility", stance="denies")
SAYS_NOBODY = Q(kind="no_claim") & ~Q(stance="denies")


def armed_groups(record: Record = TODAY) -> QuerySet[Any]:
    return record.rows(Organisation).filter(kind=Organisation.Kind.ARMED_GROUP).values("id")


def claims_of_responsibility(
    *, on: datetime.date | None = None, record: Record = TODAY
) -> QuerySet[Any]:
    """Claims, known by the end of day `on`, in which a named armed group says that it did it."""
    return _responsibility(claims_known(record, on), record)


def sure_claims_of_responsibility(
    *, on: datetime.date | None = None, record: Record = TODAY
) -> QuerySet[Any]:
    """Of these claims those that were certainly known by then."""
    return _responsibility(claims_surely_known(record, on), record)


def _responsibility(claims: QuerySet[Any], record: Record) -> QuerySet[Any]:
    return claims.filter(AFFIRMS_RESPONSIBILITY, claimant__in=armed_groups(record))


def claim_status(
    incidents: QuerySet[Any], *, on: datetime.date | None = None, record: Record = TODAY
) -> QuerySet[Any]:
    """Annotate `claim_status` (a `ClaimStatus`) by what was said by the end of day `on`, or yet.

    `incidents` are rows of that record.
    """
    of_this_incident = Q(incident_id=OuterRef("id"))
    sides = (
        claims_of_responsibility(on=on, record=record)
        .filter(of_this_incident)
        .order_by()
        .values("incident")
        .annotate(sides=Count(_side(record), distinct=True))
        .values("sides")
    )
    known = claims_known(record, on).filter(of_this_incident)
    denials = known.filter(DENIES, claimant__in=armed_groups(record))
    nobody = known.filter(SAYS_NOBODY)
    # No knowledge precedes the incident's first day.
    too_early = [When(earliest__gt=on, then=Value(ClaimStatus.UNKNOWN))] if on else []
    return incidents.alias(claiming_sides=Subquery(sides, output_field=IntegerField())).annotate(
        claim_status=Case(
            *too_early,
            *_in_order(denied=Exists(denials), nobody=Exists(nobody)),
            default=Value(ClaimStatus.UNKNOWN),
            output_field=CharField(),
        )
    )


def _in_order(*, denied: Any, nobody: Any) -> list[When]:
    """The rule, of `claiming_sides` and whether these two hold."""
    return [
        When(claiming_sides__gt=1, then=Value(ClaimStatus.COMPETING)),
        When(claiming_sides=1, then=Value(ClaimStatus.CLAIMED)),
        When(denied, then=Value(ClaimStatus.DENIED)),
        When(nobody, then=Value(ClaimStatus.UNCLAIMED)),
    ]


def claim_statuses(claims: QuerySet[Any]) -> QuerySet[Any]:
    """(incident id, claim status) of each incident of which these claims of today speak.

    The same as `claim_status`, in one pass over the claims: for whole lists.
    """
    group = Q(claimant__kind=Organisation.Kind.ARMED_GROUP)
    return (
        claims.order_by()
        .values_list("incident_id")
        .annotate(
            claiming_sides=Count(
                side("claimant"), distinct=True, filter=group & AFFIRMS_RESPONSIBILITY
            ),
            denials=Count("id", filter=group & DENIES),
            nobody=Count("id", filter=SAYS_NOBODY),
            claim_status=Case(
                *_in_order(denied=Q(denials__gt=0), nobody=Q(nobody__gt=0)),
                default=Value(ClaimStatus.UNKNOWN),
                output_field=CharField(),
            ),
        )
        .values_list("incident_id", "claim_status")
    )


def of_status(statuses: list[str]) -> Q:
    """Incidents of today of one of these statuses but `unknown`, found from their claims."""
    from .models import Claim

    found = claim_statuses(Claim.objects.all()).filter(claim_status__in=statuses)
    return Q(id__in=found.values("incident_id"))


def _side(record: Record) -> Case:
    """The side that a claim's claimant is of, by the umbrella groups of that record."""
    if record == TODAY:
        return side("claimant")
    members: dict[int, list[int]] = {}
    for member, top in tops(record).items():
        if member != top:
            members.setdefault(top, []).append(member)
    under = [When(claimant__in=ids, then=Value(top)) for top, ids in members.items()]
    return Case(*under, default=F("claimant_id"), output_field=BigIntegerField())


def tops(record: Record) -> dict[int, int]:
    """Each organisation's topmost umbrella group, or itself, by id."""
    parents = dict(record.rows(Organisation).order_by().values_list("id", "parent_id"))
    above = {one: parents.get(parent) or parent or one for one, parent in parents.items()}
    return above
