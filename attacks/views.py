from dataclasses import dataclass
from functools import wraps

from django import forms
from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_filters import MultipleChoiceFilter

from config.clocks import CLOCKS, asks_of_a_clock, clock_query, keeps
from config.keyset import backwards, beyond
from config.throttle import Scope, looks_through_texts, seconds_to_wait
from pages.incident_parts import figures_stated, of_today, said_by_day
from pages.maps import locator
from sources.kept import last_revision
from sources.local_names import local_name
from sources.models import Revision
from sources.recorded import TODAY

from .answers import count, total_and_rows
from .basis import ClockForm
from .counting import GroupBy, reason_not_to_group
from .filters import CountFilter, IncidentFilter, incidents_queries, incidents_query
from .models import NEWEST_FIRST, Grade, Incident, serial_of
from .records import annotated, first_annotated, with_bases, with_documents
from .rules import HOUSE_TODAY
from .sentences import affirms_responsibility, nobody_claims, paragraph

PAGE = 50

YES_OR_NO = {
    "counted": {True: _("only attacks that count"), False: _("only records that do not count")},
    "claimant__isnull": {True: _("nobody named"), False: _("somebody named")},
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
    if name == "rule":
        return [(value, filters.basis.rule.local_name) for value in values]
    if hasattr(cleaned, "model"):
        names = {record.slug: local_name(record) for record in cleaned}
    else:
        names = dict(getattr(filters.form.fields[name], "choices", ()))
    return [(value, names.get(value, value)) for value in dict.fromkeys(values)]


# A circle is asked for by both or not at all.
TOGETHER = ("near", "radius_km")


def _without(params, name, value):
    rest = params.copy()
    for one in TOGETHER if name in TOGETHER else ():
        rest.pop(one, None)
    rest.setlist(name, [other for other in params.getlist(name) if other != value])
    return rest.urlencode()


def page_of(incidents, basis=HOUSE_TODAY, *, older_than="", newer_than=""):
    """A page of incidents, newest first, beginning beside a record: no count, no offset.

    It costs the same however long the list is, and new records do not shift it.
    """
    serial = serial_of(newer_than or older_than)
    anchor = basis.published().filter(serial=serial).first() if serial else None
    if (newer_than or older_than) and anchor is None:
        raise Http404("There is no such page of this list.")
    place = anchor and (anchor.earliest, anchor.id)
    if anchor and newer_than:
        nearest_first = backwards(NEWEST_FIRST)
        incidents = incidents.filter(beyond(nearest_first, place)).order_by(*nearest_first)
        rows = first_annotated(incidents, PAGE + 1, basis)
        has_newer, has_older = len(rows) > PAGE, True
        rows = rows[:PAGE][::-1]
    else:
        incidents = incidents.filter(beyond(NEWEST_FIRST, place)) if anchor else incidents
        rows = first_annotated(incidents.order_by(*NEWEST_FIRST), PAGE + 1, basis)
        has_newer, has_older = anchor is not None, len(rows) > PAGE
        rows = rows[:PAGE]
    # By what was known on a day, casualties are those stated until then.
    rows = with_documents(rows, basis) if basis.known_on else with_bases(rows, basis)
    if not rows:
        return Page(rows)
    return Page(
        rows,
        newer=rows[0].public_id if has_newer else "",
        older=rows[-1].public_id if has_older else "",
    )


def may_be_quoted(params):
    """What the rule leaves out is no number to quote, nor what merely changed lately."""
    return params.get("counted") != "false" and not params.get("updated_since")


def limits_searches(view):
    """Mark a view that looks through texts: one address may ask that only so often."""

    @wraps(view)
    def limited(request):
        wait = looks_through_texts(request.GET) and seconds_to_wait(request, Scope.SEARCHES)
        if not wait:
            return view(request)
        response = render(request, "attacks/too_many_searches.html", {"seconds": wait}, status=429)
        response.headers["Retry-After"] = str(wait)
        return response

    return limited


@keeps(*CLOCKS)
@require_safe
@limits_searches
def incidents(request):
    params = asked(request, IncidentFilter)
    filters = IncidentFilter(params, Incident.objects.published(), request=request)
    context = {"filters": filters, "query": params.urlencode()}
    if filters.is_valid():
        context |= {
            "active": active_filters(filters, params),
            "basis": filters.basis,
            "clock_query": clock_query(params),
            "count_query": incidents_query(params) if may_be_quoted(params) else "",
            "count": count(filters),
            "page": page_of(
                filters.qs,
                filters.basis,
                older_than=request.GET.get("older_than", ""),
                newer_than=request.GET.get("newer_than", ""),
            ),
        }
    status = 200 if filters.is_valid() or not asks_of_a_clock(request) else 400
    return render(request, "attacks/incidents.html", context, status=status)


@keeps(*CLOCKS)
@require_safe
def incident(request, public_id):
    clocks = ClockForm(request.GET)
    if not clocks.is_valid():
        return render(request, "attacks/bad_clock.html", {"clocks": clocks}, status=400)
    basis = clocks.basis
    row = Incident.objects.with_public_id(public_id).exclude(status=Incident.Status.DRAFT).first()
    retracted = row is not None and row.status == Incident.Status.RETRACTED
    if row is None or (retracted and not row.was_public()):
        raise Http404("No incident of that id is published.")
    # What was withdrawn from readers does not come back by asking for an earlier record.
    if retracted:
        context = {"public_id": row.public_id, "retraction": row.retraction()}
        return render(request, "attacks/retracted.html", context, status=410)
    rows = annotated(basis.published().filter(id=row.pk), basis)
    incident = next(iter(with_documents(rows, basis)), None)
    if incident is None:
        return render(
            request, "attacks/not_yet.html", {"incident": row, "basis": basis}, status=404
        )
    claims, as_of = incident.claims.all(), _last_day_on_record(basis)
    context = {
        "incident": incident,
        "basis": basis,
        "where": locator(incident.base),
        "sentences": paragraph(incident, as_of),
        "grade_definition": Grade(incident.grade).definition if incident.grade else "",
        "claims": claims,
        "said": said_by_day(claims),
        "figures": figures_stated(claims),
        "nobody_claims": "" if somebody_claims(claims) else nobody_claims(as_of),
        "reports": sorted(incident.reports.all(), key=_by_day_of_report),
        "keys": incident.keys.all(),
        "merged": with_bases(basis.published().filter(merged_into=row.pk), basis),
        "corrections_email": settings.CORRECTIONS_EMAIL,
    }
    # They would tell what was changed since.
    if not basis.known_on and basis.record == TODAY:
        context |= of_today(request, incident, context["sentences"])
    return render(request, "attacks/incident.html", context)


def somebody_claims(claims):
    """Whether anybody is on record as saying that they did it."""
    return any(affirms_responsibility(claim) for claim in claims)


def _last_day_on_record(basis):
    """The day up to which the statements shown are on record."""
    if basis.known_on:
        return basis.known_on
    if basis.record == TODAY:
        return last_revision().moment.date()
    return Revision.objects.get(number=basis.record.revision).moment.date()


def _by_day_of_report(report):
    return (report.published_earliest is None, report.published_earliest, report.pk)


class GroupByForm(forms.Form):
    group_by = forms.ChoiceField(choices=GroupBy.choices, label=_("Count by"))


@keeps(*CLOCKS)
@require_safe
@limits_searches
def counts(request):
    params = asked(request, CountFilter)
    filters = CountFilter(params, Incident.objects.all(), request=request)
    group_by = request.GET.get("group_by") or GroupBy.BASE
    grouping = GroupByForm({"group_by": group_by})
    context = {"filters": filters, "grouping": grouping, "query": params.urlencode()}
    # Both are checked, so that each bad value is shown at its field.
    valid = filters.is_valid() & grouping.is_valid()
    if valid and (refused := reason_not_to_group(group_by, filters.basis)):
        valid = False
        grouping.add_error("group_by", *refused.values())
    if valid:
        total, rows = total_and_rows(filters, group_by)
        query_of_row = incidents_queries(params)
        context |= {
            "active": active_filters(filters, params),
            "basis": filters.basis,
            "group_by": GroupBy(group_by),
            "total": total,
            "total_query": incidents_query(params),
            "rows": [(row, query_of_row(row.filters)) for row in rows],
        }
    status = 200 if valid or not asks_of_a_clock(request) else 400
    return render(request, "attacks/counts.html", context, status=status)
