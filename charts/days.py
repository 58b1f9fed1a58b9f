"""A strip of days: a mark for each thing, a bar where it is dated only to a range of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .axes import FOOT, Plot, days_words
from .chart import Cell, Chart, Key, Panel
from .scale import Day, whole_months
from .shapes import Mark as Drawn
from .shapes import Rect, Text

LANE = 14
FEW = 8  # lanes; where marks that would cover each other need more, each is half as high
NARROWEST = 0.6  # percent


@dataclass(frozen=True)
class Mark:
    earliest: Day
    latest: Day
    label: Text
    href: str
    kind: str = "s1"
    key: str = ""
    attack_count: int = 1  # that it stands for


def days_line(
    name: str,
    title: Text,
    marks: Sequence[Mark],
    *,
    legend: Sequence[Key] = (),
    desc: Text = "",
) -> Chart:
    chart = Chart(
        name,
        title,
        desc,
        legend=legend,
        columns=[_("Days"), _("What")],
        table=[
            [Cell(days_words(one.earliest, one.latest)), Cell(one.label, one.href)] for one in marks
        ],
        csv_columns=["earliest", "latest", "key", "attack_count", "what"],
        csv_rows=[
            (one.earliest, one.latest, one.key, one.attack_count, one.label) for one in marks
        ],
    )
    if marks:
        chart.panels = [_panel(marks)]
    return chart


def _panel(marks: Sequence[Mark]) -> Panel:
    ordered = sorted(marks, key=lambda one: (one.earliest, one.latest))
    days = whole_months(ordered[0].earliest, max(one.latest for one in ordered))
    lanes: list[float] = []  # where the last mark of each lane ends
    placed = []
    for one in ordered:
        x, w = days.span(one.earliest, one.latest)
        w = max(w, NARROWEST)
        x = min(x, 100 - w)
        lane = next((n for n, end in enumerate(lanes) if end + 0.2 <= x), len(lanes))
        if lane == len(lanes):
            lanes.append(0.0)
        lanes[lane] = x + w
        placed.append((one, x, w, lane))
    high = LANE if len(lanes) <= FEW else LANE // 2
    height = len(lanes) * high + FOOT + 4
    drawn = [
        Drawn(
            [Rect(x, height - FOOT - high * (lane + 1), w, high * 0.8, _kind(one))],
            f"{days_words(one.earliest, one.latest)}: {one.label}",
            one.href,
        )
        for one, x, w, lane in placed
    ]
    plot = Plot(height, 1)
    return Panel(height, [*drawn, *plot.rules()[:1], *plot.months(days)])


def _kind(mark: Mark) -> str:
    """What is dated to several days is paler than what is dated to one."""
    return mark.kind if mark.earliest == mark.latest else f"{mark.kind} band"
