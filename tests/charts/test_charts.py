"""Drawings: nothing outside its box, mirrored the same, the numbers that were given beside it."""

import datetime
import re

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from charts.axes import Reading
from charts.bars import Bar, bars
from charts.days import Mark, days_line
from charts.parts import Part, parts
from charts.people import People, people
from charts.scale import Days, ticks
from charts.shapes import written
from charts.stack import Period, Series, stack, weeks
from charts.steps import Line, Range, steps

START = datetime.date(2023, 10, 16)
days = st.dates(START, START + datetime.timedelta(days=900))
numbers = st.integers(0, 1_000_000)


def ranges(values):
    return tuple(sorted(values))


@st.composite
def bar_charts(draw):
    rows = [
        Bar("A", "/a", *ranges((draw(numbers), draw(numbers))), draw(st.none() | numbers))
        for _ in range(draw(st.integers(0, 6)))
    ]
    return bars("bars", "Bars", rows)


@st.composite
def readings(draw):
    return [
        Reading(*ranges((draw(days), draw(days))), draw(numbers), "/r", "words")
        for _ in range(draw(st.integers(0, 5)))
    ]


@st.composite
def stacks(draw):
    periods = [
        Period(first, last, "/week", draw(st.integers(0, 9)))
        for first, last in weeks(*ranges((draw(days), draw(days))))[:60]
    ]
    series = [
        Series(name, f"/{name}", [draw(st.integers(0, 40)) for _ in periods])
        for name in "abcdef"[: draw(st.integers(1, 6))]
    ]
    return stack("weeks", "Weeks", periods, series, running=draw(readings()))


@st.composite
def step_charts(draw):
    lines = [Line(name, "/", draw(readings())) for name in "abc"[: draw(st.integers(0, 3))]]
    area = [
        Range(day, *ranges((draw(numbers), draw(numbers)))) for day in sorted(draw(st.sets(days)))
    ]
    return steps("steps", "Steps", lines, area)


@st.composite
def strips(draw):
    marks = [Mark(*ranges((draw(days), draw(days))), "mark", "/m") for _ in range(20)]
    return days_line("strip", "Strip", marks[: draw(st.integers(0, 20))])


charts = st.one_of(bar_charts(), stacks(), step_charts(), strips())


def drawn(chart, *, mirrored=False):
    panels = [(panel.height, panel.shapes) for panel in chart.panels]
    for height, shapes in [*panels, *((chart.height, row.shapes) for row in chart.rows)]:
        yield height, written(shapes, mirrored=mirrored)


RECT = re.compile(r'<rect x="(.*?)%" y="(.*?)" width="(.*?)%" height="(.*?)"(?: class="(.*?)")?/>')


def rects(svg):
    return [(*map(float, found[:4]), found[4]) for found in RECT.findall(svg)]


@given(chart=charts, mirrored=st.booleans())
def test_no_bar_reaches_out_of_its_drawing(chart, mirrored):
    for height, svg in drawn(chart, mirrored=mirrored):
        for x, y, w, h, _kind in rects(svg):
            assert -0.02 <= x
            assert x + w <= 100.02
            assert w >= 0
            assert -3 <= y
            assert y + h <= height
            assert h >= 0


@given(chart=charts)
def test_mirrored_drawing_is_the_same_from_the_other_side(chart):
    for (_, plain), (_, mirrored) in zip(drawn(chart), drawn(chart, mirrored=True), strict=True):
        here, there = rects(plain), rects(mirrored)
        assert len(here) == len(there)
        for (x, *_, w, _h, _k), (other, *_) in zip(here, there, strict=True):
            assert other == pytest.approx(100 - x - w, abs=0.02)


@given(chart=stacks())
def test_every_attack_of_a_week_stands_in_the_table_and_in_the_file(chart):
    assert len(chart.csv_rows) >= len(chart.table)
    named = {row[0]: row[2:] for row in chart.csv_rows}
    assert sum(sum(row) for row in named.values()) == sum(
        int(cell.text.replace(",", "")) for row in chart.table for cell in row[1:]
    )


def test_length_of_a_bar_is_its_number():
    [[_, svg], [_, other]] = drawn(bars("b", "B", [Bar("A", "", 10, 20, 40), Bar("B", "", 5, 5)]))

    assert [(x, w, kind) for x, _, w, _, kind in rects(svg)] == [
        (0, 25, "certain"),
        (25, 25, "possible"),
        (99.3, 0.7, "published"),
    ]
    assert [(x, w, kind) for x, _, w, _, kind in rects(other)] == [(0, 12.5, "certain")]


def test_nothing_is_drawn_for_what_is_not_known():
    chart = people(
        "p", "P", [People("A", "", None, None, "not known"), People("B", "", 2, None, "2")]
    )

    unknown, open_end = [rects(svg) for _, svg in drawn(chart)]
    assert unknown == []
    assert [kind for *_, kind in open_end] == ["certain", "possible"]


@pytest.mark.parametrize(
    ("highest", "expected"),
    [(0, [0, 1]), (1, [0, 1]), (9, [0, 2, 4, 6, 8, 10]), (135, [0, 50, 100, 150])],
)
def test_ticks_are_round_and_reach_the_highest(highest, expected):
    assert ticks(highest) == expected


@given(highest=st.integers(0, 10_000_000))
def test_ticks_are_few_and_reach_the_highest(highest):
    found = ticks(highest)
    assert found[0] == 0
    assert found[-1] >= highest
    assert len(found) <= 6


def test_weeks_begin_on_monday_and_leave_no_day_out():
    found = weeks(datetime.date(2023, 10, 19), datetime.date(2023, 11, 6))

    assert [first.weekday() for first, _ in found] == [0] * 4
    assert found[0] == (START, datetime.date(2023, 10, 22))
    assert found[-1][1] == datetime.date(2023, 11, 12)


@given(first=days, last=days)
def test_days_lie_between_the_ends_of_their_line(first, last):
    line = Days(*ranges((first, last)))
    x, w = line.span(line.first, line.last)
    assert (x, w) == (0, 100)
    assert all(line.first <= month <= line.last for month in line.months())
    assert len(line.marks()) <= 9


def test_more_series_than_can_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="7 series"):
        stack("w", "W", [], [Series("A", "", [])] * 7)


def shown(chart, direction="ltr"):
    text = "{% load charts %}{% chart it %}"
    return Template(text).render(Context({"it": chart, "direction": direction}))


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_page_shows_title_words_links_and_table(direction):
    week = Period(START, START + datetime.timedelta(days=6), "/incidents/?x=1&y=2", 1)
    chart = stack("weeks", "By week", [week], [Series("<b>", "/b", [3])], desc="In words")

    page = shown(chart.at("/charts/weeks.csv?since=2023", "/charts/weeks.svg"), direction)

    assert "By week" in page
    assert "<desc>In words</desc>" in page
    assert "<b>" not in page
    assert 'href="/incidents/?x=1&amp;y=2" aria-label="16 October 2023 to 22 October 2023' in page
    assert 'href="/charts/weeks.csv?since=2023"' in page
    assert page.count("<th scope=") == 4


def test_chart_of_nothing_says_so():
    assert "Nothing on record to draw" in shown(parts("p", "P", []))
    assert "<svg" not in shown(steps("s", "S", []))


def test_parts_that_are_exact_need_no_legend():
    assert not parts("p", "P", [Part("A", "", 3, 3)]).legend
    assert parts("p", "P", [Part("A", "", 3, 4)]).legend


@given(chart=strips())
def test_no_mark_of_a_strip_hides_another(chart):
    for _, svg in drawn(chart):
        found = sorted(rects(svg), key=lambda one: (one[1], one[0]))
        for (x, y, w, *_), (other_x, other_y, *_) in zip(found, found[1:], strict=False):
            assert y != other_y or x + w <= other_x + 0.01


def test_a_day_that_is_not_certain_is_paler_than_one_that_is():
    later = START + datetime.timedelta(days=40)
    [[_, svg]] = drawn(
        days_line("d", "D", [Mark(START, START, "A", ""), Mark(START, later, "B", "")])
    )

    assert sorted(kind for *_, kind in rects(svg)) == ["s1", "s1 band"]


def test_a_single_day_is_a_part_of_its_month():
    [[_, svg]] = drawn(days_line("d", "D", [Mark(START, START, "A", "")]))

    assert rects(svg)[0][:3:2] == pytest.approx((1500 / 31, 100 / 31), abs=0.01)


def test_lines_are_named_at_their_ends_inside_the_drawing():
    late = START + datetime.timedelta(days=200)
    one = Line("Early", "/", [Reading(START, START, 3, "/", "3")])
    other = Line("Late", "/", [Reading(late, late, 3, "/", "3")])

    [[_, svg]] = drawn(steps("s", "S", [one, other]))

    names = re.findall(r'<text x="[\d.]+%" y="([\d.]+)"(.*?) class="direct">(\w+)<', svg)
    assert {(name, anchor.strip()) for _, anchor, name in names} == {
        ("Early", ""),
        ("Late", 'text-anchor="end"'),
    }


def test_names_of_lines_hide_neither_each_other_nor_any_number():
    late = START + datetime.timedelta(days=200)
    lines = [
        Line(
            name,
            "/",
            [
                Reading(
                    START + datetime.timedelta(days=70),
                    START + datetime.timedelta(days=70),
                    1,
                    "/",
                    "1",
                ),
                Reading(late, late, n, "/", "3"),
            ],
        )
        for n, name in enumerate(["First", "Second", "Third"], start=10)
    ]

    [[_, svg]] = drawn(steps("s", "S", lines))

    heights = [float(y) for y in re.findall(r'y="([\d.]+)"[^>]* class="direct"', svg)]
    numbers = [float(y) for y in re.findall(r'<circle cx="[\d.]+%" cy="([\d.]+)"', svg)]
    assert heights
    for one in heights:
        assert not any(one - 12 < other < one for other in numbers)
        assert sum(abs(one - other) < 12 for other in heights) == 1


def test_our_count_is_not_drawn_for_days_after_the_last():
    early, late = (START + datetime.timedelta(days=n) for n in (0, 31))
    [[_, svg]] = drawn(steps("s", "S", [], [Range(early, 1, 2), Range(late, 2, 3)]))

    ends = [x + w for x, _, w, _, kind in rects(svg) if kind == "range"]
    assert max(ends) < 80
