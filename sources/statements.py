"""Statements that are asked in the same words all the time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Func, Value
from psycopg import Cursor

LIST = object()  # stands among the parameters where the list will be


def ask(statement: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Its rows.

    To plan a long statement takes PostgreSQL as long as to answer it. With its parameters bound by
    the server it is planned once for each connection, where the settings let it be prepared.
    """
    with _cursor() as cursor:
        cursor.execute(statement, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


class Differing(Func):
    """A template for each database, with what stands between the arguments."""

    postgresql = sqlite = ("%(expressions)s", "")

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **context: Any
    ) -> Any:
        template, joiner = getattr(self, connection.vendor)
        return super().as_sql(compiler, connection, template=template, arg_joiner=joiner, **context)


class OneOf(Differing):
    """That a number is in a list: a single parameter, so that the words are always the same."""

    output_field = BooleanField()
    postgresql = ("%(expressions)s::bigint[])", " = ANY(")
    sqlite = ("%(expressions)s))", " IN (SELECT value FROM json_each(")

    def __init__(self, number: Any) -> None:
        super().__init__(number, Value(LIST))


def with_list(numbers: Sequence[int], params: Sequence[Any]) -> list[Any]:
    """The parameters of a statement, with these numbers for its `OneOf`."""
    param = list(numbers) if connection.vendor == "postgresql" else json.dumps(numbers)
    return [param if one is LIST else one for one in params]


def _cursor() -> Any:
    if connection.vendor != "postgresql" or connection.queries_logged:
        return connection.cursor()  # of another no text would be logged
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    cursor: Any = Cursor(connection.connection)
    return connection.make_cursor(cursor)
