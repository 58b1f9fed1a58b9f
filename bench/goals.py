"""What each measure is held to, and what it came to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

TITLES = {
    "P1": "incident list, page 1",
    "P2": "the page in the middle, by cursor",
    "P3": "page 1 asked again",
    "P4": "counts by base since a day",
    "P5": "keeping totals, of the write",
    "P6": "CSV of all incidents",
    "P7": "memory while exporting",
    "P8": "first byte of an export",
    "P9": "import, every row validated",
    "P10": "the same files again",
    "P11": "dashboard and a base's page",
    "P12": "other rules and filters",
    "P13": "cost at a hundred times the data",
}


@dataclass(frozen=True)
class Goal:
    """How two measures relate: `over` divided by `under`, or their difference, or `over` alone."""

    row: str
    against: str
    over: str
    under: str = ""
    least: float | None = None
    most: float | None = None
    unit: str = "x"  # x: a ratio; else the unit of a difference, or of `over` alone

    def value(self, measures: Mapping[str, Sequence[float]]) -> float | None:
        """None where it was not measured."""
        if not all(measures.get(name) for name in (self.over, self.under) if name):
            return None
        over = median(measures[self.over])
        if not self.under:
            return over
        under = median(measures[self.under])
        return over / under if self.unit == "x" else over - under

    def met(self, value: float) -> bool:
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)

    @property
    def text(self) -> str:
        if self.least is not None:
            return f"at least {shown(self.least, self.unit)}"
        return f"at most {shown(self.most, self.unit)}" if self.most is not None else ""


def shown(value: Any, unit: str) -> str:
    if unit == "%":
        return f"{value * 100:.1f} %"
    if unit in ("MB", "ms"):
        return f"{value:.1f} {unit}"
    return f"{value:,.0f}x" if value >= 100 else f"{value:.3g}x"


GOALS = [
    Goal("P1", "an empty view", "P1 product", "floor", least=0.12),
    Goal("P1", "plain", "P1 product", "P1 naive", least=40),
    Goal("P1", "Datasette's flat page", "P1 product", "P1 datasette", least=15),
    Goal("P2", "P1", "P2 product", "P1 product", least=0.9),
    Goal("P2", "plain, the same rows", "P2 product", "P2 naive", least=250),
    Goal("P3", "an empty view", "P3 product", "floor", least=0.5),
    Goal("P4", "an empty view", "P4 recent", "floor", least=0.25),
    Goal("P4", "since 2014 to since 2023", "P4 early", "P4 recent", least=0.9),
    Goal("P4", "plain, since 2023", "P4 recent", "P4 naive recent", least=12),
    Goal("P4", "plain, since 2014", "P4 early", "P4 naive early", least=80),
    Goal("P4", "Datasette's facet", "P4 recent", "P4 datasette", least=400),
    Goal("P5", "one record", "P5 one record", most=0.1, unit="%"),
    Goal("P5", "an import", "P5 import", most=0.1, unit="%"),
    Goal("P6", "the database's client", "P6 product", "P6 copy", least=0.7),
    Goal("P6", "the same, stored columns only", "P6 product", "P6 stored"),
    Goal("P6", "plain", "P6 product", "P6 naive", least=24),
    Goal("P6", "Datasette's stream", "P6 product", "P6 datasette", least=10),
    Goal("P7", "an export of 10,000", "P7 all", "P7 few", most=10, unit="MB"),
    Goal("P8", "an empty view", "P8 product", "P8 floor", most=20, unit="ms"),
    Goal("P9", "COPY", "P9 product", "P9 copy", least=0.5),
    Goal("P9", "a serializer for each row", "P9 product", "P9 naive", least=35),
    Goal("P10", "the first import", "P10 product", "P9 product", least=2),
    Goal("P11", "dashboard, an empty view", "P11 dashboard", "floor", least=0.08),
    Goal("P11", "dashboard again, an empty view", "P11 dashboard again", "floor", least=0.5),
    Goal("P11", "base, an empty view", "P11 base", "floor", least=0.08),
    Goal("P11", "base again, an empty view", "P11 base again", "floor", least=0.5),
    Goal("P12", "reconciliation, by hand", "P12 reconcile", "P12 reconcile by hand", most=1.5),
    Goal("P12", "another rule, by hand", "P12 rule", "P12 rule by hand", most=1.5),
    Goal("P12", "weapon and outcome, by hand", "P12 filtered", "P12 filtered by hand", most=1.5),
    Goal("P12", "claimant, by hand", "P12 claimed", "P12 claimed by hand", most=1.5),
    Goal("P13", "P1", "P1 small", "P1 product", most=1.3),
    Goal("P13", "P4", "P4 small", "P4 recent", most=1.3),
    Goal("P13", "dashboard", "P11 dashboard small", "P11 dashboard", most=1.3),
    Goal("P13", "base", "P11 base small", "P11 base", most=1.3),
]


@dataclass(frozen=True)
class Result:
    goal: Goal
    value: float | None

    @property
    def verdict(self) -> str:
        if self.value is None:
            return "not measured"
        if not self.goal.text:
            return ""
        return "pass" if self.goal.met(self.value) else "short"

    @property
    def cells(self) -> list[str]:
        """Row, what, against what, came to, goal, verdict."""
        goal = self.goal
        value = "" if self.value is None else shown(self.value, goal.unit)
        return [goal.row, TITLES[goal.row], goal.against, value, goal.text, self.verdict]


def results(measures: Mapping[str, Sequence[float]]) -> list[Result]:
    return [Result(goal, goal.value(measures)) for goal in GOALS]


HEADINGS = ["", "what", "against", "is", "goal", ""]


def columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines in which the cells stand below each other."""
    every = list(rows)
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in every
    ]
