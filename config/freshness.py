"""What makes an answer cheap to ask for again: its ETag, and a 304 before any row is read.

An answer of the API follows from the address, the format, the last revision of the record and the
code that makes it, and an ETag names these four. Answers that follow from more say so (`state` of a
view).
"""

import functools
import hashlib
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_etags

from sources.models import Revision

FOLDERS = ("config", "sources", "bases", "attacks", "tallies", "templates")


class NotModified(Exception):
    """What the client holds is still the answer."""


@functools.cache
def release():
    """A digest of the code, the same on every machine that runs it."""
    digest = hashlib.sha256((settings.BASE_DIR / "requirements.txt").read_bytes())
    for folder in FOLDERS:
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*")):
            if path.suffix in (".py", ".html") and path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()


def etag_of(request, *state):
    """A weak ETag: equal ones mean the same content, though perhaps packed another way."""
    parts = [release(), request.build_absolute_uri(), *map(str, state)]
    return f'W/"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"'


def refuse_same(request, etag):
    """Raise `NotModified` if the client names this ETag: then the address was answered before."""
    held = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in held or etag.removeprefix("W/") in held:
        raise NotModified


def refuse_no_newer(request, changed):
    """Raise `NotModified` if the client's copy is no older; for an address that can be answered."""
    if changed is None:
        return
    moment = int(changed.timestamp())
    held = get_conditional_response(request, last_modified=moment, response=HttpResponse())
    if held.status_code == 304:
        raise NotModified


def last_revision():
    """The state of the record: None while nothing is on record."""
    return Revision.objects.first()


def mark(request, response, *, etag, changed=None):
    """Say how to ask again, and answer 304 where the client's copy is no older than `changed`."""
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age=0, s-maxage={settings.CDN_SECONDS}"
    if changed is None:
        return response
    moment = int(changed.timestamp())
    response.headers["Last-Modified"] = http_date(moment)
    return get_conditional_response(request, etag=etag, last_modified=moment, response=response)
