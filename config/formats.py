"""The formats in which lists leave, by `?format=` or by the Accept header."""

from rest_framework.exceptions import NotAcceptable, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer


class Whole(BaseRenderer):
    """A format in which the whole list leaves; the view streams it, so nothing is rendered here."""

    def render(self, data, accepted_media_type=None, renderer_context=None):
        raise NotImplementedError("The view writes it; errors are JSON in every format.")


class CSV(Whole):
    media_type, format = "text/csv", "csv"


class GeoJSON(Whole):
    media_type, format = "application/geo+json", "geojson"


class XLSX(Whole):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"


class NDJSON(Whole):
    media_type, format = "application/x-ndjson", "ndjson"


class Atom(Whole):
    media_type, format = "application/atom+xml", "atom"


def renderers_of(table):
    """The formats of a list whose records leave as rows of that table; JSON alone without one."""
    if table is None:
        return [JSONRenderer]
    renderers = [JSONRenderer, CSV, XLSX, NDJSON]
    if table.place:
        renderers.append(GeoJSON)
    if table.entry:
        renderers.append(Atom)
    return renderers


class Negotiation(BaseContentNegotiation):
    """The format that the address names, whatever is accepted: a GIS accepts JSON and asks for
    GeoJSON. Else that which the Accept header likes best; where it likes several, JSON.
    """

    def select_renderer(self, request, renderers, format_suffix=None):
        by_format = {renderer.format: renderer for renderer in renderers}
        if asked := request.query_params.get("format"):
            if asked not in by_format:
                formats = ", ".join(by_format)
                raise ValidationError({"format": [f"Unknown format. Use: {formats}."]})
            return by_format[asked], by_format[asked].media_type
        types = {renderer.media_type: renderer for renderer in renderers}
        preferred = request._request.get_preferred_type(list(types))
        if preferred is None:
            raise NotAcceptable(available_renderers=renderers)
        return types[preferred], preferred
