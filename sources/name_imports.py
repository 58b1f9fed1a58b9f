"""Names in, with their languages, and where names and organisations were read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .imports import KnownReports, Organisations
from .models import Organisation, OrganisationName
from .on_record import edited_by_hand, load
from .plan import Cells, Plan
from .revisions import update_all
from .settling import Record, settle

ARABIC_LETTER = re.compile(r"[\u0600-\u06ff]")


def language_of(name: str) -> str:
    """ "ar" for Arabic script; a Latin spelling may be of any language, so that stays unknown."""
    return "ar" if ARABIC_LETTER.search(name) else ""


def describe_organisations(plan: Plan, organisations: Organisations, reports: KnownReports) -> None:
    """Settle what cites reports: these come after the organisations, for they name publishers."""
    if organisations:
        _settle_names(plan, organisations, reports)
        _settle_sources(plan, organisations, reports)


def _settle_names(plan: Plan, organisations: Organisations, reports: KnownReports) -> None:
    records = []
    for row, organisation in organisations.values():
        cells = Cells(plan, row)
        for name, values, defaults in stated_names(cells, cells.texts("aliases"), reports):
            key = {"organisation_id": organisation.pk, "name": name}
            records.append(Record(row, key, values, defaults))
    pks = [organisation.pk for _, organisation in organisations.values()]
    existing = load(OrganisationName, "organisation", pks)
    settle(plan, OrganisationName, records, existing=existing, columns=NAME_COLUMNS)


# The columns of fields of a name, for messages.
NAME_COLUMNS = {"name": "aliases", "language": "alias_languages", "report_id": "alias_sources"}


def stated_names(
    cells: Cells, names: list[str], reports: KnownReports
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each of these names of a row with its language and report.

    Where the file has columns for these, they are as stated; else they are only those that a new
    name begins with.
    """
    languages = _of_names(cells, "alias_languages", names)
    sources = _of_names(cells, "alias_sources", names)
    for name in names:
        language = languages.get(name, "") if languages is not None else language_of(name)
        report = reports.find(sources.get(name, "")) if sources is not None else None
        stated = cells.stated(
            {"language": language, "report_id": report},
            {"language": "alias_languages", "report_id": "alias_sources"},
        )
        yield name, *stated


def _of_names(cells: Cells, column: str, names: list[str]) -> dict[str, str] | None:
    """What a cell says of names of its row, as "ar البنتاغون"; None without that column."""
    if column not in cells.row.cells:
        return None
    said = {}
    for text in cells.texts(column):
        what, _, name = text.partition(" ")
        said[name.strip()] = what
        if name.strip() not in names:
            cells.refuse(column, f"{text!r:.100} does not end in a name of this row.")
    return said


def _settle_sources(plan: Plan, organisations: Organisations, reports: KnownReports) -> None:
    """Where organisations were read: counted apart, for their own verdicts are given already."""
    stated = {
        organisation: (row, reports.find(row.cells["source_url"]))
        for row, organisation in organisations.values()
        if "source_url" in row.cells
    }
    if not stated:
        return
    verdicts = plan.verdicts["sources of organisations"]
    differing = [one for one, (_, report) in stated.items() if one.report_id != report]
    by_hand = edited_by_hand(Organisation, [one.pk for one in differing])
    for organisation in differing:
        row, report = stated[organisation]
        if organisation.pk in by_hand:
            verdicts["edited here"] += 1
            plan.changes.append(f"{row.place}: {organisation} was edited here; kept as it is.")
            continue
        verdicts["changed" if organisation.report_id else "new"] += 1
        if organisation.report_id:
            plan.changes.append(f"{row.place}: {organisation}: source_url")
        organisation.report_id = report
    verdicts["same"] += len(stated) - len(differing)
    update_all([one for one in differing if one.pk not in by_hand], ["report"])
