"""Records settled to what rows say: made, changed, found the same, or kept as edited here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from .on_record import edited_by_hand, former_keys, load
from .plan import Plan
from .revisions import create_all, update_all
from .tables import Row

Values = dict[str, Any]
Identity = tuple[Any, ...]
T = TypeVar("T")
PART = 50_000
# A stored record, what a row says of it, and the fields in which they differ.
Change = tuple[Any, "Record", list[str]]
MOST_REMEMBERED = 1_000  # values of a field that were accepted


@dataclass(slots=True)
class Record:
    """What a row says a stored record should be: its natural key and its other values."""

    row: Row
    key: Values
    values: Values
    # Values that only a new record takes; on an existing one they belong to its editors.
    defaults: Values | None = None
    identity: Identity = field(init=False)

    def __post_init__(self) -> None:
        self.identity = tuple(self.key.values())


def in_parts(several: Iterable[T]) -> Iterator[list[T]]:
    """What can be settled apart from one another, in parts that need little memory.

    There is always one: with nothing in it, what is on record may have to go.
    """
    rest = iter(several)
    yield list(islice(rest, PART))
    while part := list(islice(rest, PART)):
        yield part


def settle(
    plan: Plan,
    model: type[models.Model],
    records: Sequence[Record],
    *,
    existing: Iterable[Any],
    columns: dict[str, str] | None = None,
    replaces: bool = False,
) -> dict[tuple[Any, ...], Any]:
    """Create or change stored records to what the rows say; returns them by natural key.

    `existing` are the stored ones that the records may mean, as objects or as rows. `columns` names
    the column of a field where they differ. With `replaces`, the existing ones that no record means
    are removed (the lines of a list that was corrected). What was edited by hand is kept.
    """
    if not records and not replaces:
        return {}
    key_fields = list(records[0].key) if records else ["id"]
    stored = dict(zip(_identities(existing := list(existing), key_fields), existing, strict=True))
    verdicts = plan.verdicts_on(model)
    unknown = {record.identity for record in records} - stored.keys()
    rekeyed, removed = former_keys(model, key_fields, unknown) if unknown else ({}, set())
    acceptance = _Acceptance(plan, model, columns or {})
    new: list[Any] = []
    changed: list[Change] = []
    settled: dict[Identity, Any] = {}
    meant = set()
    for record in records:
        plan.progress()
        identity = record.identity
        instance = stored.get(identity)
        meant.add(identity)
        if instance is not None:
            settled[identity] = instance
            differing = [f for f, value in record.values.items() if getattr(instance, f) != value]
            if differing:
                changed.append((instance, record, differing))
            else:
                verdicts["same"] += 1
        elif instance := rekeyed.get(identity):
            settled[identity] = instance
            meant.update(_identities([instance], key_fields))
            plan.keep(record.row, model, f"{instance} was edited here; kept as it is.")
        elif identity in removed:
            plan.keep(record.row, model, f"{model._meta.verbose_name} was removed here; kept so.")
        elif (instance := acceptance.new(record)) is not None:
            new.append(instance)
            settled[identity] = instance
    _apply_changes(plan, model, changed, acceptance, columns or {})
    create_all(new)
    verdicts["new"] += len(new)
    if replaces:
        _remove(plan, model, [one for key, one in stored.items() if key not in meant])
    return settled


def _identities(instances: Iterable[Any], key_fields: Sequence[str]) -> Iterator[Identity]:
    parts = attrgetter(*key_fields)
    return ((parts(one),) for one in instances) if len(key_fields) == 1 else map(parts, instances)


class _Acceptance:
    """Whether a model's own rules accept what rows say; if not, each is refused at its column.

    What a field once accepted is not asked about again: it looks at nothing but the value.
    """

    def __init__(self, plan: Plan, model: type[models.Model], columns: dict[str, str]) -> None:
        self._plan, self._model, self._columns = plan, model, columns
        fields = model._meta.concrete_fields
        self._defaults = [(one.attname, one.get_default()) for one in fields]
        # Days were checked as cells; those derived from them (a week, a month) may end later.
        self._fields = {
            one.name: one
            for one in fields
            if not (one.is_relation or one.primary_key or isinstance(one, models.DateField))
        }
        self._accepted: dict[str, set[Any]] = {name: set() for name in self._fields}
        self._has_rule = model.clean is not models.Model.clean

    def new(self, record: Record) -> Any:
        """The object that a row describes; None where it is refused."""
        given = {**record.key, **record.values, **(record.defaults or {})}
        instance = self._model(*[given.get(name, default) for name, default in self._defaults])
        return instance if self.accepts(record, instance) else None

    def accepts(self, record: Record, instance: Any) -> bool:
        try:
            self._ask(record.values, instance)
            self._ask(record.key, instance)
            if self._has_rule:
                instance.clean()
        except ValidationError:
            self._refuse(record, instance)
            return False
        return True

    def _ask(self, stated: Values, instance: Any) -> None:
        for name, value in stated.items():
            accepted = self._accepted.get(name)
            if accepted is None or value in accepted:
                continue
            field = self._fields[name]
            if not (field.blank and value in field.empty_values):
                field.clean(value, instance)
            if len(accepted) < MOST_REMEMBERED:
                accepted.add(value)

    def _refuse(self, record: Record, instance: Any) -> None:
        """Refuse all that is wrong, as the model says it."""
        asked = (record.values.keys() | record.key.keys()) & self._fields.keys()
        try:
            instance.clean_fields(exclude={one.name for one in instance._meta.fields} - asked)
            instance.clean()
        except ValidationError as error:
            for name, reasons in error.message_dict.items():
                self._plan.refuse(record.row, self._columns.get(name, name), " ".join(reasons))


def _apply_changes(
    plan: Plan,
    model: type[models.Model],
    changed: Sequence[Change],
    acceptance: _Acceptance,
    columns: dict[str, str],
) -> None:
    verdicts = plan.verdicts_on(model)
    by_hand = edited_by_hand(model, [stored.id for stored, _, _ in changed])
    objects = _objects(model, [stored for stored, _, _ in changed])
    updated, told = [], []
    for stored, record, differing in changed:
        instance = objects[stored.id]
        if stored.id in by_hand:
            plan.keep(
                record.row,
                model,
                f"{instance} was edited here since its last import; kept as it is.",
            )
            continue
        before = {name: getattr(instance, name) for name in differing}
        for name in differing:
            setattr(instance, name, record.values[name])
        if acceptance.accepts(record, instance):
            updated.append((instance, differing))
            verdicts["changed"] += 1
            told.append((record, instance, before))
    fields = sorted({name for _, differing in updated for name in differing})
    update_all([instance for instance, _ in updated], fields)
    word = _words(
        model,
        [
            (name, value)
            for record, _, before in told
            for name in before
            for value in (before[name], record.values[name])
        ],
    )
    for record, instance, before in told:
        what = "; ".join(
            f"{columns.get(name, name)} {word(name, value):.60}"
            f" -> {word(name, record.values[name]):.60}"
            for name, value in before.items()
        )
        plan.changes.append(f"{record.row.place}: {instance}: {what}")


def _words(
    model: type[models.Model], values: Iterable[tuple[str, Any]]
) -> Callable[[str, Any], str]:
    """How to word the values of fields; a link is worded by what it leads to, not by its id."""
    links = {
        field.attname: field.related_model
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
    }
    linked = defaultdict(set)
    for name, value in values:
        if name in links and value is not None:
            linked[name].add(value)
    words = {
        (name, one.pk): str(one)
        for name, keys in linked.items()
        for one in load(links[name], "pk", sorted(keys))
    }
    return lambda name, value: words.get((name, value), str(value))


def _remove(plan: Plan, model: type[models.Model], unnamed: Sequence[Any]) -> None:
    verdicts = plan.verdicts_on(model)
    by_hand = edited_by_hand(model, [stored.id for stored in unnamed])
    objects = _objects(model, unnamed)
    for stored in unnamed:
        instance = objects[stored.id]
        if stored.id in by_hand:
            plan.keep(None, model, f"{instance} was added or edited here; kept as it is.")
        else:
            verdicts["removed"] += 1
            plan.changes.append(f"{instance} is not in the file any more: removed.")
            instance.delete()


def _objects(model: type[models.Model], stored: Sequence[Any]) -> dict[int, Any]:
    """The objects of stored ones by id: those themselves, or what stands for rows of them."""
    given: dict[int, Any] = {one.pk: one for one in stored if isinstance(one, model)}
    others = [one.id for one in stored if one.id not in given]
    return given | {one.id: one for one in load(model, "pk", others)}
