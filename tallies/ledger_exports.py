"""Steps of the ledgers, quoted figures, and corrections of the record, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attacks.counting import Count
from sources.rows import Cell, Column, Kind, Table, moment_text
from sources.tables import joined

from .corrections import KINDS, Correction
from .models import Figure

STEP_COLUMNS = (
    Column("counter"),
    Column("place"),
    Column("place_name"),
    Column("earlier"),
    Column("later"),
    Column("before", Kind.INTEGER),
    Column("number", Kind.INTEGER),
    Column("rise", Kind.INTEGER),
    Column("since_earliest", Kind.DAY),
    Column("since_latest", Kind.DAY),
    Column("until_earliest", Kind.DAY),
    Column("until_latest", Kind.DAY),
    Column("ours_certain", Kind.INTEGER),
    Column("ours_possible", Kind.INTEGER),
    Column("unaccounted_certain", Kind.INTEGER),
    Column("unaccounted_possible", Kind.INTEGER),
    Column("notes"),
    Column("incidents_path"),
)


def _step_rows(shown: Any) -> Sequence[Sequence[Cell]]:
    """One row of a step as the work queue shows it."""
    step = shown.step
    return [
        (
            step.later.counter.slug,
            step.place.key,
            str(step.place),
            step.earlier.key,
            step.later.key,
            step.before,
            step.number,
            step.rise,
            step.window.since,
            step.earlier.as_of_latest,
            step.later.as_of_earliest,
            step.window.until,
            *_both(step.ours),
            *_both(step.unaccounted),
            "; ".join(step.notes) or None,
            shown.incidents_url if step.ours else None,
        )
    ]


def _both(count: Count | None) -> tuple[int | None, int | None]:
    return (count.certain, count.possible) if count else (None, None)


STEPS = Table("unaccounted", STEP_COLUMNS, _step_rows)

FIGURE_COLUMNS = (
    Column("id"),
    Column("path"),
    Column("title"),
    Column("certain", Kind.INTEGER),
    Column("possible", Kind.INTEGER),
    Column("published", Kind.INTEGER),
    Column("quantifier"),
    Column("revision", Kind.INTEGER),
    Column("created"),
    Column("digest"),
)


def _figure_rows(figure: Figure) -> Sequence[Sequence[Cell]]:
    return [
        (
            figure.id,
            figure.get_absolute_url(),
            figure.title,
            figure.certain,
            figure.possible,
            figure.published,
            figure.quantifier or None,
            figure.revision_id,
            moment_text(figure.created),
            figure.digest,
        )
    ]


FIGURES = Table("figures", FIGURE_COLUMNS, _figure_rows)

CORRECTION_COLUMNS = (
    Column("number", Kind.INTEGER),
    Column("moment"),
    Column("origin"),
    Column("reason"),
    *(column for kind in KINDS for column in (Column(kind), Column(f"{kind}_total", Kind.INTEGER))),
)


def _correction_rows(correction: Correction) -> Sequence[Sequence[Cell]]:
    revision = correction.revision
    touched = [
        cell
        for kind in KINDS
        for cell in (
            joined(correction.touched[kind].names) or None,
            correction.touched[kind].total,
        )
    ]
    moment = moment_text(revision.moment)
    return [(revision.number, moment, revision.origin, revision.reason, *touched)]


CORRECTIONS = Table("corrections", CORRECTION_COLUMNS, _correction_rows)
