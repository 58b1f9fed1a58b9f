"""Records as the JSON that their serializers make, written by the database itself.

To fetch, build and serialize the objects of a page takes ten times as long as to read it. Which
members a document has is read off the serializer, so that none is forgotten; what a model computes
in Python has to be given as an expression. The texts are those of REST framework, byte for byte,
but for two marks: see `sent`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import F, IntegerField, JSONField, OuterRef, QuerySet, Subquery
from django.db.models import TextField as TextColumn
from rest_framework import serializers
from rest_framework.serializers import Field, ListSerializer, Serializer

from .statements import Differing

Given = Mapping[type[Serializer], Mapping[str, Any]]
Members = Mapping[str, Any]


def statement(
    rows: QuerySet[Any], serializer: Serializer, given: Given, names: Iterable[str] | None = None
) -> tuple[str, tuple[Any, ...]]:
    """What asks for the documents of these rows, in their order, and its parameters.

    A document is what the serializer makes of a record, or these members of it alone. `given` are
    expressions by the class of a serializer and the name of its field; where that shows other
    records, the queryset of their rows.
    """
    members = _members(serializer, given, names)
    documents = _with(rows, members)
    columns, params = documents.query.sql_with_params()
    document, alias = _document(list(members), documents.query, connection.vendor)
    return f"SELECT CAST({document} AS text) FROM ({columns}) {alias}", params


def sent(texts: Iterable[str]) -> str:
    """Documents between commas. JavaScript once took two marks for the end of a line."""
    return ",".join(texts).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


# From a serializer to its documents


class NotWritten(TypeError):
    """A field of a serializer of which the database cannot know what it shows."""


def _members(serializer: Serializer, given: Given, names: Iterable[str] | None = None) -> Members:
    shown = set(serializer.fields if names is None else names)
    own = given.get(type(serializer), {})
    return {
        name: _member(serializer, field, own.get(name), given)
        for name, field in serializer.fields.items()
        if name in shown
    }


def _member(serializer: Serializer, field: Field, given: Any, given_all: Given) -> Any:
    if isinstance(field, ListSerializer):
        rows = _linking_rows(serializer, field) if given is None else given
        return Documents(rows, _members(field.child, given_all))
    if isinstance(field, Serializer):
        rows = _linked_row(serializer, field) if given is None else given
        return Document(rows, _members(field, given_all))
    return _column(serializer, field) if given is None else given


def _column(serializer: Serializer, field: Field) -> Any:
    if _link(serializer, field) is not None:
        for kind, write in WRITTEN:
            if isinstance(field, kind):
                return write(F(field.source))
    raise _not_written(serializer, field)


def _linked_row(serializer: Serializer, field: Field) -> QuerySet[Any]:
    link = _link(serializer, field)
    if link is None or not link.many_to_one:
        raise _not_written(serializer, field)
    rows: QuerySet[Any] = link.related_model._default_manager.order_by()
    return rows.filter(pk=OuterRef(link.attname))


def _linking_rows(serializer: Serializer, field: Field) -> QuerySet[Any]:
    """The records that link to this one, in the order of their model."""
    link = _link(serializer, field)
    if link is None or not link.one_to_many:
        raise _not_written(serializer, field)
    rows: QuerySet[Any] = link.related_model._default_manager.all()
    return rows.filter(**{link.field.name: OuterRef("pk")})


def _link(serializer: Serializer, field: Field) -> Any:
    """The field of the model that is shown, or the relation; None where it is neither."""
    fields = serializer.Meta.model._meta.get_fields()
    names = {getattr(one, "related_name", None) or one.name: one for one in fields}
    return names.get(field.source)


def _not_written(serializer: Serializer, field: Field) -> NotWritten:
    return NotWritten(f"Give an expression for {type(serializer).__name__}.{field.field_name}.")


# What the databases write, each in its own way


def _with(rows: QuerySet[Any], members: Members) -> QuerySet[Any]:
    """The members as columns, under names that no field has."""
    return rows.values(**{_name(number): one for number, one in enumerate(members.values())})


def _name(number: int) -> str:
    return f"member{number}"


def _document(names: list[str], query: Any, vendor: str) -> tuple[str, str]:
    """How an object is made of the columns of such a query, and what the query is called."""
    if vendor == "postgresql":
        # Of a row it writes neither spaces nor line feeds.
        return "row_to_json(document)", f"document ({', '.join(map(_quoted, names))})"
    columns = []
    for number, name in enumerate(names):
        column = _name(number)
        # That a text is JSON is forgotten on its way out of a subquery.
        is_json = isinstance(query.annotations[column].output_field, JSONField)
        columns.append(f"'{name}', {f'json({column})' if is_json else column}")
    return f"json_object({', '.join(columns)})", "document"


def _quoted(name: str) -> str:
    return f'"{name}"'


class Document(Subquery):
    """The document of the row of a query; null where it has none."""

    output_field = JSONField()
    postgresql = sqlite = "(SELECT {document} FROM (%(subquery)s) {alias})"

    def __init__(self, rows: QuerySet[Any], members: Members) -> None:
        self.names = list(members)
        super().__init__(_with(rows, members))

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        document, alias = _document(self.names, self.query, connection.vendor)
        template = getattr(self, connection.vendor).format(document=document, alias=alias)
        return super().as_sql(compiler, connection, template=template, **context)  # type: ignore[call-arg]


class Documents(Document):
    """The documents of the rows of a query, in their order."""

    postgresql = "array_to_json(ARRAY(SELECT {document} FROM (%(subquery)s) {alias}))"
    sqlite = "(SELECT json_group_array({document}) FROM (%(subquery)s) {alias})"


class Text(Differing):
    """A text, null where it is empty."""

    output_field = TextColumn()
    postgresql = sqlite = ("NULLIF(%(expressions)s, '')", "")


class Number(Differing):
    """A decimal as Python writes it: 40 is 40.0."""

    output_field = JSONField()
    postgresql = (
        r"regexp_replace(%(expressions)s::float8::text, '^-?[0-9]+$', '\&.0')::json",
        "",
    )
    sqlite = ("replace(CAST(CAST(%(expressions)s AS real) AS text), '.0e', 'e')", "")


class Time(Differing):
    """A time of day, its second with six decimals or none."""

    output_field = TextColumn()
    postgresql = (
        "replace(to_char(date '2000-01-01' + %(expressions)s, 'HH24:MI:SS.US'), '.000000', '')",
        "",
    )


class Moment(Differing):
    """A moment in UTC, its second with six decimals or none."""

    output_field = TextColumn()
    postgresql = (
        "replace(to_char(%(expressions)s AT TIME ZONE 'UTC', "
        "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), '.000000Z', 'Z')",
        "",
    )
    sqlite = ("replace(%(expressions)s, ' ', 'T') || 'Z'", "")


class Days(Differing):
    """How many days there are from the second to the first, both included."""

    output_field = IntegerField()
    postgresql = ("(%(expressions)s + 1)", " - ")
    sqlite = ("CAST(julianday(%(expressions)s) + 1 AS integer)", ") - julianday(")


class LookedUp(Differing):
    """What an object, the first argument, has under the name that is the second."""

    output_field = TextColumn()
    postgresql = ("(%(expressions)s)", "::jsonb ->> ")
    sqlite = ("(%(expressions)s)", " ->> ")


WRITTEN: tuple[tuple[type[Field], Callable[[F], Any]], ...] = (
    (serializers.CharField, Text),
    (serializers.ChoiceField, Text),
    (serializers.IntegerField, lambda column: column),
    (serializers.DateField, lambda column: column),
    (serializers.TimeField, Time),
    (serializers.DateTimeField, Moment),
    (serializers.FloatField, Number),
)
