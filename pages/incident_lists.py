"""Addresses of the lists that numbers on pages of single records are made of."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from attacks.rules import HOUSE, Rule
from charts.chart import Chart


def incidents_at(*bases: str, rule: Rule = HOUSE, **params: Any) -> str:
    """The list of the incidents that count at these bases under that rule; empty ones fall out."""
    asked = {name: value for name, value in params.items() if value not in (None, "")}
    of_rule = {} if rule.is_house else {"rule": rule.slug}
    query = urlencode({"base": bases} | asked | of_rule | {"counted": "true"}, doseq=True)
    return f"{reverse('attacks:incidents')}?{query}"


def takeable(chart: Chart, query: str = "", **params: str) -> Chart:
    """The chart with the addresses of its data and of its picture."""
    data, picture = (
        f"{reverse(f'pages:chart-{part}', args=[chart.name])}?{query or urlencode(params)}"
        for part in ("data", "picture")
    )
    return chart.at(data, picture)
