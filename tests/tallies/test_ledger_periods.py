"""Closed periods of the ledger and their bounds."""

import pytest

from tallies.closed_periods import bounds
from tallies.places import TOTAL, Place
from tests.factories import day, make_tally
from tests.ledgers import between, book, found, january, words

pytestmark = pytest.mark.django_db


def running_numbers():
    """SOHR's around January 2024."""
    return [
        make_tally(published=published, total=total)
        for published, total in (
            ("2023-12-28", 63),
            ("2024-01-01", 68),
            ("2024-01-27", 101),
            ("2024-02-05", 108),
        )
    ]


@pytest.mark.parametrize(
    ("total", "outside", "sentence"),
    [
        (32, -1, "is 1 less than the least that the running numbers allow, 101 less 68."),
        (33, 0, None),
        (45, 0, None),
        (47, 2, "is 2 more than the most that the running numbers allow, 108 less 63."),
    ],
)
def test_closed_period_lies_between_what_the_running_numbers_allow(total, outside, sentence):
    period = january(total)

    book_ = book(period, *running_numbers())

    [closed] = book_.closed
    assert (closed.bounds.low, closed.bounds.high) == (33, 45)
    assert (closed.outside, closed.holds) == (outside, not outside)
    assert found(book_, "closed_period") == [(period, None, TOTAL, outside)] * (not closed.holds)
    if sentence:
        assert words(book_, "closed_period") == [f"{total} (1 to 31 January 2024) {sentence}"]


def test_bounds_name_the_publications_they_rest_on():
    running = running_numbers()

    found = bounds(january(39), TOTAL, running)

    assert [
        (anchor.tally, anchor.number)
        for anchor in (
            found.least_at_end,
            found.most_before,
            found.most_at_end,
            found.least_before,
        )
    ] == [(running[2], 101), (running[1], 68), (running[3], 108), (running[0], 63)]


def test_bounds_are_open_where_no_running_number_speaks():
    period = january(39)

    before = make_tally(published="2023-12-28", total=63)
    after = make_tally(published="2024-02-05", total=108)
    assert bounds(period, TOTAL, []).high is None
    assert bounds(period, TOTAL, [before]).high is None
    assert (bounds(period, TOTAL, [after]).low, bounds(period, TOTAL, [after]).high) == (0, 108)


def test_bounds_of_an_unknown_end_are_the_widest():
    period = january(39, counting_until=None, report=between("2024-01-20", "2024-01-30"))
    undated = january(39, counting_until=None, report=None)

    found = bounds(period, TOTAL, running_numbers())
    assert (found.low, found.high) == (0, 45)
    found = bounds(undated, TOTAL, running_numbers())
    assert (found.low, found.high) == (0, None)


def test_totals_bound_those_of_the_same_countries_and_lines_those_of_the_same_place():
    running = [
        make_tally(lines=[("IQ", number)], published=published, territory="IQ;SY")
        for published, number in (("2023-12-31", 10), ("2024-01-31", 20), ("2024-02-01", 25))
    ]
    period = january(None, lines=[("IQ", 30)], territory="IQ")
    period.total = 30

    book_ = book(period, *running)

    assert [(one.place, one.bounds.high, one.outside) for one in book_.closed] == [
        (TOTAL, None, 0),
        (Place(country="IQ"), 15, 15),
    ]
    assert words(book_, "closed_period")[0].startswith("30 at Iraq (1 to 31 January 2024) is 15")


@pytest.mark.parametrize("quantifier", ["at_least", "more_than"])
def test_number_that_is_only_a_floor_sets_no_upper_bound_and_is_not_too_low(quantifier):
    running = [
        make_tally(published="2024-01-31", total=50, quantifier="exactly"),
        make_tally(published="2024-02-01", total=60, quantifier=quantifier),
    ]
    first = make_tally(published="2024-01-01", total=1)

    assert bounds(january(39), TOTAL, [first, *running]).high is None
    [low, floor] = book(first, *running, january(9), january(9, quantifier=quantifier)).closed
    assert (low.outside, floor.outside) == (-40, 0)


@pytest.mark.parametrize("quantifier", ["at_least", "more_than"])
def test_line_is_as_it_is_where_only_the_total_is_a_floor(quantifier):
    after = make_tally(lines=[("IQ", 60)], published="2024-02-01", quantifier=quantifier)

    assert bounds(january(39), TOTAL, [after]).high is None
    assert bounds(january(39), Place(country="IQ"), [after]).high == 60


def test_of_numbers_that_bound_alike_the_nearest_is_named():
    before, zero = (make_tally(published=on, total=5) for on in ("2023-12-01", "2023-12-31"))
    one, end = (make_tally(published=on, total=9) for on in ("2024-01-20", "2024-01-31"))
    after, late = (make_tally(published=on, total=11) for on in ("2024-02-01", "2024-02-09"))

    found = bounds(january(5), TOTAL, [before, zero, one, end, after, late])

    assert (found.least_before.tally, found.least_at_end.tally) == (zero, end)
    assert (found.most_before.tally, found.most_at_end.tally) == (one, after)


def test_upper_bound_is_never_less_than_none_also_where_the_running_numbers_fall():
    running = [
        make_tally(published="2023-12-31", total=10),
        make_tally(published="2024-02-01", total=8),
    ]

    assert bounds(january(0), TOTAL, running).high == 0


def test_each_period_is_bound_by_the_totals_of_its_own_countries():
    syria = make_tally(published="2024-02-01", total=10, territory="SY")
    both = make_tally(published="2024-02-01", total=30, territory="SY;IQ")
    periods = [january(5, territory=territory) for territory in ("SY", "IQ;SY", "IQ")]

    book_ = book(syria, both, *periods, first_start=day("2023-10-19"))

    assert [one.bounds.high for one in book_.closed] == [10, 30, None]


def test_about_a_number_bounds_nothing_and_is_not_outside():
    around = [
        make_tally(published="2024-01-01", total=10, quantifier="about"),
        make_tally(published="2024-02-01", total=18, quantifier="about"),
    ]

    [closed] = book(january(9), *around).closed
    assert (closed.bounds.low, closed.bounds.high) == (0, None)

    [closed] = book(january(60, quantifier="about"), *running_numbers()).closed
    assert closed.holds


def test_month_that_is_known_first_is_no_start_while_a_running_number_states_one():
    counter = make_tally().counter
    month = make_tally(
        counter,
        total=8,
        counting_since=day("2023-11-01"),
        counting_until=day("2023-11-30"),
        published="2023-12-01",
    )
    running = make_tally(
        counter, total=20, counting_since=day("2023-10-01"), published="2023-12-20"
    )

    ledger = book(month, running)

    assert ledger.first_start == day("2023-10-01")
    assert ledger.running == [running]
    assert [period.tally for period in ledger.closed] == [month]
    assert ledger.steps == []


def test_period_that_begins_on_the_first_day_there_is_has_bounds():
    first = day("0001-01-01")
    period = january(5, counting_since=first)

    assert bounds(period, TOTAL, running_numbers()).low == 0
