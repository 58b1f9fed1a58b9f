"""Up to five bases side by side: the same question asked of each, drawn on one scale."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Sum
from django.http import QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from attacks import totals
from attacks.basis import rule_choices
from attacks.counting import NO_ATTACKS, Count, Row, by_month, overlapping
from attacks.filters import CountFilter
from attacks.models import Incident
from attacks.rules import Basis
from attacks.views import asked
from attacks.windows import Window
from bases.models import MilitaryBase
from charts.axes import Plot
from charts.bars import counted_words
from charts.chart import Cell, Chart, Key, Panel
from charts.scale import Days
from charts.shapes import Mark, Rect, Shape
from config.pages import kept_page
from sources.local_names import local_name
from tallies.models import TallyLine

from .base_charts import Casualties, casualties_of
from .incident_lists import incidents_at, takeable

Day = datetime.date
MOST = 5
HEIGHT = 120
GAP = 0.12  # of a column, free beside it
ASKED = ("base", "since", "until", "rule")


@dataclass
class Compared:
    """What is told of one base; `list_at` gives the address of the incidents behind a number."""

    base: MilitaryBase
    basis: Basis
    window: Window
    count: Count = NO_ATTACKS
    ranges: list[tuple[Day, Day, int, int]] = field(default_factory=list)
    lines: list[TallyLine] = field(default_factory=list)
    casualties: dict[str, Casualties] = field(default_factory=dict)

    def list_at(self, **filters: Any) -> str:
        days = {"since": self.window.since, "until": self.window.until}
        return incidents_at(self.base.slug, rule=self.basis.rule, **{**days, **filters})

    @property
    def address(self) -> str:
        return self.list_at()

    @property
    def months(self) -> list[Row]:
        return list(by_month(self.ranges, self.window))

    @property
    def first(self) -> tuple[Day, Day] | None:
        return min((row[:2] for row in self.ranges), default=None)

    @property
    def last(self) -> tuple[Day, Day] | None:
        return max((row[:2] for row in self.ranges), key=lambda days: days[::-1], default=None)


def compared(bases: Sequence[MilitaryBase], basis: Basis, window: Window) -> list[Compared]:
    """A column for each base, by three queries and one more for each base."""
    columns = {base.pk: Compared(base, basis, window) for base in bases}
    groups = {pk: basis.rule.group([pk]) for pk in columns}
    sites = set().union(*groups.values())
    counts = totals.count_by_site(basis, window, sites)
    ranges = _ranges(basis, window, sites)
    for pk, column in columns.items():
        column.count = sum((counts.get(site, NO_ATTACKS) for site in groups[pk]), NO_ATTACKS)
        column.ranges = [row for site in groups[pk] for row in ranges[site]]
        inside = overlapping(
            Incident.objects.filter(base__in=groups[pk]), window.since, window.until
        )
        column.casualties = casualties_of(inside, basis)
    for line in _latest_lines(columns, window.until):
        if line.base_id in columns:
            columns[line.base_id].lines.append(line)
    return list(columns.values())


def _ranges(
    basis: Basis, window: Window, sites: Iterable[int]
) -> dict[int, list[tuple[Day, Day, int, int]]]:
    found: dict[int, list[tuple[Day, Day, int, int]]] = defaultdict(list)
    rows = totals.ranges(basis, window, list(sites)).values_list("base", "earliest", "latest")
    for base, *row in rows.annotate(certain=Sum("certain"), possible=Sum("possible")):
        found[base].append(tuple(row))
    return found


def _latest_lines(bases: Iterable[int], until: Day | None) -> list[TallyLine]:
    """Of each base and counter the latest running number, as of a day not after `until`."""
    lines = TallyLine.objects.filter(base__in=bases, tally__counting_until=None).select_related(
        "tally__counter", "tally__report"
    )
    latest: dict[tuple[int | None, int], TallyLine] = {}
    for line in lines:
        as_of = line.tally.as_of_latest
        if as_of is None or (until and as_of > until):
            continue
        key = (line.base_id, line.tally.counter_id)
        if key not in latest or _days(line) > _days(latest[key]):
            latest[key] = line
    return sorted(latest.values(), key=lambda line: line.tally.counter.name)


def _days(line: TallyLine) -> tuple[Day, Day, int]:
    tally = line.tally
    since = tally.counting_since
    # Of two as of one day, the one that counts for longer.
    return (
        tally.as_of_latest,
        tally.as_of_earliest or Day.min,
        -(since or Day.max).toordinal(),
    )


# The drawing


def by_months(columns: Sequence[Compared]) -> Chart:
    """A panel for each base, all over the same days and on one scale."""
    months = {column.base.pk: column.months for column in columns}
    rows = [row for own in months.values() for row in own]
    chart = Chart(
        "compare-months",
        _("Attacks on our record by month, on one scale"),
        _("A panel for each base. What only an outline holds is possible in its month."),
        legend=[Key("certain", _("Counted, certain")), Key("possible", _("Counted, possible"))],
        columns=[_("Month"), *(local_name(column.base) for column in columns)],
        csv_columns=["base", "month", "certain", "possible"],
        csv_rows=[
            (column.base.slug, row.key, row.count.certain, row.count.possible)
            for column in columns
            for row in months[column.base.pk]
        ],
    )
    if rows:
        first = min(row.filters["since"] for row in rows)
        last = max(row.filters["until"] for row in rows)
        days = Days(Day.fromisoformat(first), Day.fromisoformat(last))
        plot = Plot(HEIGHT, max(row.count.possible for row in rows))
        chart.panels = [_panel(column, months[column.base.pk], days, plot) for column in columns]
        chart.table = _table(columns, months)
    return chart


def _panel(column: Compared, months: Sequence[Row], days: Days, plot: Plot) -> Panel:
    marks: list[Shape] = [_column(column, row, days, plot) for row in months]
    shapes = [*plot.rules(), *marks, *plot.months(days)]
    return Panel(HEIGHT, shapes, local_name(column.base))


def _column(column: Compared, row: Row, days: Days, plot: Plot) -> Mark:
    since, until = (Day.fromisoformat(row.filters[end]) for end in ("since", "until"))
    x, width = days.span(since, until)
    x, width = x + width * GAP / 2, width * (1 - GAP)
    certain, possible = plot.y(row.count.certain), plot.y(row.count.possible)
    drawn = [Rect(x, certain, width, plot.bottom - certain, "certain")]
    if possible < certain:
        drawn.append(Rect(x, possible, width, certain - possible, "possible"))
    words = _("%(base)s, %(month)s: %(number)s") % {
        "base": local_name(column.base),
        "month": row.key,
        "number": counted_words(row.count.certain, row.count.possible),
    }
    return Mark(drawn, words, column.list_at(**row.filters))


def _table(columns: Sequence[Compared], months: dict[int, list[Row]]) -> list[list[Cell]]:
    by_key = {pk: {row.key: row for row in own} for pk, own in months.items()}
    keys = sorted({key for own in by_key.values() for key in own if key})
    return [
        [Cell(key), *(_cell(column, by_key[column.base.pk].get(key)) for column in columns)]
        for key in keys
    ]


def _cell(column: Compared, row: Row | None) -> Cell:
    if row is None:
        return Cell("0", number=True)
    words = counted_words(row.count.certain, row.count.possible)
    return Cell(words, column.list_at(**row.filters), number=True)


# The page


@kept_page
@require_safe
def compare(request: Any) -> Any:
    params = _asked(request)
    filters = CountFilter(params, Incident.objects.all(), request=request)
    errors = _errors(filters, params)
    context: dict[str, Any] = {
        "chosen": _chosen(params),
        "every_base": MilitaryBase.objects.order_by("country", "name", "id"),
        "rules": rule_choices(),
        "given": {name: params.get(name, "") for name in ("since", "until", "rule")},
        "errors": errors,
    }
    if not errors and params.getlist("base"):
        context |= _answer(filters, params)
    return render(request, "pages/compare.html", context, status=400 if errors else 200)


def _asked(request: Any) -> QueryDict:
    params = asked(request, CountFilter)
    for name in [name for name in params if name not in ASKED]:
        del params[name]
    params.setlist("base", list(dict.fromkeys(params.getlist("base"))))
    return params


def _chosen(params: QueryDict) -> list[str]:
    """The base in each field of the form, empty where none is chosen."""
    slugs = params.getlist("base")[:MOST]
    return slugs + [""] * (MOST - len(slugs))


def _errors(filters: Any, params: QueryDict) -> list[str]:
    found = [] if filters.is_valid() else [text for own in filters.errors.values() for text in own]
    number = len(params.getlist("base"))
    if number > MOST:
        found.append(
            ngettext(
                "%(most)s base can be compared at once; %(number)s were asked for.",
                "%(most)s bases can be compared at once; %(number)s were asked for.",
                MOST,
            )
            % {"most": MOST, "number": number}
        )
    return found


def _answer(filters: Any, params: QueryDict) -> dict[str, Any]:
    by_slug = {base.slug: base for base in filters.form.cleaned_data["base"]}
    bases = [by_slug[slug] for slug in params.getlist("base")]
    columns = compared(bases, filters.basis, filters.window)
    counters = {line.tally.counter for column in columns for line in column.lines}
    return {
        "columns": columns,
        "basis": filters.basis,
        "window": filters.window,
        "chart": takeable(by_months(columns), _asked_again(params)),
        "published": [
            (counter, [_line_of(column, counter) for column in columns])
            for counter in sorted(counters, key=lambda one: one.name)
        ],
    }


def _asked_again(params: QueryDict) -> str:
    """The question as an address has it."""
    known = QueryDict(mutable=True)
    for name in ASKED:
        known.setlist(name, params.getlist(name))
    return known.urlencode()


def _line_of(column: Compared, counter: Any) -> TallyLine | None:
    return next((line for line in column.lines if line.tally.counter_id == counter.pk), None)


def of_params(params: QueryDict) -> Chart:
    """The drawing alone, by its address."""
    known = QueryDict(mutable=True)
    for name in ASKED:
        known.setlist(name, [value for value in params.getlist(name) if value])
    filters = CountFilter(known, Incident.objects.all())
    if errors := _errors(filters, known):
        raise ValueError(" ".join(errors))
    return _answer(filters, known)["chart"]


CHARTS = {"compare-months": of_params}
