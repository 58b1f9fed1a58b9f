"""Answers on our record as it stood: whatever was changed since, they are those that were given."""

import re
from html import unescape

import pytest

from attacks.models import Citation, Claim, CountingRule, Incident, IncidentKey, RuleSite
from bases.models import MilitaryBase
from sources.models import Organisation, Report, Revision
from sources.revisions import revision, update_all
from tests.attacks.test_counts_api import ask, assert_made_of_its_list
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

NOTE = "zznote"


@pytest.fixture
def record():
    """A record whose state after its last revision is what is asked for later."""
    umbrella = make_group("umbrella")
    group = make_group("group", parent=umbrella)
    state, news = make_organisation("state", kind="state"), make_organisation("news")
    omar, green = make_base("omar", latitude=35, longitude=40), make_base("green")
    make_base("quiet", country="IQ")
    make_rule(
        make_organisation("sohr", name="SOHR", kind="monitor"),
        folds=[(green, omar)],
        since=day("2024-01-01"),
        counts_intercepted=True,
        counts_claims_alone=False,
        claimed_by=umbrella,
    )
    report = make_report("first", published="2024-01-12", publisher=news, title="First")
    attack = make_incident(
        omar,
        on="2024-01-10",
        reports=[report],
        weapon="drone",
        outcome="hit",
        grade="weak",
        summary="It was hit",
        injured_low=1,
        internal_note=NOTE,
        attack_count=2,
    )
    make_claim(attack, claimant=group, made_on=day("2024-01-11"), report=report, summary="We did")
    make_claim(attack, "damage", claimant=state, made_on=day("2024-01-12"))
    make_claim(attack, claimant=umbrella, made_on=day("2024-01-12"))  # one side with its member
    other = make_incident(green, on="2024-01-31", until="2024-02-02", weapon="rocket")
    make_claim(other, claimant=umbrella, report=report)
    make_incident(green, on="2024-01-20", status="draft", internal_note=NOTE)
    with revision("a key"):
        IncidentKey.objects.create(incident=attack, system="csv", key="attack-1")


# What an earlier record is asked: lists, numbers and single records, under a rule and by a day too.
LISTS = [
    "incidents/?counted=",
    "incidents/?rule=sohr&counted=true&base=omar&country=SY&known_on=2024-01-12",
    "incidents/BW-1/?known_on=2024-01-12",
]
NUMBERS = [
    "group_by=base&rule=sohr",
    "group_by=country&since=2024-01-05&weapon=drone",
    "group_by=weapon&rule=sohr&base=green&known_on=2024-01-12",
]


def drop_last_changes(answer, *, clocked):
    """Of which revision a record is, which an answer by a clock does not tell."""
    for one in answer.get("results", [answer]):
        last = one.pop("revision"), one.pop("updated")
        assert last == (None, None) if clocked else all(last)
    return answer


def answers(client, recorded_at=""):
    """Every answer, by its question, without the last change of each incident."""
    clock = f"&recorded_at={recorded_at}"
    found = {query: client.get(f"/api/v1/{query}{clock}").json() for query in LISTS}
    for query, answer in found.items():
        drop_last_changes(answer, clocked=recorded_at or "known_on" in query)
    assert recorded_at or all(answer.get("results", [answer]) for answer in found.values())
    for query in NUMBERS:
        answer = ask(client, query + clock)
        found[query] = [answer["total"], *answer["results"]]
        for row in found[query]:
            assert row["possible"] or recorded_at  # or the question asks nothing
            assert (clock in row.pop("incidents_url")) == bool(recorded_at)
    return found


def change(model, **fields):
    """Edit the first object of a model, or the one that `of` names."""
    one = model.objects.order_by("id").get(**fields.pop("of", {}))
    for name, value in fields.items():
        setattr(one, name, value)
    one.save()


def attack():
    return Incident.objects.get(serial=1)


def base(slug):
    return MilitaryBase.objects.get(slug=slug)


def swap_slugs():
    omar, green = base("omar"), base("green")
    for one, slug in ((omar, "between"), (green, "omar"), (omar, "green")):
        one.slug = slug
        one.save()


def edit_twice():
    for outcome, count in (("missed", 7), ("fire", 9)):
        change(Incident, of={"serial": 1}, outcome=outcome, attack_count=count)


def change_in_bulk():
    incidents = list(Incident.objects.all())
    for one in incidents:
        one.weapon, one.summary = "mortar", "In bulk"
    update_all(incidents, ["weapon", "summary"])


CHANGES = {
    "base moved to another country": lambda: change(
        MilitaryBase, of={"slug": "omar"}, country="IQ", latitude=1, longitude=1
    ),
    "base renamed": lambda: change(MilitaryBase, of={"slug": "omar"}, slug="o", name="O"),
    "bases change slugs": swap_slugs,
    "incident moved": lambda: change(Incident, of={"serial": 1}, base=base("quiet")),
    "incident redated": lambda: change(
        Incident, of={"serial": 1}, earliest=day("2023-12-30"), latest=day("2024-03-01")
    ),
    "incident edited twice": edit_twice,
    "incidents edited in bulk": change_in_bulk,
    "incident merged": lambda: change(
        Incident, of={"serial": 1}, merged_into=Incident.objects.get(serial=2)
    ),
    "incident discounted": lambda: change(Incident, of={"serial": 1}, grade="discounted"),
    "draft published": lambda: change(Incident, of={"serial": 3}, status="published"),
    "draft deleted": lambda: Incident.objects.get(serial=3).delete(),
    "incident added": lambda: make_incident(base("omar"), on="2024-01-10"),
    "claim edited": lambda: change(
        Claim, of={"summary": "We did"}, summary="Edited", made_on=None, kind="denial"
    ),
    "claim moved": lambda: change(
        Claim, of={"summary": "We did"}, incident=Incident.objects.get(serial=2)
    ),
    "claim deleted": lambda: Claim.objects.get(summary="We did").delete(),
    "claims deleted": lambda: [claim.delete() for claim in Claim.objects.all()],
    "claim added": lambda: make_claim(attack(), claimant=make_group()),
    "citation deleted": lambda: Citation.objects.get(incident=attack()).delete(),
    "citation added": lambda: Citation.objects.create(incident=attack(), report=make_report()),
    "key deleted": lambda: IncidentKey.objects.get().delete(),
    "report redated": lambda: change(
        Report,
        title="Changed",
        published_earliest=day("2024-02-01"),
        published_latest=day("2024-02-01"),
    ),
    "report undated": lambda: change(Report, published_earliest=None, published_latest=None),
    "report of another publisher": lambda: change(Report, publisher=make_organisation()),
    "publisher renamed": lambda: change(Organisation, of={"slug": "news"}, slug="n", name="N"),
    "group is none": lambda: change(Organisation, of={"slug": "group"}, kind="umbrella"),
    "group stands alone": lambda: change(Organisation, of={"slug": "group"}, parent=None),
    "state is a group": lambda: change(Organisation, of={"slug": "state"}, kind="armed_group"),
    "umbrella stands under another": lambda: change(
        Organisation, of={"slug": "umbrella"}, parent=make_group()
    ),
    "rule edited": lambda: change(
        CountingRule, since=day("2024-01-15"), territory="IQ", claimed_by=None, text="Changed"
    ),
    "rule deleted": lambda: CountingRule.objects.get().delete(),
    "fold deleted": lambda: RuleSite.objects.get().delete(),
    "fold doubtful": lambda: change(RuleSite, doubtful=True),
    "fold turned round": lambda: change(RuleSite, base=base("omar"), into=base("green")),
    "counter renamed": lambda: change(Organisation, of={"slug": "sohr"}, slug="s", name="S"),
    "much at once": lambda: [CHANGES[name]() for name in ("rule deleted", "bases change slugs")],
}


@pytest.mark.parametrize("name", CHANGES)
def test_answer_is_the_one_that_was_given_whatever_changed_since(client, record, name):
    then, number = answers(client), Revision.objects.first().number
    with revision("changed since"):
        CHANGES[name]()
    assert Revision.objects.first().number == number + 1

    for asked, answer in answers(client, recorded_at=number).items():
        assert answer == then[asked], asked


def test_answer_of_the_last_revision_is_that_of_today(client, record):
    last, today = Revision.objects.first(), answers(client)

    assert answers(client, recorded_at=last.number) == today
    moment = f"{last.moment:%Y-%m-%dT%H:%M:%S.%fZ}"
    found = client.get(f"/api/v1/incidents/?recorded_at={moment}").json()
    assert drop_last_changes(found, clocked=True) == today[LISTS[0]]


@pytest.mark.parametrize("group_by", ["base", "country", "month"])
@pytest.mark.parametrize("query", ["", "rule=sohr&base=green", "rule=sohr&known_on=2024-01-12"])
def test_recorded_number_opens_exactly_its_list(client, record, query, group_by):
    number = Revision.objects.first().number
    with revision("changed since"):
        swap_slugs()
        CHANGES["rule edited"]()
        CHANGES["incident moved"]()
        CHANGES["claim deleted"]()

    answer = ask(client, f"{query}&group_by={group_by}&recorded_at={number}")

    for row in [answer["total"], *answer["results"]]:
        assert f"recorded_at={number}" in row["incidents_url"]
        if "known_on" in query:
            assert row["certain"] <= row["possible"]
        else:
            assert_made_of_its_list(client, row)


# What was published later, or withdrawn since.


def test_incident_is_in_no_record_from_before_it_was_published(client):
    incident = make_incident(status="draft", summary=NOTE)
    with revision("published"):
        change(Incident, status="published")

    for number, listed in ((1, 0), (2, 1)):
        clock = f"?recorded_at={number}"
        assert len(client.get(f"/api/v1/incidents/{clock}").json()["results"]) == listed
        assert ask(client, clock[1:])["total"]["possible"] == listed
        for address in ("/api/v1/incidents/", "/incidents/"):
            answer = client.get(f"{address}{incident.public_id}/{clock}")
            assert answer.status_code == (200 if listed else 404)
            assert (NOTE in answer.content.decode()) == bool(listed)


KEPT = {"public_id", "base", "earliest", "latest", "days", "attack_count", "withdrawn"}


def withdraw(how):
    with revision("Two attacks were mixed up"):
        if how == "deleted":
            attack().delete()
        else:
            change(Incident, of={"serial": 1}, status=how, summary=f"{NOTE} retracted")


@pytest.mark.parametrize("how", ["retracted", "draft", "deleted"])
@pytest.mark.parametrize("query", ["", "rule=sohr", "known_on=2024-01-12"])
def test_withdrawn_record_shows_only_which_it_was_and_why(client, record, how, query):
    number = Revision.objects.first().number
    with revision("hidden things"):
        survivor = Incident.objects.get(serial=2)
        change(
            Incident,
            of={"serial": 1},
            merged_into=survivor,
            local_time="01:02",
            local_time_text=NOTE,
            killed_best=7701,
            munitions=7702,
            summary_ar=NOTE,
            material_damage="yes",
            grade="discounted",
        )
    withdraw(how)
    clock = f"recorded_at={number + 1}"

    listed = client.get(f"/api/v1/incidents/?{query}&{clock}").json()["results"]
    told = {one["public_id"]: one for one in listed}["BW-1"]

    assert {name for name in told if told[name] not in (None, [])} == KEPT | {"claim_status"}
    assert told["claim_status"] == "unknown"
    assert told["withdrawn"] == "Two attacks were mixed up"
    assert (told["base"]["slug"], told["earliest"], told["attack_count"]) == (
        "omar",
        "2024-01-10",
        2,
    )
    page = unescape(client.get(f"/incidents/?{query}&{clock}").content.decode())
    (row,) = re.findall("(?s)<tr>(?:(?!<tr>).)*BW-1<.*?</tr>", page)
    assert "withdrawn since: Two attacks were mixed up" in row
    for hidden in (
        NOTE,
        "7701",
        "7702",
        "01:02",
        "drone",
        "hit",
        "claimed",
        "merged",
        "discounted",
    ):
        assert hidden not in row, hidden
    for address in ("/api/v1/incidents/BW-1/", "/incidents/BW-1/"):
        answer = client.get(f"{address}?{clock}&{query.replace('rule=sohr', '')}")
        assert answer.status_code == (410 if how == "retracted" and "api" not in address else 404)
        assert NOTE not in answer.content.decode()


def test_withdrawal_without_a_reason_hides_as_much(client, record):
    number = Revision.objects.first().number
    with revision(""):
        change(Incident, of={"serial": 1}, status="retracted")

    listed = client.get(f"/api/v1/incidents/?recorded_at={number}").json()["results"]
    told = {one["public_id"]: one for one in listed}["BW-1"]

    assert told["withdrawn"] == "no reason was given"
    assert {name for name in told if told[name] not in (None, [])} == KEPT | {"claim_status"}


def test_number_of_that_record_still_counts_what_was_withdrawn_since(client, record):
    then, number = ask(client), Revision.objects.first().number
    withdraw("retracted")

    now = ask(client, f"recorded_at={number}")

    assert [row["possible"] for row in now["results"]] == [
        row["possible"] for row in then["results"]
    ]
    for row in [now["total"], *now["results"]]:
        assert_made_of_its_list(client, row)


def test_record_that_was_published_again_is_shown_again(client, record):
    then, number = answers(client), Revision.objects.first().number
    withdraw("retracted")
    with revision("It was right after all"):
        change(Incident, of={"serial": 1}, status="published")

    assert answers(client, recorded_at=number) == then


def test_note_of_the_editors_is_in_no_answer(client, record):
    for number in {Incident.history.get(serial=1).revision_id, Revision.objects.first().number}:
        for address in ("incidents/", "incidents/BW-1/"):
            for site in ("/", "/api/v1/"):
                page = client.get(f"{site}{address}?recorded_at={number}").content.decode()
                assert "BW-1" in page
                assert NOTE not in page


def test_page_names_the_bases_of_that_record_as_they_were_called(client, record):
    number = Revision.objects.first().number
    with revision("renamed"):
        change(MilitaryBase, of={"slug": "omar"}, slug="o", name="Renamed")

    page = client.get(f"/incidents/?recorded_at={number}&base=omar").content.decode()
    options = re.findall(r'name="base" value="(\w+)".*?<span>(.*?)</span>', page)

    assert options == [("green", "Green"), ("omar", "Omar"), ("quiet", "Quiet")]
    assert "Base: <bdi>Omar</bdi></span>" in page
    assert "Renamed" not in page


# What cannot be answered is refused.


@pytest.fixture
def small_record():
    make_incident(make_base("omar"))
    make_group("group")


@pytest.mark.parametrize(
    "query",
    [
        "claim_status=claimed",
        "claimant=group",
        "claimant__isnull=true",
        "claimant__isnull=false",
        "grade=weak",
        "search=omar",
    ],
)
@pytest.mark.parametrize("kind", ["incidents", "counts"])
def test_filter_of_today_alone_is_refused_by_naming_those_that_are_taken(
    client, small_record, kind, query
):
    answer = client.get(f"/api/v1/{kind}/?recorded_at=1&{query}")

    assert answer.status_code == 400
    (name, (words,)) = answer.json().popitem()
    assert name == query.split("=")[0]
    assert words.startswith("Not with recorded_at, which takes: base, base__in, country, ")
    assert words.endswith(", public_id__in, rule, known_on, recorded_at.")
    assert (" counted," in words) == (kind == "incidents")
    page = client.get(f"/{kind}/?recorded_at=1&{query}").content.decode()
    assert "because a filter could not be read" in page


@pytest.mark.parametrize("group_by", ["claim_status", "claimant"])
def test_breakdown_of_today_alone_is_refused(client, small_record, group_by):
    query = f"recorded_at=1&group_by={group_by}"
    answer = client.get(f"/api/v1/counts/?{query}")

    assert (answer.status_code, list(answer.json())) == (400, ["recorded_at"])
    assert "because a filter could not be read" in client.get(f"/counts/?{query}").content.decode()


@pytest.mark.parametrize(
    "value", ["0", "99", "9" * 50, "-1", "1.5", "soon", "1900-01-01", "9999-01-01", "%00", "1%00"]
)
@pytest.mark.parametrize("kind", ["incidents/", "counts/", "incidents/BW-1/"])
def test_record_that_never_was_is_refused(client, small_record, kind, value):
    answer = client.get(f"/api/v1/{kind}?recorded_at={value}")

    assert (answer.status_code, list(answer.json())) == (400, ["recorded_at"])
    page = client.get(f"/{kind}?recorded_at={value}")
    words = "That day cannot be answered" if "BW" in kind else "a filter could not be read"
    assert words in page.content.decode()
    assert page.status_code == 400


@pytest.mark.parametrize(
    ("number", "query", "status"),
    [
        (1, "base=omar", 400),  # not on record yet
        (1, "country=SY", 400),
        (1, "rule=sohr", 400),
        (12, "base=omar&country=SY&rule=sohr", 200),
        (12, "country=IQ", 200),
    ],
)
def test_values_are_those_of_that_record(client, record, number, query, status):
    for kind in ("incidents", "counts"):
        address = f"/api/v1/{kind}/?recorded_at={number}&{query}"
        assert client.get(address).status_code == status


@pytest.mark.parametrize("address", ["claims", "reports", "bases", "organisations", "tallies"])
def test_elsewhere_no_earlier_record_can_be_asked_for(client, small_record, address):
    answer = client.get(f"/api/v1/{address}/?recorded_at=1")

    assert (answer.status_code, list(answer.json())) == (400, ["recorded_at"])
