"""The choices above the dashboard: at once with a script, by the button without."""

import pytest

from e2e.addresses import address

BUTTON = "#controls button"


def headline(reader):
    return reader.page.locator("h1").inner_text()


def counted(reader):
    """The addresses of the lists behind our counts."""
    links = reader.page.locator("table.comparison td.number a[href*='incidents']")
    return links.evaluate_all("(all) => all.map((one) => one.getAttribute('href'))")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_choice_shows_at_once_stands_in_the_address_and_can_be_taken_back(visit, language):
    reader = visit()
    reader.open(address("dashboard", language))
    page, before, start = reader.page, headline(reader), reader.page.url
    page.evaluate("window.sameDocument = true")

    page.locator("#counter").focus()
    page.select_option("#counter", "baz")
    page.wait_for_url("**/?counter=baz")

    assert headline(reader) != before
    assert page.evaluate("window.sameDocument")
    assert page.evaluate("document.activeElement.id") == "counter"
    page.go_back()
    page.wait_for_function("(text) => document.querySelector('h1').innerText === text", arg=before)
    assert page.url == start
    assert page.locator("#counter").input_value() == "sohr"
    assert page.evaluate("window.sameDocument")
    assert reader.messages == []


def test_day_that_is_typed_asks_only_once_and_keeps_the_place(visit):
    reader = visit()
    reader.open(address("dashboard", "en"))
    page = reader.page
    page.locator(".otherwise summary").click()
    page.locator("#id_since").focus()
    reader.asked.clear()

    page.keyboard.type("01152024", delay=50)
    page.wait_for_url("**since=2024-01-15")
    page.wait_for_selector("#parts > .notice")

    assert page.evaluate("document.activeElement.id") == "id_since"
    assert [asked for asked in reader.asked if "since" in asked] == [page.url]
    assert all("since=2024-01-15" in link for link in counted(reader))


def test_window_that_is_moved_waits_for_its_other_day(visit):
    reader = visit()
    reader.open("/?since=2024-01-01&until=2024-01-31")
    page = reader.page

    page.locator("#id_since").fill("2024-02-01")
    page.wait_for_timeout(1_000)  # longer than a day that is typed waits
    page.locator(BUTTON).click()
    assert "since=2024-01-01" in page.url
    page.locator("#id_until").fill("2024-02-29")
    page.wait_for_url("**since=2024-02-01&until=2024-02-29*")
    page.wait_for_selector("#parts > .notice")

    assert all("since=2024-02-01&until=2024-02-29" in link for link in counted(reader))
    assert reader.messages == []


def test_without_scripts_the_button_shows_the_same(visit):
    question = "?counter=sohr&since=2024-01-15&rule=house"
    reader, other = visit(scripts=False), visit()
    reader.open(address("dashboard", "en"))
    reader.page.locator(".otherwise summary").click()
    reader.page.locator("#id_since").fill("2024-01-15")
    reader.page.select_option("#id_rule", "house")
    reader.page.locator(BUTTON).click()
    other.open(f"{address('dashboard', 'en')}{question}")

    assert "since=2024-01-15" in reader.page.url
    assert counted(reader) == counted(other) != []
    assert reader.page.locator("#id_rule").input_value() == "house"
