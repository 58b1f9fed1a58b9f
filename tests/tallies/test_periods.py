import pytest

from attacks.counting import Count
from tallies.book import read_book
from tallies.periods import compare_period
from tests.factories import (
    day,
    make_base,
    make_incident,
    make_organisation,
    make_report,
    make_rule,
    make_tally,
)

pytestmark = pytest.mark.django_db


def compared(since=None, until=None, **options):
    dates = [text and day(text) for text in (since, until)]
    return {row.counter.slug: row for row in compare_period(read_book(**options), *dates)}


def allowed(row):
    return row.allowed.low, row.allowed.high


def make_series(slug, *numbers, **fields):
    counter = make_organisation(slug, kind="monitor")
    for published, total in numbers:
        make_tally(counter, total=total, published=published, **fields)
    return counter


SERIES = [("2023-12-28", 63), ("2024-01-01", 68), ("2024-01-27", 101), ("2024-02-05", 108)]


def test_window_of_a_running_counter_is_bounded_by_the_numbers_around_its_ends():
    make_series("a", *SERIES)

    assert allowed(compared("2024-01-01", "2024-01-31")["a"]) == (33, 45)
    assert allowed(compared(None, "2024-01-31")["a"]) == (101, 108)
    assert allowed(compared("2023-10-19", "2024-01-31")["a"]) == (101, 108)
    assert allowed(compared()["a"]) == (108, None)


def test_counter_of_unknown_start_is_bounded_like_any_other():
    make_series("a", ("2023-12-31", 26), counting_since=None)

    assert allowed(compared("2024-01-01", "2024-01-31")["a"]) == (0, None)


def test_number_of_exactly_these_days_stands_beside_the_bounds_of_the_running_ones():
    counter = make_series("a", *SERIES)
    month = make_tally(
        counter,
        total=39,
        counting_since=day("2024-01-01"),
        counting_until=day("2024-01-31"),
        report=make_report(published="2024-03-01"),
    )

    row = compared("2024-01-01", "2024-01-31")["a"]

    assert row.published == (month,)
    assert allowed(row) == (33, 45)
    assert row.starts == day("2023-10-19")


def test_counter_that_says_nothing_of_these_days_has_no_row():
    make_series("a", ("2024-02-19", 120), quantifier="more_than")

    assert compared(None, "2024-01-29") == {}
    assert allowed(compared(None, "2024-02-20")["a"]) == (120, None)


def test_our_count_is_by_the_rule_from_where_the_counter_starts():
    counter, base = make_series("a", *SERIES), make_base()
    for on in ("2023-10-18", "2023-10-19", "2024-01-15"):
        make_incident(base, on=on)
    make_incident(base, on="2024-01-16", outcome="intercepted")
    make_incident(make_base(country="IQ"), on="2024-01-16")
    assert compared(None, "2024-01-31")["a"].ours == Count(3, 3)

    make_rule(counter, counts_intercepted=False, counts_claims_alone=True)

    assert compared(None, "2024-01-31")["a"].ours == Count(2, 2)


def test_counter_without_a_territory_is_not_held_against_the_whole_world(client):
    make_series("a", ("2024-01-01", 5), ("2024-02-01", 9), territory="")
    make_incident(make_base(), on="2024-01-10", attack_count=4)

    assert compared(None, "2024-02-01")["a"].ours is None
    [page] = read_book()
    assert [(step.ours, step.unaccounted) for step in page.ledger.steps] == [(None, None)]
    assert client.get("/tallies/period/?until=2024-02-01").status_code == 200
    assert client.get("/tallies/").status_code == 200


@pytest.mark.parametrize(
    "query", ["since=0001-01-01", "until=9999-12-31", "since=0001-01-01&until=9999-12-31"]
)
def test_days_at_the_end_of_time_are_refused_and_no_error(client, query):
    make_series("a", *SERIES)

    response = client.get(f"/tallies/period/?{query}")

    assert response.status_code == 200
    assert "rows" not in response.context
