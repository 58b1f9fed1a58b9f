import pytest

from attacks.counting import Count
from tallies.book import read_book, work_queue
from tallies.places import TOTAL
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


def make_series(counter, *numbers, base=None):
    """Running totals of a counter, a month apart from 1 January 2024 on."""
    return [
        make_tally(
            counter,
            [(base, number)] if base else [],
            total=number,
            published=f"2024-{month:02}-01",
        )
        for month, number in enumerate(numbers, 1)
    ]


def queue(**options):
    return [
        (page.counter.slug, str(step.place), step.unaccounted)
        for page, step in work_queue(read_book(**options))
    ]


def test_work_queue_begins_with_what_would_close_most():
    a, b = make_organisation("a", kind="monitor"), make_organisation("b", kind="monitor")
    make_series(a, 10, 12)
    make_series(b, 1, 9, 10)

    assert [(counter, number.possible) for counter, _, number in queue()] == [
        ("b", 8),
        ("a", 2),
        ("b", 1),
    ]


def test_step_that_the_record_accounts_for_leaves_the_queue():
    counter, base = make_organisation("a", kind="monitor"), make_base("conoco")
    make_series(counter, 10, 12, base=base)
    assert queue() == [
        ("a", "the total", Count(2, 2)),
        ("a", "Conoco", Count(2, 2)),
    ]

    make_incident(base, on="2024-01-15")
    assert {number for _, _, number in queue()} == {Count(1, 1)}

    # On the day of the earlier number: possible in this step, certain in none.
    make_incident(base, on="2024-01-01")
    assert {number for _, _, number in queue()} == {Count(0, 1)}

    make_incident(base, on="2024-01-31")
    assert queue() == []


def test_steps_are_held_against_the_record_by_the_counters_own_rule():
    counter, base = make_organisation("a", kind="monitor"), make_base()
    make_series(counter, 10, 12, base=base)
    make_incident(base, on="2024-01-15", outcome="intercepted", attack_count=2)
    assert queue() == []

    make_rule(counter, counts_intercepted=False, counts_claims_alone=True)

    assert {number for _, _, number in queue()} == {Count(2, 2)}


def test_list_of_a_step_is_its_count(client):
    counter, base = make_organisation("a", kind="monitor"), make_base()
    make_rule(counter, counts_intercepted=None, counts_claims_alone=True)
    make_series(counter, 10, 19, base=base)
    make_incident(base, on="2023-12-31", until="2024-01-02", attack_count=2)
    make_incident(base, on="2024-01-15", outcome="intercepted")
    make_incident(base, on="2024-01-16")
    make_incident(base, on="2024-02-01")

    [page] = read_book()
    for step in page.ledger.steps:
        listed = client.get(f"/api/v1/incidents/?{page.query(step)}").json()["results"]
        assert step.ours == Count(1, 5)
        assert sum(one["attack_count"] for one in listed) == 5


def test_book_of_an_earlier_day_knows_no_later_publication_nor_incident():
    counter, base = make_organisation("a", kind="monitor"), make_base()
    make_series(counter, 10, 12, 20, base=base)
    make_incident(base, on="2024-01-15", reports=[make_report(published="2024-02-20")])

    [page] = read_book(known_on=day("2024-02-10"))

    assert [tally.total for tally in page.ledger.publications] == [10, 12]
    assert {step.ours for step in page.ledger.steps} == {Count(0, 0)}
    assert read_book(known_on=day("2023-12-31")) == []


def test_start_that_the_rule_states_tells_running_from_closed():
    counter = make_organisation("a", kind="monitor")
    make_tally(counter, total=3, counting_since=day("2024-01-01"), published="2024-01-31")
    make_tally(counter, total=9, counting_since=day("2023-10-19"), published="2024-02-01")
    [page] = read_book()
    assert len(page.ledger.running) == 2

    make_rule(counter, since=day("2023-10-19"))

    [page] = read_book()
    assert [tally.total for tally in page.ledger.running] == [9]
    assert [period.number for period in page.ledger.closed] == [3]


def test_in_all_is_counted_where_the_publication_or_the_rule_says():
    counter, base = make_organisation("a", kind="monitor"), make_base()
    make_incident(base)
    tally = make_tally(counter, [(base, 1)], territory="")

    [page] = read_book()
    assert page.in_all(tally) is None

    make_rule(counter, territory="SY")
    [page] = read_book()
    assert page.in_all(tally) == Count(1, 1)
    assert page.holdings.held(TOTAL, [], tally.window) == Count(1, 1)


def test_queries_do_not_grow_with_counters_nor_publications(django_assert_max_num_queries):
    for number in range(5):
        counter, base = make_organisation(kind="monitor"), make_base()
        make_series(counter, 3, 4, 6, base=base)
        make_incident(base, on=f"2024-01-1{number}", reports=[make_report()])

    # tallies, lines, their bases; accepted; rules, their sites; bases; bases and days of holdings
    with django_assert_max_num_queries(9):
        work_queue(read_book())
