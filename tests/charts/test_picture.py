"""A chart as a file of its own."""

import re

import pytest
import resvg_py
from django.conf import settings

from charts.bars import Bar, bars
from charts.picture import COLOURS, lines, picture


def test_colours_are_those_of_the_stylesheet():
    css = (settings.BASE_DIR / "static" / "css" / "site.css").read_text()
    light = css[: css.index("@media")]
    stated = dict(re.findall(r"--([\w-]+): (#\w{3,6});", light))

    assert {name: stated[name] for name in COLOURS} == COLOURS


@pytest.mark.parametrize("mirrored", [False, True])
def test_picture_can_be_drawn_and_escapes_its_words(mirrored):
    chart = bars("b", "<Title> & more", [Bar("قاعدة <b>", "", 3, 5, 40)])

    text = picture(chart, source="from <here>", mirrored=mirrored)

    assert "&lt;Title&gt; &amp; more" in text
    assert "<b>" not in text
    assert bytes(resvg_py.svg_to_bytes(svg_string=text))[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", [""]), ("a b", ["a b"]), ("aaa bbb", ["aaa", "bbb"]), ("abcdefg", ["abcd…"])],
)
def test_text_is_parted_between_words(text, expected):
    assert lines(text, 5) == expected


def test_numbers_of_a_picture_are_headed_and_its_caveat_goes_with_it():
    chart = bars("b", "B", [Bar("A", "", 3, 5, 40)])
    chart.note = "Of 2 records, 1 does not say."

    words = re.findall(r"<text[^>]*>(.*?)</text>", picture(chart, source="S", mirrored=False))

    assert words[-7:] == ["Counted", "Published", "A", "3 to 5", "40", chart.note, "S"]


def test_words_beside_numbers_keep_their_order_in_a_mirrored_picture():
    chart = bars("b", "قواعد", [Bar("قاعدة 7", "", 3, 3)])

    text = picture(chart, source="S", mirrored=True)

    assert ">\u2067قاعدة 7\u2069</text>" in text
    assert ">3</text>" in text  # a number alone needs nothing
