"""Published numbers over time, a step line for each counter, against what we count.

What a counter publishes is a running total, so it stands until the next one. Ours is an area from
certain to possible. Lines are told apart by their dashes too, not by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .axes import Plot, Reading, days_words, dots, pairs, step_line
from .bars import counted_words
from .chart import COLOURS, Cell, Chart, Key, Panel
from .placing import Area, Room, wide
from .scale import Day, Days, whole_months
from .shapes import Dot, Group, Label, Mark, Rect, Shape, Text

HEIGHT = 240
LETTERS = 12  # the size of a name that is written into the drawing
ROUND_NUMBERS = 30  # pixels that they take at the start
NARROWEST = 880  # pixels of a drawing that has names in it, as in the style sheet


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
    names = _names(lines, days, plot, shapes) if len(lines) > 1 else []
    return [Panel(HEIGHT, [*shapes, *names, *plot.numbers("start"), *plot.months(days)])]


def _names(lines: Sequence[Line], days: Days, plot: Plot, drawn: Sequence[Shape]) -> list[Shape]:
    """Each line's name beside its last number, where it hides nothing: the legend has it anyway."""
    numbers = Area(0, 0, ROUND_NUMBERS, HEIGHT)
    taken = [numbers, *(area for shape in drawn for area in _areas(shape))]
    room = Room(NARROWEST, HEIGHT, taken)
    named = [line for line in lines if line.readings]
    shapes: list[Shape] = []
    for line in sorted(named, key=lambda line: max(one.latest for one in line.readings)):
        last = max(line.readings, key=lambda one: one.latest)
        words = str(line.label)
        for label in _beside(words, days.at(last.latest), plot.y(last.value)):
            area = _area_of(label, wide(words, LETTERS))
            if room.is_free(area):
                room.take(area)
                shapes.append(label)
                break
    return shapes


def _beside(words: str, x: float, y: float) -> Iterator[Label]:
    """Above where there is room on that side, then below."""
    for high in (y - 7, y + 7 + LETTERS):
        for anchor in ("end", "start") if x > 50 else ("start", "end"):
            yield Label(x, high, words, anchor, "direct")


def _area_of(label: Label, width: float) -> Area:
    x = label.x * NARROWEST / 100
    left = x - width if label.anchor == "end" else max(x, 1)
    return Area(left, label.y - LETTERS, left + width, label.y)


def _areas(shape: Shape) -> Iterator[Area]:
    """What is taken by numbers and by the lines between them; a range may lie behind a name."""
    match shape:
        case Group():
            for line in shape.shapes:
                yield _area_between(line.x, line.y, line.to_x, line.to_y)
        case Mark():
            for dot in shape.shapes:
                if isinstance(dot, Dot):
                    yield _area_between(dot.x, dot.y, dot.x, dot.y, dot.r)


def _area_between(x: float, y: float, to_x: float, to_y: float, margin: float = 1) -> Area:
    left, right = sorted((x * NARROWEST / 100, to_x * NARROWEST / 100))
    top, bottom = sorted((y, to_y))
    return Area(left - margin, top - margin, right + margin, bottom + margin)


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
