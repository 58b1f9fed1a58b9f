"""Pages of quoted figures: asking for one, making it, reading it, citing it."""

import math
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from attacks.filters import CountFilter
from attacks.models import Incident
from attacks.records import withdrawals
from bases.models import MilitaryBase
from config.clocks import CLOCKS, keeps
from config.keyset import backwards, beyond
from config.throttle import Scope, seconds_to_wait
from sources.recorded import Record

from .citations import Citation
from .figures import find, now, quote, refuse_unlisted, revision_of
from .models import Figure
from .questions import FIELDS, BadQuestion, read

PAGE = 50
INCIDENTS = 200  # on one page of a figure
NEWEST_FIRST = ("-created", "-id")
LABELS = {
    "query": _("Query"),
    "tally": _("Tally"),
    "place": _("Place"),
    "known_on": _("Known on"),
    "recorded_at": _("Recorded at"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def figures(request):
    return make(request) if request.method == "POST" else latest(request)


def latest(request):
    older, newer = (_beside(request.GET.get(name)) for name in ("older_than", "newer_than"))
    anchor = newer or older
    place = anchor and (anchor.created, anchor.id)
    order = backwards(NEWEST_FIRST) if newer else NEWEST_FIRST
    found = Figure.objects.select_related("revision").defer("incidents").order_by(*order)
    rows = list((found.filter(beyond(order, place)) if anchor else found)[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if newer:
        rows.reverse()
    context = {
        "figures": rows,
        "newer": rows[0].id if rows and (more if newer else older) else "",
        "older": rows[-1].id if rows and (newer or more) else "",
    }
    return render(request, "tallies/figures.html", context)


def _beside(figure_id):
    """The figure beside which a page of the list begins."""
    if not figure_id:
        return None
    found = Figure.objects.filter(pk=figure_id.replace("\0", "")).first()
    if found is None:
        raise Http404("There is no such page of this list.")
    return found


@keeps(*CLOCKS)
@require_safe
def new(request):
    """Shows what is asked and its value, with the one button that makes the address."""
    asked = _asked(request.GET)
    try:
        question = read(asked)
        refuse_unlisted(question)
        context = {"question": question, "asked": asked, "revision": revision_of(question)}
    except BadQuestion as error:
        return _refused(request, error)
    return render(request, "tallies/figure_new.html", context)


def make(request):
    asked = _asked(request.POST)
    try:
        figure = find(read(asked))
        if figure is None and (wait := seconds_to_wait(request, Scope.FIGURES)):
            return _too_many(request, wait)
        figure = figure or quote(asked)
    except BadQuestion as error:
        return _refused(request, error)
    return HttpResponseRedirect(figure.get_absolute_url(), status=303)


def _asked(params):
    return {name: params[name] for name in FIELDS if name in params}


def _refused(request, error):
    errors = [(_label(name), texts) for name, texts in error.errors.items()]
    return render(request, "tallies/figure_refused.html", {"errors": errors}, status=400)


def _label(name):
    known = CountFilter.base_filters.get(name)
    return known.label if known else LABELS.get(name, "")


def _too_many(request, wait):
    context = {"minutes": math.ceil(wait / 60)}
    response = render(request, "tallies/figure_too_many.html", context, status=429)
    response["Retry-After"] = str(wait)
    return response


@dataclass(frozen=True)
class Held:
    """An incident as a figure counted it. Of one withdrawn since, no more than the reason."""

    public_id: str
    attacks: int
    sure: bool
    row: Incident | None = None
    base: MilitaryBase | None = None
    withdrawn: str = ""


@require_safe
def figure(request, figure_id):
    figure = _figure(figure_id)
    current = now(figure)
    held = Paginator(list(reversed(figure.incidents or [])), INCIDENTS)
    page = held.get_page(request.GET.get("page"))
    return render(
        request,
        "tallies/figure.html",
        {
            "figure": figure,
            "parameters": _parameters(figure),
            "now": current,
            "same": (current.count, current.published) == (figure.count, figure.published),
            "list_then": _list(figure.list_query),
            "list_now": _list(current.list_query),
            "page": page,
            "held": _held(figure, page.object_list),
            "citation": _citation(request, figure),
        },
    )


def _figure(figure_id):
    return get_object_or_404(Figure.objects.select_related("revision"), pk=figure_id)


def _parameters(figure):
    """(label, values) of everything that was asked, as it stands in the question."""
    question = dict(figure.question)
    query = QueryDict(question.pop("query", ""))
    return [
        *((_label(name) or name, values) for name, values in query.lists()),
        *((_label(name), [text]) for name, text in question.items()),
    ]


def _list(query):
    return f"{reverse('attacks:incidents')}?{query}" if query else ""


def _held(figure, incidents):
    """These of its incidents, as our record stood then."""
    record = Record(figure.revision_id)
    serials = [serial for serial, _, _ in incidents]
    rows = {row.serial: row for row in record.rows(Incident).filter(serial__in=serials)}
    bases = record.by_id(MilitaryBase, [row.base_id for row in rows.values()])
    gone = withdrawals([row.id for row in rows.values()])
    return [
        Held(
            f"BW-{serial}",
            attacks,
            sure,
            row=(row := rows.get(serial)),
            base=row and bases.get(row.base_id),
            withdrawn=gone[row.id].reason if row and row.id in gone else "",
        )
        for serial, attacks, sure in incidents
    ]


def _citation(request, figure):
    url = request.build_absolute_uri(figure.get_absolute_url())
    return Citation(figure, url, timezone.now().date())


@require_safe
def bibtex(request, figure_id):
    citation = _citation(request, _figure(figure_id))
    return _download(citation.bibtex, "application/x-bibtex; charset=utf-8", citation, "bib")


@require_safe
def csl(request, figure_id):
    citation = _citation(request, _figure(figure_id))
    kind = "application/vnd.citationstyles.csl+json"
    return _download(citation.csl_json, kind, citation, "json")


def _download(text, kind, citation, ending):
    name = f'attachment; filename="{citation.key}.{ending}"'
    return HttpResponse(text, content_type=kind, headers={"Content-Disposition": name})
