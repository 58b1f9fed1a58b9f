from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget

from .editing import CountriesInUse, RevisedAdmin, RevisedForm, RevisedTabular
from .models import Organisation, OrganisationName, Report, Revision
from .reports import report_key


class OrganisationNameInline(RevisedTabular):
    model = OrganisationName


@admin.register(Organisation)
class OrganisationAdmin(RevisedAdmin):
    list_display = ["name", "name_ar", "kind", "country", "parent"]
    list_filter = ["kind", ("country", CountriesInUse)]
    list_select_related = ["parent"]
    search_fields = ["name", "name_ar", "slug", "url", "names__name"]
    permanent = ["slug"]
    inlines = [OrganisationNameInline]


@admin.register(OrganisationName)
class OrganisationNameAdmin(RevisedAdmin):
    list_display = ["name", "organisation", "language", "report"]
    list_filter = ["language"]
    list_select_related = ["organisation", "report"]
    search_fields = ["name", "organisation__name"]


class ReportForm(RevisedForm):
    key = forms.CharField(
        required=False,
        max_length=120,
        widget=AdminTextInputWidget,
        help_text="Letters, digits, and : . _ - only. Empty: made from the address.",
    )

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("key") and not {"key", "url"} & set(self.errors):
            if cleaned.get("url"):
                cleaned["key"] = report_key(cleaned["url"])
            else:
                self.add_error("key", "A report without an address needs a key.")
        return cleaned


@admin.register(Report)
class ReportAdmin(RevisedAdmin):
    form = ReportForm
    list_display = ["label", "publisher", "published_earliest", "published_latest", "language"]
    list_filter = ["language", ("publisher", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["publisher"]
    date_hierarchy = "published_latest"
    search_fields = ["title", "url", "key", "publisher__name"]
    fields = [
        "url",
        "title",
        "publisher",
        "language",
        ("published_earliest", "published_latest"),
        "published_basis",
        "accessed_on",
        "key",
        "note",
    ]


@admin.register(Revision)
class RevisionAdmin(admin.ModelAdmin):
    """To read: revisions are made by what they contain and are never changed."""

    list_display = ["number", "moment", "who", "origin", "reason"]
    list_filter = ["origin", ("who", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["who"]
    date_hierarchy = "moment"
    search_fields = ["reason", "who__username"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
