"""What a published tally and our own record say of the same places and the same days."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.http import QueryDict
from django.urls import reverse

from attacks.counting import Count, GroupBy, Row, Window, count, count_by
from attacks.filters import incidents_query
from attacks.models import Incident
from bases.models import MilitaryBase
from sources.countries import country_name
from sources.models import Organisation
from sources.validators import key_format

from .models import PublishedTally, TallyLine

NONE = Count(0, 0)
KEY = key_format.regex  # also keeps NUL from PostgreSQL, which refuses it


@dataclass(frozen=True)
class Place:
    """One row: what was published of a place, and what we count there over the same days."""

    name: str
    base: MilitaryBase | None = None
    published: TallyLine | None = None  # None: not listed, which is not zero
    ours: Count | None = None  # None: the line names no place that we could count at
    incidents_url: str = ""


@dataclass(frozen=True)
class Comparison:
    tally: PublishedTally
    listed: list[Place]  # in order of print
    not_listed: list[Place]
    ours: Count | None  # in its whole territory; None: no territory stated
    incidents_url: str

    @property
    def largest_first(self) -> list[Place]:
        return sorted(self.listed, key=lambda place: -place.published.number)


def compare(tally: PublishedTally) -> Comparison:
    """Count our own record over the tally's window, for each of its lines and beyond them."""
    prefetch_related_objects(
        [tally], Prefetch("lines", TallyLine.objects.select_related("base__parent"))
    )
    by_base, by_country = (
        {row.key: row for row in count_by(Incident.objects.all(), group_by, tally.window)}
        for group_by in (GroupBy.BASE, GroupBy.COUNTRY)
    )
    lines = list(tally.lines.all())
    territory = Incident.objects.filter(base__country__in=tally.countries)
    return Comparison(
        tally=tally,
        listed=[_listed(line, by_base, by_country, tally.window) for line in lines],
        not_listed=_not_listed(tally, lines, by_base, by_country),
        ours=count(territory, tally.window) if tally.countries else None,
        incidents_url=_incidents_url(tally.window, country=tally.countries),
    )


def _listed(line: TallyLine, by_base: dict, by_country: dict, window: Window) -> Place:
    if line.base:
        row, where = by_base.get(line.base.slug), {"base": [line.base.slug]}
    elif line.country:
        row, where = by_country.get(line.country), {"country": [line.country]}
    else:
        return Place(line.name_as_printed, published=line)
    return Place(
        name=line.base.name if line.base else line.country_name,
        base=line.base,
        published=line,
        ours=row.count if row else NONE,
        incidents_url=_incidents_url(window, **where),
    )


def _not_listed(tally: PublishedTally, lines: list, by_base: dict, by_country: dict) -> list[Place]:
    """Places in its territory at which we count attacks and which it does not name.

    A list of countries leaves out countries; any other leaves out bases.
    """
    countries = {line.country for line in lines if line.country}
    bases = {line.base.slug for line in lines if line.base}
    if countries and not bases:
        return [
            _unlisted(row, tally.window, name=country_name(code))
            for code, row in by_country.items()
            if code in tally.countries and code not in countries
        ]
    left_out = MilitaryBase.objects.filter(
        slug__in=by_base.keys() - bases, country__in=set(tally.countries) - countries
    ).select_related("parent")
    found = {base.slug: base for base in left_out}
    return [
        _unlisted(row, tally.window, name=row.label, base=found[slug])
        for slug, row in by_base.items()
        if slug in found
    ]


def _unlisted(row: Row, window: Window, *, name: str, base: MilitaryBase | None = None) -> Place:
    where = {key: [value] for key, value in row.filters.items()}
    return Place(name, base=base, ours=row.count, incidents_url=_incidents_url(window, **where))


def _incidents_url(window: Window, **where: list[str]) -> str:
    """The list of exactly the incidents that may lie in the window there."""
    params = QueryDict(mutable=True)
    for name, values in where.items():
        params.setlist(name, values)
    for name in ("since", "until"):
        if end := getattr(window, name):
            params[name] = end.isoformat()
    return f"{reverse('attacks:incidents')}?{incidents_query(params)}"


def _counter_of(key: str) -> str:
    """Whose tally it is, where only the tally is asked for."""
    found = PublishedTally.objects.filter(key=key) if KEY.fullmatch(key) else []
    return next((tally.counter.slug for tally in found), "")


@dataclass
class Choice:
    """Whose numbers the dashboard shows, which of their tallies, and what there is to choose."""

    counters: list[Organisation]
    counter: Organisation | None = None
    tallies: list[PublishedTally] = field(default_factory=list)
    tally: PublishedTally | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def later(self) -> PublishedTally | None:
        """The latest total that the counter published after the tally shown, if it did."""
        shown = self.tally and self.tally.as_of_latest
        totals = [each for each in self.tallies if each.total is not None and each.as_of_latest]
        if shown and totals and totals[0].as_of_latest > shown:
            return totals[0]
        return None

    @property
    def full_lists(self) -> list[PublishedTally]:
        return [tally for tally in self.tallies if tally.coverage == tally.Coverage.FULL]

    @property
    def others(self) -> list[PublishedTally]:
        return [tally for tally in self.tallies if tally.coverage != tally.Coverage.FULL]


def choose(counter: str, tally: str) -> Choice:
    """The tally of that counter and key; without them the default counter's latest full list."""
    theirs = PublishedTally.objects.filter(counter=OuterRef("pk"))
    choice = Choice(list(Organisation.objects.filter(Exists(theirs))))
    if not choice.counters:
        return choice
    by_slug = {organisation.slug: organisation for organisation in choice.counters}
    counter = counter or _counter_of(tally)
    if counter and counter not in by_slug:
        choice.errors["counter"] = "No published tally is by a counter of that name."
        return choice
    choice.counter = (
        by_slug.get(counter) or by_slug.get(settings.DEFAULT_COUNTER) or choice.counters[0]
    )
    choice.tallies = list(
        choice.counter.tallies.latest_first().select_related("counter", "report__publisher")
    )
    if not tally:
        choice.tally = (choice.full_lists or choice.tallies)[0]
        return choice
    choice.tally = next((each for each in choice.tallies if each.key == tally), None)
    if choice.tally is None:
        choice.errors["tally"] = f"No tally of that key is by {choice.counter.name}."
    return choice
