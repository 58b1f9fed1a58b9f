"""The rules of the ledger: publications, order and steps. Findings: test_ledger_findings.py."""

import datetime
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attacks.counting import Count, Window
from sources.models import Report
from sources.revisions import revision
from tallies.closed_periods import bounds
from tallies.ledger import ledger
from tallies.models import AcceptedFinding, FindingKind, PublishedTally, TallyLine
from tallies.places import TOTAL, Place
from tallies.series import numbers
from tallies.steps import Step
from tests.factories import day, make_base, make_organisation, make_tally
from tests.ledgers import between, book, found, holding, january, steps

pytestmark = pytest.mark.django_db


# Publications


def test_numbers_are_the_total_and_what_each_place_adds_up_to():
    omar, village = make_base("al-omar"), make_base("green-village")
    tally = make_tally(lines=[(omar, 3), ("IQ", 4), (village, 2)], total=10)

    assert numbers(tally) == {
        TOTAL: 10,
        Place(base=omar): 3,
        Place(country="IQ"): 4,
        Place(base=village): 2,
    }
    assert numbers(tally, lambda base: omar) == {
        TOTAL: 10,
        Place(base=omar): 5,
        Place(country="IQ"): 4,
    }


def test_numbers_lack_a_total_that_is_not_printed_and_a_line_that_names_nothing():
    tally = make_tally(lines=[("IQ", 4)], total=None)
    with revision("as printed"):
        TallyLine.objects.create(tally=tally, position=2, name_as_printed="Erbil", number=26)
        TallyLine.objects.create(tally=tally, position=3, number=7)

    assert numbers(tally) == {Place(country="IQ"): 4, Place(name="Erbil"): 26}


def test_publications_are_in_order_of_as_of_those_of_unknown_day_last():
    unknown = make_tally(report=None, counting_since=None)
    late = make_tally(published="2024-02-01")
    wide = make_tally(report=between("2024-01-01", "2024-01-09"))
    narrow = make_tally(report=between("2024-01-01", "2024-01-03"))
    again = make_tally(report=between("2024-01-01", "2024-01-03"))

    assert book(unknown, late, wide, again, narrow).publications == [
        narrow,
        again,
        wide,
        late,
        unknown,
    ]


def test_closed_period_begins_after_the_start_of_the_first_publication():
    """Not after the least start: sohr-321656 words it as 7 October, SOHR counts since the 19th."""
    undated_start = make_tally(published="2023-10-20", counting_since=None)
    first = make_tally(published="2023-10-29", counting_since=day("2023-10-19"))
    earlier_start = make_tally(published="2024-01-01", counting_since=day("2023-10-07"))
    month = make_tally(counting_since=day("2023-10-20"), counting_until=day("2023-10-31"))

    book_ = book(month, earlier_start, first, undated_start)

    assert book_.running == [undated_start, first, earlier_start]
    assert [(one.tally, one.place) for one in book_.closed] == [(month, TOTAL)]


def test_first_start_of_the_rule_wins():
    month = make_tally(counting_since=day("2024-01-01"), counting_until=day("2024-01-31"))

    assert book(month).closed == []
    assert len(book(month, first_start=day("2023-10-19")).closed) == 1


def test_first_start_is_the_least_of_those_as_of_one_day():
    month = make_tally(counting_since=day("2024-01-01"), published="2024-02-01")
    whole = make_tally(counting_since=day("2023-10-19"), published="2024-02-01")

    assert book(month, whole).running == [whole]


def test_ledger_makes_no_query(django_assert_num_queries):
    omar, wazir = make_base(), make_base()
    counter = make_organisation()
    one = make_tally(counter, [(omar, 3), (wazir, 1)], "2024-01-01", total=5)
    two = make_tally(counter, [(omar, 2)], "2024-02-01", total=5)
    january(9, counter=counter)
    with revision("accepted"):
        AcceptedFinding.objects.create(
            kind="fall", tally=two, other=one, base=omar, amount=-1, why="Known."
        )
    tallies = list(
        PublishedTally.objects.select_related("counter", "report").prefetch_related("lines__base")
    )
    accepted = list(AcceptedFinding.objects.select_related("base"))

    with django_assert_num_queries(0):
        book_ = ledger(tallies, held=holding(Count(1, 1)), accepted=accepted)

    assert {finding.kind for finding in book_.findings} == set(FindingKind)
    assert len(book_.accepted_findings) == 1


# Steps


def test_step_is_from_the_last_publication_that_is_certainly_before():
    first = make_tally(published="2024-01-01", total=5)
    wide = make_tally(report=between("2024-01-04", "2024-01-10"), total=8)
    later = make_tally(published="2024-01-10", total=9)
    last = make_tally(published="2024-01-11", total=12)

    assert steps(book(last, later, wide, first)) == [
        (first, wide, 3),
        (first, later, 4),
        (later, last, 3),
    ]


@pytest.mark.parametrize(
    ("earlier", "later", "is_step"),
    [
        pytest.param(("2024-01-01", "2024-01-03"), ("2024-01-04", "2024-01-09"), True, id="before"),
        pytest.param(("2024-01-01", "2024-01-04"), ("2024-01-04", "2024-01-09"), False, id="touch"),
        pytest.param((None, "2024-01-03"), ("2024-01-04", None), True, id="outer ends unknown"),
        pytest.param(("2024-01-01", None), ("2024-01-04", "2024-01-09"), False, id="no last day"),
        pytest.param(("2024-01-01", "2024-01-03"), (None, "2024-01-09"), False, id="no first day"),
    ],
)
def test_order_is_only_what_is_certain(earlier, later, is_step):
    one = make_tally(report=between(*earlier), total=1)
    two = make_tally(report=between(*later), total=2)

    assert steps(book(two, one)) == ([(one, two, 1)] if is_step else [])


def test_window_of_a_step_leaves_the_days_of_both_publications_uncertain():
    """An incident of the earlier publication's day is possible in both, certain in neither."""
    asked = []
    earlier = make_tally(report=between("2024-01-01", "2024-01-03"), total=1)
    later = make_tally(report=between("2024-01-07", "2024-01-09"), total=2)

    [step] = book(earlier, later, held=holding(Count(1, 2), asked)).steps

    assert step.window == Window(
        since=day("2024-01-01"),
        certain_since=day("2024-01-04"),
        until=day("2024-01-09"),
        certain_until=day("2024-01-06"),
    )
    assert asked == [(TOTAL, ("SY",), step.window)]
    assert step.ours == Count(1, 2)


def test_step_of_a_total_is_over_the_countries_of_both_and_says_so():
    asked = []
    earlier = make_tally(published="2024-01-01", total=140, territory="SY;IQ")
    later = make_tally(
        published="2024-01-09", total=165, territory="JO;IQ", counting_since=day("2023-10-07")
    )

    [step] = book(earlier, later, held=holding(asked=asked), first_start=day("2023-10-19")).steps

    assert [countries for _, countries, _ in asked] == [step.countries] == [("IQ", "JO", "SY")]
    assert step.notes == (
        "The earlier one counts from 19 October 2023, the later one from 7 October 2023.",
        "The earlier one covers Syria, Iraq, the later one Jordan, Iraq.",
    )


def test_step_of_a_line_is_over_its_place_whatever_else_is_covered():
    asked = []
    earlier = make_tally(lines=[("IQ", 3)], published="2024-01-01", total=None, territory="SY;IQ")
    later = make_tally(lines=[("IQ", 5)], published="2024-01-09", total=None, territory="JO;IQ")

    [step] = book(earlier, later, held=holding(asked=asked)).steps

    assert [(place, countries) for place, countries, _ in asked] == [(Place(country="IQ"), ())]
    assert (step.before, step.number, step.rise, step.notes) == (3, 5, 2, ())


@pytest.mark.parametrize(
    ("quantifier", "notes"),
    [
        ("", ()),
        ("exactly", ()),
        ("at_least", ("The later number is published as “at least”.",)),
        ("more_than", ("The later number is published as “more than”.",)),
        ("about", ("The later number is published as “about”.",)),
    ],
)
def test_step_notes_a_number_that_is_not_exact(quantifier, notes):
    """The quantifier is the total's: the lines printed with it are as they are."""
    lines = {"lines": [("IQ", 4)], "total": 6}
    earlier = make_tally(published="2024-01-01", **lines)
    later = make_tally(published="2024-01-09", quantifier=quantifier, **lines)

    found = {step.place: step.notes for step in book(earlier, later).steps}

    assert found == {TOTAL: notes, Place(country="IQ"): ()}


def test_step_notes_the_quantifier_of_lines_where_there_is_no_total():
    lines = {"lines": [("IQ", 4)], "total": None}
    earlier = make_tally(published="2024-01-01", quantifier="at_least", **lines)
    later = make_tally(lines=[("IQ", 5)], published="2024-01-09", total=None)

    [step] = book(earlier, later).steps

    assert step.notes == ("The earlier number is published as “at least”.",)


def test_from_not_listed_there_is_no_step():
    omar, wazir = make_base(), make_base()
    first = make_tally(lines=[(omar, 3), (wazir, 1)], published="2024-01-01")
    second = make_tally(lines=[(omar, 4)], published="2024-01-02")
    third = make_tally(lines=[(omar, 5), (wazir, 2)], published="2024-01-03")

    assert steps(book(first, second, third), Place(base=wazir)) == [(first, third, 1)]


def test_step_of_a_bare_name_is_not_compared_with_our_record():
    asked, tallies = [], []
    with revision("as printed"):
        for published, number in (("2024-01-01", 20), ("2024-01-09", 20)):
            tally = make_tally(published=published, total=None)
            TallyLine.objects.create(
                tally=tally, position=1, name_as_printed="Erbil", number=number
            )
            tallies.append(tally)

    book_ = book(*tallies, held=holding(Count(1, 1), asked))

    [step] = book_.steps
    assert (step.place, step.ours, step.unaccounted) == (Place(name="Erbil"), None, None)
    assert asked == []
    assert book_.findings == []


def test_reprints_of_one_number_as_of_one_day_are_one_step_the_fullest_stands_for_them():
    omar = make_base()
    first = make_tally(published="2024-01-01", total=3)
    bare = make_tally(published="2024-02-01", total=5)
    listed = make_tally(lines=[(omar, 5)], published="2024-02-01")
    part = make_tally(lines=[(omar, 5)], published="2024-02-01", coverage="partial")
    last = make_tally(published="2024-03-01", total=6)

    book_ = book(first, bare, part, listed, last)

    assert steps(book_) == [(first, listed, 2), (listed, last, 1)]
    assert book_.steps[0].also == (part, bare)


def test_numbers_of_one_day_that_differ_are_two_steps_and_the_higher_one_is_built_on():
    """The Pentagon's 61 and 62 for 17 November 2023."""
    first = make_tally(published="2023-11-14", total=55)
    sixty_two = make_tally(published="2023-11-17", total=62)
    sixty_one = make_tally(published="2023-11-17", total=61)
    last = make_tally(published="2023-11-21", total=66)

    assert steps(book(first, sixty_two, sixty_one, last)) == [
        (first, sixty_two, 7),
        (first, sixty_one, 6),
        (sixty_two, last, 4),
    ]


def test_unaccounted_is_what_the_rise_leaves_of_our_count_at_each_bound():
    tallies = [make_tally(published=f"2024-01-0{n}", total=7 * n) for n in (1, 2)]

    assert book(*tallies, held=holding(Count(2, 4))).steps[0].unaccounted == Count(3, 5)
    assert book(*tallies, held=holding(Count(2, 9))).steps[0].unaccounted == Count(0, 5)
    assert book(*tallies, held=holding(Count(8, 9))).steps[0].unaccounted == Count(0, 0)


# On any publications. They are not stored: the rules read no more of them than this.

FIRST = datetime.date(2024, 1, 1)
days = st.integers(0, 40).map(lambda number: FIRST + datetime.timedelta(days=number))
intervals = st.tuples(st.none() | days, st.none() | days).filter(
    lambda ends: None in ends or ends[0] <= ends[1]
)


def published(pk, total, ends, since=FIRST):
    tally = PublishedTally(pk=pk, total=total, counting_since=since, coverage="total_only")
    tally.report = Report(published_earliest=ends[0], published_latest=ends[1])
    tally._prefetched_objects_cache = {"lines": []}
    return tally


@given(st.lists(st.tuples(st.integers(0, 9), intervals), max_size=12))
def test_step_is_from_the_last_of_all_that_are_certainly_before(rows):
    tallies = [published(pk, total, ends) for pk, (total, ends) in enumerate(rows, 1)]

    def before(tally):
        return [
            one
            for one in tallies
            if one.as_of_latest and tally.as_of_earliest and one.as_of_latest < tally.as_of_earliest
        ]

    def last(one):
        return (one.as_of_latest, one.as_of_earliest or datetime.date.min, one.total)

    steps = book(*tallies).steps

    for step in steps:
        assert last(step.earlier) == max(map(last, before(step.later)))
        assert step.rise == step.later.total - step.earlier.total
    stepped = {tally for step in steps for tally in (step.later, *step.also)}
    assert stepped == {tally for tally in tallies if before(tally)}


@given(st.lists(st.tuples(st.integers(0, 99), days), min_size=1, unique_by=lambda row: row[1]))
def test_rises_along_exact_days_add_up_to_the_last_less_the_first(rows):
    tallies = [published(pk, total, (on, on)) for pk, (total, on) in enumerate(rows, 1)]

    book_ = book(*tallies)

    first, last = book_.publications[0], book_.publications[-1]
    assert sum(step.rise for step in book_.steps) == last.total - first.total
    assert [step.later for step in book_.steps] == book_.publications[1:]


@given(st.integers(-50, 50), st.integers(0, 50), st.integers(0, 50))
def test_unaccounted_at_least_is_never_more_than_at_most(rise, certain, more):
    step = Step(TOTAL, None, None, rise, Window(), Count(certain, certain + more), (), (), 0)

    assert 0 <= step.unaccounted.certain <= step.unaccounted.possible <= max(0, rise)


@st.composite
def honest(draw):
    """Publications of one that counts without fault, each as of a day inside of what is known."""
    attacks = draw(st.lists(st.integers(0, 3), min_size=30, max_size=30))
    until = [0, *itertools.accumulate(attacks)]
    numbers = st.integers(0, 29)
    tallies = []
    for at, early, late in draw(st.lists(st.tuples(numbers, numbers, numbers), max_size=10)):
        ends = [FIRST + datetime.timedelta(days=number) for number in (at - early, at + late)]
        tallies.append(published(len(tallies) + 1, until[at + 1], ends))
    for ends in draw(st.lists(st.tuples(st.integers(1, 29), numbers), max_size=5)):
        since, to = sorted(ends)
        on = FIRST + datetime.timedelta(days=to)
        period = published(len(tallies) + 1, until[to + 1] - until[since], (on, on))
        period.counting_since = FIRST + datetime.timedelta(days=since)
        tallies.append(period)
    return tallies


@given(honest())
def test_who_counts_without_fault_never_falls_and_keeps_within_the_bounds(tallies):
    book_ = book(*tallies, first_start=FIRST)

    assert found(book_, "fall") == []
    assert found(book_, "closed_period") == []
    for closed in book_.closed:
        assert closed.bounds == bounds(closed.tally, TOTAL, book_.running)
        assert closed.bounds.high is None or closed.bounds.low <= closed.bounds.high
