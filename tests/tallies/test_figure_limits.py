"""Figures of many incidents: what is not held or told one by one, and how many queries it takes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tallies import differences, figures
from tallies.figures import now, quote
from tests.factories import day, make_base, make_claim, make_incident, make_tally
from tests.tallies.test_figure_changes import change, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def conoco():
    return make_base("conoco", name="Conoco")


def test_incidents_that_are_not_held_are_counted_again(conoco, monkeypatch):
    monkeypatch.setattr(figures, "MOST_HELD", 1)
    one = make_incident(conoco)
    make_incident(conoco)
    make_tally(key="t-1", lines=[(conoco, 32)])
    count = quote({"query": "base=conoco"})
    line = quote({"tally": "t-1", "place": "base:conoco"})
    change(one, "misdated", earliest=day("2020-01-01"), latest=day("2020-01-01"))

    assert count.incidents is line.incidents is None
    assert told(count) == [("changed", one.public_id, ["days"], ["misdated"])]
    assert told(line) == [("went", one.public_id, ["days"], ["misdated"])]


def test_list_that_does_not_come_out_the_same_is_not_compared(conoco, monkeypatch):
    monkeypatch.setattr(figures, "MOST_HELD", 0)
    make_incident(conoco)
    figure = quote({"query": "base=conoco"})
    monkeypatch.setattr(figures, "digest", lambda incidents: "another")

    assert not now(figure).compared
    assert now(figure).differences.changes == []


def test_only_so_many_are_told_and_the_rest_are_counted(conoco, monkeypatch):
    figure = quote({"query": "base=conoco"})
    made = [make_incident(conoco) for _ in range(5)]
    monkeypatch.setattr(differences, "MOST_TOLD", 2)

    found = now(figure).differences

    assert [one.public_id for one in found.changes] == [made[4].public_id, made[3].public_id]
    assert found.untold == 3


@pytest.mark.parametrize("asked", [{"query": "base=conoco"}, {"tally": "t-1", "place": "total"}])
def test_queries_are_bounded(conoco, asked):
    make_tally(key="t-1", lines=[(conoco, 32)])
    incidents = [make_incident(conoco) for _ in range(12)]
    figure = quote(asked)

    def queries_after(some):
        for one in some:
            change(one, "seen", outcome="hit")
            make_claim(one)
        change(some[0], "no", status="retracted")
        with CaptureQueriesContext(connection) as queries:
            now(figure)
        return len(queries)

    few = queries_after(incidents[:2])

    assert queries_after(incidents[2:]) == few <= 30
    assert len(now(figure).differences.changes) == 12
