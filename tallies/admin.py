from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet

from bases.admin import BaseSearch
from sources.editing import CountriesInUse, RevisedAdmin, RevisedTabular

from .models import AcceptedFinding, Figure, PublishedTally, TallyLine


class TallyLineFormSet(BaseInlineFormSet):
    def clean(self):
        """Refuse a line without a base that stands twice; Django compares those with one."""
        super().clean()
        lines = (getattr(form, "cleaned_data", {}) for form in self.forms)
        places = [
            (line.get("country"), line.get("name_as_printed"))
            for line in lines
            if line and not line.get("base") and not line.get("DELETE")
        ]
        if repeated := {
            name or country for country, name in places if places.count((country, name)) > 1
        }:
            raise ValidationError(f"Listed twice: {', '.join(sorted(repeated))}.")


class TallyLineInline(RevisedTabular):
    model = TallyLine
    formset = TallyLineFormSet


@admin.register(PublishedTally)
class PublishedTallyAdmin(RevisedAdmin):
    permanent = ["key"]
    list_display = [
        "key",
        "counter",
        "report",
        "counting_since",
        "counting_until",
        "quantifier",
        "total",
        "coverage",
        "territory",
    ]
    list_filter = ["coverage", ("counter", admin.RelatedOnlyFieldListFilter), "quantifier"]
    list_select_related = ["counter", "report"]
    date_hierarchy = "counting_until"
    search_fields = ["key", "counter__name", "counter__names__name", "report__title", "note"]
    inlines = [TallyLineInline]
    fields = [
        "key",
        "counter",
        "report",
        ("counting_since", "counting_until"),
        ("quantifier", "total"),
        "coverage",
        ("territory", "territory_text"),
        "note",
    ]


@admin.register(TallyLine)
class TallyLineAdmin(BaseSearch, RevisedAdmin):
    list_display = ["name_as_printed", "number", "base", "country", "tally", "position"]
    list_filter = [("country", CountriesInUse), ("base", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["base", "tally"]
    search_fields = ["name_as_printed", "base__name", "tally__key"]


@admin.register(AcceptedFinding)
class AcceptedFindingAdmin(BaseSearch, RevisedAdmin):
    list_display = ["kind", "tally", "other", "base", "country", "amount", "why", "report"]
    list_filter = [
        "kind",
        ("tally__counter", admin.RelatedOnlyFieldListFilter),
        ("base", admin.RelatedOnlyFieldListFilter),
        ("country", CountriesInUse),
    ]
    list_select_related = ["tally", "other", "base", "report"]
    search_fields = ["tally__key", "other__key", "base__name", "why"]
    fieldsets = [
        ("Which finding", {"fields": ["kind", ("tally", "other"), ("base", "country"), "amount"]}),
        ("Why it is so", {"fields": ["why", "report"]}),
    ]


@admin.register(Figure)
class FigureAdmin(admin.ModelAdmin):
    """To read: a quoted figure is made on the site and never changes."""

    list_display = ["title", "value", "revision", "created"]
    list_select_related = ["revision"]
    date_hierarchy = "created"

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
