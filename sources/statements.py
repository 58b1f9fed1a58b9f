"""Statements whose text never changes: PostgreSQL reads and plans each once a connection.

For what many readers ask many times. Django's own cursor writes the values into the text of a
statement, so that the server has to plan it anew each time, which may take longer than to run it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection


def fetch(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement with %s in the place of each value."""
    with _cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _cursor() -> Any:
    if connection.vendor != "postgresql":
        return connection.cursor()  # SQLite keeps the statements of a connection by itself
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    cursor: Any = psycopg.Cursor(connection.connection)
    debugs = connection.queries_logged
    return connection.make_debug_cursor(cursor) if debugs else connection.make_cursor(cursor)
