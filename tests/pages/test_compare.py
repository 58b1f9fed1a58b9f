"""Bases side by side: the same numbers as the lists they lead to, on one scale."""

import re

import pytest
from django.http import QueryDict

from pages.compare import CHARTS
from tests.factories import make_base, make_incident, make_organisation, make_rule, make_tally

pytestmark = pytest.mark.django_db


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


@pytest.fixture
def conoco():
    return make_base("conoco", name="Conoco")


@pytest.fixture
def omar():
    return make_base("omar", name="Al-Omar")


def test_each_number_is_the_count_of_the_list_it_leads_to(client, conoco, omar):
    make_incident(conoco, on="2024-01-15", attack_count=2)
    make_incident(conoco, on="2024-01-30", until="2024-02-02")
    make_incident(omar, on="2023-11-01")  # before the days asked for
    make_incident(omar, on="2024-02-01", grade="discounted")

    response = client.get("/compare/?base=omar&base=conoco&since=2024-01-01&until=2024-01-31")
    omars, conocos = response.context["columns"]

    assert (conocos.count.certain, conocos.count.possible) == (2, 3)
    assert omars.count.possible == 0
    for column in (omars, conocos):
        assert client.get(column.address).context["count"] == column.count
    assert "Attacks on our record 0 2 to 3" in text_of(response)
    assert "none on record 15 January 2024" in text_of(response)
    [january] = response.context["chart"].table
    assert client.get(january[2].href).context["count"] == conocos.count


def test_a_rule_counts_a_site_under_another(client, conoco, omar):
    counter = make_organisation("sohr", kind="monitor")
    make_rule(counter, folds=[(omar, conoco)])
    make_incident(omar)

    [column] = client.get("/compare/?base=conoco&rule=sohr").context["columns"]

    assert column.count.certain == 1
    assert client.get(column.address).context["count"] == column.count


def test_the_latest_published_number_of_each_counter_is_shown(client, conoco, omar):
    sohr = make_organisation("sohr", name="SOHR")
    make_tally(sohr, [(conoco, 3)], published="2024-02-01")
    make_tally(sohr, [(conoco, 5)], published="2024-03-01")
    make_tally(sohr, [(conoco, 9)], published=None)

    words = "Published by SOHR 5 since 19 October 2023 , as of 1 March 2024 not listed"
    assert words in text_of(client.get("/compare/?base=conoco&base=omar"))
    words = "Published by SOHR 3 since 19 October 2023 , as of 1 February 2024 not listed"
    assert words in text_of(client.get("/compare/?base=conoco&base=omar&until=2024-02-15"))


def test_nothing_chosen_shows_the_form(client, conoco):
    response = client.get("/compare/?base=&base=&since=")

    assert response.status_code == 200
    assert "Choose up to five bases" in text_of(response)
    assert "columns" not in response.context


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("base=nowhere", "nowhere"),
        ("base=%00", "�"),
        ("base=conoco&since=soon", "YYYY-MM-DD"),
        ("base=conoco&since=2024-02-01&until=2024-01-01", "before the first"),
        ("base=conoco&rule=nobody", "nobody"),
        ("&".join(f"base=b{n}" for n in range(6)), "5 bases can be compared at once; 6 were"),
    ],
)
def test_what_cannot_be_asked_is_said(client, conoco, query, error):
    for n in range(6):
        make_base(f"b{n}")

    response = client.get(f"/compare/?{query}")

    assert response.status_code == 400
    assert error in text_of(response)
    with pytest.raises(ValueError, match="."):
        CHARTS["compare-months"](QueryDict(query))


def test_one_base_named_twice_is_one(client, conoco):
    assert len(client.get("/compare/?base=conoco&base=conoco").context["columns"]) == 1


def test_panels_stand_on_one_scale(conoco, omar):
    for _ in range(9):
        make_incident(conoco)
    make_incident(omar)

    chart = CHARTS["compare-months"](QueryDict("base=conoco&base=omar"))
    heights = [max(mark.shapes[0].h for mark in marks_of(panel)) for panel in chart.panels]

    assert heights[0] == pytest.approx(9 * heights[1], rel=0.05)
    assert chart.csv_rows == [("conoco", "2024-01", 9, 9), ("omar", "2024-01", 1, 1)]


def marks_of(panel):
    return [shape for shape in panel.shapes if hasattr(shape, "href")]


def test_queries_do_not_grow_with_rows(client, django_assert_max_num_queries, conoco, omar):
    for n in range(4):
        make_incident(conoco, on=f"2024-0{n + 1}-01")
        make_tally(make_organisation(), [(conoco, n), (omar, n)])

    # revision; the chosen bases, checked and named; counts; days; casualties of each; lines; then
    # the form: bases and rules
    with django_assert_max_num_queries(12):
        assert client.get("/compare/?base=conoco&base=omar").status_code == 200
