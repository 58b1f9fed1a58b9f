"""The keys under which files name incidents, and those of other systems."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from sources.models import Revision
from sources.on_record import as_rows, load, load_rows, one_of
from sources.plan import Cells, Plan
from sources.settling import Record, in_parts, settle
from sources.tables import Row

from .models import PUBLIC_ID, Incident, IncidentKey, public_id, serial_of

KEY_SYSTEM = "csv"  # the `key` column, among an incident's keys in other systems

# The incidents of a file by key, each with its row: new ones as objects, others as they stand.
Incidents = dict[str, tuple[Row, Any]]


def known_incidents(rows: list[Row]) -> dict[str, Any]:
    """The incidents on record, by the keys of files and, for rows without one, by their ids."""
    known = _incidents_by_key([row.cells["key"] for row in rows])
    serials = [serial_of(row.cells["key"]) for row in rows if without_key(row)]
    return known | {public_id(one.serial): one for one in load_rows(Incident, "serial", serials)}


def _keys(names: Collection[str]) -> QuerySet[IncidentKey]:
    """Of the keys of files those with these names."""
    return IncidentKey.objects.filter(system=KEY_SYSTEM, key__in=one_of(names))


def _incidents_by_key(names: Collection[str]) -> dict[str, Any]:
    keys = dict(_keys(names).order_by().values_list("key", "incident_id"))
    by_id = {one.id: one for one in load_rows(Incident, "pk", keys.values())}
    return {key: by_id[incident] for key, incident in keys.items()}


def without_key(row: Row) -> bool:
    """Whether the incident has no key in files: its public id stands in for it."""
    return bool(PUBLIC_ID.fullmatch(row.cells["key"])) and (
        row.cells["key"] == row.cells.get("public_id")
    )


def removed_here(keys: list[str]) -> set[str]:
    """The keys that an editor took off the record, with or without their incidents."""
    gone = IncidentKey.history.filter(history_type="-", system=KEY_SYSTEM)
    by_hand = gone.exclude(revision__origin=Revision.Origin.IMPORT)
    removed = set(by_hand.values_list("key", flat=True)) & set(keys)
    return removed - {one.key for one in _keys(removed)}


def incidents_by_id(names: Collection[str]) -> dict[str, Any]:
    """The incidents on record of those names that are public ids."""
    serials = [serial for name in names if (serial := serial_of(name))]
    return {public_id(one.serial): one for one in load_rows(Incident, "serial", serials)}


def incidents_named(names: Collection[str], incidents: Incidents) -> dict[str, Any]:
    """The incident of each name: a key of this import or an earlier one, or a public id."""
    here = {name: incidents[name][1] for name in names if name in incidents}
    others = [name for name in names if name not in here]
    return incidents_by_id(others) | _incidents_by_key(others) | here


def settle_keys(plan: Plan, incidents: Incidents) -> None:
    records = (
        Record(row, {"system": KEY_SYSTEM, "key": key}, {"incident_id": incident.id})
        for key, (row, incident) in incidents.items()
        if not without_key(row)
    )
    for part in in_parts(records):
        keys = [record.key["key"] for record in part]
        settle(plan, IncidentKey, part, existing=as_rows(_keys(keys).order_by()))


def settle_other_keys(plan: Plan, incidents: Incidents) -> None:
    """Where the file has a column for them, the keys of other systems are those of the row."""
    first = {(KEY_SYSTEM, key): row for key, (row, _) in incidents.items()}
    stating = [one for one in incidents.values() if "other_keys" in one[0].cells]
    records = []
    for row, incident in stating:
        cells = Cells(plan, row)
        for text in cells.texts("other_keys"):
            system, _, key = text.partition(":")
            if not key:
                cells.refuse("other_keys", f"{text!r:.60} is no key such as acled:SYR12345.")
            elif (system, key) in first:
                place = first[system, key].place
                cells.refuse("other_keys", f"{text} stands already in {place}.")
            else:
                first[system, key] = row
                names = {"system": system, "key": key}
                records.append(Record(row, names, {"incident_id": incident.id}))
    pks = [incident.id for _, incident in stating]
    others = IncidentKey.objects.exclude(system=KEY_SYSTEM).filter(incident__in=one_of(pks))
    existing = {one.id: one for one in as_rows(others)}
    named = {record.identity for record in records}
    for one in load(IncidentKey, "key", [key for _, key in named]):
        if (one.system, one.key) in named:
            existing[one.id] = one
    columns = {"system": "other_keys", "key": "other_keys"}
    settle(plan, IncidentKey, records, existing=existing.values(), columns=columns, replaces=True)
