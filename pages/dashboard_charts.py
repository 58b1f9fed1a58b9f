"""The charts of the dashboard, made of its parameters."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from django.forms import BaseForm
from django.http import QueryDict

from charts.chart import Chart
from tallies.shown import Shown, shown

NAMES = ("bases", "weeks", "weapons", "outcomes", "claims")
# Coded with hindsight, so an earlier day of knowledge has none.
HINDSIGHT = ("outcomes",)


def _of_dashboard(name: str) -> Callable[[QueryDict], Chart | BaseForm]:
    def of_params(params: QueryDict) -> Chart | BaseForm:
        found = shown(params)
        if not isinstance(found, Shown):
            return found
        if found.errors:
            raise ValueError(" ".join(found.errors.values()))
        if name in HINDSIGHT and found.basis.known_on:
            raise ValueError(f"{name} were coded by what became known later.")
        return attrgetter(f"{name}_chart")(found)

    return of_params


CHARTS = {name: _of_dashboard(name) for name in NAMES}
