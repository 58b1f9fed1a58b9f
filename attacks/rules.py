"""Counting rules: what a counter counts, and by which clause it leaves an attack out.

The rule of the house is `HOUSE`; those of others are rows (`CountingRule`), made into a `Rule`
here. What is not known of a rule is None: an attack that depends on it is possible in its count and
never certain. What is not known of an attack never leaves it out: an attack of unknown outcome is
not an intercepted one.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.db.models import BooleanField, Case, CharField, Exists, OuterRef, Q, Value, When
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bases.models import MilitaryBase
from sources.countries import country_name
from sources.kept import kept
from sources.local_names import local_name
from sources.models import Organisation, Report
from sources.recorded import TODAY, Record

from .claim_status import (
    armed_groups,
    claims_of_responsibility,
    sure_claims_of_responsibility,
    tops,
)
from .knowledge import (
    claims_known,
    claims_surely_known,
    doubtful_claims,
    is_known,
    may_be_known,
)

Day = datetime.date

HOUSE_SLUG = "house"
ANY = Q()
NONE = Q(pk__in=[])


@dataclass(frozen=True)
class Clause:
    """One condition of being counted.

    `allows` is met by the attacks that it may let count, `surely` by those that it lets count for
    certain. `leaves_out` and `doubt` say in words why it fails.
    """

    code: str
    allows: Q
    surely: Q
    leaves_out: str
    doubt: str = ""


@dataclass(frozen=True)
class Rule:
    """Whose rule, and what it says. `folds` and `doubtful` name bases by id: site, under which."""

    slug: str = HOUSE_SLUG
    name: str = "Basewatch"
    text: str = gettext_noop(
        "Published, not merged away, and not graded discounted; what nobody has graded counts, "
        "and so does every outcome, intercepted and missed attacks too."
    )
    unit: str = gettext_noop("attacks")
    since: Day | None = None
    until: Day | None = None
    territory: tuple[str, ...] = ()
    counts_intercepted: bool | None = True
    counts_claims_alone: bool | None = True
    claimed_by: Organisation | None = None
    grades: tuple[str, ...] = ()
    folds: Mapping[int, int] = field(default_factory=dict)
    doubtful: tuple[tuple[int, int], ...] = ()
    report: Report | None = None
    id: int | None = None  # of its row; that of the house has none
    whose: Organisation | None = None

    @property
    def is_house(self) -> bool:
        return self.slug == HOUSE_SLUG

    @property
    def local_name(self) -> str:
        """Its name in the language of the page."""
        return local_name(self.whose) if self.whose else self.name

    @property
    def countries(self) -> list[str]:
        """The names of its territory."""
        return [country_name(code) for code in self.territory]

    def root(self, base: int) -> int:
        """The base under which it counts the attacks on that one."""
        return self.folds.get(base, base)

    def group(self, bases: Iterable[int]) -> set[int]:
        """These bases with all that are counted under the same ones."""
        roots = {self.root(base) for base in bases}
        return roots | {site for site, into in self.folds.items() if into in roots}


HOUSE = Rule()

# What counters on record count, in the words of the record: pages say it in their own language.
UNITS = (gettext_noop("strikes on facilities"), gettext_noop("claimed attacks"))


@dataclass(frozen=True)
class Basis:
    """On what a count stands: a rule, what was known by a day, and which state of our record."""

    rule: Rule = HOUSE
    known_on: Day | None = None
    record: Record = TODAY
    rests_on_claims: bool = False  # whether who claims an attack decides that it is asked for

    def published(self) -> Any:
        """The published incidents of that record, as far as they may have been known."""
        from .models import Incident

        incidents = self.record.rows(Incident).filter(status=Incident.Status.PUBLISHED)
        return incidents.filter(self.knowable)

    @property
    def knowable(self) -> Q:
        return may_be_known(self.record, self.known_on) if self.known_on else ANY

    @cached_property
    def clauses(self) -> list[Clause]:
        """What an attack must meet to be counted, in the order in which it is told to a reader."""
        found = [*_house_clauses(self.rule), *_own_clauses(self)]
        if not self.known_on:
            return found
        day = date_format(self.known_on, "j F Y")
        knowledge = Clause(
            "knowledge",
            self.knowable,
            is_known(self.record, self.known_on),
            _("not known on %(day)s") % {"day": day},
            _("it may not have been known on %(day)s") % {"day": day},
        )
        claims = Clause(
            "claims",
            ANY,
            ~Q(Exists(doubtful_claims(self.record, self.known_on))),
            "",
            _("what was said of it may not have been known on %(day)s") % {"day": day},
        )
        return [*map(_without_hindsight, found), knowledge, *([claims] * self.rests_on_claims)]

    @property
    def counts(self) -> Q:
        """Incidents that may count."""
        return _all(clause.allows for clause in self.clauses)

    @property
    def surely_counts(self) -> Q:
        return _all(clause.surely for clause in self.clauses)

    @property
    def left_out(self) -> Case:
        """The code of the first clause that leaves an incident out; empty where it may count."""
        return _first_unmet([(clause.code, clause.allows) for clause in self.clauses])

    @property
    def in_doubt(self) -> Case:
        """The code of the first clause by which it does not count for certain."""
        return _first_unmet([(clause.code, clause.surely) for clause in self.clauses])

    @staticmethod
    def yes_or_no(condition: Q) -> Case:
        """A condition as a column."""
        yes = [When(condition, then=True)] if condition else []
        return Case(*yes, default=not yes, output_field=BooleanField())

    def words(self) -> dict[str, str]:
        """Why an incident is left out, by the code of the clause."""
        return {clause.code: _(clause.leaves_out) for clause in self.clauses}

    def doubts(self) -> dict[str, str]:
        return {clause.code: _(clause.doubt) for clause in self.clauses}


HOUSE_TODAY = Basis()


def _all(conditions: Iterable[Q]) -> Q:
    every = Q()
    for condition in conditions:
        every &= condition
    return every


def _first_unmet(conditions: list[tuple[str, Q]]) -> Case:
    unmet = [When(~condition, then=Value(code)) for code, condition in conditions if condition]
    return Case(*unmet, default=Value(""), output_field=CharField())


def _house_clauses(rule: Rule) -> list[Clause]:
    """Every rule stands on these two; only the grades may differ."""
    merged = Q(merged_into=None)
    if rule.grades:
        graded = Q(grade__in=["" if one == "none" else one for one in rule.grades])
        why = _("its grade does not count for %(rule)s") % {"rule": rule.local_name}
    else:
        graded, why = ~Q(grade="discounted"), gettext_noop("graded discounted")
    return [
        Clause("merged", merged, merged, gettext_noop("merged into another record")),
        Clause("grade", graded, graded, why),
    ]


def _without_hindsight(clause: Clause) -> Clause:
    """The clause without telling, to who asks for an earlier day, what was coded since."""
    if clause.code not in ("grade", "intercepted"):
        return clause
    return replace(
        clause,
        code="coding",
        leaves_out=_("left out by what our record codes of it today"),
        doubt=_("in doubt by what our record codes of it today"),
    )


def _own_clauses(basis: Basis) -> list[Clause]:
    rule, clauses = basis.rule, []
    whose = {"rule": rule.local_name}
    if rule.territory:
        inside = Q(base__in=bases_in(basis.record, rule.territory))
        outside = _("outside %(countries)s") % {"countries": _listed(rule.countries)}
        clauses.append(Clause("territory", inside, inside, outside))
    if rule.since:
        first = {"day": date_format(rule.since, "j F Y"), "rule": rule.local_name}
        clauses.append(
            Clause(
                "since",
                Q(latest__gte=rule.since),
                Q(earliest__gte=rule.since),
                _("before %(day)s, its first day for %(rule)s") % first,
                _("it may lie before %(day)s, its first day for %(rule)s") % first,
            )
        )
    if rule.until:
        last = {"day": date_format(rule.until, "j F Y"), "rule": rule.local_name}
        clauses.append(
            Clause(
                "until",
                Q(earliest__lte=rule.until),
                Q(latest__lte=rule.until),
                _("after %(day)s, its last day for %(rule)s") % last,
                _("it may lie after %(day)s, its last day for %(rule)s") % last,
            )
        )
    if rule.claimed_by:
        group = rule.claimed_by
        named = {"group": local_name(group)}
        clauses.append(
            Clause(
                "claimed_by",
                _claimed_by_side(basis, group.id, claims_of_responsibility),
                _claimed_by_side(basis, group.id, sure_claims_of_responsibility),
                _("not claimed by %(group)s") % named,
                _("it may not have been claimed by %(group)s by then") % named,
            )
        )
    clauses += _known_or_not(
        "intercepted",
        rule.counts_intercepted,
        ~Q(outcome="intercepted"),
        ~Q(outcome="intercepted"),
        _("intercepted, which %(rule)s does not count") % whose,
        _("intercepted, which %(rule)s may not count") % whose,
    )
    if rule.counts_claims_alone is not True:
        clauses += _known_or_not(
            "claim_alone",
            rule.counts_claims_alone,
            ~claimed_alone(basis),
            ~may_be_claimed_alone(basis),
            _("only claimed, by a group that nobody else confirms, which %(rule)s does not count")
            % whose,
            _("only claimed, by a group that nobody else confirms, which %(rule)s may not count")
            % whose,
        )
    return clauses


def _known_or_not(
    code: str, counts: bool | None, others: Q, surely_others: Q, leaves_out: str, doubt: str
) -> list[Clause]:
    """The clause of a choice that a rule makes, or that nobody knows it to make."""
    if counts is True:
        return []
    return [Clause(code, ANY if counts is None else others, surely_others, leaves_out, doubt)]


def claimed_alone(basis: Basis) -> Q:
    """Attacks that an armed group claims and that nobody else is on record to confirm.

    Whoever else says how it went confirms it, and so does a grade of fair or better. Who only says
    that nobody has claimed it, or denies it, does not; nor does blame that no speaker is named for.
    """
    return _alone(basis, sure_claims_of_responsibility, claims_known)


def may_be_claimed_alone(basis: Basis) -> Q:
    """The same, and those of which it is not certain that they were confirmed by the day."""
    return _alone(basis, claims_of_responsibility, claims_surely_known)


def _alone(basis: Basis, responsibility: Any, known: Any) -> Q:
    here = Q(incident_id=OuterRef("id"))
    claims = responsibility(on=basis.known_on, record=basis.record).filter(here)
    named = Q(claimant__isnull=False) | ~Q(claimant_text="")
    others = (
        known(basis.record, basis.known_on)
        .filter(here, named, kind__in=CONFIRMING)
        .exclude(stance="denies")
        .exclude(claimant__in=armed_groups(basis.record), claimant__isnull=False)
    )
    alone = Q(Exists(claims)) & ~Q(Exists(others))
    # A grade is given later.
    return alone if basis.known_on else alone & ~Q(grade__in=["confirmed", "fair"])


# The kinds of claim that say how an attack went, and so that there was one.
CONFIRMING = ["attribution", "casualty", "damage", "interception", "weapon", "date", "place"]


def _claimed_by_side(basis: Basis, group: int, responsibility: Any) -> Q:
    """Attacks for which a group, or any of the same side, claims responsibility."""
    top = tops(basis.record)
    side = [one for one in top if top[one] == top.get(group, group)]
    claims = responsibility(on=basis.known_on, record=basis.record)
    return Q(Exists(claims.filter(incident_id=OuterRef("id"), claimant__in=side)))


def bases_in(record: Record, countries: Iterable[str]) -> Any:
    return record.rows(MilitaryBase).filter(country__in=list(countries)).values("id")


def _listed(names: list[str]) -> str:
    *first, last = names
    if not first:
        return last
    return _("%(first)s and %(last)s") % {"first": _(", ").join(first), "last": last}


def rules(record: Record = TODAY) -> Mapping[str, Rule]:
    """Every rule of that record by slug, the house's first."""
    return _rules_of_today() if record == TODAY else _read_rules(record)


@kept()
def _rules_of_today() -> Mapping[str, Rule]:
    return _read_rules(TODAY)


def _read_rules(record: Record) -> Mapping[str, Rule]:
    from .models import CountingRule, RuleSite

    rows = [*record.rows(CountingRule)]
    sites = [*record.rows(RuleSite).order_by("id")]
    organisations = record.by_id(
        Organisation, [id for row in rows for id in (row.organisation_id, row.claimed_by_id)]
    )
    reports = record.by_id(Report, [row.report_id for row in rows])
    found = [_rule(row, sites, organisations, reports) for row in rows]
    return {HOUSE_SLUG: HOUSE} | {
        rule.slug: rule for rule in sorted(found, key=lambda rule: rule.name)
    }


def _rule(row: Any, sites: list[Any], organisations: dict, reports: dict) -> Rule:
    own = [site for site in sites if site.rule_id == row.id]
    return Rule(
        slug=organisations[row.organisation_id].slug,
        name=organisations[row.organisation_id].name,
        text=row.text,
        unit=row.unit or "attacks",
        since=row.since,
        until=row.until,
        territory=tuple(code for code in row.territory.split(";") if code),
        counts_intercepted=row.counts_intercepted,
        counts_claims_alone=row.counts_claims_alone,
        claimed_by=organisations.get(row.claimed_by_id),
        grades=tuple(grade for grade in row.grades.split(";") if grade),
        folds={site.base_id: site.into_id for site in own if not site.doubtful},
        doubtful=tuple((site.base_id, site.into_id) for site in own if site.doubtful),
        report=reports.get(row.report_id),
        id=row.id,
        whose=organisations[row.organisation_id],
    )


def rule_of(counter: Organisation, record: Record = TODAY) -> Rule:
    """The counter's own rule, or that of the house where it is not known."""
    return rules(record).get(counter.slug, HOUSE)
