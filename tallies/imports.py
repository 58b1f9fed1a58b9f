"""Published tallies in, and the import as a whole: all files, one plan, one transaction."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attacks.claim_imports import CLAIMS, compare_claim_status, import_claims
from attacks.imports import INCIDENTS, import_incidents
from attacks.rule_imports import RULES, import_rules
from bases.imports import (
    BASES,
    FORCE_PRESENCE,
    KnownBases,
    import_bases,
    import_force_presence,
)
from bases.models import BaseName, MilitaryBase
from sources.imports import (
    PUBLISHERS,
    REPORTS,
    KnownNames,
    KnownReports,
    country,
    import_organisations,
    import_reports,
)
from sources.models import Quantifier, Revision
from sources.name_imports import describe_organisations, language_of
from sources.on_record import load
from sources.plan import Cells, Plan
from sources.revisions import revision
from sources.settling import Record, settle
from sources.tables import Format, Row, read_tables

from .finding_imports import FINDINGS, import_findings, place_of
from .models import PublishedTally, TallyLine

TALLIES = Format(
    "published_tallies.csv",
    (
        "publisher",
        "publication_key",
        "published_on",
        "published_on_basis",
        "counting_since",
        "total_claimed",
        "base_slug",
        "count_text_name",
        "count",
        "source_url",
        "publisher_slug",
        "scope",
        "counting_until",
        "coverage",
        "note",
    ),
    ("quantifier", "published_earliest", "published_latest", "scope_text", "position"),
    ("sum_of_lines", "difference"),
)
FORMATS = (
    PUBLISHERS,
    REPORTS,
    BASES,
    FORCE_PRESENCE,
    RULES,
    INCIDENTS,
    CLAIMS,
    TALLIES,
    FINDINGS,
)
# What one line says; every other column is of the publication, the same on all its rows.
LINE_COLUMNS = {"base_slug", "count_text_name", "count", "position"}


class _Undo(Exception):
    """Leaves the transaction of an import that must write nothing."""


def import_files(
    paths: Sequence[Path],
    *,
    reason: str = "",
    dry_run: bool = False,
    progress: Callable[[int], Callable[[], Any]] | None = None,
) -> Plan:
    """Import files and folders as one plan in one transaction, and say what became of each row.

    Nothing is written if anything is refused or with `dry_run`; `plan.revision` is the number of
    the revision that was made, if any. `progress` takes the number of rows and returns what to
    call after each.
    """
    with _seldom_collecting():
        return _import_files(paths, reason, dry_run, progress)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Let Python look for circles of garbage seldom: millions of rows are none, and all looked at.

    With its own thresholds a quarter of an import would go there.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _import_files(
    paths: Sequence[Path],
    reason: str,
    dry_run: bool,
    progress: Callable[[int], Callable[[], Any]] | None,
) -> Plan:
    plan = Plan(read_tables(paths, FORMATS))
    if progress:
        plan.progress = progress(sum(len(rows) for rows in plan.tables.rows.values()))
    if plan.tables.refusals and not plan.tables.rows:
        return plan
    files = ", ".join(dict.fromkeys(plan.tables.files))
    try:
        with revision(reason or f"Import of {files}", origin=Revision.Origin.IMPORT) as made:
            _settle_everything(plan)
            if plan.refusals or dry_run:
                raise _Undo
    except _Undo:
        return plan
    plan.revision = made.number if made.moment else None
    return plan


def _settle_everything(plan: Plan) -> None:
    organisations = import_organisations(plan)
    reports = import_reports(plan)
    describe_organisations(plan, organisations, reports)
    import_bases(plan, reports)
    import_force_presence(plan, reports)
    import_rules(plan, reports)
    incidents = import_incidents(plan, reports)
    import_claims(plan, incidents, reports)
    compare_claim_status(plan, incidents)
    import_tallies(plan, reports)
    import_findings(plan, reports, TALLIES)


@dataclass(frozen=True)
class Publication:
    """The rows of one published tally; the first one speaks for all of it."""

    key: str
    rows: list[Row]

    @property
    def lines(self) -> list[Row]:
        """The rows that hold a line; one without a number or a name carries only the total."""
        return [row for row in self.rows if any(row.cells.get(column) for column in LINE_COLUMNS)]


def import_tallies(plan: Plan, reports: KnownReports) -> None:
    rows = plan.rows(TALLIES.name)
    if not rows:
        return
    publications = _publications(plan)
    names, bases = KnownNames(), KnownBases()
    records = {}
    for publication in publications:
        if record := _tally(plan, publication, names, reports):
            records[publication.key] = record
    settled = settle(
        plan,
        PublishedTally,
        list(records.values()),
        existing=load(PublishedTally, "key", list(records)),
        columns={
            "key": "publication_key",
            "total": "total_claimed",
            "territory": "scope",
            "territory_text": "scope_text",
        },
    )
    named = {row.cells["publication_key"] for row in rows}
    plan.absent |= {(TALLIES.name, key) for key in named if (key,) not in settled}
    lines = [
        line
        for publication in publications
        if (tally := settled.get((publication.key,)))
        for line in _lines(plan, publication, tally, bases)
    ]
    settle(
        plan,
        TallyLine,
        lines,
        existing=load(TallyLine, "tally", [tally.pk for tally in settled.values()]),
        columns={"name_as_printed": "count_text_name", "number": "count"},
        replaces=True,
    )
    _settle_printed_names(plan, lines, reports)


def _publications(plan: Plan) -> list[Publication]:
    rows_by_key: dict[str, list[Row]] = defaultdict(list)
    for row in plan.rows(TALLIES.name):
        if key := row.cells["publication_key"]:
            rows_by_key[key].append(row)
        else:
            plan.refuse(row, "publication_key", "The key is missing.")
    publications = []
    for key, rows in rows_by_key.items():
        differing = [
            (row, column)
            for row in rows[1:]
            for column, cell in row.cells.items()
            if column not in LINE_COLUMNS and cell != rows[0].cells.get(column, "")
        ]
        for row, column in differing:
            plan.refuse(row, column, f"It differs from {rows[0].place}, of the same publication.")
        if not differing:
            publications.append(Publication(key, rows))
    return publications


def _tally(
    plan: Plan, publication: Publication, names: KnownNames, reports: KnownReports
) -> Record | None:
    row = publication.rows[0]
    cells = Cells(plan, row)
    counter = names.slug(cells, "publisher_slug")
    if not cells.text("publisher_slug"):
        cells.refuse("publisher_slug", "The counter is missing.")
    since, until = cells.day("counting_since"), cells.day("counting_until")
    cells.in_order("counting_since", since, "counting_until", until)
    coverage = cells.choice("coverage", PublishedTally.Coverage)
    if coverage == PublishedTally.Coverage.TOTAL_ONLY and publication.lines:
        cells.refuse("coverage", "It says total_only, but the publication has lines.")
    values = {
        "counter_id": counter,
        "report_id": reports.find(cells.text("source_url")),
        "counting_since": since,
        "counting_until": until,
        "total": cells.number("total_claimed"),
        "quantifier": cells.choice("quantifier", Quantifier, empty=""),
        "territory": ";".join(country(cells, "scope", code) for code in cells.texts("scope")),
        "territory_text": cells.text("scope_text"),
        "coverage": coverage,
        "note": cells.text("note"),
    }
    stated = cells.stated(values, {"quantifier": "quantifier", "territory_text": "scope_text"})
    return Record(row, {"key": publication.key}, *stated) if cells.ok else None


def _lines(
    plan: Plan, publication: Publication, tally: PublishedTally, bases: KnownBases
) -> list[Record]:
    first: dict[Any, Row] = {}
    records = []
    for place, row in enumerate(publication.lines, 1):
        cells = Cells(plan, row)
        position = cells.number("position")
        base, code = place_of(cells, "base_slug", bases)
        number = cells.number("count")
        if not cells.text("count"):
            cells.refuse("count", "The line has no number.")
        if not cells.text("base_slug") and not cells.text("count_text_name"):
            cells.refuse("count_text_name", "The line names neither a base nor anything else.")
        key = {
            "tally_id": tally.pk,
            "base_id": base and base.pk,
            "country": code,
            "name_as_printed": cells.text("count_text_name"),
        }
        if tuple(key.values()) in first:
            other = first[tuple(key.values())].place
            cells.refuse("base_slug", f"The same line stands already in {other}.")
        first[tuple(key.values())] = row
        if cells.ok:
            values = {"number": number, "position": place if position is None else position}
            records.append(Record(row, key, values))
    return records


def _settle_printed_names(plan: Plan, lines: list[Record], reports: KnownReports) -> None:
    """Keep the names that lists print among the names of their bases.

    Not of bases whose row says where each name was read: that row has all of them.
    """
    told = {row.cells["slug"] for row in plan.rows(BASES.name) if "alias_sources" in row.cells}
    printed: dict[tuple[int, str], Row] = {}
    for line in lines:
        if line.key["base_id"] and line.key["name_as_printed"]:
            printed.setdefault((line.key["base_id"], line.key["name_as_printed"]), line.row)
    pks = list({base for base, _ in printed})
    bases = load(MilitaryBase, "pk", pks)
    own = {(base.pk, name) for base in bases for name in (base.name, base.name_ar)}
    complete = {base.pk for base in bases if base.slug in told}
    records = [
        Record(
            row,
            {"base_id": base, "name": name},
            {},
            {
                "language": language_of(name),
                "report_id": reports.find(row.cells["source_url"]),
            },
        )
        for (base, name), row in printed.items()
        if (base, name) not in own and base not in complete
    ]
    columns = {"name": "count_text_name"}
    settle(plan, BaseName, records, existing=load(BaseName, "base", pks), columns=columns)
