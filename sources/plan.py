"""What an import would do: every record new, changed, same or edited here, every refusal named.

An import is one plan in one transaction. Its stages settle their records in order of dependency,
so that later ones find the rows of earlier ones; any refusal undoes all of it.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from .fields import LARGEST_NUMBER
from .models import Revision
from .revisions import create_all, update_all
from .tables import Refusal, Row, Tables, parted
from .validators import FIRST_DAY, sane_day

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


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

    def __init__(self, plan: Plan, row: Row) -> None:
        self.plan = plan
        self.row = row
        self.ok = True

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
        return self.row.cells.get(column, "")

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
            return day
        return None

    def choice(self, column: str, choices: Any, *, empty: Any = None) -> Any:
        """A value of these TextChoices; an empty cell gives `empty`, or is refused without one."""
        text = self.text(column)
        if not text and empty is not None:
            return empty
        if text not in choices.values:
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


@dataclass
class Record:
    """What a row says a stored record should be: its natural key and its other values."""

    row: Row
    key: dict[str, Any]
    values: dict[str, Any]
    # Values that only a new record takes; on an existing one they belong to its editors.
    defaults: dict[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> tuple[Any, ...]:
        return tuple(self.key.values())


def settle(
    plan: Plan,
    model: type[models.Model],
    records: Sequence[Record],
    *,
    existing: Iterable[models.Model],
    columns: dict[str, str] | None = None,
    replaces: bool = False,
) -> dict[tuple[Any, ...], Any]:
    """Create or change stored records to what the rows say; returns them by natural key.

    `existing` are the stored ones that the records may mean. `columns` names the column of a
    field where they differ. With `replaces`, the existing ones that no record means are removed
    (the lines of a list that was corrected). What was edited by hand since its import is kept.
    """
    if not records and not replaces:
        return {}
    existing = list(existing)
    key_fields = list(records[0].key) if records else ["pk"]
    stored = {tuple(getattr(one, name) for name in key_fields): one for one in existing}
    verdicts = plan.verdicts_on(model)
    unknown = {record.identity for record in records} - set(stored)
    rekeyed, removed = _former_keys(model, key_fields, unknown) if unknown else ({}, set())
    new: list[Any] = []
    changed: list[tuple[Any, Record, list[str]]] = []
    settled: dict[tuple[Any, ...], Any] = {}
    meant = set()
    for record in records:
        plan.progress()
        instance = stored.get(record.identity)
        meant.add(record.identity)
        if instance is not None:
            settled[record.identity] = instance
            differing = [f for f, value in record.values.items() if getattr(instance, f) != value]
            if differing:
                changed.append((instance, record, differing))
            else:
                verdicts["same"] += 1
        elif instance := rekeyed.get(record.identity):
            settled[record.identity] = instance
            meant.add(tuple(getattr(instance, name) for name in key_fields))
            plan.keep(record.row, model, f"{instance} was edited here; kept as it is.")
        elif record.identity in removed:
            plan.keep(record.row, model, f"{model._meta.verbose_name} was removed here; kept so.")
        else:
            instance = model(**record.key, **record.values, **record.defaults)
            if _acceptable(plan, record, instance, columns or {}):
                new.append(instance)
                settled[record.identity] = instance
    _apply_changes(plan, model, changed, columns or {})
    create_all(new)
    verdicts["new"] += len(new)
    if replaces:
        _remove(plan, model, [one for key, one in stored.items() if key not in meant])
    return settled


def _acceptable(plan: Plan, record: Record, instance: Any, columns: dict[str, str]) -> bool:
    """Whether the model's own field rules accept it; if not, each is refused at its column."""
    given = {**record.values, **record.key}
    # Days were checked as cells; those derived from them (a week, a month) may end later.
    unchecked = {
        field.name
        for field in instance._meta.fields
        if field.name not in given
        or field.is_relation
        or field.primary_key
        or isinstance(field, models.DateField)
    }
    try:
        instance.clean_fields(exclude=unchecked)
        instance.clean()
    except ValidationError as error:
        for name, reasons in error.message_dict.items():
            plan.refuse(record.row, columns.get(name, name), " ".join(reasons))
        return False
    return True


def _apply_changes(
    plan: Plan,
    model: type[models.Model],
    changed: Sequence[tuple[Any, Record, list[str]]],
    columns: dict[str, str],
) -> None:
    verdicts = plan.verdicts_on(model)
    by_hand = edited_by_hand(model, [instance.pk for instance, _, _ in changed])
    updated = []
    for instance, record, differing in changed:
        if instance.pk in by_hand:
            plan.keep(
                record.row,
                model,
                f"{instance} was edited here since its last import; kept as it is.",
            )
            continue
        before = {name: getattr(instance, name) for name in differing}
        for name in differing:
            setattr(instance, name, record.values[name])
        if _acceptable(plan, record, instance, columns):
            updated.append((instance, differing))
            verdicts["changed"] += 1
            what = "; ".join(
                f"{columns.get(name, name)} {before[name]!s:.60} -> {record.values[name]!s:.60}"
                for name in differing
            )
            plan.changes.append(f"{record.row.place}: {instance}: {what}")
    fields = sorted({name for _, differing in updated for name in differing})
    update_all([instance for instance, _ in updated], fields)


def _remove(plan: Plan, model: type[models.Model], instances: Sequence[Any]) -> None:
    verdicts = plan.verdicts_on(model)
    by_hand = edited_by_hand(model, [instance.pk for instance in instances])
    for instance in instances:
        if instance.pk in by_hand:
            plan.keep(None, model, f"{instance} was added or edited here; kept as it is.")
        else:
            verdicts["removed"] += 1
            plan.changes.append(f"{instance} is not in the file any more: removed.")
            instance.delete()


def load(model: Any, field_name: str, values: Sequence[Any]) -> list[Any]:
    """The records with one of these values, asked for in parts that any database takes."""
    found: list[Any] = []
    for start in range(0, len(values), 500):
        found += model.objects.filter(**{f"{field_name}__in": values[start : start + 500]})
    return found


def edited_by_hand(model: type[models.Model], pks: Sequence[Any]) -> set[Any]:
    """Those of these records whose last change was not an import's."""
    if not pks:
        return set()
    last: dict[Any, str] = dict(
        model.history.filter(id__in=pks)  # type: ignore[attr-defined]
        .order_by("history_id")
        .values_list("id", "revision__origin")
    )
    return {pk for pk, origin in last.items() if origin != Revision.Origin.IMPORT}


def _former_keys(
    model: Any, key_fields: Sequence[str], wanted: set[tuple[Any, ...]]
) -> tuple[dict[tuple[Any, ...], Any], set[tuple[Any, ...]]]:
    """Of these natural keys, those that an editor took away: from records that have another key
    now, each with its record, and from records that were removed."""
    history = model.history.order_by("history_id")
    firsts = list({key[0] for key in wanted} - {None})
    former: dict[tuple[Any, ...], Any] = {}
    for start in range(0, len(firsts), 500):
        rows = history.filter(**{f"{key_fields[0]}__in": firsts[start : start + 500]})
        every = {tuple(key): pk for pk, *key in rows.values_list("id", *key_fields)}
        former |= {key: pk for key, pk in every.items() if key in wanted}
    if not former:
        return {}, set()
    stored = {one.pk: one for one in load(model, "pk", list(former.values()))}
    gone = history.filter(history_type="-").exclude(revision__origin=Revision.Origin.IMPORT)
    removed = set(gone.values_list("id", flat=True))
    return (
        {key: stored[pk] for key, pk in former.items() if pk in stored},
        {key for key, pk in former.items() if pk in removed},
    )


def current_slugs(model: Any) -> dict[str, Any]:
    """Records by their slugs, also by one that an editor has changed since."""
    stored = {one.pk: one for one in model.objects.all()}
    former = model.history.order_by("history_id").values_list("slug", "id")
    return {slug: stored[pk] for slug, pk in former if pk in stored} | {
        one.slug: one for one in stored.values()
    }
