"""Published tallies as rows: one for each line, or one for the total alone."""

from __future__ import annotations

from collections.abc import Iterator

from sources.exports import (
    DAYS_OF_PUBLICATION,
    NamedCells,
    citation,
    days,
    integers,
    of_publication,
    table,
)
from sources.rows import Table

from . import imports
from .finding_imports import COUNTRY_PREFIX
from .models import PublishedTally, TallyLine


def _tally(tally: PublishedTally) -> Iterator[NamedCells]:
    publication = {
        "publisher": tally.counter.name,
        "publication_key": tally.key,
        **of_publication(tally.report),
        "counting_since": tally.counting_since,
        "total_claimed": tally.total,
        "source_url": citation(tally.report),
        "publisher_slug": tally.counter.slug,
        "scope": tally.territory,
        "counting_until": tally.counting_until,
        "coverage": tally.coverage,
        "note": tally.note,
        "quantifier": tally.quantifier,
        "scope_text": tally.territory_text,
        "sum_of_lines": tally.sum_of_lines,
        "difference": tally.difference,
    }
    for line in tally.lines.all() or [None]:
        yield publication | _line(line)


def _line(line: TallyLine | None) -> NamedCells:
    if line is None:
        return dict.fromkeys(imports.LINE_COLUMNS)
    country = COUNTRY_PREFIX + line.country if line.country else ""
    return {
        "base_slug": line.base.slug if line.base else country,
        "count_text_name": line.name_as_printed,
        "count": line.number,
        "position": line.position,
    }


TALLIES: Table = table(
    "tallies",
    imports.TALLIES,
    _tally,
    [
        *DAYS_OF_PUBLICATION,
        *days("counting_since", "counting_until"),
        *integers("total_claimed", "count", "position", "sum_of_lines", "difference"),
    ],
)
