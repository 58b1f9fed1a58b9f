"""Attacks by week, stacked by base, and the running total that was published meanwhile.

The total has a panel of its own above the weeks, over the same days: two scales in one plot would
let lines cross that have nothing to do with each other. An attack whose days lie in two weeks is
certain in neither; it stands on top as an outline, in each week in which it may have been.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from .axes import Plot, Reading, days_words, dots, step_line
from .chart import COLOURS, Cell, Chart, Key, Panel
from .scale import Day, Days
from .shapes import Mark, Rect, Shape, Text

HEIGHT = 220
RUNNING_HEIGHT = 130
GAP = 0.15  # of a column, free beside it


@dataclass(frozen=True)
class Period:
    """A week, or another run of days, with the list of its attacks."""

    first: Day
    last: Day
    href: str
    unsure: int = 0  # attacks that may fall in it but are certain in none


@dataclass(frozen=True)
class Series:
    label: Text
    href: str
    values: Sequence[int]  # certain attacks in each period
    key: str = ""


@dataclass(frozen=True)
class _Column:
    period: Period
    values: list[int] = field(default_factory=list)

    @property
    def sum(self) -> int:
        return sum(self.values) + self.period.unsure


def stack(
    name: str,
    title: Text,
    periods: Sequence[Period],
    series: Sequence[Series],
    *,
    running: Sequence[Reading] = (),
    running_title: Text = "",
    desc: Text = "",
) -> Chart:
    """At most six series; the last may be all others."""
    if len(series) > COLOURS:
        raise ValueError(f"{len(series)} series; {COLOURS} can be told apart")
    columns = [
        _Column(period, [one.values[at] for one in series]) for at, period in enumerate(periods)
    ]
    legend = [Key(f"s{n}", one.label, one.href) for n, one in enumerate(series, start=1)]
    if any(period.unsure for period in periods):
        legend.append(Key("unsure", _("May fall in this week or another")))
    chart = Chart(name, title, desc, legend=legend, **_table(columns, series))
    if not columns:
        return chart
    days = Days(periods[0].first, periods[-1].last)
    within = [one for one in running if days.first <= one.latest <= days.last]
    panels = [Panel(HEIGHT, _weeks(columns, series, days))]
    if within:
        panels.insert(0, Panel(RUNNING_HEIGHT, _running(within, days), running_title))
    chart.panels = panels
    return chart


def _weeks(columns: Sequence[_Column], series: Sequence[Series], days: Days) -> list[Shape]:
    plot = Plot(HEIGHT, max(column.sum for column in columns))
    marks: list[Shape] = []
    for column in columns:
        if not column.sum:
            continue
        shapes = _column(column, days, plot)
        marks.append(Mark(shapes, _words(column, series), column.period.href))
    return [*plot.rules(), *marks, *plot.numbers(), *plot.months(days)]


def _column(column: _Column, days: Days, plot: Plot) -> list[Any]:
    begin, width = days.span(column.period.first, column.period.last)
    x, w = begin + width * GAP / 2, width * (1 - GAP)
    shapes, below = [], 0
    for number, value in enumerate(column.values, start=1):
        if value:
            top = plot.y(below + value)
            shapes.append(Rect(x, top, w, max(plot.y(below) - top - 1, 1), f"s{number}"))
            below += value
    if column.period.unsure:
        top = plot.y(column.sum)
        shapes.append(Rect(x, top, w, max(plot.y(below) - top - 1, 1), "unsure"))
    return shapes


def _words(column: _Column, series: Sequence[Series]) -> str:
    named = [
        f"{one.label} {value}" for one, value in zip(series, column.values, strict=True) if value
    ]
    if column.period.unsure:
        named.append(_("not certain: %(number)s") % {"number": column.period.unsure})
    return f"{days_words(column.period.first, column.period.last)}: {_(', ').join(named)}"


def _running(readings: Sequence[Reading], days: Days) -> list[Shape]:
    plot = Plot(RUNNING_HEIGHT, max(one.value for one in readings))
    marks = [
        Mark([dot], one.words, one.href) for one, dot in dots(readings, days, plot, "published")
    ]
    line = step_line(readings, days, plot, "published")
    return [*plot.rules(), *line, *plot.numbers("start"), *marks]


def _table(columns: Sequence[_Column], series: Sequence[Series]) -> dict[str, Any]:
    """Weeks without any attack are left out of the table for people; files have them all."""
    head = [_("Days"), *(one.label for one in series), _("Not certain")]
    rows = [
        [
            Cell(days_words(column.period.first, column.period.last), column.period.href),
            *(Cell(f"{value:,}", number=True) for value in column.values),
            Cell(f"{column.period.unsure:,}", number=True),
        ]
        for column in columns
        if column.sum
    ]
    named = [one.key or f"series_{n}" for n, one in enumerate(series, start=1)]
    return {
        "columns": head,
        "table": rows,
        "csv_columns": ["first_day", "last_day", *named, "not_certain"],
        "csv_rows": [
            (column.period.first, column.period.last, *column.values, column.period.unsure)
            for column in columns
        ],
    }


def weeks(first: Day, last: Day) -> list[tuple[Day, Day]]:
    """The weeks, Monday to Sunday, from that of `first` to that of `last`."""
    monday = first - datetime.timedelta(days=first.weekday())
    found = []
    while monday <= last:
        found.append((monday, monday + datetime.timedelta(days=6)))
        monday += datetime.timedelta(days=7)
    return found
