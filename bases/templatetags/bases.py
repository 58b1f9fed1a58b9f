"""How pages name a base."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe

register = template.Library()


@register.simple_tag
def base_name(base):
    """Its name as a link, and the one in Arabic beside it."""
    arabic = mark_safe("")
    if base.name_ar:
        arabic = format_html(' <bdi class="alt" lang="ar" dir="rtl">{}</bdi>', base.name_ar)
    return format_html('<a href="{}">{}</a>{}', base.get_absolute_url(), base.name, arabic)
