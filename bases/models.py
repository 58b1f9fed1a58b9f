"""The registry of bases, the names they are called by, and the forces stated to be there."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sources.countries import country_choices, country_name
from sources.facts import FactQuerySet
from sources.fields import WholeNumberField
from sources.models import Organisation, Quantifier, Report, history, linked
from sources.validators import key_format, partial_date, sane_day


class MilitaryBase(models.Model):
    """A base or site. One without coordinates is normal and is counted like any other."""

    class Kind(models.TextChoices):
        BASE = "base", _("base")
        AIRBASE = "airbase", _("air base")
        OUTPOST = "outpost", _("outpost")
        GARRISON = "garrison", _("garrison")
        OILFIELD = "oilfield", _("oil field")
        GASFIELD = "gasfield", _("gas field")
        LANDING_ZONE = "landing_zone", _("landing zone")
        OTHER = "other", _("other")

    class Precision(models.TextChoices):
        EXACT = "exact", _("exact")
        TOWN = "town", _("town")
        DISTRICT = "district", _("district")
        GOVERNORATE = "governorate", _("governorate")
        UNKNOWN = "unknown", _("unknown")

    slug = models.SlugField(unique=True, max_length=80)
    name = models.CharField(max_length=200)
    name_ar = models.CharField("name in Arabic", max_length=200, blank=True)
    kind = models.CharField(max_length=20, choices=Kind)
    country = models.CharField(max_length=2, choices=country_choices)
    governorate = models.CharField(max_length=100, blank=True)
    near = models.CharField("district or nearest place", max_length=200, blank=True)
    latitude = models.DecimalField(
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.DecimalField(
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    coordinate_precision = models.CharField(
        max_length=20, choices=Precision, default=Precision.UNKNOWN
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        help_text="The base inside which it lies, where a source says so.",
    )
    in_use_from = models.CharField(
        max_length=10,
        blank=True,
        validators=[partial_date],
        help_text="YYYY, YYYY-MM or a day.",
    )
    in_use_until = models.CharField(
        max_length=10,
        blank=True,
        validators=[partial_date],
        help_text="Empty means not known, not: still in use.",
    )
    notes = models.TextField(blank=True, help_text="Public.")
    report = models.ForeignKey(
        Report,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bases_described",
        help_text="Where this was read.",
    )

    history = history()
    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="%(app_label)s_%(class)s_coordinates_both_or_neither",
                violation_error_message="Give both coordinates or neither.",
            ),
            models.CheckConstraint(
                condition=Q(latitude__gte=-90, latitude__lte=90),
                name="%(app_label)s_%(class)s_latitude_in_range",
            ),
            models.CheckConstraint(
                condition=Q(longitude__gte=-180, longitude__lte=180),
                name="%(app_label)s_%(class)s_longitude_in_range",
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")),
                name="%(app_label)s_%(class)s_not_inside_itself",
                violation_error_message="A base cannot lie inside itself.",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("bases:detail", args=[self.slug])

    def clean(self):
        around, ancestor = [self], self.parent
        while ancestor is not None and ancestor not in around:
            around.append(ancestor)
            ancestor = ancestor.parent
        if ancestor is not None:
            reason = "A base cannot lie inside itself: choose one that is not a part of it."
            raise ValidationError({"parent": reason})

    @property
    def country_name(self):
        return country_name(self.country)


class BaseName(models.Model):
    """Another spelling of a base's name: where it was read, and whether it is doubtful."""

    base = models.ForeignKey(MilitaryBase, models.CASCADE, related_name="names")
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=10, blank=True, help_text="BCP 47, such as en or ar.")
    report = models.ForeignKey(
        Report,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="base_names",
        help_text="Where it was read.",
    )
    doubtful = models.BooleanField(
        default=False,
        help_text="It may mean another place, so it never settles which base is meant.",
    )

    history = history()
    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["base", "name"], name="%(app_label)s_%(class)s_once")
        ]

    def __str__(self):
        return self.name


class ForcePresence(models.Model):
    """How many troops a force has in a country or at a base, as somebody stated at a date."""

    key = models.CharField(max_length=80, unique=True, validators=[key_format])
    force = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="presences"
    )
    force_text = models.CharField("force as printed", max_length=200)
    country = models.CharField(max_length=2, choices=country_choices, blank=True)
    base = models.ForeignKey(
        MilitaryBase, models.PROTECT, null=True, blank=True, related_name="presences"
    )
    troops = WholeNumberField(null=True, blank=True, help_text="Empty: not stated.")
    quantifier = models.CharField(max_length=10, choices=Quantifier, blank=True)
    as_of = models.DateField(null=True, blank=True, validators=[sane_day])
    as_of_basis = models.TextField(blank=True, help_text="How the date was established.")
    mission = models.TextField(blank=True)
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="presences"
    )

    history = history()
    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "force presence"
        ordering = [F("as_of").desc(nulls_last=True), "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(base__isnull=False, country="") | (Q(base=None) & ~Q(country="")),
                name="%(app_label)s_%(class)s_country_or_base",
                violation_error_message="Name a country or a base, not both.",
            )
        ]

    def __str__(self):
        where = linked(self, "base") or country_name(self.country)
        return f"{self.force_text}, {where}"
