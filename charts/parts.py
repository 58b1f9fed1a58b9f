"""Of what kind they were: a bar for each kind, largest first as given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .bars import Bar, bars
from .chart import Chart
from .shapes import Text


@dataclass(frozen=True)
class Part:
    label: Text
    href: str
    certain: int
    possible: int
    key: str = ""


def parts(
    name: str, title: Text, rows: Sequence[Part], *, column: Text = "", desc: Text = ""
) -> Chart:
    """`column` says what the rows are: weapons, outcomes ..."""
    drawn = bars(
        name,
        title,
        [
            Bar(row.label, "", row.certain, row.possible, counted_href=row.href, key=row.key)
            for row in rows
        ],
        desc=desc,
    )
    drawn.columns = [column or _("Kind"), _("Counted")]
    drawn.csv_columns = ["key", "name", "certain", "possible"]
    drawn.csv_rows = [(row.key, row.label, row.certain, row.possible) for row in rows]
    if all(row.certain == row.possible for row in rows):
        drawn.legend = []
    return drawn
