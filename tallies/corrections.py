"""Corrections: the revisions that touched what readers see, with what they touched.

A revision that wrote nothing but drafts is none, since its reason may speak of what is not public.
What it did to an incident counts where readers saw that before it or after it, and to a report
where something public rested on it before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import (
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Concat

from attacks.changes import OF_INCIDENT
from attacks.models import Citation, Claim, CountingRule, Incident, IncidentKey, RuleSite
from bases.models import BaseName, ForcePresence, MilitaryBase
from sources.kept import Memory
from sources.models import Organisation, OrganisationName, Report, Revision
from sources.recorded import left_otherwise
from sources.revisions import being_written

from .models import AcceptedFinding, PublishedTally, TallyLine

MOST_NAMED = 20  # of each kind, with one revision
INCIDENTS = "incidents"
ALWAYS = "always"  # a state of the record that does not pass
_known = Memory(1_000)  # revisions of which the incidents are known


@dataclass(frozen=True)
class Touched:
    """Records of one kind that a revision touched: the first of them, and how many there are."""

    names: tuple[str, ...] = ()
    total: int = 0


NOTHING = Touched()


@dataclass(frozen=True)
class Correction:
    revision: Revision
    touched: dict[str, Touched]  # by kind


def corrections() -> QuerySet[Revision]:
    """The revisions that touched something public."""
    by_revision = (rows.filter(revision_id=OuterRef("number")) for rows in _all_rows())
    return Revision.objects.filter(reduce(or_, (Q(Exists(rows)) for rows in by_revision)))


def touching(kind: str, ids: Iterable[int]) -> Q:
    """Revisions that touched any of these records of that kind."""
    ids = list(ids)
    found = (rows.filter(record__in=ids).values("revision_id") for rows in ROWS[kind]())
    return reduce(or_, (Q(number__in=numbers) for numbers in found))


def with_touched(revisions: Iterable[Revision]) -> list[Correction]:
    """These revisions with what each touched, by two queries at most."""
    made = [Correction(one, dict.fromkeys(KINDS, NOTHING)) for one in revisions]
    by_number = {one.revision.number: one.touched for one in made}
    for number, kind, told, total in _first_touched(list(by_number)):
        touched = by_number[number]
        touched[kind] = Touched((*touched[kind].names, told), total)
    return made


Named = tuple[int, str, str, int]  # revision, kind, name, how many there are of that kind


def _first_touched(numbers: list[int]) -> list[Named]:
    """The first few of each kind that each of these revisions touched."""
    others = [rows for kind in ROWS if kind != INCIDENTS for rows in ROWS[kind]()]
    return [*_incidents_touched(numbers), *_named(numbers, others)]


def _incidents_touched(numbers: list[int]) -> Iterator[Named]:
    """What no later revision changes: public ids stay, and what readers saw before and after it.

    An import may have touched a million, so they are counted once.
    """
    known = {number: _known.get(ALWAYS, number) for number in numbers}
    new: dict[int, list[Named]] = {one: [] for one, rows in known.items() if rows is None}
    for row in _named(list(new), list(ROWS[INCIDENTS]())):
        new[row[0]].append(row)
    if not being_written():
        for number, rows in new.items():
            _known.put(ALWAYS, number, rows)
    for number in numbers:
        yield from new.get(number, known[number])


def _named(numbers: list[int], kinds: list[QuerySet[Any]]) -> list[Named]:
    if not numbers:
        return []
    arms = [
        rows.filter(revision_id__in=numbers).values_list("revision_id", "of_kind", "place", "told")
        for rows in kinds
    ]
    rows, params = arms[0].union(*arms[1:]).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(FIRST_OF_EACH.format(rows=rows), [*params, MOST_NAMED])
        return cursor.fetchall()


# An import may touch thousands of records: only those that are named leave the database.
FIRST_OF_EACH = """
WITH touched (revision, kind, place, told) AS ({rows}),
numbered AS (
  SELECT revision, kind, told,
    COUNT(told) OVER (PARTITION BY revision, kind) AS total,
    ROW_NUMBER() OVER (PARTITION BY revision, kind ORDER BY place, told) AS number
  FROM touched
)
SELECT revision, kind, told, total FROM numbered WHERE number <= %s ORDER BY revision, kind, number
"""


# The rows of history that touched something public. Each says of which kind of record (`record` is
# its id), and how that is `told` to readers, in the order of `place` and of the name.


NO_PLACE = Value(0)


@cache
def _all_rows() -> list[QuerySet[Any]]:
    return [rows for kind in ROWS for rows in ROWS[kind]()]


def _of(
    kind: str, rows: QuerySet[Any], record: Any, told: Any, place: Any = NO_PLACE
) -> QuerySet[Any]:
    named = rows.order_by().annotate(
        of_kind=Value(kind, CharField()), record=record, told=told, place=place
    )
    # What has no name any more was deleted, which stands in a row of its own.
    return named.filter(told__isnull=False)


def _now(model: Any, key: str, name: str) -> Subquery:
    """What the record whose key the row has in that column is called today."""
    return Subquery(model.objects.filter(pk=OuterRef(key)).order_by().values(name)[:1])


def _own(kind: str, model: Any, name: str) -> QuerySet[Any]:
    """Rows of records that are public as soon as they are on record."""
    return _of(kind, model.history.all(), F("id"), Coalesce(_now(model, "id", name), F(name)))


def _parts(kind: str, part: Any, of: str, model: Any, name: str) -> QuerySet[Any]:
    return _of(kind, part.history.all(), F(of), _now(model, of, name))


def _incidents() -> Iterator[QuerySet[Any]]:
    yield _public_incidents(left_otherwise(Incident, OF_INCIDENT), "id", F("serial"))
    for part in (Claim, Citation, IncidentKey):
        written = _written_of("incident_id")
        # What was made with its incident is told with it.
        first = Subquery(written.order_by("history_id").values("revision_id")[:1])
        rows = part.history.alias(made=first).exclude(made=F("revision_id"))
        yield _public_incidents(rows, "incident_id", Subquery(written.values("serial")[:1]))


def _written_of(incident: str) -> QuerySet[Any]:
    return Incident.history.filter(id=OuterRef(incident)).order_by("-history_id")


def _public_incidents(rows: QuerySet[Any], incident: str, serial: Any) -> QuerySet[Any]:
    written = _written_of(incident)
    before = written.filter(revision_id__lt=OuterRef("revision_id")).values("status")[:1]
    after = written.filter(revision_id__lte=OuterRef("revision_id")).values("status")[:1]
    public = Incident.Status.PUBLISHED
    rows = rows.alias(before=Subquery(before), after=Subquery(after))
    return _of(
        INCIDENTS,
        rows.filter(Q(after=public) | Q(before=public)),
        F(incident),
        Concat(Value("BW-"), serial, output_field=CharField()),
        serial,
    )


def _tallies() -> Iterator[QuerySet[Any]]:
    yield _own("tallies", PublishedTally, "key")
    for part in (TallyLine, AcceptedFinding):
        yield _parts("tallies", part, "tally_id", PublishedTally, "key")


def _bases() -> Iterator[QuerySet[Any]]:
    yield _own("bases", MilitaryBase, "slug")
    yield _parts("bases", BaseName, "base_id", MilitaryBase, "slug")


def _organisations() -> Iterator[QuerySet[Any]]:
    yield _own("organisations", Organisation, "slug")
    for part in (OrganisationName, CountingRule):
        yield _parts("organisations", part, "organisation_id", Organisation, "slug")
    counter = _now(CountingRule, "rule_id", "organisation_id")
    name = _now(CountingRule, "rule_id", "organisation__slug")
    yield _of("organisations", RuleSite.history.all(), counter, name)


def _reports() -> Iterator[QuerySet[Any]]:
    of_a_draft = ~Q(
        Exists(
            Incident.history.filter(
                id=OuterRef("incident_id"),
                status=Incident.Status.PUBLISHED,
                revision_id__lt=OuterRef(OuterRef("revision_id")),
            )
        )
    )
    resting = [part.history.exclude(of_a_draft) for part in (Citation, Claim)]
    resting += [model.history.all() for model in RESTING_ON_REPORTS]
    before = Q(report_id=OuterRef("id"), revision_id__lt=OuterRef("revision_id"))
    shown = reduce(or_, (Q(Exists(rows.filter(before))) for rows in resting))
    # On one that was made by the revision nothing rested before.
    rows = Report.history.exclude(history_type="+").filter(shown)
    yield _of("reports", rows, F("id"), Coalesce(_now(Report, "id", "key"), F("key")))


RESTING_ON_REPORTS: tuple[Any, ...] = (
    PublishedTally,
    MilitaryBase,
    BaseName,
    Organisation,
    OrganisationName,
    ForcePresence,
)


def _presences() -> Iterator[QuerySet[Any]]:
    yield _own("presences", ForcePresence, "key")


ROWS: dict[str, Callable[[], Iterator[QuerySet[Any]]]] = {
    INCIDENTS: _incidents,
    "tallies": _tallies,
    "bases": _bases,
    "organisations": _organisations,
    "reports": _reports,
    "presences": _presences,
}
KINDS = tuple(ROWS)
