"""All bases of a record by id. They are a few dozen, and nearly every answer names some."""

from __future__ import annotations

from collections.abc import Mapping

from sources.kept import kept
from sources.recorded import TODAY, Record, as_instance

from .models import MilitaryBase


def bases_of(record: Record = TODAY) -> Mapping[int, MilitaryBase]:
    """Nobody may change one of these: those of today are shared."""
    return _bases_of_today() if record == TODAY else _read(record)


@kept()
def _bases_of_today() -> Mapping[int, MilitaryBase]:
    return _read(TODAY)


def _read(record: Record) -> Mapping[int, MilitaryBase]:
    return {row.id: as_instance(row) for row in record.rows(MilitaryBase)}
