"""What the dashboard shows when our side is asked for over other days or by another rule."""

import csv
import io

import pytest
from django.http import QueryDict

from sources.kept import last_revision
from sources.revisions import revision
from tallies.shown import shown
from tests.factories import (
    day,
    make_base,
    make_incident,
    make_organisation,
    make_rule,
    make_tally,
)
from tests.tallies.test_views import text_of

pytestmark = pytest.mark.django_db
NOTICE = "Our side is counted over other days or by another rule"


def asked(query=""):
    return shown(QueryDict(query))


@pytest.fixture
def conoco():
    return make_base("conoco", name="Conoco")


@pytest.fixture
def tally(conoco):
    """Of the days from 19 October 2023 to 1 February 2024."""
    return make_tally(make_organisation("sohr", name="SOHR"), [(conoco, 40)])


@pytest.mark.usefixtures("tally")
@pytest.mark.parametrize(
    ("query", "since", "until"),
    [
        ("", "2023-10-19", "2024-02-01"),
        ("since=2024-01-01", "2024-01-01", "2024-02-01"),
        ("until=2023-12-31", "2023-10-19", "2023-12-31"),
        ("since=2024-01-01&until=2024-06-01", "2024-01-01", "2024-06-01"),
        # No day lies between these and the tally's own: a zero would say that nothing happened.
        ("since=2024-03-01", "2024-03-01", None),
        ("until=2023-01-01", None, "2023-01-01"),
    ],
)
def test_days_that_are_asked_for_stand_in_place_of_those_of_the_tally(query, since, until):
    window = asked(query).window

    assert window.since == (since and day(since))
    assert window.until == (until and day(until))
    assert window.in_order


def test_attacks_after_the_last_day_of_a_tally_are_counted_where_asked_for(tally, conoco):
    make_incident(conoco, on="2024-05-05")

    assert asked().reconciliation.row("base:conoco").ours.possible == 0
    assert asked("since=2024-03-01").reconciliation.row("base:conoco").ours.certain == 1


def test_days_count_for_certain_without_any_tally(conoco):
    make_incident(conoco, on="2024-05-05")

    found = asked("since=2024-03-01")

    assert found.tally is None
    assert sum(found.over_time.certain[conoco.pk]) == 1


def test_page_says_when_both_sides_are_not_of_the_same_days(client, tally):
    text = text_of(client.get("/?since=2024-01-01"))

    assert NOTICE in text
    assert "1 January to 1 February 2024" in text


@pytest.mark.parametrize(
    "query", ["", "since=2023-10-19", "until=2024-02-01", "rule=sohr", "known_on=2024-06-01"]
)
def test_what_the_tally_says_itself_is_not_otherwise(client, tally, query):
    make_rule(tally.counter)

    assert NOTICE not in text_of(client.get(f"/?{query}"))


def test_rule_of_the_house_can_be_chosen_where_the_counter_has_its_own(client, tally):
    make_rule(tally.counter)

    page = client.get("/?rule=house")

    assert page.context["shown"].basis.rule.is_house
    assert '<option value="house" selected>' in page.content.decode()
    assert "is not known to us" not in text_of(page)
    assert not client.get("/").context["shown"].basis.rule.is_house


def test_place_that_is_not_on_record_is_not_counted_as_zero(client, tally):
    later = make_tally(tally.counter, published="2024-03-01", total=7, coverage="full")
    with revision("made by a test"):
        later.lines.create(position=1, number=7, name_as_printed="Somewhere")

    answer = client.get("/charts/bases.csv")

    [row] = csv.DictReader(io.StringIO(answer.content.decode()))
    assert (row["published"], row["certain"], row["possible"]) == ("7", "", "")
    assert "not comparable" in text_of(client.get("/"))


@pytest.mark.parametrize("kind", ["csv", "svg"])
def test_outcomes_are_not_told_by_what_was_known_earlier(client, tally, kind):
    assert client.get(f"/charts/outcomes.{kind}").status_code == 200
    assert client.get(f"/charts/outcomes.{kind}?known_on=2024-06-01").status_code == 404


def test_people_hurt_are_not_known_where_no_number_is_on_record(client, tally, conoco):
    make_incident(conoco, on="2024-01-15", injured_low=0, injured_high=0)
    make_incident(conoco, on="2024-01-16", injured_low=2, injured_high=3, attack_count=2)

    text = text_of(client.get("/"))

    assert "Killed not known of 3 attacks no number is on record" in text
    assert "Injured 2 to 3 " in text


def test_no_number_of_people_is_told_where_nothing_counts(client, tally):
    assert "People hurt" not in text_of(client.get("/"))


@pytest.mark.parametrize("query", ["counter=nobody", "tally=nothing"])
def test_bad_choice_shows_no_numbers_at_all(client, tally, conoco, query):
    make_incident(conoco)

    page = client.get(f"/?{query}").content.decode()

    assert "No numbers are shown" in page
    assert "<figure" not in page


def test_corrections_link_to_what_they_touched(client, tally):
    page = client.get("/").content.decode()

    assert f'<a href="/corrections/#revision-{last_revision().number}">' in page
    assert "/corrections/#" not in client.get("/?known_on=2024-06-01").content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("known_on=soon", "That day cannot be answered"),
        ("rule=nobody", "This question cannot be answered"),
        ("since=2024-02-01&until=2024-01-01", "This question cannot be answered"),
    ],
)
def test_refusal_says_what_cannot_be_answered(client, query, words):
    make_tally()

    answer = client.get(f"/?{query}")

    assert answer.status_code == 400
    assert f"<h1>{words}</h1>" in answer.content.decode()
