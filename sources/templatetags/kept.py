"""Parts of pages that are kept from one revision to the next."""

from django import template
from django.utils.translation import get_language

from sources.kept import Memory, state

register = template.Library()
MOST = 200  # parts, in every process
_memory = Memory(MOST)


class Kept(template.Node):
    def __init__(self, name, keys, nodes):
        self.name, self.keys, self.nodes = name, keys, nodes

    def render(self, context):
        before = state()
        key = (self.name, get_language(), *(one.resolve(context) for one in self.keys))
        text = _memory.get(before, key)
        if text is None:
            text = self.nodes.render(context)
            _memory.put(before, key, text)
        return text


@register.tag("kept")
def keep(parser, token):
    """{% kept name key ... %}: what follows from the record, the language and these keys alone."""
    _, name, *keys = token.split_contents()
    nodes = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(name, [parser.compile_filter(key) for key in keys], nodes)
