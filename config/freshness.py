"""What makes an answer cheap to ask for again: its ETag, and a 304 before any row is read.

An answer follows from the address, the formats accepted, the last revision of the record and the
code that makes it, and an ETag names these four. Answers that follow from more say so (`state` of a
view of the API).
"""

import functools
import hashlib
import math
import time
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_etags

from sources.models import Revision

FOLDERS = (
    "config",
    "charts",
    "sources",
    "bases",
    "attacks",
    "tallies",
    "pages",
    "locale",
    "templates",
)


class NotModified(Exception):
    """What the client holds is still the answer."""


@functools.cache
def release():
    """A digest of the code, the same on every machine that runs it, and when it last changed."""
    files = [settings.BASE_DIR / "requirements.txt"]
    for folder in FOLDERS:
        found = sorted(Path(settings.BASE_DIR, folder).rglob("*"))
        files += [
            path
            for path in found
            if path.suffix in (".py", ".html", ".po", ".svg") and path.is_file()
        ]
    return digest_of(files), max(path.stat().st_mtime for path in files)


def digest_of(files):
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def last_modified(moment):
    """The whole second by which an answer was last changed, by a revision or by other code.

    None while it lasts: a second change in it could not be told from the first.
    """
    second = math.ceil(max(moment.timestamp(), release()[1]))
    return second if second < time.time() else None


def etag_of(request, *state):
    """A weak ETag: equal ones mean the same content, though perhaps packed another way."""
    asked = [request.build_absolute_uri(), request.headers.get("Accept", "")]
    parts = [release()[0], *asked, *map(str, state)]
    return f'W/"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"'


def is_held(request, etag):
    """Whether the client names this ETag: then the address was answered before."""
    held = parse_etags(request.headers.get("If-None-Match", ""))
    return etag in held or etag.removeprefix("W/") in held


def refuse_no_newer(request, second):
    """Raise `NotModified` if the client's copy is no older; for an address that can be answered."""
    if second is None:
        return
    held = get_conditional_response(request, last_modified=second, response=HttpResponse())
    if held.status_code == 304:
        raise NotModified


def last_revision():
    """The state of the record: None while nothing is on record."""
    return Revision.objects.first()


def mark(request, response, *, etag, changed=None, shared=True):
    """Say how to ask again, and answer 304 where the client's copy is no older than `changed`.

    Whoever keeps a copy (`shared` is False) is answered by nobody else.
    """
    response.headers["ETag"] = etag
    in_front = f"s-maxage={settings.CDN_SECONDS}" if shared else "s-maxage=0, must-revalidate"
    response.headers["Cache-Control"] = f"public, max-age=0, {in_front}"
    if changed is None:
        return response
    response.headers["Last-Modified"] = http_date(changed)
    return get_conditional_response(request, etag=etag, last_modified=changed, response=response)
