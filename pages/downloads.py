"""Everything on record as files: which lists leave, in which formats, and of how many rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from attacks.models import Claim, Incident
from bases.models import ForcePresence, MilitaryBase
from config.pages import kept_page
from sources.kept import kept
from sources.models import Organisation
from sources.templatetags.lists import formats_of
from tallies.models import PublishedTally, TallyLine

# Of each list its address in the API, what it holds, and what it is made of.
PUBLIC = Incident.Status.PUBLISHED
LISTS: dict[str, tuple[Promise, Any, Q]] = {
    "incident": (_("Incidents"), Incident, Q(status=PUBLIC)),
    "claim": (_("Claims"), Claim, Q(incident__status=PUBLIC)),
    "base": (_("Bases"), MilitaryBase, Q()),
    "organisation": (_("Organisations"), Organisation, Q()),
    "tally": (_("Lines of published tallies"), TallyLine, Q()),
    "force-presence": (_("Statements on force presence"), ForcePresence, Q()),
}


@dataclass(frozen=True)
class Download:
    name: Promise
    rows: int | None  # None: not counted here, its address says it
    formats: list[dict[str, str]]


@kept_page
@require_safe
def data(request):
    context = {"downloads": downloads(), "site": f"{request.scheme}://{request.get_host()}"}
    return render(request, "pages/data.html", context)


def downloads() -> list[Download]:
    rows = _rows()
    lists = [(name, label, rows[name]) for name, (label, _model, _which) in LISTS.items()]
    lists += [
        ("flat-incident", _("Incidents as flat rows"), rows["incident"]),
        ("report", _("Reports"), None),
        ("correction", _("Corrections"), None),
        ("deleted", _("Incidents withdrawn or merged"), None),
    ]
    return [
        Download(label, number, list(formats_of(QueryDict(), f"api:{name}-list")))
        for name, label, number in lists
    ]


@kept()
def _rows() -> dict[str, int]:
    found = {
        name: model.objects.filter(which).count() for name, (_l, model, which) in LISTS.items()
    }
    # A tally without lines is a row too, so that none is missing from the file.
    bare = PublishedTally.objects.filter(lines=None).count()
    return found | {"tally": found["tally"] + bare}
