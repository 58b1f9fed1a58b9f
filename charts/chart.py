"""What every chart is: a title, what it says in words, drawings, and the numbers behind them.

A chart is either a list of rows with a bar each (`rows`), where the list itself is the table, or
one or more panels over a line of days (`panels`) with a table beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from .shapes import Shape, Text

COLOURS = 6  # more cannot be told apart


@dataclass(frozen=True)
class Cell:
    """A value of the table, and the list that it is made of."""

    text: Text
    href: str = ""
    lang: str = ""
    number: bool = False


@dataclass(frozen=True)
class Key:
    """An entry of the legend: the class of what it explains."""

    kind: str
    label: Text
    href: str = ""

    @property
    def is_line(self) -> bool:
        """Whether it is the step line of a counter, which its dashes tell apart too."""
        return self.kind[:1] == "l"


@dataclass(frozen=True)
class Panel:
    height: int
    shapes: Sequence[Shape]
    title: Text = ""


@dataclass(frozen=True)
class Row:
    """A row with a bar: `label` names it, `cells` stand after the bar."""

    label: Cell
    shapes: Sequence[Shape]
    cells: Sequence[Cell]
    note: Text = ""


@dataclass
class Chart:
    """`columns` and `table` are for people, `csv_columns` and `csv_rows` for programs."""

    name: str
    title: Text
    desc: Text = ""
    legend: Sequence[Key] = ()
    panels: Sequence[Panel] = ()
    rows: Sequence[Row] = ()
    columns: Sequence[Text] = ()
    table: Sequence[Sequence[Cell]] = ()
    csv_columns: Sequence[str] = ()
    csv_rows: Sequence[Sequence[Any]] = ()
    note: Text = ""
    csv_url: str = ""
    svg_url: str = ""
    height: int = field(default=18)  # of the drawing in a row, in pixels

    @property
    def is_empty(self) -> bool:
        return not self.rows and not self.table

    def at(self, csv_url: str, svg_url: str) -> Chart:
        """The same with the addresses of its data and of its picture."""
        self.csv_url, self.svg_url = csv_url, svg_url
        return self


def plain(value: Any) -> Any:
    """A cell of a file: texts that are translated are written out, unknown is empty."""
    if isinstance(value, Promise):
        return str(value)
    return "" if value is None else value
