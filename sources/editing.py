"""How editors write facts in the admin: one action is one revision, with a public reason.

Every admin of a model that states a fact is a `RevisedAdmin`, its inlines are `RevisedTabular` or
`RevisedStacked`. They also give every foreign key an autocomplete field.
"""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.widgets import (
    AdminTextareaWidget,
    AdminTextInputWidget,
    AutocompleteSelect,
)
from django.core.exceptions import (
    BadRequest,
    ObjectDoesNotExist,
    PermissionDenied,
    ValidationError,
)
from django.db import IntegrityError, models
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from simple_history.admin import SimpleHistoryAdmin

from .countries import country_name
from .models import Revision
from .revisions import last_revision, revision

ENTERED = "Entered in the admin"
CORRECTED = "Corrected in the admin"
DELETED = "Deleted in the admin"
REVERTED = "Reverted in the admin to an earlier version"


class ReasonField(forms.CharField):
    """Why the record changes. It is no part of the record, so typing one changes nothing."""

    def __init__(self, **kwargs):
        super().__init__(
            label="Reason (public)",
            required=False,
            max_length=500,
            widget=AdminTextInputWidget,
            **kwargs,
        )

    def has_changed(self, initial, data):
        return False


def stated_reason(request, default):
    try:
        return ReasonField().clean(request.POST.get("reason")) or default
    except ValidationError:
        return default  # the form shows the error, and nothing is written


class RevisedForm(forms.ModelForm):
    reason = ReasonField()
    # The last change that the editor saw, so that nobody overwrites what came after it.
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    parts = ()  # the models of the inlines, each with the name of its foreign key

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        default = CORRECTED if self.instance.pk else ENTERED
        self.fields["reason"].widget.attrs["placeholder"] = default
        self.fields["reason"].help_text = f"Empty: “{default}”."
        self.last = last_revision(self.instance, *self.parts) if self.instance.pk else None
        self.fields["seen"].initial = self.last and self.last.number

    def clean(self):
        cleaned = super().clean()
        seen = cleaned.get("seen")
        if seen is not None and self.last and self.last.number != seen:
            raise ValidationError(
                f"{self.last.who or 'An import'} changed this since you opened it (revision "
                f"{self.last.number}: {self.last.reason}). Nothing was saved. Open the page again "
                "in another tab and enter your changes there."
            )
        return cleaned

    def _get_validation_exclusions(self):
        # Django leaves out what is not in the form, and with the id the constraints that name it
        # ("not merged into itself"): those would then fail in the database.
        return super()._get_validation_exclusions() - {self.instance._meta.pk.name}


class RevisedActionForm(ActionForm):
    reason = ReasonField()


class KnownRowSelect(AutocompleteSelect):
    """Autocomplete that does not ask the database for a chosen row that is already at hand."""

    row = None

    def optgroups(self, name, value, attr=None):
        if self.row is None or value != [str(self.row.pk)]:
            return super().optgroups(name, value, attr)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        options.append(self.create_option(name, self.row.pk, str(self.row), True, len(options)))
        return [(None, options, 0)]


class AutocompleteKeys:
    """Every foreign key is found by typing; no page lists a whole table."""

    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})}}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs["widget"] = KnownRowSelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class RowForm(forms.ModelForm):
    """A row of an inline, whose related rows were fetched with it (`RevisedInline`)."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, row in self.instance._state.fields_cache.items():
            select = getattr(getattr(self.fields.get(name), "widget", None), "widget", None)
            if isinstance(select, KnownRowSelect):
                select.row = row


class RevisedInline(AutocompleteKeys):
    form = RowForm
    extra = 1
    show_change_link = True

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else self.extra

    def get_queryset(self, request):
        keys = [field.name for field in self.opts.concrete_fields if field.many_to_one]
        return super().get_queryset(request).select_related(*keys)


class RevisedTabular(RevisedInline, admin.TabularInline):
    pass


class RevisedStacked(RevisedInline, admin.StackedInline):
    pass


class RevisedAdmin(AutocompleteKeys, SimpleHistoryAdmin):
    form = RevisedForm
    # What addresses, files and quoted figures name a record by: given once, when it is entered.
    permanent = ()
    action_form = RevisedActionForm
    # What an action gives as its reason when the editor gives none.
    action_reasons = {"delete_selected": DELETED}
    delete_confirmation_template = "admin/delete_with_reason.html"
    delete_selected_confirmation_template = "admin/delete_selected_with_reason.html"
    object_history_list_template = "admin/history_rows.html"
    history_list_per_page = 25

    # One action, one revision

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        default = CORRECTED if object_id else ENTERED
        return self._in_one_revision(
            request, default, super().changeform_view, object_id, form_url, extra_context
        )

    def delete_view(self, request, object_id, extra_context=None):
        return self._in_one_revision(
            request, DELETED, super().delete_view, object_id, extra_context
        )

    def changelist_view(self, request, extra_context=None):
        if any("\0" in value for name in request.GET for value in request.GET.getlist(name)):
            raise BadRequest("A list cannot be asked for NUL.")
        default = self.action_reasons.get(request.POST.get("action"), CORRECTED)
        return self._in_one_revision(request, default, super().changelist_view, extra_context)

    def get_search_results(self, request, queryset, search_term):
        # PostgreSQL refuses NUL in any text; replaced, it is one more character that fits nothing.
        term = search_term.replace("\0", "\N{REPLACEMENT CHARACTER}")
        return super().get_search_results(request, queryset, term)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        if not (object_id.isdecimal() and version_id.isdecimal()):
            raise Http404
        # The view itself asks for permission to look, also before it writes.
        if request.method == "POST" and not self.has_change_permission(request):
            raise PermissionDenied
        try:
            return self._in_one_revision(
                request, REVERTED, super().history_form_view, object_id, version_id, extra_context
            )
        except ObjectDoesNotExist:
            self.message_user(
                request, "That version names a record that was deleted since.", messages.ERROR
            )
            url = f"admin:{self.opts.app_label}_{self.opts.model_name}_history"
            return HttpResponseRedirect(reverse(url, args=[object_id]))

    def _in_one_revision(self, request, default_reason, view, *args):
        if request.method != "POST":
            return view(request, *args)
        reason = stated_reason(request, default_reason)
        try:
            with revision(reason, who=request.user, origin=Revision.Origin.ADMIN):
                return view(request, *args)
        except IntegrityError:
            # The forms check every constraint; what still fails here was written meanwhile.
            self.message_user(
                request,
                "Nothing was saved: it contradicts another record, perhaps one that somebody"
                " saved or deleted at this moment. Please look and try again.",
                messages.ERROR,
            )
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request, obj, form, change):
        if not change or differs_from_record(obj):
            super().save_model(request, obj, form, change)

    def get_deleted_objects(self, objs, request):
        deleted, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        # What is cited cannot be deleted by anybody; a permission would not help.
        return deleted, counts, set() if protected else perms_needed, protected

    # The reason stands last in the form, for those who may write

    def get_fields(self, request, obj=None):
        names = super().get_fields(request, obj)
        return [name for name in names if name not in ("reason", "seen")]

    def get_readonly_fields(self, request, obj=None):
        given = self.permanent if obj else ()
        return [*super().get_readonly_fields(request, obj), *given]

    def get_prepopulated_fields(self, request, obj=None):
        # Not as an attribute: the page of an earlier version would look for the field.
        return {} if obj else {name: ["name"] for name in self.permanent if name == "slug"}

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.parts = [
            (inline.model, field.name)
            for inline in self.inlines
            for field in inline.model._meta.concrete_fields
            if field.related_model is self.model
        ]
        return form

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj and not self.has_change_permission(request, obj):
            return fieldsets
        return [*fieldsets, ("This change", {"fields": ["reason", "seen"]})]

    def get_changeform_initial_data(self, request):
        """What the address prefills, less what the field would refuse (or fail to show)."""
        fields = {field.name: field for field in self.opts.concrete_fields}
        return {
            name: value
            for name, value in super().get_changeform_initial_data(request).items()
            if name in fields and _accepts(fields[name], value)
        }

    # History

    def history_view(self, request, object_id, extra_context=None):
        if not object_id.isdecimal():
            raise Http404
        return super().history_view(request, object_id, extra_context)

    def get_history_queryset(self, request, history_manager, pk_name, object_id):
        rows = super().get_history_queryset(request, history_manager, pk_name, object_id)
        return rows.select_related("revision__who")


def differs_from_record(obj):
    """Whether saving would change what is on record (always, where it was deleted)."""
    stored = type(obj)._base_manager.filter(pk=obj.pk).values().first()
    return stored is None or any(
        stored[field.attname] != getattr(obj, field.attname) for field in obj._meta.concrete_fields
    )


def _accepts(field, value):
    try:
        field.clean(value, None)
    except ValidationError:
        return False
    return True


class CountriesInUse(admin.AllValuesFieldListFilter):
    """The countries that stand in the table, by name; ISO has 249."""

    def choices(self, changelist):
        everything, *countries = super().choices(changelist)
        yield everything
        for choice in countries:
            yield choice | {"display": country_name(choice["display"]) or "none"}
