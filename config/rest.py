"""What every endpoint of the API shares: strict parameters, paging by cursor, the licence.

An answer is never silently incomplete: a parameter, format or value that is not known is a 400
that names it and says what is allowed.
"""

import base64
import json
import re

from django.conf import settings
from django.core.exceptions import ValidationError as BadValue
from django_filters import MultipleChoiceFilter
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.routers import APIRootView
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from config.keyset import backwards, beyond


class Negotiation(DefaultContentNegotiation):
    def filter_renderers(self, renderers, format):
        found = [renderer for renderer in renderers if renderer.format == format]
        if not found:
            formats = ", ".join(renderer.format for renderer in renderers)
            raise ValidationError({"format": [f"Unknown format. Use: {formats}."]})
        return found


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


class Public:
    """A view that anybody may read, strict about its parameters; its data is CC BY 4.0."""

    content_negotiation_class = Negotiation
    own_parameters = ()  # of a list, beside those of its filters and its paging
    detail_parameters = ()

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        refuse_parameters(request.query_params, self.parameters())

    def parameters(self):
        """{name: may it be repeated}, in the order in which they are told to a reader."""
        allowed = {}
        if getattr(self, "detail", None) is False:  # a list
            allowed |= dict.fromkeys(self.own_parameters, False)
            for name, one in self.filterset_class.base_filters.items():
                allowed[name] = isinstance(one, MultipleChoiceFilter)
            if self.paginator:
                allowed |= dict.fromkeys(self.paginator.parameters, False)
        else:
            allowed |= dict.fromkeys(self.detail_parameters, False)
        return allowed | {"format": False}

    def finalize_response(self, request, response, *args, **kwargs):
        licence = settings.SPECTACULAR_SETTINGS["LICENSE"]["url"]
        response.headers.setdefault("Link", f'<{licence}>; rel="license"')
        return super().finalize_response(request, response, *args, **kwargs)


class KeysetPagination(BasePagination):
    """Pages by the place of a row in the view's `ordering`: no page costs more than the first.

    A cursor holds the ordering's values at the last row seen (or the first, going back). DRF's own
    keeps only the first of them and an offset of at most 1000 among equals, and more incidents
    than that may share a day.
    """

    default_size = 50
    largest_size = 1000
    parameters = {
        "cursor": "Where to go on: taken from `next` or `previous` of an answer.",
        "page_size": f"How many on a page: 1 to {largest_size}, else {default_size}.",
    }

    def paginate_queryset(self, queryset, request, view=None):
        self.address = request.build_absolute_uri()
        self.ordering = view.ordering
        size = self.read_size(request.query_params)
        back, place = self.read_cursor(request.query_params, queryset.model)
        ordering = backwards(self.ordering) if back else self.ordering
        if place:
            queryset = queryset.filter(beyond(ordering, place))
        rows = list(queryset.order_by(*ordering)[: size + 1])
        more = len(rows) > size
        self.page = rows[:size]
        if back:
            self.page.reverse()
        self.has_next = more if not back else bool(self.page)
        self.has_previous = more if back else bool(place and self.page)
        return self.page

    def read_size(self, params):
        text = params.get("page_size", str(self.default_size))
        if not re.fullmatch("0*[1-9][0-9]{0,3}", text) or int(text) > self.largest_size:
            raise ValidationError(
                {"page_size": [f"Use a whole number from 1 to {self.largest_size}."]}
            )
        return int(text)

    def read_cursor(self, params, model):
        """(going back, the values of the place), the values None where there is no cursor."""
        if "cursor" not in params:
            return False, None
        try:
            back, *values = json.loads(base64.urlsafe_b64decode(params["cursor"]))
            fields = [model._meta.get_field(name.lstrip("-")) for name in self.ordering]
            place = [field.clean(v, None) for field, v in zip(fields, values, strict=True)]
            if None in place:
                raise ValueError("A row is never listed beside an unknown value.")
        except (ValueError, TypeError, OverflowError, RecursionError, BadValue) as error:
            raise ValidationError(
                {"cursor": ["Not a cursor. Take it from next or previous of an answer."]}
            ) from error
        return back is True, place

    def link(self, back, row):
        values = [getattr(row, name.lstrip("-")) for name in self.ordering]
        cursor = json.dumps([back, *values], default=str, separators=(",", ":"))
        cursor = base64.urlsafe_b64encode(cursor.encode()).decode()
        return replace_query_param(self.address, "cursor", cursor)

    def get_paginated_response(self, data):
        return Response(
            {
                "next": self.link(False, self.page[-1]) if self.has_next else None,
                "previous": self.link(True, self.page[0]) if self.has_previous else None,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema):
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view):
        size = {"type": "integer", "minimum": 1, "maximum": self.largest_size}
        schemas = {"cursor": {"type": "string"}, "page_size": size | {"default": self.default_size}}
        return [
            {"name": name, "in": "query", "description": text, "schema": schemas[name]}
            for name, text in self.parameters.items()
        ]


class PublicViewSet(Public, ReadOnlyModelViewSet):
    """List and detail. `ordering` ends in something unique, so that no page shifts."""

    pagination_class = KeysetPagination
    ordering = ("id",)


class Root(Public, APIRootView):
    """Where everything is."""


class NoSuchAddress(APIView):
    schema = None

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this address. See /api/v1/.")


REFUSAL = {
    "description": "A parameter, a format or a value is not known: what is allowed, by parameter.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
            "example": {"since": ["Give a day as YYYY-MM-DD."]},
        }
    },
}
NOT_FOUND = {
    "description": "No such record, or none that is published.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {"detail": {"type": "string"}},
                "required": ["detail"],
            }
        }
    },
}


def document_refusals(result, **kwargs):
    """Say in the schema what every operation may refuse."""
    for address, operations in result["paths"].items():
        for operation in operations.values():
            operation["responses"]["400"] = REFUSAL
            if "{" in address:
                operation["responses"]["404"] = NOT_FOUND
    return result
