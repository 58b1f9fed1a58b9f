"""What could be known on a day, and that nothing of a later day is told with it."""

import re
from html import unescape

import pytest

from attacks.counting import Count, count
from attacks.models import Incident
from attacks.rules import Basis, rule_of
from sources.revisions import revision
from tests.attacks.test_counts_api import ask, follow
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


def report_of(days):
    """A report published in that range, such as "05..09"; an end that is left out is not known."""
    earliest, latest = days.split("..") if ".." in days else (days, days)
    return make_report(
        published_earliest=day(f"2024-01-{earliest}") if earliest else None,
        published_latest=day(f"2024-01-{latest}") if latest else None,
    )


def known(on, **basis):
    return count(Incident.objects.all(), basis=Basis(known_on=day(f"2024-01-{on}"), **basis))


# An incident of 10 January: what is cited, and claims as (made on, the days of its report).
@pytest.mark.parametrize(
    ("cited", "claims", "on", "expected"),
    [
        pytest.param(["12"], [], "11", NO, id="day before the report"),
        pytest.param(["12"], [], "12", YES, id="day of the report"),
        pytest.param(["12..15"], [], "11", NO, id="before a range"),
        pytest.param(["12..15"], [], "12", MAYBE, id="first day of a range"),
        pytest.param(["12..15"], [], "14", MAYBE, id="inside a range"),
        pytest.param(["12..15"], [], "15", YES, id="last day of a range"),
        pytest.param([".."], [], "09", NO, id="undated report, before the first day"),
        pytest.param([".."], [], "10", MAYBE, id="undated report, from the first day"),
        pytest.param([".."], [], "31", MAYBE, id="undated report, never for certain"),
        pytest.param(["..15"], [], "10", MAYBE, id="not after a day"),
        pytest.param(["..15"], [], "15", YES, id="on that day"),
        pytest.param(["12.."], [], "11", NO, id="not before a day"),
        pytest.param(["12.."], [], "31", MAYBE, id="after that day"),
        pytest.param(["20", "12"], [], "12", YES, id="the first of two reports"),
        pytest.param(["20", ".."], [], "12", MAYBE, id="an undated one beside a dated one"),
        pytest.param([], [], "09", NO, id="nothing cited, before the first day"),
        pytest.param([], [], "10", MAYBE, id="nothing cited"),
        pytest.param(["09"], [], "09", NO, id="a report of the day before"),
        pytest.param(["09"], [], "10", YES, id="a report of the day before, on the first day"),
        pytest.param([], [("09", None)], "09", NO, id="the Pentagon dates it a day earlier"),
        pytest.param([], [("09", None)], "10", YES, id="it does, on the first local day"),
        pytest.param([], [("12", "20")], "11", NO, id="day before the claim"),
        pytest.param([], [("12", "20")], "12", YES, id="day of the claim, before its report"),
        pytest.param([], [(None, "12..15")], "11", NO, id="undated claim, before its report"),
        pytest.param([], [(None, "12..15")], "13", MAYBE, id="undated claim, report may be out"),
        pytest.param([], [(None, "12..15")], "15", YES, id="undated claim, report is out"),
        pytest.param([], [(None, "..")], "31", MAYBE, id="undated claim, undated report"),
        pytest.param([], [(None, None)], "09", NO, id="undated claim of no report, before"),
        pytest.param([], [(None, None)], "10", MAYBE, id="undated claim of no report"),
        pytest.param(["20"], [("15", None)], "12", NO, id="both later"),
        pytest.param(["20"], [("12", None)], "12", YES, id="claim before the report"),
        pytest.param(["12"], [("20", None)], "12", YES, id="report before the claim"),
        # A claim of known day is not known sooner for a report that is dated before it.
        pytest.param([], [("20", "12")], "15", NO, id="report dated before its claim"),
    ],
)
def test_incident_is_known_as_its_reports_and_claims_say(client, cited, claims, on, expected):
    incident = make_incident(on="2024-01-10", reports=[report_of(days) for days in cited])
    for made, reported in claims:
        make_claim(
            incident,
            made_on=day(f"2024-01-{made}") if made else None,
            report=report_of(reported) if reported else None,
        )

    assert known(on) == expected
    total = ask(client, f"known_on=2024-01-{on}")["total"]
    assert Count(total["certain"], total["possible"]) == expected
    assert len(list(follow(client, total["incidents_url"]))) == expected.possible
    status = 200 if expected.possible else 404
    for address in ("/api/v1/incidents/", "/incidents/"):
        query = f"?known_on=2024-01-{on}"
        assert client.get(f"{address}{incident.public_id}/{query}").status_code == status


def test_range_of_days_may_be_known_from_its_first_day():
    make_incident(on="2024-01-10", until="2024-01-20", reports=[report_of("05")])

    assert [known(on) for on in ("09", "10")] == [NO, YES]


# Nothing of a later day is told: what is planted here is looked for in whole answers.

SECRET = "zzlater"
FIGURE = re.compile(r"\b3270[1-8]\b")  # whole, for the digits of a moment may hold any other
FIGURES = {"low": 32701, "best": 32702, "high": 32703}


@pytest.fixture
def secrets():
    """An incident of 10 January, known on the 12th; whatever is told later holds the secret."""
    group, state = make_group("group", name="Early Group"), make_organisation("state", kind="state")
    later = make_group(SECRET, name=SECRET)
    soon = make_report("soon", published="2024-01-12", title="The first report")
    late = make_report(SECRET, published="2024-01-20", title=SECRET, note=SECRET, publisher=later)
    incident = make_incident(
        make_base("conoco", name="Conoco"),
        on="2024-01-10",
        reports=[soon, late],
        outcome="fire",
        munitions=32704,
        material_damage="yes",
        grade="confirmed",
        summary=f"Eight were hurt, {SECRET}",
        summary_ar=SECRET,
        internal_note=SECRET,
        **{
            f"{whom}_{end}": number
            for whom in ("killed", "injured")
            for end, number in FIGURES.items()
        },
    )
    make_claim(
        incident,
        "casualty",
        claimant=state,
        made_on=day("2024-01-12"),
        injured_low=2,
        injured_high=3,
        report=late,
        summary="Two or three hurt",
    )
    make_claim(incident, claimant=group, report=soon)
    make_claim(
        incident,
        "casualty",
        "corrects",
        claimant=state,
        made_on=day("2024-01-20"),
        killed_low=32705,
        killed_high=32706,
        injured_low=32707,
        injured_high=32708,
        summary=SECRET,
        report=late,
    )
    make_claim(incident, claimant=later, made_on=day("2024-01-13"), report=late, speaker=SECRET)
    # Of no day of its own, so known with its report.
    make_claim(incident, claimant=later, report=late, via=SECRET)
    return incident


ADDRESSES = [
    "/incidents/?",
    "/incidents/{id}/?",
    "/api/v1/incidents/?",
    "/api/v1/incidents/{id}/?",
    "/api/v1/claims/?",
    "/api/v1/claims/?incident={id}&",
]


def without_filters(answer):
    """What an answer says; the filters of a page name whoever claims anything on record."""
    text = unescape(answer.content.decode())
    return re.sub('(?s)<details class="filters".*?</details>', "", text)


BOTH = ["known_on=2024-01-12", "known_on=2024-01-12&recorded_at=9"]


@pytest.mark.parametrize("clock", BOTH)
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_answer_holds_anything_of_a_later_day(client, secrets, address, clock):
    if "claims" in address and "recorded_at" in clock:
        clock = clock.split("&")[0]
    address = address.format(id=secrets.public_id)
    today = without_filters(client.get(address))
    answer = client.get(address + clock)
    then = without_filters(answer)

    assert answer.status_code == 200
    assert SECRET in today or FIGURE.search(today)
    assert SECRET not in then
    assert not FIGURE.search(then)
    assert "Eight" not in then


@pytest.mark.parametrize("clock", BOTH)
@pytest.mark.parametrize("address", ["/api/v1/incidents/?", "/api/v1/incidents/{id}/?"])
def test_api_tells_what_was_said_by_then_and_nothing_coded_since(client, secrets, address, clock):
    answer = client.get(address.format(id=secrets.public_id) + clock).json()
    told = answer["results"][0] if "results" in answer else answer

    hindsight = [name for name in told if name.startswith(("killed", "summary"))]
    for name in [*hindsight, "outcome", "munitions", "material_damage", "grade", "injured_best"]:
        assert told[name] is None, name
    assert (told["injured_low"], told["injured_high"]) == (2, 3)
    assert told["claim_status"] == "claimed"
    assert [report["key"] for report in told["reports"]] == ["soon"]
    assert [(one["kind"], one["report"] and one["report"]["key"]) for one in told["claims"]] == [
        ("casualty", None),
        ("responsibility", "soon"),
    ]


@pytest.mark.parametrize("clock", BOTH)
def test_pages_tell_what_was_said_by_then_and_nothing_coded_since(client, secrets, clock):
    for address in ("/incidents/", f"/incidents/{secrets.public_id}/"):
        content = without_filters(client.get(f"{address}?{clock}"))
        assert "As it could be known on" in content
        assert "2 to 3" in content
        for told in ("hit, fire", "confirmed", "competing"):
            assert told not in content
    assert "Two or three hurt" in content
    assert "Early Group" in content


@pytest.mark.parametrize(
    ("on", "status", "injured"),
    [
        ("12", "claimed", (2, 3)),
        ("13", "competing", (2, 3)),
        ("20", "competing", (2, 32708)),
    ],
)
def test_each_day_tells_what_was_said_by_it(client, secrets, on, status, injured):
    (told,) = client.get(f"/api/v1/incidents/?known_on=2024-01-{on}").json()["results"]

    assert (told["claim_status"], told["injured_low"], told["injured_high"]) == (status, *injured)
    assert (
        ask(client, f"known_on=2024-01-{on}&group_by=claim_status")["results"][0]["key"] == status
    )
    found = client.get(f"/api/v1/incidents/?known_on=2024-01-{on}&claim_status={status}").json()
    assert len(found["results"]) == 1


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ([(None, None)], (None, None)),
        ([(3, None)], (3, None)),
        ([(None, 3)], (None, 3)),
        ([(0, 0), (8, 8)], (0, 8)),
        ([(2, 4), (3, None)], (2, None)),
        ([(2, 4), (None, 9)], (2, 9)),
        # "Several", perhaps said later, may be more.
        ([(2, 4), (None, None)], (2, None)),
    ],
)
def test_casualties_are_the_range_of_what_was_stated(client, stated, told):
    incident = make_incident(killed_low=90, killed_high=99)
    for low, high in stated:
        make_claim(incident, "casualty", killed_low=low, killed_high=high)

    answer = client.get(f"/api/v1/incidents/{incident.public_id}/?known_on=2024-02-01").json()

    assert (answer["killed_low"], answer["killed_high"]) == told
    assert answer["killed_best"] is None


def test_search_finds_no_word_of_a_summary_but_the_base_and_the_id(client, secrets):
    def found(text, clock="known_on=2024-01-12"):
        answer = client.get(f"/api/v1/incidents/?search={text}&{clock}").json()["results"]
        return bool(answer)

    for text, by_then in {"hurt": False, SECRET: False, "conoco": True, "bw-1": True}.items():
        assert found(text, "")
        assert found(text) == by_then


@pytest.mark.parametrize(("on", "keys"), [("12", {"group": 1}), ("13", {"group": 1, SECRET: 1})])
def test_claimants_of_a_day_are_those_who_had_claimed_by_it(client, secrets, on, keys):
    answer = ask(client, f"known_on=2024-01-{on}&group_by=claimant")

    assert {row["key"]: row["possible"] for row in answer["results"]} == keys
    late = client.get(f"/api/v1/incidents/?known_on=2024-01-{on}&claimant={SECRET}").json()
    assert len(late["results"]) == keys.get(SECRET, 0)


@pytest.mark.parametrize(
    ("on", "kinds"),
    [
        ("09", []),
        ("10", []),
        ("12", ["casualty", "responsibility"]),
        ("13", ["casualty", "responsibility", "responsibility"]),
        ("20", ["casualty", "casualty"] + 3 * ["responsibility"]),
    ],
)
def test_claims_of_a_day_are_those_that_may_have_been_known(client, secrets, on, kinds):
    claims = client.get(f"/api/v1/claims/?known_on=2024-01-{on}").json()["results"]

    assert sorted(claim["kind"] for claim in claims) == kinds
    if on == "20":
        assert {claim["report"]["key"] for claim in claims} == {"soon", SECRET}


def test_claim_precedes_no_incident(client):
    make_claim(make_incident(on="2024-01-10"), made_on=day("2024-01-09"))

    def claims(on):
        return len(client.get(f"/api/v1/claims/?known_on=2024-01-{on}").json()["results"])

    assert (claims("09"), claims("10")) == (0, 1)


@pytest.mark.parametrize(("on", "told"), [("12", False), ("20", True)])
def test_undated_report_is_no_older_than_a_statement_that_it_carries(client, on, told):
    report = make_report("carries")
    incident = make_incident(on="2024-01-10", reports=[report])
    make_claim(incident, claimant_text="Early", made_on=day("2024-01-12"), report=report)
    make_claim(incident, claimant_text="Late", made_on=day("2024-01-20"), report=report)
    make_claim(incident, claimant_text="Undated", report=report)

    answer = client.get(f"/api/v1/incidents/{incident.public_id}/?known_on=2024-01-{on}").json()
    claims = client.get(f"/api/v1/claims/?known_on=2024-01-{on}").json()["results"]

    assert [report["key"] for report in answer["reports"]] == (["carries"] if told else [])
    names = ["Early", "Late", "Undated"] if told else ["Early"]
    for listed in (answer["claims"], claims):
        assert [claim["claimant_text"] for claim in listed] == names
        assert {bool(claim["report"]) for claim in listed} == {told}


def test_incident_that_was_not_known_says_so_and_no_more(client, secrets):
    answer = client.get(f"/incidents/{secrets.public_id}/?known_on=2024-01-11")

    assert answer.status_code == 404
    page = answer.content.decode()
    assert f"{secrets.public_id} was not known then" in page
    assert "Conoco" not in page.split("<main")[1]
    assert SECRET not in page


@pytest.mark.parametrize("value", ["11-01-2024", "yesterday", "2024-02-30", "99999-01-01", "%00"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_day_that_cannot_be_read_is_refused(client, secrets, address, value):
    address = address.format(id=secrets.public_id)
    answer = client.get(f"{address}known_on={value}")

    if address == "/incidents/?":
        assert b"because a filter could not be read" in answer.content
    else:
        assert answer.status_code == 400
    if "api" in address:
        assert list(answer.json()) == ["known_on"]


# With a rule whose clauses rest on claims, their days are ranges too.


@pytest.mark.parametrize(
    ("rule", "others", "expected"),
    [
        ({"claimed_by": True}, [], {"09": NO, "10": NO, "12": MAYBE, "14": YES}),
        # Known by a report of the 10th: uncertain is only whether anybody claims it.
        ({"counts_claims_alone": False}, [], {"09": NO, "10": YES, "12": MAYBE, "14": NO}),
        (
            {"counts_claims_alone": False},
            ["16..18"],
            {"10": YES, "12": MAYBE, "14": NO, "16": MAYBE, "18": YES},
        ),
        ({"counts_claims_alone": None}, [], {"10": YES, "12": MAYBE, "14": MAYBE}),
    ],
)
def test_claim_that_may_have_been_known_makes_the_count_uncertain(rule, others, expected):
    """The claim is known with its report, of some day from the 12th to the 14th."""
    group, counter = make_group(), make_organisation(kind="monitor")
    rule = rule | ({"claimed_by": group} if "claimed_by" in rule else {})
    make_rule(counter, **{"counts_intercepted": True, "counts_claims_alone": True} | rule)
    incident = make_incident(on="2024-01-10", reports=[report_of("10")])
    make_claim(incident, claimant=group, report=report_of("12..14"))
    for days in others:
        make_claim(incident, "damage", claimant_text="Officials", report=report_of(days))

    assert {on: known(on, rule=rule_of(counter)) for on in expected} == expected


def test_known_on_takes_no_query_for_each_incident(client, secrets, django_assert_max_num_queries):
    for _ in range(6):
        make_claim(make_incident(reports=[make_report()]), claimant=make_group())

    with django_assert_max_num_queries(12):
        answer = client.get("/api/v1/incidents/?known_on=2024-02-01").json()
    assert len(answer["results"]) == 7


@pytest.mark.parametrize("query", ["outcome=hit", "grade=weak", "group_by=outcome"])
@pytest.mark.parametrize("kind", ["counts", "incidents"])
def test_what_was_coded_later_cannot_be_asked_for_either(client, kind, query):
    """A filter by the outcome would tell the outcome that is hidden."""
    make_incident(outcome="hit", grade="weak")
    if kind == "incidents" and "group_by" in query:
        return

    answer = client.get(f"/api/v1/{kind}/?known_on=2024-02-01&{query}")

    assert answer.status_code == 400
    assert "became known later" in answer.content.decode()
    assert client.get(f"/{kind}/?known_on=2024-02-01&{query}").status_code == 400


def test_page_of_an_earlier_day_does_not_tell_the_last_change(client):
    incident = make_incident(reports=[make_report(published="2024-01-16")])
    with revision("Eight were hurt after all"):
        incident.injured_low = 8
        incident.save()

    assert (
        "Eight were hurt"
        not in client.get(f"/incidents/{incident.public_id}/?known_on=2024-01-20").content.decode()
    )


def test_clause_tells_nothing_that_was_coded_later(client):
    sohr = make_organisation("sohr", kind="monitor")
    make_rule(sohr, counts_intercepted=False, counts_claims_alone=True)
    make_incident(outcome="intercepted")
    make_incident(grade="discounted")

    page = client.get("/incidents/?known_on=2024-02-01&rule=sohr").content.decode()

    assert page.count("left out by what our record codes of it today") == 2
    assert "intercepted, which" not in page
    assert "graded discounted" not in page


def test_row_by_claimant_is_certain_only_where_the_claim_was_certainly_known(client):
    incident = make_incident(reports=[make_report(published="2024-01-16")])
    later = make_report(published_earliest=day("2024-01-11"), published_latest=day("2024-01-30"))
    make_claim(incident, claimant=make_group("iri"), report=later)

    for group_by in ("claimant", "claim_status"):
        [row] = client.get(f"/api/v1/counts/?known_on=2024-01-20&group_by={group_by}").json()[
            "results"
        ]
        assert (row["key"], row["certain"], row["possible"]) == (
            "iri" if group_by == "claimant" else "claimed",
            0,
            1,
        )
    one = client.get("/api/v1/counts/?known_on=2024-01-20&claimant=iri").json()["total"]
    assert (one["certain"], one["possible"]) == (0, 1)
    settled = client.get("/api/v1/counts/?known_on=2024-01-30&claimant=iri").json()["total"]
    assert (settled["certain"], settled["possible"]) == (1, 1)
