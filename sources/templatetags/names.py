"""How pages name a base or an organisation: in the language of the page, and in its own script."""

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_info

from sources.local_names import local_name, name_in

register = template.Library()
register.filter("local_name", local_name)
ARABIC = "ar"


@register.simple_tag
def linked_name(record):
    """Its name as a link, and the one in the other script beside it."""
    return format_html(
        '<a href="{}"><bdi>{}</bdi></a>{}',
        record.get_absolute_url(),
        local_name(record),
        other_name(record),
    )


@register.simple_tag
def both_names(record):
    """The same without the link."""
    return format_html("<bdi>{}</bdi>{}", local_name(record), other_name(record))


@register.simple_tag
def other_name(record):
    """In Arabic, on a page in Arabic in English; nothing where the page has no other name."""
    language = settings.LANGUAGE_CODE if get_language() == ARABIC else ARABIC
    name = name_in(record, language)
    if not name or name == local_name(record):
        return mark_safe("")
    direction = "rtl" if get_language_info(language)["bidi"] else "ltr"
    return format_html(' <bdi class="alt" lang="{}" dir="{}">{}</bdi>', language, direction, name)
