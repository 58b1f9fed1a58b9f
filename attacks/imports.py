"""Incidents in: incidents.csv, with their keys and the reports they cite."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from itertools import combinations
from typing import Any

from bases.imports import KnownBases
from sources.imports import KnownReports
from sources.on_record import as_rows, edited_by_hand, one_of
from sources.plan import Cells, Plan
from sources.settling import Record, in_parts, settle
from sources.tables import Format, Row

from .claim_status import ClaimStatus
from .flat import FLAT_COLUMNS
from .key_imports import (
    Incidents,
    incidents_by_id,
    incidents_named,
    known_incidents,
    removed_here,
    settle_keys,
    settle_other_keys,
)
from .models import PUBLIC_ID, Citation, Grade, Incident, next_serial, public_id, serial_of

INCIDENTS = Format(
    "incidents.csv",
    (
        "key",
        "occurred_on",
        "date_precision",
        "time_of_day",
        "base_slug",
        "weapon",
        "munitions_count",
        "outcome",
        "killed_min",
        "killed_max",
        "injured_min",
        "injured_max",
        "material_damage",
        "claim_status",
        "claimed_by",
        "attributed_to",
        "attributed_by",
        "summary",
        "source_urls",
    ),
    (
        "earliest",
        "latest",
        "attack_count",
        "public_id",
        "time_in_words",
        "killed_best",
        "injured_best",
        "grade",
        "summary_ar",
        "merged_into",
        "other_keys",
    ),
    tuple(column.name for column in FLAT_COLUMNS),
)
LARGEST_CARRIED = 99_999_999  # leaves room for the numbers that follow it
MOST_RANGES, MOST_CLOCK_TIMES = 20_000, 2_000  # that are remembered: days and hours come again
CLOCK_TIMES = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f")


class DatePrecision(Enum):
    """How near to `occurred_on` the true day lies, where no range of days is given."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def days(self, day: datetime.date) -> tuple[datetime.date, datetime.date]:
        if self is DatePrecision.WEEK:
            return day - datetime.timedelta(days=3), day + datetime.timedelta(days=3)
        if self is DatePrecision.MONTH:
            last = calendar.monthrange(day.year, day.month)[1]
            return day.replace(day=1), day.replace(day=last)
        return day, day


PRECISIONS = {one.value: one for one in DatePrecision}


def import_incidents(plan: Plan, reports: KnownReports) -> Incidents:
    """Settle the incidents with their keys and citations."""
    rows = plan.once(plan.rows(INCIDENTS.name), "key")
    if not rows:
        return {}
    incidents = _import_rows(plan, rows)
    settle_keys(plan, incidents)
    settle_other_keys(plan, incidents)
    _settle_citations(plan, incidents, reports)
    return incidents


def _import_rows(plan: Plan, rows: list[Row]) -> Incidents:
    removed = removed_here([row.cells["key"] for row in rows])
    for row in rows:
        if row.cells["key"] in removed:
            plan.keep(row, Incident, f"{row.cells['key']} was removed here; kept so.")
            plan.absent.add((INCIDENTS.name, row.cells["key"]))
    rows = [row for row in rows if row.cells["key"] not in removed]
    known = known_incidents(rows)
    bases, serials = KnownBases(), _Serials(plan, rows, known)
    records = {}
    for row in rows:
        record = _incident(plan, row, bases, serials)
        if record:
            records[row.cells["key"]] = record
        else:
            plan.absent.add((INCIDENTS.name, row.cells["key"]))
    _refuse_beside_best(plan, records, known)
    incidents = _settle_survivors_first(plan, records, known)
    plan.absent |= {(INCIDENTS.name, key) for key in records if key not in incidents}
    return incidents


# The columns of fields, for messages.
INCIDENT_COLUMNS = {
    "munitions": "munitions_count",
    "killed_low": "killed_min",
    "killed_high": "killed_max",
    "injured_low": "injured_min",
    "injured_high": "injured_max",
    "local_time_text": "time_of_day",
    "base_id": "base_slug",
    "merged_into_id": "merged_into",
}
# Optional columns, by field.
OPTIONAL_OF_INCIDENT = {
    "attack_count": "attack_count",
    "killed_best": "killed_best",
    "injured_best": "injured_best",
    "grade": "grade",
    "summary_ar": "summary_ar",
    "merged_into_id": "merged_into",
}


class _Serials:
    """Which number in the public id each row gets: its own, the one it carries, or a new one."""

    def __init__(self, plan: Plan, rows: list[Row], known: dict[str, Any]) -> None:
        self._known = known
        self._next = next_serial()
        carried = [self._carried(row) for row in rows]
        # New numbers start above every one that this file carries.
        self._next = max([self._next] + [serial + 1 for serial in carried if serial])
        history = Incident.history
        asked = {
            serial
            for row, serial in zip(rows, carried, strict=True)
            if serial and row.cells["key"] not in known
        }
        used = history.filter(serial__in=one_of(asked))
        self._used = set(used.values_list("serial", flat=True))
        self._given: dict[int, Row] = {}

    @staticmethod
    def _carried(row: Row) -> int | None:
        match = PUBLIC_ID.fullmatch(row.cells.get("public_id", ""))
        return int(match[1]) if match else None

    def of(self, cells: Cells) -> int | None:
        row = cells.row
        text, carried = cells.text("public_id"), self._carried(row)
        known = self._known.get(cells.text("key"))
        if text and (carried is None or carried > LARGEST_CARRIED):
            cells.refuse("public_id", f"{text!r:.60} is not a public id such as BW-12.")
        elif carried and carried in self._given:
            cells.refuse("public_id", f"{text} stands already in {self._given[carried].place}.")
        elif carried and known is not None and known.serial != carried:
            cells.refuse("public_id", f"This incident is {public_id(known.serial)} here, for good.")
        elif carried and known is None and carried in self._used:
            cells.refuse("public_id", f"{text} is or was another incident here.")
        if known is not None:
            return known.serial
        if carried is None:
            carried, self._next = self._next, self._next + 1
        self._given[carried] = row
        return carried


NEW_IS = {"status": Incident.Status.PUBLISHED}


def _incident(plan: Plan, row: Row, bases: KnownBases, serials: _Serials) -> Record | None:
    cells = Cells(plan, row)
    base = None
    if cells.text("base_slug"):
        base = bases.find(cells, "base_slug")
    else:
        cells.refuse("base_slug", "The base is missing.")
    earliest, latest = _days(cells)
    time, time_text = _local_time(cells)
    attack_count = cells.number("attack_count")
    values = {
        "base_id": base and base.pk,
        "earliest": earliest,
        "latest": latest,
        "local_time": time,
        "local_time_text": time_text,
        "attack_count": 1 if attack_count is None else attack_count,
        "weapon": cells.choice("weapon", Incident.Weapon),
        "munitions": cells.number("munitions_count"),
        "outcome": cells.choice("outcome", Incident.Outcome),
        **_people(cells, "killed"),
        **_people(cells, "injured"),
        "material_damage": cells.choice(
            "material_damage", Incident.Damage, empty=Incident.Damage.UNKNOWN
        ),
        "grade": cells.choice("grade", Grade, empty=""),
        "summary": cells.text("summary"),
        "summary_ar": cells.text("summary_ar"),
        "merged_into_id": None,  # settled when those that others are merged into are there
    }
    cells.choice("claim_status", ClaimStatus, empty=ClaimStatus.UNKNOWN)
    serial = serials.of(cells)
    if not cells.ok:
        return None
    values, unstated = cells.stated(values, OPTIONAL_OF_INCIDENT)
    defaults = NEW_IS | unstated if unstated else NEW_IS
    return Record(row, {"serial": serial}, values, defaults)


def _people(cells: Cells, whom: str) -> dict[str, int | None]:
    """The figures of the killed or the injured."""
    columns = (f"{whom}_min", f"{whom}_best", f"{whom}_max")
    figures = [cells.number(column) for column in columns]
    for one, other in combinations(range(3), 2):
        cells.in_order(columns[one], figures[one], columns[other], figures[other])
    low, best, high = figures
    return {f"{whom}_low": low, f"{whom}_best": best, f"{whom}_high": high}


def _refuse_beside_best(plan: Plan, records: dict[str, Record], known: dict[str, Any]) -> None:
    """Refuse figures between which the best one on record does not lie, where the file has none."""
    contradicted = [
        (key, whom)
        for key, record in records.items()
        for whom in ("killed", "injured")
        if key in known and not _lets_best_be(record.values, known[key], whom)
    ]
    by_hand = edited_by_hand(Incident, [known[key].id for key, _ in contradicted])
    for key, whom in contradicted:
        if known[key].id not in by_hand:
            best = getattr(known[key], f"{whom}_best")
            reason = f"The best figure on record is {best}: give {whom}_best too."
            plan.refuse(records[key].row, f"{whom}_min", reason)
            plan.absent.add((INCIDENTS.name, key))
    for key in {key for key, _ in contradicted if known[key].id not in by_hand}:
        del records[key]


def _lets_best_be(values: dict[str, Any], stored: Any, whom: str) -> bool:
    low, high = values[f"{whom}_low"], values[f"{whom}_high"]
    best = values.get(f"{whom}_best", getattr(stored, f"{whom}_best"))
    return best is None or ((low is None or low <= best) and (high is None or best <= high))


def _days(cells: Cells) -> tuple[datetime.date | None, datetime.date | None]:
    """The days between which the attack falls: as given, else from the day and its precision."""
    day = cells.day("occurred_on")
    earliest, latest = cells.day("earliest"), cells.day("latest", ahead=True)
    precision = PRECISIONS.get(cells.text("date_precision"))
    if precision is None and cells.text("date_precision"):
        cells.refuse("date_precision", f"It is none of {', '.join(PRECISIONS)}.")
    if cells.text("earliest") or cells.text("latest"):
        for column in ("earliest", "latest"):
            if not cells.text(column):
                cells.refuse(column, "Give both ends of the range of days, or neither.")
        cells.in_order("earliest", earliest, "latest", latest)
        if earliest and latest and not _is_precision(earliest, latest):
            cells.day("latest")
        return earliest, latest
    if not cells.text("occurred_on"):
        cells.refuse("occurred_on", "The day is missing; a range may stand in earliest and latest.")
    elif not cells.text("date_precision"):
        cells.refuse("date_precision", f"It is missing: {', '.join(PRECISIONS)}.")
    return precision.days(day) if precision and day else (None, None)


@lru_cache(MOST_RANGES)
def _is_precision(earliest: datetime.date, latest: datetime.date) -> bool:
    """Whether the days are a week or a month, as one of a known precision; it may not be over."""
    middle = earliest + (latest - earliest) / 2
    return any(one.days(middle) == (earliest, latest) for one in DatePrecision)


def _local_time(cells: Cells) -> tuple[datetime.time | None, str]:
    """A clock time, or the words in its place; beside one they have a column of their own."""
    text, words = cells.text("time_of_day"), cells.text("time_in_words")
    time = clock_time(text)
    if time is None and text and words:
        cells.refuse("time_in_words", "There are words in time_of_day already.")
    return time, words or ("" if time else text)


@lru_cache(MOST_CLOCK_TIMES)
def clock_time(text: str) -> datetime.time | None:
    for form in CLOCK_TIMES:
        try:
            return datetime.datetime.strptime(text, form).time()
        except ValueError:
            continue
    return None


# Records that stand for others


def _settle_survivors_first(
    plan: Plan, records: dict[str, Record], known: dict[str, Any]
) -> Incidents:
    """Settle the records that are not merged, then those that went into one of these."""
    merged = {key: one for key, one in records.items() if one.row.cells.get("merged_into")}
    own = {key: one for key, one in records.items() if key not in merged}
    incidents = _settle(plan, own, known)
    plan.absent |= {(INCIDENTS.name, key) for key in own if key not in incidents}
    _name_survivors(plan, merged, incidents)
    return incidents | _settle(plan, merged, known)


def _settle(plan: Plan, records: dict[str, Record], known: dict[str, Any]) -> Incidents:
    settled = settle(
        plan,
        Incident,
        list(records.values()),
        existing=[known[key] for key in records if key in known],
        columns=INCIDENT_COLUMNS,
    )
    return {
        key: (record.row, settled[record.identity])
        for key, record in records.items()
        if record.identity in settled
    }


def _name_survivors(plan: Plan, merged: dict[str, Record], incidents: Incidents) -> None:
    """Let each of these records name the one it went into; those that cannot are left out.

    A public id is that of an incident first, should it also be the key of another one.
    """
    wanted = {key: record.row.cells["merged_into"] for key, record in merged.items()}
    names = set(wanted.values())
    found = incidents_named(names, incidents) | incidents_by_id(names)
    serials = {record.key["serial"] for record in merged.values()}
    for key, name in wanted.items():
        record = merged[key]
        cells = Cells(plan, record.row)
        survivor = found.get(name)
        serial = survivor.serial if survivor else serial_of(name)
        if serial in serials or (survivor is None and name in merged):
            cells.refuse("merged_into", f"{name} is itself merged: name the one it went into.")
        elif survivor is None and not cells.excused(INCIDENTS.name, name):
            cells.refuse("merged_into", f"No incident has the key or public id {name!r}.")
        if survivor is None or not cells.ok:
            del merged[key]
        else:
            record.values["merged_into_id"] = survivor.id


def _settle_citations(plan: Plan, incidents: Incidents, reports: KnownReports) -> None:
    """The reports of a row are its incident's: those that left the file are removed again."""
    for part in in_parts(incidents.values()):
        _settle_citations_of(plan, part, reports)


def _settle_citations_of(
    plan: Plan, incidents: Sequence[tuple[Row, Any]], reports: KnownReports
) -> None:
    # A report may stand there twice, by its address and by its key.
    cited = {
        (incident.id, report): Record(row, {"incident_id": incident.id, "report_id": report}, {})
        for row, incident in incidents
        for address in Cells(plan, row).texts("source_urls")
        if (report := reports.find(address))
    }
    pks = [incident.id for _, incident in incidents]
    existing = as_rows(Citation.objects.filter(incident__in=one_of(pks)))
    settle(plan, Citation, list(cited.values()), existing=existing, replaces=True)
