"""Incidents over time: a mark for each, or, where there are too many, a column for each month."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attacks.counting import Row, counted
from attacks.models import Incident, public_id
from charts.chart import Chart, Key
from charts.days import Mark, days_line
from charts.stack import Period, Series, stack

Day = datetime.date
MARKS = 60
UNSURE = "unsure"  # in a legend: what is certain in no column


def drawn_over_time(
    name: str,
    title: str,
    incidents: Any,
    months: Callable[[], Sequence[Row]],
    list_at: Callable[..., str],
    label: str,
) -> Chart:
    """Those of these incidents that count. `months` are asked for only where they are drawn;
    `list_at` gives the address of the list by filters, `label` says whose they are."""
    rows = list(
        counted(incidents)
        .order_by("earliest", "id")
        .values_list("serial", "earliest", "latest", "weapon", "attack_count")[: MARKS + 1]
    )
    if len(rows) > MARKS:
        return by_columns(name, title, months(), list_at, label)
    desc = _("A mark is as wide as the days on which the attack may have been.")
    return days_line(name, title, _marks(rows), desc=desc)


def _marks(rows: Iterable[tuple[Any, ...]]) -> list[Mark]:
    weapons = dict(Incident.Weapon.choices)
    return [
        Mark(
            earliest,
            latest,
            weapons[weapon] if attacks == 1 else _of_several(weapons[weapon], attacks),
            Incident(serial=serial).get_absolute_url(),
            key=public_id(serial),
            attack_count=attacks,
        )
        for serial, earliest, latest, weapon, attacks in rows
    ]


def _of_several(weapon: Any, attacks: int) -> str:
    stands = ngettext("stands for %(number)s attack", "stands for %(number)s attacks", attacks)
    return f"{weapon}{_(', ')}{stands % {'number': attacks}}"


def by_columns(
    name: str, title: str, months: Sequence[Row], list_at: Callable[..., str], label: str
) -> Chart:
    """What is dated only to days of several months is certain in none of them."""
    periods = [
        Period(
            Day.fromisoformat(row.filters["since"]),
            Day.fromisoformat(row.filters["until"]),
            list_at(**row.filters),
            unsure=row.count.possible - row.count.certain,
        )
        for row in months
    ]
    series = Series(label, list_at(), [row.count.certain for row in months])
    chart = stack(name, title, periods, [series] if periods else [])
    chart.legend = [_of_months(key) for key in chart.legend]
    return chart


def _of_months(key: Key) -> Key:
    return replace(key, label=_("May fall in this month or another")) if key.kind == UNSURE else key
