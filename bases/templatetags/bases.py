"""How pages name a base."""

from django import template

from sources.templatetags.names import linked_name

register = template.Library()
register.simple_tag(linked_name, name="base_name")
