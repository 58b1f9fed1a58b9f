"""On any record, edited in any way: what holds of every answer under a rule and at both clocks."""

import datetime
from itertools import chain

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attacks.counting import ONLY_TODAY, GroupBy
from attacks.models import Citation, Claim, CountingRule, Incident, IncidentKey, RuleSite
from bases.models import MilitaryBase
from sources.models import Organisation, Report, Revision
from sources.revisions import revision
from tests.attacks.test_counts_api import follow
from tests.factories import make_base, make_group, make_organisation, make_report, make_rule

pytestmark = pytest.mark.django_db

BASES = ["b0", "b1", "b2"]
DAYS = st.dates(datetime.date(2024, 1, 1), datetime.date(2024, 3, 15))
JANUARY = st.dates(datetime.date(2024, 1, 1), datetime.date(2024, 1, 31))
FROM_FEBRUARY = st.dates(datetime.date(2024, 2, 1), datetime.date(2024, 3, 15))
RANGES = st.tuples(DAYS, st.sampled_from([0, 0, 1, 40])).map(
    lambda range: (range[0], range[0] + datetime.timedelta(days=range[1]))
)
NUMBERS = st.integers(0, 9)  # which of the objects there are, counted round


def maybe(values):
    return st.none() | values


def some(**fields):
    """A few of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


INCIDENTS = {
    "days": RANGES,
    "base": NUMBERS,
    "attack_count": st.integers(1, 4),
    "weapon": st.sampled_from(["drone", "rocket"]),
    "outcome": st.sampled_from(["hit", "intercepted"]),
    "grade": st.sampled_from(["", "fair", "weak", "discounted"]),
    "status": st.sampled_from(["published", "published", "published", "draft", "retracted"]),
    "injured_low": maybe(st.integers(0, 3)),
    "summary": st.sampled_from(["one", "two"]),
}
CLAIMS = {
    "incident": NUMBERS,
    "claimant": maybe(NUMBERS),
    "kind": st.sampled_from(["responsibility"] * 3 + ["denial", "no_claim", "damage", "casualty"]),
    "stance": st.sampled_from(["affirms", "affirms", "denies"]),
    "made_on": maybe(DAYS),
    "report": maybe(NUMBERS),
    "killed_low": maybe(st.integers(0, 3)),
}
RULES = {
    "since": maybe(JANUARY),
    "until": maybe(FROM_FEBRUARY),
    "territory": st.sampled_from(["", "SY", "IQ;SY"]),
    "counts_intercepted": st.sampled_from([True, False, None]),
    "counts_claims_alone": st.sampled_from([True, False, None]),
    "claimed_by": maybe(NUMBERS),
    "grades": st.sampled_from(["", "", "none;fair", "fair;weak;discounted"]),
}
# What an editor may do, on the objects that there are: (what, to which, how).
ADDS = st.one_of(
    st.tuples(st.just("add incident"), NUMBERS, st.fixed_dictionaries(INCIDENTS)),
    st.tuples(st.just("add claim"), NUMBERS, st.fixed_dictionaries(CLAIMS)),
)
EDITS = st.one_of(
    ADDS,
    st.tuples(st.just("edit incident"), NUMBERS, some(**INCIDENTS, merged_into=maybe(NUMBERS))),
    st.tuples(st.just("edit claim"), NUMBERS, some(**CLAIMS)),
    st.tuples(st.just("edit rule"), NUMBERS, some(**RULES)),
    st.tuples(
        st.just("edit base"),
        NUMBERS,
        some(country=st.sampled_from(["SY", "IQ"]), slug=st.sampled_from([*BASES, "renamed"])),
    ),
    st.tuples(
        st.just("edit organisation"),
        NUMBERS,
        some(kind=st.sampled_from(["armed_group", "state"]), parent=maybe(NUMBERS)),
    ),
    st.tuples(st.just("edit report"), NUMBERS, st.fixed_dictionaries({"published": maybe(RANGES)})),
    st.tuples(
        st.sampled_from(["cite", "key", "fold"]),
        NUMBERS,
        st.fixed_dictionaries({"to": NUMBERS, "doubtful": st.booleans()}),
    ),
    st.tuples(
        st.sampled_from(["delete incident", "delete claim", "uncite", "unfold"]),
        NUMBERS,
        st.just({}),
    ),
)
MADE = st.lists(ADDS, min_size=3, max_size=6)
GROUPS = [one for one in GroupBy.values if one not in ONLY_TODAY]
REVISIONS = st.lists(st.lists(EDITS, min_size=1, max_size=4), min_size=1, max_size=4)


def without_hindsight(question):
    """Outcomes were coded later, so no question by `known_on` is asked of them."""
    if "known_on" not in question:
        return question
    return {name: value for name, value in question.items() if name not in ("outcome", "grade")}


QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "rule": st.sampled_from(["house", "sohr", "sohr", "sohr"]),
        "known_on": DAYS,
        "base": st.sampled_from(BASES),
        "country": st.sampled_from(["SY", "IQ"]),
        "since": JANUARY,
        "until": FROM_FEBRUARY,
        "weapon": st.just("drone"),
        "outcome": st.sampled_from(["hit", "intercepted"]),
    },
).map(without_hindsight)
# What only the record of today answers.
OF_TODAY = {
    "claim_status": st.sampled_from(["claimed", "unknown", "denied"]),
    "claimant": st.just("g0"),
    "claimant__isnull": st.sampled_from(["true", "false"]),
    "grade": st.sampled_from(["fair", "weak"]),
    "search": st.just("one"),
}
EXTRAS = st.just({}) | st.one_of(*(some(**{name: one}) for name, one in OF_TODAY.items()))


def make_world():
    """What every record begins with."""
    places = [
        make_base(slug, country=where)
        for slug, where in zip(BASES, ["SY", "SY", "IQ"], strict=True)
    ]
    groups = [make_group(f"g{number}") for number in range(3)]
    make_organisation("state", kind="state")
    for published in ("2024-01-20", "2024-02-10", None):
        make_report(published=published)
    make_rule(
        make_organisation("sohr", kind="monitor"),
        folds=[(places[1], places[0])],
        claimed_by=groups[0],
    )


def nth(model, number):
    """One of the objects there are, or None where there is none."""
    rows = list(model.objects.order_by("id"))
    return rows[number % len(rows)] if rows and number is not None else None


LINKS = {
    "base": MilitaryBase,
    "incident": Incident,
    "claimant": Organisation,
    "claimed_by": Organisation,
    "parent": Organisation,
    "report": Report,
    "merged_into": Incident,
}
MODELS = {
    "incident": Incident,
    "claim": Claim,
    "rule": CountingRule,
    "base": MilitaryBase,
    "organisation": Organisation,
    "report": Report,
}


def edit(what, number, fields):
    """Make one edit; what the record does not allow is left undone."""
    verb, _, kind = what.partition(" ")
    try:
        with transaction.atomic():
            if what in ("cite", "key"):
                incident = nth(Incident, number)
                if what == "cite":
                    one = Citation(incident=incident, report=nth(Report, fields["to"]))
                else:
                    one = IncidentKey(incident=incident, system="csv", key=f"k{fields['to']}")
            elif what == "fold":
                one = RuleSite(
                    rule=CountingRule.objects.get(),
                    base=nth(MilitaryBase, number),
                    into=nth(MilitaryBase, fields["to"]),
                    doubtful=fields["doubtful"],
                )
            elif what in ("uncite", "unfold") or verb == "delete":
                model = {"uncite": Citation, "unfold": RuleSite}.get(what) or MODELS[kind]
                if one := nth(model, number):
                    one.delete()
                return
            else:
                one = MODELS[kind]() if verb == "add" else nth(MODELS[kind], number)
                if one is None:
                    return
                for name, value in fields.items():
                    assign(one, name, value)
            one.full_clean(exclude=["serial"])
            one.save()
    except (ValidationError, ProtectedError):
        pass


def assign(one, name, value):
    if name == "days":
        one.earliest, one.latest = value
    elif name == "published":
        one.published_earliest, one.published_latest = value or (None, None)
    else:
        setattr(one, name, nth(LINKS[name], value) if name in LINKS else value)


def write(edits):
    """Make these edits in one revision; gives its number, or None where nothing was written."""
    before = Revision.objects.count()
    with revision("It was wrong"):
        for one in edits:
            edit(*one)
    after = Revision.objects.count()
    return after if after > before else None


def get(client, address, question, **more):
    return client.get(f"/api/v1/{address}", question | more)


def counts(client, group_by, question, **more):
    answer = get(client, "counts/", question, group_by=group_by, **more)
    return answer.json() if answer.status_code == 200 else None


def rows_of(answer):
    return answer and [answer["total"], *answer["results"]]


def without_links(answer):
    rows = rows_of(answer)
    return rows and [{name: row[name] for name in row if name != "incidents_url"} for row in rows]


# The client may be shared by examples: it holds no state, and each example is rolled back.
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@settings(shared, max_examples=25)
@given(
    made=MADE,
    later=REVISIONS,
    question=QUESTIONS,
    extra=EXTRAS,
    back=st.none() | NUMBERS,
    groups=st.sets(st.sampled_from(GroupBy.values), min_size=2, max_size=2),
)
def test_every_number_is_the_sum_of_the_list_it_links_to(
    client, made, later, question, extra, back, groups
):
    with transaction.atomic():
        make_world()
        for edits in [made, *later]:
            write(edits)
        if back is None:
            question = question | extra
        else:
            groups &= set(GROUPS)
            last = Revision.objects.count()
            question = question | {"recorded_at": max(1, last - back % (len(later) + 2))}
        for group_by in groups:
            for row in rows_of(counts(client, group_by, question)) or ():
                assert row["certain"] <= row["possible"]
                listed = list(follow(client, row["incidents_url"]))
                assert row["possible"] == sum(one["attack_count"] for one in listed)
                assert len({one["public_id"] for one in listed}) == len(listed)
        transaction.set_rollback(True)


def ask_everything(client, question, group_by, recorded_at=None):
    """Numbers, lists and single records: what an earlier record is asked for."""
    clock = {"recorded_at": recorded_at} if recorded_at else {}
    known = {name: question[name] for name in question if name == "known_on"}
    numbers = [without_links(counts(client, group_by, one, **clock)) for one in (question, {})]
    lists = [
        get(client, "incidents/", one, page_size=1000, **clock).json().get("results")
        for one in (known, question | {"counted": "true"})
    ]
    singles = {}
    for number in (1, 2):
        found = get(client, f"incidents/BW-{number}/", known, **clock)
        singles[number] = found.json() if found.status_code == 200 else None
    for incident in chain(*(one or () for one in lists), filter(None, singles.values())):
        last = incident.pop("revision"), incident.pop("updated")
        # Which revision it is of is told without a clock alone.
        assert last == (None, None) or not (clock or known)
    return numbers, lists, singles


KEPT = {"public_id", "base", "earliest", "latest", "days", "attack_count"}


def assert_told_as_then(now, then):
    """The same record, or as much of it as is shown once it was withdrawn."""
    if now["withdrawn"] is None:
        assert now == then
        return
    assert now["withdrawn"] == "It was wrong"
    assert {name: now[name] for name in KEPT} == {name: then[name] for name in KEPT}
    rest = now.keys() - KEPT - {"withdrawn"}
    assert {name for name in rest if now[name] not in (None, [], "unknown")} == set()


@settings(shared, max_examples=8)
@given(made=MADE, later=REVISIONS, question=QUESTIONS, group_by=st.sampled_from(GROUPS))
def test_answer_at_a_revision_is_the_one_that_was_given_then(
    client, made, later, question, group_by
):
    with transaction.atomic():
        make_world()
        given_then = {}
        for edits in [made, *later]:
            if number := write(edits):
                given_then[number] = ask_everything(client, question, group_by)
        shown = set(Incident.objects.published().values_list("serial", flat=True))
        for revised, (numbers, lists, singles) in given_then.items():
            again = ask_everything(client, question, group_by, recorded_at=revised)
            assert again[0] == numbers
            for now, then in zip(again[1], lists, strict=True):
                assert (now is None) == (then is None)
                for one, other in zip(now or (), then or (), strict=True):
                    assert (one["withdrawn"] is None) == (int(one["public_id"][3:]) in shown)
                    assert_told_as_then(one, other)
            for serial, then in singles.items():
                assert again[2][serial] == (then if serial in shown else None)
        if given_then:
            # Of the last revision everything is as it is today.
            assert again == ask_everything(client, question, group_by)
        transaction.set_rollback(True)
