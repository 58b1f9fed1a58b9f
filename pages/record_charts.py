"""The charts of single records and of bases compared, as they are asked for by their addresses."""

from __future__ import annotations

from collections.abc import Callable

from django.http import QueryDict
from django.utils.translation import gettext as _

from charts.chart import Chart
from config.clocks import CLOCKS

from . import base_charts, compare, organisation_charts

Maker = Callable[[QueryDict], Chart]


def _of_today(make: Maker) -> Maker:
    """These stand on today's record alone: asked by a clock, they give no answer."""

    def of_params(params: QueryDict) -> Chart:
        if any(params.get(clock) for clock in CLOCKS):
            raise ValueError(_("This chart is of today's record only."))
        return make(params)

    return of_params


MAKERS: dict[str, Maker] = base_charts.CHARTS | organisation_charts.CHARTS | compare.CHARTS
CHARTS = {name: _of_today(make) for name, make in MAKERS.items()}
