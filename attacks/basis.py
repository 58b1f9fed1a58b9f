"""The basis of a question as its address asks for it: `rule`, `known_on` and `recorded_at`."""

import django_filters
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bases.filters import bases_by_slug
from bases.models import MilitaryBase
from config.clocks import CLOCKS
from sources.filters import DayFilter, WindowForm, country_pairs
from sources.local_names import local_name
from sources.lookups import Choices
from sources.models import Organisation
from sources.recorded import TODAY, NoSuchRevision, as_recorded

from .records import HINDSIGHT
from .rules import HOUSE, HOUSE_SLUG, Basis, rules

# What `known_on` hides, and what is computed of it; no filter may ask for that in any way.
HIDDEN = {*HINDSIGHT, "fatalities", "fatalities_low", "fatalities_high", "updated_since"}


def thing_of(name):
    """What a filter asks about: `killed_low__gte` and `killed_low` about `killed_low`."""
    return name.partition("__")[0]


class RecordedAt(django_filters.CharFilter):
    """Our own record as it stood: the number of a revision, or a moment."""

    def __init__(self, **kwargs):
        super().__init__(
            label=_("Recorded at"),
            help_text=_(
                "Our record as it stood after a revision: its number, or a moment such as "
                "2024-08-10T12:00Z; a day alone means its end, in UTC."
            ),
            max_length=40,
            **kwargs,
        )


class KnownOn(DayFilter):
    """What could be said at the end of a day, by what had been published until then."""

    def __init__(self, **kwargs):
        super().__init__(
            label=_("Known on"),
            help_text=_("Only what may have been known by the end of that day."),
            **kwargs,
        )


def rule_choices():
    """The house's rule and those of the counters whose rule is known, for a form."""
    known = Organisation.objects.filter(counting_rule__isnull=False).order_by("name")
    return [("", HOUSE.name), *((one.slug, local_name(one)) for one in known)]


class RuleFilter(django_filters.CharFilter):
    """The rule by which attacks count."""

    def __init__(self, **kwargs):
        super().__init__(
            label=_("Counted by the rule of"),
            widget=forms.Select(choices=rule_choices),
            help_text=_(
                "Whose counting rule: the slug of a counter whose rule is known, or house."
            ),
            **kwargs,
        )


class BasisForm(WindowForm):
    """A form with any of `rule`, `known_on` and `recorded_at`; once valid it has a `basis`.

    `recordable` is what our earlier records can be asked about, by whichever filter; others are
    refused with `recorded_at`.
    """

    recordable = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.record, self.record_error = TODAY, None
        if text := (self.data.get("recorded_at") or "").strip():
            try:
                self.record = as_recorded(text)
            except NoSuchRevision as error:
                self.record_error = str(error)
        if self.record != TODAY:
            self.ask_of_that_record()

    def ask_of_that_record(self):
        """Let the bases and countries of that time be asked for, not those of today."""
        bases = self.record.rows(MilitaryBase)
        if "base" in self.fields:
            self.fields["base"].queryset = bases.order_by("name", "id")
            # A row of history calls itself by its name and the moment it was written.
            self.fields["base"].label_from_instance = local_name
        if "base__in" in self.fields:
            self.fields["base__in"].values = bases_by_slug(bases)
        codes = bases.values_list("country", flat=True).distinct()
        if "country" in self.fields:
            self.fields["country"].choices = lambda: country_pairs(codes)
        if "country__in" in self.fields:
            self.fields["country__in"].values = Choices(lambda: country_pairs(codes))

    def clean(self):
        cleaned = super().clean()
        if self.record_error:
            self.add_error("recorded_at", self.record_error)
        elif self.record != TODAY:
            self.refuse_what_only_today_answers(cleaned)
        if cleaned.get("known_on"):
            self.refuse_hindsight(cleaned)
        self.basis = Basis(self.rule(cleaned), cleaned.get("known_on"), self.record)
        return cleaned

    def refuse_what_only_today_answers(self, cleaned):
        things = (*self.recordable, "rule", *CLOCKS)
        allowed = [name for one in things for name in self.fields if thing_of(name) == one]
        for name in self.asked(cleaned):
            if name not in allowed:
                self.add_error(
                    name,
                    gettext("Not with recorded_at, which takes: %(allowed)s.")
                    % {"allowed": ", ".join(allowed)},
                )

    def refuse_hindsight(self, cleaned):
        """A filter by what was coded later would tell what the clock hides."""
        for name in self.asked(cleaned):
            if thing_of(name) in HIDDEN:
                self.add_error(
                    name, gettext("Not with known_on: it was coded by what became known later.")
                )

    def asked(self, cleaned):
        """The names of the fields that ask for something, and are not refused yet."""
        return [
            name
            for name, value in cleaned.items()
            if value not in (None, "") and list_or_true(value) and name not in self.errors
        ]

    def rule(self, cleaned):
        slug = cleaned.get("rule") or HOUSE_SLUG
        if slug == HOUSE_SLUG:
            return HOUSE
        known = rules(self.record)
        if slug not in known:
            self.add_error(
                "rule",
                gettext("“%(value)s” has no rule on record. Use: %(allowed)s.")
                % {"value": slug, "allowed": ", ".join(known)},
            )
        return known.get(slug, HOUSE)


def list_or_true(value):
    """Whether a cleaned value asks for something: an empty list of choices does not."""
    return bool(len(value)) if hasattr(value, "__len__") else True


class ClockForm(BasisForm):
    """The two clocks of a single record."""

    known_on = KnownOn().field
    recorded_at = RecordedAt().field
