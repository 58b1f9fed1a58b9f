"""A filter set on a page gives the same rows in page, map, table of a chart, file and API."""

import csv
import io
import json
import re
import urllib.request
from urllib.parse import urljoin, urlsplit

import pytest

from e2e.addresses import address

ROWS_OF_A_TABLE = """(table) => [...table.querySelectorAll("tbody tr:not(.group)")].map((row) =>
    [...row.querySelectorAll("th, td")].map((cell) => [
        cell.textContent.trim(), cell.querySelector("a")?.getAttribute("href") ?? ""
    ])
)"""


def fetch(site, href):
    with urllib.request.urlopen(urljoin(site, href)) as answer:
        return answer.read().decode("utf-8-sig")


def file_rows(site, href):
    return list(csv.DictReader(io.StringIO(fetch(site, href))))


def table(reader, selector):
    return reader.page.locator(selector).evaluate(ROWS_OF_A_TABLE)


def numbers(words):
    """(certain, possible) of “4 to 5” in either language."""
    found = [int(number) for number in re.findall(r"\d+", words)]
    return found[0], found[-1]


def slug_of(href):
    return re.search(r"/bases/([\w-]+)/", href)[1]


def href_of(reader, name, inside=""):
    return reader.page.locator(f"{inside} a", has_text=name).first.get_attribute("href")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    ("weapon", "base", "since"),
    [("drone", "ain-al-asad", "2023-10-20"), ("rocket", "conoco", "2024-01-01")],
)
def test_filter_of_incidents(visit, site, language, weapon, base, since):
    reader = visit(scripts=False)
    reader.open(address("incidents", language))
    page = reader.page
    page.locator("details.filters summary, summary").first.click()
    page.check(f"input[name=weapon][value={weapon}]")
    page.check(f"input[name=base][value={base}]")
    page.fill("input[name=since]", since)
    page.locator("main form button").first.click()

    listed = [row[0][0] for row in table(reader, "table.incidents")]
    query = urlsplit(page.url).query
    assert listed
    assert listed == [row["public_id"] for row in file_rows(site, href_of(reader, "CSV"))]
    api = json.loads(fetch(site, href_of(reader, "JSON", ".formats")))["results"]
    assert listed == [one["public_id"] for one in api]

    other = visit()
    other.open(f"{address('map', language)}?{query}")
    on_map = [
        (slug_of(name[1]), int(possible[0]))
        for name, _certain, possible, _place in table(other, "figure.map table")
    ]
    counted = json.loads(fetch(site, f"/api/v1/incidents/?{query}&counted=true"))["results"]
    assert on_map == [(base, sum(one["attack_count"] for one in counted))]
    counts = json.loads(fetch(site, f"/api/v1/counts/?group_by=base&{query}"))["results"]
    assert on_map == [(one["key"], one["possible"]) for one in counts]
    in_file = file_rows(site, href_of(other, "CSV", ".take"))
    assert on_map == [(one["key"], int(one["possible"])) for one in in_file]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    "choices",
    [{}, {"since": "2024-01-15"}, {"until": "2023-12-31", "rule": "house"}, {"counter": "dod"}],
    ids=str,
)
def test_choice_on_the_dashboard(visit, site, language, choices):
    reader = visit(scripts=False)
    reader.open(address("dashboard", language))
    page = reader.page
    page.locator(".otherwise summary").click()
    for name, value in choices.items():
        field = page.locator(f"#controls [name={name}]")
        (field.select_option if name in ("rule", "counter") else field.fill)(value)
    page.locator("#controls button").click()

    compared = [row for row in table(reader, "table.comparison") if len(row) > 4]
    ours = [(row[0][1], numbers(row[3][0]), row[3][1]) for row in compared]
    in_file = file_rows(site, page.locator("#parts section .take a").first.get_attribute("href"))
    assert [one for _, one, _ in ours] == [
        (int(row["certain"]), int(row["possible"])) for row in in_file
    ]

    # The table of the map, its file, and the lists behind its numbers.
    on_map = {
        slug_of(name[1]): (int(certain[0]), int(possible[0]))
        for name, certain, possible, _place in table(reader, "#map-bases table")
    }
    if any("/bases/" in href for href, _, _ in ours):
        shown = {slug_of(href): both for href, both, _ in ours if both[1]}
        assert shown == on_map
    rows = file_rows(site, href_of(reader, "CSV", "#map-bases .take"))
    assert on_map == {row["key"]: (int(row["certain"]), int(row["possible"])) for row in rows}
    for _, (_certain, possible), href in ours:
        listed = json.loads(fetch(site, f"/api/v1/incidents/?{urlsplit(href).query}&page_size=200"))
        assert sum(one["attack_count"] for one in listed["results"]) == possible
        assert listed["next"] is None

    # The table of the chart over time, which leaves out empty weeks, and its file.
    weeks = table(reader, "#chart-weeks table")
    rows = file_rows(site, href_of(reader, "CSV", "#chart-weeks .take"))
    in_file = [[int(number) for number in list(row.values())[2:]] for row in rows]
    in_table = [[int(cell[0] or 0) for cell in row[1:]] for row in weeks]
    assert in_table == [row for row in in_file if any(row)]
    assert reader.messages == []
