"""Organisations and reports in: publishers.csv, reports.csv, and every `source_url` of any file."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from .countries import country_choices
from .models import Organisation, OrganisationName, Report
from .plan import Cells, Plan, Record, generations, load, settle
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
    rows = plan.once(plan.rows(PUBLISHERS.name), "slug")
    for generation in generations(plan, rows, "slug", "parent_slug"):
        slugs = {row.cells["slug"] for row in generation}
        slugs |= {row.cells.get("parent_slug", "") for row in generation}
        stored = {one.slug: one for one in Organisation.objects.filter(slug__in=slugs)}
        records = [_organisation(plan, row, stored) for row in generation]
        settled = settle(
            plan,
            Organisation,
            [record for record in records if record],
            existing=stored.values(),
            columns={"parent": "parent_slug"},
        )
        _settle_names(plan, generation, settled)
        _note_refused(plan, "organisation", slugs - {slug for (slug,) in settled}, stored)


def _note_refused(plan: Plan, kind: str, slugs: set[str], stored: Any) -> None:
    plan.refused_keys |= {(kind, slug) for slug in slugs if slug not in stored}


def _organisation(plan: Plan, row: Row, stored: dict[str, Organisation]) -> Record | None:
    cells = Cells(plan, row)
    parent = None
    if slug := cells.text("parent_slug"):
        parent = stored.get(slug)
        if parent is None:
            if ("organisation", slug) not in plan.refused_keys:
                cells.refuse("parent_slug", f"No organisation has the slug {slug!r}.")
            cells.ok = False
    values = {
        "name": cells.text("name"),
        "name_ar": cells.text("name_ar"),
        "kind": cells.choice("kind", Organisation.Kind),
        "country": country(cells, "country"),
        "url": cells.text("url"),
        "notes": cells.text("notes"),
        "parent_id": parent and parent.pk,
    }
    return Record(row, {"slug": cells.text("slug")}, values) if cells.ok else None


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
        self.by_slug: dict[str, int] = {}
        for pk, slug, name, name_ar in Organisation.objects.values_list(
            "pk", "slug", "name", "name_ar"
        ):
            self.by_slug[slug] = pk
            for one in (name, name_ar):
                self._by_name[one].add(pk)
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
        pk = self.by_slug.get(slug)
        if slug and pk is None:
            if ("organisation", slug) in cells.plan.refused_keys:
                cells.ok = False
            else:
                cells.refuse(column, f"No organisation has the slug {slug!r}.")
        return pk


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

    def __init__(self, reports: dict[str, Report]) -> None:
        self._reports = reports

    def find(self, address: str) -> int | None:
        report = self._reports.get(address)
        return report.pk if report else None


def import_reports(plan: Plan) -> KnownReports:
    """Settle every report that any row describes or cites."""
    wanted: dict[str, _Wanted] = {}
    known_names = KnownNames()
    for row in plan.once(plan.rows(REPORTS.name), "key"):
        _want_described(plan, row, wanted, known_names)
    for name, rows in plan.tables.rows.items():
        if name not in (REPORTS.name, PUBLISHERS.name):
            for row in rows:
                _want_cited(plan, row, wanted)
    return KnownReports(_settle_reports(plan, wanted))


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
        report = wanted.setdefault(address, _Wanted(row, "url" if url else "key", address))
        report.values |= {"key": cells.text("key")}
        report.values |= {name: value for name, value in values.items() if value}
        _date(cells, report)


def _want_cited(plan: Plan, row: Row, wanted: dict[str, _Wanted]) -> None:
    cells = Cells(plan, row)
    column = "source_urls" if "source_urls" in row.cells else "source_url"
    for address in cells.texts(column) if column == "source_urls" else [cells.text(column)]:
        if not address:
            continue
        if not KEY_OF_REPORT.fullmatch(address) and not _is_web_address(address):
            cells.refuse(
                column,
                f"{address!r:.100} is neither an address that starts with http:// or https:// "
                "nor the key of a report, such as seed:shafaq-2024-08.",
            )
            continue
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
    on = cells.day("published_on")
    earliest, latest = cells.day("published_earliest"), cells.day("published_latest")
    cells.in_order("published_earliest", earliest, "published_latest", latest)
    if earliest is None and latest is None:
        earliest = latest = on
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


def _settle_reports(plan: Plan, wanted: dict[str, _Wanted]) -> dict[str, Report]:
    hosts = _publishers_by_host()
    by_url = {report.url: report for report in load(Report, "url", list(wanted))}
    records = {}
    for address, report in wanted.items():
        values = dict(report.values)
        key = values.pop("key", None)
        if report.column != "key" and not KEY_OF_REPORT.fullmatch(address):
            values["url"] = address
            key = by_url[address].key if address in by_url else key or report_key(address)
            if "publisher_id" not in values:
                publisher = hosts.get((urlsplit(address).hostname or "").lower())
                values |= {"publisher_id": publisher} if publisher else {}
        records[address] = Record(report.row, {"key": key or address}, values)
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
