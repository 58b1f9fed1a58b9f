"""Counting rules in: counting_rules.csv, with the sites that each of them folds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS

from bases.imports import KnownBases
from sources.imports import KnownNames, KnownReports, country
from sources.models import Organisation
from sources.on_record import edited_by_hand, load
from sources.plan import Cells, Plan
from sources.settling import Record, settle
from sources.tables import Format, NamedCells, Row

from .models import CountingRule, RuleSite

RULES = Format(
    "counting_rules.csv",
    (
        "publisher_slug",
        "since",
        "until",
        "scope",
        "unit",
        "intercepted",
        "claims_alone",
        "claimed_by_slug",
        "grades",
        "folds",
        "doubtful_folds",
        "text",
        "source_url",
    ),
)
# The columns of fields, for messages.
RULE_COLUMNS = {
    "territory": "scope",
    "counts_intercepted": "intercepted",
    "counts_claims_alone": "claims_alone",
}
FOLDS, DOUBTFUL_FOLDS = "folds", "doubtful_folds"
PAIR = ">"
ANSWERS = {"": None, "yes": True, "no": False}


@dataclass(frozen=True)
class Fold:
    """That the attacks on `base` are (or, if doubtful, may be) counted under `into`."""

    base: int
    into: int
    doubtful: bool = False

    def contradicts(self, other: Fold) -> bool:
        """Whether one rule cannot say both."""
        if (self.base, self.into) == (other.base, other.into):
            return True
        if self.doubtful or other.doubtful:
            return False
        return self.base == other.base or self.base == other.into or self.into == other.base


@dataclass(frozen=True)
class _Stated:
    """A row as the rule and the folds that it states."""

    record: Record
    folds: list[Fold]


def import_rules(plan: Plan, reports: KnownReports) -> None:
    rows = plan.once(plan.rows(RULES.name), "publisher_slug")
    if not rows:
        return
    names, bases, groups = KnownNames(), KnownBases(), _armed_groups()
    stated: dict[Any, _Stated] = {}
    for row in rows:
        cells = Cells(plan, row)
        rule = _rule(cells, names, groups, reports)
        folds = _folds(cells, bases)
        if rule.identity in stated:  # an organisation may be named by a former slug too
            place = stated[rule.identity].record.row.place
            cells.refuse("publisher_slug", f"Its rule stands already in {place}.")
        if cells.ok:
            stated[rule.identity] = _Stated(rule, folds)
    settled = settle(
        plan,
        CountingRule,
        [one.record for one in stated.values()],
        existing=load(CountingRule, "organisation", [pk for (pk,) in stated]),
        columns=RULE_COLUMNS,
    )
    _settle_sites(
        plan,
        [
            _site(one, settled[key], fold)
            for key, one in stated.items()
            if key in settled
            for fold in one.folds
        ],
        load(RuleSite, "rule", [rule.pk for rule in settled.values()]),
    )


def _armed_groups() -> set[int]:
    groups = Organisation.objects.filter(kind=Organisation.Kind.ARMED_GROUP)
    return set(groups.values_list("pk", flat=True))


def _rule(cells: Cells, names: KnownNames, groups: set[int], reports: KnownReports) -> Record:
    since, until = cells.day("since"), cells.day("until")
    cells.in_order("since", since, "until", until)
    group = names.slug(cells, "claimed_by_slug")
    if group is not None and group not in groups:
        slug = cells.text("claimed_by_slug")
        cells.refuse("claimed_by_slug", f"{slug} is no armed group: only those claim attacks.")
    if not cells.text("text"):
        cells.refuse("text", "The text is missing.")
    values = {
        "since": since,
        "until": until,
        "territory": ";".join(country(cells, "scope", code) for code in cells.texts("scope")),
        "unit": cells.text("unit"),
        "counts_intercepted": _answer(cells, "intercepted"),
        "counts_claims_alone": _answer(cells, "claims_alone"),
        "claimed_by_id": group,
        "grades": ";".join(cells.texts("grades")),
        "text": cells.text("text"),
        "report_id": reports.find(cells.text("source_url")),
    }
    return Record(cells.row, {"organisation_id": names.slug(cells, "publisher_slug")}, values)


def _answer(cells: Cells, column: str) -> bool | None:
    """Yes or no; None where it is not known."""
    text = cells.text(column)
    if text not in ANSWERS:
        cells.refuse(column, f"{text!r:.60} is neither yes nor no. Empty: not known.")
    return ANSWERS.get(text)


# Which sites are counted under which


def _folds(cells: Cells, bases: KnownBases) -> list[Fold]:
    """The folds of a row. What contradicts an earlier one of it is refused."""
    found: list[tuple[str, str, Fold]] = []
    for column in (FOLDS, DOUBTFUL_FOLDS):
        for text in cells.texts(column):
            if fold := _fold(cells, column, text, bases):
                found.append((column, text, fold))
    for (_, text, fold), (column, later, other) in combinations(found, 2):
        if fold.contradicts(other):
            cells.refuse(
                column, f"{later!r:.100} contradicts {text!r:.100}: each site is folded once."
            )
    return [fold for _, _, fold in found]


def _fold(cells: Cells, column: str, text: str, bases: KnownBases) -> Fold | None:
    sides = [side.strip() for side in text.split(PAIR)]
    if len(sides) != 2 or not all(sides):
        cells.refuse(column, f"{text!r:.100} is no pair such as green-village>al-omar.")
        return None
    base, into = (_base(cells, column, side, bases) for side in sides)
    if base is None or into is None:
        return None
    if base == into:
        cells.refuse(column, f"{text!r:.100} counts a site under itself.")
        return None
    return Fold(base, into, column == DOUBTFUL_FOLDS)


def _base(cells: Cells, column: str, name: str, bases: KnownBases) -> int | None:
    """The base that one side of a pair names, looked up as if it had the cell for itself."""
    cell = NamedCells({column: 0}, (name,))
    side = Cells(cells.plan, Row(cells.row.file, cells.row.number, cell))
    base = bases.find(side, column)
    cells.ok = cells.ok and side.ok
    return base.pk if base else None


def _site(stated: _Stated, rule: CountingRule, fold: Fold) -> Record:
    key = {
        "rule_id": rule.pk,
        "base_id": fold.base,
        "into_id": fold.into,
        "doubtful": fold.doubtful,
    }
    return Record(stated.record.row, key, {})


def _settle_sites(plan: Plan, records: list[Record], stored: list[RuleSite]) -> None:
    """The sites of a rule are those of its row, and those that an editor made.

    What left the file goes before what came is made: the two may contradict each other.
    """
    meant = {record.identity for record in records}
    by_hand = edited_by_hand(RuleSite, [site.pk for site in stored])
    kept = [site for site in stored if site.pk in by_hand]
    left = [site for site in stored if site.pk not in by_hand and _identity(site) not in meant]
    settle(plan, RuleSite, [], existing=left, replaces=True)
    there = {_identity(site): site for site in stored}
    overruled: set[Any] = set()
    for record in records:
        site = _contradicting(record, kept)
        if site and record.identity not in there:
            plan.keep(record.row, RuleSite, f"“{site}” was entered here; kept as it is.")
            overruled |= {record.identity, _identity(site)}
    settle(
        plan,
        RuleSite,
        [record for record in records if record.identity not in overruled],
        existing=[site for key, site in there.items() if key not in overruled and site not in left],
        columns={NON_FIELD_ERRORS: FOLDS},
        replaces=True,
    )


def _identity(site: RuleSite) -> tuple[Any, ...]:
    return (site.rule_id, site.base_id, site.into_id, site.doubtful)


def _contradicting(record: Record, sites: list[RuleSite]) -> RuleSite | None:
    rule, *fold = record.identity
    for site in sites:
        if site.rule_id == rule and Fold(*fold).contradicts(
            Fold(site.base_id, site.into_id, site.doubtful)
        ):
            return site
    return None
