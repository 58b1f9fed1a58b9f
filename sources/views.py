from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.http import QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from attacks.claim_status import AFFIRMS_RESPONSIBILITY
from attacks.models import Claim, Incident
from attacks.rules import Basis
from attacks.views import active_filters, asked
from pages import organisation_charts
from pages.organisation_charts import ALONE, claimed_by, is_group
from tallies.public import cited_in_public

from .filters import OrganisationFilter
from .models import Organisation

SHOWN = 20
CHARTS = (
    organisation_charts.claims,
    organisation_charts.confirmed,
    organisation_charts.blamers,
    organisation_charts.publications,
)


@dataclass(frozen=True)
class Shown:
    """The first rows of a longer list, how many there are in all, and where the rest is."""

    rows: list
    total: int
    more: str = ""


def first_of(queryset: QuerySet, more: str = "") -> Shown:
    return Shown(list(queryset[:SHOWN]), queryset.count(), more)


@require_safe
def organisations(request):
    params = asked(request, OrganisationFilter)
    organisations = Organisation.objects.select_related("parent")
    filters = OrganisationFilter(params, organisations, request=request)
    context = {"filters": filters, "query": params.urlencode()}
    if filters.is_valid():
        context |= {"active": active_filters(filters, params), "organisations": filters.qs}
    return render(request, "sources/organisations.html", context)


@require_safe
def organisation(request, slug):
    organisation = get_object_or_404(
        Organisation.objects.select_related("parent", "report__publisher"), slug=slug
    )
    return render(
        request,
        "sources/organisation.html",
        {
            "organisation": organisation,
            "charts": {make.__name__: make(organisation) for make in CHARTS},
            "names": organisation.names.select_related("report__publisher"),
            "members": organisation.members.all(),
            "reports": first_of(cited_in_public().filter(publisher=organisation)),
            "tallies": first_of(
                organisation.tallies.select_related("report__publisher").latest_first(),
                more=_address("tallies:list", counter=organisation.slug),
            ),
            **_said_of_incidents(organisation),
        },
    )


def _said_of_incidents(organisation):
    """What it claims, is blamed for, and says otherwise, of published incidents only."""
    claims = (
        Claim.objects.filter(incident__status=Incident.Status.PUBLISHED)
        .select_related("incident__base", "claimant", "blamed", "report__publisher")
        .order_by(F("made_on").desc(nulls_last=True), "-id")
    )
    claimed = claimed_by(organisation).annotate(alone=Basis.yes_or_no(ALONE))
    its_list = _address("attacks:incidents", claimant=organisation.slug)
    return {
        "claimed": first_of(
            claimed.select_related("base").in_order(),
            more=its_list if is_group(organisation) else "",
        ),
        "blamed": first_of(claims.filter(blamed=organisation)),
        "said": first_of(claims.filter(claimant=organisation).exclude(AFFIRMS_RESPONSIBILITY)),
    }


def _address(name, **params):
    query = QueryDict(mutable=True)
    query.update(params)
    return f"{reverse(name)}?{query.urlencode()}"
