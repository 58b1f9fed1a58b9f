"""Kinds of filters that every app uses, and those of organisations and reports.

A bad value is refused with what would have been right, on a page at its field and in the API as
a 400. An empty value is the same as none: a form sends its empty fields too.
"""

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelMultipleChoiceField, MultipleChoiceField

from .countries import country_name
from .local_names import local_name
from .lookups import (
    ORDERED,
    Choices,
    DayField,
    Days,
    FilterForm,
    Keys,
    Languages,
    LookupFilterSet,
    Lookups,
    Records,
    documented,
    no_such_record,
    unknown,
)
from .models import Organisation, OrganisationName, Report


class DayFilter(django_filters.DateFilter):
    """A day as YYYY-MM-DD, with a calendar to choose from."""

    field_class = DayField

    def __init__(self, *args, **kwargs):
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(*args, widget=widget, **kwargs)


class AnyOfField(MultipleChoiceField):
    def clean(self, value):
        return super().clean([text for text in value or [] if text])

    def validate(self, values):
        if not values:
            return
        allowed = [code for code, _ in self.choices]
        for value in values:
            if value not in allowed:
                raise ValidationError(unknown(value, allowed))


class AnyOf(django_filters.MultipleChoiceFilter):
    """One value or several; a record that has any of them passes."""

    field_class = AnyOfField

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        kwargs.setdefault("distinct", False)  # no filter of ours spans many rows of a record
        super().__init__(*args, **kwargs)


class AnyOfRecordsField(ModelMultipleChoiceField):
    def label_from_instance(self, record):
        return local_name(record)

    def clean(self, value):
        return super().clean([text for text in value or [] if text])

    def _check_values(self, value):
        for text in value:
            if "\0" in text:  # PostgreSQL would fail on it
                raise ValidationError(self.error_messages["invalid_choice"], params={"value": text})
        return super()._check_values(value)


class AnyOfRecords(django_filters.ModelMultipleChoiceFilter):
    """The same for records, by slug. `noun` says what the slug is of."""

    field_class = AnyOfRecordsField

    def __init__(self, *args, noun, **kwargs):
        kwargs.setdefault("to_field_name", "slug")
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        kwargs.setdefault("distinct", False)
        refusal = {"invalid_choice": no_such_record(noun)}
        super().__init__(*args, error_messages=refusal, **kwargs)
        documented(self, "string")


class WindowForm(FilterForm):
    """The form of a filter set with `since` and `until`."""

    def clean(self):
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            raise ValidationError({"until": _("The last day is before the first.")})
        return cleaned


def country_pairs(codes):
    """(code, name) pairs in the order of the names."""
    pairs = {(code, country_name(code)) for code in codes if code}
    return sorted(pairs, key=lambda pair: pair[1])


def organisation_countries():
    """The countries that an organisation on record belongs to."""
    codes = Organisation.objects.order_by().values_list("country", flat=True).distinct()
    return country_pairs(codes)


def organisations():
    """The values of a filter by organisations, by slug."""
    return Records(Organisation.objects.all(), "an organisation")


class OrganisationFilter(LookupFilterSet):
    kind = AnyOf(
        choices=Organisation.Kind.choices, label=_("Kind"), help_text=_("May be repeated.")
    )
    country = AnyOf(
        choices=organisation_countries,
        label=_("Country"),
        help_text=_("ISO 3166 code of the country it belongs to. May be repeated."),
    )
    search = django_filters.CharFilter(
        method="named", label=_("Name"), help_text=_("In any of its names."), max_length=200
    )

    lookups = (
        Lookups("slug", _("Slug"), ("in",), Keys(Organisation.objects.all(), "an organisation")),
        Lookups("kind", _("Kind"), ("in",), Choices(Organisation.Kind.choices)),
        Lookups("country", _("Country"), ("in",), Choices(organisation_countries)),
        Lookups("name", _("Name"), ("icontains",)),
        Lookups("parent", _("Umbrella group"), ("isnull",)),
    )

    class Meta:
        model = Organisation
        fields = []
        form = FilterForm

    def named(self, organisations, name, text):
        other_name = OrganisationName.objects.filter(
            organisation=OuterRef("pk"), name__icontains=text
        )
        return organisations.filter(
            Q(name__icontains=text) | Q(name_ar__icontains=text) | Exists(other_name)
        )


class ReportFilter(LookupFilterSet):
    publisher = AnyOfRecords(
        field_name="publisher__slug",
        queryset=Organisation.objects.all(),
        noun="an organisation",
        label=_("Publisher"),
        help_text=_("Slug of the organisation that published it. May be repeated."),
    )
    since = DayFilter(
        method="maybe_since",
        label=_("Since"),
        help_text=_("May have been published on that day or later."),
    )
    until = DayFilter(
        method="maybe_until",
        label=_("Until"),
        help_text=_("May have been published on that day or earlier."),
    )
    search = django_filters.CharFilter(
        method="containing",
        label=_("Text"),
        help_text=_("In the title, the address or the key."),
        max_length=200,
    )
    known_on = DayFilter(
        method="maybe_known",
        label=_("Known on"),
        help_text=_("Only what may have been known by the end of that day."),
    )

    lookups = (
        Lookups("publisher", _("Publisher"), ("in", "isnull"), organisations()),
        Lookups(
            "published_earliest", _("Earliest day of publication"), (*ORDERED, "isnull"), Days()
        ),
        Lookups("published_latest", _("Latest day of publication"), (*ORDERED, "isnull"), Days()),
        Lookups("language", _("Language"), ("in",), Languages()),
        Lookups("title", _("Title"), ("icontains",)),
        Lookups("url", _("Address"), ("icontains",)),
    )

    class Meta:
        model = Report
        fields = []
        form = WindowForm

    # A day of publication that is not known may be any day.

    def maybe_known(self, reports, name, day):
        return self.maybe_until(reports, name, day)

    def maybe_since(self, reports, name, day):
        return reports.filter(Q(published_latest__gte=day) | Q(published_latest=None))

    def maybe_until(self, reports, name, day):
        return reports.filter(Q(published_earliest__lte=day) | Q(published_earliest=None))

    def containing(self, reports, name, text):
        return reports.filter(
            Q(title__icontains=text) | Q(url__icontains=text) | Q(key__icontains=text)
        )
