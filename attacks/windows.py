"""Windows of local days, over which attacks are counted.

One that is dated only to a range of days may lie in a window that its range overlaps, and lies in
it for certain where the window holds the whole range.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

Day = datetime.date


@dataclass(frozen=True)
class Window:
    """Local days from `since` to `until`, both included; None leaves that side open.

    Where an end itself is known only as a range (the as-of of a published tally), `since` and
    `until` are the widest days that it allows, `certain_since` and `certain_until` the narrowest.
    """

    since: Day | None = None
    until: Day | None = None
    certain_since: Day | None = None
    certain_until: Day | None = None

    @property
    def certain_start(self) -> Day | None:
        return self.certain_since or self.since

    @property
    def certain_end(self) -> Day | None:
        return self.certain_until or self.until

    @property
    def in_order(self) -> bool:
        """Whether no end lies before its beginning, and the certain days lie in the others."""
        first, last = self.certain_start, self.certain_end
        pairs = ((self.since, self.until), (first, last), (self.since, first), (last, self.until))
        return all(day is None or later is None or day <= later for day, later in pairs)

    @property
    def overlaps(self) -> Q:
        """Incidents that may lie in the window."""
        condition = Q()
        if self.since:
            condition &= Q(latest__gte=self.since)
        if self.until:
            condition &= Q(earliest__lte=self.until)
        return condition

    @property
    def contains(self) -> Q:
        """Incidents that lie in the window for certain."""
        condition = Q(earliest__isnull=False, latest__isnull=False)
        if self.certain_start:
            condition &= Q(earliest__gte=self.certain_start)
        if self.certain_end:
            condition &= Q(latest__lte=self.certain_end)
        return condition

    def may_hold(self, earliest: Day, latest: Day) -> bool:
        return (self.since is None or latest >= self.since) and (
            self.until is None or earliest <= self.until
        )

    def certainly_holds(self, earliest: Day, latest: Day) -> bool:
        start, end = self.certain_start, self.certain_end
        return (start is None or earliest >= start) and (end is None or latest <= end)

    def month(self, first: Day) -> Window:
        """The part of this window that lies in the month of that first day."""
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        return Window(
            since=max(first, self.since) if self.since else first,
            until=min(last, self.until) if self.until else last,
            certain_since=max(first, self.certain_since) if self.certain_since else None,
            certain_until=min(last, self.certain_until) if self.certain_until else None,
        )


ALL_DAYS = Window()


def months(since: Day, until: Day) -> Iterator[Day]:
    """The first days of the months that these days touch."""
    first = since.replace(day=1)
    while first <= until:
        yield first
        first = (first + datetime.timedelta(days=31)).replace(day=1)
