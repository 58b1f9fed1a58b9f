import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.tables import (
    LONGEST_CELL,
    Format,
    Refusal,
    guarded,
    joined,
    parted,
    read_tables,
    unguarded,
)

THINGS = Format("things.csv", ("key", "text"), ("note",), ("length",))
OTHERS = Format("others.csv", ("key", "other"))


@pytest.fixture
def read(tmp_path):
    """Read one file of this content; returns the tables."""

    def read(content, name="things.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_tables([path], [THINGS, OTHERS])

    return read


def places(tables):
    return [(refusal.file, refusal.row, refusal.column) for refusal in tables.refusals]


def cells(tables, name="things.csv"):
    return [row.cells for row in tables.rows.get(name, [])]


def test_rows_are_read_with_the_numbers_of_a_spreadsheet(read):
    tables = read('key,text\na,1\nb,"two\nlines"\n\nc,3\n')

    assert not tables.refusals
    assert [(row.number, row.cells["key"]) for row in tables.rows["things.csv"]] == [
        (2, "a"),
        (3, "b"),
        (5, "c"),
    ]
    assert tables.rows["things.csv"][0].place == "things.csv, row 2"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("key,text\na,1\nb,2\n", id="plain"),
        pytest.param("key,text\na,1\nb,2", id="no line end at the end"),
        pytest.param("key,text\r\na,1\r\nb,2\r\n", id="CRLF"),
        pytest.param("key,text\ra,1\rb,2\r", id="CR"),
        pytest.param("\ufeffkey,text\na,1\nb,2\n", id="BOM"),
        pytest.param('\ufeff"key","text"\r\n"a","1"\r\n"b","2"\r\n', id="BOM, quotes, CRLF"),
        pytest.param("\nkey,text\na,1\n,\n\nb,2\n\n", id="blank lines"),
        pytest.param("text,key\n1,a\n2,b\n", id="columns in another order"),
        pytest.param(" key , text \n a , 1 \nb,2\n", id="spaces around"),
    ],
)
def test_file_is_read_however_it_is_written(read, content):
    tables = read(content)

    assert not tables.refusals
    assert cells(tables) == [{"key": "a", "text": "1"}, {"key": "b", "text": "2"}]


def test_file_of_another_name_is_known_by_its_columns(read):
    assert cells(read("key,other\na,1\n", name="renamed.txt"), "others.csv") == [
        {"key": "a", "other": "1"}
    ]


def test_optional_column_may_be_there(read):
    assert cells(read("note,key,text\n!,a,1\n")) == [{"note": "!", "key": "a", "text": "1"}]


def test_ignored_column_may_be_there_and_is_not_kept(read):
    tables = read("length,key,text\n1,a,1\nmany,b,2\n")

    assert not tables.refusals
    assert cells(tables) == [{"key": "a", "text": "1"}, {"key": "b", "text": "2"}]


def test_column_that_is_neither_known_nor_ignored_is_refused(read):
    assert places(read("key,text,length,more\na,1,1,1\n")) == [("things.csv", 1, "more")]


def test_ignored_column_of_another_file_is_unknown(read):
    assert places(read("key,other,length\na,1,1\n", "others.csv")) == [("others.csv", 1, "length")]


# What a spreadsheet would run, and several values in one cell


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        pytest.param("'=1+1", "=1+1", id="formula"),
        pytest.param("'-5 dead", "-5 dead", id="minus"),
        pytest.param("''=1", "'=1", id="formula that had a guard"),
        pytest.param("' =1", " =1", id="formula behind a space"),
        pytest.param("-5 dead", "-5 dead", id="not guarded"),
        pytest.param("'quoted'", "'quoted'", id="quoted"),
        pytest.param("'", "'", id="quote alone"),
        pytest.param("'Ain", "'Ain", id="Arabic letter ain"),
    ],
)
def test_guard_of_a_cell_is_taken_off(read, cell, text):
    assert cells(read(f'key,text\na,"{cell}"\n')) == [{"key": "a", "text": text}]


@given(st.text(alphabet="'=+-@\t\r\n ;\uff1dab") | st.text())
def test_guarded_text_is_never_run_and_comes_back(text):
    assert unguarded(guarded(text)) == text
    assert not guarded(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize("text", ["", "words", "a=b", "1-2", "'quoted'", "''", "'a=b"])
def test_text_that_is_no_formula_has_no_guard(text):
    assert guarded(text) == text


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        pytest.param("a;b", ["a", "b"], id="two"),
        pytest.param(" a ;; b;a;", ["a", "b"], id="spaces, empty, twice"),
        pytest.param(r"a\;b;c", ["a;b", "c"], id="semicolon inside"),
        pytest.param(r"a\\;b", ["a\\", "b"], id="backslash before a separator"),
        pytest.param(r"a\b\ c\\", [r"a\b\ c" + "\\\\"], id="other backslashes"),
        pytest.param(";;", [], id="separators only"),
    ],
)
def test_values_of_a_cell(cell, values):
    assert parted(cell) == values


@given(st.lists(st.text(alphabet="\\;ab '=", min_size=1).map(str.strip).filter(bool), unique=True))
def test_values_come_back_as_they_were_joined(values):
    assert parted(joined(values)) == values


def test_values_are_joined_once_each_without_the_empty_ones():
    assert joined(["b", "", "a;c", "b"]) == r"b;a\;c"


@pytest.mark.parametrize(
    ("content", "row", "column", "reason"),
    [
        pytest.param(b"", None, "", "empty", id="empty"),
        pytest.param(b" \n\r\n\t\n", None, "", "empty", id="blank lines only"),
        pytest.param(b"\xef\xbb\xbf", None, "", "empty", id="BOM only"),
        pytest.param(b",,\n,\n", None, "", "empty", id="commas only"),
        pytest.param(b"key,text\n", 1, "", "no rows", id="header only"),
        pytest.param(b"key,text\n\n,\n", 1, "", "no rows", id="header and blank rows"),
        pytest.param("key,text\na,ü\n".encode("latin-1"), 2, "", "Not UTF-8", id="latin-1"),
        pytest.param("key,text\na,1\n".encode("utf-16"), None, "", "UTF-16", id="UTF-16"),
        pytest.param("key,text\na,1\n".encode("utf-16-le"), 1, "", "NUL", id="UTF-16 without BOM"),
        pytest.param(b"key,text\na,1\nb,\0\n", 3, "", "NUL", id="NUL"),
        pytest.param(b'key,text\na,"1\n2"\nb,\0\n', 3, "", "NUL", id="NUL after a cell of 2 lines"),
        pytest.param(b'key,text\na,"1\n2"\nb,\xff\n', 3, "", "Not UTF-8", id="UTF-8 after 2 lines"),
        pytest.param(b"key,text\na,\xed\xa0\x80\n", 2, "", "Not UTF-8", id="surrogate"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 3, "", "NUL", id="PNG"),
        pytest.param(b"PK\x03\x04\x14\0\x06\0\x08\0", 1, "", "NUL", id="xlsx"),
        pytest.param(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", 2, "", "Not UTF-8", id="PDF"),
        pytest.param(b"key\na\n", 1, "text", "missing", id="missing column"),
        pytest.param(b"key,text,text\na,1,2\n", 1, "text", "twice", id="repeated column"),
        pytest.param(b"key,text,more\na,1,2\n", 1, "more", "Unknown column", id="unknown column"),
        pytest.param(b"key,text,\na,1,\n", 1, "", "Unknown column", id="column without a title"),
        pytest.param(b"Key,text\na,1\n", 1, "key", "missing", id="title in capitals"),
        pytest.param(b"key;text\na;1\n", 1, "", "semicolons", id="semicolons"),
        pytest.param(b"key\ttext\na\t1\n", 1, "", "tabs", id="tabs"),
        pytest.param(b"key,text\na\n", 2, "", "1 cells where", id="too few cells"),
        pytest.param(b"key,text\na,1\nb,2,3\n", 3, "", "3 cells where", id="too many cells"),
        pytest.param(b'key,text\na,"1\nb,2\n', 2, "", "never closed", id="unclosed quote"),
        pytest.param(b'key,text\na,"1"2\n', 2, "", "Not CSV", id="text after a quote"),
        pytest.param(
            b"key,text\na," + b"x" * (LONGEST_CELL + 1), 2, "text", "longer than", id="long cell"
        ),
        pytest.param(b"key,text\na," + b"x" * 10_000_000, 2, "", "longer than", id="10 MB cell"),
        pytest.param(b"x" * 10_000_000, 1, "", "longer than", id="10 MB header"),
    ],
)
def test_file_is_refused_at_its_row_and_column(read, content, row, column, reason):
    tables = read(content)

    assert ("things.csv", row, column) in places(tables)
    assert reason in " ".join(str(refusal) for refusal in tables.refusals)


def test_cell_of_the_longest_length_is_taken(read):
    assert len(cells(read("key,text\na," + "x" * LONGEST_CELL))[0]["text"]) == LONGEST_CELL


def test_unclosed_quote_that_swallows_a_later_quote_shows_in_the_number_of_cells(read):
    tables = read('key,text\na,"1\nb,2\nc,"3"\n')

    assert places(tables) == [("things.csv", 2, "")]


def test_every_bad_row_is_named_and_good_ones_are_read(read):
    tables = read("key,text\na\nb,2\nc,3,4\n")

    assert places(tables) == [("things.csv", 2, ""), ("things.csv", 4, "")]
    assert cells(tables) == [{"key": "b", "text": "2"}]


def test_unknown_file_is_refused_with_the_known_names(read):
    tables = read("colour,size\nred,1\n", name="unknown.csv")

    assert places(tables) == [("unknown.csv", 1, "")]
    assert "things.csv, others.csv" in tables.refusals[0].reason


def test_folder_is_read_without_what_is_not_csv(tmp_path):
    (tmp_path / "others.CSV").write_text("key,other\nb,2\n")
    (tmp_path / "things.csv").write_text("key,text\na,1\n")
    (tmp_path / "README.md").write_text("words")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "things.csv").write_text("rubbish")

    tables = read_tables([tmp_path], [THINGS, OTHERS])

    assert not tables.refusals
    assert tables.files == ["others.CSV", "things.csv"]
    assert set(tables.rows) == {"things.csv", "others.csv"}


def test_unknown_csv_in_a_folder_is_refused(tmp_path):
    (tmp_path / "things.csv").write_text("key,text\na,1\n")
    (tmp_path / "other stuff.csv").write_text("a,b\n1,2\n")

    assert places(read_tables([tmp_path], [THINGS])) == [("other stuff.csv", 1, "")]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("nowhere.csv", id="missing file"),
        pytest.param("x" * 5000, id="name too long for a file"),
        pytest.param("a\0b", id="NUL in the name"),
    ],
)
def test_missing_path_is_refused(tmp_path, name):
    tables = read_tables([tmp_path / name], [THINGS])

    assert [(refusal.row, refusal.column) for refusal in tables.refusals] == [(None, "")]


def test_folder_without_csv_is_refused(tmp_path):
    (tmp_path / "README.md").write_text("words")

    assert "no CSV file" in read_tables([tmp_path], [THINGS]).refusals[0].reason


def test_folder_named_like_a_file_is_refused(tmp_path):
    (tmp_path / "things.csv").mkdir()

    assert places(read_tables([tmp_path], [THINGS])) == [("things.csv", None, "")]


def test_file_name_that_is_not_text_is_written_with_a_mark(tmp_path):
    path = tmp_path / os.fsdecode(b"things\xff.csv")
    path.write_text("key,text\na,1\n")

    tables = read_tables([path], [THINGS])

    assert not tables.refusals
    assert tables.files == ["things\ufffd.csv"]


@pytest.mark.parametrize(
    ("refusal", "text"),
    [
        pytest.param(Refusal("a.csv", None, "", "Empty."), "a.csv: Empty.", id="file"),
        pytest.param(Refusal("a.csv", 3, "", "Odd."), "a.csv, row 3: Odd.", id="row"),
        pytest.param(Refusal("a.csv", 3, "k", "Odd."), "a.csv, row 3, column k: Odd.", id="column"),
    ],
)
def test_refusal_says_where(refusal, text):
    assert str(refusal) == text
