"""Which published tally the dashboard shows."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Exists, OuterRef

from sources.models import Organisation
from sources.validators import key_format

from .models import PublishedTally

Day = datetime.date
KEY = key_format.regex  # also keeps NUL from PostgreSQL, which refuses it


def _counter_of(key: str) -> str:
    """Whose tally it is, where only the tally is asked for."""
    found = PublishedTally.objects.filter(key=key) if KEY.fullmatch(key) else []
    return next((tally.counter.slug for tally in found), "")


@dataclass
class Choice:
    """Whose numbers the dashboard shows, which of their tallies, and what there is to choose."""

    counters: list[Organisation]
    counter: Organisation | None = None
    tallies: list[PublishedTally] = field(default_factory=list)
    tally: PublishedTally | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def later(self) -> PublishedTally | None:
        """The latest total that the counter published after the tally shown, if it did."""
        shown = self.tally and self.tally.as_of_latest
        totals = [each for each in self.tallies if each.total is not None and each.as_of_latest]
        if shown and totals and totals[0].as_of_latest > shown:
            return totals[0]
        return None

    @property
    def full_lists(self) -> list[PublishedTally]:
        return [tally for tally in self.tallies if tally.coverage == tally.Coverage.FULL]

    @property
    def others(self) -> list[PublishedTally]:
        return [tally for tally in self.tallies if tally.coverage != tally.Coverage.FULL]


def choose(counter: str, tally: str, *, known_on: Day | None = None) -> Choice:
    """The tally of that counter and key; without them the default counter's latest full list.

    With `known_on` only of what may have been published by then.
    """
    tallies = PublishedTally.objects.known_on(known_on)
    theirs = tallies.filter(counter=OuterRef("pk"))
    choice = Choice(list(Organisation.objects.filter(Exists(theirs))))
    if not choice.counters:
        return choice
    by_slug = {organisation.slug: organisation for organisation in choice.counters}
    counter = counter or _counter_of(tally)
    if counter and counter not in by_slug:
        choice.errors["counter"] = "No published tally is by a counter of that name."
        return choice
    choice.counter = (
        by_slug.get(counter) or by_slug.get(settings.DEFAULT_COUNTER) or choice.counters[0]
    )
    choice.tallies = list(
        tallies.filter(counter=choice.counter)
        .latest_first()
        .select_related("counter", "report__publisher")
    )
    if not tally:
        choice.tally = (choice.full_lists or choice.tallies)[0]
        return choice
    choice.tally = next((each for each in choice.tallies if each.key == tally), None)
    if choice.tally is None:
        choice.errors["tally"] = f"No tally of that key is by {choice.counter.name}."
    return choice
