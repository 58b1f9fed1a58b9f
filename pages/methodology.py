"""How it is counted: the rules in force and what each counts now, with examples from the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count as Rows
from django.db.models import F
from django.shortcuts import render
from django.views.decorators.http import require_safe

from attacks.answers import count_by_site
from attacks.counting import NO_ATTACKS, Count, count, counted
from attacks.models import NEWEST_FIRST, Grade, Incident
from attacks.rules import HOUSE, Basis, Rule, rules
from attacks.windows import Window
from bases.registry import bases_of
from config.pages import kept_page
from sources.kept import kept
from sources.recorded import TODAY
from tallies.models import PublishedTally


@dataclass(frozen=True)
class RuleInForce:
    """A rule with all that it counts today, and the sites that it folds, as (site, into)."""

    rule: Rule
    count: Count
    folded: list[tuple[Any, Any]]
    doubtful: list[tuple[Any, Any]]


@dataclass(frozen=True)
class Example:
    """An attack dated to several days, counted over the first of them alone and over all."""

    incident: Incident
    first_day: Count
    all_days: Count


@kept_page
@require_safe
def methodology(request):
    context = {
        "house": _in_force(HOUSE),
        "others": [_in_force(rule) for rule in rules().values() if not rule.is_house],
        "example": example(),
        "grades": grades(),
        "ungraded": _records_by_grade().get("", 0),
        "tallies": PublishedTally.objects.count(),
        "counters": PublishedTally.objects.order_by().values("counter").distinct().count(),
    }
    return render(request, "pages/methodology.html", context)


def _in_force(rule):
    total = sum(count_by_site(Basis(rule=rule)).values(), NO_ATTACKS)
    sites = bases_of(TODAY)
    pairs = (
        [(sites[a], sites[b]) for a, b in some] for some in (rule.folds.items(), rule.doubtful)
    )
    return RuleInForce(rule, total, *pairs)


@kept()
def example() -> Example | None:
    """The latest attack whose day is not known; None where every day is."""
    unsure = counted(Incident.objects.filter(earliest__lt=F("latest")))
    incident = unsure.select_related("base").order_by(*NEWEST_FIRST).first()
    if incident is None:
        return None
    alone = Incident.objects.filter(pk=incident.pk)
    first = Window(incident.earliest, incident.earliest)
    every = Window(incident.earliest, incident.latest)
    return Example(incident, count(alone, first), count(alone, every))


@kept()
def _records_by_grade() -> dict[str, int]:
    rows = Incident.objects.published().filter(merged_into=None).order_by()
    return dict(rows.values_list("grade").annotate(records=Rows("id")))


def grades() -> list[tuple[Grade, int]]:
    """Each grade with how many published records have it."""
    records = _records_by_grade()
    return [(grade, records.get(grade.value, 0)) for grade in Grade]
