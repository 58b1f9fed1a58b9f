from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.models import BaseInlineFormSet
from django.utils.html import format_html_join

from bases.admin import BaseSearch
from sources.editing import (
    CountriesInUse,
    RevisedAdmin,
    RevisedForm,
    RevisedStacked,
    RevisedTabular,
)
from sources.models import Organisation
from sources.revisions import update_all

from .claim_status import ClaimStatus
from .models import Citation, Claim, CountingRule, Grade, Incident, IncidentKey, RuleSite
from .rule_imports import Fold

CLAIM_FIELDS = [
    ("claimant", "claimant_text"),
    "speaker",
    ("kind", "stance"),
    ("blamed", "blamed_text"),
    ("killed_low", "killed_high", "injured_low", "injured_high"),
    "whose",
    ("made_on", "via"),
    "summary",
    "report",
]


class ClaimInline(RevisedStacked):
    model = Claim
    fields = CLAIM_FIELDS


class CitationInline(RevisedTabular):
    model = Citation
    verbose_name_plural = "reports that describe it"


class IncidentKeyInline(RevisedTabular):
    model = IncidentKey
    verbose_name_plural = "keys in other systems"


class IncidentForm(RevisedForm):
    class Meta:
        help_texts = {
            "grade": format_html_join(
                "", "<b>{}</b>: {}<br>", [(grade.label, grade.definition) for grade in Grade]
            )
            + "Empty: nobody has graded it, and it counts.",
            "status": "Only published incidents are counted. One that was ever published can be"
            " retracted but not deleted.",
        }


class ClaimStatusFilter(admin.SimpleListFilter):
    title = "claim status"
    parameter_name = "claim_status"

    def lookups(self, request, model_admin):
        return ClaimStatus.choices

    def queryset(self, request, queryset):
        # Annotated by IncidentAdmin.get_queryset.
        return queryset.filter(claim_status=self.value()) if self.value() else queryset


@admin.register(Incident)
class IncidentAdmin(BaseSearch, RevisedAdmin):
    form = IncidentForm
    list_display = [
        "public_id",
        "base",
        "earliest",
        "latest",
        "weapon",
        "outcome",
        "attack_count",
        "claim_status",
        "grade",
        "status",
    ]
    list_display_links = ["public_id", "base"]
    list_filter = [
        "status",
        "grade",
        ClaimStatusFilter,
        "weapon",
        "outcome",
        ("base__country", CountriesInUse),
        ("merged_into", admin.EmptyFieldListFilter),
        ("base", admin.RelatedOnlyFieldListFilter),
    ]
    date_hierarchy = "earliest"
    search_fields = ["summary", "summary_ar", "base__name", "keys__key"]
    search_help_text = "A public id, a base by any of its names, words of the summary, or a key."
    readonly_fields = ["public_id", "claim_status"]
    actions = ["publish", "retract"]
    action_reasons = {"publish": "Published in the admin", "retract": "Retracted in the admin"}
    inlines = [ClaimInline, CitationInline, IncidentKeyInline]
    fieldsets = [
        (None, {"fields": [("public_id", "claim_status"), "status"]}),
        (
            "Where and when",
            {"fields": ["base", ("earliest", "latest"), ("local_time", "local_time_text")]},
        ),
        (
            "What happened",
            {
                "fields": [
                    "attack_count",
                    ("weapon", "munitions"),
                    "outcome",
                    ("killed_low", "killed_best", "killed_high"),
                    ("injured_low", "injured_best", "injured_high"),
                    "material_damage",
                    "summary",
                    "summary_ar",
                ]
            },
        ),
        ("How sure", {"fields": ["grade", "merged_into", "internal_note"]}),
    ]

    def get_queryset(self, request):
        # With the base also for autocomplete, which names incidents by it.
        return super().get_queryset(request).with_claim_status().select_related("base")

    def also_found(self, text):
        of_that_id = Incident.objects.with_public_id(text.strip().upper())
        return super().also_found(text) | Q(pk__in=of_that_id)

    @admin.display(ordering="serial")
    def public_id(self, incident):
        return incident.public_id if incident.pk else "given when saved"

    @admin.display(ordering="claim_status")
    def claim_status(self, incident):
        # Neither a new incident nor an earlier version of one has it.
        status = getattr(incident, "claim_status", None)
        return ClaimStatus(status).label if status else "derived from the claims"

    def get_view_on_site_url(self, obj=None):
        is_public = obj is not None and obj.status == Incident.Status.PUBLISHED
        return super().get_view_on_site_url(obj) if is_public else None

    # What was public stays on record: it is retracted, not deleted

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.was_public())

    @admin.action(description="Publish selected incidents", permissions=["change"])
    def publish(self, request, queryset):
        incidents = queryset.exclude(status=Incident.Status.PUBLISHED)
        unready = incidents.filter(Q(base=None) | Q(earliest=None) | Q(latest=None))
        merged = incidents.exclude(merged_into=None).select_related("merged_into")
        reasons = [reason for one in merged if (reason := one.reason_not_to_merge())]
        if unready:
            names = ", ".join(incident.public_id for incident in unready)
            reasons.insert(0, f"These have no base, or not both days: {names}")
        if reasons:
            told = f"Nothing was published. {' '.join(reasons)}"
            self.message_user(request, told, messages.ERROR)
        else:
            self._set_status(request, incidents, Incident.Status.PUBLISHED)

    @admin.action(description="Retract selected incidents", permissions=["change"])
    def retract(self, request, queryset):
        incidents = queryset.filter(status=Incident.Status.PUBLISHED)
        needed = [
            f"{incident.public_id} stands for {others}"
            for incident in incidents.filter(merged__status=Incident.Status.PUBLISHED).distinct()
            if (others := incident.stands_for())
        ]
        if needed:
            self.message_user(
                request,
                f"Nothing was retracted. {'; '.join(needed)}: undo the merging first.",
                messages.ERROR,
            )
        else:
            self._set_status(request, incidents, Incident.Status.RETRACTED)

    def _set_status(self, request, incidents, status):
        incidents = list(incidents)
        for incident in incidents:
            incident.status = status
        update_all(incidents, ["status"])
        LogEntry.objects.log_actions(request.user.pk, incidents, CHANGE, f"Now {status.label}.")
        self.message_user(request, f"Incidents now {status.label}: {len(incidents)}.")


@admin.register(Claim)
class ClaimAdmin(RevisedAdmin):
    list_display = ["__str__", "incident", "stance", "claimant", "blamed", "made_on", "report"]
    list_filter = ["kind", "stance", ("claimant", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["incident__base", "claimant", "blamed", "report"]
    date_hierarchy = "made_on"
    search_fields = ["claimant_text", "claimant__name", "speaker", "blamed_text", "summary"]
    fields = ["incident", *CLAIM_FIELDS]


@admin.register(Citation)
class CitationAdmin(RevisedAdmin):
    list_display = ["incident", "report"]
    list_select_related = ["incident__base", "report"]
    search_fields = ["report__title", "report__url", "report__key", "incident__base__name"]


@admin.register(IncidentKey)
class IncidentKeyAdmin(RevisedAdmin):
    list_display = ["system", "key", "incident"]
    list_filter = ["system"]
    list_select_related = ["incident__base"]
    search_fields = ["key", "system"]


class RuleSiteFormSet(BaseInlineFormSet):
    def clean(self):
        """Refuse rows that contradict each other; each alone is held against what is stored."""
        super().clean()
        rows = (getattr(form, "cleaned_data", {}) for form in self.forms)
        sites = [
            (row["base"], Fold(row["base"].pk, row["into"].pk, row.get("doubtful", False)))
            for row in rows
            if row.get("base") and row.get("into") and not row.get("DELETE")
        ]
        refused = {
            base.name
            for place, (base, fold) in enumerate(sites)
            for _, other in sites[:place]
            if fold.contradicts(other)
        }
        if refused:
            raise ValidationError(
                f"These rows contradict others: {', '.join(sorted(refused))}. Count each site "
                "once, directly under the last one."
            )


class RuleSiteInline(RevisedTabular):
    model = RuleSite
    formset = RuleSiteFormSet
    verbose_name_plural = "sites that it counts under others"


class CountingRuleForm(RevisedForm):
    def clean_claimed_by(self):
        group = self.cleaned_data["claimed_by"]
        if group and group.kind != Organisation.Kind.ARMED_GROUP:
            raise ValidationError("It is no armed group: only those claim attacks.")
        return group


@admin.register(CountingRule)
class CountingRuleAdmin(RevisedAdmin):
    form = CountingRuleForm
    list_display = [
        "organisation",
        "since",
        "until",
        "territory",
        "unit",
        "counts_intercepted",
        "counts_claims_alone",
        "claimed_by",
        "report",
    ]
    list_filter = ["counts_intercepted", "counts_claims_alone"]
    list_select_related = ["organisation", "claimed_by", "report"]
    search_fields = ["organisation__name", "organisation__names__name", "text", "unit"]
    inlines = [RuleSiteInline]
    fieldsets = [
        (None, {"fields": ["organisation", "text", "report"]}),
        ("When and where", {"fields": [("since", "until"), "territory"]}),
        (
            "What counts",
            {
                "fields": [
                    "unit",
                    ("counts_intercepted", "counts_claims_alone"),
                    "claimed_by",
                    "grades",
                ]
            },
        ),
    ]


@admin.register(RuleSite)
class RuleSiteAdmin(BaseSearch, RevisedAdmin):
    list_display = ["base", "into", "doubtful", "rule"]
    list_filter = ["doubtful", ("rule__organisation", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["base", "into", "rule__organisation"]
    search_fields = ["base__name", "into__name", "rule__organisation__name"]
