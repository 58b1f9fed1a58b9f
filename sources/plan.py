"""What an import would do: every record new, changed, same or edited here, every refusal named.

An import is one plan in one transaction. Its stages settle their records in order of dependency,
so that later ones find the rows of earlier ones; any refusal undoes all of it.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from .fields import LARGEST_NUMBER
from .tables import Refusal, Row, Tables, parted
from .validators import FIRST_DAY, sane_day

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@cache
def _values(choices: Any) -> frozenset[str]:
    return frozenset(choices.values)


@dataclass
class Plan:
    """The verdicts on all records, collected while they are settled."""

    tables: Tables
    verdicts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    changes: list[str] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unlinked: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    revision: int | None = None
    # Records that are refused, or were removed here, by format and key: what names one is not
    # refused for that.
    absent: set[tuple[str, str]] = field(default_factory=set)
    # The days that cells may say, by their texts: an import has a few thousand of them.
    days: dict[str, datetime.date] = field(default_factory=dict)
    progress: Callable[[], Any] = lambda: None

    def __post_init__(self) -> None:
        self.refusals.extend(self.tables.refusals)

    def rows(self, name: str) -> list[Row]:
        return self.tables.rows.get(name, [])

    def refuse(self, row: Row, column: str, reason: str) -> None:
        self.refusals.append(Refusal(row.file, row.number, column, reason))

    def verdicts_on(self, model: type[models.Model]) -> Counter[str]:
        return self.verdicts[str(model._meta.verbose_name_plural)]

    def keep(self, row: Row | None, model: type[models.Model], what: str) -> None:
        """Report what an editor did, which no import undoes."""
        self.verdicts_on(model)["edited here"] += 1
        self.changes.append(f"{row.place}: {what}" if row else what)

    def once(self, rows: Iterable[Row], column: str) -> list[Row]:
        """The rows with a key of their own; an empty or a second one is refused."""
        first: dict[str, Row] = {}
        for row in rows:
            key = row.cells[column]
            if not key:
                self.refuse(row, column, "The key is missing.")
            elif key in first:
                self.refuse(row, column, f"{key} stands already in {first[key].place}.")
            else:
                first[key] = row
        return list(first.values())


class Cells:
    """The cells of a row as values. What cannot be one is refused, and `ok` is False."""

    __slots__ = ("_places", "_texts", "ok", "plan", "row")

    def __init__(self, plan: Plan, row: Row) -> None:
        self.plan = plan
        self.row = row
        self.ok = True
        self._places, self._texts = row.cells.places, row.cells.texts

    def refuse(self, column: str, reason: str) -> None:
        self.plan.refuse(self.row, column, reason)
        self.ok = False

    def excused(self, format_name: str, key: str) -> bool:
        """Whether it is said already why the record that this row names is not there."""
        known = (format_name, key) in self.plan.absent
        if known and not self.plan.refusals:
            self.plan.notes.append(
                f"{self.row.place}: left out, for {key} was removed or left out here."
            )
        if known or format_name in self.plan.tables.incomplete:
            self.ok = False
            return True
        return False

    def text(self, column: str) -> str:
        place = self._places.get(column)
        return "" if place is None else self._texts[place]

    def texts(self, column: str) -> list[str]:
        """The parts between semicolons, each once."""
        return parted(self.text(column))

    def number(self, column: str) -> int | None:
        text = self.text(column)
        if not text:
            return None
        if not (text.isascii() and text.isdigit()):
            self.refuse(column, f"{text!r:.60} is not a whole number.")
        elif len(text) > 10 or int(text) > LARGEST_NUMBER:
            self.refuse(column, f"{text:.60} is too large.")
        else:
            return int(text)
        return None

    def decimal(self, column: str) -> Decimal | None:
        text = self.text(column)
        if not text:
            return None
        if not re.fullmatch(r"-?\d{1,3}(\.\d+)?", text, re.ASCII):
            self.refuse(column, f"{text!r:.60} is not a decimal number such as 36.05.")
            return None
        # The precision that is stored, so that the same file gives the same value again.
        return round(Decimal(text), 5)

    def day(self, column: str, *, ahead: bool = False) -> datetime.date | None:
        """A day; one that is still to come only where it may lie `ahead`."""
        text = self.text(column)
        if not text:
            return None
        if text in self.plan.days:
            return self.plan.days[text]
        try:
            if not ISO_DAY.fullmatch(text):
                raise ValueError
            day = datetime.date.fromisoformat(text)
            if not ahead or day < FIRST_DAY:
                sane_day(day)
        except ValidationError as error:
            self.refuse(column, str(error.message))
        except ValueError:
            self.refuse(column, f"{text!r:.60} is not a day written YYYY-MM-DD.")
        else:
            if not ahead:
                self.plan.days[text] = day
            return day
        return None

    def choice(self, column: str, choices: Any, *, empty: Any = None) -> Any:
        """A value of these TextChoices; an empty cell gives `empty`, or is refused without one."""
        text = self.text(column)
        if not text and empty is not None:
            return empty
        if text not in _values(choices):
            allowed = ", ".join(value for value in choices.values if value)
            self.refuse(column, f"{text!r:.60} is none of {allowed}.")
            return None
        return text

    def stated(
        self, values: dict[str, Any], columns: dict[str, str]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Values of columns that the file has, and of those it lacks (`columns` by field).

        A column that is absent says nothing: only a new record takes the value that stands in.
        """
        absent = {name for name, column in columns.items() if column not in self.row.cells}
        if not absent:
            return values, {}
        return (
            {name: value for name, value in values.items() if name not in absent},
            {name: value for name, value in values.items() if name in absent},
        )

    def in_order(self, low_column: str, low: Any, high_column: str, high: Any) -> None:
        if low is not None and high is not None and low > high:
            self.refuse(low_column, f"{low} is above the {high_column} of {high}.")


def generations(plan: Plan, format_name: str, key: str, parent: str) -> Iterator[list[Row]]:
    """The rows of a file whose rows may name each other as parent, parents first."""
    waiting = plan.once(plan.rows(format_name), key)
    while waiting:
        ahead = {row.cells[key] for row in waiting}
        ready = [row for row in waiting if row.cells.get(parent) not in ahead]
        if not ready:
            for row in waiting:
                plan.refuse(row, parent, "These rows are each other's parents.")
            plan.absent |= {(format_name, slug) for slug in ahead}
            return
        yield ready
        done = {id(row) for row in ready}
        waiting = [row for row in waiting if id(row) not in done]
