"""One bar a row: what we count, from certain to possible, and the published number as a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .chart import Cell, Chart, Key, Row
from .scale import percent
from .shapes import Rect, Shape, Text

HEIGHT = 18
BAR, MARK = 12, 18  # the published mark reaches over the bar
THIN = 0.7  # percent: the width of a mark


@dataclass(frozen=True)
class Bar:
    label: Text
    href: str
    certain: int | None  # both None: nothing says what to count there, which is not zero
    possible: int | None
    published: int | None = None
    published_href: str = ""
    published_words: Text = ""  # as it was printed, where that is more than the number
    counted_href: str = ""
    key: str = ""  # for files


def counted_words(certain: int, possible: int) -> Text:
    """ "3", or "3 to 5"."""
    if certain == possible:
        return f"{certain:,}"
    return _("%(low)s to %(high)s") % {"low": f"{certain:,}", "high": f"{possible:,}"}


def bars(name: str, title: Text, rows: Sequence[Bar], *, desc: Text = "") -> Chart:
    """`rows` in the order in which they are to stand."""
    most = max((max(row.possible or 0, row.published or 0) for row in rows), default=0)
    with_published = any(row.published is not None for row in rows)
    legend = [Key("certain", _("Counted, certain")), Key("possible", _("Counted, possible"))]
    if with_published:
        legend.append(Key("published", _("Published")))
    columns = [_("Base"), *([_("Published")] if with_published else []), _("Counted")]
    return Chart(
        name,
        title,
        desc,
        legend=legend,
        columns=columns,
        rows=[_row(row, most, with_published) for row in rows],
        csv_columns=["base", "name", "published", "certain", "possible"],
        csv_rows=[(row.key, row.label, row.published, row.certain, row.possible) for row in rows],
        height=HEIGHT,
    )


def _row(row: Bar, most: int, with_published: bool) -> Row:
    published = Cell("", number=True)
    if row.published is not None:
        words = row.published_words or f"{row.published:,}"
        published = Cell(words, row.published_href, number=True)
    counted = Cell(_("not comparable"), number=True)
    if row.certain is not None and row.possible is not None:
        words = counted_words(row.certain, row.possible)
        counted = Cell(words, row.counted_href, number=True)
    return Row(
        Cell(row.label, row.href),
        _shapes(row, most),
        [published, counted] if with_published else [counted],
    )


def _shapes(row: Bar, most: int) -> list[Shape]:
    top = (HEIGHT - BAR) / 2
    certain, possible = percent(row.certain or 0, most), percent(row.possible or 0, most)
    shapes: list[Shape] = []
    if certain:
        shapes.append(Rect(0, top, certain, BAR, "certain"))
    if possible > certain:
        shapes.append(Rect(certain, top, possible - certain, BAR, "possible"))
    if row.published is not None:
        at = min(max(percent(row.published, most) - THIN / 2, 0), 100 - THIN)
        shapes.append(Rect(at, (HEIGHT - MARK) / 2, THIN, MARK, "published"))
    return shapes
