"""What a quoted figure asks, in one canonical form: the same question is always the same text.

A question is either a count of ours, by the parameters of `CountFilter`, or a published number: a
tally and a place of it, with our count there over the same days.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import TooManyFieldsSent, ValidationError
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.formats import date_format
from django_filters import MultipleChoiceFilter

from attacks.basis import ClockForm, thing_of
from attacks.counting import Count, counted
from attacks.filters import CountFilter, IncidentForm, incidents_query
from attacks.models import Incident
from attacks.rules import Basis
from config.clocks import CLOCKS
from config.languages import in_source_language
from sources.lookups import ValueField
from sources.recorded import TODAY, Record
from sources.templatetags.facts import DAY, day_words
from sources.validators import key_format

from .models import PublishedTally, value_words
from .reconciliation import Row, reconcile, tally_of

FIELDS = ("query", "tally", "place", *CLOCKS)
LONGEST = 4_000  # characters of one field
# What our earlier records can be asked about, as `IncidentForm` has it.
LISTABLE = {*IncidentForm.recordable, "rule", *CLOCKS}

# How each filter is told in a title, in this order; the others follow, by their labels.
WORDS = {
    "base": "at {}",
    "country": "in {}",
    "since": "since {}",
    "until": "until {}",
    "weapon": "by {}",
    "outcome": "with outcome {}",
    "claim_status": "with claim status {}",
    "claimant": "claimed by {}",
    "claimant__isnull": "claimed by {}",
    "grade": "graded {}",
    "search": "with “{}” in the record",
    "rule": "by the rule of {}",
    "known_on": "as known on {}",
    "recorded_at": "as recorded at revision {}",
}


class BadQuestion(ValueError):
    """Says in words, by field, why a question cannot be asked."""

    def __init__(self, **errors: Any) -> None:
        self.errors = {name: [*texts] for name, texts in errors.items()}
        super().__init__(" ".join(text for texts in self.errors.values() for text in texts))


class NoSuchRow(BadQuestion):
    """The tally is on record, but has no row of that place."""


@dataclass(frozen=True)
class Question:
    """`asked` is the canonical form. `incidents` are the rows behind `possible`, with `sure`."""

    asked: dict[str, str]
    title: str
    record: Record
    incidents: QuerySet[Any] | None  # None: nothing says where we should count
    list_query: str = ""  # of the list of the same incidents
    listable: bool = True  # whether our earlier records can be listed so
    published: int | None = None
    quantifier: str = ""

    @property
    def count(self) -> Count | None:
        if self.incidents is None:
            return None
        attacks = Sum("attack_count")
        sure = Sum("attack_count", filter=Q(sure=True))
        return Count(
            **self.incidents.order_by().aggregate(
                certain=Coalesce(sure, 0), possible=Coalesce(attacks, 0)
            )
        )

    @property
    def value(self) -> str:
        return value_words("tally" in self.asked, self.count, self.published, self.quantifier)


def read(fields: Mapping[str, str]) -> Question:
    """The question that these fields ask: `query`, or `tally` and `place` with the clocks.

    Raises `BadQuestion`.
    """
    given = {name: fields.get(name, "") for name in FIELDS}
    for name, text in given.items():
        if "\0" in text:
            raise BadQuestion(**{name: ["NUL characters are not allowed."]})
        if len(text) > LONGEST:
            raise BadQuestion(**{name: [f"It has more than {LONGEST:,} characters."]})
    given = {name: text.strip() for name, text in given.items()}
    if given["tally"] and given["query"]:
        raise BadQuestion(query=["Ask for a count or for a published number, not for both."])
    if given["tally"]:
        return _of_tally(given)
    for name in ("place", *CLOCKS):
        if given[name]:
            raise BadQuestion(**{name: ["It goes with a tally; a count has it in its query."]})
    if "query" not in fields:
        raise BadQuestion(query=["Nothing is asked: give a query, or a tally and a place."])
    return _of_count(given["query"])


# A count of ours


def _of_count(query: str) -> Question:
    filters = CountFilter(_parameters(query), Incident.objects.all())
    if not filters.is_valid():
        raise BadQuestion(
            **{name: [str(text) for text in texts] for name, texts in filters.form.errors.items()}
        )
    basis = filters.basis
    values = _canonical(filters.form, basis)
    canonical = QueryDict(mutable=True)
    for name in sorted(values):
        canonical.setlist(name, values[name])
    return Question(
        asked={"query": canonical.urlencode()},
        title=_title(filters.form, values, basis),
        record=basis.record,
        incidents=counted(filters.qs, basis).annotate(
            sure=Basis.yes_or_no(filters.window.contains & basis.surely_counts)
        ),
        list_query=incidents_query(canonical),
        listable={thing_of(name) for name in values} <= LISTABLE,
    )


def _parameters(query: str) -> QueryDict:
    """The parameters of the query string; `counted=true`, as lists have it, is what is meant."""
    try:
        params = QueryDict(query.lstrip("?"), mutable=True)
    except TooManyFieldsSent:
        raise BadQuestion(query=["It has too many parameters."]) from None
    if params.pop("counted", ["true"]) != ["true"]:
        raise BadQuestion(query=["Only what counts can be quoted, so counted can only be true."])
    known = CountFilter.base_filters
    for name, values in params.lists():
        if name not in known:
            raise BadQuestion(query=[f"Unknown parameter “{name[:40]}”. Use: {', '.join(known)}."])
        if any("\0" in value for value in values):
            raise BadQuestion(**{name: ["NUL characters are not allowed."]})
        if len(values) > 1 and not isinstance(known[name], MultipleChoiceFilter):
            raise BadQuestion(**{name: ["Give it once."]})
    return params


def _canonical(form: Any, basis: Basis) -> dict[str, list[str]]:
    """The texts of each filter in use, sorted, each once."""
    found = {name: _texts(form.fields[name], value) for name, value in form.cleaned_data.items()}
    found["rule"] = [] if basis.rule.is_house else [basis.rule.slug]
    revision = basis.record.revision
    found["recorded_at"] = [] if revision is None else [str(revision)]
    return {name: texts for name, texts in found.items() if texts}


def _texts(field: Any, value: Any) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(field, ValueField):
        return [field.canonical(value)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, datetime.date):
        return [value.isoformat()]
    if isinstance(value, str):
        return [value]
    return sorted({getattr(one, "slug", one) for one in value})


@in_source_language
def _title(form: Any, values: Mapping[str, list[str]], basis: Basis) -> str:
    parts = [
        words.format(_told(name, form, values[name], basis))
        for name, words in WORDS.items()
        if name in values
    ]
    parts += [
        f"{form.fields[name].label}: {_told(name, form, values[name], basis)}"
        for name in values
        if name not in WORDS
    ]
    return ", ".join(["Attacks on military bases", *parts])


def _told(name: str, form: Any, texts: list[str], basis: Basis) -> str:
    """The values of a filter in words."""
    cleaned = form.cleaned_data[name]
    if isinstance(cleaned, datetime.date):
        return date_format(cleaned, DAY)
    if name == "rule":
        return basis.rule.name
    if name == "claimant__isnull":
        return "nobody named" if cleaned else "somebody named"
    if hasattr(cleaned, "model"):
        names = {one.slug: one.name for one in cleaned}
    else:
        names = dict(getattr(form.fields[name], "choices", ()))
    told = [str(names.get(text, text)) for text in texts]
    return (" and " if name == "claimant" else " or ").join(told)


# A published number


def _of_tally(given: Mapping[str, str]) -> Question:
    clocks = ClockForm({name: given[name] for name in CLOCKS})
    if not clocks.is_valid():
        raise BadQuestion(
            **{name: [str(text) for text in texts] for name, texts in clocks.errors.items()}
        )
    record, known_on = clocks.basis.record, clocks.basis.known_on
    try:
        key_format(given["tally"])
    except ValidationError as error:
        raise BadQuestion(tally=error.messages) from error
    tally = tally_of(given["tally"], record, known_on)
    if tally is None:
        then = " then, or could be known by that day" if known_on or record != TODAY else ""
        raise BadQuestion(tally=[f"No tally of that key is on record{then}."])
    reconciliation = reconcile(tally, known_on=known_on, record=record)
    row = reconciliation.row(given["place"])
    if row is None or (row.published is None and row.ours is None):
        raise NoSuchRow(
            place=["That tally has no such row. Use: total, base:<slug> or country:<code>."]
        )
    asked = {
        "tally": tally.key,
        "place": row.place.key,
        "known_on": known_on.isoformat() if known_on else "",
        "recorded_at": "" if record == TODAY else str(record.revision),
    }
    return Question(
        asked={name: text for name, text in asked.items() if text},
        title=_title_of_row(tally, row, known_on, record),
        record=record,
        incidents=reconciliation.incidents_of(row) if row.ours else None,
        list_query=row.query,
        published=row.published,
        quantifier=tally.quantifier if row.place.is_total or tally.total is None else "",
    )


@in_source_language
def _title_of_row(
    tally: PublishedTally, row: Row, known_on: datetime.date | None, record: Record
) -> str:
    parts = ["Attacks on military bases" if row.place.is_total else f"Attacks: {row.name}"]
    parts.append(f"as published by {tally.counter.name}")
    if tally.counting_since:
        parts.append(f"since {date_format(tally.counting_since, DAY)}")
    parts.append(f"as of {day_words(tally.as_of_earliest, tally.as_of_latest)}")
    parts.append("beside the count of Basewatch" if row.ours else "")
    parts.append(f"as known on {date_format(known_on, DAY)}" if known_on else "")
    parts.append("" if record == TODAY else f"as recorded at revision {record.revision}")
    return ", ".join(part for part in parts if part)
