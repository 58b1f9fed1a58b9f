"""The sentence above the dashboard, made of what was published and of nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from sources.local_names import local_name
from sources.models import Quantifier
from sources.templatetags.facts import DAY, join_and, quantified

from .models import PublishedTally
from .reconciliation import Reconciliation, Row

MOST_PLACES = 3  # of which one may say that most attacks were there


def headline(tally: PublishedTally, reconciliation: Reconciliation) -> SafeString:
    """Who counted how many, where, since when and as of when, and where most of them were."""
    if tally.total is None:
        return _without_a_total(tally)
    places = concentration(tally, reconciliation.largest_first)
    sentence = _sentence(tally, bool(places))
    return format_html(
        sentence.replace("%(", "{").replace(")s", "}"),
        counter=local_name(tally.counter),
        number=format_html(
            '<a class="total" href="{}">{}</a>',
            tally.get_absolute_url(),
            quantified(tally.total, tally.quantifier),
        ),
        countries=join_and(tally.country_names) if tally.countries else "",
        since=date_format(tally.counting_since, DAY) if tally.counting_since else "",
        day=date_format(tally.as_of_latest, DAY) if tally.as_of_latest else "",
        places=_places(places),
    )


def says_the_days(tally: PublishedTally) -> bool:
    """Whether the sentence can say since when and as of when: both days are known exactly."""
    whole = tally.total is not None and tally.countries and tally.counting_since
    return bool(whole and tally.as_of_latest and tally.as_of_earliest == tally.as_of_latest)


def _sentence(tally: PublishedTally, with_places: bool) -> str:
    """Whole sentences, so that each can be told in another language in its own order."""
    dated = says_the_days(tally)
    number: int = tally.total
    if dated and with_places:
        return ngettext(
            "%(counter)s has counted %(number)s attack on military bases in %(countries)s since "
            "%(since)s, as of %(day)s, more than half of them at %(places)s.",
            "%(counter)s has counted %(number)s attacks on military bases in %(countries)s since "
            "%(since)s, as of %(day)s, more than half of them at %(places)s.",
            number,
        )
    if dated:
        return ngettext(
            "%(counter)s has counted %(number)s attack on military bases in %(countries)s since "
            "%(since)s, as of %(day)s.",
            "%(counter)s has counted %(number)s attacks on military bases in %(countries)s since "
            "%(since)s, as of %(day)s.",
            number,
        )
    if tally.countries and with_places:
        return ngettext(
            "%(counter)s has counted %(number)s attack on military bases in %(countries)s, more "
            "than half of them at %(places)s.",
            "%(counter)s has counted %(number)s attacks on military bases in %(countries)s, more "
            "than half of them at %(places)s.",
            number,
        )
    if tally.countries:
        return ngettext(
            "%(counter)s has counted %(number)s attack on military bases in %(countries)s.",
            "%(counter)s has counted %(number)s attacks on military bases in %(countries)s.",
            number,
        )
    return ngettext(
        "%(counter)s has counted %(number)s attack on military bases.",
        "%(counter)s has counted %(number)s attacks on military bases.",
        number,
    )


def _without_a_total(tally: PublishedTally) -> SafeString:
    names: dict[str, Any] = {"counter": local_name(tally.counter)}
    if not tally.countries:
        text = gettext("Attacks on military bases, counted by %(counter)s without a printed total")
    else:
        names["countries"] = join_and(tally.country_names)
        text = gettext(
            "Attacks on military bases in %(countries)s, counted by %(counter)s without a printed "
            "total"
        )
    return format_html(text.replace("%(", "{").replace(")s", "}"), **names)


def concentration(tally: PublishedTally, rows: Sequence[Row]) -> list[Row]:
    """The fewest bases that hold more than half of a full list; none where that takes many.

    `rows` are its lines, largest first. A list that does not add up says nothing of the kind, nor
    does one of "more than" so many: half of that is not known.
    """
    if tally.coverage != PublishedTally.Coverage.FULL or tally.difference != 0:
        return []
    if tally.quantifier not in {"", Quantifier.EXACTLY}:
        return []
    if not all(row.base for row in rows) or len(rows) <= MOST_PLACES:
        return []
    half, held = tally.total / 2, 0
    for number, row in enumerate(rows[:MOST_PLACES], start=1):
        held += row.published or 0
        if held > half:
            return list(rows[:number])
    return []


def _places(rows: Sequence[Row]) -> SafeString:
    links = [
        format_html(
            '<a href="{}"><bdi>{}</bdi></a>', row.base.get_absolute_url(), local_name(row.base)
        )
        for row in rows
        if row.base
    ]
    if len(links) < 2:
        return format_html_join("", "{}", ((link,) for link in links))
    first = mark_safe(", ".join(links[:-1]))
    both = gettext("%(first)s and %(last)s").replace("%(", "{").replace(")s", "}")
    return format_html(both, first=first, last=links[-1])
