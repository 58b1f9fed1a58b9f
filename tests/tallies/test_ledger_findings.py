"""What the ledger finds, on publications made up for each rule. Real ones: test_ledger_data.py."""

import pytest

from attacks.counting import Count, Window
from sources.revisions import revision
from tallies.models import AcceptedFinding, FindingKind
from tallies.places import TOTAL, Place
from tests.factories import day, make_base, make_tally
from tests.ledgers import between, book, found, holding, words

pytestmark = pytest.mark.django_db


# Arithmetic and falls


@pytest.mark.parametrize(
    ("lines", "total", "sentence"),
    [
        ([43, 41], 78, "The lines add up to 84, 6 more than the total of 78."),
        ([66, 98], 165, "The lines add up to 164, 1 less than the total of 165."),
    ],
)
def test_lines_that_do_not_add_up_are_found(lines, total, sentence):
    tally = make_tally(lines=list(zip(("IQ", "SY"), lines, strict=True)), total=total)

    assert found(book(tally), "arithmetic") == [(tally, None, TOTAL, sum(lines) - total)]
    assert words(book(tally), "arithmetic") == [sentence]


@pytest.mark.parametrize(
    "fields",
    [
        {"total": 84},
        {"total": None},
        {"total": 78, "coverage": "partial"},
        {"total": 78, "coverage": "full", "lines": []},
    ],
)
def test_lines_that_add_up_or_cannot_be_added_up_are_not_found(fields):
    assert book(make_tally(**{"lines": [("IQ", 43), ("SY", 41)]} | fields)).findings == []


def test_closed_period_must_add_up_too():
    first = make_tally()
    month = make_tally(lines=[("SY", 3)], total=4, counting_since=day("2024-01-01"))

    assert found(book(first, month), "arithmetic") == [(month, None, TOTAL, -1)]


def test_line_that_goes_down_is_found():
    """SOHR's 27 on Al-Omar, then a text quoting SOHR with 109 in all and 26 on Al-Omar."""
    omar = make_base("al-omar", name="Al-Omar")
    earlier = make_tally(lines=[(omar, 27)], total=108, published="2024-02-05", coverage="partial")
    later = make_tally(lines=[(omar, 26)], total=109, published="2024-02-10", coverage="partial")

    book_ = book(earlier, later)

    assert found(book_, "fall") == [(later, earlier, Place(base=omar), -1)]
    assert words(book_, "fall") == [
        "Al-Omar falls from 27 as of 5 February 2024 to 26 as of 10 February 2024."
    ]
    assert [step.fell for step in book_.steps] == [False, True]
    assert book_.steps[1].unaccounted == Count(0, 0)


def test_total_that_goes_down_is_found_in_each_reprint():
    earlier = make_tally(published="2024-02-05", total=108)
    later = [make_tally(published="2024-02-10", total=106) for _ in range(2)]

    assert found(book(earlier, *later), "fall") == [(one, earlier, TOTAL, -2) for one in later]


# Stale


def test_repeated_number_is_stale_since_the_first_of_the_run():
    """16 for Al-Shaddadi from 5 February 2024 on, still printed on 23 September."""
    asked = []
    base = make_base(name="Al-Shaddadi")
    lines = {"lines": [(base, 16)], "total": None, "coverage": "partial"}
    before = make_tally(published="2024-01-01", **lines | {"lines": [(base, 12)]})
    first, second, third = (
        make_tally(published=on, **lines) for on in ("2024-02-05", "2024-08-10", "2024-09-23")
    )

    book_ = book(before, first, second, third, held=holding(Count(3, 4), asked))

    place = Place(base=base)
    assert found(book_, "stale") == [(second, first, place, None), (third, first, place, None)]
    assert words(book_, "stale")[1] == (
        "The 16 for Al-Shaddadi is the number as of 5 February 2024, although our record certainly "
        "holds 3 attacks there dated 6 February to 22 September 2024."
    )
    assert asked[-1][-1] == Window(
        since=day("2024-02-05"),
        certain_since=day("2024-02-06"),
        until=day("2024-09-23"),
        certain_until=day("2024-09-22"),
    )


def test_repeated_number_without_a_certain_attack_is_not_stale():
    tallies = [make_tally(published=f"2024-01-0{n}", total=7) for n in (1, 9)]

    assert book(*tallies, held=holding(Count(0, 5))).findings == []


def test_number_that_was_another_in_between_is_not_stale():
    tallies = [make_tally(published=f"2024-01-0{n}", total=n % 2) for n in (1, 2, 3)]

    assert found(book(*tallies, held=holding(Count(1, 1))), "stale") == []


def test_each_reprint_of_a_stale_total_is_found():
    first = make_tally(published="2024-08-10", total=135)
    reprints = [make_tally(published="2024-09-23", total=135) for _ in range(2)]

    book_ = book(first, *reprints, held=holding(Count(1, 1)))

    assert found(book_, "stale") == [(one, first, TOTAL, None) for one in reprints]
    assert words(book_, "stale")[0] == (
        "The total of 135 is the number as of 10 August 2024, although our record certainly "
        "holds 1 attack dated 11 August to 22 September 2024."
    )


@pytest.mark.parametrize(
    ("earlier", "later", "asked_for"),
    [
        pytest.param("IQ;SY", "IQ;JO;SY", ("IQ", "SY"), id="common"),
        pytest.param("", "SY", ("SY",), id="one states none"),
        pytest.param("", "", (), id="none stated"),
        pytest.param("IQ", "SY", None, id="nothing in common"),
    ],
)
def test_stale_total_is_of_the_countries_of_both(earlier, later, asked_for):
    def held(place, countries, window):
        return Count(int(tuple(countries) == asked_for), 9)

    tallies = [
        make_tally(published="2024-01-01", total=7, territory=earlier),
        make_tally(published="2024-01-09", total=7, territory=later),
    ]

    assert len(found(book(*tallies, held=held), "stale")) == (asked_for is not None)


# Siblings


def test_other_totals_of_overlapping_days_are_siblings_once_a_pair_of_totals():
    omar = make_base()
    sixty_one = make_tally(published="2023-11-17", total=61)
    sixty_two = make_tally(published="2023-11-17", total=62)
    listed = make_tally(lines=[(omar, 62)], published="2023-11-17")

    book_ = book(sixty_two, listed, sixty_one)

    assert found(book_, "siblings") == [(listed, sixty_one, TOTAL, 1)]
    assert words(book_, "siblings") == ["61 and 62 are both totals as of 17 November 2023."]


@pytest.mark.parametrize(
    ("one", "two", "siblings"),
    [
        pytest.param(("2024-01-01", "2024-01-05"), ("2024-01-05", "2024-01-09"), 1, id="touch"),
        pytest.param(("2024-01-01", "2024-01-09"), ("2024-01-03", "2024-01-04"), 1, id="inside"),
        pytest.param(("2024-01-01", "2024-01-05"), ("2024-01-06", "2024-01-09"), 0, id="apart"),
        pytest.param(("2024-01-01", "2024-01-05"), (None, "2024-01-09"), 0, id="not known"),
    ],
)
def test_siblings_overlap(one, two, siblings):
    tallies = [make_tally(report=between(*one), total=1), make_tally(report=between(*two), total=2)]

    assert len(found(book(*tallies), "siblings")) == siblings


def test_siblings_of_different_countries_say_so():
    tallies = [
        make_tally(published="2024-01-29", total=164, territory="IQ;SY"),
        make_tally(published="2024-01-29", total=165, territory="IQ;SY;JO"),
    ]

    assert words(book(*tallies), "siblings") == [
        "164 and 165 are both totals as of 29 January 2024, of different countries."
    ]


@pytest.mark.parametrize(
    ("since", "until", "siblings"),
    [("2024-01-01", "2024-01-31", 1), ("2024-01-02", "2024-01-31", 0)],
)
def test_closed_periods_are_siblings_of_the_same_period_alone(since, until, siblings):
    running = make_tally(published="2024-01-31", total=100)
    january = {"counting_since": day("2024-01-01"), "counting_until": day("2024-01-31")}
    one = make_tally(total=39, **january)
    two = make_tally(total=40, counting_since=day(since), counting_until=day(until))

    book_ = book(running, one, two)

    assert found(book_, "siblings") == [(two, one, TOTAL, 1)] * siblings


def iraq_and_syria(published, iraq, syria, **fields):
    lines = [("IQ", iraq), ("SY", syria)]
    return make_tally(lines=lines, published=published, **{"total": 78} | fields)


def test_one_total_with_other_lines_is_a_sibling():
    """The Pentagon's 78: 37 + 41 on 8 December 2023, printed as 43 + 41 the day after."""
    one = iraq_and_syria("2023-12-08", 37, 41)
    two = iraq_and_syria("2023-12-09", 43, 41)
    three = iraq_and_syria("2023-12-10", 37, 41)

    book_ = book(one, two, three)

    assert found(book_, "siblings") == [(two, one, TOTAL, None)]
    assert words(book_, "siblings") == [
        "The same total of 78 is printed as of 8 December 2023 with other lines: here Iraq 43, "
        "not 37."
    ]


@pytest.mark.parametrize(
    ("first", "last", "siblings"),
    [
        pytest.param("2023-12-10", "2023-12-10", 0, id="between"),
        pytest.param("2023-12-01", "2023-12-08", 0, id="perhaps on the first"),
        pytest.param("2023-12-12", "2023-12-19", 0, id="perhaps on the last"),
        pytest.param("2023-12-01", "2023-12-07", 1, id="before"),
        pytest.param("2023-12-13", "2023-12-19", 1, id="after"),
    ],
)
def test_another_total_between_parts_two_lists(first, last, siblings):
    one = iraq_and_syria("2023-12-08", 37, 41)
    two = iraq_and_syria("2023-12-12", 43, 41)
    other = make_tally(report=between(first, last), total=80)

    book_ = book(one, two, other)

    assert len([one for one in found(book_, "siblings") if one[-1] is None]) == siblings


def test_full_lists_of_other_places_are_siblings_and_cut_ones_are_not():
    omar, conoco = make_base(name="Al-Omar"), make_base(name="Conoco")
    one = make_tally(lines=[(omar, 5)], published="2024-01-01", total=5)
    two = make_tally(lines=[(conoco, 5)], published="2024-01-02", total=5)
    cut = make_tally(lines=[(conoco, 5)], published="2024-01-02", total=5, coverage="partial")
    by_country = make_tally(lines=[("SY", 5)], published="2024-01-03", total=5)

    assert found(book(one, two), "siblings") == [(two, one, TOTAL, None)]
    assert words(book(one, two), "siblings")[0].endswith(
        "here Conoco 5, not listed there; Al-Omar not listed, 5 there."
    )
    assert book(one, cut).findings == []
    assert book(one, by_country).findings == []


def test_other_total_within_the_days_of_either_list_parts_them():
    one = iraq_and_syria(None, 37, 41, report=between("2023-12-08", "2023-12-20"))
    two = iraq_and_syria("2023-12-09", 43, 41)
    three = make_tally(report=between("2023-12-12", "2023-12-15"), total=80)

    assert found(book(one, two), "siblings") == [(two, one, TOTAL, None)]
    assert found(book(one, two, three), "siblings") == [(three, one, TOTAL, 2)]


def test_list_printed_again_after_another_total_is_held_against_the_next():
    one = iraq_and_syria("2023-12-08", 37, 41)
    other = make_tally(published="2023-12-09", total=80)
    again = iraq_and_syria("2023-12-10", 37, 41)
    two = iraq_and_syria("2023-12-11", 43, 41)

    assert found(book(one, other, again, two), "siblings") == [(two, again, TOTAL, None)]


def test_full_list_says_more_than_the_same_lines_cut():
    omar, conoco = make_base(), make_base()
    cut = make_tally(lines=[(omar, 5)], published="2024-01-01", total=5, coverage="partial")
    full = make_tally(lines=[(omar, 5)], published="2024-01-02", total=5)
    other = make_tally(lines=[(conoco, 5)], published="2024-01-02", total=5)

    assert found(book(cut, full, other), "siblings") == [(other, full, TOTAL, None)]


# Shape


def test_places_that_appear_in_or_vanish_from_a_full_list_are_found():
    omar, wazir, hemo = (make_base(name=name) for name in ("Al-Omar", "Al-Wazir", "Hemo"))
    one = make_tally(lines=[(omar, 3), (hemo, 2)], published="2024-01-01")
    cut = make_tally(lines=[(omar, 4)], published="2024-01-05", coverage="partial")
    two = make_tally(lines=[(omar, 5), (wazir, 1)], published="2024-01-09")

    book_ = book(one, cut, two)

    assert found(book_, "shape") == [
        (two, one, Place(base=wazir), None),
        (two, one, Place(base=hemo), None),
    ]
    assert words(book_, "shape") == [
        "Al-Wazir appears with 1; the list as of 1 January 2024 lacks it, but not listed is "
        "not zero.",
        "Hemo is gone; the list as of 1 January 2024 has it with 2, but not listed is not zero.",
    ]


def test_lists_by_base_and_by_country_are_two_shapes():
    base = make_base()
    tallies = [
        make_tally(lines=[(base, 3)], published="2024-01-01"),
        make_tally(lines=[("SY", 4)], published="2024-01-02"),
        make_tally(lines=[(base, 5)], published="2024-01-03"),
    ]

    assert found(book(*tallies), "shape") == []


def test_site_that_is_counted_under_another_neither_vanishes_nor_falls():
    omar, village = make_base("al-omar"), make_base("green-village")
    one = make_tally(lines=[(omar, 3), (village, 2)], published="2024-01-01")
    two = make_tally(lines=[(omar, 5)], published="2024-01-09")

    assert book(one, two, fold=lambda base: omar).findings == []
    assert found(book(one, two), "shape") == [(two, one, Place(base=village), None)]


# Acceptances


def accept(finding, **fields):
    with revision("accepted by a test"):
        return AcceptedFinding.objects.create(
            **{
                "kind": finding.kind,
                "tally": finding.tally,
                "other": finding.other,
                "base": finding.place.base,
                "country": finding.place.country,
                "amount": finding.amount,
                "why": "Known.",
            }
            | fields
        )


def stale_total():
    return [make_tally(published=f"2024-01-0{n}", total=7) for n in (1, 9)]


def test_accepted_finding_is_no_longer_open():
    tallies = stale_total()
    [finding] = book(*tallies, held=holding(Count(1, 1))).open_findings
    acceptance = accept(finding)

    book_ = book(*tallies, held=holding(Count(1, 1)), accepted=[acceptance])

    assert book_.open_findings == []
    assert [one.accepted for one in book_.accepted_findings] == [acceptance]


def test_finding_of_another_amount_than_was_accepted_is_open_again():
    tally = make_tally(lines=[("IQ", 66), ("SY", 98)], total=165)
    [finding] = book(tally).findings
    acceptance = accept(finding, amount=-2)

    [finding] = book(tally, accepted=[acceptance]).open_findings

    assert (finding.accepted, finding.lapsed) == (None, acceptance)


@pytest.mark.parametrize("field", ["kind", "tally", "other", "country", "base"])
def test_acceptance_of_another_finding_is_not_this_one(field):
    tallies = stale_total()
    [finding] = book(*tallies, held=holding(Count(1, 1))).findings
    others = {
        "kind": lambda: {"kind": FindingKind.SHAPE},
        "tally": lambda: {"tally": tallies[0]},
        "other": lambda: {"other": None},
        "country": lambda: {"country": "SY"},
        "base": lambda: {"base": make_base()},
    }
    acceptance = accept(finding, **others[field]())

    [finding] = book(*tallies, held=holding(Count(1, 1)), accepted=[acceptance]).findings

    assert (finding.accepted, finding.lapsed) == (None, None)


def test_acceptance_for_a_site_is_for_the_base_it_is_counted_under():
    omar, village = make_base("al-omar"), make_base("green-village")
    tallies = [
        make_tally(lines=[(village, number)], published=on)
        for on, number in (("2024-01-01", 3), ("2024-01-02", 2))
    ]
    fold = {omar: omar, village: omar}.get
    finding = next(one for one in book(*tallies, fold=fold).findings if not one.place.is_total)
    acceptance = accept(finding, base=village)

    assert book(*tallies, fold=fold, accepted=[acceptance]).accepted_findings[0].place == Place(
        base=omar
    )


def test_acceptance_about_the_total_is_not_about_a_bare_name():
    tallies = []
    with revision("as printed"):
        for on, number in (("2024-01-01", 26), ("2024-01-09", 25)):
            tally = make_tally(published=on, total=None)
            tally.lines.create(position=1, name_as_printed="Erbil", number=number)
            tallies.append(tally)
    [finding] = book(*tallies).findings
    acceptance = accept(finding)

    assert finding.words == "Erbil falls from 26 as of 1 January 2024 to 25 as of 9 January 2024."
    assert book(*tallies, accepted=[acceptance]).findings == [finding]
