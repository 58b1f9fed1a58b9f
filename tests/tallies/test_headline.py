import pytest
from django.utils.html import strip_tags

from tallies.headline import concentration, headline
from tallies.reconciliation import reconcile
from tests.factories import make_base, make_organisation, make_tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def sohr():
    return make_organisation("sohr", kind="monitor", name="SOHR")


def said(tally):
    return strip_tags(headline(tally, reconcile(tally)))


def lines(*numbers):
    return [(make_base(name=f"Base {n}"), number) for n, number in enumerate(numbers, start=1)]


def test_sentence_says_who_counted_how_many_where_and_when(sohr):
    tally = make_tally(sohr, lines(40, 36, 20, 17), territory="SY", published="2024-08-10")

    assert said(tally) == (
        "SOHR has counted 113 attacks on military bases in Syria since 19 October 2023, as of "
        "10 August 2024, more than half of them at Base 1 and Base 2."
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"total": 1, "territory": ""}, "SOHR has counted 1 attack on military bases."),
        (
            {"total": 60, "quantifier": "more_than", "territory": "SY;IQ"},
            "SOHR has counted more than 60 attacks on military bases in Syria and Iraq.",
        ),
        (
            {"total": None, "territory": ""},
            "Attacks on military bases, counted by SOHR without a printed total",
        ),
    ],
    ids=["bare", "quantified", "no total"],
)
def test_sentence_claims_no_more_than_was_published(sohr, fields, sentence):
    assert (
        said(make_tally(sohr, **{"published": None, "counting_since": None} | fields)) == sentence
    )


@pytest.mark.parametrize(
    ("numbers", "places"),
    [
        ((60, 20, 10, 10), 1),
        ((50, 20, 20, 10), 2),  # half is not more than half
        ((20, 20, 20, 20, 20), 3),
        ((20, 20, 20, 20, 20, 20), 0),  # it would take four
        ((60, 20), 0),  # of a few bases it says nothing
    ],
)
def test_most_are_at_the_fewest_bases_that_hold_more_than_half(sohr, numbers, places):
    tally = make_tally(sohr, lines(*numbers))

    assert len(concentration(tally, reconcile(tally).largest_first)) == places


@pytest.mark.parametrize(
    "fields", [{"total": 200}, {"coverage": "partial"}, {"quantifier": "more_than"}]
)
def test_list_that_is_not_whole_says_nothing_of_most(sohr, fields):
    tally = make_tally(sohr, lines(60, 20, 10, 10), **fields)

    assert concentration(tally, reconcile(tally).largest_first) == []


def test_names_are_escaped():
    tally = make_tally(make_organisation(name="<b>{counter}%(number)s"), total=5)

    assert "&lt;b&gt;{counter}%(number)s" in headline(tally, reconcile(tally))
