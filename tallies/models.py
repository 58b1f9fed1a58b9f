"""How many attacks, according to whom: counts that somebody published, exactly as published."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from attacks.counting import Count, Window
from attacks.knowledge import may_be_published
from bases.models import MilitaryBase
from sources.countries import country_choices, country_name
from sources.facts import FactQuerySet
from sources.fields import WholeNumberField
from sources.models import Organisation, Quantifier, Report, Revision, history, linked
from sources.templatetags.facts import attacks, quantified
from sources.validators import FIRST_DAY, key_format, sane_day, territory_format


class PublishedTallyQuerySet(FactQuerySet):
    def with_as_of(self):
        """The first and the last day that it may speak for, as `as_of_earliest` and `_latest`."""
        return self.annotate(
            as_of_first=Coalesce("counting_until", "report__published_earliest"),
            as_of_last=Coalesce("counting_until", "report__published_latest"),
        )

    def latest_first(self):
        """By the day they speak for; those of unknown day last, then the longest window first."""
        return self.with_as_of().order_by(
            F("as_of_last").desc(nulls_last=True),
            F("as_of_first").desc(nulls_last=True),
            F("counting_since").asc(nulls_last=True),
            "-id",
        )

    def known_on(self, day):
        """Those that may have been published by the end of that day (all, where it is None).

        No count is known before it ends.
        """
        if day is None:
            return self
        ended = Q(counting_until__lte=day) | Q(counting_until=None)
        return self.filter(ended, Q(report=None) | may_be_published(day, "report__"))

    def full_lists(self):
        return self.filter(coverage=PublishedTally.Coverage.FULL)


class PublishedTally(models.Model):
    """One published count: a total, the list it was printed with, or both."""

    class Coverage(models.TextChoices):
        FULL = "full", _("full list")
        PARTIAL = "partial", _("partial list")
        TOTAL_ONLY = "total_only", _("total only")

    key = models.CharField(max_length=120, unique=True, validators=[key_format])
    counter = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="tallies",
        help_text="Whose number it is.",
    )
    report = models.ForeignKey(
        Report,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tallies",
        help_text="Where it was read; whoever printed it can differ from the counter.",
    )
    counting_since = models.DateField(null=True, blank=True, validators=[sane_day])
    counting_until = models.DateField(
        null=True,
        blank=True,
        validators=[sane_day],
        help_text="Empty: to the day it was published.",
    )
    total = WholeNumberField(null=True, blank=True, help_text="Empty: none printed.")
    quantifier = models.CharField(
        max_length=10,
        choices=Quantifier,
        blank=True,
        help_text="Of the total, else of the lines. Empty: not checked.",
    )
    territory = models.CharField(
        max_length=200,
        blank=True,
        validators=[territory_format],
        help_text="ISO codes of the countries it covers, with ; between.",
    )
    territory_text = models.CharField("territory as printed", max_length=300, blank=True)
    coverage = models.CharField(max_length=10, choices=Coverage)
    note = models.TextField(blank=True, help_text="Public.")

    history = history()
    objects = PublishedTallyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "published tallies"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(counting_since__lte=F("counting_until")),
                name="%(app_label)s_%(class)s_days_in_order",
                violation_error_message="Counting ends before it begins.",
            )
        ]

    def __str__(self):
        return self.key

    def get_absolute_url(self):
        return reverse("tallies:detail", args=[self.key])

    @property
    def as_of_earliest(self):
        return self.counting_until or (self.report and self.report.published_earliest)

    @property
    def as_of_latest(self):
        return self.counting_until or (self.report and self.report.published_latest)

    @property
    def window(self):
        """The days it speaks for, as a window over our own record.

        Where it is not known on which day its count ends, it may have ended on its first.
        """
        return Window(
            since=self.counting_since,
            until=self.as_of_latest,
            certain_until=self.as_of_earliest or self.counting_since or FIRST_DAY,
        )

    @property
    def countries(self):
        """The ISO codes of its territory."""
        return [code for code in self.territory.split(";") if code]

    @property
    def country_names(self):
        return [country_name(code) for code in self.countries]

    @property
    def sum_of_lines(self):
        """What its lines add up to; None where it has none."""
        numbers = [line.number for line in self.lines.all()]
        return sum(numbers) if numbers else None

    @property
    def difference(self):
        """Lines less total; None unless the list is full and a total was printed."""
        if self.coverage != self.Coverage.FULL or None in (
            self.total,
            self.sum_of_lines,
        ):
            return None
        return self.sum_of_lines - self.total


class TallyLine(models.Model):
    """One line of a published list. A base without a line is not listed, which is not zero."""

    tally = models.ForeignKey(PublishedTally, models.CASCADE, related_name="lines")
    position = WholeNumberField(help_text="Order in print, from 1.")
    base = models.ForeignKey(
        MilitaryBase, models.PROTECT, null=True, blank=True, related_name="tally_lines"
    )
    country = models.CharField(max_length=2, choices=country_choices, blank=True)
    name_as_printed = models.CharField(max_length=200, blank=True, help_text="Empty: not recorded.")
    number = WholeNumberField()

    history = history()
    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(base=None) | Q(country=""),
                name="%(app_label)s_%(class)s_not_base_and_country",
                violation_error_message="A line is for a base or a country, never both.",
            ),
            models.UniqueConstraint(
                fields=["tally", "base", "name_as_printed"],
                name="%(app_label)s_%(class)s_base_once",
            ),
            models.UniqueConstraint(
                fields=["tally", "country", "name_as_printed"],
                condition=Q(base=None),
                name="%(app_label)s_%(class)s_country_once",
            ),
        ]

    def __str__(self):
        return f"{self.name_as_printed}: {self.number}"

    @property
    def country_name(self):
        return country_name(self.country) if self.country else ""


class FindingKind(models.TextChoices):
    """What can be found in a counter's ledger; see `tallies.ledger`."""

    ARITHMETIC = "arithmetic", _("lines and total")
    FALL = "fall", _("fall")
    STALE = "stale", _("stale")
    SIBLINGS = "siblings", _("siblings")
    SHAPE = "shape", _("shape")
    CLOSED_PERIOD = "closed_period", _("closed period")


class AcceptedFinding(models.Model):
    """That an editor knows why a finding is so. Findings are computed; only this is stored.

    It accepts the finding of that kind, about those tallies and that place, as long as its
    amount is the same.
    """

    kind = models.CharField(max_length=20, choices=FindingKind)
    tally = models.ForeignKey(PublishedTally, models.CASCADE, related_name="accepted_findings")
    other = models.ForeignKey(
        PublishedTally,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="The earlier tally, or the sibling, that it is held against.",
    )
    base = models.ForeignKey(MilitaryBase, models.PROTECT, null=True, blank=True, related_name="+")
    country = models.CharField(max_length=2, choices=country_choices, blank=True)
    amount = models.IntegerField(
        null=True, blank=True, help_text="The difference accepted; another one is open again."
    )
    why = models.TextField("why it is so", help_text="Public.")
    report = models.ForeignKey(
        Report,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="accepted_findings",
        help_text="Where this was read.",
    )

    history = history()
    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                "kind",
                "tally",
                Coalesce("other", 0),
                Coalesce("base", 0),
                "country",
                name="%(app_label)s_%(class)s_once",
                violation_error_message="This finding is accepted already.",
            ),
            models.CheckConstraint(
                condition=Q(base=None) | Q(country=""),
                name="%(app_label)s_%(class)s_not_base_and_country",
                violation_error_message="A finding is about a base or a country, never both.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {linked(self, 'tally')}"


class FigureIsFixed(RuntimeError):
    """A quoted figure was to be changed or deleted."""


class FigureQuerySet(models.QuerySet):
    """Refuses what would change a figure after it was made."""

    def update(self, **values):
        raise FigureIsFixed("A quoted figure never changes.")

    def delete(self):
        raise FigureIsFixed("A quoted figure is never deleted.")

    def bulk_update(self, *args, **options):
        raise FigureIsFixed("A quoted figure never changes.")


def cursor_moment(moment):
    """What a page of a list may begin beside: a moment that every database can compare."""
    if timezone.is_naive(moment) or not 2000 <= moment.year <= 9000:
        raise ValidationError("Not a moment.")


class Figure(models.Model):
    """A number as somebody quoted it: what was asked, of which revision, and what it was made of.

    The id follows from question and revision. It states no fact that could be corrected, so it has
    no history: it is made once and stays as it is; see `tallies.figures`.
    """

    id = models.CharField(
        max_length=20, primary_key=True, validators=[RegexValidator(r"\A[a-z2-7]{20}\Z")]
    )
    question = models.JSONField(help_text="In canonical form; see tallies.questions.")
    title = models.TextField(help_text="What the number is, in words.")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="figures")
    certain = models.PositiveBigIntegerField(
        null=True, help_text="Null: nothing says where we should count."
    )
    possible = models.PositiveBigIntegerField(null=True)
    published = models.PositiveBigIntegerField(null=True, help_text="Null: none, or not listed.")
    quantifier = models.CharField(
        max_length=10, choices=Quantifier, blank=True, help_text="Of the published number."
    )
    incidents = models.JSONField(
        null=True, help_text="[serial, attacks, certain] of each; null where there are too many."
    )
    digest = models.CharField(max_length=64, help_text="SHA-256 of the same list, also where null.")
    list_query = models.TextField(
        blank=True, help_text="Query string of the list behind it. Empty: no such list then."
    )
    created = models.DateTimeField(default=timezone.now, editable=False, validators=[cursor_moment])

    objects = FigureQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-id"]
        indexes = [models.Index(fields=["-created", "-id"], name="figure_newest_first")]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise FigureIsFixed("A quoted figure never changes.")
        super().save(*args, **kwargs | {"force_insert": True})

    def get_absolute_url(self):
        return reverse("tallies:figure", args=[self.id])

    def delete(self, *args, **kwargs):
        raise FigureIsFixed("A quoted figure is never deleted.")

    @property
    def count(self):
        """What we counted; None where nothing says where to."""
        return None if self.possible is None else Count(self.certain, self.possible)

    @property
    def of_tally(self):
        """Whether it quotes a published number, beside our count."""
        return "tally" in self.question

    @property
    def value(self):
        """The number in words, such as "3 to 5"."""
        return value_words(self.of_tally, self.count, self.published, self.quantifier)


def value_words(of_tally, count, published, quantifier=""):
    values = {"ours": attacks(count) if count else "", "number": quantified(published, quantifier)}
    if not of_tally:
        return values["ours"]
    if published is None:
        text = gettext("not listed, %(ours)s on our record") if count else gettext("not listed")
    elif count:
        text = gettext("%(number)s published, %(ours)s on our record")
    else:
        text = gettext("%(number)s published")
    return text % values
