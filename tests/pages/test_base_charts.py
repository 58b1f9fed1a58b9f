"""The charts of a base agree with the lists they lead to."""

import datetime

import pytest
from django.http import QueryDict

from attacks.models import Incident
from pages import base_charts, over_time
from pages.base_charts import CHARTS, casualties_of, cumulative, lines_of, running_totals
from tests.factories import (
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_tally,
)

pytestmark = pytest.mark.django_db

Day = datetime.date


@pytest.fixture
def conoco():
    return make_base("conoco", name="Conoco")


def asked(name):
    return CHARTS[name](QueryDict("base=conoco"))


def test_our_count_rises_where_an_attack_may_have_been_and_was():
    start = Day(2024, 1, 1)
    rows = [
        (Day(2024, 1, 5), Day(2024, 1, 5), 1, 1),
        (Day(2024, 1, 8), Day(2024, 1, 10), 2, 2),
        (Day(2023, 12, 30), Day(2024, 1, 2), 1, 1),  # perhaps before we begin to count
        (Day(2024, 1, 20), Day(2024, 1, 20), 0, 1),  # in doubt, and after the last day
    ]

    assert cumulative(rows, start, Day(2024, 1, 15)) == [
        (start, 0, 1),
        (Day(2024, 1, 5), 1, 2),
        (Day(2024, 1, 8), 1, 4),
        (Day(2024, 1, 10), 3, 4),
        (Day(2024, 1, 15), 3, 4),
    ]


def test_our_count_over_many_days_is_drawn_by_months(monkeypatch):
    monkeypatch.setattr(base_charts, "POINTS", 3)
    days = [Day(2024, month, day) for month in (1, 2) for day in (3, 9, 20)]

    points = cumulative([(day, day, 1, 1) for day in days], days[0], days[-1])

    assert points == [(Day(2024, 1, 20), 3, 3), (Day(2024, 2, 20), 6, 6)]


def test_each_counter_and_start_is_a_line_of_its_own(conoco):
    sohr, other = make_organisation("sohr"), make_organisation("other")
    for number in (3, 4):
        make_tally(other, [(conoco, number)], published=f"2024-02-0{number}")
    make_tally(sohr, [(conoco, 5)])
    make_tally(sohr, [(conoco, 1)], counting_since=Day(2024, 1, 1))
    make_tally(sohr, [(conoco, 9)], counting_until=Day(2024, 1, 31))  # for a closed period
    make_tally(sohr, [(conoco, 8)], published=None)

    series = running_totals(lines_of(conoco))

    assert [(one.counter.slug, f"{one.since}", len(one.lines)) for one in series] == [
        ("sohr", "2023-10-19", 1),
        ("sohr", "2024-01-01", 1),
        ("other", "2023-10-19", 2),
    ]


def test_published_numbers_stand_beside_our_count_since_the_same_day(client, conoco):
    make_tally(make_organisation("sohr"), [(conoco, 5)], published="2024-02-01")
    make_incident(conoco, on="2023-10-01")  # before the counter began
    make_incident(conoco, on="2024-01-15", until="2024-01-20")

    chart = asked("base-published")

    ours = [row for row in chart.csv_rows if row[3] is None]
    assert [(f"{row[1]}", row[4], row[5]) for row in ours] == [
        ("2023-10-19", 0, 0),
        ("2024-01-15", 0, 1),
        ("2024-01-20", 1, 1),
        ("2024-02-01", 1, 1),
    ]
    for row in chart.table:
        words, cell = str(row[2].text), row[2]
        if "incidents" in cell.href:
            count = client.get(cell.href).context["count"]
            assert words in (f"{count.certain}", f"{count.certain} to {count.possible}")


@pytest.mark.parametrize("name", ["base-weapons", "base-claimants"])
def test_each_part_is_the_count_of_the_list_it_leads_to(client, conoco, name):
    make_incident(conoco, weapon="drone", attack_count=2)
    claimed = make_incident(conoco, weapon="rocket")
    make_claim(claimed, claimant=make_group("iri"))
    make_incident(conoco, weapon="rocket", grade="discounted")

    rows = asked(name).rows

    assert len(rows) == 2
    for row in rows:
        count = client.get(row.cells[-1].href).context["count"]
        assert str(row.cells[-1].text) == f"{count.certain}"


def test_timeline_draws_each_incident_and_many_by_months(conoco, monkeypatch):
    first = make_incident(conoco, on="2024-01-30", until="2024-02-02")
    second = make_incident(conoco, on="2024-02-05")
    make_incident(conoco, grade="discounted")

    assert [row[1].href for row in asked("base-timeline").table] == [
        first.get_absolute_url(),
        second.get_absolute_url(),
    ]
    monkeypatch.setattr(over_time, "MARKS", 1)

    months = asked("base-timeline").csv_rows
    assert [f"{month[0]:%Y-%m}" for month in months] == ["2024-01", "2024-02"]


def test_timeline_says_how_many_attacks_a_mark_stands_for(conoco):
    make_incident(conoco, on="2024-01-30", weapon="drone")
    make_incident(conoco, on="2024-02-05", weapon="drone", attack_count=3)

    chart = asked("base-timeline")

    column = chart.csv_columns.index("attack_count")
    assert [row[column] for row in chart.csv_rows] == [1, 3]
    assert [f"{row[1].text}" for row in chart.table] == ["drone", "drone, stands for 3 attacks"]


def test_casualties_without_a_figure_leave_the_upper_end_open(conoco):
    make_incident(conoco, killed_low=1, killed_high=2, injured_low=0, injured_high=0)
    make_incident(conoco, killed_low=2, killed_high=2)
    make_incident(conoco, killed_low=50, killed_high=50, grade="discounted")

    found = casualties_of(Incident.objects.filter(base=conoco))

    assert (found["killed"].words, found["killed"].silent) == ("3 to 4", 0)
    assert (found["injured"].low, found["injured"].high) == (0, None)
    assert found["injured"].silent == 1


def test_casualties_of_which_nothing_is_known_are_no_zero(conoco):
    make_incident(conoco)

    assert casualties_of(Incident.objects.filter(base=conoco))["killed"].words == "not known"


@pytest.mark.parametrize("query", ["", "base=nowhere", "base=%00"])
@pytest.mark.parametrize("name", CHARTS)
def test_chart_of_no_base_is_refused(name, query):
    with pytest.raises(ValueError, match="No base"):
        CHARTS[name](QueryDict(query))


def test_base_says_what_counters_call_it(client, conoco):
    sohr = make_organisation(name="SOHR")
    for day in ("2024-02-01", "2024-03-01"):
        make_tally(sohr, [(conoco, 3)], published=day)

    [printed] = client.get("/bases/conoco/").context["printed"]

    assert (printed.name, printed.times) == ("Conoco", 2)
    assert f"{printed.first.as_of_latest} {printed.last.as_of_latest}" == "2024-02-01 2024-03-01"
