"""How many new figures one address may make in an hour, over all processes of the site.

Every figure takes one of the address's places for an hour. A place is a row of the cache, taken
by an insert, which only one process can make. No address is stored: only a keyed hash of it.
"""

from __future__ import annotations

import ipaddress
import time

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from rest_framework.throttling import BaseThrottle

HOUR = 3_600


def seconds_to_wait(request: HttpRequest) -> int:
    """Take a place: 0, or in how many seconds the first one is free again."""
    cache = caches["throttle"]
    client = _client(request)
    places = [f"figures:{client}:{number}" for number in range(settings.FIGURES_PER_HOUR)]
    now = time.time()
    taken = cache.get_many(places)
    for place in places:
        if place not in taken and cache.add(place, now + HOUR, HOUR):
            return 0
    return max(1, round(min(taken.values(), default=now + HOUR) - now))


def _client(request: HttpRequest) -> str:
    """A keyed hash of the address, as `NUM_PROXIES` has it."""
    address = BaseThrottle().get_ident(request) or ""
    return salted_hmac("tallies.throttle", _network(address), algorithm="sha256").hexdigest()


def _network(address: str) -> str:
    """One reader has a whole /64 of IPv6 addresses."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)
