"""A list of a page in the other formats: the same question, asked of the API."""

from django import template
from django.http import QueryDict
from django.urls import resolve, reverse

from config.clocks import CLOCKS
from config.formats import renderers_of
from config.rest import IN_FORMATS

register = template.Library()

# A page has its own format, parts and order.
LEFT_OUT = {*IN_FORMATS, "format", "ordering"}

NAMES = {
    "json": "JSON",
    "csv": "CSV",
    "xlsx": "XLSX",
    "ndjson": "NDJSON",
    "geojson": "GeoJSON",
    "atom": "Atom",
}


def same_question(params, view):
    """The query string that asks the API for what the page shows."""
    query = QueryDict(mutable=True)
    for name in view.parameters():
        values = [value for value in params.getlist(name) if value and "\0" not in value]
        if values and name not in LEFT_OUT:
            query.setlist(name, values)
    return query


def asked_of_a_clock(query):
    return any(query.get(name) for name in CLOCKS)


def formats_of(params, name):
    """{name, media type and address of a format}, for each in which that list leaves."""
    address = reverse(name)
    match = resolve(address)
    view = match.func.cls(**match.func.initkwargs, action=match.func.actions["get"])
    query = same_question(params, view)
    for renderer in renderers_of(view.table):
        if renderer.format == "atom" and asked_of_a_clock(query):
            continue  # a feed tells what changed when
        query["format"] = renderer.format
        yield {
            "format": renderer.format,
            "name": NAMES[renderer.format],
            "media_type": renderer.media_type,
            "address": f"{address}?{query.urlencode()}",
        }


@register.inclusion_tag("_formats.html", takes_context=True)
def list_as(context, name):
    """Links to the list of that endpoint, by every format it leaves in."""
    return {"formats": formats_of(context["request"].GET, name)}


@register.inclusion_tag("_feed.html", takes_context=True)
def feed_of(context, name):
    """For the head of a page: where a feed reader finds the list."""
    feeds = formats_of(context["request"].GET, name)
    return {"feeds": [one for one in feeds if one["format"] == "atom"]}
