"""Addresses of the lists that numbers on pages of single records are made of."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from attacks.rules import HOUSE, Rule
from charts.chart import Chart


def incidents_at(*bases: str, rule: Rule = HOUSE, **params: Any) -> str:
    """The list of the incidents that count at these bases under that rule; empty ones fall out."""
    asked = {name: value for name, value in params.items() if value not in (None, "")}
    of_rule = {} if rule.is_house else {"rule": rule.slug}
    query = urlencode({"base": bases} | asked | of_rule | {"counted": "true"}, doseq=True)
    return f"{reverse('attacks:incidents')}?{query}"


def takeable(chart: Chart, **params: str) -> Chart:
    """The chart with the addresses of its data and picture, where charts are given out alone."""
    try:
        address = reverse("pages:chart", args=[chart.name, "csv"]).removesuffix(".csv")
    except NoReverseMatch:
        return chart
    return chart.at(address, urlencode(params))
