import pytest

from tests.factories import (
    make_accepted_finding,
    make_base,
    make_incident,
    make_organisation,
    make_report,
    make_rule,
    make_tally,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def conoco():
    base = make_base("conoco", name="Conoco")
    sohr = make_organisation("sohr", name="SOHR", kind="monitor")
    make_rule(
        sohr,
        counts_intercepted=False,
        counts_claims_alone=True,
        territory="SY",
        unit="attacks",
        text="What SOHR counts.",
    )
    make_tally(sohr, [(base, 29)], key="sohr-108", published="2024-02-05")
    make_tally(sohr, [(base, 36)], key="sohr-126", published="2024-04-21")
    make_incident(base, on="2024-02-09", serial=1)
    make_incident(base, on="2024-04-21", until="2024-04-22", serial=2)
    make_incident(base, on="2024-03-01", outcome="intercepted", serial=3)
    return base


def test_reconciliation_answers_these_fields_and_no_other(client, conoco):
    place = {"key": "base:conoco", "name": "Conoco", "base": "conoco", "country": None}
    query = "base=conoco&since=2023-10-19&until=2024-04-21&rule=sohr&counted=true"
    incident = {"base": "conoco", "attack_count": 1}

    answer = client.get("/api/v1/tallies/sohr-126/reconciliation/").json()

    [row] = answer.pop("listed")
    total = answer.pop("total")
    assert answer == {
        "tally": "sohr-126",
        "counter": {"slug": "sohr", "name": "SOHR"},
        "rule": {
            "slug": "sohr",
            "name": "SOHR",
            "text": "What SOHR counts.",
            "unit": "attacks",
            "since": None,
            "until": None,
            "territory": ["SY"],
            "counts_intercepted": False,
            "counts_claims_alone": True,
            "claimed_by": None,
            "grades": [],
        },
        "known_on": None,
        "recorded_at": None,
        "since": "2023-10-19",
        "until_earliest": "2024-04-21",
        "until_latest": "2024-04-21",
        "not_listed": [],
        "incidents_complete": True,
    }
    assert row == {
        "place": place,
        "published": 36,
        "ours": {"certain": 1, "possible": 2},
        "gap": {"least": 34, "most": 35, "agrees": False, "words": "short by 34 to 35"},
        "incidents_url": f"http://testserver/api/v1/incidents/?{query}",
        "incidents": [
            {
                "public_id": "BW-2",
                **incident,
                "earliest": "2024-04-21",
                "latest": "2024-04-22",
                "verdict": "borderline",
                "clause": "days",
                "why": "it may lie outside the days of the publication",
            },
            {
                "public_id": "BW-3",
                **incident,
                "earliest": "2024-03-01",
                "latest": "2024-03-01",
                "verdict": "excluded",
                "clause": "intercepted",
                "why": "intercepted, which SOHR does not count",
            },
            {
                "public_id": "BW-1",
                **incident,
                "earliest": "2024-02-09",
                "latest": "2024-02-09",
                "verdict": "counted",
                "clause": "",
                "why": "",
            },
        ],
    }
    assert (total["published"], total["ours"]) == (36, {"certain": 1, "possible": 2})


@pytest.mark.parametrize("clock", ["known_on=2024-04-21", "recorded_at=5"])
def test_reconciliation_takes_both_clocks_and_its_lists_carry_them(client, conoco, clock):
    answer = client.get(f"/api/v1/tallies/sohr-126/reconciliation/?{clock}")

    assert answer.status_code == 200
    for row in (*answer.json()["listed"], answer.json()["total"]):
        assert clock in row["incidents_url"]
        listed = client.get(row["incidents_url"]).json()["results"]
        assert sum(one["attack_count"] for one in listed) == row["ours"]["possible"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("tallies/sohr-126/reconciliation/?known_on=2024-04-20", 404),
        ("tallies/sohr-126/reconciliation/?recorded_at=1", 404),
        ("tallies/nothing/reconciliation/", 404),
        ("tallies/sohr-126/reconciliation/?known_on=soon", 400),
        ("tallies/sohr-126/reconciliation/?recorded_at=99999", 400),
        ("tallies/sohr-126/reconciliation/?rule=house", 400),
        ("tallies/?recorded_at=1", 400),
        ("counters/nobody/", 404),
        ("counters/nobody/steps/", 404),
        ("counters/sohr/steps/?recorded_at=1", 400),
        ("counters/sohr/findings/?known_on=soon", 400),
        ("counters/sohr/steps/?known_on=2020-01-01", 404),
        ("counters/?recorded_at=1", 400),
        ("unaccounted/?recorded_at=1", 400),
        ("unaccounted/?counter=nobody", 400),
    ],
)
def test_what_cannot_be_answered_is_refused(client, conoco, path, status):
    answer = client.get(f"/api/v1/{path}")

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"


def test_steps_answer_these_fields_and_no_other(client, conoco):
    [total, step] = client.get("/api/v1/counters/sohr/steps/").json()["results"]

    query = "base=conoco&since=2024-02-05&until=2024-04-21&rule=sohr&counted=true"
    assert total["place"] == {"key": "total", "name": "the total", "base": None, "country": None}
    assert step == {
        "counter": "sohr",
        "place": {"key": "base:conoco", "name": "Conoco", "base": "conoco", "country": None},
        "earlier": "sohr-108",
        "later": "sohr-126",
        "before": 29,
        "number": 36,
        "rise": 7,
        "since_earliest": "2024-02-05",
        "since_latest": "2024-02-05",
        "until_earliest": "2024-04-21",
        "until_latest": "2024-04-21",
        "ours": {"certain": 1, "possible": 2},
        "unaccounted": {"certain": 5, "possible": 6},
        "notes": [],
        "incidents_url": f"http://testserver/api/v1/incidents/?{query}",
    }
    listed = client.get(step["incidents_url"]).json()["results"]
    assert {one["public_id"] for one in listed} == {"BW-1", "BW-2"}


def test_unaccounted_holds_every_open_step_and_can_be_asked_of_one_counter(client, conoco):
    make_tally(make_organisation("dod"), total=3, published="2024-01-01")
    dod = make_tally(make_organisation("ap"), total=3, published="2024-01-01").counter
    make_tally(dod, total=90, published="2024-02-01")

    everything = client.get("/api/v1/unaccounted/").json()["results"]
    one = client.get("/api/v1/unaccounted/?counter=sohr").json()["results"]
    earlier = client.get("/api/v1/unaccounted/?known_on=2024-03-01").json()["results"]

    assert [step["counter"] for step in everything] == ["ap", "sohr", "sohr"]
    assert one == everything[1:]
    assert [step["counter"] for step in earlier] == ["ap"]


def test_findings_answer_these_fields_and_no_other(client):
    dod = make_organisation("dod", kind="government")
    tally = make_tally(dod, [("IQ", 66), ("SY", 98)], key="dod-165", total=165, territory="IQ;SY")
    make_tally(dod, total=160, key="dod-160", territory="IQ;SY", published="2024-03-01")
    make_accepted_finding(kind="arithmetic", tally=tally, amount=-1, why="Jordan.")
    total = {"key": "total", "name": "the total", "base": None, "country": None}

    assert client.get("/api/v1/counters/dod/findings/").json() == {
        "results": [
            {
                "kind": "arithmetic",
                "tally": "dod-165",
                "other": None,
                "place": total,
                "amount": -1,
                "words": "The lines add up to 164, 1 less than the total of 165.",
                "accepted": "Jordan.",
            },
            {
                "kind": "fall",
                "tally": "dod-160",
                "other": "dod-165",
                "place": total,
                "amount": -5,
                "words": "The total falls from 165 as of 1 February 2024 to 160 as of "
                "1 March 2024.",
                "accepted": None,
            },
        ]
    }


def test_counters_tell_their_rule_and_what_their_ledger_holds(client, conoco):
    make_tally(make_organisation("ap", name="AP"), report=make_report())

    counters = client.get("/api/v1/counters/").json()["results"]

    assert [(one["slug"], one["rule"]["slug"], one["publications"]) for one in counters] == [
        ("ap", "house", 1),
        ("sohr", "sohr", 2),
    ]
    assert client.get("/api/v1/counters/sohr/").json() == counters[1]
    assert counters[1]["unaccounted_steps"] == 2


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("tallies/sohr-126/reconciliation/", 14),
        ("counters/", 10),
        ("counters/sohr/steps/", 12),
        ("counters/sohr/findings/", 12),
        ("unaccounted/", 10),
    ],
)
def test_queries_do_not_grow_with_rows(client, conoco, django_assert_max_num_queries, path, most):
    counter = conoco.tally_lines.first().tally.counter
    for month in range(1, 9):
        base = make_base()
        make_incident(base, reports=[make_report()])
        make_tally(counter, [(conoco, 3), (base, 4)], published=f"2023-{month:02}-01")

    with django_assert_max_num_queries(most):
        assert client.get(f"/api/v1/{path}").status_code == 200
