"""Which revision last changed what is shown of an incident, and what left the record.

Whoever keeps a copy asks what changed since a revision. A record that changes moves to the end of
that list, so a reader who pages through it while we write sees it again and misses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from bases.models import MilitaryBase
from sources.models import Organisation, Report, Revision
from sources.recorded import NoSuchRevision, last_before, left_otherwise

from .models import Citation, Claim, Incident, IncidentChange, IncidentKey
from .records import withdrawals

Incidents = QuerySet[Incident]

# The columns that are shown with an incident; see the serializers.
OF_INCIDENT = tuple(
    field.attname
    for field in Incident._meta.concrete_fields
    if field.name not in {"id", "internal_note"}
)
OF_ITS_SURVIVOR = ("serial", "status")
OF_BASE = (
    "slug",
    "name",
    "name_ar",
    "country",
    "governorate",
    "latitude",
    "longitude",
    "coordinate_precision",
)
OF_REPORT = tuple(field.attname for field in Report._meta.concrete_fields if field.name != "id")
# Its name stands with claims and reports; kind and parent decide the claim status.
OF_ORGANISATION = ("slug", "name", "kind", "parent_id")


# What a revision changed


def note_changes(number: int) -> None:
    """Keep of every incident that the revision changed for readers that it was the last to do so.

    Called at the end of each revision. It costs what the revision touched, not what is on record:
    to rename a base writes one row for each of its incidents, and to rename a publisher one for
    each incident that rests on any of its reports. Nobody pays for that but the one who renames.
    """
    for incidents in changed_by(number):
        _note(incidents, number)


def changed_by(number: int) -> Iterator[Incidents]:
    """The incidents that read otherwise since the revision: querysets that may overlap.

    Each follows one way by an index; a single query with all of them would read the whole table.
    An incident that was deleted is in none.
    """
    for source in _written(number):
        yield from source.incidents(number)


class Source(NamedTuple):
    """A model that incidents are shown from, and those that read otherwise for such a row of it."""

    model: Any
    types: str  # of rows of history: + made, ~ changed, - deleted
    incidents: Callable[[int], Iterator[Incidents]]


def _written(number: int) -> list[Source]:
    """The sources that the revision wrote to: mostly one or two."""
    asked = (
        Exists(source.model.history.filter(revision_id=number, history_type__in=source.types))
        for source in SOURCES
    )
    found = Revision.objects.filter(number=number).values_list(*asked).get()
    return [source for source, is_written in zip(SOURCES, found, strict=True) if is_written]


def _left_otherwise(model: Any, number: int, fields: Iterable[str]) -> QuerySet[Any]:
    return left_otherwise(model, fields).filter(revision_id=number).values("id")


def _made(number: int) -> Iterator[Incidents]:
    made = Incident.history.filter(revision_id=number, history_type="+")
    yield Incident.objects.filter(pk__in=made.values("id"))


def _edited(number: int) -> Iterator[Incidents]:
    yield Incident.objects.filter(pk__in=_left_otherwise(Incident, number, OF_INCIDENT))
    survivors = _left_otherwise(Incident, number, OF_ITS_SURVIVOR)
    yield Incident.objects.filter(merged_into__in=survivors)


def _by_parts(model: Any) -> Callable[[int], Iterator[Incidents]]:
    def by_parts(number: int) -> Iterator[Incidents]:
        parts = model.history.filter(revision_id=number).values("id")
        # Of all its rows: it may have stood at another incident before.
        incidents = model.history.filter(id__in=parts).values("incident_id")
        yield Incident.objects.filter(pk__in=incidents)

    return by_parts


def _by_bases(number: int) -> Iterator[Incidents]:
    yield Incident.objects.filter(base__in=_left_otherwise(MilitaryBase, number, OF_BASE))


def _by_reports(number: int) -> Iterator[Incidents]:
    yield from _resting_on(_left_otherwise(Report, number, OF_REPORT))


def _resting_on(reports: QuerySet[Any]) -> Iterator[Incidents]:
    yield Incident.objects.filter(
        pk__in=Citation.objects.filter(report__in=reports).values("incident")
    )
    yield _of_claims(report__in=reports)


def _of_claims(**those: Any) -> Incidents:
    return Incident.objects.filter(pk__in=Claim.objects.filter(**those).values("incident"))


def _by_organisations(number: int) -> Iterator[Incidents]:
    changed = _left_otherwise(Organisation, number, OF_ORGANISATION)
    yield _of_claims(claimant__in=changed)
    yield _of_claims(blamed__in=changed)
    # A group is of the side of its umbrella and of that one's own: where a member stands two
    # levels below, its topmost one is still the same.
    yield _of_claims(claimant__parent__in=changed)
    yield from _resting_on(Report.objects.filter(publisher__in=changed).values("id"))


SOURCES = (
    Source(Incident, "+", _made),
    Source(Incident, "~", _edited),
    *(Source(model, "+~-", _by_parts(model)) for model in (Claim, Citation, IncidentKey)),
    # What rests on a record that the revision made was written by it too.
    Source(MilitaryBase, "~", _by_bases),
    Source(Report, "~", _by_reports),
    Source(Organisation, "~", _by_organisations),
)


def _note(incidents: Incidents, number: int) -> None:
    """In one statement, so that no number of incidents has to pass through here."""
    rows, params = incidents.order_by().values_list("pk", Value(number)).query.sql_with_params()
    table, incident, revision = (
        connection.ops.quote_name(name)
        for name in (IncidentChange._meta.db_table, "incident_id", "revision_id")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({incident}, {revision}) {rows}"
            f" ON CONFLICT ({incident}) DO UPDATE SET {revision} = excluded.{revision}"
            # What is noted already needs no second row: most are found in several ways.
            f" WHERE {table}.{revision} <> excluded.{revision}",
            params,
        )


# What changed since


class UpdatedSinceField(forms.CharField):
    """Cleaned to the number of the revision after which all changes are asked for."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        try:
            return last_before(text) if text else None
        except NoSuchRevision as error:
            raise ValidationError(str(error)) from error


class UpdatedSince(django_filters.CharFilter):
    """What changed for readers after a revision, or from a moment on."""

    field_class = UpdatedSinceField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Updated since",
            help_text="Only what changed after the revision of that number (0: everything), or "
            "from a moment such as 2024-08-10T12:00Z on; a day alone means its beginning, in UTC.",
            max_length=40,
            **kwargs,
        )

    def filter(self, incidents: Any, number: int | None) -> Any:
        return incidents if number is None else changed_since(incidents, number)


def changed_since(incidents: Any, number: int) -> Any:
    """Those of these incidents that changed for readers after that revision."""
    return incidents.filter(change__revision__gt=number)


# What left


def gone() -> Incidents:
    """Incidents that readers had and that left the record: retracted, or merged into another."""
    published = Incident.Status.PUBLISHED
    was_public = Exists(Incident.history.filter(id=OuterRef("pk"), status=published))
    retracted = ~Q(status=published) & Q(was_public)
    merged = Q(status=published, merged_into__isnull=False)
    return (
        Incident.objects.filter(retracted | merged)
        .select_related("change__revision", "merged_into")
        .order_by("change__revision_id", "id")  # of the revision itself: newest first
    )


def departures(incidents: Iterable[Incident]) -> dict[int, Revision]:
    """Of these gone incidents the revision that withdrew or merged each.

    One that came back, or left otherwise, since it was read is not among them: it stands further
    down in the list of what changed.
    """
    retracted, merged = [], {}
    for incident in incidents:
        if incident.status == Incident.Status.PUBLISHED:
            merged[incident.pk] = incident.merged_into_id
        else:
            retracted.append(incident.pk)
    return withdrawals(retracted) | _mergers(merged)


def _mergers(into: dict[int, int | None]) -> dict[int, Revision]:
    """Since which revision each of these has been public as merged into that other record."""
    merged: dict[int, Revision] = {}
    rows = Incident.history.filter(id__in=into).select_related("revision")
    for row in rows.order_by("history_id"):
        if row.status == Incident.Status.PUBLISHED and row.merged_into_id == into[row.id]:
            merged.setdefault(row.id, row.revision)
        else:
            merged.pop(row.id, None)
    return merged
