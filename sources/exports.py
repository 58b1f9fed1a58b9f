"""Organisations and reports as rows, and how the tables of every app are made.

A row has the columns of the file that the import reads, so that what left may come back as it was;
then those that the import ignores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from . import imports
from .imports import BY_KEY, cited_key
from .models import Organisation, OrganisationName, Report
from .rows import Cell, Column, Kind, Table
from .tables import Format, joined

NamedCells = dict[str, Cell]


def days(*names: str) -> list[Column]:
    return [Column(name, Kind.DAY) for name in names]


def integers(*names: str) -> list[Column]:
    return [Column(name, Kind.INTEGER) for name in names]


def numbers(*names: str) -> list[Column]:
    return [Column(name, Kind.NUMBER) for name in names]


def table(
    name: str,
    kind: Format,
    rows: Callable[[Any], Iterable[NamedCells]],
    described: Sequence[Column] = (),
    **more: Any,
) -> Table:
    """A table with the columns of that format; those that are not described hold text.

    `rows` gives the cells by the names of the columns. An empty text says that it is not known.
    """
    by_name = {column.name: column for column in described}
    columns = tuple(by_name.get(one) or Column(one) for one in kind.columns)

    def cells(record: Any) -> Iterator[tuple[Cell, ...]]:
        for row in rows(record):
            yield tuple(None if row[one.name] == "" else row[one.name] for one in columns)

    return Table(name, columns, cells, **more)


def citation(report: Report | None) -> str:
    """What a cell says that cites it: its address, else its key, as `cited_key` reads it."""
    if report is None:
        return ""
    bare = cited_key(report.key) == report.key
    return report.url or (report.key if bare else BY_KEY + report.key)


def slug(record: Any) -> str:
    """The slug of what is linked; empty where nothing is."""
    return record.slug if record else ""


def of_names(names: Sequence[Any]) -> NamedCells:
    """The cells about the names that an organisation or a base has beside its own."""
    read = [(citation(name.report), name.name) for name in names if name.report]
    return {
        "alias_languages": joined(f"{one.language} {one.name}" for one in names if one.language),
        "alias_sources": joined(f"{source} {name}" for source, name in read),
    }


def of_publication(report: Report | None) -> NamedCells:
    """The cells about when a report was published."""
    if report is None:
        return dict.fromkeys(PUBLICATION)
    earliest, latest = report.published_earliest, report.published_latest
    return {
        "published_on": earliest if earliest == latest else None,
        "published_earliest": earliest,
        "published_latest": latest,
        "published_on_basis": report.published_basis,
    }


PUBLICATION = ("published_on", "published_earliest", "published_latest", "published_on_basis")
DAYS_OF_PUBLICATION = days(*PUBLICATION[:3])


def _organisation(organisation: Organisation) -> Iterator[NamedCells]:
    names: list[OrganisationName] = list(organisation.names.all())
    yield {
        "slug": organisation.slug,
        "name": organisation.name,
        "name_ar": organisation.name_ar,
        "kind": organisation.kind,
        "country": organisation.country,
        "url": organisation.url,
        "notes": organisation.notes,
        "parent_slug": slug(organisation.parent),
        "aliases": joined(name.name for name in names),
        **of_names(names),
        "source_url": citation(organisation.report),
    }


def _report(report: Report) -> Iterator[NamedCells]:
    yield {
        "key": report.key,
        "url": report.url,
        "publisher_slug": slug(report.publisher),
        "title": report.title,
        "language": report.language,
        **of_publication(report),
        "accessed_on": report.accessed_on,
        "note": report.note,
    }


ORGANISATIONS = table("organisations", imports.PUBLISHERS, _organisation)
REPORTS = table("reports", imports.REPORTS, _report, [*DAYS_OF_PUBLICATION, *days("accessed_on")])
