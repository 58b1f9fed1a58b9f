"""Pages that are the same for every reader, kept from one revision to the next.

When a story breaks, all of its readers open the same few pages.
"""

from functools import wraps

from django.conf import settings
from django.http import HttpResponse

from config import freshness
from sources.kept import Memory, last_revision, state

MOST = 300  # of some 30 KB each, in every process


def kept_page(view):
    """Mark a view whose page follows from the address and the record alone.

    Whoever holds the page is told that it is still the same, and anybody else is given the one that
    was made for the first who asked.
    """
    memory = Memory(MOST)

    @wraps(view)
    def answer(request, *args, **kwargs):
        if settings.DEBUG or request.method not in ("GET", "HEAD"):
            return view(request, *args, **kwargs)
        etag = freshness.etag_of(request, last_revision(), settings.DEFAULT_COUNTER)
        if freshness.is_held(request, etag):
            return freshness.mark(request, HttpResponse(status=304), etag=etag)
        if body := memory.get(state(), etag):
            return freshness.mark(request, HttpResponse(body), etag=etag)
        before, response = state(), view(request, *args, **kwargs)
        if response.status_code != 200:
            return response
        memory.put(before, etag, response.content)
        return freshness.mark(request, response, etag=etag)

    return answer
