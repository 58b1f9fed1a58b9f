"""Killed and injured: from the lowest to the highest number that is stated, open where an end is.

Nobody's number is never a zero: what is not known is said in words, and no bar is drawn for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .chart import Cell, Chart, Row
from .scale import percent
from .shapes import Rect, Shape, Text

HEIGHT, BAR = 18, 8
OPEN = 4.0  # percent: how far a bar goes on when its end is not known


@dataclass(frozen=True)
class People:
    label: Text
    href: str
    low: int | None
    high: int | None
    words: Text  # the range as the page says it
    when: Text = ""
    key: str = ""


def people(name: str, title: Text, rows: Sequence[People], *, desc: Text = "") -> Chart:
    known = [n for row in rows for n in (row.low, row.high) if n is not None]
    return Chart(
        name,
        title,
        desc,
        columns=[_("Said by"), _("People")],
        rows=[
            Row(
                Cell(row.label, row.href),
                _shapes(row, max(known, default=0)),
                [Cell(row.words, number=True)],
                row.when,
            )
            for row in rows
        ],
        csv_columns=["key", "name", "low", "high"],
        csv_rows=[(row.key, row.label, row.low, row.high) for row in rows],
        height=HEIGHT,
    )


def _shapes(row: People, most: int) -> list[Shape]:
    if row.low is None and row.high is None:
        return []
    room = 100 - OPEN
    top = (HEIGHT - BAR) / 2
    low = percent(row.low or 0, most) * room / 100
    high = percent(row.high, most) * room / 100 if row.high is not None else low
    shapes: list[Shape] = []
    if row.low:
        shapes.append(Rect(0, top, round(low, 2), BAR, "certain"))
    if row.high is None:
        shapes.append(Rect(round(low, 2), top + BAR / 2 - 1, OPEN, 2, "possible"))
    elif high > low:
        shapes.append(Rect(round(low, 2), top, round(high - low, 2), BAR, "possible"))
    return shapes
