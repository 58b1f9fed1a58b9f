"""Every part of the design on one page, for those who work on it.

It is in English alone and only where DEBUG is on: no reader sees it.
"""

import re

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from .samples import ARABIC, ENGLISH, samples

PROPERTY = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{3,8});")


@require_safe
def styleguide(request):
    if not settings.DEBUG:
        raise Http404("The styleguide is shown where DEBUG is on.")
    english = samples(ENGLISH)
    with translation.override("ar"):
        arabic = samples(ARABIC)
    charts = [
        (one.title, zip(one.charts, other.charts, strict=True))
        for one, other in zip(english, arabic, strict=True)
    ]
    return render(request, "pages/styleguide.html", {"colours": colours(), "charts": charts})


def colours():
    """(name, light, dark) of every colour that the stylesheet names."""
    css = (settings.BASE_DIR / "static/css/site.css").read_text(encoding="utf-8")
    light, dark, *_ = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    in_the_dark = dict(PROPERTY.findall(dark))
    return [(name, value, in_the_dark.get(name, value)) for name, value in PROPERTY.findall(light)]
