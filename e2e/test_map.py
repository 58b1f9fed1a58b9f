"""The map counts in the browser while its handles move: the same as the server counts."""

import json
import re
import urllib.request

import pytest

WINDOWS = [
    "since=2023-10-19&until=2024-08-10",
    "since=2024-01-01&until=2024-01-31",
    "since=2023-11-08&until=2023-11-08&weapon=drone",
    "since=2030-01-01",  # after all that is on record
    "until=2001-01-01",
    "since=2023-12-01&rule=sohr",
]


def numbers_of(site, query):
    """(certain, possible) by base, as the API counts."""
    with urllib.request.urlopen(f"{site}/api/v1/counts/?group_by=base&{query}") as answer:
        found = json.load(answer)
    return {one["key"]: (one["certain"], one["possible"]) for one in found["results"]}


def rows_of(reader):
    """The same from the table of the page: what the map is drawn from."""
    rows = reader.page.evaluate(
        """[...document.querySelectorAll("figure.map table tbody tr")].map((row) => [
            row.querySelector("th a").getAttribute("href"),
            ...[...row.querySelectorAll("td.number")].map((one) => one.textContent.trim()),
        ])"""
    )
    slug = re.compile(r"/bases/([\w-]+)/")
    return {slug.search(href)[1]: (int(certain), int(possible)) for href, certain, possible in rows}


@pytest.mark.parametrize("query", WINDOWS)
@pytest.mark.parametrize("scripts", [True, False], ids=["counted here", "counted there"])
def test_map_shows_what_the_api_counts(visit, site, query, scripts):
    reader = visit(scripts=scripts)

    reader.open(f"/map/?{query}")

    shown = {base: numbers for base, numbers in rows_of(reader).items() if numbers[1]}
    assert shown == numbers_of(site, query)
    assert reader.messages == []


def test_moving_a_handle_counts_anew_and_stands_in_the_address(visit, site):
    reader = visit()
    reader.open("/map/")
    reader.asked.clear()

    reader.page.focus("#brush-since")
    for _ in range(5):
        reader.page.keyboard.press("PageUp")
    reader.page.wait_for_function("location.search.includes('since=')")

    query = re.search(r"since=[\d-]+(&until=[\d-]+)?", reader.page.url)[0]
    shown = {base: numbers for base, numbers in rows_of(reader).items() if numbers[1]}
    assert shown == numbers_of(site, query)
    # Nothing is asked for it; of its icon a browser is never sure.
    assert [url for url in reader.asked if "favicon" not in url] == []


def test_on_paper_stand_the_days_of_the_handles_and_their_address(visit):
    reader = visit()
    reader.open("/map/?until=2024-08-10")
    reader.page.focus("#brush-since")
    for _ in range(5):
        reader.page.keyboard.press("PageUp")
    reader.page.wait_for_function("location.search.includes('since=')")

    reader.page.emulate_media(media="print")

    assert reader.page.locator(".brush output").first.is_visible()
    assert not reader.page.locator("#brush-since").is_visible()
    assert reader.page.locator("p.printed").all_inner_texts() == [reader.page.url]


def test_address_names_the_chosen_of_two_bases_at_one_place(visit, site):
    with urllib.request.urlopen(f"{site}/map/days.json") as answer:
        sites = json.load(answer)["sites"]
    places = [(one["lat"], one["lon"]) for one in sites]
    shared = [one for one in sites if one["lat"] and places.count((one["lat"], one["lon"])) > 1]
    reader = visit()
    reader.open("/map/")

    assert shared
    for one in shared:
        reader.page.locator(f'path.outline[aria-label^="{one["name"]}."]').focus()
        reader.page.keyboard.press("Enter")
        reader.page.wait_for_function(f"location.search.includes('site={one['slug']}')")


@pytest.mark.parametrize("query", ["since=2024-01-01", "until=2024-01-01", ""])
def test_an_end_that_nobody_asked_for_is_left_open(visit, query):
    reader = visit()

    reader.open(f"/map/?{query}")

    assert reader.page.evaluate("location.search").removeprefix("?") == query
