"""Pages of a list by the place of a row: none costs more than the first."""

import base64
import json
import re

from django.core.exceptions import ValidationError as BadValue
from django.db.models import Model
from django.http import HttpResponse
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from config.keyset import backwards, beyond
from sources.documents import sent


def value_at(row, path):
    """The value of a row at a lookup path such as "change__revision"; of a record, its key.

    A dictionary holds the values by their paths.
    """
    path = path.lstrip("-")
    if isinstance(row, dict):
        return row[path]
    for name in path.split("__"):
        row = getattr(row, name)
    return row.pk if isinstance(row, Model) else row


def field_at(model, path):
    """The field at a lookup path; of a link, that which it points to."""
    *links, name = path.lstrip("-").split("__")
    for link in links:
        model = model._meta.get_field(link).related_model
    field = model._meta.get_field(name)
    return field.target_field if field.is_relation else field


def with_links(answer, links):
    answer.links = {"next": links["next"], "prev": links["previous"]}
    return answer


class KeysetPagination(BasePagination):
    """Pages by the place of a row in the view's order of the list.

    A cursor holds the order's values at the last row seen (or the first, going back). DRF's own
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
        self.order = view.order()
        size = self.read_size(request.query_params)
        back, place = self.read_cursor(request.query_params, queryset.model)
        order = backwards(self.order) if back else self.order
        if place:
            queryset = queryset.filter(beyond(order, place))
        rows = list(queryset.order_by(*order)[: size + 1])
        more = len(rows) > size
        self.page = rows[:size]
        if back:
            self.page.reverse()
        self.has_next = more if not back else bool(self.page)
        self.has_previous = more if back else bool(place and self.page)
        return self.page

    def read_size(self, params):
        text = params.get("page_size") or str(self.default_size)
        if not re.fullmatch("0*[1-9][0-9]{0,3}", text) or int(text) > self.largest_size:
            raise ValidationError(
                {"page_size": [f"Use a whole number from 1 to {self.largest_size}."]}
            )
        return int(text)

    def read_cursor(self, params, model):
        """(going back, the values of the place), the values None where there is no cursor."""
        if not params.get("cursor"):
            return False, None
        try:
            back, *values = json.loads(base64.urlsafe_b64decode(params["cursor"]))
            fields = [field_at(model, path) for path in self.order]
            place = [field.clean(v, None) for field, v in zip(fields, values, strict=True)]
            if None in place:
                raise ValueError("A row is never listed beside an unknown value.")
        except (ValueError, TypeError, OverflowError, RecursionError, BadValue) as error:
            reason = "Not a cursor of this list. Take it from next or previous of an answer."
            raise ValidationError({"cursor": [reason]}) from error
        return back is True, place

    def link(self, back, row):
        values = [value_at(row, path) for path in self.order]
        cursor = json.dumps([back, *values], default=str, separators=(",", ":"))
        cursor = base64.urlsafe_b64encode(cursor.encode()).decode()
        return replace_query_param(self.address, "cursor", cursor)

    def links(self):
        return {
            "next": self.link(False, self.page[-1]) if self.has_next else None,
            "previous": self.link(True, self.page[0]) if self.has_previous else None,
        }

    def get_paginated_response(self, data, **more):
        """The page; `more` stands beside it."""
        links = self.links()
        return with_links(Response({**links, **more, "results": data}), links)

    def get_written_response(self, texts, **more):
        """The same page of records that are JSON already."""
        links = self.links()
        beside = JSONRenderer().render({**links, **more}).decode()
        body = f'{beside.removesuffix("}")},"results":[{sent(texts)}]}}'
        return with_links(HttpResponse(body, content_type=JSONRenderer.media_type), links)

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
