import datetime
from collections import Counter

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from attacks.counting import Count, GroupBy, Row, Window, count, count_by, coverage
from attacks.filters import IncidentFilter, incidents_query
from attacks.models import Incident
from bases.registry import bases_of
from tests.factories import (
    day,
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
)

pytestmark = pytest.mark.django_db

JANUARY = Window(day("2024-01-01"), day("2024-01-31"))


def everything():
    return Incident.objects.all()


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        pytest.param({}, True, id="published and not graded"),
        pytest.param({"status": "draft"}, False, id="draft"),
        pytest.param({"status": "retracted"}, False, id="retracted"),
        pytest.param({"grade": "discounted"}, False, id="discounted"),
        pytest.param({"grade": "weak"}, True, id="weak"),
        pytest.param({"grade": "contested"}, True, id="contested"),
        pytest.param({"outcome": "intercepted"}, True, id="intercepted"),
        pytest.param({"outcome": "missed"}, True, id="missed"),
    ],
)
def test_counted_is_the_house_rule(fields, counts):
    """Published, not merged away, grade not discounted (ungraded counts), every outcome."""
    make_incident(**fields)

    assert everything().counted().exists() == counts
    assert count(everything()) == Count(int(counts), int(counts))


def test_counted_leaves_out_what_was_merged_away():
    survivor = make_incident()
    make_incident(merged_into=survivor)

    assert everything().counted().get() == survivor


def test_count_sums_the_attacks_a_record_stands_for():
    make_incident(attack_count=3)
    make_incident()

    assert count(everything()) == Count(4, 4)


@pytest.mark.parametrize(
    ("on", "until", "expected"),
    [
        pytest.param("2024-01-01", None, Count(1, 1), id="first day"),
        pytest.param("2024-01-31", None, Count(1, 1), id="last day"),
        pytest.param("2023-12-31", None, Count(0, 0), id="day before"),
        pytest.param("2024-02-01", None, Count(0, 0), id="day after"),
        pytest.param("2023-12-31", "2024-01-01", Count(0, 1), id="range into it"),
        pytest.param("2024-01-31", "2024-02-01", Count(0, 1), id="range out of it"),
        pytest.param("2023-12-01", "2024-02-28", Count(0, 1), id="range around it"),
        pytest.param("2024-01-10", "2024-01-12", Count(1, 1), id="range inside"),
    ],
)
def test_count_is_certain_inside_the_window_and_possible_across_its_edge(on, until, expected):
    make_incident(on=on, until=until)

    assert count(everything(), JANUARY) == expected
    assert everything().overlapping(JANUARY.since, JANUARY.until).count() == expected.possible


def test_count_of_a_window_that_ends_on_an_uncertain_day():
    """Certain uses the earliest day of the end and possible its latest."""
    window = Window(day("2024-01-01"), until=day("2024-01-20"), certain_until=day("2024-01-10"))
    make_incident(on="2024-01-10")
    make_incident(on="2024-01-15")
    make_incident(on="2024-01-21")

    assert count(everything(), window) == Count(1, 2)


def test_count_by_base_and_country():
    conoco, asad = make_base("conoco", name="Conoco"), make_base("asad", country="IQ")
    make_incident(conoco, attack_count=2)
    make_incident(conoco, on="2024-01-31", until="2024-02-01")
    make_incident(asad)

    assert count_by(everything(), "base", JANUARY) == [
        Row("conoco", "Conoco", Count(2, 3), {"base": "conoco"}),
        Row("asad", "Asad", Count(1, 1), {"base": "asad"}),
    ]
    assert count_by(everything(), "country", JANUARY) == [
        Row("SY", "Syria", Count(2, 3), {"country": "SY"}),
        Row("IQ", "Iraq", Count(1, 1), {"country": "IQ"}),
    ]


def test_count_by_weapon_and_outcome():
    make_incident(weapon="drone", outcome="hit")
    make_incident(weapon="drone")

    assert count_by(everything(), "weapon") == [
        Row("drone", "drone", Count(2, 2), {"weapon": "drone"})
    ]
    assert [row.key for row in count_by(everything(), "outcome")] == ["hit", "unknown"]


def test_count_by_claim_status():
    make_claim(make_incident(attack_count=2), claimant=make_group())
    make_incident()

    assert [(row.key, row.count) for row in count_by(everything(), "claim_status")] == [
        ("claimed", Count(2, 2)),
        ("unknown", Count(1, 1)),
    ]


def test_count_by_claimant_puts_an_incident_in_the_row_of_each():
    one, other = make_group("one"), make_group("other")
    both = make_incident(attack_count=2)
    make_claim(both, claimant=one)
    make_claim(both, claimant=one)
    make_claim(both, claimant=other)
    make_claim(make_incident(), claimant_text="somebody")
    make_claim(make_incident(), "attribution", blamed=one)
    make_claim(make_incident(on="2024-01-31", until="2024-02-01"), claimant=one)

    rows = count_by(everything(), "claimant", JANUARY)

    assert rows == [
        Row("one", "One", Count(2, 3), {"claimant": "one"}),
        Row("other", "Other", Count(2, 2), {"claimant": "other"}),
        Row(None, "nobody named", Count(2, 2), {"claimant__isnull": "true"}),
    ]


def test_count_by_claimant_ignores_claims_of_others_than_armed_groups():
    make_claim(make_incident(), claimant=make_organisation(kind="state"))

    assert [row.key for row in count_by(everything(), "claimant")] == [None]


def test_count_by_month_puts_an_incident_in_each_month_it_may_lie_in():
    make_incident(on="2024-01-31", until="2024-03-01")
    make_incident(on="2024-03-05")

    assert count_by(everything(), "month") == [
        Row(
            "2024-01",
            "January 2024",
            Count(0, 1),
            {"since": "2024-01-01", "until": "2024-01-31"},
        ),
        Row(
            "2024-02",
            "February 2024",
            Count(0, 1),
            {"since": "2024-02-01", "until": "2024-02-29"},
        ),
        Row(
            "2024-03",
            "March 2024",
            Count(1, 2),
            {"since": "2024-03-01", "until": "2024-03-31"},
        ),
    ]


def test_count_by_month_is_cut_at_the_window():
    make_incident(on="2024-01-05")
    make_incident(on="2024-01-20", until="2024-02-20")

    rows = count_by(everything(), "month", Window(day("2024-01-10"), day("2024-02-10")))

    assert [(row.key, row.count, row.filters) for row in rows] == [
        ("2024-01", Count(0, 1), {"since": "2024-01-10", "until": "2024-01-31"}),
        ("2024-02", Count(0, 1), {"since": "2024-02-01", "until": "2024-02-10"}),
    ]


def test_count_by_month_of_a_window_that_ends_on_an_uncertain_day():
    make_incident(on="2024-01-15")
    window = Window(day("2024-01-01"), until=day("2024-01-20"), certain_until=day("2024-01-10"))

    assert [row.count for row in count_by(everything(), "month", window)] == [Count(0, 1)]


def test_with_verdict_says_of_each_record_by_which_clause_it_is_left_out():
    counting, discounted = make_incident(), make_incident(grade="discounted")
    merged = make_incident(merged_into=counting)

    left_out = dict(everything().published().with_verdict().values_list("pk", "left_out"))

    assert left_out == {counting.pk: "", discounted.pk: "grade", merged.pk: "merged"}


@pytest.mark.parametrize("group_by", GroupBy.values)
def test_count_by_never_grows_in_queries(group_by, in_a_request, django_assert_max_num_queries):
    for _ in range(6):
        make_claim(make_incident(make_base()), claimant=make_group())
    bases_of()  # kept

    # The rows; by claimant also who they are.
    with django_assert_max_num_queries(2):
        count_by(everything(), group_by, JANUARY)


def test_count_is_one_query(django_assert_num_queries):
    make_incident()

    with django_assert_num_queries(1):
        count(everything(), JANUARY)


def test_coverage_says_what_the_record_holds():
    located = make_base(latitude=35, longitude=40)
    make_incident(located, on="2024-01-05")
    make_incident(on="2024-02-01", until="2024-02-03", attack_count=2)
    make_incident(status="draft", on="2020-01-01")

    held = coverage(everything())

    assert (held.attacks, held.first_day, held.last_day) == (
        3,
        day("2024-01-05"),
        day("2024-02-03"),
    )
    assert held.dated_to_a_range == 2
    assert held.without_coordinates == 2


def test_coverage_of_an_empty_record():
    held = coverage(everything())

    assert (held.attacks, held.first_day, held.last_day) == (0, None, None)


# Properties over random records, each checked against a recount in plain Python.

DAYS = st.dates(datetime.date(2023, 12, 1), datetime.date(2024, 3, 31))
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "on": DAYS,
            "length": st.integers(0, 70),
            "attack_count": st.integers(1, 4),
            "status": st.sampled_from(["published", "published", "draft", "retracted"]),
            "grade": st.sampled_from(["", "weak", "discounted"]),
            "outcome": st.sampled_from(["hit", "missed"]),
            "base": st.integers(0, 2),
            "claimants": st.sets(st.integers(0, 2)),
        }
    ),
    max_size=6,
)
ENDS = st.one_of(st.none(), DAYS)


class TestRandomRecords(TestCase):
    @given(RECORDS, ENDS, ENDS)
    def test_counts_equal_a_recount(self, records, since, until):
        store(records)
        window = Window(since, until)
        kept = [
            one for one in records if one["status"] == "published" and one["grade"] != "discounted"
        ]

        total = count(everything(), window)

        assert total == recount(kept, window)
        assert total.certain <= total.possible

    @given(RECORDS, ENDS, ENDS, st.sampled_from(GroupBy.values))
    def test_each_row_counts_what_its_filters_give(self, records, since, until, group_by):
        store(records)
        window = Window(since, until)
        if since and until and since > until:
            return
        asked = QueryDict(mutable=True)
        asked.update({"since": since or "", "until": until or ""})

        for row in count_by(everything(), group_by, window):
            query = QueryDict(incidents_query(asked, row.filters))
            listed = IncidentFilter(query, queryset=everything().published())
            assert listed.is_valid(), listed.errors
            incidents = list(listed.qs)
            assert sum(one.attack_count for one in incidents) == row.count.possible
            assert count(listed.qs, listed.window) == row.count

    @given(RECORDS, st.sampled_from(["base", "country", "weapon", "outcome", "claim_status"]))
    def test_rows_that_share_no_incident_add_up_to_the_total(self, records, group_by):
        store(records)

        rows = count_by(everything(), group_by, JANUARY)
        total = count(everything(), JANUARY)

        assert sum(row.count.possible for row in rows) == total.possible
        assert sum(row.count.certain for row in rows) == total.certain


def store(records):
    bases = [make_base() for _ in range(3)]
    groups = [make_group() for _ in range(3)]
    for one in records:
        incident = make_incident(
            bases[one["base"]],
            on=str(one["on"]),
            until=str(one["on"] + datetime.timedelta(days=one["length"])),
            **{name: one[name] for name in ("attack_count", "status", "grade", "outcome")},
        )
        for number in one["claimants"]:
            make_claim(incident, claimant=groups[number])


def recount(records, window):
    totals = Counter()
    for one in records:
        earliest, latest = one["on"], one["on"] + datetime.timedelta(days=one["length"])
        days = (window.since or datetime.date.min, window.until or datetime.date.max)
        if latest >= days[0] and earliest <= days[1]:
            totals["possible"] += one["attack_count"]
        if earliest >= days[0] and latest <= days[1]:
            totals["certain"] += one["attack_count"]
    return Count(totals["certain"], totals["possible"])
