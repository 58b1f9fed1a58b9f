"""Who says so, and where: organisations, the reports they publish, and our own revisions."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .countries import country_choices
from .facts import FactQuerySet
from .validators import key_format, sane_day, web_address


class Revision(models.Model):
    """One transaction that wrote facts. History rows carry its number; see `sources.revisions`."""

    class Origin(models.TextChoices):
        ADMIN = "admin", _("admin")
        IMPORT = "import", _("import")
        CODE = "code", _("code")

    number = models.PositiveIntegerField(primary_key=True, help_text="In order of commit.")
    moment = models.DateTimeField(unique=True)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: a command.",
    )
    origin = models.CharField(max_length=10, choices=Origin)
    reason = models.TextField(help_text="Public: why the record changed.")

    class Meta:
        ordering = ["-number"]

    def __str__(self):
        return f"Revision {self.number}"


class RevisedRow(models.Model):
    """What every history row carries beside the fact: the revision that wrote it."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")

    class Meta:
        abstract = True


def history():
    """The history of a model that states a fact."""
    return HistoricalRecords(bases=[RevisedRow])


def linked(record, name):
    """The record it links to, or None: a row of history may outlive what it names."""
    try:
        return getattr(record, name)
    except ObjectDoesNotExist:
        return None


class Quantifier(models.TextChoices):
    """How a published number was qualified; empty means that nobody has checked."""

    EXACTLY = "exactly", _("exactly")
    AT_LEAST = "at_least", _("at least")
    MORE_THAN = "more_than", _("more than")
    ABOUT = "about", _("about")


# What a page may link to, whoever stored it.
WEB_ADDRESS = Q(url__istartswith="http://") | Q(url__istartswith="https://")


class Organisation(models.Model):
    """Whoever publishes, counts, claims or is blamed."""

    class Kind(models.TextChoices):
        MONITOR = "monitor", _("monitor")
        GOVERNMENT = "government", _("government")
        NEWS = "news", _("news")
        ARMED_GROUP = "armed_group", _("armed group")
        UMBRELLA = "umbrella", _("umbrella term")
        STATE = "state", _("state")
        THINK_TANK = "think_tank", _("think tank")
        SOCIAL_MEDIA = "social_media", _("social media")
        OTHER = "other", _("other")

    slug = models.SlugField(unique=True, max_length=80)
    name = models.CharField(max_length=200)
    name_ar = models.CharField("name in Arabic", max_length=200, blank=True)
    kind = models.CharField(max_length=20, choices=Kind)
    country = models.CharField(max_length=2, choices=country_choices, blank=True)
    url = models.CharField(
        "address",
        max_length=2000,
        blank=True,
        validators=[web_address],
        help_text="Its own site.",
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        help_text="The umbrella group under which it acts, where a source says so.",
    )
    notes = models.TextField(blank=True, help_text="Public.")
    report = models.ForeignKey(
        "Report",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations_described",
        help_text="Where this was read.",
    )

    history = history()
    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=WEB_ADDRESS | Q(url=""),
                name="%(app_label)s_%(class)s_url_is_web_address",
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("sources:organisation", args=[self.slug])

    def clean(self):
        above, ancestor = 0, self.parent
        while ancestor is not None and ancestor.pk != self.pk and above <= MAX_ANCESTORS:
            above, ancestor = above + 1, ancestor.parent
        if ancestor is not None or above + self.depth_below() > MAX_ANCESTORS:
            reason = "An umbrella group cannot stand under its own member, nor so deep."
            raise ValidationError({"parent": reason})

    def depth_below(self):
        """How many levels of members stand under it."""
        levels, members = 0, [self.pk]
        while self.pk and levels <= MAX_ANCESTORS:
            members = list(
                Organisation.objects.filter(parent__in=members).values_list("pk", flat=True)
            )
            if not members:
                break
            levels += 1
        return levels

    @property
    def host(self):
        """The host of its own site, by which reports found on the web are matched to it."""
        return (urlsplit(self.url).hostname or "").lower()


# How many umbrella groups may stand above one another; `side` follows this many.
MAX_ANCESTORS = 2


def side(organisation):
    """An expression for the topmost umbrella group of the organisation at that lookup path.

    Two groups are one side when one is the other's umbrella or both stand under the same one.
    """
    return Case(
        When(
            Q(**{f"{organisation}__parent__parent__isnull": False}),
            then=F(f"{organisation}__parent__parent_id"),
        ),
        When(
            Q(**{f"{organisation}__parent__isnull": False}),
            then=F(f"{organisation}__parent_id"),
        ),
        default=F(f"{organisation}_id"),
    )


class OrganisationName(models.Model):
    """A further name under which an organisation is found in texts."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="names")
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=10, blank=True, help_text="BCP 47, such as en or ar.")
    report = models.ForeignKey(
        "Report",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where read.",
    )

    history = history()
    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="%(app_label)s_%(class)s_once"
            )
        ]

    def __str__(self):
        return self.name


class Report(models.Model):
    """One published item. It may be cited by many incidents, claims and tallies."""

    key = models.CharField(max_length=120, unique=True, validators=[key_format])
    publisher = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        help_text="Empty: not known.",
    )
    url = models.CharField(
        "address",
        max_length=2000,
        unique=True,
        null=True,
        blank=True,
        validators=[web_address],
    )
    title = models.CharField(max_length=500, blank=True)
    language = models.CharField(max_length=10, blank=True, help_text="BCP 47, such as en or ar.")
    published_earliest = models.DateField(null=True, blank=True, validators=[sane_day])
    published_latest = models.DateField(
        null=True,
        blank=True,
        validators=[sane_day],
        help_text="Same as earliest when known.",
    )
    published_basis = models.TextField(blank=True, help_text="How the date was established.")
    accessed_on = models.DateField(null=True, blank=True, validators=[sane_day])
    note = models.TextField(blank=True, help_text="Public.")

    history = history()
    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = [F("published_latest").desc(nulls_last=True), "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_earliest__lte=F("published_latest")),
                name="%(app_label)s_%(class)s_published_in_order",
                violation_error_message="The earliest day of publication is after the latest.",
            ),
            # Unknown is NULL: an empty address would be one, and only one report could have it.
            models.CheckConstraint(
                condition=WEB_ADDRESS, name="%(app_label)s_%(class)s_url_is_web_address"
            ),
        ]

    def __str__(self):
        return self.title or self.url or self.key

    def save(self, *args, **kwargs):
        self.url = self.url or None
        super().save(*args, **kwargs)

    @property
    def label(self):
        """What a link to it says: its title, else the host it is on, else its key."""
        return self.title or urlsplit(self.url or "").hostname or self.key
