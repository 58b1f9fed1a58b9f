"""The corrections of the record by the API."""

import datetime
from dataclasses import replace

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from rest_framework import serializers

from attacks.models import Incident, serial_of
from bases.models import MilitaryBase
from config.rest import PublicList
from sources.filters import AnyOfRecords, DayFilter, WindowForm
from sources.lookups import LookupFilterSet
from sources.models import Revision

from .corrections import KINDS, MOST_NAMED, corrections, touching, with_touched
from .feeds import correction_entry
from .ledger_exports import CORRECTIONS

OF_WHAT = {
    "incidents": "Public ids of incidents that readers saw before or after it",
    "tallies": "Keys of published tallies",
    "bases": "Slugs of bases",
    "organisations": "Slugs of organisations, also for a counting rule of theirs",
    "reports": "Keys of reports on which something public rested",
    "presences": "Keys of statements on force presence",
}


class CorrectionSerializer(serializers.Serializer):
    number = serializers.IntegerField(source="revision.number", read_only=True)
    moment = serializers.DateTimeField(source="revision.moment", read_only=True)
    origin = serializers.ChoiceField(
        choices=Revision.Origin.choices,
        source="revision.origin",
        read_only=True,
        help_text="By what it was made: the editors' forms, an import of files, or code.",
    )
    reason = serializers.CharField(source="revision.reason", read_only=True)

    def get_fields(self):
        fields = super().get_fields()
        for kind in KINDS:
            fields[kind] = serializers.ListField(
                child=serializers.CharField(),
                source=f"touched.{kind}.names",
                read_only=True,
                help_text=f"{OF_WHAT[kind]} that it touched; at most {MOST_NAMED}.",
            )
            fields[f"{kind}_total"] = serializers.IntegerField(
                source=f"touched.{kind}.total", read_only=True, help_text="How many there are."
            )
        return fields


class PublicIncidentField(forms.CharField):
    """A public id, cleaned to the key of an incident that is or was public."""

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        seen = Incident.history.filter(serial=serial_of(text), status=Incident.Status.PUBLISHED)
        found = seen.values_list("id", flat=True).first()
        if found is None:
            raise ValidationError(
                f"“{text}” is unknown. Use the public id of an incident, such as BW-12."
            )
        return found


class PublicIncident(django_filters.CharFilter):
    field_class = PublicIncidentField


class CorrectionFilter(LookupFilterSet):
    incident = PublicIncident(
        method="of_incident",
        max_length=20,
        label="Incident",
        help_text="Public id of an incident that it touched.",
    )
    base = AnyOfRecords(
        queryset=MilitaryBase.objects.all(),
        method="of_bases",
        noun="a base",
        label="Base",
        help_text="Slug of a base that it touched: the base itself, not its incidents. "
        "May be repeated.",
    )
    since = DayFilter(
        method="from_day", label="Since", help_text="Made on that day, in UTC, or later."
    )
    until = DayFilter(
        method="to_day", label="Until", help_text="Made on that day, in UTC, or earlier."
    )

    class Meta:
        model = Revision
        fields = []
        form = WindowForm

    def of_incident(self, revisions, name, incident):
        return revisions.filter(touching("incidents", [incident]))

    def of_bases(self, revisions, name, bases):
        asked = [base.pk for base in bases]
        return revisions.filter(touching("bases", asked)) if asked else revisions

    def from_day(self, revisions, name, day):
        start = datetime.datetime.combine(day, datetime.time.min, datetime.UTC)
        return revisions.filter(moment__gte=start)

    def to_day(self, revisions, name, day):
        end = datetime.datetime.combine(day, datetime.time.max, datetime.UTC)
        return revisions.filter(moment__lte=end)


class CorrectionViewSet(PublicList):
    """Every correction of the record, newest first: what it touched, and why in public.

    One is a revision: all that was changed together, under a number that the whole record shares.
    The first publication of a record is one too. What happened to a record before it was public is
    not told, nor what was done to it after it was retracted. To read what a record said before,
    ask for it with `recorded_at` and the number before.
    """

    queryset = corrections()
    serializer_class = CorrectionSerializer
    filterset_class = CorrectionFilter
    table = replace(CORRECTIONS, entry=correction_entry)
    page = reverse_lazy("api:correction-list")
    ordering = ("-number",)

    def records(self, rows):
        return with_touched(rows)
