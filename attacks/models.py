"""What happened, and what was said of it."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bases.models import MilitaryBase
from sources.facts import FactQuerySet
from sources.fields import WholeNumberField
from sources.models import Organisation, Report, Revision, history, linked
from sources.revisions import last_revision
from sources.validators import key_format, sane_day, territory_format

from .claim_status import claim_status
from .counting import counted, overlapping, with_verdict
from .rules import HOUSE, HOUSE_TODAY, Basis
from .totals import RangeTotal, SpanTotal  # noqa: F401 - so that Django finds them


class Grade(models.TextChoices):
    """How well a record is supported. Empty: nobody has graded it, and it counts."""

    CONFIRMED = "confirmed", _("confirmed")
    FAIR = "fair", _("fair")
    WEAK = "weak", _("weak")
    CONTESTED = "contested", _("contested")
    DISCOUNTED = "discounted", _("discounted")

    @property
    def definition(self):
        return GRADE_DEFINITIONS[self]


GRADE_DEFINITIONS = {
    Grade.CONFIRMED: _(
        "The force that was attacked acknowledges the attack, "
        "or photographs or video of it have been located."
    ),
    Grade.FAIR: _(
        "Two or more sources that do not draw on each other report it, "
        "and nobody named contradicts it."
    ),
    Grade.WEAK: _("One source reports it, or only the group that says it attacked."),
    Grade.CONTESTED: _(
        "Sources contradict each other on whether there was an attack at this base."
    ),
    Grade.DISCOUNTED: _(
        "Later information shows that no such attack took place. Kept on record, never counted."
    ),
}


UNGRADED = "none"


def grades_format(text):
    """Grades of a counting rule: values of `Grade`, and "none" for what nobody has graded."""
    allowed = [UNGRADED, *Grade.values]
    if unknown := [one for one in text.split(";") if one not in allowed]:
        raise ValidationError(
            f"“{unknown[0]}” is no grade. Use: {', '.join(allowed)}, with ; between."
        )


NEWEST_FIRST = ("-earliest", "-id")
PUBLIC_ID = re.compile(r"BW-([1-9][0-9]{0,8})")


def public_id(serial):
    return f"BW-{serial}"


def serial_of(public_id):
    """The number in a public id; None where it is none."""
    match = PUBLIC_ID.fullmatch(public_id)
    return int(match[1]) if match else None


class IncidentQuerySet(FactQuerySet):
    def published(self):
        """What readers may see: neither drafts nor retracted records."""
        return self.filter(status=Incident.Status.PUBLISHED)

    def counted(self, rule=HOUSE):
        return counted(self, Basis(rule))

    def with_verdict(self, basis=HOUSE_TODAY):
        return with_verdict(self, basis)

    def overlapping(self, since=None, until=None):
        return overlapping(self, since, until)

    def with_claim_status(self, on=None):
        return claim_status(self, on=on)

    def with_public_id(self, public_id):
        """The incident of that public id, as a queryset; empty where it is none."""
        serial = serial_of(public_id)
        return self.filter(serial=serial) if serial else self.none()

    def in_order(self):
        """Newest first, in an order that no page boundary can shift."""
        return self.order_by(*NEWEST_FIRST)


class Incident(models.Model):
    """An attack that can be told apart from others, or several that cannot (`attack_count`)."""

    class Weapon(models.TextChoices):
        DRONE = "drone", _("drone")
        ROCKET = "rocket", _("rocket")
        MISSILE = "missile", _("missile")
        BALLISTIC_MISSILE = "ballistic_missile", _("ballistic missile")
        MORTAR = "mortar", _("mortar")
        ARTILLERY = "artillery", _("artillery")
        EXPLOSIVE_DEVICE = "explosive_device", _("explosive device")
        SMALL_ARMS = "small_arms", _("small arms")
        OTHER = "other", _("other")
        UNKNOWN = "unknown", _("unknown")

    class Outcome(models.TextChoices):
        HIT = "hit", _("hit")
        FIRE = "fire", _("hit, fire")
        INTERCEPTED = "intercepted", _("intercepted")
        MISSED = "missed", _("missed")
        UNKNOWN = "unknown", _("unknown")

    class Damage(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")
        UNKNOWN = "unknown", _("unknown")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        RETRACTED = "retracted", _("retracted")

    serial = WholeNumberField(
        unique=True,
        editable=False,
        help_text="The number in the public id; never reused.",
    )
    base = models.ForeignKey(
        MilitaryBase, models.PROTECT, null=True, blank=True, related_name="incidents"
    )
    earliest = models.DateField(
        "earliest day",
        null=True,
        blank=True,
        validators=[sane_day],
        help_text="Local day.",
    )
    latest = models.DateField(
        "latest day",
        null=True,
        blank=True,
        validators=[sane_day],
        help_text="Local day; the same as the earliest when the day is known.",
    )
    local_time = models.TimeField(null=True, blank=True)
    local_time_text = models.CharField(
        "local time in words",
        max_length=100,
        blank=True,
        help_text='Such as "night of 9 to 10".',
    )
    attack_count = WholeNumberField(
        default=1,
        validators=[MinValueValidator(1)],
        help_text="Separate attacks that this record stands for.",
    )
    weapon = models.CharField(max_length=20, choices=Weapon, default=Weapon.UNKNOWN)
    munitions = WholeNumberField(null=True, blank=True, help_text="Empty: not known.")
    outcome = models.CharField(max_length=20, choices=Outcome, default=Outcome.UNKNOWN)
    killed_low = WholeNumberField(null=True, blank=True)
    killed_best = WholeNumberField(null=True, blank=True)
    killed_high = WholeNumberField(null=True, blank=True)
    injured_low = WholeNumberField(null=True, blank=True)
    injured_best = WholeNumberField(null=True, blank=True)
    injured_high = WholeNumberField(null=True, blank=True)
    material_damage = models.CharField(max_length=10, choices=Damage, default=Damage.UNKNOWN)
    grade = models.CharField(
        "verification grade",
        max_length=20,
        choices=Grade,
        blank=True,
        help_text="Empty: not graded.",
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        help_text="The record that stands for the same attack; this one is then not counted.",
    )
    summary = models.TextField(blank=True)
    summary_ar = models.TextField("summary in Arabic", blank=True)
    internal_note = models.TextField(blank=True, help_text="For editors; never published.")
    reports = models.ManyToManyField(Report, through="Citation", related_name="incidents")

    history = history()
    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = NEWEST_FIRST
        indexes = [
            # The lists, newest first, and the window of every count.
            models.Index(fields=["-earliest", "-id"], name="incident_newest_first"),
            # The same list by the last day.
            models.Index(fields=["latest", "id"], name="incident_by_last_day"),
            # A base's page and its count.
            models.Index(fields=["base", "earliest", "latest"], name="incident_base_window"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(earliest__lte=F("latest")),
                name="%(app_label)s_%(class)s_days_in_order",
                violation_error_message="The earliest day is after the latest.",
            ),
            models.CheckConstraint(
                condition=~Q(status="published")
                | Q(base__isnull=False, earliest__isnull=False, latest__isnull=False),
                name="%(app_label)s_%(class)s_published_is_placed_and_dated",
                violation_error_message="A published incident needs a base and both days.",
            ),
            models.CheckConstraint(
                condition=Q(attack_count__gte=1),
                name="%(app_label)s_%(class)s_attack_count_at_least_1",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")),
                name="%(app_label)s_%(class)s_not_merged_into_itself",
                violation_error_message="An incident cannot be merged into itself.",
            ),
            *(
                models.CheckConstraint(
                    # A comparison with an unknown is never false, so three pairs are needed.
                    condition=Q(**{f"{whom}_low__lte": F(f"{whom}_high")})
                    & Q(**{f"{whom}_low__lte": F(f"{whom}_best")})
                    & Q(**{f"{whom}_best__lte": F(f"{whom}_high")}),
                    name=f"%(app_label)s_%(class)s_{whom}_in_order",
                    violation_error_message=f"{whom.capitalize()}: the low figure is above "
                    "the best or the high one, or the best above the high one.",
                )
                for whom in ("killed", "injured")
            ),
        ]

    def __str__(self):
        days = f"{self.earliest or 'no date'}"
        if self.latest != self.earliest:
            days += f" to {self.latest or 'no date'}"
        return f"{self.public_id}: {linked(self, 'base') or 'no base'}, {days}"

    def save(self, *args, **kwargs):
        if self.serial is None:
            self.serial = next_serial()
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("attacks:incident", args=[self.public_id])

    def clean(self):
        if reason := self.reason_not_to_merge():
            raise ValidationError({"merged_into": reason})
        if reason := self.reason_to_stay_public():
            raise ValidationError({"status": reason})

    def reason_not_to_merge(self):
        """Why it cannot stand for the same attack as `merged_into`, or ""."""
        if self.merged_into_id is None:
            return ""
        survivor = self.merged_into
        if survivor.merged_into_id is not None:
            return f"{survivor.public_id} is itself merged: name the one it went into."
        if survivor.status != self.Status.PUBLISHED:
            return f"{survivor.public_id} is not published, so the attack would not be counted."
        if others := self.stands_for():
            return f"{others} went into this one: merge them into the other first."
        return ""

    def reason_to_stay_public(self):
        """Why it cannot have the status it is given, or ""."""
        if self.status == self.Status.DRAFT and self.was_public():
            return "It was public: retract it, so that its address still says what became of it."
        if self.status != self.Status.PUBLISHED and (others := self.stands_for()):
            return f"It stands for {others}, merged into it: undo that first."
        return ""

    def stands_for(self):
        """The public ids of the published records merged into it, for a message."""
        if self.pk is None:
            return ""
        return ", ".join(other.public_id for other in self.merged.published())

    def was_public(self):
        """Whether readers have seen it: then it is retracted, never deleted."""
        if self.pk is None:
            return False
        return self.history.filter(status=self.Status.PUBLISHED).exists()

    # The public reason for which it was withdrawn, where an earlier record still lists it.
    withdrawn = ""
    # The revision that last changed what is shown of it, where that may be told.
    changed: Revision | None = None

    def retraction(self):
        """The revision that withdrew it from readers."""
        rows = self.history.select_related("revision").order_by("history_id")
        last_seen = rows.filter(status=self.Status.PUBLISHED).last()
        return rows.filter(history_id__gt=last_seen.history_id).first().revision

    def last_revision(self):
        """The last change of the record, of what is said of it, or of what it cites."""
        parts = [(model, "incident") for model in (Claim, Citation, IncidentKey)]
        return last_revision(self, *parts)

    @property
    def public_id(self):
        return public_id(self.serial)

    @property
    def days(self):
        """In how many days the attack may fall; 1 when the day is known, None when none is."""
        if self.earliest is None or self.latest is None:
            return None
        return (self.latest - self.earliest).days + 1


class IncidentChange(models.Model):
    """Which revision last changed what is shown of an incident; see `attacks.changes`."""

    incident = models.OneToOneField(
        Incident, models.CASCADE, primary_key=True, related_name="change"
    )
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            # What changed since a revision, in that order.
            models.Index(fields=["revision", "incident"], name="incident_changed_since"),
        ]

    def __str__(self):
        return f"{linked(self, 'incident')}, revision {self.revision_id}"


def next_serial():
    """The next number never used, also by records that were deleted since.

    Call it inside `revision()`: that lets one writer in at a time.
    """
    used = Incident.history.aggregate(last=Max("serial"))["last"]
    return (used or 0) + 1


class Citation(models.Model):
    """That a report describes an incident."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="citations")
    report = models.ForeignKey(Report, models.PROTECT, related_name="citations")

    history = history()
    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "report"], name="%(app_label)s_%(class)s_once"
            )
        ]

    def __str__(self):
        return str(linked(self, "report") or "a report")


class IncidentKey(models.Model):
    """The key of an incident in another system: the import's files, ACLED, UCDP."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="keys")
    system = models.SlugField(max_length=40, help_text="Such as csv, acled or ucdp.")
    key = models.CharField(max_length=120, validators=[key_format])

    history = history()
    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["system", "key"]
        constraints = [
            models.UniqueConstraint(fields=["system", "key"], name="%(app_label)s_%(class)s_once")
        ]

    def __str__(self):
        return f"{self.system}:{self.key}"


class Claim(models.Model):
    """What one report says somebody said of one incident. A later one never replaces it."""

    class Kind(models.TextChoices):
        RESPONSIBILITY = "responsibility", _("responsibility")
        DENIAL = "denial", _("denial of responsibility")
        NO_CLAIM = "no_claim", _("nobody has claimed it")
        ATTRIBUTION = "attribution", _("attribution")
        CASUALTY = "casualty", _("casualties")
        DAMAGE = "damage", _("damage")
        INTERCEPTION = "interception", _("interception")
        WEAPON = "weapon", _("weapon")
        DATE = "date", _("date")
        PLACE = "place", _("place")
        CONTEXT = "context", _("context")

    class Stance(models.TextChoices):
        AFFIRMS = "affirms", _("affirms")
        DENIES = "denies", _("denies")
        DISPUTES = "disputes", _("disputes (another side's version)")
        CORRECTS = "corrects", _("corrects (a later figure of the same side)")

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="claims")
    claimant = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        help_text="Empty: not named, or not known to us.",
    )
    claimant_text = models.CharField("claimant as printed", max_length=300, blank=True)
    speaker = models.CharField(max_length=300, blank=True, help_text="Person or office.")
    kind = models.CharField(max_length=20, choices=Kind)
    stance = models.CharField(max_length=10, choices=Stance, default=Stance.AFFIRMS)
    blamed = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claims_against",
        help_text="For an attribution.",
    )
    blamed_text = models.CharField("blamed, as printed", max_length=300, blank=True)
    killed_low = WholeNumberField(null=True, blank=True)
    killed_high = WholeNumberField(null=True, blank=True)
    injured_low = WholeNumberField(null=True, blank=True)
    injured_high = WholeNumberField(null=True, blank=True)
    whose = models.CharField(
        "whose casualties", max_length=100, blank=True, help_text="Empty: not said."
    )
    made_on = models.DateField(null=True, blank=True, validators=[sane_day])
    via = models.CharField(
        max_length=200, blank=True, help_text="Statement, briefing, Telegram ..."
    )
    summary = models.TextField(blank=True)
    report = models.ForeignKey(Report, models.PROTECT, null=True, blank=True, related_name="claims")

    history = history()
    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = [F("made_on").asc(nulls_last=True), "id"]
        indexes = [
            # Claim status, and what a group claims.
            models.Index(fields=["incident", "kind", "claimant"], name="claim_of_incident"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(killed_low__lte=F("killed_high")),
                name="%(app_label)s_%(class)s_killed_in_order",
                violation_error_message="Killed: the low figure is above the high one.",
            ),
            models.CheckConstraint(
                condition=Q(injured_low__lte=F("injured_high")),
                name="%(app_label)s_%(class)s_injured_in_order",
                violation_error_message="Injured: the low figure is above the high one.",
            ),
        ]

    def __str__(self):
        return f"{self.claimant_text or 'somebody'}: {self.get_kind_display()}"

    @property
    def states_figures(self):
        return any(
            figure is not None
            for figure in (
                self.killed_low,
                self.killed_high,
                self.injured_low,
                self.injured_high,
            )
        )


class CountingRule(models.Model):
    """What a counter counts, as far as its own words say; our house rule stands in `counting`."""

    organisation = models.OneToOneField(
        Organisation,
        models.PROTECT,
        related_name="counting_rule",
        help_text="Whose rule it is.",
    )
    since = models.DateField(
        null=True, blank=True, validators=[sane_day], help_text="The first local day it counts."
    )
    until = models.DateField(
        null=True, blank=True, validators=[sane_day], help_text="The last one. Empty: it goes on."
    )
    territory = models.CharField(
        max_length=200,
        blank=True,
        validators=[territory_format],
        help_text="ISO codes of the countries it covers, with ; between. Empty: any.",
    )
    unit = models.CharField(
        max_length=100, blank=True, help_text='What it counts, such as "strikes on facilities".'
    )
    counts_intercepted = models.BooleanField(
        "counts intercepted attacks",
        null=True,
        blank=True,
        help_text="Unknown: such an attack is possible in its count and never certain.",
    )
    counts_claims_alone = models.BooleanField(
        "counts claims that nobody else confirms",
        null=True,
        blank=True,
        help_text="Unknown: such an attack is possible in its count and never certain.",
    )
    claimed_by = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="It counts only what this armed group, or one of its side, claims. Empty: any.",
    )
    grades = models.CharField(
        max_length=200,
        blank=True,
        validators=[grades_format],
        help_text="The grades that count, with ; between; none means not graded. "
        "Empty: as the house rule, all but discounted.",
    )
    text = models.TextField(help_text="Public: the rule in plain words.")
    report = models.ForeignKey(
        Report,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="counting_rules",
        help_text="Where this was read.",
    )

    history = history()
    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(since__lte=F("until")),
                name="%(app_label)s_%(class)s_days_in_order",
                violation_error_message="The rule ends before it begins.",
            )
        ]

    def __str__(self):
        return f"Rule of {linked(self, 'organisation') or 'an organisation'}"


class RuleSite(models.Model):
    """That a counting rule counts the attacks on one site under another."""

    rule = models.ForeignKey(CountingRule, models.CASCADE, related_name="sites")
    base = models.ForeignKey(MilitaryBase, models.PROTECT, related_name="+")
    into = models.ForeignKey(
        MilitaryBase, models.PROTECT, related_name="+", verbose_name="counted under"
    )
    doubtful = models.BooleanField(
        default=False,
        help_text="Nobody says so for certain: its attacks are shown as borderline, not counted.",
    )

    history = history()
    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "base"],
                condition=Q(doubtful=False),
                name="%(app_label)s_%(class)s_folded_once",
                violation_error_message="This site is folded into another already.",
            ),
            models.UniqueConstraint(
                fields=["rule", "base", "into"], name="%(app_label)s_%(class)s_once"
            ),
            models.CheckConstraint(
                condition=~Q(base=F("into")),
                name="%(app_label)s_%(class)s_not_into_itself",
                violation_error_message="A site cannot be counted under itself.",
            ),
        ]

    def __str__(self):
        word = "may be counted" if self.doubtful else "counted"
        return f"{linked(self, 'base')} {word} under {linked(self, 'into')}"

    def clean(self):
        """A site is folded once: not into a folded one, nor while others are folded into it."""
        if self.doubtful or None in (self.rule_id, self.base_id, self.into_id):
            return
        folded = RuleSite.objects.filter(rule=self.rule_id, doubtful=False).exclude(pk=self.pk)
        if folded.filter(Q(base=self.into_id) | Q(into=self.base_id)).exists():
            raise ValidationError(
                "Count each site directly under the last one: sites are folded only once."
            )
