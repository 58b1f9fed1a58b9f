"""Organisations and reports in: publishers.csv, reports.csv, and every `source_url` of any file."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from .countries import country_choices
from .models import Organisation, OrganisationName, Report
from .on_record import current_slugs, load_rows
from .plan import Cells, Plan, generations
from .reports import report_key
from .settling import Record, settle
from .tables import Format, Row
from .validators import key_format, web_address

PUBLISHERS = Format(
    "publishers.csv",
    ("slug", "name", "name_ar", "kind", "country", "url", "notes"),
    ("parent_slug", "aliases", "alias_languages", "alias_sources", "source_url"),
)
REPORTS = Format(
    "reports.csv",
    ("key", "url", "publisher_slug", "title", "language"),
    (
        "published_on",
        "published_earliest",
        "published_latest",
        "published_on_basis",
        "accessed_on",
        "note",
    ),
)
# A report without an address is cited by its key: bare if it is such as seed:shafaq-2024-08, any
# other after this word.
KEY_OF_REPORT = re.compile(r"seed:[a-z0-9-]+")
BY_KEY = "report:"
LONGEST_KEY = 120
LONGEST_ADDRESS = 2000


def country(cells: Cells, column: str, code: str | None = None) -> str:
    """The ISO 3166 code in a cell (or this part of it); "" where it is empty."""
    code = cells.text(column) if code is None else code
    if code and code not in dict(country_choices()):
        cells.refuse(column, f"{code!r} is not an ISO 3166 country code such as SY.")
    return code


# The organisations of the file by slug, each with its row.
Organisations = dict[str, tuple[Row, Organisation]]


def import_organisations(plan: Plan) -> Organisations:
    """Settle the organisations; what cites reports follows in `sources.name_imports`."""
    found: Organisations = {}
    for generation in generations(plan, PUBLISHERS.name, "slug", "parent_slug"):
        slugs = {row.cells["slug"] for row in generation}
        parents = {row.cells.get("parent_slug", "") for row in generation}
        stored = {one.slug: one for one in Organisation.objects.filter(slug__in=slugs | parents)}
        records = [_organisation(plan, row, stored) for row in generation]
        settled = settle(
            plan,
            Organisation,
            [record for record in records if record],
            existing=stored.values(),
            columns={"parent": "parent_slug"},
        )
        found |= {
            slug: (row, settled[slug,])
            for row in generation
            if ((slug := row.cells["slug"]),) in settled
        }
        plan.absent |= {
            (PUBLISHERS.name, slug)
            for slug in slugs
            if slug not in stored and (slug,) not in settled
        }
    return found


def _organisation(plan: Plan, row: Row, stored: dict[str, Organisation]) -> Record | None:
    cells = Cells(plan, row)
    parent = None
    if slug := cells.text("parent_slug"):
        parent = stored.get(slug)
        if parent is None and not cells.excused(PUBLISHERS.name, slug):
            cells.refuse("parent_slug", f"No organisation has the slug {slug!r}.")
    values = {
        "name": cells.text("name"),
        "name_ar": cells.text("name_ar"),
        "kind": cells.choice("kind", Organisation.Kind),
        "country": country(cells, "country"),
        "url": cells.text("url"),
        "notes": cells.text("notes"),
        "parent_id": parent and parent.pk,
    }
    stated = cells.stated(values, {"parent_id": "parent_slug"})
    return Record(row, {"slug": cells.text("slug")}, *stated) if cells.ok else None


class KnownNames:
    """Organisations by the exact names they are known by; a name that fits two means neither."""

    def __init__(self) -> None:
        self._by_name: dict[str, set[int]] = defaultdict(set)
        self._by_slug: dict[str, Organisation] = current_slugs(Organisation)
        for organisation in self._by_slug.values():
            for one in (organisation.name, organisation.name_ar):
                self._by_name[one].add(organisation.pk)
        for name, pk in OrganisationName.objects.values_list("name", "organisation"):
            self._by_name[name].add(pk)

    def find(self, name: str) -> int | None:
        fitting = self._by_name.get(name, set()) if name else set()
        return next(iter(fitting)) if len(fitting) == 1 else None

    def link(self, plan: Plan, column: str, name: str) -> int | None:
        """The organisation of that name; a name that means none is listed, never refused."""
        pk = self.find(name)
        if name and pk is None:
            plan.unlinked[column, name] += 1
        return pk

    def meant(self, cells: Cells, column: str, slug_column: str) -> int | None:
        """The organisation of that slug where the file has such a column, else of that name."""
        if slug_column in cells.row.cells:
            return self.slug(cells, slug_column)
        return self.link(cells.plan, column, cells.text(column))

    def slug(self, cells: Cells, column: str) -> int | None:
        """The organisation of that slug; an unknown one is refused."""
        slug = cells.text(column)
        organisation = self._by_slug.get(slug)
        if slug and organisation is None and not cells.excused(PUBLISHERS.name, slug):
            cells.refuse(column, f"No organisation has the slug {slug!r}.")
        return organisation.pk if organisation else None


@dataclass
class _Wanted:
    """A report that rows cite, and what they state of it; `url` is empty if it has none."""

    row: Row
    column: str
    url: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    bases: dict[str, None] = field(default_factory=dict)
    dated_by: Row | None = None


def cited_key(text: str) -> str:
    """The key by which a cell cites a report, such as seed:article or report:any-key; else ""."""
    if KEY_OF_REPORT.fullmatch(text):
        return text
    key = text.removeprefix(BY_KEY)
    fits = key != text and len(key) <= LONGEST_KEY and _passes(key_format, key)
    return key if fits else ""


class KnownReports:
    """The stored reports by the address, or the key, under which rows cite them."""

    def __init__(self, reports: dict[str, Any], addresses: dict[str, str]) -> None:
        self._reports = reports
        self._addresses = addresses

    def find(self, citation: str) -> int | None:
        name = cited_key(citation) or citation
        report = self._reports.get(self._addresses.get(name, name))
        return report.id if report else None


def import_reports(plan: Plan) -> KnownReports:
    """Settle every report that any row describes or cites."""
    wanted: dict[str, _Wanted] = {}
    known_names = KnownNames()
    described = plan.once(plan.rows(REPORTS.name), "key")
    for row in described:
        _want_described(plan, row, wanted, known_names)
    citing = [
        row for name, rows in plan.tables.rows.items() if name != REPORTS.name for row in rows
    ]
    cited = {text for row in citing for _, text in _citations(Cells(plan, row))}
    urls = {text for text in cited if not cited_key(text) and _is_web_address(text)}
    described_urls = {row.cells["key"]: row.cells["url"] for row in described if row.cells["url"]}
    stored = {one.url: one for one in load_rows(Report, "url", {*urls, *described_urls.values()})}
    # The addresses of reports that rows may also cite by their keys.
    addresses = {stored[url].key if url in stored else report_key(url): url for url in urls}
    addresses |= described_urls
    for row in citing:
        _want_cited(plan, row, wanted, urls, addresses)
    return KnownReports(_settle_reports(plan, wanted, stored), addresses)


def _want_described(
    plan: Plan, row: Row, wanted: dict[str, _Wanted], known_names: KnownNames
) -> None:
    cells = Cells(plan, row)
    values = {
        "publisher_id": known_names.slug(cells, "publisher_slug"),
        "title": cells.text("title"),
        "language": cells.text("language"),
        "published_basis": cells.text("published_on_basis"),
        "accessed_on": cells.day("accessed_on"),
        "note": cells.text("note"),
    }
    url = cells.text("url")
    if url and not _is_web_address(url):
        cells.refuse("url", f"{url!r:.100} is not an address that starts with http:// or https://.")
    if cells.ok:
        name = url or cells.text("key")
        if name in wanted:
            cells.refuse("url", f"This address stands already in {wanted[name].row.place}.")
            return
        report = wanted[name] = _Wanted(row, "url" if url else "key", url)
        report.values |= {"key": cells.text("key")}
        report.values |= {name: value for name, value in values.items() if value}
        if basis := cells.text("published_on_basis"):
            report.bases[basis] = None
        _date(cells, report)


def _citations(cells: Cells) -> Iterator[tuple[str, str]]:
    """The addresses and keys by which a row cites reports, each with its column."""
    for text in cells.texts("source_urls"):
        yield "source_urls", text
    if text := cells.text("source_url"):
        yield "source_url", text
    for text in cells.texts("alias_sources"):
        yield "alias_sources", text.partition(" ")[0]


def _want_cited(
    plan: Plan, row: Row, wanted: dict[str, _Wanted], urls: set[str], addresses: dict[str, str]
) -> None:
    cells = Cells(plan, row)
    cited = list(_citations(cells))
    for column, text in cited:
        key = cited_key(text)
        if not key and text not in urls:
            cells.refuse(
                column,
                f"{text!r:.100} is neither an address that starts with http:// or https:// "
                "nor the key of a report, such as seed:shafaq-2024-08 or report:any-other.",
            )
            continue
        url = addresses.get(key, "") if key else text
        report = wanted.setdefault(url or key, _Wanted(row, column, url))
        if "published_on" in row.cells:
            _date(cells, report)
    if not cited:
        _days(cells)


def _is_web_address(address: str) -> bool:
    return len(address) <= LONGEST_ADDRESS and _passes(web_address, address)


def _passes(validator: Callable[[Any], None], value: str) -> bool:
    try:
        validator(value)
    except ValidationError:
        return False
    return True


def _date(cells: Cells, report: _Wanted) -> None:
    """Take the days of publication a row states; a second row must not contradict the first."""
    earliest, latest = _days(cells)
    if not cells.ok or (earliest is None and latest is None):
        return
    days = {"published_earliest": earliest, "published_latest": latest}
    if report.dated_by and any(report.values[name] != days[name] for name in days):
        cells.refuse(
            "published_on", f"{report.dated_by.place} gives another date for the same report."
        )
        return
    report.dated_by = report.dated_by or cells.row
    if basis := cells.text("published_on_basis"):
        report.bases[basis] = None
    report.values |= {**days, "published_basis": " / ".join(report.bases)}


def _days(cells: Cells) -> tuple[datetime.date | None, datetime.date | None]:
    """The days between which the item was published: as given, else the one day."""
    on = cells.day("published_on")
    earliest, latest = cells.day("published_earliest"), cells.day("published_latest")
    cells.in_order("published_earliest", earliest, "published_latest", latest)
    return (on, on) if earliest is None and latest is None else (earliest, latest)


def _settle_reports(
    plan: Plan, wanted: dict[str, _Wanted], by_url: dict[str, Any]
) -> dict[str, Any]:
    hosts = _publishers_by_host()
    records: dict[str, Record] = {}
    addressed: dict[Any, str] = {}
    for name, report in wanted.items():
        values = dict(report.values)
        stored = by_url.get(report.url)
        key = values.pop("key", None)
        if url := report.url:
            values["url"] = url
            key = stored.key if stored else key or report_key(url)
            # A publisher that is on record may have been given, so a host does not change it.
            if "publisher_id" not in values and not (stored and stored.publisher_id):
                publisher = hosts.get((urlsplit(url).hostname or "").lower())
                values |= {"publisher_id": publisher} if publisher else {}
        record = records[name] = Record(report.row, {"key": key or name}, values)
        other = addressed.setdefault(record.identity, name) if url else name
        if other != name:
            plan.refuse(report.row, report.column, f"Its key {key} is that of {other!r:.100}.")
    by_key = {one.key: one for one in by_url.values()}
    others = [record.key["key"] for record in records.values() if record.key["key"] not in by_key]
    settled = settle(
        plan,
        Report,
        list(records.values()),
        existing=[*by_key.values(), *load_rows(Report, "key", others)],
        columns={"url": "source_url", "published_basis": "published_on_basis"},
    )
    return {
        name: settled[record.identity]
        for name, record in records.items()
        if record.identity in settled
    }


def _publishers_by_host() -> dict[str, int]:
    """The one organisation whose own site has that host; a host that two share is nobody's."""
    hosts: dict[str, list[int]] = defaultdict(list)
    for organisation in Organisation.objects.exclude(url=""):
        hosts[organisation.host].append(organisation.pk)
    return {host: found[0] for host, found in hosts.items() if len(found) == 1}
