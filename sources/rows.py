"""How the records of a list leave as rows: which columns there are, and what stands in them.

Every app lists its own tables in its `exports.py`; `sources.formats` writes them as CSV, XLSX,
GeoJSON and Atom. What is not known is None here: an empty cell, a JSON null, never 0.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

Cell = str | int | float | Decimal | datetime.date | datetime.datetime | None


def moment_text(moment: datetime.datetime) -> str:
    """A moment as JSON has it, in UTC."""
    return moment.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


class Kind(StrEnum):
    """What a cell of a column holds, in the words of JSON Schema."""

    TEXT = "string"
    INTEGER = "integer"
    NUMBER = "number"
    DAY = "date"


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind = Kind.TEXT
    help_text: str = ""


@dataclass(frozen=True)
class Entry:
    """A record as a feed tells it.

    `path` is that of its page, from the root of the site. A `key` names it for good where that page
    may be another one day.
    """

    title: str
    path: str
    updated: datetime.datetime
    summary: str = ""
    categories: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class Table:
    """The rows of a kind of record: one each, but for lists that have a row a line.

    `place` gives (longitude, latitude), None where it is not known: only a table that has it leaves
    as GeoJSON. Only one that has `entry` leaves as Atom.
    """

    name: str  # of the file, without its ending
    columns: tuple[Column, ...]
    rows: Callable[[Any], Iterable[Sequence[Cell]]]
    place: Callable[[Any], tuple[float, float] | None] | None = None
    entry: Callable[[Any], Entry] | None = None
    key: str = ""  # the column that names a record for good, where it is not the first

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)
