"""Attacks by week or month, weapon, outcome and claim are what a count of each of them says."""

import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attacks import counting
from attacks.counting import Count, GroupBy, Window
from attacks.makeup import Toll, makeup
from attacks.over_time import MOST_WEEKS, over_time, periods
from attacks.rules import HOUSE_TODAY, Basis, rules
from tests.attacks.test_basis_properties import REVISIONS, make_world, write
from tests.factories import day, make_base, make_claim, make_incident, make_report, make_rule

pytestmark = pytest.mark.django_db
ONE_DAY = datetime.timedelta(days=1)


def part(window, first, last):
    """The days of a period that lie in the window."""
    return Window(
        max(first, window.since or first),
        min(last, window.until or last),
        max(first, window.certain_start or first),
        min(last, window.certain_end or last),
    )


def check_periods(basis, window):
    found = over_time(basis, window)
    for at, (first, last) in enumerate(found.periods):
        sure = sum(values[at] for values in found.certain.values())
        here = part(window, first, last)
        counted = counting.count(basis.published(), here, basis)
        assert Count(sure, sure + found.unsure[at]) == counted, (first, last)


def check_makeup(basis, window):
    found = makeup(basis, window)
    told = {
        GroupBy.WEAPON: found.weapons,
        GroupBy.OUTCOME: found.outcomes,
        GroupBy.CLAIM_STATUS: found.claims,
    }
    for group_by, counts in told.items():
        rows = counting.count_by(basis.published(), group_by, window, basis)
        assert counts == {row.key: row.count for row in rows}, group_by


days = st.dates(day("2023-12-20"), day("2024-02-20"))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(revisions=REVISIONS, ends=st.tuples(days, days, days), open_ends=st.booleans())
def test_every_part_is_a_count_of_its_own(revisions, ends, open_ends):
    since, certain_until, until = sorted(ends)
    window = Window() if open_ends else Window(since, until, certain_until=certain_until)
    with transaction.atomic():
        make_world()
        for edits in revisions:
            write(edits)
        by_rules = [Basis(rule) for rule in rules().values()]
        for basis in (HOUSE_TODAY, Basis(known_on=since), *by_rules):
            check_periods(basis, window)
            check_makeup(basis, window)
        transaction.set_rollback(True)


def test_attack_of_two_weeks_is_certain_in_neither():
    base = make_base()
    make_incident(base, "2024-01-14", until="2024-01-15")  # Sunday, Monday
    make_incident(base, "2024-01-15", attack_count=2)

    found = over_time(HOUSE_TODAY, Window(day("2024-01-10"), day("2024-01-20")))

    assert found.certain == {base.pk: [0, 2]}
    assert found.unsure == (1, 1)
    assert not found.by_month


def test_site_counts_under_the_base_that_the_rule_folds_it_into():
    base, site = make_base(), make_base()
    rule = make_rule(folds=[(site, base)])
    make_incident(site, "2024-01-15")

    found = over_time(Basis(rules()[rule.organisation.slug]), Window())

    assert list(found.certain) == [base.pk]


def test_only_the_sites_that_are_asked_for_are_counted():
    here, there = make_base(), make_base()
    make_incident(here, "2024-01-15")
    make_incident(there, "2024-01-15")

    assert list(over_time(HOUSE_TODAY, Window(), {here.pk}).certain) == [here.pk]


def test_nothing_on_record_has_no_periods():
    assert over_time(HOUSE_TODAY, Window()).periods == ()


@given(first=st.dates(day("1990-01-01"), day("2030-01-01")), length=st.integers(0, 9_000))
def test_periods_follow_each_other_without_a_gap(first, length):
    last = first + length * ONE_DAY
    found, by_month = periods(first, last)

    assert found[0][0] <= first <= found[0][1]
    assert found[-1][0] <= last <= found[-1][1]
    for (_, end), (start, _) in zip(found, found[1:], strict=False):
        assert start - end == ONE_DAY
    assert by_month == (len(found) > MOST_WEEKS or length > 7 * MOST_WEEKS - 7) or len(found) < 400


def test_makeup_counts_by_weapon_and_outcome_and_sums_the_people_hurt():
    base = make_base()
    make_incident(base, "2024-01-15", weapon="drone", outcome="hit", killed_low=3, killed_high=3)
    make_incident(base, "2024-01-16", weapon="drone", killed_low=1, attack_count=2)
    make_incident(base, "2024-01-31", until="2024-02-01", weapon="rocket", killed_low=5)
    make_incident(base, "2024-03-15", weapon="mortar", killed_low=9, killed_high=9)

    found = makeup(HOUSE_TODAY, Window(day("2024-01-01"), day("2024-01-31")))

    assert found.weapons == {"drone": Count(3, 3), "rocket": Count(0, 1)}
    assert found.outcomes["hit"] == Count(1, 1)
    assert found.claims == {"unknown": Count(3, 4)}
    # The rocket attack may have been later, so nobody was killed by it for certain.
    assert found.killed == Toll(low=4, high=None, unknown=0)
    assert found.injured == Toll(low=0, high=None, unknown=4)


def test_toll_has_an_upper_end_only_where_one_is_stated_of_every_attack():
    base = make_base()
    make_incident(base, "2024-01-15", killed_low=0, killed_high=2)
    make_incident(base, "2024-01-16", killed_low=1, killed_high=1)

    assert makeup(HOUSE_TODAY, Window()).killed == Toll(1, 3, 0)


def test_makeup_weighs_by_the_same_counts(django_assert_num_queries):
    base = make_base()
    incident = make_incident(base, "2024-01-15")
    make_claim(incident, report=make_report())

    with django_assert_num_queries(1):
        found = makeup(HOUSE_TODAY, Window(), {base.pk})

    assert sum(found.weapons.values(), Count(0, 0)) == counting.count(
        HOUSE_TODAY.published(), Window(), HOUSE_TODAY
    )
    assert makeup(HOUSE_TODAY, Window(), set()).weapons == {}
