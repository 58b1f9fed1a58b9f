"""No page ignores a clock: one that does not keep the asked one says so, with a 400.

A reader who asks for an earlier day and is shown today's numbers would quote them for that day.
"""

from django.http import QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

CLOCKS = {"known_on": _("Known on"), "recorded_at": _("Recorded at")}


def keeps(*clocks):
    """Mark a view as one that answers by these clocks."""

    def mark(view):
        view.clocks = clocks
        return view

    return mark


def asks_of_a_clock(request):
    """Whether the address names a clock: what cannot be answered by it is then a 400."""
    return any(request.GET.get(name) for name in CLOCKS)


def clock_query(params):
    """The part of a query string that names a clock."""
    clocks = QueryDict(mutable=True)
    clocks.update({name: params[name] for name in CLOCKS if params.get(name)})
    return clocks.urlencode()


class NoClockIsIgnored:
    """Endpoints of the API refuse what they do not know themselves."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.path.startswith(("/api/", "/admin/")):
            return None
        kept = getattr(view, "clocks", ())
        asked = [name for name in CLOCKS if request.GET.get(name) and name not in kept]
        if not asked:
            return None
        context = {"clocks": [CLOCKS[name] for name in asked], "address": request.path}
        return render(request, "no_such_clock.html", context, status=400)
