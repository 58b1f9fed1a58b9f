"""What our record holds, by place and days: asked for once, then for any number of windows.

A ledger asks for hundreds of windows. The rows here are as many as there are distinct days with an
attack at a base, however many attacks fell on each.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence

from attacks.answers import by_days
from attacks.counting import NO_ATTACKS, Count, Window
from attacks.rules import HOUSE, Basis, Rule
from bases.models import MilitaryBase
from sources.recorded import TODAY, Record

from .places import Place

Day = datetime.date
Row = tuple[Day, Day, int, int]  # earliest, latest, certain, possible


class Holdings:
    """Counts under one rule, by the base under which it counts each attack and by country."""

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self._by_base: dict[int, list[Row]] = defaultdict(list)
        self._by_country: dict[str, list[Row]] = defaultdict(list)
        countries = dict(basis.record.rows(MilitaryBase).values_list("id", "country"))
        for base, *row in by_days(basis):
            self._by_base[basis.rule.root(base)].append(tuple(row))
            self._by_country[countries[base]].append(tuple(row))

    @classmethod
    def of(
        cls, rule: Rule = HOUSE, *, known_on: Day | None = None, record: Record = TODAY
    ) -> Holdings:
        return cls(Basis(rule, known_on, record))

    def held(self, place: Place, countries: Sequence[str], window: Window) -> Count | None:
        """How many attacks in the window: there, or for the total in those countries.

        Without any it is in those of the rule; None where that names none, or for a bare name.
        """
        if place.name:
            return None
        if place.is_total and not (countries or self.basis.rule.territory):
            return None
        return _sum(self._rows(place, countries), window)

    def _rows(self, place: Place, countries: Sequence[str]) -> Iterable[Row]:
        if place.base:
            return self._by_base.get(self.basis.rule.root(place.base.pk), [])
        if place.country:
            return self._by_country.get(place.country, [])
        codes = countries or self.basis.rule.territory
        return (row for code in codes for row in self._by_country.get(code, []))


def _sum(rows: Iterable[Row], window: Window) -> Count:
    total = NO_ATTACKS
    for earliest, latest, certain, possible in rows:
        if window.may_hold(earliest, latest):
            inside = window.certainly_holds(earliest, latest)
            total += Count(certain if inside else 0, possible)
    return total
