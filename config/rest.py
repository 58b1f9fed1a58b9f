"""What every endpoint of the API shares: strict parameters, links, the licence, whole lists.

An answer is never silently incomplete: a parameter, format or value that is not known is a 400
that names it and says what is allowed.
"""

from functools import partial

from django.http import HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django_filters import MultipleChoiceFilter
from rest_framework import serializers
from rest_framework.exceptions import NotFound, Throttled, ValidationError
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.routers import APIRootView
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from config import freshness
from config.formats import Negotiation, renderers_of
from config.keyset import backwards
from config.paging import KeysetPagination
from config.throttle import Scope, looks_through_texts, seconds_to_wait
from config.whole import LICENCE, WholeList
from sources.formats import CHUNK, as_json, in_chunks
from sources.kept import last_revision
from sources.rows import Kind


def refuse_parameters(params, allowed):
    """Refuse what cannot be right whatever the value; `allowed` says which may be repeated."""
    errors = {}
    for name, values in params.lists():
        if name not in allowed:
            errors[name] = [f"Unknown parameter. Use: {', '.join(allowed)}."]
        elif len(values) > 1 and not allowed[name]:
            errors[name] = ["Give it once."]
        elif any("\0" in value for value in values):
            errors[name] = ["NUL characters are not allowed."]
    if errors:
        raise ValidationError(errors)


def refuse_invalid(form):
    """Refuse what a form, or a filter set, finds wrong; django-filter's own words would take a %
    in a value for a placeholder."""
    if not form.is_valid():
        raise ValidationError({name: list(reasons) for name, reasons in form.errors.items()})


def address_of(request, name, query=""):
    """The address of an endpoint; unlike DRF's own it takes no format over from the question."""
    address = request.build_absolute_uri(reverse(name))
    return f"{address}?{query}" if query else address


def one_of(request, name, allowed, default=None):
    """The value of a parameter that takes these and no other."""
    value = request.query_params.get(name) or default
    if value is not None and value not in allowed:
        raise ValidationError({name: [f"Use one of: {', '.join(allowed)}."]})
    return value


def some_of(request, name, allowed):
    """The values of a parameter between commas, in their order; None where it is not given."""
    text = request.query_params.get(name)
    if not text:
        return None
    values = list(dict.fromkeys(value.strip() for value in text.split(",")))
    if unknown := [value for value in values if value not in allowed]:
        reason = f"“{unknown[0]}” is unknown. Use: {', '.join(allowed)}."
        raise ValidationError({name: [reason]})
    return values


class Public:
    """A view that anybody may read, strict about its parameters; its data is CC BY 4.0."""

    content_negotiation_class = Negotiation
    own_parameters = ()  # of a list, beside those of its filters and its paging
    detail_parameters = ()
    table = None  # how the records of the list leave as rows

    def get_renderers(self):
        table = self.table if self.is_list else None
        return [renderer() for renderer in renderers_of(table)]

    @property
    def is_list(self):
        return getattr(self, "detail", None) is False

    def dispatch(self, request, *args, **kwargs):
        """Before anything else: is what the client holds still the answer?"""
        self.revision = last_revision()
        state = self.state()
        dated = self.revision and not state
        self.changed = freshness.last_modified(self.revision.moment) if dated else None
        self.etag = freshness.etag_of(request, self.revision, *state)
        if request.method in ("GET", "HEAD") and freshness.is_held(request, self.etag):
            return self.marked(request, HttpResponse(status=304))
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        refuse_parameters(request.query_params, self.parameters())

    def json_lines(self, records):
        """The records as lines of JSON."""
        return map(as_json, self.shown(records))

    def begin(self):
        """Once the question is valid, and before a row is read: is there anything new to tell, and
        has this address not asked too often?"""
        freshness.refuse_no_newer(self.request, self.changed)
        for scope in self.scopes():
            if wait := seconds_to_wait(self.request, scope):
                raise Throttled(wait)

    def state(self):
        """What an answer follows from beside the address, the formats, the revision and the code.

        With any, nobody knows when the answer last changed.
        """
        return ()

    @property
    def for_copies(self):
        """Whether the answer is for who keeps a copy: an old one would leave changes out."""
        return bool(self.request.GET.get("updated_since"))

    def scopes(self):
        """What is dear in the question, so that one address may ask it only so often."""
        if self.request.accepted_renderer.format != "json":
            yield Scope.EXPORTS
        if looks_through_texts(self.request.query_params):
            yield Scope.SEARCHES

    def parameters(self):
        """{name: may it be repeated}, in the order in which they are told to a reader."""
        allowed = {}
        if self.is_list:
            allowed |= dict.fromkeys(self.own_parameters, False)
            for name, one in self.filterset_class.base_filters.items():
                allowed[name] = isinstance(one, MultipleChoiceFilter)
            if self.paginator:
                allowed |= dict.fromkeys(self.paginator.parameters, False)
        else:
            allowed |= dict.fromkeys(self.detail_parameters, False)
        return allowed | {"format": False}

    def handle_exception(self, error):
        if isinstance(error, freshness.NotModified):
            return HttpResponse(status=304)
        # Whatever was asked for: an error is JSON.
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(error)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        links = {"self": request.build_absolute_uri()} | getattr(response, "links", {})
        links["license"] = LICENCE
        response.headers["Link"] = ", ".join(
            f'<{address}>; rel="{name}"' for name, address in links.items() if address
        )
        return self.marked(request, response)

    def marked(self, request, response):
        """The answer with what a cache has to know of it."""
        patch_vary_headers(response, ["Accept", "Accept-Encoding"])
        if response.status_code not in (200, 304) or request.method not in ("GET", "HEAD"):
            return response
        return freshness.mark(
            request, response, etag=self.etag, changed=self.changed, shared=not self.for_copies
        )


class PublicList(Public, GenericViewSet):
    """A list, in pages or whole. `ordering` ends in something unique, so that no page shifts."""

    pagination_class = KeysetPagination
    ordering = ("id",)
    orderings = {}  # further orders of the list, by the name that asks for them
    feed_ordering = None  # of a feed, of which readers keep the first entries

    @property
    def own_parameters(self):
        own = {"fields": True, "ordering": self.orderings, "bom": self.table}
        return tuple(name for name, is_there in own.items() if is_there)

    def list(self, request):
        # What is refused is refused before a row is read.
        rows, order = self.asked(), self.order()
        asks_for_some = request.query_params.get("fields")
        self.fields = asks_for_some and some_of(request, "fields", self.names_of_fields())
        one_of(request, "bom", ("true", "false"))
        refuse_out_of_format(request)
        self.begin()
        if request.accepted_renderer.format != "json":
            rows = rows.order_by(*order)
            count = rows.order_by().count
            records, lines = partial(self.all_records, rows), self.lines(rows)
            return WholeList(self, records, count, self.fields, lines).response()
        return self.one_page(rows)

    def one_page(self, rows):
        """A page of these rows, as JSON."""
        page = self.records(self.paginate_queryset(rows))
        return self.paginator.get_paginated_response(list(self.shown(page)), **self.beside())

    def asked(self):
        """The rows that the filters find, in no order; a bad value is refused."""
        params = self.request.query_params
        filters = self.filterset_class.asked(params, self.get_queryset(), request=self.request)
        refuse_invalid(filters)
        return filters.qs

    def order(self):
        """The fields by which the list is ordered."""
        names = [sign + name for name in self.orderings for sign in ("", "-")]
        asked = one_of(self.request, "ordering", names)
        if asked is None:
            is_feed = self.request.accepted_renderer.format == "atom"
            return is_feed and self.feed_ordering or self.ordering
        order = self.orderings[asked.removeprefix("-")]
        return tuple(backwards(order)) if asked.startswith("-") else order

    def names_of_fields(self):
        """What `fields` may name: of JSON, the fields of a record, else the columns of a row."""
        if self.request.accepted_renderer.format in ("json", "ndjson"):
            return list(self.get_serializer().fields)
        return self.table.names

    def records(self, rows):
        """The records of some rows, each with all that is shown of it."""
        return rows

    def all_records(self, rows):
        for chunk in in_chunks(rows.iterator(chunk_size=CHUNK)):
            yield from self.records(chunk)

    def lines(self, rows):
        """What gives some columns of these rows as lines of CSV, where the database can."""
        return None

    def shown(self, records):
        """The records as JSON has them, with the fields that were asked for."""
        for chunk in in_chunks(records):
            serializer = self.get_serializer(chunk, many=True)
            leave_only(serializer.child, self.fields)
            yield from serializer.data

    def beside(self):
        """What stands beside the records of a page."""
        return {}


class PublicViewSet(RetrieveModelMixin, PublicList):
    """A list, and each record of it at its own address."""


class ComputedList(Public, GenericViewSet):
    """A list that is computed in one piece: its JSON is not paged."""

    pagination_class = None
    row_serializer_class = None  # of a record, where the list leaves in other formats too

    @property
    def own_parameters(self):
        return ("fields", "bom") if self.table else ()

    def answer(self, body, records):
        """`body` as JSON, or the records as rows."""
        one_of(self.request, "bom", ("true", "false"))
        refuse_out_of_format(self.request, not_in_json=("fields",))
        if self.request.accepted_renderer.format == "json":
            return Response(body)
        names = self.table.names
        if self.request.accepted_renderer.format == "ndjson":
            names = list(self.row_serializer_class().fields)
        self.fields = some_of(self.request, "fields", names)
        return WholeList(self, lambda: iter(records), lambda: len(records), self.fields).response()

    def shown(self, records):
        serializer = self.row_serializer_class(
            list(records), many=True, context=self.get_serializer_context()
        )
        leave_only(serializer.child, self.fields)
        yield from serializer.data


def leave_only(serializer, names):
    """Let a serializer show these fields alone; all of them where `names` is None."""
    for name in set(serializer.fields) - set(names or serializer.fields):
        serializer.fields.pop(name)


FIELDS = {
    Kind.TEXT: serializers.CharField,
    Kind.INTEGER: serializers.IntegerField,
    Kind.NUMBER: serializers.FloatField,
    Kind.DAY: serializers.DateField,
}


def row_serializer(name, table):
    """A serializer of the rows of a table, as dictionaries."""
    fields = {
        column.name: FIELDS[column.kind](
            read_only=True, allow_null=True, help_text=column.help_text
        )
        for column in table.columns
    }
    return type(name, (serializers.Serializer,), fields)


# Parameters that only some formats can answer.
IN_FORMATS = {
    "bom": ("csv",),
    "cursor": ("json",),
    "page_size": ("json",),
    "facets": ("json",),
    "fields": ("json", "ndjson", "csv", "xlsx", "geojson"),
}


def refuse_out_of_format(request, not_in_json=()):
    """Every format but JSON holds the whole list, so that a page of it cannot be asked for.

    `not_in_json` are parameters that the JSON of this list cannot answer.
    """
    asked = request.accepted_renderer.format
    for name, formats in IN_FORMATS.items():
        formats = [one for one in formats if one != "json" or name not in not_in_json]
        if request.query_params.get(name) and asked not in formats:
            reason = f"Not with {asked}, only with format={' or '.join(formats)}."
            raise ValidationError({name: [reason]})


class Root(Public, APIRootView):
    """Where everything is."""


class NoSuchAddress(APIView):
    schema = None

    def perform_content_negotiation(self, request, force=False):
        return super().perform_content_negotiation(request, force=True)  # whatever is accepted

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this address. See /api/docs/.")
