"""What is on record, and what was before somebody edited it, asked for by sets of any size."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from .models import Revision

KINDS = {bool: "boolean", int: "bigint", str: "text"}  # of PostgreSQL; a bool is an int too


def one_of(values: Collection[Any]) -> RawSQL | list[Any]:
    """These values of one kind as a query, so that any number of them is one parameter."""
    if not values:
        return []
    if connection.vendor == "postgresql":
        first = next(iter(values))
        kind = next(kind for one, kind in KINDS.items() if isinstance(first, one))
        return RawSQL(f"SELECT unnest(%s::{kind}[])", [list(values)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(values))])


def load(model: Any, field_name: str, values: Collection[Any]) -> list[Any]:
    """The records with one of these values."""
    if not values:
        return []
    return list(model.objects.filter(**{f"{field_name}__in": one_of(values)}))


def as_rows(records: QuerySet[Any]) -> list[Any]:
    """Their values by the names of the columns: an object of each would cost many times that."""
    names = [field.attname for field in records.model._meta.concrete_fields]
    return list(records.values_list(*names, named=True))


def load_rows(model: Any, field_name: str, values: Collection[Any]) -> list[Any]:
    """As `load`, but rows and no objects, in no order."""
    return as_rows(model.objects.filter(**{f"{field_name}__in": one_of(values)}).order_by())


def edited_by_hand(model: type[models.Model], pks: Collection[Any]) -> set[Any]:
    """Those of these records whose last change was not an import's."""
    if not pks:
        return set()
    last: dict[Any, str] = dict(
        model.history.filter(id__in=one_of(pks))  # type: ignore[attr-defined]
        .order_by("history_id")
        .values_list("id", "revision__origin")
    )
    return {pk for pk, origin in last.items() if origin != Revision.Origin.IMPORT}


Keys = set[tuple[Any, ...]]


def former_keys(
    model: Any, key_fields: Sequence[str], wanted: Keys
) -> tuple[dict[tuple[Any, ...], Any], Keys]:
    """Of these natural keys, those that an editor took away: from records that have another key
    now, each with its record, and from records that were removed."""
    history = model.history.order_by("history_id")
    every = _ever(history, key_fields, wanted)
    former = {key: pk for key, pk in every if key in wanted}
    if not former:
        return {}, set()
    stored = {one.pk: one for one in load(model, "pk", former.values())}
    gone = history.filter(history_type="-").exclude(revision__origin=Revision.Origin.IMPORT)
    removed = set(gone.values_list("id", flat=True))
    return (
        {key: stored[pk] for key, pk in former.items() if pk in stored},
        {key for key, pk in former.items() if pk in removed},
    )


def _ever(
    history: Any, key_fields: Sequence[str], wanted: Keys
) -> Iterable[tuple[tuple[Any, ...], Any]]:
    """Keys that records ever had, each with its record, the latest last: all those wanted and,
    where a key has several parts, others put together of the same parts."""
    parts = dict(zip(key_fields, map(set, zip(*wanted, strict=True)), strict=True))
    known = {name: values for name, values in parts.items() if None not in values}
    if not known:
        return
    rows = history.filter(**{f"{name}__in": one_of(values) for name, values in known.items()})
    for pk, *key in rows.values_list("id", *key_fields).iterator():
        yield tuple(key), pk


def current_slugs(model: Any) -> dict[str, Any]:
    """Records by their slugs, also by one that an editor has changed since."""
    stored = {one.pk: one for one in model.objects.all()}
    former = model.history.order_by("history_id").values_list("slug", "id")
    return {slug: stored[pk] for slug, pk in former if pk in stored} | {
        one.slug: one for one in stored.values()
    }
