"""The words that a reader looked for, marked where they are written."""

import re

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe

from attacks.search import parted, words_of

register = template.Library()


@register.filter
def marked(text, asked):
    """The text, escaped, with a <mark> around each of the words asked for."""
    words = sorted(words_of(parted(asked)[0]), key=len, reverse=True)
    if not words:
        return escape(text)
    found = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    parts, end = [], 0
    for match in found.finditer(str(text)):
        parts += [escape(text[end : match.start()]), format_html("<mark>{}</mark>", match[0])]
        end = match.end()
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308 - each part is escaped
