"""CSV files in: found, recognised by their columns, and read into rows of text, or refused.

Formats: UTF-8, comma separated, a header row, standard quoting. A format names its columns; the
optional ones may be absent, and nothing is kept of those that it ignores. Row numbers are those of
a spreadsheet: the header is row 1.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LONGEST_CELL = 100_000  # characters; no cited fact is longer, a file with a lost quote is
MOST_KEPT = 5_000  # texts of a column; days, bases and weapons stand in it again and again


@dataclass(frozen=True)
class Format:
    """A kind of file: the name it usually has and its columns."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    # What our own export adds for its readers: it follows from the rest of the record.
    ignored: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[str, ...]:
        return self.required + self.optional

    @property
    def columns(self) -> tuple[str, ...]:
        return self.kept + self.ignored

    def fits(self, header: Sequence[str]) -> bool:
        return set(self.required) <= set(header) <= set(self.columns)


@dataclass(frozen=True)
class Refusal:
    """Why something in a file is not taken. Row and column are empty where they say nothing."""

    file: str
    row: int | None
    column: str
    reason: str

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column:
            place.append(f"column {self.column}")
        return f"{', '.join(place)}: {self.reason}"


class NamedCells(Mapping[str, str]):
    """The cells of one row by their columns; all rows of a file share the places of these."""

    __slots__ = ("places", "texts")

    def __init__(self, places: dict[str, int], texts: tuple[str, ...]) -> None:
        self.places = places
        self.texts = texts

    def __getitem__(self, column: str) -> str:
        return self.texts[self.places[column]]

    def get(self, column: str, default: Any = None) -> Any:
        place = self.places.get(column)
        return default if place is None else self.texts[place]

    def __contains__(self, column: object) -> bool:
        return column in self.places

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


@dataclass(slots=True, eq=False)
class Row:
    file: str
    number: int
    cells: NamedCells

    @property
    def place(self) -> str:
        return f"{self.file}, row {self.number}"


@dataclass
class Tables:
    """The rows of all files by format name, and what was refused while reading them."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    # Formats of which a row could not be read: what seems unknown may stand there.
    incomplete: set[str] = field(default_factory=set)

    def refuse(self, file: str, row: int | None, reason: str, column: str = "") -> None:
        self.refusals.append(Refusal(file, row, column, reason))


def read_tables(paths: Sequence[Path], formats: Sequence[Format]) -> Tables:
    """Read files, and the CSV files of folders, in the order given."""
    tables = Tables()
    for path in paths:
        for file in _files(path, tables):
            _read_file(file, formats, tables)
    return tables


def _files(path: Path, tables: Tables) -> list[Path]:
    try:
        if path.is_dir():
            found = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv")
            if not found:
                tables.refuse(_printable(path), None, "The folder holds no CSV file.")
            return found
        if path.is_file():
            return [path]
        tables.refuse(_printable(path), None, "There is no such file or folder.")
    except OSError as error:
        tables.refuse(_printable(path), None, f"It cannot be read: {error.strerror}.")
    return []


def _printable(path: Path | str) -> str:
    """A name of any bytes as text that can be printed and stored."""
    return os.fsencode(path).decode(errors="replace").replace("\0", "\ufffd")


def _read_file(path: Path, formats: Sequence[Format], tables: Tables) -> None:
    name = _printable(path.name)
    refused_before = len(tables.refusals)
    kind = _read_rows(path, name, formats, tables)
    if len(tables.refusals) > refused_before:
        tables.incomplete.add(kind.name if kind else name)


def _read_rows(path: Path, name: str, formats: Sequence[Format], tables: Tables) -> Format | None:
    """Read the rows that can be read; returns the format, if it was recognised."""
    content = _read(path, name, tables)
    if content is None:
        return None
    tables.files.append(name)
    records = _records(name, content, tables)
    try:
        _, header = next(records)
    except StopIteration:
        if not any(refusal.file == name for refusal in tables.refusals):
            tables.refuse(name, None, "The file is empty.")
        return None
    header = [title.strip() for title in header]
    if (kind := _recognise(name, header, formats, tables)) is None:
        return None
    number = 1
    rows = tables.rows.setdefault(kind.name, [])
    named = _naming(header, kind)
    for number, cells in records:
        if len(cells) != len(header):
            tables.refuse(
                name,
                number,
                f"{len(cells)} cells where the header has {len(header)}: "
                "a comma too many, or a quote that is not closed.",
            )
        elif max(map(len, cells)) > LONGEST_CELL:
            long = next(place for place, cell in enumerate(cells) if len(cell) > LONGEST_CELL)
            reason = f"The cell is longer than {LONGEST_CELL} characters: is a quote not closed?"
            tables.refuse(name, number, reason, header[long])
        else:
            rows.append(Row(name, number, named(cells)))
    if number == 1 and not any(refusal.file == name for refusal in tables.refusals):
        tables.refuse(name, 1, "The file has a header and no rows.")
    return kind


class _Texts(dict[str, str]):
    """What the cells of a column say. The first that it meets are kept: most columns have few."""

    def __missing__(self, cell: str) -> str:
        text = unguarded(cell.strip())
        if len(self) < MOST_KEPT:
            self[cell] = text
        return text


def _naming(header: Sequence[str], kind: Format) -> Callable[[Sequence[str]], NamedCells]:
    """What makes of a record of the file its cells by name, without those that are ignored."""
    kept = [place for place, title in enumerate(header) if title not in kind.ignored]
    places = {header[place]: number for number, place in enumerate(kept)}
    columns = [(place, _Texts()) for place in kept]

    def named(cells: Sequence[str]) -> NamedCells:
        return NamedCells(places, tuple([texts[cells[place]] for place, texts in columns]))

    return named


def _read(path: Path, name: str, tables: Tables) -> bytes | None:
    """What is in a file of text in UTF-8; None where it is refused."""
    try:
        content = path.read_bytes()
    except OSError as error:
        tables.refuse(name, None, f"The file cannot be read: {error.strerror}.")
        return None
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        tables.refuse(name, None, "The file is in UTF-16. Save it as CSV in UTF-8.")
    elif not content.strip():
        tables.refuse(name, None, "The file is empty.")
    elif (nul := content.find(b"\0")) >= 0:
        row = _row_at(content, nul)
        tables.refuse(name, row, "A NUL byte: this is not text. Save it as CSV in UTF-8.")
    else:
        try:
            content.decode()
        except UnicodeDecodeError as error:
            row = _row_at(content, error.start)
            tables.refuse(name, row, "Not UTF-8. Save the file as CSV in UTF-8.")
        else:
            return content
    return None


def _row_at(content: bytes, place: int) -> int:
    """The number of the row that this byte stands in."""
    before = io.StringIO(content[:place].decode(errors="replace") + "?", newline="")
    number = 0
    try:
        for _ in csv.reader(before):
            number += 1
    except csv.Error:
        number += 1
    return number


def _records(name: str, content: bytes, tables: Tables) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, with their numbers; stops at what no reader can mend."""
    lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    reader = csv.reader(lines, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if any(map(str.strip, cells)):
                yield number, cells
    except csv.Error as error:
        reasons = {
            "unexpected end of data": "A quote is opened here and never closed.",
            "field larger": f"The cell is longer than {LONGEST_CELL} characters: "
            "is a quote not closed?",
        }
        for part, reason in reasons.items():
            if part in str(error):
                tables.refuse(name, number + 1, reason)
                return
        tables.refuse(name, number + 1, f"Not CSV: {error}.")


def _recognise(
    name: str, header: list[str], formats: Sequence[Format], tables: Tables
) -> Format | None:
    if repeated := [title for title, times in Counter(header).items() if times > 1]:
        tables.refuse(name, 1, "The column stands there twice.", repeated[0])
        return None
    if len(header) == 1 and (mark := next((one for one in ";\t" if one in header[0]), "")):
        what = "semicolons" if mark == ";" else "tabs"
        tables.refuse(name, 1, f"The cells are separated by {what}. Save it as CSV with commas.")
        return None
    for kind in formats:
        if kind.fits(header):
            return kind
    named = [kind for kind in formats if kind.name == name]
    if not named:
        known = ", ".join(kind.name for kind in formats)
        tables.refuse(name, 1, f"The columns are not those of any known file ({known}).")
    for kind in named:
        for title in kind.required:
            if title not in header:
                tables.refuse(name, 1, "The column is missing.", title)
        for title in header:
            if title not in kind.columns:
                tables.refuse(name, 1, "Unknown column: nothing would be kept of it.", title)
    return None


# What a cell cannot hold as it is. Each of these pairs is exact: what was written is read again.

SEPARATOR = ";"  # between the values of one cell
GUARD = "'"
# What a spreadsheet runs as a formula, or takes for one after it trimmed the text. Some read the
# wide forms of East Asian keyboards so too.
FORMULA = re.compile(r"'*(?: *[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def guarded(text: str) -> str:
    """The text with a `'` in front where a spreadsheet would run it as a formula."""
    return GUARD + text if FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text that was guarded, and any other as it is."""
    return text[1:] if text.startswith(GUARD) and FORMULA.match(text) else text


def joined(values: Iterable[str]) -> str:
    """Several values as one cell: each once, a semicolon inside one of them written as `\\;`."""
    several = [_escaped(value) for value in dict.fromkeys(values) if value]
    # A backslash at the end of a value is none of the separator that follows.
    return SEPARATOR.join(
        [re.sub(r"(\\+)\Z", r"\1\1", value) for value in several[:-1]] + several[-1:]
    )


def parted(cell: str) -> list[str]:
    """The values of such a cell, each once."""
    if SEPARATOR not in cell:
        return [text] if (text := cell.strip()) else []
    first, *rest = re.split(r"(\\*);", cell)
    values = [first]
    for backslashes, text in zip(rest[::2], rest[1::2], strict=True):
        values[-1] += "\\" * (len(backslashes) // 2)
        if len(backslashes) % 2:
            values[-1] += SEPARATOR + text
        else:
            values.append(text)
    return [value for value in dict.fromkeys(value.strip() for value in values) if value]


def _escaped(value: str) -> str:
    return re.sub(r"(\\*);", r"\1\1\\;", value)
