"""Organisations and reports in: publishers.csv, reports.csv, and every `source_url` of any file."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from .countries import country_choices
from .models import Organisation, OrganisationName, Report
from .plan import Cells, Plan, Record, current_slugs, generations, load, settle
from .reports import report_key
from .tables import Format, Row
from .validators import web_address

PUBLISHERS = Format(
    "publishers.csv",
    ("slug", "name", "name_ar", "kind", "country", "url", "notes"),
    ("parent_slug", "aliases"),
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
# A report without an address is cited by its key, such as seed:shafaq-2024-08.
KEY_OF_REPORT = re.compile(r"seed:[a-z0-9-]+")
ARABIC_LETTER = re.compile(r"[\u0600-\u06ff]")


def language_of(name: str) -> str:
    """ "ar" for Arabic script; a Latin spelling may be of any language, so that stays unknown."""
    return "ar" if ARABIC_LETTER.search(name) else ""


def country(cells: Cells, column: str, code: str | None = None) -> str:
    """The ISO 3166 code in a cell (or this part of it); "" where it is empty."""
    code = cells.text(column) if code is None else code
    if code and code not in dict(country_choices()):
        cells.refuse(column, f"{code!r} is not an ISO 3166 country code such as SY.")
    return code


def import_organisations(plan: Plan) -> None:
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
        _settle_names(plan, generation, settled)
        plan.absent |= {
            (PUBLISHERS.name, slug)
            for slug in slugs
            if slug not in stored and (slug,) not in settled
        }


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


def _settle_names(plan: Plan, rows: list[Row], settled: dict[Any, Organisation]) -> None:
    organisations = {slug: one for (slug,), one in settled.items()}
    records = []
    for row in rows:
        if organisation := organisations.get(row.cells["slug"]):
            for name in Cells(plan, row).texts("aliases"):
                key = {"organisation_id": organisation.pk, "name": name}
                records.append(Record(row, key, {}, {"language": language_of(name)}))
    existing = OrganisationName.objects.filter(organisation__in=organisations.values())
    settle(plan, OrganisationName, records, existing=existing, columns={"name": "aliases"})


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

    def slug(self, cells: Cells, column: str) -> int | None:
        """The organisation of that slug; an unknown one is refused."""
        slug = cells.text(column)
        organisation = self._by_slug.get(slug)
        if slug and organisation is None and not cells.excused(PUBLISHERS.name, slug):
            cells.refuse(column, f"No organisation has the slug {slug!r}.")
        return organisation.pk if organisation else None


@dataclass
class _Wanted:
    """A report that rows cite, and what they state of it."""

    row: Row
    column: str
    address: str
    values: dict[str, Any] = field(default_factory=dict)
    bases: dict[str, None] = field(default_factory=dict)
    dated_by: Row | None = None


class KnownReports:
    """The stored reports by the address, or the key, under which rows cite them."""

    def __init__(self, reports: dict[str, Report], addresses: dict[str, str]) -> None:
        self._reports = reports
        self._addresses = addresses

    def find(self, address: str) -> int | None:
        report = self._reports.get(self._addresses.get(address, address))
        return report.pk if report else None


def import_reports(plan: Plan) -> KnownReports:
    """Settle every report that any row describes or cites."""
    wanted: dict[str, _Wanted] = {}
    known_names = KnownNames()
    described = plan.once(plan.rows(REPORTS.name), "key")
    for row in described:
        _want_described(plan, row, wanted, known_names)
    # The addresses of reports that rows may also cite by their keys.
    addresses = {row.cells["key"]: row.cells["url"] for row in described if row.cells["url"]}
    for name, rows in plan.tables.rows.items():
        if name not in (REPORTS.name, PUBLISHERS.name):
            for row in rows:
                _want_cited(plan, row, wanted, addresses)
    return KnownReports(_settle_reports(plan, wanted), addresses)


def _want_described(
    plan: Plan, row: Row, wanted: dict[str, _Wanted], known_names: KnownNames
) -> None:
    cells = Cells(plan, row)
    values = {
        "publisher_id": known_names.slug(cells, "publisher_slug"),
        "title": cells.text("title"),
        "language": cells.text("language"),
        "accessed_on": cells.day("accessed_on"),
        "note": cells.text("note"),
    }
    url = cells.text("url")
    if url and not _is_web_address(url):
        cells.refuse("url", f"{url!r:.100} is not an address that starts with http:// or https://.")
    if cells.ok:
        address = url or cells.text("key")
        if address in wanted:
            cells.refuse("url", f"This address stands already in {wanted[address].row.place}.")
            return
        report = wanted[address] = _Wanted(row, "url" if url else "key", address)
        report.values |= {"key": cells.text("key")}
        report.values |= {name: value for name, value in values.items() if value}
        _date(cells, report)


def _want_cited(
    plan: Plan, row: Row, wanted: dict[str, _Wanted], described: dict[str, str]
) -> None:
    cells = Cells(plan, row)
    column = "source_urls" if "source_urls" in row.cells else "source_url"
    addresses = cells.texts(column) if column == "source_urls" else [cells.text(column)]
    if addresses == [""]:
        _days(cells)
        return
    for address in addresses:
        if not KEY_OF_REPORT.fullmatch(address) and not _is_web_address(address):
            cells.refuse(
                column,
                f"{address!r:.100} is neither an address that starts with http:// or https:// "
                "nor the key of a report, such as seed:shafaq-2024-08.",
            )
            continue
        address = described.get(address, address)
        report = wanted.setdefault(address, _Wanted(row, column, address))
        if "published_on" in row.cells:
            _date(cells, report)


def _is_web_address(address: str) -> bool:
    try:
        web_address(address)
    except ValidationError:
        return False
    return len(address) <= 2000


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


def _settle_reports(plan: Plan, wanted: dict[str, _Wanted]) -> dict[str, Report]:
    hosts = _publishers_by_host()
    by_url = {report.url: report for report in load(Report, "url", list(wanted))}
    records: dict[str, Record] = {}
    addressed: dict[Any, str] = {}
    for address, report in wanted.items():
        values = dict(report.values)
        stored = by_url.get(address)
        key = values.pop("key", None)
        if report.column != "key" and not KEY_OF_REPORT.fullmatch(address):
            values["url"] = address
            key = stored.key if stored else key or report_key(address)
            # A publisher that is on record may have been given, so a host does not change it.
            if "publisher_id" not in values and not (stored and stored.publisher_id):
                publisher = hosts.get((urlsplit(address).hostname or "").lower())
                values |= {"publisher_id": publisher} if publisher else {}
        record = records[address] = Record(report.row, {"key": key or address}, values)
        other = addressed.setdefault(record.identity, address) if "url" in values else address
        if other != address:
            plan.refuse(report.row, report.column, f"Its key {key} is that of {other!r:.100}.")
    keys = [record.key["key"] for record in records.values()]
    settled = settle(
        plan,
        Report,
        list(records.values()),
        existing=load(Report, "key", keys),
        columns={"url": "source_url", "published_basis": "published_on_basis"},
    )
    return {
        address: settled[record.identity]
        for address, record in records.items()
        if record.identity in settled
    }


def _publishers_by_host() -> dict[str, int]:
    """The one organisation whose own site has that host; a host that two share is nobody's."""
    hosts: dict[str, list[int]] = defaultdict(list)
    for organisation in Organisation.objects.exclude(url=""):
        hosts[organisation.host].append(organisation.pk)
    return {host: found[0] for host, found in hosts.items() if len(found) == 1}
