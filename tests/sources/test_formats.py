"""Rows and records written in each format: what stands in them, whatever stands in the record."""

import csv
import datetime
import io
import json
import xml.etree.ElementTree as ElementTree
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import formats
from sources.formats import (
    Stream,
    as_json,
    atom_chunks,
    csv_chunks,
    geojson_chunks,
    in_chunks,
    line_chunks,
    xlsx_file,
)
from sources.rows import Entry
from sources.tables import unguarded

MOMENT = datetime.datetime(2024, 8, 10, 12, tzinfo=datetime.UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
CELLS = [
    "text, with a comma",
    'a "quote"\nand a line',
    7,
    Decimal("35.10000"),
    -40.5,
    datetime.date(2024, 8, 9),
    None,
    "كونيكو",
]


def written(chunks):
    return b"".join(chunks).decode()


def test_csv_has_a_header_and_every_cell_as_text():
    text = written(csv_chunks("abcdefgh", [CELLS]))

    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        list("abcdefgh"),
        [CELLS[0], CELLS[1], "7", "35.1", "-40.5", "2024-08-09", "", "كونيكو"],
    ]
    assert text.startswith("a,b,c,d,e,f,g,h\r\n")


def test_csv_of_nothing_is_its_header():
    assert written(csv_chunks(["a", "b"], [])) == "a,b\r\n"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "'=1", "''@"])
def test_csv_defuses_formulas_and_the_way_back_is_exact(text):
    cell = list(csv.reader(io.StringIO(written(csv_chunks(["a"], [[text]])), newline="")))[1][0]

    assert cell == f"'{text}"
    assert unguarded(cell) == text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_csv_gives_every_text_back(text):
    rows = list(csv.reader(io.StringIO(written(csv_chunks(["a", "b"], [[text, "x"]])), newline="")))

    assert [unguarded(cell) for cell in rows[1]] == [text, "x"]


def test_csv_begins_with_a_byte_order_mark_only_on_request():
    assert b"".join(csv_chunks(["a"], [], bom=True)).startswith(b"\xef\xbb\xbfa")
    assert b"".join(csv_chunks(["a"], [])).startswith(b"a")


def test_chunks_are_sent_as_they_fill_and_rows_are_taken_one_by_one():
    taken = []

    def rows():
        for number in range(10_000):
            taken.append(number)
            yield [number, "x" * 100]

    chunks = csv_chunks(["n", "x"], rows())
    first = next(chunks)

    assert formats.ENOUGH <= len(first) < 2 * formats.ENOUGH
    assert len(taken) < 500


def test_ndjson_is_one_object_a_line():
    lines = written(line_chunks(map(as_json, [{"a": "كونيكو\n"}, {"a": None}]))).splitlines()

    assert [json.loads(line) for line in lines] == [{"a": "كونيكو\n"}, {"a": None}]


def test_geojson_says_longitude_first_and_how_many_have_no_place():
    features = [
        ("one", (40.5, 35.1), {"latitude": Decimal("35.10000"), "day": datetime.date(2024, 1, 2)}),
        ("two", None, {"latitude": None, "day": None}),
    ]
    collection = json.loads(written(geojson_chunks(features, {"revision": 3})))

    assert collection == {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": "one",
                "geometry": {"type": "Point", "coordinates": [40.5, 35.1]},
                "properties": {"latitude": 35.1, "day": "2024-01-02"},
            },
            {
                "type": "Feature",
                "id": "two",
                "geometry": None,
                "properties": {"latitude": None, "day": None},
            },
        ],
        "number_of_features": 2,
        "without_geometry": 1,
        "revision": 3,
    }


def test_geojson_of_nothing_is_a_collection():
    assert json.loads(written(geojson_chunks([], {})))["features"] == []


def sheet_of(names, rows):
    with xlsx_file("incidents", names, rows) as file:
        return list(openpyxl.load_workbook(file)["incidents"].values)


def test_spreadsheet_keeps_numbers_days_and_texts_apart():
    header, row = sheet_of("abcdefgh", [CELLS])

    assert header == tuple("abcdefgh")
    assert row == (
        CELLS[0],
        CELLS[1],
        7,
        35.1,
        -40.5,
        datetime.datetime(2024, 8, 9),
        None,
        "كونيكو",
    )


@pytest.mark.parametrize("text", ["=1+1", "http://example.org", "{=A1}", "-5", "0012"])
def test_spreadsheet_takes_no_text_for_anything_else(text):
    with xlsx_file("incidents", ["a"], [[text]]) as file:
        cell = openpyxl.load_workbook(file)["incidents"]["A2"]

    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_spreadsheet_says_where_it_cuts_a_text():
    [_, (cell,)] = sheet_of(["a"], [["x" * 40_000]])

    assert len(cell) == formats.SHEET_CELL
    assert cell.endswith("The CSV has all of it.")


def test_spreadsheet_writes_a_day_before_its_calendar_as_text():
    assert sheet_of(["a"], [[datetime.date(1899, 5, 1)]])[1] == ("1899-05-01",)


def feed_of(entries):
    return ElementTree.fromstring(
        written(
            atom_chunks(
                entries,
                title="Basewatch: incidents",
                updated=MOMENT,
                absolute="http://testserver".__add__,
                page="/incidents/?base=conoco",
                feed="/api/v1/incidents/?base=conoco&format=atom",
                rights="CC BY 4.0",
            )
        )
    )


def test_feed_names_itself_its_page_and_each_entry():
    entry = Entry("Conoco: drone", "/incidents/BW-1/", MOMENT, "<b>Hit</b> & run", ("drone",))
    feed = feed_of([entry, Entry("Two", "/", MOMENT, key="revision-2")])

    assert feed.tag == f"{ATOM}feed"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {
        "alternate": "http://testserver/incidents/?base=conoco",
        "self": "http://testserver/api/v1/incidents/?base=conoco&format=atom",
    }
    assert feed.findtext(f"{ATOM}updated") == "2024-08-10T12:00:00+00:00"
    one, two = feed.findall(f"{ATOM}entry")
    assert one.findtext(f"{ATOM}id") == "http://testserver/incidents/BW-1/"
    assert two.findtext(f"{ATOM}id") == "http://testserver/incidents/#revision-2"
    assert one.find(f"{ATOM}category").get("term") == "drone"
    summary = one.find(f"{ATOM}summary")
    # Its readers take it for HTML.
    assert (summary.get("type"), summary.text) == ("html", "&lt;b&gt;Hit&lt;/b&gt; &amp; run")


def test_feed_is_xml_whatever_a_text_holds():
    feed = feed_of([Entry("A\x01\x0b\ufffe]]>", "/", MOMENT, "\x02ok")])

    assert feed.findtext(f"{ATOM}entry/{ATOM}title") == "A]]>"
    assert feed.findtext(f"{ATOM}entry/{ATOM}summary") == "ok"


def test_chunks_of_records():
    assert list(in_chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]


def test_stream_fails_before_it_is_sent_and_ends_with_the_answer():
    def fails():
        raise ValueError("no such table")
        yield b""

    with pytest.raises(ValueError, match="no such table"):
        Stream(fails())

    ended = []

    def chunks():
        try:
            yield b"a"
            yield b"b"
        finally:
            ended.append(True)

    assert b"".join(Stream(chunks())) == b"ab"
    left = Stream(chunks())
    ended.clear()
    left.close()
    assert ended == [True]
