"""What the dashboard shows: which published tally, and what our record holds beside it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from attacks.answers import coverage
from attacks.counting import Coverage
from attacks.knowledge import may_be_published
from attacks.models import NEWEST_FIRST, Incident
from attacks.records import first_annotated, with_bases, with_documents
from attacks.rules import Basis
from bases.models import ForcePresence
from sources.kept import kept
from sources.local_names import local_name
from sources.models import Organisation, Revision
from sources.validators import key_format

from .corrections import corrections
from .models import PublishedTally

Day = datetime.date
LATEST_INCIDENTS = 8
LATEST_CORRECTIONS = 5
PRESENCES = 12
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
    choice = Choice(list(counters(known_on)))
    if not choice.counters:
        return choice
    by_slug = {organisation.slug: organisation for organisation in choice.counters}
    counter = counter or _counter_of(tally)
    if counter and counter not in by_slug:
        choice.errors["counter"] = _("No published tally is by a counter of that name.")
        return choice
    choice.counter = (
        by_slug.get(counter) or by_slug.get(settings.DEFAULT_COUNTER) or choice.counters[0]
    )
    choice.tallies = list(tallies_of(choice.counter.pk, known_on))
    if not tally:
        choice.tally = (choice.full_lists or choice.tallies)[0]
        return choice
    choice.tally = next((each for each in choice.tallies if each.key == tally), None)
    if choice.tally is None:
        choice.errors["tally"] = _("No tally of that key is by %(counter)s.") % {
            "counter": local_name(choice.counter)
        }
    return choice


COUNTERS = 50  # of which the tallies are kept; there are a dozen


@kept(COUNTERS)
def counters(known_on: Day | None) -> Sequence[Organisation]:
    """Whoever has published a tally by that day."""
    theirs = PublishedTally.objects.known_on(known_on).filter(counter=OuterRef("pk"))
    return list(Organisation.objects.filter(Exists(theirs)))


@kept(COUNTERS)
def tallies_of(counter: int, known_on: Day | None) -> Sequence[PublishedTally]:
    """What that counter has published by that day, the latest first."""
    tallies = PublishedTally.objects.known_on(known_on).filter(counter=counter)
    return list(tallies.latest_first().select_related("counter", "report__publisher"))


@dataclass(frozen=True)
class OnRecord:
    """What our own record holds, whatever the tally: how much, who is there, and the latest."""

    coverage: Coverage
    presences: list[ForcePresence]
    incidents: list[Incident]
    corrections: list[Revision]


@kept(COUNTERS)
def on_record(known_on: Day | None) -> OnRecord:
    """By what could be known on that day; by all, where it is None."""
    basis = Basis(known_on=known_on)
    newest_first = basis.published().order_by(*NEWEST_FIRST)
    latest = first_annotated(newest_first, LATEST_INCIDENTS, basis)
    shown = with_documents if known_on else with_bases
    return OnRecord(
        coverage=coverage(basis),
        presences=list(_presences(known_on)[:PRESENCES]),
        incidents=shown(latest, basis),
        # What was corrected is our own time, so the day on which something was known is no clock.
        corrections=[] if known_on else list(corrections()[:LATEST_CORRECTIONS]),
    )


def _presences(known_on: Day | None) -> QuerySet[ForcePresence]:
    stated = ForcePresence.objects.select_related("base", "force", "report__publisher")
    if known_on is None:
        return stated
    until_then = Q(as_of__lte=known_on) | Q(as_of=None)
    published = Q(report=None) | may_be_published(known_on, "report__")
    return stated.filter(until_then, published)
