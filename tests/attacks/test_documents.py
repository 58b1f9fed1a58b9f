"""What the database writes is what the serializers make, byte for byte."""

import datetime
import json

import pytest
from django.db import transaction
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attacks.api import IncidentViewSet
from attacks.documents import all_written, written
from attacks.models import NEWEST_FIRST, IncidentKey
from attacks.serializers import IncidentSerializer
from sources import kept
from sources.models import Revision
from sources.revisions import revision
from tests.factories import (
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
)
from tests.test_api import body_of

pytestmark = pytest.mark.django_db

HARD = "\"\\/'%s%(x)s{}\t\r\n\b\f\x01\x1f\x7f\u2028\u2029\ufeff\ufffe\U0001f525قاعدة"
TEXTS = st.just("") | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from(HARD),
    max_size=20,
)
DAYS = st.dates(datetime.date(2023, 12, 30), datetime.date(2024, 1, 4))
NUMBERS = st.integers(0, 2)
DECIMALS = st.sampled_from(["0", "40", "-0.5", "35.1", "0.00001", "-12.34567", "33.33333"])
TIMES = st.times() | st.sampled_from([datetime.time(0), datetime.time(23, 59, 59, 100_000)])


def maybe(values):
    return st.none() | values


def record(**fields):
    return st.fixed_dictionaries(fields)


BASES = st.lists(
    record(
        name=TEXTS,
        name_ar=TEXTS,
        governorate=TEXTS,
        coordinates=maybe(st.tuples(DECIMALS, DECIMALS)),
    ),
    min_size=3,
    max_size=3,
)
ORGANISATIONS = st.lists(record(name=TEXTS, is_group=st.booleans()), min_size=3, max_size=3)
REPORTS = st.lists(
    record(
        publisher=maybe(NUMBERS),
        has_url=st.booleans(),
        title=TEXTS,
        language=st.sampled_from(["", "ar"]),
        published_earliest=maybe(DAYS),
        accessed_on=maybe(DAYS),
        published_basis=TEXTS,
        note=TEXTS,
    ),
    min_size=3,
    max_size=3,
)
CLAIMS = st.lists(
    record(
        claimant=maybe(NUMBERS),
        claimant_text=TEXTS,
        speaker=TEXTS,
        kind=st.sampled_from(["responsibility", "denial", "no_claim", "casualty"]),
        stance=st.sampled_from(["affirms", "denies"]),
        blamed=maybe(NUMBERS),
        blamed_text=TEXTS,
        killed_low=maybe(NUMBERS),
        whose=TEXTS,
        made_on=maybe(DAYS),
        via=TEXTS,
        summary=TEXTS,
        report=maybe(NUMBERS),
    ),
    max_size=3,
)
INCIDENTS = st.lists(
    record(
        base=NUMBERS,
        on=DAYS,
        more_days=st.sampled_from([0, 0, 1, 400]),
        local_time=maybe(TIMES),
        local_time_text=TEXTS,
        attack_count=st.integers(1, 3),
        weapon=st.sampled_from(["drone", "rocket"]),
        munitions=maybe(NUMBERS),
        outcome=st.sampled_from(["hit", "unknown"]),
        killed_best=maybe(NUMBERS),
        injured_low=maybe(NUMBERS),
        material_damage=st.sampled_from(["yes", "unknown"]),
        grade=st.sampled_from(["", "fair", "discounted"]),
        status=st.sampled_from(["published", "published", "published", "draft", "retracted"]),
        into=maybe(NUMBERS),
        summary=TEXTS,
        summary_ar=TEXTS,
        claims=CLAIMS,
        reports=st.lists(NUMBERS, unique=True, max_size=3),
        keys=st.lists(st.tuples(st.sampled_from(["csv", "acled"]), TEXTS), max_size=2, unique=True),
    ),
    min_size=1,
    max_size=5,
)
FIELDS = list(IncidentSerializer().fields)
QUESTIONS = st.fixed_dictionaries(
    {"page_size": st.sampled_from(["1", "2", "50"])},
    optional={
        "ordering": st.sampled_from(
            [sign + name for name in IncidentViewSet.orderings for sign in ("", "-")]
        ),
        "fields": st.lists(st.sampled_from(FIELDS), min_size=1, max_size=4).map(",".join),
        "base": st.sampled_from(["b0", "b1"]),
        "country": st.sampled_from(["SY", "IQ"]),
        "since": st.just("2024-01-02"),
        "weapon": st.just("drone"),
        "claim_status": st.sampled_from(["claimed", "unknown", "denied"]),
        "counted": st.sampled_from(["true", "false"]),
        "facets": st.just("weapon"),
    },
) | st.just({"updated_since": "0"})


def make_world(bases, organisations, reports, incidents):
    """These records; their numbers stand for one another."""
    with revision("made by a test"):
        places = [make_place(number, **one) for number, one in enumerate(bases)]
        groups = [
            (make_group if one["is_group"] else make_organisation)(f"o{number}", name=one["name"])
            for number, one in enumerate(organisations)
        ]
        items = [make_item(f"r{number}", groups, **one) for number, one in enumerate(reports)]
        made = [make_attack(places, items, **one) for one in incidents]
    for number, (incident, one) in enumerate(zip(made, incidents, strict=True)):
        # Of revisions of their own, so that they differ in it.
        with revision("made by a test"):
            for claim in one["claims"]:
                linked = {"claimant": groups, "blamed": groups, "report": items}
                links = {name: some and nth(some, claim[name]) for name, some in linked.items()}
                make_claim(incident, **claim | links)
            for system, key in one["keys"]:
                IncidentKey.objects.create(incident=incident, system=system, key=f"{number}{key}")
            into = nth(made, one["into"])
            if into is not None and into.pk != incident.pk:
                incident.merged_into = into
                incident.save()
    # A whole second is written without decimals.
    first = Revision.objects.earliest("number")
    Revision.objects.filter(pk=first.pk).update(moment=first.moment.replace(microsecond=0))
    kept.clear()  # and two worlds may be of the same second


def nth(some, number):
    return None if number is None else some[number % len(some)]


def make_place(number, coordinates, **fields):
    latitude, longitude = coordinates or (None, None)
    # A country without a base is refused, and one that ISO does not know shows its code.
    country = ["SY", "IQ", "ZZ"][number]
    return make_base(
        f"b{number}", country=country, latitude=latitude, longitude=longitude, **fields
    )


def make_item(key, groups, publisher, has_url, published_earliest, **fields):
    return make_report(
        key,
        publisher=nth(groups, publisher),
        url=f"https://example.org/{key}" if has_url else None,
        published_earliest=published_earliest,
        published_latest=published_earliest,
        **fields,
    )


def make_attack(places, items, base, on, more_days, into, claims, keys, reports, **fields):
    return make_incident(
        nth(places, base),
        on=str(on),
        until=str(on + datetime.timedelta(days=more_days)),
        reports=[items[number] for number in reports],
        **fields,
    )


class BySerializers(IncidentViewSet):
    is_written = False


@pytest.fixture(autouse=True)
def no_limits(monkeypatch):
    monkeypatch.setattr("config.rest.seconds_to_wait", lambda request, scope: 0)


def answer_of(view, address):
    answer = view.as_view({"get": "list"}, detail=False)(RequestFactory().get(address))
    if hasattr(answer, "render"):
        answer.render()
    return answer


def assert_same(address):
    """The answer there, which is the same whoever makes it."""
    fast, plain = answer_of(IncidentViewSet, address), answer_of(BySerializers, address)
    assert fast.status_code == plain.status_code == 200
    assert body_of(fast) == body_of(plain)
    for name in ("Content-Type", "Link", "ETag", "Vary", "Cache-Control"):
        assert fast[name] == plain[name]
    return body_of(fast) if not fast.streaming else b""


def walk(address):
    """Every page, down to the end and back again."""
    for way in ("next", "previous"):
        while address:
            last, address = address, json.loads(assert_same(address))[way]
        address = last


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bases=BASES, organisations=ORGANISATIONS, reports=REPORTS, made=INCIDENTS, asked=QUESTIONS)
def test_answer_is_the_same_by_the_database_and_by_the_serializers(
    bases, organisations, reports, made, asked
):
    with transaction.atomic():
        make_world(bases, organisations, reports, made)
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        walk(f"/api/v1/incidents/?{query}")
        if not asked.keys() & {"facets", "updated_since"}:
            whole = "&".join(one for one in query.split("&") if not one.startswith("page_size"))
            assert_same(f"/api/v1/incidents/?{whole}&format=ndjson")
        transaction.set_rollback(True)


def test_document_has_the_members_of_the_serializer_and_only_those_asked_for():
    incident = make_incident()

    [whole] = written([incident.pk], NEWEST_FIRST)
    [some] = written([incident.pk], NEWEST_FIRST, ["reports", "public_id"])

    assert list(json.loads(whole)) == FIELDS
    assert some == f'{{"public_id":"{incident.public_id}","reports":[]}}'


@pytest.mark.parametrize("status", ["draft", "retracted"])
def test_what_is_withdrawn_while_the_list_is_read_is_not_written(status):
    shown, withdrawn = make_incident(), make_incident(status=status)

    [text] = written([withdrawn.pk, shown.pk], NEWEST_FIRST)

    assert json.loads(text)["public_id"] == shown.public_id


def test_whole_list_keeps_its_order_over_all_its_chunks(monkeypatch):
    monkeypatch.setattr("sources.formats.CHUNK", 2)
    base = make_base()
    ids = [make_incident(base, on=f"2024-01-0{number}").pk for number in range(1, 6)]

    texts = all_written(iter(ids), ("earliest", "id"), ["earliest"])

    assert list(texts) == [f'{{"earliest":"2024-01-0{number}"}}' for number in range(1, 6)]
