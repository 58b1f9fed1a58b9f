import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from attacks.counting import Count
from attacks.rules import rule_of
from sources.models import Revision
from sources.recorded import Record
from tallies.holdings import Holdings
from tallies.places import TOTAL, Place
from tallies.reconciliation import Gap, examine, reconcile, tally_of
from tests.factories import (
    day,
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
    make_rule,
    make_tally,
)
from tests.importing import edit

pytestmark = pytest.mark.django_db


def listed(client, address):
    """The incidents of every page of an API list."""
    found = []
    while address:
        page = client.get(address).json()
        found += page["results"]
        address = page["next"]
    return found


def verdicts(tally, place):
    """What is made of each incident at a place: {public id: (verdict, clause)}."""
    for row, examined in examine(reconcile(tally)).rows:
        if row.place.key == place:
            return {one.incident.public_id: (one.verdict, one.clause) for one in examined}
    return None


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (3, 5, "short by 3 to 5"),
        (4, 4, "short by 4"),
        (-5, -3, "we hold 3 to 5 more"),
        (-2, -2, "we hold 2 more"),
        (-1, 2, "agrees"),
        (0, 0, "agrees"),
        (0, 3, "agrees"),
        (-3, 0, "agrees"),
    ],
)
def test_gap_is_said_as_a_range_and_never_as_a_false_single_figure(least, most, words):
    assert str(Gap(least, most)) == words
    assert Gap(least, most).agrees == (words == "agrees")


def test_gap_is_published_less_possible_to_published_less_certain():
    base = make_base()
    make_incident(base, on="2024-01-10", attack_count=2)
    make_incident(base, on="2024-01-30", until="2024-02-03")
    tally = make_tally(lines=[(base, 7)], published="2024-02-01")

    [row] = reconcile(tally).listed

    assert row.ours == Count(2, 3)
    assert (row.gap.least, row.gap.most) == (4, 5)
    assert str(row.gap) == "short by 4 to 5"


def test_end_that_is_an_interval_is_certain_from_its_first_day_and_possible_to_its_last():
    base = make_base()
    report = make_report(published_earliest=day("2023-11-18"), published_latest=day("2023-12-03"))
    tally = make_tally(lines=[(base, 5)], report=report)
    for on in ("2023-11-18", "2023-11-19", "2023-12-03", "2023-12-04"):
        make_incident(base, on=on)

    [row] = reconcile(tally).listed

    assert row.ours == Count(1, 3)


def test_unlisted_bases_stand_apart_and_within_the_territory():
    base, inside, abroad = make_base("al-omar"), make_base("village"), make_base(country="IQ")
    tally = make_tally(lines=[(base, 5)])
    for where in (base, inside, abroad):
        make_incident(where)

    found = reconcile(tally)

    assert [row.base for row in found.not_listed] == [inside]
    assert found.not_listed[0].published is None
    assert found.not_listed[0].gap is None
    assert found.total.ours == Count(2, 2)  # the territory, listed or not


def test_a_list_by_country_leaves_out_countries():
    tally = make_tally(lines=[("IQ", 66), ("SY", 98)], territory="IQ;SY;JO")
    for country in ("IQ", "SY", "JO", "TR"):
        make_incident(make_base(country=country))

    found = reconcile(tally)

    assert [(row.name, row.ours.possible) for row in found.listed] == [("Iraq", 1), ("Syria", 1)]
    assert [row.name for row in found.not_listed] == ["Jordan"]
    assert found.total.ours.possible == 3


def test_a_line_without_a_place_is_shown_only_as_printed(client):
    tally = make_tally(lines=[("", 4)])

    [row] = reconcile(tally).listed

    assert row.ours is None
    assert row.gap is None
    assert "not comparable" in client.get(tally.get_absolute_url()).content.decode()


def test_without_a_territory_there_is_no_total_of_ours_unless_the_rule_has_one(client):
    counter = make_organisation(kind="monitor")
    base = make_base()
    tally = make_tally(counter, [(base, 4)], territory="")
    make_incident(base)

    assert reconcile(tally).total.ours is None
    assert "no territory stated" in client.get(tally.get_absolute_url()).content.decode()

    make_rule(counter, territory="SY")

    assert reconcile(tally).total.ours == Count(1, 1)


def test_counter_without_a_rule_is_held_against_the_house_rule(client):
    base = make_base()
    make_incident(base, outcome="intercepted")
    tally = make_tally(lines=[(base, 1)])

    assert reconcile(tally).basis.rule.is_house
    assert reconcile(tally).listed[0].gap.agrees
    page = client.get(tally.get_absolute_url()).content.decode()
    assert "counts exactly is not known to us" in page


def test_folded_site_counts_under_the_base_that_the_rule_names():
    omar, village = make_base("al-omar"), make_base("green-village")
    counter = make_organisation("sohr", kind="monitor")
    make_rule(counter, folds=[(village, omar)])
    make_incident(omar)
    make_incident(village)
    tally = make_tally(counter, [(omar, 2)])

    found = reconcile(tally)

    assert found.listed[0].gap.agrees
    assert found.not_listed == []
    assert set(verdicts(tally, "base:al-omar").values()) == {("counted", "")}


def test_lines_of_a_site_and_of_the_base_it_is_folded_into_are_one_row():
    omar, village = make_base("al-omar"), make_base("green-village")
    counter = make_organisation("sohr", kind="monitor")
    make_rule(counter, folds=[(village, omar)])
    make_incident(village, attack_count=5)

    [row] = reconcile(make_tally(counter, [(omar, 3), (village, 2)])).listed

    assert (row.place.key, row.published, row.ours) == ("base:al-omar", 5, Count(5, 5))
    assert [line.number for line in row.lines] == [3, 2]


def test_site_that_may_be_the_same_place_is_borderline_and_not_counted():
    jir, landing = make_base("kharab-al-jir"), make_base("rumaylan-lz")
    counter = make_organisation("sohr", kind="monitor")
    make_rule(counter, doubtful=[(landing, jir)])
    there = make_incident(landing)
    tally = make_tally(counter, [(jir, 1)])

    [row] = reconcile(tally).listed

    assert row.ours == Count(0, 0)
    assert verdicts(tally, "base:kharab-al-jir") == {there.public_id: ("borderline", "place")}
    assert verdicts(tally, "base:rumaylan-lz") == {there.public_id: ("counted", "")}


def test_every_incident_in_the_window_is_counted_borderline_or_excluded_by_a_named_clause():
    base = make_base("conoco")
    counter = make_organisation("dod", kind="government")
    make_rule(counter, since=day("2023-10-17"), counts_intercepted=False, counts_claims_alone=None)
    alone = make_incident(base)
    make_claim(alone, claimant=make_group())
    made = {
        "counted": make_incident(base),
        "edge": make_incident(base, on="2024-01-31", until="2024-02-02"),
        "intercepted": make_incident(base, outcome="intercepted"),
        "discounted": make_incident(base, grade="discounted"),
        "early": make_incident(base, on="2023-10-10"),
        "alone": alone,
    }
    made["merged"] = make_incident(base, merged_into=made["counted"])
    make_incident(base, status="draft")
    make_incident(base, on="2024-03-01")
    tally = make_tally(counter, [(base, 3)], counting_since=day("2023-10-07"))

    found = verdicts(tally, "base:conoco")

    assert {name: found[incident.public_id] for name, incident in made.items()} == {
        "counted": ("counted", ""),
        "edge": ("borderline", "days"),
        "intercepted": ("excluded", "intercepted"),
        "discounted": ("excluded", "grade"),
        "early": ("excluded", "since"),
        "alone": ("borderline", "claim_alone"),
        "merged": ("excluded", "merged"),
    }
    assert len(found) == len(made)
    assert reconcile(tally).listed[0].ours == Count(1, 3)


def test_page_names_the_clause_that_leaves_an_incident_out(client):
    base = make_base("conoco")
    counter = make_organisation("dod", name="The Pentagon", kind="government")
    make_rule(counter, counts_intercepted=False)
    make_incident(base, outcome="intercepted")

    page = client.get(make_tally(counter, [(base, 3)]).get_absolute_url()).content.decode()

    assert "intercepted, which The Pentagon does not count" in page


def test_examination_that_is_cut_says_so_and_the_numbers_stay_whole(client, monkeypatch):
    base = make_base("conoco")
    for _ in range(4):
        make_incident(base)
    tally = make_tally(lines=[(base, 4)])
    monkeypatch.setattr("tallies.reconciliation.MOST_EXAMINED", 3)

    found = examine(reconcile(tally))

    assert (found.examined, found.complete) == (3, False)
    assert reconcile(tally).listed[0].gap.agrees
    page = client.get(tally.get_absolute_url()).content.decode()
    assert "More incidents than can be told one by one" in page


def test_recorded_at_holds_the_tally_as_it_stood_against_the_record_as_it_stood():
    base = make_base("conoco")
    counter = make_organisation("sohr", kind="monitor")
    rule = make_rule(counter, counts_intercepted=True)
    incident = make_incident(base, outcome="intercepted")
    tally = make_tally(counter, [(base, 5)])
    then = Revision.objects.first().number
    edit(tally.lines.get(), number=9)
    edit(rule, counts_intercepted=False)
    edit(incident, attack_count=4)
    make_incident(base)

    before = reconcile(tally_of(tally.key, Record(then)), record=Record(then)).listed[0]
    today = reconcile(tally_of(tally.key)).listed[0]

    assert (before.published, before.ours) == (5, Count(1, 1))
    assert (today.published, today.ours) == (9, Count(1, 1))
    assert f"recorded_at={then}" in before.query
    assert tally_of(tally.key, Record(1)) is None


def test_known_on_counts_what_was_known_and_knows_no_later_publication(client):
    base = make_base("conoco")
    make_incident(base, reports=[make_report(published="2024-01-20")])
    make_incident(base, reports=[make_report(published="2024-03-20")])
    tally = make_tally(lines=[(base, 2)], published="2024-02-01")

    early = client.get(f"{tally.get_absolute_url()}?known_on=2024-01-31")
    page = client.get(f"{tally.get_absolute_url()}?known_on=2024-02-01")

    assert early.status_code == 404
    assert "cannot have been published by 31 January 2024" in " ".join(
        early.content.decode().replace("<time", " <time").split()
    ).replace('<time datetime="2024-01-31">', "").replace("</time>", "")
    assert page.context["reconciliation"].listed[0].ours == Count(1, 1)


def test_known_tally_is_not_known_before_its_count_ends():
    """No count is known before it ends, also where its report has no date."""
    tally = make_tally(report=make_report(), counting_until=day("2024-06-30"))

    assert tally_of(tally.key, known_on=day("2024-06-29")) is None
    assert tally_of(tally.key, known_on=day("2024-06-30")) == tally


def test_queries_do_not_grow_with_the_publication(in_a_request, django_assert_max_num_queries):
    bases = [make_base() for _ in range(12)]
    for base, _ in itertools.product(bases, range(3)):
        make_incident(base, reports=[make_report()])
    counter = make_organisation(kind="monitor")
    make_rule(counter, folds=[(bases[0], bases[1])], doubtful=[(bases[2], bases[3])])
    tally = make_tally(counter, [(base, 3) for base in bases])

    # tally, report, organisations, lines, bases; the revision; rules, their sites, organisations;
    # all bases; counts; incidents
    with django_assert_max_num_queries(12):
        examine(reconcile(tally_of(tally.key)))


# On any record

WEAPONS, OUTCOMES = ["drone", "rocket"], ["hit", "intercepted", "unknown"]
some_incident = st.fixed_dictionaries(
    {
        "base": st.integers(0, 3),
        "on": st.dates(day("2023-12-25"), day("2024-02-10")),
        "days": st.integers(0, 9),
        "attack_count": st.integers(1, 3),
        "outcome": st.sampled_from(OUTCOMES),
        "grade": st.sampled_from(["", "weak", "confirmed", "discounted"]),
        "claimed": st.booleans(),
    }
)
some_rule = st.fixed_dictionaries(
    {
        "counts_intercepted": st.sampled_from([True, False, None]),
        "counts_claims_alone": st.sampled_from([True, False, None]),
        "territory": st.sampled_from(["", "SY", "IQ;SY"]),
        "since": st.none() | st.dates(day("2023-12-20"), day("2024-01-20")),
        "folded": st.booleans(),
    }
)


class OnAnyRecord(TestCase):
    @given(
        st.lists(some_incident, max_size=8),
        some_rule,
        st.lists(st.integers(0, 9), min_size=3, max_size=3),
        st.integers(0, 6),
    )
    def test_gap_and_count_make_the_published_number_and_the_list_makes_the_count(
        self, incidents, rule, numbers, width
    ):
        bases = [make_base(country=country) for country in ("SY", "SY", "IQ", "JO")]
        counter = make_organisation(kind="monitor")
        folds = [(bases[1], bases[0])] if rule.pop("folded") else []
        make_rule(counter, folds=folds, **rule)
        group = make_group()
        for one in incidents:
            last = one["on"].toordinal() + one.pop("days")
            claimed, on = one.pop("claimed"), one.pop("on")
            incident = make_incident(
                bases[one.pop("base")], on=str(on), until=str(on.fromordinal(last)), **one
            )
            if claimed:
                make_claim(incident, claimant=group)
        tally = make_tally(
            counter,
            list(zip(bases, numbers, strict=False)),
            territory="IQ;SY",
            counting_since=day("2024-01-01"),
            report=make_report(
                published_earliest=day("2024-01-20"),
                published_latest=day("2024-01-20").fromordinal(
                    day("2024-01-20").toordinal() + width
                ),
            ),
        )
        found = reconcile(tally)
        holdings = Holdings.of(rule_of(counter))

        for row in found.rows:
            assert 0 <= row.ours.certain <= row.ours.possible
            if row.gap:
                assert row.gap.least + row.ours.possible == row.published
                assert row.gap.most + row.ours.certain == row.published
                agrees = row.ours.certain <= row.published <= row.ours.possible
                assert row.gap.agrees == agrees
            behind = listed(self.client, f"/api/v1/incidents/?{row.query}&page_size=2")
            assert sum(one["attack_count"] for one in behind) == row.ours.possible
            own = list(found.incidents_of(row))
            assert {one.public_id for one in own} == {one["public_id"] for one in behind}
            sure = sum(one.attack_count for one in own if one.sure)
            assert sure == row.ours.certain
            assert holdings.held(row.place, ["IQ", "SY"], tally.window) == row.ours
        for row, examined in examine(found).rows:
            counts = {"counted": 0, "borderline": 0, "excluded": 0}
            for one in examined:
                if one.clause != "place":
                    counts[one.verdict] += one.incident.attack_count
            assert counts["counted"] == row.ours.certain
            assert counts["counted"] + counts["borderline"] == row.ours.possible


def test_holdings_ask_once_for_any_number_of_windows(django_assert_num_queries):
    base = make_base()
    for on in ("2024-01-01", "2024-01-02", "2024-01-03"):
        make_incident(base, on=on)
    tally = make_tally(lines=[(base, 1)])

    with django_assert_num_queries(2):  # the bases; the days with attacks
        holdings = Holdings.of()
        for _ in range(3):
            assert holdings.held(Place(base), [], tally.window) == Count(3, 3)
            assert holdings.held(TOTAL, ["SY"], tally.window) == Count(3, 3)
            assert holdings.held(TOTAL, ["IQ"], tally.window) == Count(0, 0)
            assert holdings.held(Place(country="SY"), [], tally.window) == Count(3, 3)
