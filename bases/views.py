from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from attacks.answers import count_at, count_by_site
from attacks.counting import NO_ATTACKS
from attacks.models import Incident
from attacks.records import first_annotated, with_bases
from attacks.views import active_filters, asked
from config.pages import kept_page
from pages import base_charts
from pages.maps import locator
from sources.models import Organisation
from sources.revisions import last_revision
from tallies.models import PublishedTally

from .filters import BaseFilter
from .models import BaseName, ForcePresence, MilitaryBase

LATEST_INCIDENTS = 20
# Of what our record holds, in the order of the page.
CHARTS = (
    base_charts.timeline,
    base_charts.weapons,
    base_charts.claimants,
    base_charts.casualties,
)


@kept_page
@require_safe
def bases(request):
    params = asked(request, BaseFilter)
    bases = MilitaryBase.objects.order_by("country", "name", "id")
    filters = BaseFilter(params, bases, request=request)
    context = {"filters": filters, "query": params.urlencode()}
    if filters.is_valid():
        context |= {"active": active_filters(filters, params), **_with_counts(filters.qs)}
    return render(request, "bases/list.html", context)


def _with_counts(bases):
    """Rows of bases with our count there, and with the number in the latest full list."""
    counts = count_by_site()
    tally = (
        PublishedTally.objects.filter(counter__slug=settings.DEFAULT_COUNTER)
        .full_lists()
        .latest_first()
        .select_related("counter", "report")
        .first()
    )
    lines = {line.base_id: line for line in tally.lines.all()} if tally else {}
    rows = [
        {"base": base, "count": counts.get(base.pk, NO_ATTACKS), "line": lines.get(base.pk)}
        for base in bases
    ]
    return {"rows": rows, "tally": tally}


@kept_page
@require_safe
def base(request, slug):
    base = get_object_or_404(
        MilitaryBase.objects.select_related("parent", "report__publisher"), slug=slug
    )
    newest_first = Incident.objects.published().filter(base=base).in_order()
    lines = _published_lines(base)
    return render(
        request,
        "bases/detail.html",
        {
            "base": base,
            "where": locator(base),
            "names": base.names.select_related("report__publisher"),
            "printed": _names_printed(lines),
            "parts": base.parts.all(),
            "count": count_at(base),
            "incidents": with_bases(first_annotated(newest_first, LATEST_INCIDENTS)),
            "lines": lines,
            # Made where the page does not keep them already.
            "published_chart": lambda: base_charts.published(base, lines),
            "charts": lambda: [make(base) for make in CHARTS],
            "presences": ForcePresence.objects.filter(base=base).select_related(
                "force", "report__publisher"
            ),
            "last_change": last_revision(base, (BaseName, "base")),
        },
    )


def _published_lines(base):
    """What was published of it: each counter's numbers together, newest first."""
    tallies = PublishedTally.objects.latest_first().filter(lines__base=base)
    order = {pk: place for place, pk in enumerate(tallies.values_list("pk", flat=True))}
    return sorted(
        base_charts.lines_of(base),
        key=lambda line: (line.tally.counter.name, line.tally.counter_id, order[line.tally_id]),
    )


@dataclass(frozen=True)
class Printed:
    """A name by which a counter listed the base: how often, and in which lists first and last."""

    name: str
    counter: Organisation
    times: int
    first: PublishedTally
    last: PublishedTally


def _names_printed(lines):
    """By counter, the name used most often first; `lines` are in the order of the page."""
    found = defaultdict(list)
    for line in lines:
        if line.name_as_printed:
            found[line.tally.counter_id, line.name_as_printed].append(line.tally)
    names = [
        Printed(name, tallies[0].counter, len(tallies), tallies[-1], tallies[0])
        for (_counter, name), tallies in found.items()
    ]
    return sorted(names, key=lambda one: (one.counter.name, -one.times, one.name))
