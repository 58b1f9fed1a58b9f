"""Parts of the dashboard for pages of others: light, framed by anybody, with a link back."""

from csp.decorators import csp_replace
from django.forms import BaseForm
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from config.clocks import keeps
from config.pages import kept_page
from tallies.headline import headline
from tallies.shown import shown

from .dashboard_map import map_on

# What can be framed: its name for readers, and how high it is in pixels.
PARTS = {
    "table": (_("Table of bases"), 620),
    "bars": (_("Bars by base"), 760),
    "timeline": (_("Attacks over time"), 560),
    "map": (_("Map of bases"), 820),
}


# Outside of what is kept: a kept page may be framed too.
@csp_replace({"frame-ancestors": ["*"]})
@xframe_options_exempt
@kept_page
@keeps("known_on")
@require_safe
def embed(request, part):
    if part not in PARTS:
        raise Http404("No such part can be embedded.")
    found = shown(request.GET)
    if isinstance(found, BaseForm):
        reasons = [f"{found[name].label}: {' '.join(own)}" for name, own in found.errors.items()]
        return _refused(request, part, reasons, status=400)
    if found.errors:
        return _refused(request, part, found.errors.values(), status=404)
    context = {
        "shown": found,
        "reconciliation": found.reconciliation,
        "headline": found.tally and headline(found.tally, found.reconciliation),
        "back": f"{reverse('tallies:dashboard')}?{found.query}".rstrip("?"),
        "part": part,
        "map": part == "map" and found.tally and map_on(found),
        "name": PARTS[part][0],
    }
    return render(request, f"pages/embed/{part}.html", context)


def _refused(request, part, reasons, *, status):
    """Framed too: a frame that shows nothing would not say why."""
    context = {"name": PARTS[part][0], "reasons": reasons, "back": reverse("tallies:dashboard")}
    return render(request, "pages/embed/refused.html", context, status=status)


@kept_page
@require_safe
def embeds(request):
    site = f"{request.scheme}://{request.get_host()}"
    parts = [
        {
            "slug": slug,
            "name": name,
            "height": height,
            "path": reverse("pages:embed", args=[slug]),
            "address": site + reverse("pages:embed", args=[slug]),
        }
        for slug, (name, height) in PARTS.items()
    ]
    return render(request, "pages/embed/index.html", {"parts": parts})
