"""Published tallies and corrections as entries of a feed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Max
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import strip_tags

from sources.models import Revision
from sources.rows import Entry
from sources.templatetags.facts import join_and, quantified

from .corrections import Correction, Touched
from .models import PublishedTally, TallyLine

# One of each kind that a correction touched, and several.
NOUNS = {
    "incidents": ("incident", "incidents"),
    "tallies": ("published tally", "published tallies"),
    "bases": ("base", "bases"),
    "organisations": ("organisation", "organisations"),
    "reports": ("report", "reports"),
    "presences": ("statement on force presence", "statements on force presence"),
}


def with_changed(tallies: Iterable[PublishedTally]) -> list[Any]:
    """These tallies, each with the Revision that last changed it or its lines as `changed`.

    By two queries, however many there are.
    """
    found: list[Any] = list(tallies)
    last = _last_written([tally.pk for tally in found])
    revisions = Revision.objects.in_bulk(set(last.values()))
    for tally in found:
        tally.changed = revisions[last[tally.pk]]
    return found


def _last_written(ids: list[int]) -> dict[int, int]:
    """Of each tally the number of the revision that last wrote it or one of its lines."""
    own = PublishedTally.history.filter(id__in=ids).order_by().values("id")
    lines = TallyLine.history.filter(tally_id__in=ids).order_by().values("tally_id")
    rows = [
        wrote.annotate(last=Max("revision_id")).values_list(key, "last")
        for wrote, key in ((own, "id"), (lines, "tally_id"))
    ]
    last: dict[int, int] = {}
    for tally, number in rows[0].union(rows[1], all=True):
        last[tally] = max(number, last.get(tally, 0))
    return last


def tally_entry(tally: Any) -> Entry:
    """The entry of a tally from `with_changed`, in the words of its page."""
    words = _text("tallies/_since_as_of.html", tally)
    total = quantified(tally.total, tally.quantifier)
    what = "a list without a total" if tally.total is None else f"{total} attacks"
    if tally.total == 1:
        what = f"{total} attack"
    adds_up = _text("tallies/_adds_up.html", tally)
    return Entry(
        title=f"{tally.counter.name}: {what} {words}",
        path=tally.get_absolute_url(),
        updated=tally.changed.moment,
        summary=f"{adds_up} {tally.note}".strip(),
        categories=(tally.coverage, *tally.countries),
    )


def _text(template: str, tally: PublishedTally) -> str:
    return strip_tags(render_to_string(template, {"tally": tally})).strip()


def correction_entry(correction: Correction) -> Entry:
    """The entry of a correction, which leads to the one record that it touched, or home."""
    revision = correction.revision
    return Entry(
        title=f"Revision {revision.number}: {revision.reason}",
        path=_path(correction),
        key=f"revision-{revision.number}",
        updated=revision.moment,
        summary=_summary(correction),
        categories=(revision.origin,),
    )


def _path(correction: Correction) -> str:
    for kind, page in (("incidents", "attacks:incident"), ("tallies", "tallies:detail")):
        touched = correction.touched[kind]
        if touched.total == 1:
            return reverse(page, args=touched.names)
    return reverse("tallies:dashboard")


def _summary(correction: Correction) -> str:
    touched = correction.touched.items()
    told = [_told(kind, what) for kind, what in touched if what.total]
    return f"It touched {join_and(told)}."


def _told(kind: str, touched: Touched) -> str:
    noun = NOUNS[kind][touched.total != 1]
    names = ", ".join(touched.names)
    more = touched.total - len(touched.names)
    return f"{touched.total} {noun} ({names}{f' and {more} more' if more else ''})"
