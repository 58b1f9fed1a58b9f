"""The ledger of one counter: its publications in order, its steps, and what does not fit.

A *running* publication counts from the counter's first start, a *closed period* begins later.
Nothing here makes a query.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from .closed_periods import ClosedPeriod, closed_periods
from .findings import Finding, findings, judged
from .models import AcceptedFinding, PublishedTally
from .series import (
    Fold,
    Held,
    begins_after,
    by_place,
    first_start_of,
    in_order,
    itself,
    links_of,
    values_of,
)
from .steps import Step, step_of

Day = datetime.date


@dataclass(frozen=True)
class Ledger:
    """All of one counter. Publications in order of as-of, steps in order of time."""

    publications: list[PublishedTally]
    first_start: Day | None  # as the counter's rule states it, else as its first publication does
    running: list[PublishedTally]
    closed: list[ClosedPeriod]
    steps: list[Step]
    findings: list[Finding]

    @property
    def open_findings(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.accepted is None]

    @property
    def accepted_findings(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.accepted]


def ledger(
    publications: Iterable[PublishedTally],
    *,
    held: Held,
    fold: Fold = itself,
    first_start: Day | None = None,
    accepted: Iterable[AcceptedFinding] = (),
) -> Ledger:
    """The ledger of one counter, from all of its publications (with report, lines and bases).

    `first_start`: the start that its rule states, which wins over the one of its first publication.
    """
    reads = in_order(publications, fold)
    start = first_start or first_start_of(reads)
    closed = [read for read in reads if begins_after(read.tally, start)]
    running = [read for read in reads if not begins_after(read.tally, start)]
    links = {place: links_of(values_of(reads)) for place, reads in by_place(running).items()}
    order = {read.tally: read.order for read in reads}
    steps = [
        step_of(place, link, held) for place in links for link in links[place] if link.previous
    ]
    periods = list(closed_periods(closed, running))
    found = findings(reads, running, closed, links, periods, held)
    return Ledger(
        publications=[read.tally for read in reads],
        first_start=start,
        running=[read.tally for read in running],
        closed=periods,
        steps=sorted(steps, key=lambda step: (order[step.later], not step.place.is_total)),
        findings=judged(found, accepted, fold),
    )
