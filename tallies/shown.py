"""What the dashboard shows for an address: one question, and the charts that answer it.

Page, pictures, files and embedded parts all ask here, so that they say the same.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attacks import counting
from attacks.basis import ClockForm, RuleFilter
from attacks.claim_status import ClaimStatus
from attacks.counting import Count
from attacks.filters import query_of
from attacks.makeup import Makeup, makeup
from attacks.models import Incident
from attacks.over_time import OverTime, over_time
from attacks.rules import HOUSE_SLUG, Basis, rule_of, rules
from attacks.windows import Window
from bases.registry import bases_of
from charts.axes import Reading, days_words
from charts.bars import Bar, bars
from charts.chart import Chart
from charts.parts import Part, parts
from charts.stack import Period, Series, stack
from sources.filters import DayFilter
from sources.kept import kept
from sources.local_names import local_name
from sources.recorded import TODAY
from sources.templatetags.facts import quantified
from sources.validators import sane_day

from .dashboard import Choice, choose
from .headline import says_the_days
from .models import PublishedTally
from .reconciliation import Reconciliation, Row, reconcile

Day = datetime.date
KEPT = 100  # questions of which the numbers are kept
APART = 5  # bases told apart in a chart over time; the others are one series


class TodayForm(ClockForm):
    """A page of today's record, by what was known when."""

    def clean(self) -> Any:
        cleaned = super().clean()
        if self.record != TODAY:
            reason = _("This page is of today's record; single tallies and incidents answer it.")
            self.add_error("recorded_at", reason)
        return cleaned


def rules_to_choose() -> list[tuple[str, Any]]:
    """Without a choice our side is counted as the counter counts, so far as that is known."""
    known = [(rule.slug, rule.local_name) for rule in rules().values()]
    return [("", _("the counter itself, if known")), *known]


class DashboardForm(TodayForm):
    """Over which days and by whose rule our side is counted, where not as the tally says."""

    since = DayFilter(label=gettext_lazy("Since"), validators=[sane_day]).field
    until = DayFilter(label=gettext_lazy("Until"), validators=[sane_day]).field
    rule = RuleFilter().field
    rule.widget = forms.Select(choices=rules_to_choose)  # type: ignore[arg-type]
    rule.help_text = ""


@dataclass
class Shown:
    """`params` are those of the address; `form` is valid."""

    params: QueryDict
    form: DashboardForm
    counter: str = ""
    key: str = ""

    @cached_property
    def choice(self) -> Choice:
        return choose(
            self.params.get("counter", ""),
            self.params.get("tally", ""),
            known_on=self.form.cleaned_data["known_on"],
        )

    @property
    def errors(self) -> dict[str, str]:
        """What of the choice is not on record, in words."""
        return self.choice.errors

    @property
    def tally(self) -> PublishedTally | None:
        return self.choice.tally

    @property
    def asks(self) -> bool:
        """Whether the address says how our side is to be counted, or by what was known when."""
        names = ("since", "until", "rule", "known_on")
        return any(self.form.cleaned_data[name] for name in names)

    @property
    def asks_otherwise(self) -> bool:
        """Whether our side is counted over other days or by another rule than the tally's."""
        if self.tally is None:
            return False
        own = rule_of(self.tally.counter, self.basis.record)
        return self.basis.rule.slug != own.slug or _ends(self.window) != _ends(self.tally.window)

    @cached_property
    def basis(self) -> Basis:
        basis: Basis = self.form.basis
        if self.form.cleaned_data["rule"] or not self.tally:
            return basis
        return Basis(rule_of(self.tally.counter, basis.record), basis.known_on, basis.record)

    @cached_property
    def window(self) -> Window:
        """The days of the tally, with the ends that are asked for in place of its own.

        An end of its own that lies on the wrong side of the one asked for is left open: nothing
        can lie between them, and that would read like a count of zero.
        """
        own: Window = self.tally.window if self.tally else Window()
        since, until = self.form.cleaned_data["since"], self.form.cleaned_data["until"]
        if until:
            first = own.since if own.since and own.since <= until else None
            return Window(since or first, until)
        if not since:
            return own
        if own.until and own.until < since:
            return Window(since)
        return Window(since, own.until, since, own.certain_until and max(since, own.certain_until))

    @cached_property
    def reconciliation(self) -> Reconciliation | None:
        if self.tally is None:
            return None
        return reconcile(self.tally, basis=self.basis, window=self.window)

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Where our side is counted: what the tally says, else its rule; none: everywhere."""
        stated = self.tally.countries if self.tally else []
        return tuple(stated or self.basis.rule.territory)

    @property
    def sites(self) -> frozenset[int] | None:
        return sites_in(self.countries)

    @property
    def by_base(self) -> list[counting.Row]:
        """What our side counts at each base, whether the tally lists bases, countries or none."""
        found, inside = self.reconciliation, self.sites
        counts = found.counts if found else {}
        here = {pk: one for pk, one in counts.items() if inside is None or pk in inside}
        return counting.in_order(counting.by_base(here, self.basis))

    @property
    def query(self) -> str:
        """The parameters of this page that mean something, for the addresses of its parts."""
        names = ("counter", "tally", "since", "until", "rule", "known_on")
        asked = QueryDict(mutable=True)
        asked.update({name: f"{self.params[name]}" for name in names if self.params.get(name)})
        return asked.urlencode()

    @property
    def card(self) -> str:
        """The address of the picture that stands for this page where it is shared."""
        return "?".join(filter(None, [reverse("pages:dashboard-card"), self.query]))

    def incidents_url(self, window: Window | None = None, **where: Any) -> str:
        """The list of what may count there, over the days of the page or over others."""
        if "base" not in where and self.countries:
            where["country"] = list(self.countries)
        return (
            f"{reverse('attacks:incidents')}?{query_of(self.basis, window or self.window, **where)}"
        )

    # Numbers, kept from one revision to the next

    @property
    def _asked(self) -> tuple[Any, ...]:
        return (self.basis.rule.slug, self.basis.known_on, self.window, self.countries)

    @cached_property
    def over_time(self) -> OverTime:
        return _over_time(*self._asked)

    @cached_property
    def makeup(self) -> Makeup:
        return _makeup(*self._asked)

    # Charts

    @cached_property
    def rows(self) -> list[Row]:
        """What is published and what we count, a row for each place, largest first."""
        found = self.reconciliation
        return [*found.largest_first, *found.not_listed] if found else []

    @cached_property
    def bases_chart(self) -> Chart:
        title = _("Attacks by base: published and counted")
        return self._at(bars("bases", title, [_bar(row) for row in self.rows]))

    @property
    def bars(self) -> dict[str, Sequence[Any]]:
        """The bars of that chart by the keys of their places, for a table that has the numbers."""
        drawn = zip(self.rows, self.bases_chart.rows, strict=True)
        return {row.place.key: bar.shapes for row, bar in drawn}

    @property
    def attacks(self) -> int:
        """How many may count at all."""
        return sum(one.possible for one in self.makeup.weapons.values())

    @property
    def tolls(self) -> list[dict[str, Any]]:
        tolls = [(_("Killed"), self.makeup.killed), (_("Injured"), self.makeup.injured)]
        return [
            {"label": label, "people": toll, "is_known": toll.unknown < self.attacks}
            for label, toll in tolls
        ]

    @property
    def headline_says_the_days(self) -> bool:
        return self.tally is not None and says_the_days(self.tally)

    @property
    def controls(self) -> list[Any]:
        """The fields of the form that say how our side is counted."""
        return [self.form[name] for name in ("since", "until", "rule", "known_on")]

    @property
    def chosen_tally(self) -> PublishedTally | None:
        """The tally that the address names: without one it follows the latest list."""
        return self.tally if self.params.get("tally") else None

    @property
    def weeks_chart(self) -> Chart:
        found = self.over_time
        title = _("Attacks by month") if found.by_month else _("Attacks by week")
        named, others = _apart(found.certain)
        series = [self._series(pk, found.certain[pk]) for pk in named]
        if others:
            summed = [sum(values) for values in zip(*others, strict=True)]
            series.append(Series(_("Other bases"), "", summed, "others"))
        chart = stack(
            "weeks",
            title,
            [
                self._period(first, last, n)
                for (first, last), n in zip(found.periods, found.unsure, strict=True)
            ],
            series,
            running=running(self.choice),
            running_title=_("Published total"),
            desc=_("Attacks that we count, by the days on which they happened."),
        )
        return self._at(chart)

    def _series(self, pk: int, values: Sequence[int]) -> Series:
        base = bases_of()[pk]
        return Series(local_name(base), self.incidents_url(base=[base.slug]), values, base.slug)

    def _period(self, first: Day, last: Day, unsure: int) -> Period:
        inside = Window(
            max(first, self.window.since or first), min(last, self.window.until or last)
        )
        return Period(first, last, self.incidents_url(inside), unsure)

    @property
    def weapons_chart(self) -> Chart:
        labels = dict(Incident.Weapon.choices)
        return self._parts("weapons", _("By weapon"), "weapon", self.makeup.weapons, labels)

    @property
    def outcomes_chart(self) -> Chart:
        labels = dict(Incident.Outcome.choices)
        return self._parts("outcomes", _("By outcome"), "outcome", self.makeup.outcomes, labels)

    @property
    def claims_chart(self) -> Chart:
        labels = dict(ClaimStatus.choices)
        return self._parts(
            "claims", _("Claimed or not"), "claim_status", self.makeup.claims, labels
        )

    def _parts(
        self, name: str, title: str, filter: str, counts: dict[str, Count], labels: dict[str, Any]
    ) -> Chart:
        rows = [
            Part(
                labels[key],
                self.incidents_url(None, **{filter: [key]}),
                one.certain,
                one.possible,
                key,
            )
            for key, one in counts.items()
        ]
        return self._at(parts(name, title, rows))

    def _at(self, chart: Chart) -> Chart:
        query = f"?{self.query}" if self.query else ""
        data, drawing = (
            reverse(f"pages:chart-{part}", args=[chart.name]) for part in ("data", "picture")
        )
        return chart.at(data + query, drawing + query)


def shown(params: QueryDict) -> Shown | DashboardForm:
    """What that address shows, or the form that says why it cannot be answered."""
    form = DashboardForm(params)
    return Shown(params, form) if form.is_valid() else form


def sites_in(countries: Iterable[str]) -> frozenset[int] | None:
    codes = set(countries)
    if not codes:
        return None
    return frozenset(pk for pk, base in bases_of().items() if base.country in codes)


def _basis(rule: str, known_on: Day | None) -> Basis:
    return Basis(rules()[rule], known_on) if rule != HOUSE_SLUG else Basis(known_on=known_on)


@kept(KEPT)
def _over_time(
    rule: str, known_on: Day | None, window: Window, countries: tuple[str, ...]
) -> OverTime:
    return over_time(_basis(rule, known_on), window, sites_in(countries))


@kept(KEPT)
def _makeup(rule: str, known_on: Day | None, window: Window, countries: tuple[str, ...]) -> Makeup:
    return makeup(_basis(rule, known_on), window, sites_in(countries))


def _ends(window: Window) -> tuple[Day | None, ...]:
    """Two windows with the same ends hold the same days."""
    return window.since, window.until, window.certain_start, window.certain_end


def _bar(row: Row) -> Bar:
    return Bar(
        local_name(row.base) if row.base else row.name,
        row.base.get_absolute_url() if row.base else "",
        row.ours.certain if row.ours else None,
        row.ours.possible if row.ours else None,
        row.published,
        counted_href=row.incidents_url,
        key=row.base.slug if row.base else row.place.key,
    )


def _apart(certain: dict[int, list[int]]) -> tuple[list[int], list[list[int]]]:
    """The bases with most attacks, and the numbers of all others."""
    order = sorted(certain, key=lambda pk: (-sum(certain[pk]), pk))
    most = order if len(order) <= APART + 1 else order[:APART]
    return most, [certain[pk] for pk in order[len(most) :]]


def running(choice: Choice) -> list[Reading]:
    """The totals that the counter published, of the series that the shown tally belongs to."""
    shown = choice.tally
    if shown is None:
        return []
    return [
        Reading(
            tally.as_of_earliest,
            tally.as_of_latest,
            tally.total,
            tally.get_absolute_url(),
            _("%(number)s as of %(days)s")
            % {
                "number": quantified(tally.total, tally.quantifier),
                "days": days_words(tally.as_of_earliest, tally.as_of_latest),
            },
        )
        for tally in choice.tallies
        if tally.total is not None
        and tally.as_of_latest
        and tally.counting_since == shown.counting_since
        and tally.territory == shown.territory
    ]
