"""From values and days to places on a drawing. Across is in percent, so that a drawing fits any
width; down is in pixels, so that letters and bars keep their size."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

Day = datetime.date
ONE_DAY = datetime.timedelta(days=1)


def ticks(highest: float, most: int = 5) -> list[int]:
    """Whole round numbers from 0 to the first one that is not below `highest`; at most `most`
    steps."""
    step = 1
    while step * most < highest:
        step = _next(step)
    return list(range(0, max(_up(highest, step), step) + 1, step))


def _next(step: int) -> int:
    """1, 2, 5, 10, 20, 50 ..."""
    return step * 5 // 2 if str(step)[0] == "2" else step * 2


def _up(number: float, step: int) -> int:
    return -int(-number // step) * step


def percent(value: float, highest: float) -> float:
    return round(100 * value / highest, 2) if highest else 0.0


def whole_months(first: Day, last: Day) -> Days:
    """The line of the months of these days, on which a single day is not as wide as all of it."""
    end = (last.replace(day=1) + 31 * ONE_DAY).replace(day=1) - ONE_DAY
    return Days(first.replace(day=1), end)


@dataclass(frozen=True)
class Days:
    """A line of days from `first` to `last`, both on it."""

    first: Day
    last: Day

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    def at(self, day: Day) -> float:
        """Where that day begins, in percent of the line; what lies outside is at its end."""
        inside = min(max(day, self.first), self.last + ONE_DAY)
        return percent((inside - self.first).days, self.length)

    def span(self, earliest: Day, latest: Day) -> tuple[float, float]:
        """Where a range of days begins, and how wide it is."""
        begin = self.at(earliest)
        return begin, round(self.at(latest + ONE_DAY) - begin, 2)

    def months(self) -> Iterator[Day]:
        """The first of each month on the line."""
        month = self.first.replace(day=1)
        while month <= self.last:
            if month >= self.first:
                yield month
            month = (month + 31 * ONE_DAY).replace(day=1)

    def marks(self, most: int = 8) -> list[Day]:
        """The first days of months that are worth a label: every one, or every second, ..."""
        months = list(self.months())
        steps = (n for n in (1, 2, 3, 6, 12, 24, 60, 120, 600) if len(months) <= n * most)
        every = next(steps, 12_000)  # a line of more than 400 years
        return [one for one in months if (one.year * 12 + one.month - 1) % every == 0]
