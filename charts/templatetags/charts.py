"""How a page shows a chart: {% chart it %}."""

from django import template
from django.template.loader import render_to_string

from charts.shapes import written

register = template.Library()


@register.simple_tag(takes_context=True)
def chart(context, it):
    mirrored = context.get("direction") == "rtl"
    return render_to_string("charts/figure.html", {"chart": it, "mirrored": mirrored})


@register.simple_tag
def drawing(shapes, mirrored):
    return written(shapes, mirrored=mirrored)
