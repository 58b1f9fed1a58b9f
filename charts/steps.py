"""Published numbers over time, a step line for each counter, against what we count.

What a counter publishes is a running total, so it stands until the next one. Ours is an area from
certain to possible. Lines are told apart by their dashes too, not by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .axes import Plot, Reading, days_words, dots, pairs, step_line
from .bars import counted_words
from .chart import COLOURS, Cell, Chart, Key, Panel
from .scale import Day, Days, whole_months
from .shapes import Label, Mark, Rect, Shape, Text

HEIGHT = 240
LETTERS = 15  # pixels from one name of a line to the next one
LONGEST = 60  # letters of a name that is written into the drawing


@dataclass(frozen=True)
class Line:
    label: Text
    href: str
    readings: Sequence[Reading]
    key: str = ""


@dataclass(frozen=True)
class Range:
    """What we count until that day."""

    day: Day
    certain: int
    possible: int
    href: str = ""


def steps(
    name: str,
    title: Text,
    lines: Sequence[Line],
    ranges: Sequence[Range] = (),
    *,
    ranges_label: Text = "",
    desc: Text = "",
) -> Chart:
    """At most six lines; `ranges` in order of their days."""
    if len(lines) > COLOURS:
        raise ValueError(f"{len(lines)} lines; {COLOURS} can be told apart")
    legend = [Key(f"l{n}", one.label, one.href) for n, one in enumerate(lines, start=1)]
    if ranges:
        legend.append(Key("range", ranges_label or _("Our count, certain to possible")))
    chart = Chart(
        name,
        title,
        desc,
        legend=legend,
        columns=[_("As of"), _("Counted by"), _("Attacks")],
        table=_table(lines, ranges),
        csv_columns=["counter", "earliest", "latest", "published", "certain", "possible"],
        csv_rows=[
            *(
                (line.key, one.earliest, one.latest, one.value, None, None)
                for line in lines
                for one in line.readings
            ),
            *(("", one.day, one.day, None, one.certain, one.possible) for one in ranges),
        ],
    )
    chart.panels = _panels(lines, ranges)
    return chart


def _panels(lines: Sequence[Line], ranges: Sequence[Range]) -> list[Panel]:
    readings = [one for line in lines for one in line.readings]
    first = [one.earliest for one in readings] + [one.day for one in ranges]
    last = [one.latest for one in readings] + [one.day for one in ranges]
    if not first:
        return []
    days = whole_months(min(first), max(last))
    highest = max([one.value for one in readings] + [one.possible for one in ranges])
    plot = Plot(HEIGHT, highest)
    shapes: list[Shape] = [*plot.rules(), *_area(ranges, days, plot)]
    for number, line in enumerate(lines, start=1):
        shapes += step_line(line.readings, days, plot, f"l{number}")
    for number, line in enumerate(lines, start=1):
        shapes += [
            Mark([dot], one.words, one.href)
            for one, dot in dots(line.readings, days, plot, f"l{number}")
        ]
    names = _names(lines, days, plot) if len(lines) > 1 else []
    return [Panel(HEIGHT, [*shapes, *names, *plot.numbers("start"), *plot.months(days)])]


def _names(lines: Sequence[Line], days: Days, plot: Plot) -> list[Shape]:
    """Each line's name above its last number, where a rising line leaves room, or below another.

    The legend has them too, and has them alone where the page is narrow.
    """
    lasts = [
        (max(line.readings, key=lambda one: one.latest), line.label)
        for line in lines
        if line.readings
    ]
    shapes: list[Shape] = []
    free = 0.0
    for last, label in sorted(lasts, key=lambda one: -one[0].value):
        y = max(plot.y(last.value) - 7, free)
        free = y + LETTERS
        words = str(label)
        if len(words) > LONGEST:
            words = f"{words[:LONGEST].rstrip(' ,،')}…"
        x = days.at(last.latest)
        shapes.append(Label(x, y, words, "end" if x > 50 else "start", "direct"))
    return shapes


def _area(ranges: Sequence[Range], days: Days, plot: Plot) -> list[Shape]:
    """A slab from each day to the next one; the last is of its own day alone."""
    shapes: list[Shape] = []
    for one, following in pairs(ranges):
        begin = days.at(one.day)
        end = days.at(following.day) if following else sum(days.span(one.day, one.day))
        high, low = plot.y(one.possible), plot.y(one.certain)
        shapes.append(Rect(begin, high, round(end - begin, 2), max(low - high, 1.5), "range"))
    return shapes


def _table(lines: Sequence[Line], ranges: Sequence[Range]) -> list[list[Cell]]:
    rows = [
        (
            one.latest,
            [
                Cell(days_words(one.earliest, one.latest)),
                Cell(line.label, line.href),
                Cell(f"{one.value:,}", one.href, number=True),
            ],
        )
        for line in lines
        for one in line.readings
    ]
    rows += [
        (
            one.day,
            [
                Cell(days_words(one.day, one.day)),
                Cell(_("our count")),
                Cell(counted_words(one.certain, one.possible), one.href, number=True),
            ],
        )
        for one in ranges
    ]
    return [cells for _day, cells in sorted(rows, key=lambda row: row[0])]
