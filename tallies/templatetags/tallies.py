"""How pages tell what was published, where a template for each of many rows would be slow."""

from urllib.parse import quote as quoted

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _

from charts.bars import HEIGHT
from charts.shapes import written
from sources.local_names import local_name
from sources.templatetags.facts import day_words, quantified

register = template.Library()
CHOSEN, OTHER = mark_safe(" selected"), ""
AGREES = mark_safe(' class="agrees"')


@register.simple_tag
def tally_options(tallies, chosen):
    """The options of a select."""
    options = (
        (tally.key, CHOSEN if tally == chosen else OTHER, tally_words(tally)) for tally in tallies
    )
    return format_html_join("\n", '<option value="{}"{}>{}</option>', options)


def tally_words(tally):
    """As of when, its total, and where it was read."""
    total = _("no total") if tally.total is None else quantified(tally.total, tally.quantifier)
    values = {"day": day_words(tally.as_of_earliest, tally.as_of_latest), "total": total}
    report = tally.report
    if report is None:
        return _("%(day)s: %(total)s") % values
    values["where"] = local_name(report.publisher) if report.publisher else report.label
    return _("%(day)s: %(total)s, %(where)s") % values


@register.simple_tag
def quote_count(query, what):
    """A link to quote a count; `what` says which number it is."""
    return _quote(f"query={quoted(query, safe='')}", what)


@register.simple_tag
def quote_row(tally, place, clocks, what):
    """A link to quote a published number; `place` is a key, `clocks` a query string."""
    address = f"tally={quoted(tally.key, safe='')}&place={quoted(place, safe='')}"
    return _quote(f"{address}&{clocks}" if clocks else address, what)


def _quote(query, what):
    """A plain link, so that no list carries a token."""
    return format_html(
        '<a class="quote" href="{}?{}" aria-label="{}" rel="nofollow">{}</a>',
        reverse("tallies:new-figure"),
        query,
        _("Quote this: %(what)s") % {"what": what},
        _("Quote this"),
    )


@register.simple_tag
def bar_of(row, bars, direction):
    """The bar of a place: `bars` are shapes by the keys of places."""
    drawn = written(bars.get(row.place.key, ()), mirrored=direction == "rtl")
    return format_html('<svg aria-hidden="true" width="100%" height="{}">{}</svg>', HEIGHT, drawn)


@register.simple_tag
def gap(row, address=""):
    """What is missing between a published number and ours, with a link to what it is made of."""
    if row.gap is None:
        return ""
    if address:
        return format_html('<a href="{}#{}">{}</a>', address, slugify(row.place.key), row.gap)
    return format_html("<span{}>{}</span>", AGREES if row.gap.agrees else "", row.gap)
