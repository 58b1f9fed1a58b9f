"""Accepted findings in: accepted_findings.csv."""

from __future__ import annotations

import re
from typing import Any

from bases.imports import KnownBases
from bases.models import MilitaryBase
from sources.fields import LARGEST_NUMBER
from sources.imports import KnownReports, country
from sources.on_record import load
from sources.plan import Cells, Plan
from sources.settling import Record, settle
from sources.tables import Format, Row

from .models import AcceptedFinding, FindingKind, PublishedTally

FINDINGS = Format(
    "accepted_findings.csv",
    (
        "kind",
        "publication_key",
        "other_key",
        "place",
        "amount",
        "why",
        "source_url",
    ),
)
COUNTRY_PREFIX = "country:"
WHOLE_NUMBER = re.compile(r"-?\d{1,10}", re.ASCII)


def import_findings(plan: Plan, reports: KnownReports, tallies: Format) -> None:
    """Settle the acceptances; `tallies` is the file whose publications they name."""
    rows = plan.rows(FINDINGS.name)
    if not rows:
        return
    bases, known = KnownBases(), _KnownTallies(plan, rows, tallies)
    records: dict[Any, Record] = {}
    for row in rows:
        cells = Cells(plan, row)
        record = _finding(cells, known, bases, reports)
        if cells.ok and record.identity in records:
            place = records[record.identity].row.place
            cells.refuse("publication_key", f"The same finding is accepted already in {place}.")
        if cells.ok:
            records[record.identity] = record
    concerned = {record.key["tally_id"] for record in records.values()}
    settle(
        plan,
        AcceptedFinding,
        list(records.values()),
        existing=load(AcceptedFinding, "tally", list(concerned)),
    )


def _finding(
    cells: Cells, known: _KnownTallies, bases: KnownBases, reports: KnownReports
) -> Record:
    for column, name in (("publication_key", "key"), ("why", "why")):
        if not cells.text(column):
            cells.refuse(column, f"The {name} is missing.")
    base, code = place_of(cells, "place", bases)
    key = {
        "tally_id": known.find(cells, "publication_key"),
        "kind": cells.choice("kind", FindingKind),
        "other_id": known.find(cells, "other_key"),
        "base_id": base and base.pk,
        "country": code,
    }
    values = {
        "amount": _amount(cells),
        "why": cells.text("why"),
        "report_id": reports.find(cells.text("source_url")),
    }
    return Record(cells.row, key, values)


def place_of(cells: Cells, column: str, bases: KnownBases) -> tuple[MilitaryBase | None, str]:
    """What a cell names: a base, a country (`country:XX`), or neither."""
    text = cells.text(column)
    if text.startswith(COUNTRY_PREFIX):
        code = text.removeprefix(COUNTRY_PREFIX)
        return None, country(cells, column, code or "?")
    return (bases.find(cells, column) if text else None), ""


def _amount(cells: Cells) -> int | None:
    """A whole number of attacks, which may be negative; None where the finding has none."""
    text = cells.text("amount")
    if not text:
        return None
    if not WHOLE_NUMBER.fullmatch(text):
        cells.refuse("amount", f"{text!r:.60} is not a whole number such as 6 or -1.")
    elif abs(int(text)) > LARGEST_NUMBER:
        cells.refuse("amount", f"{text} is too large.")
    else:
        return int(text)
    return None


class _KnownTallies:
    """Published tallies by their keys, also by one that an editor has changed since."""

    def __init__(self, plan: Plan, rows: list[Row], tallies: Format) -> None:
        self._tallies = tallies
        columns = ("publication_key", "other_key")
        keys = list({row.cells[column] for row in rows for column in columns} - {""})
        self._by_key = {one.key: one.pk for one in load(PublishedTally, "key", keys)}
        former = self._former([key for key in keys if key not in self._by_key])
        stored = {one.pk for one in load(PublishedTally, "pk", list(former.values()))}
        self._by_key |= {key: pk for key, pk in former.items() if pk in stored}
        # Those that were removed here: what is said of them is left out with them.
        plan.absent |= {(tallies.name, key) for key in former if key not in self._by_key}

    @staticmethod
    def _former(keys: list[str]) -> dict[str, int]:
        rows: dict[str, int] = {}
        for start in range(0, len(keys), 500):
            history = PublishedTally.history.filter(key__in=keys[start : start + 500])
            rows |= dict(history.order_by("history_id").values_list("key", "id"))
        return rows

    def find(self, cells: Cells, column: str) -> int | None:
        """The tally of that key; an unknown one is refused."""
        key = cells.text(column)
        pk = self._by_key.get(key)
        if key and pk is None and not cells.excused(self._tallies.name, key):
            cells.refuse(column, f"No published tally has the key {key!r:.140}.")
        return pk
