"""Rows and records written as CSV, NDJSON, GeoJSON, XLSX and Atom, however many there are.

Each writer takes an iterable and gives chunks of bytes (XLSX: a file), so that what is held in
memory does not grow with the list.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from typing import IO, Any, TypeVar
from xml.sax.xmlreader import AttributesImpl

import xlsxwriter
from django.db import connection, transaction
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.xmlutils import SimplerXMLGenerator
from rest_framework.utils.encoders import JSONEncoder

from .rows import Cell, Entry
from .tables import guarded

CHUNK = 1_000  # records that are fetched and written together
ENOUGH = 32_768  # characters that are worth sending
SHEET_ROWS = 1_048_575  # of a spreadsheet, below its header
SHEET_CELL = 32_767  # characters
CUT = " […] This cell is cut: a spreadsheet takes no more. The CSV has all of it."
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

T = TypeVar("T")


@contextmanager
def snapshot() -> Iterator[None]:
    """Let every query inside read the same state of the database, whoever writes meanwhile.

    Inside a transaction that is open already (of a test) there is nothing to do.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # SQLite keeps to one state while a query is not read to its end; a transaction of ours
        # would keep others from writing.
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master").fetchone()
            yield


def consistent(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, all of one state of the database."""
    with snapshot():
        yield from chunks


def in_chunks(rows: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    rest = iter(rows)
    while chunk := list(islice(rest, size)):
        yield chunk


class Stream:
    """Chunks for an answer, the first of them made at once: what fails there is still an error."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._first: bytes | None = next(chunks, b"")

    def __iter__(self) -> Iterator[bytes]:
        if self._first is not None:
            first, self._first = self._first, None
            yield first
        yield from self._chunks

    def close(self) -> None:
        """Called when the answer is sent, or when nobody is there any more to read it."""
        self._chunks.close()  # type: ignore[attr-defined]


def _sent(buffer: io.StringIO, *, all_of_it: bool = False) -> Iterator[bytes]:
    """What the buffer holds, if it is worth sending."""
    if buffer.tell() >= (1 if all_of_it else ENOUGH):
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


# CSV


def csv_chunks(
    names: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = False
) -> Iterator[bytes]:
    """As RFC 4180 has it, in UTF-8; what a spreadsheet would run as a formula is defused."""
    buffer = io.StringIO()
    buffer.write(BOM if bom else "")
    writer = csv.writer(buffer)
    writer.writerow(names)
    for row in rows:
        writer.writerow([csv_text(cell) for cell in row])
        yield from _sent(buffer)
    yield from _sent(buffer, all_of_it=True)


def csv_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return guarded(cell)
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}"
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    return str(cell)


# JSON


def plain(cell: Any) -> Any:
    """A cell as JSON has it; a decimal there is a number."""
    return float(cell) if isinstance(cell, Decimal) else cell


def as_json(value: Any) -> str:
    return json.dumps(value, cls=JSONEncoder, ensure_ascii=False, separators=(",", ":"))


def line_chunks(lines: Iterable[str]) -> Iterator[bytes]:
    """One JSON object a line; the database or `as_json` made each."""
    buffer = io.StringIO()
    for line in lines:
        buffer.write(f"{line}\n")
        yield from _sent(buffer)
    yield from _sent(buffer, all_of_it=True)


Feature = tuple[str, tuple[float, float] | None, Mapping[str, Cell]]


def geojson_chunks(features: Iterable[Feature], foreign: Mapping[str, Any]) -> Iterator[bytes]:
    """A FeatureCollection (RFC 7946) of (id, (longitude, latitude) or None, properties).

    At its end stand how many features it has, how many of these have no known place, and the
    `foreign` members.
    """
    buffer = io.StringIO()
    buffer.write('{"type":"FeatureCollection","features":[')
    number = without_place = 0
    for name, place, properties in features:
        buffer.write(",\n" if number else "\n")
        buffer.write(as_json(_feature(name, place, properties)))
        number += 1
        without_place += place is None
        yield from _sent(buffer)
    told = {"number_of_features": number, "without_geometry": without_place, **foreign}
    buffer.write(f"\n],{as_json(told)[1:]}\n")
    yield from _sent(buffer, all_of_it=True)


def _feature(
    name: str, place: tuple[float, float] | None, properties: Mapping[str, Cell]
) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": name,
        "geometry": place and {"type": "Point", "coordinates": list(place)},
        "properties": {key: plain(cell) for key, cell in properties.items()},
    }


# Spreadsheets


def xlsx_file(title: str, names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> IO[bytes]:
    """A workbook of one sheet, in a temporary file. Texts are texts: none is taken for a formula.

    It takes `SHEET_ROWS` rows; refuse more before.
    """
    file = tempfile.TemporaryFile()
    try:
        book = xlsxwriter.Workbook(file, {"constant_memory": True})
        sheet = book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        write = _cell_writer(sheet, book.add_format({"num_format": "yyyy-mm-dd"}))
        heading = book.add_format({"bold": True})
        for column, name in enumerate(names):
            sheet.write_string(0, column, name, heading)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                write(number, column, cell)
        book.close()
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def file_chunks(file: IO[bytes]) -> Iterator[bytes]:
    """What is in a file, which is closed behind it."""
    with file:
        while chunk := file.read(ENOUGH):
            yield chunk


def _cell_writer(sheet: Any, day: Any) -> Callable[[int, int, Cell], None]:
    def write(row: int, column: int, cell: Cell) -> None:
        if cell is None:
            return
        if isinstance(cell, datetime.date) and not isinstance(cell, datetime.datetime):
            # Its calendar begins in 1900.
            if cell.year >= 1900:
                sheet.write_datetime(row, column, cell, day)
            else:
                sheet.write_string(row, column, cell.isoformat())
        elif isinstance(cell, int | float | Decimal):
            sheet.write_number(row, column, cell)
        else:
            text = cell if isinstance(cell, str) else cell.isoformat()
            fits = len(text) <= SHEET_CELL
            sheet.write_string(row, column, text if fits else text[: SHEET_CELL - len(CUT)] + CUT)

    return write


# Feeds


class _Feed(Atom1Feed):
    """Atom whose entries are written one by one, as they come."""

    def __init__(self, *, updated: datetime.datetime, **about: Any) -> None:
        super().__init__(**about)
        self._updated = updated

    def latest_post_date(self) -> datetime.datetime:
        return self._updated

    def chunks(self, items: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
        buffer = io.StringIO()
        xml = SimplerXMLGenerator(buffer, "utf-8", short_empty_elements=True)
        xml.startDocument()
        xml.startElement("feed", AttributesImpl(self.root_attributes()))
        self.add_root_elements(xml)
        for item in items:
            self.add_item(**item)
            xml.startElement("entry", AttributesImpl({}))
            self.add_item_elements(xml, self.items.pop())
            xml.endElement("entry")
            yield from _sent(buffer)
        xml.endElement("feed")
        yield from _sent(buffer, all_of_it=True)


def atom_chunks(
    entries: Iterable[Entry],
    *,
    title: str,
    updated: datetime.datetime,
    absolute: Callable[[str], str],
    page: str,
    feed: str,
    rights: str,
) -> Iterator[bytes]:
    """A feed of these entries. `absolute` makes an address of a path; `page` and `feed` are paths
    of the list itself."""
    about = _Feed(
        title=title,
        link=absolute(page),
        feed_url=absolute(feed),
        description="",
        author_name="Basewatch",
        feed_copyright=rights,
        language="en",
        updated=updated,
    )
    home = absolute(page.partition("?")[0])
    return about.chunks(_item(entry, absolute(entry.path), home) for entry in entries)


def _item(entry: Entry, address: str, home: str) -> dict[str, Any]:
    """An entry whose page may change has an id of its own, on the page of the list."""
    return {
        "title": NOT_XML.sub("", entry.title),
        "link": address,
        # A feed reader takes it for HTML.
        "description": escape(NOT_XML.sub("", entry.summary)),
        "unique_id": f"{home}#{entry.key}" if entry.key else address,
        "updateddate": entry.updated,
        "categories": entry.categories,
    }
