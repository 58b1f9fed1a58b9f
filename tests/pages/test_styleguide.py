"""The page that shows every part of the design."""

import re

import pytest

from pages.samples import ARABIC, ENGLISH, samples
from pages.styleguide import colours
from tests.test_pages import Structure

pytestmark = pytest.mark.django_db
ADDRESS = "/styleguide/"


@pytest.fixture
def page(client, settings):
    settings.DEBUG = True
    return client.get(ADDRESS).content.decode()


def test_readers_are_not_shown_the_styleguide(client):
    assert client.get(ADDRESS).status_code == 404


def test_styleguide_is_whole_and_its_ids_are_unique(page):
    structure = Structure(page)

    assert len(structure.all("h1")) == 1
    assert len(structure.ids) == len(set(structure.ids))
    assert page.count("<table") == page.count("<caption")
    assert " style=" not in page


@pytest.mark.parametrize("words", [ENGLISH, ARABIC], ids=["en", "ar"])
def test_styleguide_shows_each_chart_usual_and_of_nothing_in_both_directions(page, words):
    for sample in samples(words):
        assert [chart.is_empty for chart in sample.charts][0] is False, sample.title
        assert any(chart.is_empty for chart in sample.charts), sample.title
        for chart in sample.charts:
            assert f'id="chart-{chart.name}"' in page


def test_drawings_for_arabic_are_mirrored(page):
    usual, mirrored = (
        re.search(rf'id="chart-bars-usual-{suffix}".*?<rect x="(\d+)%" y="3"', page, re.DOTALL)
        for suffix in ("en", "ar")
    )
    assert usual[1] == "0"
    assert mirrored[1] != "0"


def test_what_is_shown_says_that_it_is_invented():
    for words in (ENGLISH, ARABIC):
        assert re.search("[Ii]nvented|مختلق", " ".join([*words.places, words.long]))


def test_colours_are_read_from_the_stylesheet_with_those_of_the_dark():
    found = {name: (light, dark) for name, light, dark in colours()}

    assert found["paper"] == ("#fcfbf8", "#161719")
    assert {f"c{n}" for n in range(1, 7)} <= set(found)
    assert all(light != dark for name, (light, dark) in found.items() if name.startswith("c"))


def lightness(colour):
    """CIE L*, from 0 (black) to 100 (white), of a colour written #rrggbb."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = sum(part * c for part, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 116 * luminance ** (1 / 3) - 16


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_of_data_differ_in_grey(scheme):
    """The sixth has an outline; the others must be told apart by lightness alone."""
    found = {name: shades for name, *shades in colours()}
    steps = [lightness(found[f"c{n}"][scheme]) for n in range(1, 6)]

    assert steps == sorted(steps, reverse=bool(scheme))
    assert min(abs(a - b) for a, b in zip(steps, steps[1:], strict=False)) >= 8
