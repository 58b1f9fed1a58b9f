"""What was changed in the record, newest first, each with its public reason."""

from django.conf import settings
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from config.pages import kept_page
from tallies.corrections import corrections, with_touched

PAGE = 30
NAMED = 5  # of each kind, with one correction

NOUNS = {
    "incidents": _("Incidents"),
    "tallies": _("Published tallies"),
    "bases": _("Bases"),
    "organisations": _("Organisations"),
    "reports": _("Reports"),
    "presences": _("Statements on force presence"),
}
PAGES_OF = {
    "incidents": "attacks:incident",
    "tallies": "tallies:detail",
    "bases": "bases:detail",
    "organisations": "sources:organisation",
}


@kept_page
@require_safe
def corrections_page(request):
    before = _number(request.GET.get("before", ""))
    found = corrections().order_by("-number")
    found = found.filter(number__lt=before) if before else found
    rows = list(found[: PAGE + 1])
    context = {
        "corrections": [_shown(one) for one in with_touched(rows[:PAGE])],
        "before": before,
        "older": rows[PAGE - 1].number if len(rows) > PAGE else None,
        "address": getattr(settings, "CORRECTIONS_EMAIL", ""),
    }
    return render(request, "pages/corrections.html", context)


def _number(text):
    """The number of a revision; what is none asks for the first page."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _shown(correction):
    touched = [
        {
            "noun": NOUNS[kind],
            "page": PAGES_OF.get(kind, ""),
            "names": what.names[:NAMED],
            "total": what.total,
            "more": what.total - len(what.names[:NAMED]),
        }
        for kind, what in correction.touched.items()
        if what.total
    ]
    return {"revision": correction.revision, "touched": touched}
