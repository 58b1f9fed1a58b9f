"""Many new rows of one model and their history, in a few statements whatever their number.

History is what simple_history would have written: the row itself, when, by whom and in which
revision. Here the database copies it from the rows that it has just been given. Their bulk writers
send no signals either.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any

from django.db import connection, models
from django.utils import timezone
from psycopg.copy import QueuedLibpqWriter

BATCH = 10_000
# What both databases take as it is; a time or a decimal is written in the way of each.
PLAIN = {str, int, bool, datetime.date, type(None)}

Values = Sequence[Any]


def insert(objects: Sequence[Any], revision: int) -> None:
    """Insert new objects of one model, with their history under that revision.

    Facts have one writer at a time, so all keys from the first to the last are theirs.
    """
    model = type(objects[0])
    keys = _new_keys(model, len(objects))
    for one, key in zip(objects, keys, strict=True):
        one.pk = key
        one._state.adding, one._state.db = False, connection.alias
    fields = model._meta.concrete_fields
    _write(model, fields, _batches(objects, fields))
    user = model.history.model.get_default_history_user(objects[0])
    history = {
        "history_date": timezone.now(),
        "history_type": "+",
        "history_user": user and user.pk,
        "revision": revision,
    }
    _copy_to_history(model, history, keys[0], keys[-1])


def _new_keys(model: type[models.Model], number: int) -> Sequence[int]:
    """Keys that no row of the model has or ever had, rising."""
    meta = model._meta
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            table = connection.ops.quote_name(meta.db_table)
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, meta.pk.column])
            (sequence,) = cursor.fetchone()
            cursor.execute("SELECT setval(%s, nextval(%s) + %s)", [sequence, sequence, number - 1])
            (last,) = cursor.fetchone()
        else:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [meta.db_table])
            (last_used,) = cursor.fetchone() or (0,)
            last = last_used + number
    return range(last - number + 1, last + 1)


def _batches(objects: Iterable[Any], fields: Sequence[Any]) -> Iterator[list[Values]]:
    """The values of the objects as the database takes them."""
    values = map(attrgetter(*(field.attname for field in fields)), objects)
    while batch := list(islice(values, BATCH)):
        columns = zip(*batch, strict=True)
        prepared = [_prepared(*one) for one in zip(fields, columns, strict=True)]
        yield list(zip(*prepared, strict=True))


def _prepared(field: models.Field, column: Values) -> Values:
    if set(map(type, column)) <= PLAIN:
        return column
    return [field.get_db_prep_save(value, connection) for value in column]


def _write(
    model: type[models.Model], fields: Sequence[Any], batches: Iterator[list[Values]]
) -> None:
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    columns = ", ".join(quote(field.column) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor.cursor, f"COPY {table} ({columns}) FROM STDIN", batches)
        else:
            places = ", ".join(["%s"] * len(fields))
            for batch in batches:
                cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", batch)


def _copy(cursor: Any, statement: str, batches: Iterator[list[Values]]) -> None:
    """Send the rows; those that follow are made ready while the server stores those before."""
    with (
        connection.wrap_database_errors,
        cursor.copy(statement, writer=QueuedLibpqWriter(cursor)) as copy,
    ):
        for batch in batches:
            for row in batch:
                copy.write_row(row)


def _copy_to_history(
    model: type[models.Model], history: dict[str, Any], first: int, last: int
) -> None:
    quote = connection.ops.quote_name
    rows = model.history.model  # type: ignore[attr-defined]
    fields = [rows._meta.get_field(name) for name in history]
    columns = ", ".join(quote(field.column) for field in rows.tracked_fields)
    named = ", ".join(quote(field.column) for field in fields)
    values = [
        field.get_db_prep_save(value, connection)
        for field, value in zip(fields, history.values(), strict=True)
    ]
    places = ", ".join(["%s"] * len(values))
    key = quote(model._meta.pk.column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(rows._meta.db_table)} ({columns}, {named})"
            f" SELECT {columns}, {places} FROM {quote(model._meta.db_table)}"
            f" WHERE {key} BETWEEN %s AND %s ORDER BY {key}",
            [*values, first, last],
        )
