"""What follows from the record alone, kept in memory from one revision to the next.

Every process keeps its own. A value is kept beside the state of the record that it was made from,
so after a revision, whoever made it, none of them is used again.
"""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar, cast
from weakref import WeakSet

from django.db import OperationalError, connection
from django.utils import timezone

from .models import Revision
from .revisions import being_written
from .statements import ask

P = ParamSpec("P")
T = TypeVar("T")

LAST = "SELECT number, moment FROM sources_revision ORDER BY number DESC LIMIT 1"
UNASKED, NOT_IN_A_REQUEST = object(), object()
_of_request: ContextVar[Any] = ContextVar("last revision", default=NOT_IN_A_REQUEST)


def last_revision() -> Revision | None:
    """The state of the record, asked for once a request; None while nothing is on record."""
    last = _of_request.get()
    if last is UNASKED:
        last = _last()
        _of_request.set(last)
    return _last() if last is NOT_IN_A_REQUEST else cast("Revision | None", last)


def _last() -> Revision | None:
    rows = _fetch_or_connect_again()
    if not rows:
        return None
    [(number, moment)] = rows
    if timezone.is_naive(moment):  # as SQLite has it
        moment = timezone.make_aware(moment, datetime.UTC)
    return Revision.from_db(connection.alias, ["number", "moment"], [number, moment])


def _fetch_or_connect_again() -> list[tuple[Any, ...]]:
    """The first question of a request tells too whether the kept connection is still good."""
    if connection.in_atomic_block:
        return ask(LAST, ())
    cast("Any", connection).health_check_done = True
    try:
        return ask(LAST, ())
    except OperationalError:
        connection.close()
        return ask(LAST, ())


def begin_request(**kwargs: Any) -> None:
    _of_request.set(UNASKED)


def end_request(**kwargs: Any) -> None:
    _of_request.set(NOT_IN_A_REQUEST)


def forget(number: int) -> None:
    """At the end of each revision: whoever wrote it reads what it wrote."""
    if _of_request.get() is not NOT_IN_A_REQUEST:
        _of_request.set(UNASKED)


class Memory:
    """Up to `size` values of one state of the record, those asked for last."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._state: Any = UNASKED
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        _memories.add(self)

    def get(self, state: Any, key: Hashable, default: Any = None) -> Any:
        with self._lock:
            if self._state != state or key not in self._values:
                return default
            self._values.move_to_end(key)
            return self._values[key]

    def put(self, state: Any, key: Hashable, value: Any) -> None:
        with self._lock:
            if self._state != state:
                self._values.clear()
                self._state = state
            self._values[key] = value
            while len(self._values) > self._size:
                self._values.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._values.clear()


_memories: WeakSet[Memory] = WeakSet()


def clear() -> None:
    """Forget everything; the tests have a new record each."""
    for memory in _memories:
        memory.clear()


def state() -> Hashable:
    """What no two states of the record have in common."""
    last = last_revision()
    return last and (last.number, last.moment)


def kept(size: int = 1) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep what a function of the record, and of arguments that can be compared, gives.

    Its value is shared by all who ask, so nobody may change it. While facts are being written it
    is made anew.
    """

    def keep(make: Callable[P, T]) -> Callable[P, T]:
        memory = Memory(size)

        @wraps(make)
        def remembered(*args: P.args, **kwargs: P.kwargs) -> T:
            if being_written():
                return make(*args, **kwargs)
            now, key = state(), (args, tuple(kwargs.items()))
            value = memory.get(now, key, UNASKED)
            if value is UNASKED:
                value = make(*args, **kwargs)
                memory.put(now, key, value)
            return cast(T, value)

        return remembered

    return keep
