from dataclasses import dataclass

from django import forms
from django.db.models import F
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_filters import MultipleChoiceFilter

from config.keyset import backwards, beyond

from .counting import GroupBy, count, count_by
from .filters import CountFilter, IncidentFilter, incidents_query
from .models import NEWEST_FIRST, Claim, Grade, Incident

PAGE = 50

YES_OR_NO = {
    "counted": {True: "only attacks that count", False: "only records that do not count"},
    "claimant__isnull": {True: "nobody named", False: "somebody named"},
}


@dataclass(frozen=True)
class ActiveFilter:
    label: str
    value: str
    without: str  # the query string that drops it


@dataclass(frozen=True)
class Page:
    """Rows of a list, and the records beside which the pages before and after it begin."""

    rows: list
    newer: str = ""
    older: str = ""


def asked(request, filters):
    """The parameters that a filter set knows, without the empty ones a plain form sends."""
    params = request.GET.copy()
    for name, values in list(params.lists()):
        # PostgreSQL refuses NUL in any text; replaced, it is one more value that fits nothing.
        kept = [value.replace("\0", "\N{REPLACEMENT CHARACTER}") for value in values if value]
        if name in filters.base_filters and kept:
            repeatable = isinstance(filters.base_filters[name], MultipleChoiceFilter)
            params.setlist(name, kept if repeatable else kept[-1:])
        else:
            del params[name]
    return params


def active_filters(filters, params):
    return [
        ActiveFilter(filters.filters[name].label, text, _without(params, name, value))
        for name, values in params.lists()
        for value, text in _value_texts(filters, name, values)
    ]


def _value_texts(filters, name, values):
    """Each value of a parameter with the words that say what it asks for."""
    cleaned = filters.form.cleaned_data[name]
    if name in YES_OR_NO:
        return [(value, YES_OR_NO[name][cleaned]) for value in values if cleaned is not None]
    if hasattr(cleaned, "model"):
        names = {record.slug: record.name for record in cleaned}
    else:
        names = dict(getattr(filters.form.fields[name], "choices", ()))
    return [(value, names.get(value, value)) for value in dict.fromkeys(values)]


def _without(params, name, value):
    rest = params.copy()
    rest.setlist(name, [other for other in params.getlist(name) if other != value])
    return rest.urlencode()


def page_of(incidents, *, older_than="", newer_than=""):
    """A page of incidents, newest first, beginning beside a record: no count, no offset.

    It costs the same however long the list is, and new records do not shift it.
    """
    anchor = Incident.objects.published().with_public_id(newer_than or older_than).first()
    if (newer_than or older_than) and anchor is None:
        raise Http404("There is no such page of this list.")
    place = anchor and (anchor.earliest, anchor.pk)
    if anchor and newer_than:
        nearest_first = backwards(NEWEST_FIRST)
        incidents = incidents.filter(beyond(nearest_first, place)).order_by(*nearest_first)
        rows = list(incidents[: PAGE + 1])
        has_newer, has_older = len(rows) > PAGE, True
        rows = rows[:PAGE][::-1]
    else:
        incidents = incidents.filter(beyond(NEWEST_FIRST, place)) if anchor else incidents
        rows = list(incidents.in_order()[: PAGE + 1])
        has_newer, has_older = anchor is not None, len(rows) > PAGE
        rows = rows[:PAGE]
    if not rows:
        return Page(rows)
    return Page(
        rows,
        newer=rows[0].public_id if has_newer else "",
        older=rows[-1].public_id if has_older else "",
    )


@require_safe
def incidents(request):
    params = asked(request, IncidentFilter)
    filters = IncidentFilter(params, Incident.objects.published(), request=request)
    context = {"filters": filters, "query": params.urlencode()}
    if filters.is_valid():
        context |= {
            "active": active_filters(filters, params),
            "count": count(filters.qs, filters.window),
            "page": page_of(
                filters.qs.with_claim_status().with_counts().select_related("base"),
                older_than=request.GET.get("older_than", ""),
                newer_than=request.GET.get("newer_than", ""),
            ),
        }
    return render(request, "attacks/incidents.html", context)


@require_safe
def incident(request, public_id):
    incident = (
        Incident.objects.with_public_id(public_id)
        .exclude(status=Incident.Status.DRAFT)
        .with_claim_status()
        .with_counts()
        .select_related("base", "merged_into")
        .first()
    )
    retracted = incident is not None and incident.status == Incident.Status.RETRACTED
    if incident is None or (retracted and not incident.was_public()):
        raise Http404("No incident of that id is published.")
    if retracted:
        context = {"public_id": incident.public_id, "retraction": incident.retraction()}
        return render(request, "attacks/retracted.html", context, status=410)
    return render(
        request,
        "attacks/incident.html",
        {
            "incident": incident,
            "grade_definition": Grade(incident.grade).definition if incident.grade else "",
            "claims": Claim.objects.filter(incident=incident).select_related(
                "claimant", "blamed", "report__publisher"
            ),
            "reports": incident.reports.select_related("publisher").order_by(
                F("published_earliest").asc(nulls_last=True), "id"
            ),
            "keys": incident.keys.all(),
            "merged": incident.merged.published(),
            "last_change": incident.last_revision(),
        },
    )


class GroupByForm(forms.Form):
    group_by = forms.ChoiceField(choices=GroupBy.choices, label="Count by")


@require_safe
def counts(request):
    params = asked(request, CountFilter)
    filters = CountFilter(params, Incident.objects.all(), request=request)
    group_by = request.GET.get("group_by") or GroupBy.BASE
    grouping = GroupByForm({"group_by": group_by})
    context = {"filters": filters, "grouping": grouping, "query": params.urlencode()}
    # Both are checked, so that each bad value is shown at its field.
    if filters.is_valid() & grouping.is_valid():
        context |= {
            "active": active_filters(filters, params),
            "group_by": GroupBy(group_by),
            "total": count(filters.qs, filters.window),
            "total_query": incidents_query(params),
            "rows": [
                (row, incidents_query(params, row.filters))
                for row in count_by(filters.qs, group_by, filters.window)
            ],
        }
    return render(request, "attacks/counts.html", context)
