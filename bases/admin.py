from django.contrib import admin
from django.db.models import Q

from sources.editing import CountriesInUse, RevisedAdmin, RevisedTabular

from .models import BaseName, ForcePresence, MilitaryBase
from .names import NameIndex


class BaseSearch:
    """Search that also finds a base, or what lies at it, by any spelling of the base's names."""

    base_lookup = "base__in"

    def also_found(self, text):
        bases = NameIndex.from_database().containing(text)
        return Q(**{self.base_lookup: [base.pk for base in bases]})

    def get_search_results(self, request, queryset, search_term):
        found, may_have_duplicates = super().get_search_results(request, queryset, search_term)
        if not search_term.strip():
            return found, may_have_duplicates
        as_usual = Q(pk__in=found.order_by().values("pk"))
        return queryset.filter(as_usual | self.also_found(search_term)), False


class BaseNameInline(RevisedTabular):
    model = BaseName


@admin.register(MilitaryBase)
class MilitaryBaseAdmin(BaseSearch, RevisedAdmin):
    base_lookup = "pk__in"
    list_display = ["name", "name_ar", "kind", "country", "governorate", "parent"]
    list_filter = [
        ("country", CountriesInUse),
        "kind",
        "coordinate_precision",
        ("latitude", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["parent"]
    # `BaseSearch` searches the further names.
    search_fields = ["name", "name_ar", "slug", "near", "governorate"]
    permanent = ["slug"]
    inlines = [BaseNameInline]
    fieldsets = [
        (None, {"fields": ["name", "name_ar", "slug", "kind", "parent"]}),
        (
            "Where",
            {
                "fields": [
                    "country",
                    "governorate",
                    "near",
                    ("latitude", "longitude"),
                    "coordinate_precision",
                ]
            },
        ),
        ("What is known of it", {"fields": [("in_use_from", "in_use_until"), "notes", "report"]}),
    ]


@admin.register(BaseName)
class BaseNameAdmin(BaseSearch, RevisedAdmin):
    list_display = ["name", "base", "language", "doubtful", "report"]
    list_filter = ["doubtful", "language"]
    list_select_related = ["base", "report"]
    search_fields = ["name", "base__name"]


@admin.register(ForcePresence)
class ForcePresenceAdmin(BaseSearch, RevisedAdmin):
    list_display = ["force_text", "force", "country", "base", "quantifier", "troops", "as_of"]
    list_filter = [("country", CountriesInUse), "quantifier"]
    list_select_related = ["force", "base"]
    date_hierarchy = "as_of"
    search_fields = ["force_text", "force__name", "mission", "key"]
