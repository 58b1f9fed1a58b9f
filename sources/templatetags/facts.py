"""How pages word days, numbers and names. What is not known is said, never shown as 0."""

from functools import lru_cache

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.loader import get_template
from django.utils.encoding import uri_to_iri
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from sources.countries import country_name
from sources.models import Quantifier
from sources.terms import (
    basis_words,
    governorate_words,
    source_words,
    time_words,
    via_words,
    whose_words,
)

register = template.Library()
register.filter("basis", basis_words)
register.filter("governorate", governorate_words)
register.filter("source", source_words)
register.filter("time_of_day", time_words)
register.filter("via", via_words)
register.filter("whose", whose_words)

DAY = "j F Y"


@register.simple_tag
def day_words(earliest, latest):
    """A range of days in words, such as "9 to 10 August 2024"; either end may be unknown."""
    if earliest is None and latest is None:
        return _("not known")
    if earliest is None:
        return _("not after %(day)s") % {"day": date_format(latest, DAY)}
    if latest is None:
        return _("not before %(day)s") % {"day": date_format(earliest, DAY)}
    if earliest == latest:
        return date_format(latest, DAY)
    return _("%(first)s to %(last)s") % {
        "first": date_format(earliest, _first_part(earliest, latest)),
        "last": date_format(latest, DAY),
    }


@register.simple_tag
def days(earliest, latest):
    """The same for a page, with the days that machines read."""
    if earliest is None or latest is None:
        return day_words(earliest, latest)
    if earliest == latest:
        return _time(latest, DAY)
    return mark_safe(
        escape(_("%(first)s to %(last)s"))
        % {
            "first": _time(earliest, _first_part(earliest, latest)),
            "last": _time(latest, DAY),
        }
    )


@register.filter
def day(value):
    return _time(value, DAY) if value else _("not known")


def _first_part(earliest, latest):
    """How the first day is written, where the last one says the rest."""
    if earliest.year != latest.year:
        return DAY
    return "j F" if earliest.month != latest.month else "j"


def _time(value, form):
    return _time_in(get_language(), value, form)


@lru_cache(10_000)
def _time_in(language, value, form):
    """Pages name the same few days over and over, and wording one takes longer than a cell."""
    return format_html(
        '<time datetime="{}">{}</time>', value.strftime("%Y-%m-%d"), date_format(value, form)
    )


@register.filter
def attacks(count):
    """A count as "3", or "3 to 5" where the days of some attacks are not known well enough."""
    if count.exact:
        return f"{count.certain}"
    return _("%(low)s to %(high)s") % {"low": count.certain, "high": count.possible}


@register.simple_tag
def people(low, high, best=None):
    """A number of people with its range; an unknown end stays open."""
    if low is None and high is None:
        return _("not known") if best is None else _("about %(best)s") % {"best": best}
    if low == high:
        return f"{low}"
    return _people_words(low, high, best) % {"low": low, "high": high, "best": best}


def _people_words(low, high, best):
    if high is None and not low:
        texts = _("0 or more"), _("0 or more, most likely %(best)s")
    elif high is None:
        texts = _("at least %(low)s"), _("at least %(low)s, most likely %(best)s")
    elif low is None:
        texts = _("at most %(high)s"), _("at most %(high)s, most likely %(best)s")
    else:
        texts = _("%(low)s to %(high)s"), _("%(low)s to %(high)s, most likely %(best)s")
    return texts[best is not None]


@register.filter
def quantified(number, quantifier):
    """A published number in its own terms: "exactly" is how a bare number is read."""
    if number is None:
        return _("not stated")
    if quantifier in {"", Quantifier.EXACTLY}:
        return intcomma(number)
    return QUANTIFIED[quantifier] % {"number": intcomma(number)}


QUANTIFIED = {
    Quantifier.AT_LEAST: gettext_lazy("at least %(number)s"),
    Quantifier.MORE_THAN: gettext_lazy("more than %(number)s"),
    Quantifier.ABOUT: gettext_lazy("about %(number)s"),
}


@register.filter
def country(code):
    return country_name(code) if code else _("not known")


@register.filter
def language(code):
    """The name of a language by its BCP 47 code, or the code where Django has no name for it."""
    try:
        return get_language_info(code)["name_translated"]
    except KeyError:
        return code


@register.filter
def address(url):
    """An address as people read it: without its scheme, in its own script."""
    return uri_to_iri(url).partition("://")[2].rstrip("/")


@register.filter
def degrees(coordinate):
    """Without the zeros that the database adds: they would claim a precision nobody has."""
    return f"{coordinate.normalize():f}"


@register.filter
def join_and(words):
    """One, one and two, or one, two and three."""
    *first, last = map(str, words)
    if not first:
        return last
    return _("%(first)s and %(last)s") % {"first": _(", ").join(first), "last": last}


@register.filter
def join_list(words):
    """One, two, three: by the comma of the language."""
    return _(", ").join(str(word) for word in words)


@register.filter
def translated(words):
    """Words that a module marked with gettext_noop, in the language of the page."""
    return [_(word) for word in words]


@register.filter
def magnitude(number):
    return abs(number)


@register.simple_tag
def inline(template_name, **context):
    """An include without the line end of its file, so that a full stop can follow it."""
    return mark_safe(get_template(template_name).render(context).strip())
