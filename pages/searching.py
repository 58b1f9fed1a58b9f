"""Search over everything that is public: incidents, bases, organisations, tallies and reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import ExtractYear
from django.http import QueryDict
from django.urls import reverse

from attacks.filters import IncidentFilter
from attacks.models import NEWEST_FIRST, Incident
from attacks.search import with_words
from bases.models import MilitaryBase
from bases.names import NameIndex, normalise
from bases.registry import bases_of
from sources.countries import country_name
from sources.kept import kept
from sources.local_names import local_name
from sources.models import Organisation, OrganisationName
from tallies.models import PublishedTally, TallyLine
from tallies.public import cited_in_public

FIRST = 8  # of each kind, on the page of all
ON_A_PAGE = 50  # of one kind alone
ANSWERS = 100  # of which the counts are kept


@dataclass(frozen=True)
class Group:
    """The first of the records of one kind, and how many there are; or a page of them."""

    rows: list[Any]
    total: int
    page: Page[Any] | None = None


@dataclass(frozen=True)
class Choice:
    """One value of a facet: how many of the records found have it, and the list of those."""

    label: Any
    records: int
    url: str


def bases(text: str) -> Group:
    return _group(NameIndex.from_database().containing(text))


def organisations(text: str, page: str | None = None) -> Group:
    part = normalise(text)
    ids = {id for name, id in _names_of_organisations() if part and part in name}
    return _group(Organisation.objects.filter(pk__in=ids).order_by("name", "id"), page)


def tallies(text: str, page: str | None = None) -> Group:
    printed = TallyLine.objects.filter(tally=OuterRef("pk")).filter(
        with_words(text, ("name_as_printed",))
    )
    texts = ("key", "note", "counter__name", "counter__name_ar", "territory_text")
    found = PublishedTally.objects.filter(with_words(text, texts) | Q(Exists(printed)))
    return _group(found.select_related("counter", "report").order_by("-id"), page)


def reports(text: str, page: str | None = None) -> Group:
    found = cited_in_public().filter(with_words(text, ("title", "key", "url")))
    return _group(found.select_related("publisher").order_by("-published_latest", "-id"), page)


def incidents(text: str) -> Group:
    """Newest first; how many there are is asked for with the facets."""
    found = _found(text).select_related("base").order_by(*NEWEST_FIRST)
    return Group(list(found[:FIRST]), sum(row[-1] for row in _parts(text)))


def _group(found: Any, number: str | None = None) -> Group:
    if number is not None:
        page = Paginator(found, ON_A_PAGE).get_page(number)
        return Group(list(page), page.paginator.count, page)
    if isinstance(found, list):
        return Group(found[:FIRST], len(found))
    return Group(list(found[:FIRST]), found.count())


@kept()
def _names_of_organisations() -> list[tuple[str, int]]:
    names = [*OrganisationName.objects.values_list("name", "organisation")]
    for id, *own in Organisation.objects.values_list("pk", "name", "name_ar", "slug"):
        names += [(name, id) for name in own]
    return [(normalise(name), id) for name, id in names]


# Incidents, and what they are


def _found(text: str) -> Any:
    filters = IncidentFilter(_asked(search=text), Incident.objects.published())
    return filters.qs


def _asked(**values: str) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update(values)
    return query


@kept(ANSWERS)
def _parts(text: str) -> list[tuple[int, str, int, int, int]]:
    """(base id, weapon, first year, last year, records): all facets by one reading."""
    rows = _found(text).order_by().values("base", "weapon")
    years = rows.annotate(first=ExtractYear("earliest"), last=ExtractYear("latest"))
    columns = ("base", "weapon", "first", "last", "records")
    return list(years.annotate(records=Count("id")).values_list(*columns))


def facets(text: str) -> dict[str, list[Choice]]:
    """By kind its values, those with most records first."""
    by: dict[str, Counter[Any]] = {
        name: Counter() for name in ("country", "base", "weapon", "year")
    }
    sites = bases_of()
    for base, weapon, first, last, records in _parts(text):
        by["country"][sites[base].country] += records
        by["base"][base] += records
        by["weapon"][weapon] += records
        by["year"].update(dict.fromkeys(range(first, last + 1), records))
    weapons = dict(Incident.Weapon.choices)
    return {
        "country": _choices(text, by["country"], country_name, lambda code: {"country": code}),
        "base": _choices(
            text, by["base"], lambda id: local_name(sites[id]), lambda id: {"base": sites[id].slug}
        ),
        "weapon": _choices(text, by["weapon"], weapons.get, lambda value: {"weapon": value}),
        "year": _choices(text, by["year"], str, _days_of),
    }


def _days_of(year: int) -> Mapping[str, str]:
    return {"since": f"{year:04}-01-01", "until": f"{year:04}-12-31"}


def _choices(text: str, counter: Counter[Any], label: Any, asked: Any) -> list[Choice]:
    return [
        Choice(label(value), records, incidents_url(text, asked(value)))
        for value, records in counter.most_common(FIRST)
    ]


def incidents_url(text: str, asked: Mapping[str, str] | None = None) -> str:
    query = _asked(search=text, **(asked or {}))
    return f"{reverse('attacks:incidents')}?{query.urlencode()}"


def base_names(rows: Iterable[MilitaryBase], text: str) -> list[tuple[MilitaryBase, str]]:
    """Each base with that other name of it in which the text stands, if its own do not show it."""
    part = normalise(text)
    return [(base, _other_name(base, part)) for base in rows]


def _other_name(base: MilitaryBase, part: str) -> str:
    if any(part in normalise(name) for name in (base.name, base.name_ar)):
        return ""
    return next((one.name for one in base.names.all() if part in normalise(one.name)), "")
