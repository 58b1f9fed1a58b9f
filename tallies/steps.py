"""How a counter's numbers rose from one publication to the next, and what of it we hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from attacks.counting import Count, Window
from sources.models import Quantifier
from sources.templatetags.facts import day_words

from .models import PublishedTally
from .places import Place
from .series import Held, Link, quantifier_of, window_between


@dataclass(frozen=True)
class Step:
    """From one running number to the next, `number`, of the same place; `also` reprints that one.

    What happened on a day that the earlier publication speaks for is possible in two steps and
    certain in neither.
    """

    place: Place
    earlier: PublishedTally
    later: PublishedTally
    rise: int
    window: Window
    ours: Count | None  # None: the place is a bare name
    notes: tuple[str, ...]  # what makes the two numbers not quite comparable
    also: tuple[PublishedTally, ...]
    number: int
    countries: tuple[str, ...] = ()  # of a total: those that either covers

    @property
    def before(self) -> int:
        """The earlier number."""
        return self.number - self.rise

    @property
    def unaccounted(self) -> Count | None:
        """By how many attacks, at least and at most, it rose beyond our record."""
        if self.ours is None:
            return None
        return Count(
            certain=max(0, self.rise - self.ours.possible),
            possible=max(0, self.rise - self.ours.certain),
        )

    @property
    def fell(self) -> bool:
        return self.rise < 0


def step_of(place: Place, link: Link, held: Held) -> Step:
    assert link.previous
    earlier, later = link.previous.first, link.value.first
    window = window_between(earlier, later)
    countries: tuple[str, ...] = ()
    if place.is_total:
        countries = tuple(sorted({*earlier.tally.countries, *later.tally.countries}))
    return Step(
        place=place,
        earlier=earlier.tally,
        later=later.tally,
        rise=link.value.number - link.previous.number,
        window=window,
        ours=held(place, countries, window) if place.on_record else None,
        notes=tuple(_notes(place, earlier.tally, later.tally)),
        also=tuple(read.tally for read in link.value.editions[1:]),
        number=link.value.number,
        countries=countries,
    )


def _notes(place: Place, earlier: PublishedTally, later: PublishedTally) -> Iterator[str]:
    if earlier.counting_since != later.counting_since:
        yield _("The earlier one counts from %(earlier)s, the later one from %(later)s.") % {
            "earlier": _start(earlier),
            "later": _start(later),
        }
    # A line is of the same place whatever else the publication covers.
    if place.is_total and set(earlier.countries) != set(later.countries):
        yield _("The earlier one covers %(earlier)s, the later one %(later)s.") % {
            "earlier": _area(earlier),
            "later": _area(later),
        }
    qualified = (
        (_("The earlier number is published as “%(quantifier)s”."), earlier),
        (_("The later number is published as “%(quantifier)s”."), later),
    )
    for words, tally in qualified:
        quantifier = quantifier_of(tally, place)
        if quantifier not in ("", Quantifier.EXACTLY):
            yield words % {"quantifier": Quantifier(quantifier).label}


def _start(tally: PublishedTally) -> str:
    since = tally.counting_since
    return day_words(since, since) if since else _("a day that is not stated")


def _area(tally: PublishedTally) -> str:
    return ", ".join(tally.country_names) or _("countries that are not stated")
