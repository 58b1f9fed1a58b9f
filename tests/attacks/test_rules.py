"""Counting rules: each clause, in every place that counts or lists."""

import re
from html import unescape

import pytest

from attacks.counting import Count, GroupBy, count, count_by, counted
from attacks.models import Incident
from attacks.rules import HOUSE, Basis, rule_of, rules
from sources.revisions import revision
from tests.attacks.test_counts_api import ask, assert_made_of_its_list, follow
from tests.factories import (
    day,
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
    make_rule,
)

pytestmark = pytest.mark.django_db

YES, MAYBE, NO = Count(1, 1), Count(0, 1), Count(0, 0)


@pytest.fixture
def cast():
    """Who speaks: a group under an umbrella, its sibling there, another group, and a state."""
    umbrella = make_group("umbrella")
    return {
        "umbrella": umbrella,
        "group": make_group("group", parent=umbrella),
        "sibling": make_group("sibling", parent=umbrella),
        "other": make_group("other"),
        "state": make_organisation("state", kind="state"),
    }


def make_case(cast, rule, incident=(), claims=()):
    """The basis of a counter named SOHR with that rule, and an incident of which that is said."""
    rule, incident = dict(rule), dict(incident)
    if "claimed_by" in rule:
        rule["claimed_by"] = cast[rule["claimed_by"]]
    base = make_base("here", country=incident.pop("country", "SY"))
    held = make_incident(base, **{"on": "2024-01-15"} | incident)
    for who, *what in claims:
        speaker = {"claimant_text": who[1:]} if who[:1] in ("=", "") else {"claimant": cast[who]}
        make_claim(held, *what, **speaker)
    organisation = make_organisation("sohr", name="SOHR", kind="monitor")
    make_rule(organisation, **rule)
    return Basis(rule_of(organisation)), held


SINCE, UNTIL = {"since": day("2024-01-10")}, {"until": day("2024-01-20")}
NO_INTERCEPTED, MAYBE_INTERCEPTED = {"counts_intercepted": False}, {"counts_intercepted": None}
NO_ALONE, MAYBE_ALONE = {"counts_claims_alone": False}, {"counts_claims_alone": None}
ALL = {"counts_intercepted": True, "counts_claims_alone": True}
THEIRS = {"claimed_by": "group"}

# rule, incident, claims: how it counts, and the clause that leaves it out or casts doubt on it
CASES = {
    "first day": (SINCE, {"on": "2024-01-10"}, [], YES, ""),
    "day before": (SINCE, {"on": "2024-01-09"}, [], NO, "since"),
    "range into": (SINCE, {"on": "2024-01-09", "until": "2024-01-10"}, [], MAYBE, "since"),
    "last day": (UNTIL, {"on": "2024-01-20"}, [], YES, ""),
    "day after": (UNTIL, {"on": "2024-01-21"}, [], NO, "until"),
    "range out of": (UNTIL, {"on": "2024-01-20", "until": "2024-01-21"}, [], MAYBE, "until"),
    "one day rule": (
        {"since": day("2024-01-15"), "until": day("2024-01-15")},
        {"on": "2024-01-14", "until": "2024-01-16"},
        [],
        MAYBE,
        "since",
    ),
    "inside": ({"territory": "IQ;SY"}, {"country": "SY"}, [], YES, ""),
    "outside": ({"territory": "IQ;SY"}, {"country": "JO"}, [], NO, "territory"),
    "any territory": ({"territory": ""}, {"country": "JO"}, [], YES, ""),
    "intercepted, counted": (ALL, {"outcome": "intercepted"}, [], YES, ""),
    "intercepted, not": (NO_INTERCEPTED, {"outcome": "intercepted"}, [], NO, "intercepted"),
    "intercepted, unknown": (
        MAYBE_INTERCEPTED,
        {"outcome": "intercepted"},
        [],
        MAYBE,
        "intercepted",
    ),
    "missed is not intercepted": (NO_INTERCEPTED, {"outcome": "missed"}, [], YES, ""),
    "outcome unknown": (NO_INTERCEPTED, {"outcome": "unknown"}, [], YES, ""),
    "alone, counted": (ALL, {}, [("group",)], YES, ""),
    "alone, not": (NO_ALONE, {}, [("group",)], NO, "claim_alone"),
    "alone, unknown": (MAYBE_ALONE, {}, [("group",)], MAYBE, "claim_alone"),
    "no claim": (NO_ALONE, {}, [], YES, ""),
    "two groups": (NO_ALONE, {}, [("group",), ("other", "casualty")], NO, "claim_alone"),
    "state confirms": (NO_ALONE, {}, [("group",), ("state", "damage")], YES, ""),
    "state disputes": (NO_ALONE, {}, [("group",), ("state", "casualty", "disputes")], YES, ""),
    "state denies": (
        NO_ALONE,
        {},
        [("group",), ("state", "casualty", "denies")],
        NO,
        "claim_alone",
    ),
    "state knows of no claim": (
        NO_ALONE,
        {},
        [("group",), ("state", "no_claim")],
        NO,
        "claim_alone",
    ),
    "named in print": (NO_ALONE, {}, [("group",), ("=An official", "place")], YES, ""),
    "nobody named": (NO_ALONE, {}, [("group",), ("", "attribution")], NO, "claim_alone"),
    "graded fair": (NO_ALONE, {"grade": "fair"}, [("group",)], YES, ""),
    "graded weak": (NO_ALONE, {"grade": "weak"}, [("group",)], NO, "claim_alone"),
    "claimed by it": (THEIRS, {}, [("group",)], YES, ""),
    "by its umbrella": (THEIRS, {}, [("umbrella",)], YES, ""),
    "by its sibling": (THEIRS, {}, [("sibling",)], YES, ""),
    "umbrella's, by a member": ({"claimed_by": "umbrella"}, {}, [("group",)], YES, ""),
    "by another": (THEIRS, {}, [("other",)], NO, "claimed_by"),
    "denied by it": (THEIRS, {}, [("group", "denial", "denies")], NO, "claimed_by"),
    "claimed by nobody": (THEIRS, {}, [], NO, "claimed_by"),
    "grade named": ({"grades": "fair;weak"}, {"grade": "weak"}, [], YES, ""),
    "grade not named": ({"grades": "fair;weak"}, {"grade": "contested"}, [], NO, "grade"),
    "not graded": ({"grades": "fair"}, {"grade": ""}, [], NO, "grade"),
    "none is not graded": ({"grades": "none;fair"}, {"grade": ""}, [], YES, ""),
    "discounted by name": ({"grades": "discounted"}, {"grade": "discounted"}, [], YES, ""),
    "discounted": ({"grades": ""}, {"grade": "discounted"}, [], NO, "grade"),
    "first clause is told": (
        {**SINCE, **NO_INTERCEPTED, "territory": "IQ"},
        {"on": "2024-01-01", "outcome": "intercepted"},
        [],
        NO,
        "territory",
    ),
}
WORDS = {
    "since": "before 10 January 2024, its first day for SOHR",
    "until": "after 20 January 2024, its last day for SOHR",
    "territory": "outside Ira",
    "intercepted": "intercepted, which SOHR does not count",
    "claim_alone": "only claimed, by a group that nobody else confirms, which SOHR does not count",
    "claimed_by": "not claimed by Group",
    "grade": "grade",
}
DOUBTS = {
    "since": "it may lie before 1",
    "until": "it may lie after 20 January 2024",
    "intercepted": "intercepted, which SOHR may not count",
    "claim_alone": "which SOHR may not count",
}


@pytest.mark.parametrize("case", CASES)
def test_clause_decides_the_count_and_is_named(cast, case):
    *given, expected, code = CASES[case]
    # What this rule does not speak of leaves nothing out.
    basis, held = make_case(cast, ALL | given[0], *given[1:])
    everything = Incident.objects.all()

    assert counted(everything, basis).exists() == bool(expected.possible)
    assert count(everything, basis=basis) == expected
    for group_by in GroupBy:
        kept = {row.count for row in count_by(everything, group_by, basis=basis)}
        assert kept == ({expected} if expected.possible else set())
    verdict = everything.annotate(left_out=basis.left_out, in_doubt=basis.in_doubt).get()
    assert verdict.left_out == ("" if expected.possible else code)
    assert verdict.in_doubt == code
    if expected == NO:
        assert WORDS[code] in basis.words()[code]
    if expected == MAYBE:
        assert DOUBTS[code] in basis.doubts()[code]


@pytest.mark.parametrize("case", [case for case in CASES if CASES[case][3] != YES])
def test_page_and_api_tell_the_same(client, cast, case):
    *given, expected, code = CASES[case]
    _, held = make_case(cast, ALL | given[0], *given[1:])

    def listed(query):
        answer = client.get(f"/api/v1/incidents/?{query}").json()
        return [one["public_id"] for one in answer["results"]]

    assert listed("rule=sohr") == [held.public_id]
    assert listed("rule=sohr&counted=true") == ([held.public_id] if expected.possible else [])
    assert listed("rule=sohr&counted=false") == ([] if expected.possible else [held.public_id])
    total = ask(client, "rule=sohr")["total"]
    assert Count(total["certain"], total["possible"]) == expected
    behind = follow(client, total["incidents_url"])
    assert sum(one["attack_count"] for one in behind) == expected.possible
    page = unescape(client.get("/incidents/?rule=sohr").content.decode())
    told = re.findall("not counted: ([^<]*)<", page)
    assert len(told) == (0 if expected.possible else 1)
    assert all(WORDS[code] in words for words in told)


def test_published_and_merged_hold_under_any_rule(cast):
    basis, held = make_case(cast, ALL)
    make_incident(status="draft")
    make_incident(status="retracted")
    merged = make_incident(merged_into=held)

    assert counted(Incident.objects.all(), basis).get() == held
    verdicts = Incident.objects.published().with_verdict(basis)
    assert dict(verdicts.values_list("pk", "left_out"))[merged.pk] == "merged"


def test_rule_that_knows_nothing_makes_only_what_depends_on_it_uncertain(cast):
    basis, _ = make_case(cast, {}, {"outcome": "intercepted"}, [("group",)])
    make_incident(attack_count=4)

    assert count(Incident.objects.all(), basis=basis) == Count(4, 5)


# Folding.


@pytest.fixture
def folded(cast):
    """Green Village is counted under Al-Omar; Kharab may or may not be Rumaylan."""
    omar, green = make_base("omar"), make_base("green", country="IQ")
    kharab, rumaylan = make_base("kharab"), make_base("rumaylan")
    make_rule(
        make_organisation("sohr", name="SOHR", kind="monitor"),
        folds=[(green, omar)],
        doubtful=[(kharab, rumaylan), (kharab, omar)],
        **ALL,
    )
    make_incident(omar, on="2024-01-01")
    make_incident(green, on="2024-01-02", attack_count=2)
    make_incident(kharab, on="2024-01-03", attack_count=4)
    make_incident(rumaylan, on="2024-01-04", attack_count=8)


def numbers(answer):
    return {row["key"]: row["possible"] for row in answer["results"]}


def test_folded_site_is_counted_under_the_other_and_a_doubtful_one_by_itself(client, folded):
    assert numbers(ask(client, "rule=sohr")) == {"omar": 3, "kharab": 4, "rumaylan": 8}
    assert numbers(ask(client)) == {"omar": 1, "green": 2, "kharab": 4, "rumaylan": 8}


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("base=omar", {"omar": 3}),
        ("base=green", {"omar": 3}),
        ("base=green&base=omar", {"omar": 3}),
        ("base=kharab", {"kharab": 4}),
        ("base=rumaylan&base=green", {"rumaylan": 8, "omar": 3}),
        # A country is still that of the site itself.
        ("country=SY", {"omar": 1, "kharab": 4, "rumaylan": 8}),
        ("country=IQ", {"omar": 2}),
        ("country=IQ&base=omar", {"omar": 2}),
    ],
)
def test_base_means_its_folded_group(client, folded, query, rows):
    assert numbers(ask(client, f"rule=sohr&{query}")) == rows


@pytest.mark.parametrize("query", ["", "base=green", "country=IQ", "base=green&base=kharab"])
@pytest.mark.parametrize("group_by", GroupBy.values)
def test_row_of_a_folded_group_opens_exactly_its_list(client, folded, query, group_by):
    answer = ask(client, f"rule=sohr&group_by={group_by}&{query}")

    for row in [answer["total"], *answer["results"]]:
        assert "rule=sohr" in row["incidents_url"]
        assert_made_of_its_list(client, row)


def test_rows_of_the_count_page_open_their_lists(client, folded):
    page = unescape(client.get("/counts/?rule=sohr&base=green").content.decode())
    links = set(re.findall(r'href="(/incidents/\?[^"]*base=omar[^"]*)"', page))

    (link,) = links
    table = client.get(link).content.decode()
    assert re.findall(r">(BW-\d+)<", table) == ["BW-2", "BW-1"]
    assert '<strong class="number">3</strong>' in table


# Which rules there are.


@pytest.mark.parametrize("query", ["rule=house", "rule="])
def test_house_is_the_rule_where_none_is_asked_for(client, folded, query):
    make_incident(grade="discounted")
    make_incident(outcome="intercepted")

    def answers(query):
        lists = [
            client.get(f"/api/v1/incidents/?{query}&counted={counted}").json()["results"]
            for counted in ("", "true", "false")
        ]
        return lists, ask(client, query)["total"]["possible"], numbers(ask(client, query))

    assert answers(query) == answers("")


@pytest.mark.parametrize("slug", ["dod", "SOHR", "omar", "x" * 81])
@pytest.mark.parametrize("address", ["/api/v1/incidents/", "/api/v1/counts/"])
def test_rule_that_is_not_on_record_is_refused_by_naming_those_that_are(
    client, folded, address, slug
):
    make_organisation("dod")  # a counter without a rule
    answer = client.get(address, {"rule": slug})

    assert answer.status_code == 400
    assert list(answer.json()) == ["rule"]
    assert "house, sohr" in str(answer.json()) or len(slug) > 80
    page = client.get(address.replace("/api/v1", ""), {"rule": slug})
    assert "Nothing is shown, because a filter could not be read" in page.content.decode()


def test_rule_may_hold_no_nul_and_stands_once(client, folded):
    for query in ("rule=%00", "rule=sohr&rule=house"):
        answer = client.get(f"/api/v1/counts/?{query}")
        assert (answer.status_code, list(answer.json())) == (400, ["rule"])
    assert client.get("/incidents/?rule=%00").status_code == 200


def test_rules_are_those_on_record_and_the_house_stands_first():
    report = make_report()
    zulu = make_rule(make_organisation("a-z", name="Zulu"), report=report, unit="", text="Says it.")
    make_rule(make_organisation("z-a", name="Alpha"), territory="SY;IQ", unit="strikes")

    found = rules()

    assert list(found) == ["house", "z-a", "a-z"]
    assert found["house"] is HOUSE
    assert (found["a-z"].text, found["a-z"].report, found["a-z"].unit) == (
        "Says it.",
        report,
        "attacks",
    )
    assert (found["z-a"].countries, found["z-a"].unit) == (["Syria", "Iraq"], "strikes")
    with revision("withdrawn"):
        zulu.delete()
    assert list(rules()) == ["house", "z-a"]


def test_counter_without_a_rule_counts_by_that_of_the_house():
    assert rule_of(make_organisation()) is HOUSE


def test_rule_takes_no_query_for_each_incident(client, cast, django_assert_max_num_queries):
    make_case(cast, {"claimed_by": "group", **SINCE}, claims=[("group",)])
    for _ in range(6):
        make_claim(make_incident(), claimant=cast["sibling"])

    with django_assert_max_num_queries(20):
        assert len(client.get("/api/v1/incidents/?rule=sohr").json()["results"]) == 7
