"""Incidents as JSON that the database writes: today's record, as `IncidentSerializer` shows it.

A clock empties what was coded since and hides what was withdrawn: that is for the serializer.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import F, Func, OuterRef, Subquery, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from bases.serializers import BasePlaceSerializer
from sources.copies import literal
from sources.countries import country_choices
from sources.documents import Days, LookedUp, Moment, statement
from sources.formats import in_chunks
from sources.models import Report
from sources.statements import OneOf, ask, with_list

from .claim_status import ClaimStatus, claim_statuses
from .models import Claim, Incident
from .serializers import ClaimSerializer, IncidentSerializer


def written(
    ids: Sequence[int], order: Sequence[str], names: Iterable[str] | None = None
) -> list[str]:
    """The incidents of these ids, in the order of these fields, with these members or all."""
    words, params = _statement(tuple(order), frozenset(names) if names else None)
    return [text for (text,) in ask(words, with_list(ids, params))]


def all_written(
    ids: Iterable[int], order: Sequence[str], names: Iterable[str] | None = None
) -> Iterator[str]:
    """The same of a whole list in that order, some at a time."""
    for chunk in in_chunks(ids):
        yield from written(chunk, order, names)


@functools.lru_cache(maxsize=64)
def _statement(order: tuple[str, ...], names: frozenset[str] | None) -> tuple[str, tuple[Any, ...]]:
    """What asks for the incidents of a list of ids."""
    # What is withdrawn while the list is read is published no more.
    incidents = Incident.objects.published().filter(OneOf("id")).order_by(*order)
    return statement(incidents, IncidentSerializer(), _given(), names)


def _given() -> dict[Any, dict[str, Any]]:
    """What the models compute in Python, in the words of the database."""
    survivor = Incident.objects.published().order_by().filter(id=OuterRef("merged_into_id"))
    said = Claim.objects.filter(incident=OuterRef("id"))
    status = claim_statuses(said).values("claim_status")
    cited = Report.objects.filter(citations__incident=OuterRef("id"))
    return {
        IncidentSerializer: {
            "public_id": PublicId("serial"),
            "days": Days("latest", "earliest"),
            "claim_status": Coalesce(Subquery(status), Value(ClaimStatus.UNKNOWN)),
            "merged_into": Subquery(survivor.values(text=PublicId("serial"))),
            "withdrawn": Value(None, TextField()),
            "revision": F("change__revision_id"),
            "updated": Moment("change__revision__moment"),
            "reports": cited.order_by("citations__id"),
        },
        ClaimSerializer: {"incident": PublicId(OuterRef("serial"))},
        BasePlaceSerializer: {"country_name": _country_name(F("country"))},
    }


class PublicId(Func):
    """As the model has it, of its serial."""

    template = "'BW-' || %(expressions)s"
    output_field = TextField()


def _country_name(code: Any) -> Any:
    """As `country_name` has it: the code itself where ISO has none.

    The names stand in the words of the statement: a parameter would be read anew for each row.
    """
    names = RawSQL(literal(json.dumps(dict(country_choices()))), ())
    return Coalesce(LookedUp(names, code), code, output_field=TextField())
