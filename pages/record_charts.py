"""The charts of single records and of bases compared, as they are asked for by their addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from charts.chart import Chart
from config.clocks import CLOCKS

from . import base_charts, compare, organisation_charts


@dataclass(frozen=True)
class Params:
    """The parameters of a page that stands on today's record alone."""

    given: QueryDict

    @property
    def errors(self) -> dict[str, str]:
        words = _("This chart is of today's record only.")
        return {clock: words for clock in CLOCKS if self.given.get(clock)}


def _of(name: str) -> Callable[[Params], Chart]:
    return lambda params: MAKERS[name](params.given)


MAKERS = base_charts.CHARTS | organisation_charts.CHARTS | compare.CHARTS
CHARTS = {name: _of(name) for name in MAKERS}
