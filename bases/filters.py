"""Filters of bases and of force presence, and those by place, which incidents have too."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sources.filters import AnyOf, AnyOfRecords, country_pairs
from sources.lookups import (
    ORDERED,
    Choices,
    Days,
    FilterForm,
    Keys,
    LookupFilterSet,
    Lookups,
    Numbers,
    Records,
    ValueFilter,
)

from .models import ForcePresence, MilitaryBase
from .names import NameIndex
from .places import Boxes, Circle, Kilometres, Points, bases_inside


def base_countries():
    """The countries that have a base on record."""
    codes = MilitaryBase.objects.order_by().values_list("country", flat=True).distinct()
    return country_pairs(codes)


def presence_countries():
    """The countries in which a force is on record, at a base or at large."""
    places = ForcePresence.objects.order_by().values_list("country", "base__country")
    return country_pairs(code for pair in places for code in pair)


def bases_by_slug(queryset=None):
    """The values of a filter by bases; of today's record unless others are given."""
    return Records(MilitaryBase.objects.all() if queryset is None else queryset, "a base")


# Places


class PlaceForm(FilterForm):
    """A form with `near` and `radius_km`, which only go together."""

    def clean(self):
        cleaned = super().clean()
        near, radius = cleaned.get("near"), cleaned.get("radius_km")
        if near is not None and radius is None and "radius_km" not in self.errors:
            self.add_error("near", _("Give radius_km too: within how many kilometres of it."))
            self.show("radius_km")
        if radius is not None and near is None and "near" not in self.errors:
            self.add_error("radius_km", _("Give near=latitude,longitude too: from where."))
            self.show("near")
        return cleaned


class InBox(ValueFilter):
    """At a base in a box; the field is that of the base."""

    def __init__(self, **kwargs):
        super().__init__(
            values=Boxes(),
            label=_("In the box"),
            help_text=_(
                "west,south,east,north in degrees, edges included: at a base that lies in"
                " this box. West above east crosses the antimeridian."
            ),
            **kwargs,
        )

    def filter(self, rows, box):
        return rows if box is None else _at_bases(self, rows, box)


class Near(ValueFilter):
    """At a base within `radius_km` of a point; the field is that of the base."""

    def __init__(self, **kwargs):
        super().__init__(
            values=Points(),
            label=_("Near"),
            help_text=_("latitude,longitude in degrees: at a base within radius_km of this point."),
            **kwargs,
        )

    def filter(self, rows, point):
        if point is None:
            return rows
        radius = self.parent.form.cleaned_data["radius_km"]
        return _at_bases(self, rows, Circle(point, radius))


class Radius(ValueFilter):
    def __init__(self):
        super().__init__(
            values=Kilometres(),
            label=_("Kilometres around"),
            help_text=_("Kilometres around near, on the great circle, the edge included."),
        )

    def filter(self, rows, value):
        return rows  # asked together with `near`


def _at_bases(one, rows, area):
    inside = bases_inside(area, one.parent.record)
    return rows.filter(**{f"{one.field_name}__in": inside})


class BaseFilter(LookupFilterSet):
    country = AnyOf(
        choices=base_countries,
        label=_("Country"),
        help_text=_("ISO 3166 code of the country it is in. May be repeated."),
    )
    kind = AnyOf(
        choices=MilitaryBase.Kind.choices, label=_("Kind"), help_text=_("May be repeated.")
    )
    search = django_filters.CharFilter(
        method="named",
        label=_("Name"),
        help_text=_(
            "In any spelling of its name; case, hyphens, accents and articles are the same."
        ),
        max_length=200,
    )
    bbox = InBox(field_name="id")
    near = Near(field_name="id")
    radius_km = Radius()

    lookups = (
        Lookups("slug", _("Slug"), ("in",), Keys(MilitaryBase.objects.all(), "a base")),
        Lookups("country", _("Country"), ("in",), Choices(base_countries)),
        Lookups("kind", _("Kind"), ("in",), Choices(MilitaryBase.Kind.choices)),
        Lookups("name", _("Name"), ("icontains",)),
        Lookups("governorate", _("Governorate"), ("icontains",)),
        Lookups("latitude", _("Latitude"), ("isnull",)),
        Lookups("parent", _("Base around it"), ("isnull",)),
    )

    class Meta:
        model = MilitaryBase
        fields = []
        form = PlaceForm

    def named(self, bases, name, text):
        found = NameIndex.from_database().containing(text)
        return bases.filter(pk__in=[base.pk for base in found])


class PresenceFilter(LookupFilterSet):
    country = AnyOf(
        choices=presence_countries,
        method="inside",
        label=_("Country"),
        help_text=_("ISO 3166 code: in the country, or at a base in it. May be repeated."),
    )
    base = AnyOfRecords(
        field_name="base__slug",
        queryset=MilitaryBase.objects.all(),
        noun="a base",
        label=_("Base"),
        help_text=_("Slug of a base: stated for that site itself. May be repeated."),
    )

    lookups = (
        Lookups("as_of", _("Day"), (*ORDERED, "isnull"), Days()),
        Lookups("troops", _("Troops"), (*ORDERED, "isnull"), Numbers()),
    )

    class Meta:
        model = ForcePresence
        fields = []
        form = FilterForm

    def inside(self, presences, name, codes):
        return presences.filter(Q(country__in=codes) | Q(base__country__in=codes))
