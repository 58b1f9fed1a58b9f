"""How often one address may ask for what is dear, over all processes of the site.

Figures are stored, exports read a whole list and searches read texts: each takes one of the
address's places for a while. A place is a row of the cache, taken by an insert, which only one
process can make. No address is stored: only a keyed hash of it. Plain reads are not counted: a
limit on them would turn every read into a write.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from rest_framework.throttling import BaseThrottle

MINUTE, HOUR = 60, 3_600
PATIENCE = 250  # milliseconds that a reader waits for another writer


class Scope(StrEnum):
    FIGURES = "figures"
    EXPORTS = "exports"
    SEARCHES = "searches"

    @property
    def limit(self) -> tuple[int, int]:
        """How many in how many seconds."""
        return {
            Scope.FIGURES: (settings.FIGURES_PER_HOUR, HOUR),
            Scope.EXPORTS: (settings.EXPORTS_PER_HOUR, HOUR),
            Scope.SEARCHES: (settings.SEARCHES_PER_MINUTE, MINUTE),
        }[self]


def looks_through_texts(params: Mapping[str, str]) -> bool:
    """Whether a question asks for a text in others, which reads all of them."""
    named = (name for name in params if name == "search" or name.endswith("__icontains"))
    return any(params.get(name) for name in named)


def seconds_to_wait(request: HttpRequest, scope: Scope) -> int:
    """Take a place: 0, or in how many seconds the first one is free again."""
    cache = caches["throttle"]
    client = _client(request)
    most, seconds = scope.limit
    places = [f"{scope}:{client}:{number}" for number in range(most)]
    now = time.time()
    taken = cache.get_many(places)
    with _impatience():
        for place in places:
            if place in taken:
                continue
            if cache.add(place, now + seconds, seconds):
                return 0
            if not cache.has_key(place):  # not taken by another: the database is busy
                return 0
    return max(1, round(min(taken.values(), default=now + seconds) - now))


@contextmanager
def _impatience() -> Iterator[None]:
    """No reader waits until an import has written: on SQLite one writes at a time."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        [patience] = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {patience}")


def _client(request: HttpRequest) -> str:
    """A keyed hash of the address, as `NUM_PROXIES` has it."""
    address = BaseThrottle().get_ident(request) or ""
    return salted_hmac("config.throttle", _network(address), algorithm="sha256").hexdigest()


def _network(address: str) -> str:
    """One reader has a whole /64 of IPv6 addresses."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)
