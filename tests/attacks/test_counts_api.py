"""The number and the list behind it are one: each `incidents_url` is followed and added up."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attacks.counting import GroupBy
from attacks.models import Incident
from sources.revisions import revision
from tests.factories import day, make_base, make_claim, make_group, make_incident

pytestmark = pytest.mark.django_db


def ask(client, query=""):
    answer = client.get(f"/api/v1/counts/?{query}")
    assert answer.status_code == 200, answer.json()
    return answer.json()


def follow(client, url):
    """All incidents of a list, by small pages, so that paging is walked too."""
    url += "&page_size=2"
    while url:
        page = client.get(url).json()
        yield from page["results"]
        url = page["next"]


def assert_made_of_its_list(client, row):
    asked = parse_qs(urlsplit(row["incidents_url"]).query)
    (since,), (until,) = asked.get("since", ["0"]), asked.get("until", ["9"])
    incidents = list(follow(client, row["incidents_url"]))
    inside = [i for i in incidents if since <= i["earliest"] and i["latest"] <= until]
    assert row["possible"] == sum(i["attack_count"] for i in incidents)
    assert row["certain"] == sum(i["attack_count"] for i in inside)


@pytest.fixture
def record():
    tanf, asad = make_base("al-tanf"), make_base("ain-al-asad", country="IQ")
    make_base("quiet")
    one, other = make_group("one"), make_group("other")
    claimed = make_incident(tanf, on="2024-01-05", weapon="drone", outcome="hit")
    make_claim(claimed, claimant=one)
    make_claim(claimed, claimant=one)  # a second claim does not make a second attack
    both = make_incident(asad, on="2024-01-30", until="2024-02-02", attack_count=3, grade="fair")
    make_claim(both, claimant=one)
    make_claim(both, claimant=other)
    denied = make_incident(tanf, on="2024-02-10", until="2024-03-10", outcome="missed")
    make_claim(denied, "denial", "denies", claimant=other)
    make_claim(make_incident(asad, on="2024-03-01", weapon="rocket"), "no_claim")
    make_incident(tanf, on="2024-03-02", summary="Two rockets", attack_count=2)
    for apart in (
        {"grade": "discounted"},
        {"merged_into": claimed},
        {"status": Incident.Status.DRAFT},
        {"status": Incident.Status.RETRACTED},
    ):
        make_claim(make_incident(tanf, on="2024-01-05", **apart), claimant=one)


FILTERS = [
    "",
    "since=2024-02-01",
    "since=2024-02-01&until=2024-02-29",
    "until=2024-03-01",
    "since=2024-02-01&until=2024-02-01",
    "base=al-tanf&base=ain-al-asad",
    "base=quiet",
    "country=IQ&since=2024-02-01",
    "weapon=unknown&outcome=unknown&outcome=missed",
    "claim_status=claimed&claim_status=competing",
    "claimant=one",
    "claimant=one&claimant=other",
    "claimant__isnull=true&until=2024-03-01",
    "claimant__isnull=false",
    "grade=fair&grade=discounted",
    "search=rockets&base=",
]


@pytest.mark.parametrize("query", FILTERS)
def test_every_number_is_the_sum_of_the_list_it_links_to(client, record, query):
    for group_by in GroupBy.values:
        answer = ask(client, f"group_by={group_by}&{query}")
        for row in [answer["total"], *answer["results"]]:
            assert row["certain"] <= row["possible"]
            assert_made_of_its_list(client, row)


def test_answer_has_these_fields_and_no_other(client, record):
    answer = ask(client)

    assert answer.keys() == {"total", "results"}
    assert answer["total"].keys() == {"certain", "possible", "incidents_url"}
    for row in answer["results"]:
        assert list(row) == ["key", "label", "certain", "possible", "incidents_url"]
        assert row["incidents_url"].startswith("http://testserver/api/v1/incidents/?")


def test_default_is_by_base(client, record):
    rows = [(row["key"], row["label"], row["possible"]) for row in ask(client)["results"]]

    assert rows == [("ain-al-asad", "Ain-Al-Asad", 4), ("al-tanf", "Al-Tanf", 4)]


def test_nobody_named_is_the_null_key_and_its_url_reaches_them(client, record):
    rows = {row["key"]: row for row in ask(client, "group_by=claimant")["results"]}

    assert {key: row["possible"] for key, row in rows.items()} == {"one": 4, "other": 3, None: 4}
    assert len(list(follow(client, rows[None]["incidents_url"]))) == 3


def test_window_counts_ranges_as_possible_and_not_as_certain(client, record):
    total = ask(client, "since=2024-02-01&until=2024-02-29")["total"]

    assert (total["certain"], total["possible"]) == (0, 4)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("group_by=colour", "group_by"),
        ("group_by=base&group_by=month", "group_by"),
        ("counted=true", "counted"),
        ("page_size=3", "page_size"),
        ("base=nowhere", "base"),
        ("since=2024-02-02&until=2024-02-01", "until"),
    ],
)
def test_what_cannot_be_counted_is_refused(client, query, field):
    answer = client.get(f"/api/v1/counts/?{query}")

    assert answer.status_code == 400
    assert list(answer.json()) == [field]


@pytest.mark.parametrize("group_by", GroupBy.values)
def test_counts_take_at_most_four_queries(client, record, group_by, django_assert_max_num_queries):
    # The revision; the total; the rows; for claimants also those whom nobody claims.
    with django_assert_max_num_queries(4):
        ask(client, f"group_by={group_by}&since=2024-01-01")


days = st.dates(day("2024-01-01"), day("2024-03-31"))
incidents = st.fixed_dictionaries(
    {
        "days": st.tuples(days, days).map(sorted),
        "place": st.integers(0, 1),
        "claimants": st.sets(st.integers(0, 1)),
        "attack_count": st.integers(1, 4),
        "weapon": st.sampled_from(["drone", "rocket"]),
        "grade": st.sampled_from(["", "fair", "discounted"]),
        "status": st.sampled_from(["published", "published", "draft"]),
    }
)


# The client may be shared by examples: it holds no state, and each example is rolled back.
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    record=st.lists(incidents, max_size=5),
    window=st.tuples(st.none() | days, st.none() | days),
    group_by=st.sampled_from(GroupBy.values),
)
def test_every_number_is_the_sum_of_its_list_on_any_record(client, record, window, group_by):
    since, until = sorted(window, key=str) if None not in window else window
    query = f"group_by={group_by}&since={since or ''}&until={until or ''}"
    with transaction.atomic():
        with revision("made by a test"):
            make_record(record)
        answer = ask(client, query)
        for row in [answer["total"], *answer["results"]]:
            assert_made_of_its_list(client, row)
        transaction.set_rollback(True)


def make_record(record):
    places, claimants = [make_base(), make_base(country="IQ")], [make_group(), make_group()]
    for fields in record:
        fields = dict(fields)
        earliest, latest = fields.pop("days")
        place, claiming = places[fields.pop("place")], fields.pop("claimants")
        incident = make_incident(place, on=str(earliest), until=str(latest), **fields)
        for number in claiming:
            make_claim(incident, claimant=claimants[number])


@pytest.mark.parametrize("name", ["base", "country", "since", "rule"])
def test_a_filter_left_empty_asks_for_nothing(client, record, name):
    for group_by in GroupBy.values:
        assert ask(client, f"{name}=&group_by={group_by}") == ask(client, f"group_by={group_by}")
