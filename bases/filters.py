"""Filters of bases and of force presence."""

import django_filters
from django.db.models import Q

from sources.filters import AnyOf, AnyOfRecords, country_pairs

from .models import ForcePresence, MilitaryBase
from .names import NameIndex


def base_countries():
    """The countries that have a base on record."""
    codes = MilitaryBase.objects.order_by().values_list("country", flat=True).distinct()
    return country_pairs(codes)


def presence_countries():
    """The countries in which a force is on record, at a base or at large."""
    places = ForcePresence.objects.order_by().values_list("country", "base__country")
    return country_pairs(code for pair in places for code in pair)


class BaseFilter(django_filters.FilterSet):
    country = AnyOf(
        choices=base_countries,
        label="Country",
        help_text="ISO 3166 code of the country it is in. May be repeated.",
    )
    kind = AnyOf(choices=MilitaryBase.Kind.choices, label="Kind", help_text="May be repeated.")
    search = django_filters.CharFilter(
        method="named",
        label="Name",
        help_text="In any spelling of its name; case, hyphens, accents and articles are the same.",
        max_length=200,
    )

    class Meta:
        model = MilitaryBase
        fields = []

    def named(self, bases, name, text):
        found = NameIndex.from_database().containing(text)
        return bases.filter(pk__in=[base.pk for base in found])


class PresenceFilter(django_filters.FilterSet):
    country = AnyOf(
        choices=presence_countries,
        method="inside",
        label="Country",
        help_text="ISO 3166 code: in the country, or at a base in it. May be repeated.",
    )
    base = AnyOfRecords(
        field_name="base__slug",
        queryset=MilitaryBase.objects.all(),
        noun="a base",
        label="Base",
        help_text="Slug of a base: stated for that site itself. May be repeated.",
    )

    class Meta:
        model = ForcePresence
        fields = []

    def inside(self, presences, name, codes):
        return presences.filter(Q(country__in=codes) | Q(base__country__in=codes))
