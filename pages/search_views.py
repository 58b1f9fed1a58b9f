from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from config.throttle import Scope, seconds_to_wait
from sources.lookups import LONGEST_TEXT

from . import searching

FACETS = {
    "country": _("Country"),
    "base": _("Base"),
    "weapon": _("Weapon"),
    "year": _("Year"),
}
# What has no list of its own that looks for a text: `of` asks for all that is found of one kind.
ALONE = {
    "organisations": searching.organisations,
    "tallies": searching.tallies,
    "reports": searching.reports,
}


@require_safe
def search(request):
    text = request.GET.get("q", "").replace("\0", " ").strip()
    if len(text) > LONGEST_TEXT:
        context = {"text": text[:LONGEST_TEXT], "longest": LONGEST_TEXT}
        return render(request, "pages/search.html", context, status=400)
    if not text:
        return render(request, "pages/search.html", {"text": ""})
    if wait := seconds_to_wait(request, Scope.SEARCHES):
        response = render(request, "attacks/too_many_searches.html", {"seconds": wait}, status=429)
        response.headers["Retry-After"] = str(wait)
        return response
    return render(request, "pages/search.html", {"text": text, **found(text, request.GET)})


def found(text, asked):
    kind = asked.get("of")
    if kind in ALONE:
        group = ALONE[kind](text, asked.get("page", "1"))
        if group.total:
            return {kind: group, "total": group.total, "of": kind, "page": group.page}
    return found_of_all_kinds(text)


def found_of_all_kinds(text):
    bases, facets = searching.bases(text), searching.facets(text)
    groups = {
        "bases": bases,
        "incidents": searching.incidents(text),
        "organisations": searching.organisations(text),
        "tallies": searching.tallies(text),
        "reports": searching.reports(text),
    }
    return groups | {
        "total": sum(group.total for group in groups.values()),
        "named": searching.base_names(bases.rows, text),
        "incidents_url": searching.incidents_url(text),
        "facets": [(FACETS[name], choices) for name, choices in facets.items() if choices],
    }
