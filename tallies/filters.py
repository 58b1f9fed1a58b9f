"""Filters of published tallies, for the page and the API alike."""

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from attacks.basis import KnownOn
from attacks.search import with_words
from bases.models import MilitaryBase
from sources.filters import (
    AnyOf,
    AnyOfRecords,
    DayFilter,
    WindowForm,
    country_pairs,
    organisations,
)
from sources.lookups import (
    LONGEST_TEXT,
    ORDERED,
    Choices,
    Days,
    Keys,
    LookupFilterSet,
    Lookups,
    Numbers,
)
from sources.models import Organisation, Quantifier

from .models import PublishedTally, TallyLine


def tally_countries():
    """The countries that a published tally covers."""
    territories = PublishedTally.objects.order_by().values_list("territory", flat=True).distinct()
    return country_pairs(code for codes in territories for code in codes.split(";"))


class TallyFilter(LookupFilterSet):
    counter = AnyOfRecords(
        field_name="counter__slug",
        queryset=Organisation.objects.all(),
        noun="an organisation",
        label=_("Counter"),
        help_text=_("Slug of the organisation whose number it is. May be repeated."),
    )
    country = AnyOf(
        field_name="territory",
        choices=tally_countries,
        method="covering",
        label=_("Country"),
        help_text=_(
            "ISO 3166 code of a country it covers, alone or among others. May be repeated."
        ),
    )
    coverage = AnyOf(
        choices=PublishedTally.Coverage.choices,
        label=_("Coverage"),
        help_text=_("May be repeated."),
    )
    base = AnyOfRecords(
        queryset=MilitaryBase.objects.all(),
        method="listing",
        noun="a base",
        label=_("Base"),
        help_text=_("Slug of a base that has a line of its own in it. May be repeated."),
    )
    since = DayFilter(
        method="maybe_since", label=_("Since"), help_text=_("May speak as of that day or later.")
    )
    until = DayFilter(
        method="maybe_until", label=_("Until"), help_text=_("May speak as of that day or earlier.")
    )
    search = django_filters.CharFilter(
        method="containing",
        label=_("Text"),
        help_text=_("Each word, in the key, the note or the name of the counter."),
        max_length=LONGEST_TEXT,
    )
    known_on = KnownOn(method="maybe_published")

    lookups = (
        Lookups("key", _("Key"), ("in",), Keys(PublishedTally.objects.all(), "a tally", "key")),
        Lookups("counter", _("Counter"), ("in",), organisations()),
        Lookups("coverage", _("Coverage"), ("in",), Choices(PublishedTally.Coverage.choices)),
        Lookups("counting_since", _("First day counted"), (*ORDERED, "isnull"), Days()),
        Lookups("counting_until", _("Last day counted"), (*ORDERED, "isnull"), Days()),
        Lookups("total", _("Total"), (*ORDERED, "isnull"), Numbers()),
        Lookups(
            "quantifier", _("How the total is qualified"), ("in",), Choices(Quantifier.choices)
        ),
    )

    class Meta:
        model = PublishedTally
        fields = []
        form = WindowForm

    def covering(self, tallies, name, codes):
        # Codes are two letters with ; between, so that one never straddles two others.
        covers = Q()
        for code in codes:
            covers |= Q(territory__contains=code)
        return tallies.filter(covers)

    def listing(self, tallies, name, bases):
        if not bases:
            return tallies
        return tallies.filter(
            Exists(TallyLine.objects.filter(tally=OuterRef("pk"), base__in=bases))
        )

    def containing(self, tallies, name, text):
        names = ("counter__name", "counter__name_ar")
        return tallies.filter(with_words(text, ("key", "note", *names)))

    def maybe_published(self, tallies, name, day):
        return tallies.known_on(day)

    # A tally whose day nobody knows may speak as of any day.

    def maybe_since(self, tallies, name, day):
        return tallies.with_as_of().filter(Q(as_of_last__gte=day) | Q(as_of_last=None))

    def maybe_until(self, tallies, name, day):
        return tallies.with_as_of().filter(Q(as_of_first__lte=day) | Q(as_of_first=None))
