"""The one set of incident filters: for the page, the API and the counts alike."""

from dataclasses import replace
from functools import cached_property
from urllib.parse import urlencode

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from bases.filters import InBox, Near, PlaceForm, Radius, base_countries
from bases.models import MilitaryBase
from bases.names import NameIndex
from sources.filters import AnyOf, AnyOfRecords, DayFilter, WindowForm
from sources.lookups import LONGEST_TEXT, LookupFilterSet, YesNo, documented
from sources.models import Organisation
from sources.recorded import TODAY

from .basis import BasisForm, KnownOn, RecordedAt, RuleFilter
from .changes import UpdatedSince
from .claim_status import ClaimStatus, claim_status, claims_of_responsibility, of_status
from .counting import Window, counted, overlapping
from .knowledge import claims_known, reports_to_show
from .lookups import CLAIM_LOOKUPS, INCIDENT_LOOKUPS
from .models import Claim, Grade, Incident
from .rules import bases_in
from .search import CLAIM_TEXTS, INCIDENT_TEXTS, written


def groups(request):
    return Organisation.objects.filter(kind=Organisation.Kind.ARMED_GROUP)


class IncidentForm(PlaceForm, BasisForm):
    # What is shown of records that were withdrawn since, and what counts rest on.
    recordable = (
        "base",
        "country",
        "since",
        "until",
        "weapon",
        "outcome",
        "counted",
        "bbox",
        "near",
        "radius_km",
        "location",
        "event_date",
        "event_date_end",
        "attack_count",
        "public_id",
    )


class IncidentFilter(LookupFilterSet):
    """`qs` are rows of the record that `recorded_at` asks for; see `basis`."""

    base = AnyOfRecords(
        queryset=MilitaryBase.objects.all(),
        method="at_bases",
        noun="a base",
        label=_("Base"),
        help_text=_(
            "Slug of a base: that site alone, without sites inside it, but with those that"
            " the rule counts under the same one. May be repeated."
        ),
    )
    country = AnyOf(
        choices=base_countries,
        method="in_countries",
        label=_("Country"),
        help_text=_("ISO 3166 code of the country the base is in. May be repeated."),
    )
    since = DayFilter(
        method="that_overlap",
        label=_("Since"),
        help_text=_("Local day, included: attacks that may have happened on it or later."),
    )
    until = DayFilter(
        method="that_overlap",
        label=_("Until"),
        help_text=_("Local day, included: attacks that may have happened on it or earlier."),
    )
    weapon = AnyOf(
        choices=Incident.Weapon.choices, label=_("Weapon"), help_text=_("May be repeated.")
    )
    outcome = AnyOf(
        choices=Incident.Outcome.choices, label=_("Outcome"), help_text=_("May be repeated.")
    )
    claim_status = AnyOf(
        choices=ClaimStatus.choices,
        method="having_claim_status",
        label=_("Claim status"),
        help_text=_("May be repeated."),
    )
    claimant = AnyOfRecords(
        queryset=groups,
        noun="an armed group",
        method="claimed_by_each",
        label=_("Claimed by"),
        help_text=_("Slug of an armed group that claims the attack. If repeated, all of them do."),
    )
    claimant__isnull = YesNo(
        method="claimed_by_nobody",
        label=_("Claimed by nobody named"),
        help_text=_("true: no named armed group claims the attack."),
        widget=forms.HiddenInput,
    )
    grade = AnyOf(choices=Grade.choices, label=_("Grade"), help_text=_("May be repeated."))
    counted = YesNo(
        method="that_count",
        label=_("Counted"),
        help_text=_("true: only what the rule counts; false: only what it leaves out."),
        widget=forms.HiddenInput,
    )
    search = django_filters.CharFilter(
        method="containing",
        label=_("Text"),
        help_text=_("In the summary, in any spelling of a name of the base, or the public id."),
        max_length=LONGEST_TEXT,
    )
    bbox = InBox(field_name="base")
    near = Near(field_name="base")
    radius_km = Radius()
    updated_since = UpdatedSince(widget=forms.HiddenInput)
    rule = RuleFilter(method="by_basis")
    known_on = KnownOn(method="by_basis")
    recorded_at = RecordedAt(method="by_basis")

    lookups = INCIDENT_LOOKUPS

    class Meta:
        model = Incident
        fields = []
        form = IncidentForm

    @cached_property
    def basis(self):
        """Rule and clocks, once the filters are valid."""
        by_claims = ("claim_status", "claim_status__in", "claimant", "claimant__isnull")
        asked = any(self.data.get(name) for name in by_claims)
        return replace(self.form.basis, rests_on_claims=asked)

    @property
    def record(self):
        return self.basis.record

    @property
    def window(self):
        """The asked window of days, once the filters are valid."""
        cleaned = self.form.cleaned_data
        return Window(cleaned.get("since"), cleaned.get("until"))

    def filter_queryset(self, incidents):
        if self.basis.record.revision is not None:
            incidents = self.basis.published()
        elif self.basis.known_on:
            incidents = incidents.filter(self.basis.knowable)
        return super().filter_queryset(incidents)

    def by_basis(self, incidents, name, value):
        return incidents  # asked of all filters at once, by filter_queryset

    def at_bases(self, incidents, name, bases):
        if not bases:
            return incidents
        return incidents.filter(base__in=self.basis.rule.group(base.id for base in bases))

    def in_countries(self, incidents, name, codes):
        if not codes:
            return incidents
        return incidents.filter(base__in=bases_in(self.basis.record, codes))

    def at_bases_named(self, incidents, name, text):
        named = self.record.rows(MilitaryBase).filter(name__icontains=text)
        return incidents.filter(base__in=named.values("id"))

    def that_overlap(self, incidents, name, day):
        return overlapping(incidents, **{name: day})

    def having_claim_status(self, incidents, name, values):
        if not values:
            return incidents
        if self.basis.known_on or ClaimStatus.UNKNOWN in values:
            incidents = claim_status(incidents, on=self.basis.known_on)
            return incidents.filter(claim_status__in=values)
        return incidents.filter(of_status(values))

    def claimed_by_each(self, incidents, name, groups):
        for group in groups:
            incidents = incidents.filter(id__in=self.claimed.filter(claimant=group))
        return incidents

    def claimed_by_nobody(self, incidents, name, value):
        claimed = Q(id__in=self.claimed)
        return incidents.filter(~claimed if value else claimed)

    @property
    def claimed(self):
        return claims_of_responsibility(on=self.basis.known_on).order_by().values("incident")

    def that_count(self, incidents, name, value):
        if value:
            return counted(incidents, self.basis)
        rest = counted(self.basis.published(), self.basis)
        return incidents.exclude(id__in=rest.values("id"))

    def containing(self, incidents, name, text):
        bases = NameIndex.from_database().containing(text)
        found = Q(base__in=bases)
        if not self.basis.known_on:  # a summary is written with hindsight
            found |= written(text, INCIDENT_TEXTS)
        number = text.upper().removeprefix("BW-")
        if number.isascii() and number.isdigit() and len(number) < 10:
            found |= Q(serial=int(number))
        return incidents.filter(found)


documented(IncidentFilter.base_filters["country"], "string")


class CountFilter(IncidentFilter):
    """The filters of a count: the same, but for what does not count, and for what was changed."""

    counted = updated_since = None


def incidents_query(params, row_filters=None):
    """The query string of the incident list that holds exactly what was counted.

    `params` are the parameters of the question (a QueryDict) and `row_filters` those of a
    `counting.Row`, which take their place; a claimant is added to the claimants asked for.
    """
    return incidents_queries(params)(row_filters or {})


def incidents_queries(params):
    """The same for many rows of one question: a function of their filters."""
    known = {name: given for name, given in params.lists() if name in CountFilter.base_filters}
    asked = _encoded(known)  # once for all rows

    def query_of_row(row_filters):
        own = {name: [value] for name, value in row_filters.items()}
        if claimant := row_filters.get("claimant"):
            own["claimant"] = [*(c for c in known.get("claimant", ()) if c != claimant), claimant]
        parts = asked | _encoded(own)
        return "&".join([*filter(None, parts.values()), "counted=true"])

    return query_of_row


def _encoded(given):
    """The part of a query string for each name; empty where no value is given."""
    return {
        name: urlencode({name: values}, doseq=True) if any(values) else ""
        for name, values in given.items()
    }


def query_of(basis, window, **where):
    """The query string of the list of what may count in that window, there, on that basis.

    `where` are lists of values by filter, such as base=["conoco"].
    """
    query = QueryDict(mutable=True)
    for name, values in where.items():
        query.setlist(name, values)
    asked = {
        "since": window.since,
        "until": window.until,
        "rule": None if basis.rule.is_house else basis.rule.slug,
        "known_on": basis.known_on,
        "recorded_at": basis.record.revision,
        "counted": "true",
    }
    query.update({name: str(value) for name, value in asked.items() if value is not None})
    return query.urlencode()


class IncidentField(forms.CharField):
    """The public id of a published incident. Any other is refused: nothing would be no answer."""

    def clean(self, value):
        public_id = super().clean(value)
        if not public_id:
            return None
        incident = Incident.objects.published().with_public_id(public_id).first()
        if incident is None:
            raise ValidationError(
                _("“%(value)s” is unknown. Use a public id such as BW-12.") % {"value": public_id}
            )
        return incident


class IncidentIdFilter(django_filters.CharFilter):
    field_class = IncidentField


class ClaimForm(PlaceForm, WindowForm):
    pass


class ClaimFilter(LookupFilterSet):
    incident = IncidentIdFilter(
        label=_("Incident"),
        help_text=_("Public id of an incident, such as BW-12."),
    )
    base = AnyOfRecords(
        field_name="incident__base__slug",
        queryset=MilitaryBase.objects.all(),
        noun="a base",
        label=_("Base"),
        help_text=_("Slug of the base. May be repeated."),
    )
    claimant = AnyOfRecords(
        field_name="claimant__slug",
        queryset=Organisation.objects.all(),
        noun="an organisation",
        label=_("Claimant"),
        help_text=_("Slug of the organisation that says so. May be repeated."),
    )
    blamed = AnyOfRecords(
        field_name="blamed__slug",
        queryset=Organisation.objects.all(),
        noun="an organisation",
        label=_("Blamed"),
        help_text=_("Slug of the organisation blamed. May be repeated."),
    )
    kind = AnyOf(choices=Claim.Kind.choices, label=_("Kind"), help_text=_("May be repeated."))
    stance = AnyOf(choices=Claim.Stance.choices, label=_("Stance"), help_text=_("May be repeated."))
    since = DayFilter(
        field_name="made_on",
        lookup_expr="gte",
        label=_("Since"),
        help_text=_("Made on that day or later."),
    )
    until = DayFilter(
        field_name="made_on",
        lookup_expr="lte",
        label=_("Until"),
        help_text=_("Made on that day or earlier."),
    )
    search = django_filters.CharFilter(
        method="containing",
        label=_("Text"),
        help_text=_(
            "In the summary, the claimant as printed, the speaker, or by what way it came."
        ),
        max_length=LONGEST_TEXT,
    )
    bbox = InBox(field_name="incident__base")
    near = Near(field_name="incident__base")
    radius_km = Radius()
    known_on = KnownOn(method="known_by")

    lookups = CLAIM_LOOKUPS

    class Meta:
        model = Claim
        fields = []
        form = ClaimForm

    def containing(self, claims, name, text):
        return claims.filter(written(text, CLAIM_TEXTS))

    def without_report(self, claims, name, value):
        """By a day, a report that was published later is not there yet."""
        day = self.form.cleaned_data.get("known_on")
        cited = Q(report__in=reports_to_show(TODAY, day).values("id"))
        return claims.filter(~cited | Q(report=None) if value else cited)

    def known_by(self, claims, name, day):
        # Knowledge never precedes the incident's first day.
        known = claims_known(TODAY, day).filter(incident__earliest__lte=day)
        # Nor does a report that came later, though it tells of a claim made before.
        by_then = reports_to_show(TODAY, day).select_related("publisher")
        return (
            claims.filter(id__in=known.order_by().values("id"))
            .select_related(None)
            .select_related("claimant", "blamed", "incident")
            .prefetch_related(Prefetch("report", by_then))
        )
