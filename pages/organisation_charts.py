"""The charts of an organisation's page: what it claims, who else says so, what it published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count as Rows
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from attacks.claim_status import AFFIRMS_RESPONSIBILITY
from attacks.counting import GroupBy, by_month, count, count_by
from attacks.models import Claim, Incident
from attacks.rules import HOUSE_TODAY, claimed_alone
from attacks.windows import Window
from charts.bars import Bar, bars
from charts.chart import Chart
from charts.parts import Part, parts
from sources.local_names import local_name
from sources.models import Organisation
from tallies.public import cited_in_public

from .incident_lists import incidents_at, takeable
from .over_time import by_columns, drawn_over_time

BLAMERS = 10


def claimed_by(organisation: Organisation) -> Any:
    """The published incidents for which it says itself that it did them."""
    its_claims = organisation.claims.filter(AFFIRMS_RESPONSIBILITY)
    return Incident.objects.published().filter(pk__in=its_claims.values("incident"))


# Whether anybody else than armed groups says how an attack went: see `attacks.rules.claimed_alone`.
ALONE = claimed_alone(HOUSE_TODAY)


def is_group(organisation: Organisation) -> bool:
    """Only an armed group's claims are claims of responsibility to the lists of incidents."""
    return organisation.kind == Organisation.Kind.ARMED_GROUP


def claims(organisation: Organisation) -> Chart:
    def at(**filters: Any) -> str:
        if not is_group(organisation):
            return ""
        return incidents_at(**filters, claimant=organisation.slug)

    incidents = claimed_by(organisation)
    chart = drawn_over_time(
        "organisation-claims",
        _("What it says it carried out, by day"),
        incidents,
        lambda: count_by(incidents, GroupBy.MONTH),
        at,
        local_name(organisation),
    )
    return takeable(chart, organisation=organisation.slug)


def confirmed(organisation: Organisation) -> Chart:
    """Of the attacks it claims, how many somebody else describes too."""
    incidents = claimed_by(organisation)
    every, alone = count(incidents), count(incidents.filter(ALONE))
    own = f"{organisation.get_absolute_url()}#claimed"
    others = every.certain - alone.certain, every.possible - alone.possible
    rows = [
        Part(_("Somebody else says how it went"), own, *others, key="confirmed"),
        Part(_("Only claimed"), own, alone.certain, alone.possible, key="alone"),
    ]
    chart = parts(
        "organisation-confirmed",
        _("Claimed, and described by others or not"),
        rows if every.possible and is_group(organisation) else [],
        column=_("Attacks it claims"),
    )
    chart.note = _(
        "An attack counts as described by others where anybody named who is no armed group states "
        "its casualties, damage, weapon, day, place, interception or who did it, without denying "
        "it, or where its record is graded fair or confirmed."
    )
    return takeable(chart, organisation=organisation.slug)


def blamers(organisation: Organisation) -> Chart:
    """Who blames it: on how many published incidents, whoever speaks most often first."""
    said = Claim.objects.filter(
        blamed=organisation, incident__status=Incident.Status.PUBLISHED
    ).exclude(stance="denies")
    rows = (
        said.order_by()
        .values("claimant__slug", "claimant__name", "claimant__name_ar", "claimant_id")
        .annotate(incidents=Rows("incident", distinct=True))
        .order_by("-incidents", "claimant__name")
    )
    named = rows.filter(claimant__isnull=False)[:BLAMERS]
    unnamed = said.filter(claimant=None).aggregate(n=Rows("incident", distinct=True))["n"]
    shown = [_blamer(row) for row in named]
    if unnamed:
        words = _("whoever is not on our list of organisations")
        shown.append(Bar(words, "", unnamed, unnamed, key=""))
    chart = bars("organisation-blamed", _("Who blames it, and for how many incidents"), shown)
    chart.columns, chart.legend = [_("Said by"), _("Incidents")], []
    return takeable(chart, organisation=organisation.slug)


def _blamer(row: dict[str, Any]) -> Bar:
    who = Organisation(
        pk=row["claimant_id"],
        slug=row["claimant__slug"],
        name=row["claimant__name"],
        name_ar=row["claimant__name_ar"],
    )
    number = row["incidents"]
    return Bar(local_name(who), who.get_absolute_url(), number, number, key=who.slug)


def publications(organisation: Organisation) -> Chart:
    """Its reports on our record by the month of publication; one of no known day is in none."""
    reports = cited_in_public().filter(publisher=organisation)
    dated = reports.filter(published_earliest__isnull=False, published_latest__isnull=False)
    rows = (
        dated.order_by()
        .values_list("published_earliest", "published_latest")
        .annotate(certain=Rows("id"), possible=Rows("id"))
    )
    months = list(by_month(rows, Window()))
    address = f"{organisation.get_absolute_url()}#published"
    chart = by_columns(
        "organisation-publications",
        _("Its reports on our record, by month"),
        months,
        lambda **filters: address,
        local_name(organisation),
    )
    undated = reports.filter(Q(published_earliest=None) | Q(published_latest=None)).count()
    if undated:
        chart.note = _("Reports of no known day, which are not drawn: %(number)s.") % {
            "number": undated
        }
    return takeable(chart, organisation=organisation.slug)


def _of_organisation(make: Callable[[Organisation], Chart]) -> Callable[[QueryDict], Chart]:
    def of_params(params: QueryDict) -> Chart:
        slug = params.get("organisation", "").replace("\0", "")
        organisation = Organisation.objects.filter(slug=slug).first()
        if organisation is None:
            raise ValueError(_("No organisation of that name is on record."))
        return make(organisation)

    return of_params


CHARTS: dict[str, Callable[[QueryDict], Chart]] = {
    "organisation-claims": _of_organisation(claims),
    "organisation-confirmed": _of_organisation(confirmed),
    "organisation-blamed": _of_organisation(blamers),
    "organisation-publications": _of_organisation(publications),
}
