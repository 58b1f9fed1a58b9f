"""Cells and lines of CSV that PostgreSQL writes itself: those of `sources.formats`, far faster.

The functions on cells give SQL for the SQL of a text. Each is the twin of one in `sources.tables`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.db import connection

from .tables import GUARD, SEPARATOR

ENOUGH = 65_536  # bytes that are worth sending

# What `tables.FORMULA` looks for: white space as Python has it, line ends, and signs.
_WHITE = "".join(chr(code) for code in range(1, 0x3001) if chr(code).isspace())
_ENDS = "\t\r\n"
_SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
# Of a whole list the sorts are large, and compiling the statement takes longer than it saves. The
# tables lie in the order in which they are joined, so that hashing them would only take memory, and
# a row found by an index is near the last one.
_SETTINGS = {
    "work_mem": "32MB",
    "jit": "off",
    "enable_hashjoin": "off",
    "random_page_cost": "1.1",
}


def literal(text: str) -> str:
    """A text of ours in SQL that takes parameters."""
    doubled = text.replace("'", "''").replace("%", "%%")
    return f"'{doubled}'"


def guarded(text: str) -> str:
    """With a `'` in front where a spreadsheet would run it as a formula.

    Most texts are settled by their first character.
    """
    bare = f"ltrim({text}, {literal(GUARD)})"
    return (
        f"CASE WHEN strpos({literal(GUARD + _WHITE + _SIGNS)}, left({text}, 1)) = 0 THEN {text}"
        f" WHEN left(ltrim({bare}, ' '), 1) IN ({_each(_ENDS)})"
        f" OR left(ltrim({bare}, {literal(_WHITE)}), 1) IN ({_each(_SIGNS)})"
        f" THEN {literal(GUARD)} || {text} ELSE {text} END"
    )


def _each(characters: str) -> str:
    return ", ".join(map(literal, characters))


def once(values: str, between: str) -> str:
    """The values of an array as one text, each once, in their order."""
    return (
        f"CASE WHEN {values} IS NULL THEN NULL"
        f" WHEN cardinality({values}) = 1 OR {_two_of_a_kind(values)} THEN {values}[1]"
        f" WHEN cardinality({values}) = 2 THEN {values}[1] || {literal(between)} || {values}[2]"
        f" ELSE (SELECT string_agg(value, {literal(between)} ORDER BY place)"
        f" FROM {_distinct(values)}) END"
    )


def joined(values: str) -> str:
    """The values of an array, none of them empty, as one cell that `tables.parted` reads."""
    return (
        f"CASE WHEN {values} IS NULL THEN NULL"
        f" WHEN cardinality({values}) = 1 OR {_two_of_a_kind(values)}"
        f" THEN {_escaped(f'{values}[1]')}"
        f" ELSE (SELECT {joined_rows('value', 'place')} FROM {_distinct(values)}) END"
    )


def joined_rows(value: str, order: str) -> str:
    """The same as an aggregate of rows whose values differ."""
    each = _closed(_escaped(value))
    return _opened(f"string_agg({each}, {literal(SEPARATOR)} ORDER BY {order})")


def _two_of_a_kind(values: str) -> str:
    return f"(cardinality({values}) = 2 AND {values}[1] = {values}[2])"


def _distinct(values: str) -> str:
    return (
        "(SELECT value, min(place) AS place"
        f" FROM unnest({values}) WITH ORDINALITY AS one (value, place) GROUP BY value) AS distinct_"
    )


def _escaped(value: str) -> str:
    return (
        f"CASE WHEN strpos({value}, {literal(SEPARATOR)}) = 0 THEN {value}"
        rf" ELSE regexp_replace({value}, '(\\*);', '\1\1\\;', 'g') END"
    )


def _closed(value: str) -> str:
    """A value that a separator follows: a backslash at its end is none of the separator."""
    return (
        rf"CASE WHEN right({value}, 1) = '\'"
        rf" THEN regexp_replace({value}, '(\\+)$', '\1\1') ELSE {value} END"
    )


def _opened(cell: str) -> str:
    """The last value is followed by none, so what closed it is taken off."""
    return (
        rf"CASE WHEN right({cell}, 1) = '\'"
        rf" THEN regexp_replace({cell}, '(\\+)\1$', '\1') ELSE {cell} END"
    )


def copied(select: str, params: Sequence[Any]) -> Iterator[bytes]:
    """The rows of a select as lines of CSV (RFC 4180), in chunks. NULL is an empty cell.

    Its settings last as long as the transaction that it is called in.
    """
    with connection.cursor() as cursor:
        settings = ", ".join(["set_config(%s, %s, true)"] * len(_SETTINGS))
        cursor.execute(f"SELECT {settings}", [*chain.from_iterable(_SETTINGS.items())])
        copy = cursor.mogrify(f"COPY ({select}) TO STDOUT (FORMAT csv)", params)
        with cursor.copy(copy) as rows:
            yield from _chunks(rows)


def _chunks(rows: Iterable[Any]) -> Iterator[bytes]:
    """Each row comes by itself, and ends in a line feed alone."""
    lines: list[bytes] = []
    size = 0
    for row in rows:
        lines.append(row[:-1])
        size += len(row)
        if size >= ENOUGH:
            yield _ended(lines)
            lines, size = [], 0
    if lines:
        yield _ended(lines)


def _ended(lines: list[bytes]) -> bytes:
    lines.append(b"")
    return b"\r\n".join(lines)
