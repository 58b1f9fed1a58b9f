"""Who claims an incident: derived from its claims, at a given date, and never typed in.

The rule, in order:
1. only named armed groups count; anonymous speakers never claim, and a third party's denial
   undoes nothing;
2. two or more unrelated groups affirm responsibility: competing;
3. one does (a group and its umbrella are one side): claimed;
4. none does, and a group denies it: denied;
5. none does, and somebody states that nobody has claimed it: unclaimed;
6. otherwise unknown.
A later claim never undoes an earlier one.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)

from sources.models import Organisation, side

if TYPE_CHECKING:
    from .models import Claim, Incident


class ClaimStatus(TextChoices):
    CLAIMED = "claimed", "claimed"
    COMPETING = "competing", "competing claims"
    DENIED = "denied", "denied"
    UNCLAIMED = "unclaimed", "unclaimed"
    UNKNOWN = "unknown", "unknown"


AFFIRMS_RESPONSIBILITY = Q(kind="responsibility", stance="affirms")


def claims_of_responsibility() -> QuerySet[Claim]:
    """Claims in which a named armed group says that it carried out the attack."""
    from .models import Claim

    return Claim.objects.filter(
        AFFIRMS_RESPONSIBILITY, claimant__kind=Organisation.Kind.ARMED_GROUP
    )


def claim_status(
    incidents: QuerySet[Incident], *, on: datetime.date | None = None
) -> QuerySet[Incident]:
    """Annotate `claim_status` (a `ClaimStatus`) as of the end of day `on`, or of today's record.

    A claim whose day is not known is taken as made when the attack happened.
    """
    from .models import Claim

    made = Q() if on is None else Q(made_on__lte=on) | Q(made_on=None, incident__earliest__lte=on)
    of_this_incident = Q(incident=OuterRef("pk")) & made
    sides = (
        claims_of_responsibility()
        .filter(of_this_incident)
        .order_by()
        .values("incident")
        .annotate(sides=Count(side("claimant"), distinct=True))
        .values("sides")
    )
    denying = Q(kind=Claim.Kind.DENIAL, stance__in=[Claim.Stance.AFFIRMS, Claim.Stance.DENIES])
    denying |= Q(kind=Claim.Kind.RESPONSIBILITY, stance=Claim.Stance.DENIES)
    denials = Claim.objects.filter(
        of_this_incident, denying, claimant__kind=Organisation.Kind.ARMED_GROUP
    )
    nobody = Claim.objects.filter(of_this_incident, kind=Claim.Kind.NO_CLAIM).exclude(
        stance=Claim.Stance.DENIES
    )
    return incidents.alias(claiming_sides=Subquery(sides, output_field=IntegerField())).annotate(
        claim_status=Case(
            When(claiming_sides__gt=1, then=Value(ClaimStatus.COMPETING)),
            When(claiming_sides=1, then=Value(ClaimStatus.CLAIMED)),
            When(Exists(denials), then=Value(ClaimStatus.DENIED)),
            When(Exists(nobody), then=Value(ClaimStatus.UNCLAIMED)),
            default=Value(ClaimStatus.UNKNOWN),
            output_field=CharField(),
        )
    )
