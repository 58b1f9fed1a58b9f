"""Incidents in: incidents.csv, with their keys and the reports they cite."""

from __future__ import annotations

import calendar
import datetime
from enum import Enum

from bases.imports import KnownBases
from sources.imports import KnownReports
from sources.models import Revision
from sources.plan import Cells, Plan, Record, load, settle
from sources.tables import Format, Row

from .claim_status import ClaimStatus
from .models import PUBLIC_ID, Citation, Incident, IncidentKey, next_serial

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
    ("earliest", "latest", "attack_count", "public_id"),
)
LARGEST_CARRIED = 99_999_999  # leaves room for the numbers that follow it
KEY_SYSTEM = "csv"  # the `key` column, among an incident's keys in other systems


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


# The incidents of the file by key, each with its row.
Incidents = dict[str, tuple[Row, Incident]]


def import_incidents(plan: Plan, reports: KnownReports) -> Incidents:
    """Settle the incidents with their keys and citations."""
    rows = plan.once(plan.rows(INCIDENTS.name), "key")
    if not rows:
        return {}
    removed = removed_here([row.cells["key"] for row in rows])
    for row in rows:
        if row.cells["key"] in removed:
            plan.keep(row, Incident, f"{row.cells['key']} was removed here; kept so.")
            plan.absent.add((INCIDENTS.name, row.cells["key"]))
    rows = [row for row in rows if row.cells["key"] not in removed]
    known = {
        one.key: one.incident
        for one in IncidentKey.objects.filter(system=KEY_SYSTEM).select_related("incident")
    }
    bases, serials = KnownBases(), _Serials(plan, rows, known)
    records = {}
    for row in rows:
        record = _incident(plan, row, bases, serials)
        if record:
            records[row.cells["key"]] = record
        else:
            plan.absent.add((INCIDENTS.name, row.cells["key"]))
    settled = settle(
        plan,
        Incident,
        list(records.values()),
        existing=[known[key] for key in records if key in known],
        columns=INCIDENT_COLUMNS,
    )
    incidents = {
        key: (record.row, settled[record.identity])
        for key, record in records.items()
        if record.identity in settled
    }
    plan.absent |= {(INCIDENTS.name, key) for key in records if key not in incidents}
    _settle_keys(plan, incidents)
    _settle_citations(plan, incidents, reports)
    return incidents


def removed_here(keys: list[str]) -> set[str]:
    """The keys that an editor took off the record, with or without their incidents."""
    gone = IncidentKey.history.filter(history_type="-", system=KEY_SYSTEM)
    by_hand = gone.exclude(revision__origin=Revision.Origin.IMPORT)
    removed = set(by_hand.values_list("key", flat=True)) & set(keys)
    stored = load(IncidentKey, "key", list(removed))
    return removed - {one.key for one in stored if one.system == KEY_SYSTEM}


# The columns of fields, for messages.
INCIDENT_COLUMNS = {
    "munitions": "munitions_count",
    "killed_low": "killed_min",
    "killed_high": "killed_max",
    "injured_low": "injured_min",
    "injured_high": "injured_max",
    "local_time_text": "time_of_day",
    "base_id": "base_slug",
}


class _Serials:
    """Which number in the public id each row gets: its own, the one it carries, or a new one."""

    def __init__(self, plan: Plan, rows: list[Row], known: dict[str, Incident]) -> None:
        self._known = known
        self._next = next_serial()
        carried = [self._carried(row) for row in rows]
        # New numbers start above every one that this file carries.
        self._next = max([self._next] + [serial + 1 for serial in carried if serial])
        history = Incident.history
        used = history.filter(serial__in=[serial for serial in carried if serial])
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
            cells.refuse("public_id", f"This incident is {known.public_id} here, for good.")
        elif carried and known is None and carried in self._used:
            cells.refuse("public_id", f"{text} is or was another incident here.")
        if known is not None:
            return known.serial
        if carried is None:
            carried, self._next = self._next, self._next + 1
        self._given[carried] = row
        return carried


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
        "killed_low": cells.number("killed_min"),
        "killed_high": cells.number("killed_max"),
        "injured_low": cells.number("injured_min"),
        "injured_high": cells.number("injured_max"),
        "material_damage": cells.choice(
            "material_damage", Incident.Damage, empty=Incident.Damage.UNKNOWN
        ),
        "summary": cells.text("summary"),
    }
    cells.in_order("killed_min", values["killed_low"], "killed_max", values["killed_high"])
    cells.in_order("injured_min", values["injured_low"], "injured_max", values["injured_high"])
    cells.choice("claim_status", ClaimStatus, empty=ClaimStatus.UNKNOWN)
    serial = serials.of(cells)
    if not cells.ok:
        return None
    values, unstated = cells.stated(values, {"attack_count": "attack_count"})
    defaults = {"status": Incident.Status.PUBLISHED, **unstated}
    return Record(row, {"serial": serial}, values, defaults)


def _days(cells: Cells) -> tuple[datetime.date | None, datetime.date | None]:
    """The days between which the attack falls: as given, else from the day and its precision."""
    day = cells.day("occurred_on")
    earliest, latest = cells.day("earliest"), cells.day("latest")
    precisions = {one.value: one for one in DatePrecision}
    precision = precisions.get(cells.text("date_precision"))
    if precision is None and cells.text("date_precision"):
        cells.refuse("date_precision", f"It is none of {', '.join(precisions)}.")
    if cells.text("earliest") or cells.text("latest"):
        for column in ("earliest", "latest"):
            if not cells.text(column):
                cells.refuse(column, "Give both ends of the range of days, or neither.")
        cells.in_order("earliest", earliest, "latest", latest)
        return earliest, latest
    if not cells.text("occurred_on"):
        cells.refuse("occurred_on", "The day is missing; a range may stand in earliest and latest.")
    elif not cells.text("date_precision"):
        cells.refuse("date_precision", f"It is missing: {', '.join(precisions)}.")
    return precision.days(day) if precision and day else (None, None)


def _local_time(cells: Cells) -> tuple[datetime.time | None, str]:
    """A clock time, or the words in its place."""
    text = cells.text("time_of_day")
    try:
        return datetime.datetime.strptime(text, "%H:%M").time(), ""
    except ValueError:
        return None, text


def _settle_keys(plan: Plan, incidents: Incidents) -> None:
    records = [
        Record(row, {"system": KEY_SYSTEM, "key": key}, {"incident_id": incident.pk})
        for key, (row, incident) in incidents.items()
    ]
    existing = [
        one for one in load(IncidentKey, "key", list(incidents)) if one.system == KEY_SYSTEM
    ]
    settle(plan, IncidentKey, records, existing=existing)


def _settle_citations(plan: Plan, incidents: Incidents, reports: KnownReports) -> None:
    """The reports of a row are its incident's: those that left the file are removed again."""
    # A report may stand there twice, by its address and by its key.
    cited = {
        (incident.pk, report): Record(row, {"incident_id": incident.pk, "report_id": report}, {})
        for row, incident in incidents.values()
        for address in Cells(plan, row).texts("source_urls")
        if (report := reports.find(address))
    }
    existing = load(Citation, "incident", [incident.pk for _, incident in incidents.values()])
    settle(plan, Citation, list(cited.values()), existing=existing, replaces=True)
