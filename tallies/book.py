"""The ledgers of all counters, read from the database by a fixed number of queries.

Each is held against our record by its counter's own rule, or by that of the house.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Prefetch

from attacks.counting import Count
from attacks.filters import query_of
from attacks.rules import HOUSE, Rule, rules
from bases.models import MilitaryBase
from sources.models import Organisation

from .holdings import Holdings
from .ledger import Ledger, ledger
from .models import AcceptedFinding, PublishedTally, PublishedTallyQuerySet, TallyLine
from .places import TOTAL
from .steps import Step

Day = datetime.date


@dataclass(frozen=True)
class Page:
    """One counter's ledger, its rule, and what our record holds under that rule."""

    counter: Organisation
    rule: Rule
    ledger: Ledger
    holdings: Holdings

    @property
    def open_steps(self) -> list[Step]:
        """The steps that our record does not account for."""
        return [
            step for step in self.ledger.steps if step.unaccounted and step.unaccounted.possible
        ]

    def in_all(self, tally: PublishedTally) -> Count | None:
        """What we count over its days in its countries; None where neither it nor the rule says."""
        return self.holdings.held(TOTAL, tally.countries, tally.window)

    def query(self, step: Step) -> str:
        """The query string of the incidents behind a step's `possible`."""
        where: dict[str, list[str]]
        if step.place.base:
            where = {"base": [step.place.base.slug]}
        elif step.place.country:
            where = {"country": [step.place.country]}
        else:
            where = {"country": list(step.countries)}
        return query_of(self.holdings.basis, step.window, **where)


def read_book(
    counters: Iterable[Organisation] | None = None, *, known_on: Day | None = None
) -> list[Page]:
    """A page for each counter (all, where none are named) that has published a tally.

    With `known_on` only publications and incidents that may have been known by then.
    """
    publications: dict[Organisation, list[PublishedTally]] = defaultdict(list)
    for tally in _tallies(counters).known_on(known_on):
        publications[tally.counter].append(tally)
    if not publications:
        return []
    # An explanation was found later.
    explained = AcceptedFinding.objects.select_related("report__publisher", "base")
    accepted = [] if known_on else list(explained)
    known_rules, bases = rules(), MilitaryBase.objects.in_bulk()
    holdings: dict[str, Holdings] = {}
    pages = []
    for counter, own in sorted(publications.items(), key=lambda pair: (pair[0].name, pair[0].pk)):
        rule = known_rules.get(counter.slug, HOUSE)
        if rule.slug not in holdings:
            holdings[rule.slug] = Holdings.of(rule, known_on=known_on)
        book = ledger(
            own,
            held=holdings[rule.slug].held,
            fold=_fold(rule, bases),
            first_start=rule.since,
            accepted=accepted,
        )
        pages.append(Page(counter, rule, book, holdings[rule.slug]))
    return pages


def _tallies(counters: Iterable[Organisation] | None) -> PublishedTallyQuerySet:
    tallies = PublishedTally.objects.select_related(
        "counter", "report__publisher"
    ).prefetch_related(Prefetch("lines", TallyLine.objects.select_related("base")))
    return tallies if counters is None else tallies.filter(counter__in=list(counters))


def _fold(rule: Rule, bases: dict[int, MilitaryBase]) -> Callable[[MilitaryBase], MilitaryBase]:
    return lambda base: bases[rule.root(base.pk)]


def work_queue(pages: Iterable[Page]) -> list[tuple[Page, Step]]:
    """Every step that our record does not account for, those first that would close most."""
    steps = [(page, step) for page in pages for step in page.open_steps]
    return sorted(steps, key=_would_close, reverse=True)


def _would_close(pair: tuple[Page, Step]) -> tuple[int, int, Day]:
    unaccounted = pair[1].unaccounted
    assert unaccounted is not None  # open steps have it
    last = pair[1].later.as_of_latest
    return unaccounted.possible, unaccounted.certain, last or datetime.date.min
