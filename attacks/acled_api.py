"""Endpoints in the shape of ACLED's programming interface, for the clients that there are of it."""

import re
from functools import cached_property

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView

from config.formats import CSV
from config.rest import Public
from config.throttle import Scope
from sources.formats import CHUNK, Stream, as_json, consistent, csv_chunks, in_chunks
from sources.rows import Kind

from .acled import ACTORS, COUNTRY_LIST, DELETED, EVENTS
from .acled_filters import Question, Refused

ROWS = 5_000  # of an answer, unless a limit is asked for
JSON_OR_CSV = {"json": JSONRenderer, "csv": CSV}
PAGING = {
    "fields": (str, "Only these columns, with | between, in the order in which they are named."),
    "limit": (int, f"How many rows; 0: all there are. Unless given, {ROWS}."),
    "page": (int, "Which part of that many rows, from 1 on."),
    "_format": (str, "json or csv. At read.csv it is csv."),
    "export_type": (str, "dyadic, as which every row leaves."),
}
# What clients of ACLED send, and what changes nothing here: every list is open to all.
IGNORED = {
    "key": "Not needed, and ignored.",
    "email": "Not needed, and ignored.",
    "access_token": "Not needed, and ignored.",
    "terms": "Ignored.",
    "inter_num": "Ignored: inter1, inter2 and interaction are null.",
    "with_total": "Ignored: count and total_count are always told.",
    "maritime_pairs": "Ignored: no event lies at sea.",
}


class ByParameter(BaseContentNegotiation):
    """The format that the address names: clients of ACLED accept anything, or say nothing."""

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class AcledView(Public, APIView):
    content_negotiation_class = ByParameter
    listing = None
    as_csv = False

    def get_renderers(self):
        asked = self.request.GET.get("_format", "").strip().lower()
        return [JSON_OR_CSV.get("csv" if self.as_csv else asked, JSONRenderer)()]

    def parameters(self):
        filters = self.listing.filters
        names = [*filters, *(f"{name}_where" for name in filters), *PAGING, *IGNORED]
        return dict.fromkeys(names, False)

    @cached_property
    def last_update(self):
        """The hours since the last revision, as ACLED tells them."""
        if self.revision is None:
            return None
        return int((timezone.now() - self.revision.moment).total_seconds() // 3600)

    def state(self):
        return (self.last_update,)

    def scopes(self):
        if not 0 < self.limit <= ROWS:
            yield Scope.EXPORTS
        if self.dear:
            yield Scope.SEARCHES

    def get(self, request):
        self.read_question(request.query_params)
        self.begin()
        csv = request.accepted_renderer.format == "csv"
        content_type = f"{request.accepted_renderer.media_type}; charset=utf-8"
        if request.method == "HEAD":
            response = HttpResponse(content_type=content_type)
        else:
            stream = Stream(consistent(self.csv() if csv else self.json()))
            response = StreamingHttpResponse(stream, content_type=content_type)
        if csv:
            name = f'attachment; filename="basewatch-{self.listing.name}.csv"'
            response.headers["Content-Disposition"] = name
            # A CSV has no place to say that there are more.
            response.headers["X-Total-Count"] = str(self.rows.order_by().count())
        return response

    def read_question(self, params):
        """Refuse what cannot be meant, before any row is read."""
        asked, errors = {}, {}
        readers = {
            "fields": self.read_fields,
            "limit": self.read_limit,
            "page": self.read_page,
            "_format": self.read_format,
            "export_type": self.read_export_type,
        }
        for name, read in readers.items():
            try:
                asked[name] = read(params.get(name, "").strip())
            except ValidationError as error:
                errors |= error.detail
        try:
            question = Question(self.listing.filters, params)
            self.rows = self.listing.rows().filter(question.condition())
            self.dear = question.dear
        except Refused as refused:
            errors |= refused.errors
        if errors:
            raise ValidationError(errors)
        self.fields, self.limit, self.page = asked["fields"], asked["limit"], asked["page"]

    def read_fields(self, text):
        names = [name.strip() for name in text.split("|")] if text else list(self.listing.filters)
        if unknown := [name for name in names if name not in self.listing.filters]:
            known = "|".join(self.listing.filters)
            raise ValidationError({"fields": [f"“{unknown[0]}” is no column. Use: {known}."]})
        return list(dict.fromkeys(names))

    def read_limit(self, text):
        return whole("limit", text, ROWS, "Use a whole number of at most 9 digits; 0: all rows.")

    def read_page(self, text):
        reason = "Use a whole number from 1 on, of at most 9 digits."
        if page := whole("page", text, 1, reason):
            return page
        raise ValidationError({"page": [reason]})

    def read_format(self, text):
        if text and text.lower() not in JSON_OR_CSV:
            raise ValidationError({"_format": [f"Use one of: {', '.join(JSON_OR_CSV)}."]})
        if self.as_csv and text.lower() == "json":
            raise ValidationError({"_format": ["read.csv is CSV: ask read for JSON."]})

    def read_export_type(self, text):
        if text and text.lower() != "dyadic":
            raise ValidationError({"export_type": ["Use dyadic: there is no other form."]})

    @property
    def start(self):
        return (self.page - 1) * self.limit

    def some_rows(self):
        """The rows of the page; without a limit all are on the first one."""
        if not self.limit:
            return self.rows if self.page == 1 else self.rows.none()
        return self.rows[self.start : self.start + self.limit]

    def records(self):
        for chunk in in_chunks(self.some_rows().iterator(chunk_size=CHUNK)):
            for row in self.listing.shown(chunk):
                yield {name: row[name] for name in self.fields}

    def csv(self):
        return csv_chunks(self.fields, (list(row.values()) for row in self.records()))

    def json(self):
        """The envelope, its rows written as they come; how many there were stands behind them."""
        head = {"status": 200, "success": True, "last_update": self.last_update, "messages": []}
        yield f'{as_json(head)[:-1]},"data":['.encode()
        count = 0
        for chunk in in_chunks(self.records(), 100):
            text = ",\n".join(map(as_json, chunk))
            yield f"{',' if count else ''}\n{text}".encode()
            count += len(chunk)
        tail = {"count": count, "total_count": self.total(count), "data_query_restrictions": {}}
        yield f"\n],{as_json(tail)[1:]}\n".encode()

    def total(self, count):
        """How many rows there are on all pages: counted only where this one does not tell."""
        may_go_on = self.limit and count == self.limit
        too_far = self.page > 1 and not count
        return self.rows.order_by().count() if may_go_on or too_far else self.start + count

    def get_exception_handler(self):
        handle = super().get_exception_handler()

        def in_their_words(error, context):
            response = handle(error, context)
            if response is not None:
                response.data = refusal(response.status_code, response.data)
            return response

        return in_their_words


def whole(name, text, default, reason):
    if not text:
        return default
    if not re.fullmatch("[0-9]{1,9}", text):
        raise ValidationError({name: [reason]})
    return int(text)


def refusal(status, detail):
    """An error in ACLED's envelope; `detail` is what this API says elsewhere."""
    if status != 400:
        messages, more = [str(detail["detail"])], detail
    else:
        messages = [f"{name}: {text}" for name, texts in detail.items() for text in texts]
        more = {}
    errors = [{"message": message} for message in messages]
    return {"status": status, "success": False, "error": errors, "messages": messages, **more}


# The schema

TEXT, COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
TYPES = {
    Kind.TEXT: TEXT,
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.DAY: {"type": "string", "format": "date"},
}


def or_null(schema):
    """In the words of OpenAPI 3.0 and 3.1 alike."""
    return {"anyOf": [schema, {"enum": [None]}]}


def column_schema(one):
    kind = TYPES[one.column.kind]
    return (kind if one.always else or_null(kind)) | {"description": one.column.help_text}


def row_schema(listing):
    return {
        "type": "object",
        "properties": {name: column_schema(one) for name, one in listing.filters.items()},
        "additionalProperties": False,
        "description": "All columns, or those that `fields` names.",
    }


def envelope(listing):
    hours = or_null(COUNT) | {"description": "Hours since the last change of the record."}
    members = {
        "status": {"type": "integer", "enum": [200]},
        "success": {"type": "boolean", "enum": [True]},
        "last_update": hours,
        "messages": {"type": "array", "items": TEXT},
        "data": {"type": "array", "items": row_schema(listing)},
        "count": COUNT | {"description": "How many rows this answer has."},
        "total_count": COUNT | {"description": "How many there are on all pages."},
        "data_query_restrictions": {"type": "object", "description": "Empty: there are none."},
    }
    return {"type": "object", "required": list(members), "properties": members}


REFUSED = {
    "type": "object",
    "required": ["status", "success", "error", "messages"],
    "properties": {
        "status": {"type": "integer", "enum": [400]},
        "success": {"type": "boolean", "enum": [False]},
        "error": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message"],
                "properties": {"message": TEXT},
            },
        },
        "messages": {"type": "array", "items": TEXT},
    },
}


def parameters(listing):
    for name, one in listing.filters.items():
        text = f"{one.column.help_text} Compared by {one.default}."
        yield OpenApiParameter(name, OpenApiTypes.STR, description=text)
    for name, one in listing.filters.items():
        text = f"How to compare {name}: {', '.join(one.operators)}."
        yield OpenApiParameter(f"{name}_where", OpenApiTypes.STR, description=text)
    for name, (kind, text) in PAGING.items():
        yield OpenApiParameter(name, kind, description=text)
    for name, text in IGNORED.items():
        yield OpenApiParameter(name, OpenApiTypes.STR, description=text)


ASKING = """

A filter takes several values with `|` or `:OR:` between; behind `:OR:` another column may be named
(`country=Syria:OR:iso=368`). With BETWEEN it takes the first and the last, as `A|B`. Texts are
compared whatever their case, LIKE finds a part of one, and what is null passes no filter.
`read.csv` in place of `read` gives CSV. No key is needed.
"""


def documented(view):
    listing = view.listing
    get = extend_schema(
        operation_id=f"{listing.name}_read",
        tags=["ACLED-shaped"],
        description=view.__doc__.strip() + ASKING,
        parameters=list(parameters(listing)),
        responses={
            (200, "application/json"): envelope(listing),
            (200, "text/csv"): OpenApiTypes.STR,
            (400, "application/json"): OpenApiResponse(
                REFUSED, "A parameter or a value is not known: what is allowed."
            ),
        },
    )
    return extend_schema_view(get=get)(view)


class EventsView(AcledView):
    """Attacks on military bases in the columns of ACLED, newest first.

    What the record does not keep is null, and so is an unknown number of dead. Records that were
    merged into another stand in deleted/read, as those that were withdrawn do.
    """

    listing = EVENTS


class DeletedView(AcledView):
    """Records that left acled/read: withdrawn, or merged into another. Last changed first."""

    listing = DELETED


class ActorsView(AcledView):
    """The armed groups that claim any of the attacks of acled/read, by name."""

    listing = ACTORS


class CountriesView(AcledView):
    """The countries in which the attacks of acled/read lie."""

    listing = COUNTRY_LIST


VIEWS = {
    view.listing.name: documented(view)
    for view in (EventsView, DeletedView, ActorsView, CountriesView)
}
