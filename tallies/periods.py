"""Several counters side by side for one window of days, and what makes their numbers differ."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from attacks.counting import Count, Window
from attacks.filters import query_of
from attacks.rules import Rule
from sources.countries import country_name
from sources.models import Organisation

from .book import Page
from .closed_periods import Bounds, bounds
from .models import PublishedTally
from .places import TOTAL

Day = datetime.date


@dataclass(frozen=True)
class PeriodRow:
    """What one counter's published numbers say of the window, and what we count by its rule.

    `published` are publications of exactly this window; `allowed` is what the running ones around
    its ends leave open, from where its counting `starts`.
    """

    counter: Organisation
    rule: Rule
    starts: Day | None
    territory: tuple[str, ...]
    published: tuple[PublishedTally, ...]
    allowed: Bounds
    ours: Count | None  # None: neither it nor its rule says where it counts
    query: str

    @property
    def speaks(self) -> bool:
        """Whether any of its numbers says something of these days."""
        return bool(self.published or self.allowed.least_at_end or self.allowed.most_at_end)

    @property
    def countries(self) -> list[str]:
        return [country_name(code) for code in self.territory]


def compare_period(book: Iterable[Page], since: Day | None, until: Day | None) -> list[PeriodRow]:
    """A row for each counter with a total of these days; those with the most first.

    An open start is where each counter's own counting starts, an open end is today.
    """
    rows = [_row(page, since, until) for page in book]
    found = [row for row in rows if row and row.speaks]
    return sorted(found, key=lambda row: (-_size(row), row.counter.name))


def _size(row: PeriodRow) -> int:
    exact = [tally.total for tally in row.published if tally.total is not None]
    return max([*exact, row.allowed.low])


def _row(page: Page, since: Day | None, until: Day | None) -> PeriodRow | None:
    running = [tally for tally in page.ledger.running if tally.total is not None]
    exact = tuple(
        tally
        for tally in page.ledger.publications
        if (tally.counting_since, tally.counting_until) == (since, until) and since and until
    )
    latest = _latest(running, until)
    if latest is None and not exact:
        return None
    shown = exact[0] if exact else latest
    assert shown is not None
    starts = page.ledger.first_start
    window = Window(max(filter(None, (since, starts)), default=None), until)
    return PeriodRow(
        counter=page.counter,
        rule=page.rule,
        starts=starts,
        territory=tuple(shown.countries),
        published=exact,
        allowed=_allowed(shown, running, since, starts, until),
        ours=page.holdings.held(TOTAL, shown.countries, window),
        query=query_of(page.holdings.basis, window, country=shown.countries),
    )


def _latest(running: list[PublishedTally], until: Day | None) -> PublishedTally | None:
    """The running total last published by then; where none was, the first one after."""
    dated = [tally for tally in running if tally.as_of_latest]
    by_then = [tally for tally in dated if until is None or tally.as_of_latest <= until]
    return by_then[-1] if by_then else next(iter(dated), None)


def _allowed(
    shown: PublishedTally,
    running: list[PublishedTally],
    since: Day | None,
    starts: Day | None,
    until: Day | None,
) -> Bounds:
    asked = PublishedTally(
        counting_since=since,
        counting_until=until or datetime.date.max,
        territory=shown.territory,
    )
    found = bounds(asked, TOTAL, running)
    if since and (starts is None or since > starts):
        return found
    # It had counted nothing before it began.
    low, high = found.least_at_end, found.most_at_end
    return Bounds(
        low=low.number if low else 0,
        high=high.number if high else None,
        least_at_end=low,
        most_before=None,
        most_at_end=high,
        least_before=None,
    )
