"""What panels over a line of days share: rules, the months below, and published readings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .scale import Day, Days, ticks
from .shapes import Dot, Group, Label, Line, Rect, Shape, Text

T = TypeVar("T")
TOP = 14  # room for the number above the highest rule
FOOT = 22  # room for the months below


@dataclass(frozen=True)
class Plot:
    """The part of a panel in which values are drawn: y of a value, in pixels."""

    height: int
    highest: int

    @property
    def bottom(self) -> int:
        return self.height - FOOT

    @property
    def top_value(self) -> int:
        return ticks(self.highest)[-1]

    def y(self, value: float) -> float:
        return round(self.bottom - (self.bottom - TOP) * value / (self.top_value or 1), 1)

    def rules(self) -> list[Shape]:
        """A line at each round number."""
        return [
            Line(0, self.y(value), 100, self.y(value), "rule" if value else "axis")
            for value in ticks(self.highest)
        ]

    def numbers(self, side: str = "end") -> list[Shape]:
        """The round numbers, each above the end of its line; drawn last, so that no bar hides one.

        A total rises from the start, so its numbers stand there, where it leaves room.
        """
        x = 0 if side == "start" else 100
        return [
            Label(x, self.y(value) - 3, f"{value:,}", side, "tick")
            for value in ticks(self.highest)[1:]
        ]

    def months(self, days: Days) -> list[Shape]:
        """Names of months below, a year where one begins; every second only on wide screens."""
        shapes: list[Shape] = []
        for number, month in enumerate(days.marks()):
            x = days.at(month)
            words = date_format(month, "Y" if month.month == 1 else "M")
            kind = "tick minor" if number % 2 else "tick"
            shapes.append(Line(x, self.bottom, x, self.bottom + 4, "axis"))
            if x < 95:
                shapes.append(Label(x, self.height - 5, words, "start", kind))
        return shapes


@dataclass(frozen=True)
class Reading:
    """A published number: as of which days, what it is, and the list it stands in."""

    earliest: Day
    latest: Day
    value: int
    href: str
    words: Text


def step_line(readings: Sequence[Reading], days: Days, plot: Plot, kind: str) -> list[Shape]:
    """From each reading level to the next one, and there up or down; uncertain days as a band.

    The order is that of the days; nothing is drawn before the first one or after the last one,
    for what was not published then is not known.
    """
    bands: list[Shape] = []
    lines: list[Line] = []
    ordered = sorted(readings, key=lambda one: (one.latest, one.earliest))
    for one, following in pairs(ordered):
        y = plot.y(one.value)
        begin, width = days.span(one.earliest, one.latest)
        if one.earliest != one.latest:
            bands.append(Rect(begin, y - 3, width, 6, f"{kind} band"))
        if following is None:
            lines.append(Line(begin, y, begin + width, y))
            continue
        turn, to_y = days.at(following.latest), plot.y(following.value)
        lines += [Line(begin, y, max(turn, begin), y), Line(turn, y, turn, to_y)]
    seen = [one for one in lines if (one.x, one.y) != (one.to_x, one.to_y)]
    return [Group(seen, kind), *bands] if seen else bands


def pairs(those: Sequence[T]) -> Iterator[tuple[T, T | None]]:
    """Each with the one that follows it, the last with None."""
    following = iter(those)
    next(following, None)
    return zip_longest(those, following)


def dots(
    readings: Sequence[Reading], days: Days, plot: Plot, kind: str
) -> list[tuple[Reading, Dot]]:
    return [(one, Dot(days.at(one.latest), plot.y(one.value), 3.5, kind)) for one in readings]


def days_words(earliest: Day, latest: Day) -> str:
    """The days of a reading or of a week."""
    if earliest == latest:
        return date_format(earliest, "j F Y")
    return _("%(first)s to %(last)s") % {
        "first": date_format(earliest, "j F Y"),
        "last": date_format(latest, "j F Y"),
    }
