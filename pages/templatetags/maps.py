"""How a page shows a map: {% map it %}."""

from django import template
from django.template.loader import render_to_string

register = template.Library()


@register.simple_tag(name="map")
def map_tag(it):
    return render_to_string("pages/_map.html", {"map": it, "drawing": it.drawing()})


@register.filter
def units(length):
    """A length in a drawing, as short as a tenth allows."""
    return f"{length:.1f}".removesuffix(".0")
