"""The ledgers of the data that ships with the product: what its publications say of each other."""

import pytest
from django.db import transaction

from attacks.counting import Count
from attacks.rules import Rule
from bases.models import MilitaryBase
from tallies.holdings import Holdings
from tallies.ledger import ledger
from tallies.models import PublishedTally
from tallies.places import TOTAL, Place
from tests.factories import day, make_tally
from tests.importing import DATA, take
from tests.ledgers import found, words

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _shipped(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        take(DATA)
        yield
        transaction.set_rollback(True)


def base_of(slug):
    return Place(base=MilitaryBase.objects.get(slug=slug))


def ledger_of(counter):
    """Held against every counted incident; SOHR counts Green Village under Al-Omar."""
    bases = {base.slug: base for base in MilitaryBase.objects.all()}
    folds = {bases["green-village"]: bases["al-omar"]} if counter == "sohr" else {}
    rule = Rule(folds={site.pk: root.pk for site, root in folds.items()})
    tallies = PublishedTally.objects.filter(counter__slug=counter)
    return ledger(
        tallies.select_related("counter", "report").prefetch_related("lines__base"),
        held=Holdings.of(rule).held,
        fold=lambda base: folds.get(base, base),
    )


def keys(findings):
    """The same findings by the keys of their tallies."""
    return [
        (tally.key, other.key if other else None, place, amount)
        for tally, other, place, amount in findings
    ]


def step_to(book, key, place=TOTAL):
    [step] = [one for one in book.steps if (one.later.key, one.place) == (key, place)]
    return step


def test_every_full_list_of_sohr_adds_up():
    book = ledger_of("sohr")

    full = [one for one in book.publications if one.coverage == "full"]
    assert len(full) >= 11
    assert [one.difference for one in full] == [0] * len(full)
    assert found(book, "arithmetic") == []


def test_the_pentagons_78_printed_as_43_and_41_exceeds_by_6_and_its_sibling_37_and_41_agrees():
    book = ledger_of("dod")

    assert ("dod-via-sunstar-20231209", None, TOTAL, 6) in keys(found(book, "arithmetic"))
    assert "The lines add up to 84, 6 more than the total of 78." in words(book, "arithmetic")
    assert not [one for one in found(book, "arithmetic") if one[0].key == "dod-via-wrn-20231208"]
    pair = ("dod-via-sunstar-20231209", "dod-via-wrn-20231208", TOTAL, None)
    assert pair in keys(found(book, "siblings"))
    assert (
        "The same total of 78 is printed as of 8 December 2023 with other lines: here Iraq 43, "
        "not 37."
    ) in words(book, "siblings")


def test_the_pentagons_165_as_66_and_98_is_one_short():
    """The attack in Jordan."""
    book = ledger_of("dod")

    assert ("dod-via-youm7-20240129", None, TOTAL, -1) in keys(found(book, "arithmetic"))
    assert "The lines add up to 164, 1 less than the total of 165." in words(book, "arithmetic")


def test_the_pentagons_61_and_62_of_17_november_2023_are_siblings():
    book = ledger_of("dod")

    pair = ("dod-via-southfront-20231117", "ap-20231117", TOTAL, 1)
    assert pair in keys(found(book, "siblings"))
    assert "61 and 62 are both totals as of 17 November 2023." in words(book, "siblings")


@pytest.mark.parametrize(
    ("counter", "key", "total", "beside"),
    [
        pytest.param("ap", "ap-20231117b", 60, "dod", id="AP's own 60"),
        pytest.param("iran-international", "iranintl-20240122", 164, "dod", id="its 164"),
        pytest.param("sputnik", "sputnik-via-alkhalij-20240219", 120, "sohr", id="more than 120"),
    ],
)
def test_number_of_another_counter_stands_beside_the_series(counter, key, total, beside):
    assert key not in [one.key for one in ledger_of(beside).publications]
    assert total not in [one.total for one in ledger_of(beside).publications]
    assert (key, total) in [(one.key, one.total) for one in ledger_of(counter).publications]


@pytest.mark.parametrize("key", ["sohr-via-syriatv-20240923", "sohr-via-baladi-102186"])
def test_the_135_of_10_august_2024_and_its_16_for_al_shaddadi_are_stale_in_september(key):
    book = ledger_of("sohr")

    shaddadi = base_of("al-shaddadi")
    stale = [one[1:] for one in keys(found(book, "stale")) if one[0] == key]
    assert ("sohr-via-shafaq-seed", TOTAL, None) in stale
    assert ("sohr-324649", shaddadi, None) in stale  # 16 since 5 February
    assert (
        "The 16 for Al-Shaddadi base is the number as of 5 February 2024, although our record "
        "certainly holds 1 attack there dated 6 February to 22 September 2024."
    ) in words(book, "stale")


def test_reprints_of_the_135_are_one_step():
    book = ledger_of("sohr")

    step = step_to(book, "sohr-via-shafaq-seed")
    assert (step.earlier.key, step.rise) == ("sohr-331574", 9)
    assert {one.key for one in step.also} == {"sohr-via-levant-20240810", "sohr-via-dw-20240810"}
    september = step_to(book, "sohr-via-baladi-102186")
    assert (september.rise, [one.key for one in september.also]) == (
        0,
        ["sohr-via-syriatv-20240923"],
    )
    assert step_to(book, "sohr-via-alaraby-20241009").rise == 8


@pytest.mark.parametrize(
    ("key", "number", "ends", "allowed"),
    [
        pytest.param("sohr-via-963-2024-01", 39, (101, 68, 108, 63), (33, 45), id="January 2024"),
        pytest.param("sohr-via-963-2024-h1", 65, (126, 68, 135, 63), (58, 72), id="first half"),
    ],
)
def test_closed_period_lies_within_the_running_tallies_around_it(key, number, ends, allowed):
    """39 lies within 101 - 68 ... 108 - 63, and 65 within 126 - 68 ... 135 - 63."""
    book = ledger_of("sohr")

    [period] = [one for one in book.closed if (one.tally.key, one.place) == (key, TOTAL)]
    bounds = period.bounds
    assert period.number == number
    assert period.holds
    assert (
        bounds.least_at_end.number,
        bounds.most_before.number,
        bounds.most_at_end.number,
        bounds.least_before.number,
    ) == ends
    assert (bounds.low, bounds.high) == allowed
    assert found(book, "closed_period") == []


def test_closed_periods_of_sohr_are_those_that_begin_after_19_october_2023():
    """One post words its start as 7 October; it is in the same running series."""
    book = ledger_of("sohr")

    assert {one.tally.key for one in book.closed} == {
        "sohr-via-963-2024-01",
        "sohr-via-963-2024-03",
        "sohr-via-963-2024-04",
        "sohr-via-963-2024-h1",
    }
    assert "sohr-321656" in [one.key for one in book.running]
    assert step_to(book, "sohr-321656").notes == (
        "The earlier one counts from 19 October 2023, the later one from 7 October 2023.",
    )


def test_sohr_rose_by_7_at_conoco_between_5_february_and_21_april_2024_with_2_on_record():
    step = step_to(ledger_of("sohr"), "sohr-331574", base_of("conoco"))

    assert (step.earlier.key, step.before, step.number, step.rise) == ("sohr-324649", 29, 36, 7)
    assert (step.window.since, step.window.until) == (day("2024-02-05"), day("2024-04-21"))
    assert step.ours == Count(2, 2)
    assert step.unaccounted == Count(5, 5)


def test_series_that_ships_never_falls():
    assert [found(ledger_of(counter), "fall") for counter in ("sohr", "dod")] == [[], []]


@pytest.mark.parametrize(
    ("total", "published", "slug", "number", "before", "earlier"),
    [
        pytest.param(109, "2024-02-10", "al-omar", 26, 27, "sohr-324649", id="Al-Omar in 109"),
        pytest.param(
            149, "2024-10-20", "conoco", 36, 40, "sohr-via-baladi-102186", id="Conoco in 149"
        ),
    ],
)
def test_line_that_goes_down_is_found(total, published, slug, number, before, earlier):
    """Texts quoting SOHR, seen without an address: 27 to 26 on Al-Omar, 40 to 36 on Conoco."""
    place = base_of(slug)
    counter = PublishedTally.objects.get(key="sohr-324649").counter
    make_tally(
        counter,
        [(place.base, number)],
        published,
        key="quoted",
        total=total,
        coverage="partial",
    )

    book = ledger_of("sohr")

    assert keys(found(book, "fall")) == [("quoted", earlier, place, number - before)]
    assert f"falls from {before} as of" in words(book, "fall")[0]


def test_places_appear_in_the_lists_of_sohr_and_none_vanishes():
    """Six lines in the count of 14, eight from 39 on, nine from 80 on (Al-Wazir)."""
    book = ledger_of("sohr")

    appear = [
        (place.base.slug, tally.total, other.total)
        for tally, other, place, _ in found(book, "shape")
    ]
    assert ("tal-baydar", 39, 14) in appear
    assert ("qasrak", 39, 14) in appear
    assert ("al-wazir-rest-house", 80, 68) in appear
    assert all("appears with" in one for one in words(book, "shape"))
