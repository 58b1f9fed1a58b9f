"""A quoted figure: what it holds, and that it stays as it is."""

import hashlib
import json
import threading

import pytest
from django.db import connection
from django.http import QueryDict

from attacks.counting import count
from attacks.filters import CountFilter
from attacks.models import Incident
from sources.models import Revision
from sources.revisions import revision
from tallies import figures
from tallies.figures import find, quote
from tallies.models import Figure, FigureIsFixed
from tallies.questions import BadQuestion, read
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

pytestmark = pytest.mark.django_db


def asked(query=""):
    return quote({"query": query})


@pytest.fixture
def conoco():
    return make_base("conoco", name="Conoco")


# The question


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("since=2024-01-01&base=conoco", id="order"),
        pytest.param("base=conoco&since=2024-01-01&weapon=&until=", id="empty ones"),
        pytest.param("base=conoco&base=conoco&since=2024-01-01", id="given twice"),
        pytest.param("base=conoco&since=2024-01-01&rule=house", id="the default rule"),
        pytest.param("base=conoco&since=2024-01-01&counted=true", id="of a list"),
        pytest.param("?base=conoco&since=2024-01-01", id="question mark"),
    ],
)
def test_the_same_question_is_the_same_figure(conoco, other):
    first = asked("base=conoco&since=2024-01-01")

    assert first.question == {"query": "base=conoco&since=2024-01-01"}
    assert asked(other) == first
    assert Figure.objects.count() == 1


def test_values_of_one_filter_have_an_order(conoco):
    make_base("al-omar")

    one = asked("weapon=rocket&weapon=drone&base=conoco&base=al-omar")

    assert one.question == {"query": "base=al-omar&base=conoco&weapon=drone&weapon=rocket"}
    assert asked("base=al-omar&base=conoco&weapon=drone&weapon=rocket") == one


@pytest.mark.parametrize(
    ("query", "canonical", "told"),
    [
        ("weapon__in=rocket, drone", "weapon__in=drone%2Crocket", "Weapon any of: drone,rocket"),
        ("killed_low__gte=02", "killed_low__gte=2", "Killed (lowest) at least: 2"),
        (
            "event_date__gte=2024-01-05",
            "event_date__gte=2024-01-05",
            "Earliest day from: 5 January 2024",
        ),
        ("grade__isnull=true", "grade__isnull=true", "Grade not known: yes"),
        ("public_id__in=BW-2,BW-1", "public_id__in=BW-1%2CBW-2", "Public id any of: BW-1,BW-2"),
        ("base__in=conoco", "base__in=conoco", "Base any of: conoco"),
        ("bbox=40.50,35,41,36.0", "bbox=40.5%2C35%2C41%2C36", "In the box: 40.5,35,41,36"),
        ("summary__icontains=Two", "summary__icontains=Two", "Summary with: Two"),
    ],
)
def test_question_by_a_field_has_one_form_and_its_words(conoco, query, canonical, told):
    figure = asked(query)

    assert figure.question == {"query": canonical}
    assert figure.title == f"Attacks on military bases, {told}"
    assert asked(canonical) == figure


def test_another_question_or_revision_is_another_figure(conoco):
    first = asked("base=conoco")

    other = asked("base=conoco&weapon=drone")
    make_incident(conoco)
    later = asked("base=conoco")

    assert len({first.id, other.id, later.id}) == 3
    assert later.revision_id == first.revision_id + 1


def test_id_is_made_of_question_and_revision_alone(conoco):
    """On any installation: no id of a row, no moment and no secret is part of it."""
    text = '{"question":{"query":"base=conoco"},"revision":1}'
    digest = int.from_bytes(hashlib.sha256(text.encode()).digest()[:13], "big") >> 4
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    expected = "".join(letters[digest >> 5 * place & 31] for place in reversed(range(20)))

    assert Revision.objects.count() == 1
    assert asked("base=conoco").id == expected


def test_a_moment_of_our_record_is_its_revision(conoco):
    moment = Revision.objects.get().moment
    make_incident(conoco)

    figure = asked(f"recorded_at={moment.isoformat().replace('+', '%2B')}")

    assert figure == asked("recorded_at=1")
    assert figure.question == {"query": "recorded_at=1"}
    assert (figure.revision_id, figure.possible) == (1, 0)
    make_incident(conoco)
    assert asked("recorded_at=1") == figure


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({}, "query", "Nothing is asked"),
        ({"query": "nonsense=1"}, "query", "Unknown parameter “nonsense”. Use: base, "),
        ({"query": "group_by=base"}, "query", "Unknown parameter"),
        ({"query": "counted=false"}, "query", "Only what counts"),
        ({"query": "since=May"}, "since", "YYYY-MM-DD"),
        ({"query": "since=2024-01-01&since=2024-01-02"}, "since", "once"),
        ({"query": "since=2024-02-01&until=2024-01-01"}, "until", "before the first"),
        ({"query": "base=nowhere"}, "base", "“nowhere” is unknown"),
        ({"query": "rule=nobody"}, "rule", "no rule on record"),
        ({"query": "recorded_at=99"}, "recorded_at", "no revision 99"),
        ({"query": "recorded_at=1&grade=weak"}, "grade", "Not with recorded_at"),
        ({"query": "search=%00"}, "search", "NUL"),
        ({"query": "\0"}, "query", "NUL"),
        ({"query": "search=" + "a" * 4_000}, "query", "more than 4,000"),
        ({"query": "a&" * 1_500}, "query", "too many"),
        ({"query": "", "place": "total"}, "place", "goes with a tally"),
        ({"query": "base=conoco", "tally": "t-1", "place": "total"}, "query", "not for both"),
        ({"tally": "no-such", "place": "total"}, "tally", "No tally of that key"),
        ({"tally": "no/key", "place": "total"}, "tally", "Use letters"),
        ({"tally": "t-1", "place": "base:nowhere"}, "place", "no such row"),
        ({"tally": "t-1"}, "place", "no such row"),
        ({"tally": "t-1", "place": "total", "known_on": "x"}, "known_on", "YYYY-MM-DD"),
        ({"tally": "t-1", "place": "total", "known_on": "2023-01-01"}, "tally", "known by"),
        ({"tally": "t-1", "place": "total", "recorded_at": "1"}, "tally", "on record then"),
    ],
)
def test_bad_question_is_refused_in_words(conoco, fields, name, words):
    make_tally(key="t-1", total=5)

    with pytest.raises(BadQuestion) as refusal:
        quote(fields)

    assert list(refusal.value.errors) == [name]
    assert words in str(refusal.value)
    assert not Figure.objects.exists()


def test_empty_database_has_nothing_to_quote():
    with pytest.raises(BadQuestion, match="Nothing is on record yet"):
        asked()


def test_title_says_the_question_in_words(conoco):
    make_group("iri", name="Islamic Resistance")
    sohr = make_organisation("sohr", name="SOHR")
    make_rule(sohr)

    title = read(
        {
            "query": "base=conoco&country=SY&since=2024-02-05&until=2024-04-21&weapon=drone"
            "&weapon=rocket&claimant=iri&search=two&rule=sohr&known_on=2024-05-01"
        }
    ).title

    assert title == (
        "Attacks on military bases, at Conoco, in Syria, since 5 February 2024, until 21 April "
        "2024, by drone or rocket, claimed by Islamic Resistance, with “two” in "
        "the record, by the rule of SOHR, as known on 1 May 2024"
    )


# What it holds


def test_figure_holds_value_and_incidents(conoco):
    inside = make_incident(conoco, on="2024-02-10", attack_count=3)
    edge = make_incident(conoco, on="2024-02-04", until="2024-02-06", attack_count=2)
    make_incident(conoco, on="2024-01-01")
    make_incident(conoco, on="2024-02-10", grade="discounted")
    make_incident(conoco, on="2024-02-10", status=Incident.Status.DRAFT)
    make_incident(on="2024-02-10")

    figure = asked("base=conoco&since=2024-02-05")

    assert (figure.certain, figure.possible, figure.published) == (3, 5, None)
    assert figure.incidents == [[inside.serial, 3, True], [edge.serial, 2, False]]
    assert figure.value == "3 to 5"
    assert figure.revision == Revision.objects.first()
    text = json.dumps(figure.incidents, separators=(",", ":"))
    assert figure.digest == hashlib.sha256(text.encode()).hexdigest()


def test_figure_of_an_earlier_record_holds_what_was_counted_then(conoco):
    incident = make_incident(conoco)
    then = Revision.objects.first().number
    with revision("moved"):
        incident.base = make_base("other")
        incident.save()

    assert asked("base=conoco").possible == 0
    assert asked(f"base=conoco&recorded_at={then}").incidents == [[incident.serial, 1, True]]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "base=conoco",
        "since=2024-01-10&until=2024-01-20",
        "country=SY&weapon=drone",
        "claim_status=claimed",
        "claimant=iri&known_on=2024-01-15",
        "claimant__isnull=true",
        "rule=sohr",
        "rule=sohr&known_on=2024-01-15&since=2024-01-05",
        "search=conoco",
        "recorded_at=4",
        "weapon__in=drone,rocket",
        "event_date__gte=2024-01-09&event_date_end__lte=2024-01-11",
        "attack_count__gte=2",
        "killed_low__isnull=true&outcome__in=intercepted",
        "near=35,40&radius_km=100",
    ],
)
def test_value_is_that_of_the_count_and_of_the_list(client, conoco, query):
    iri = make_group("iri")
    make_rule(make_organisation("sohr"), since=day("2024-01-06"), counts_intercepted=None)
    claimed = make_incident(conoco, on="2024-01-12", weapon="drone")
    make_claim(claimed, claimant=iri, made_on=day("2024-01-13"))
    make_incident(conoco, on="2024-01-09", until="2024-01-11", attack_count=2)
    make_incident(on="2024-01-06", outcome="intercepted", reports=[make_report()])
    filters = CountFilter(QueryDict(query), Incident.objects.all())
    assert filters.is_valid()

    figure = asked(query)
    rows = client.get(f"/api/v1/incidents/?{figure.list_query or query + '&counted=true'}").json()

    assert figure.count == count(filters.qs, filters.window, filters.basis)
    assert read({"query": query}).count == figure.count
    assert [serial for serial, _, _ in figure.incidents] == sorted(
        int(row["public_id"].removeprefix("BW-")) for row in rows["results"]
    )


def test_published_number_is_held_with_our_count(conoco):
    omar = make_base("al-omar")
    incident = make_incident(conoco, on="2024-01-15")
    edge = make_incident(conoco, on="2024-01-31", until="2024-02-02")
    tally = make_tally(
        make_organisation("sohr", name="SOHR"),
        [(conoco, 32), (omar, 5)],
        key="t-1",
        quantifier="more_than",
    )

    line = quote({"tally": "t-1", "place": "base:conoco"})
    total = quote({"tally": "t-1", "place": "total", "known_on": "", "recorded_at": ""})

    assert line.question == {"tally": "t-1", "place": "base:conoco"}
    assert (line.published, line.certain, line.possible) == (32, 1, 2)
    assert line.incidents == [[incident.serial, 1, True], [edge.serial, 1, False]]
    assert line.value == "32 published, 1 to 2 on our record"
    assert line.title == (
        "Attacks: Conoco, as published by SOHR, since 19 October 2023, as of 1 February 2024, "
        "beside the count of Basewatch"
    )
    assert (total.published, total.count.possible) == (tally.total, 2)
    assert total.value == "more than 37 published, 1 to 2 on our record"


def test_published_number_without_a_place_of_ours_is_quoted_alone():
    make_tally(key="t-1", total=5, territory="")

    figure = quote({"tally": "t-1", "place": "total"})

    assert (figure.published, figure.count, figure.incidents) == (5, None, [])
    assert (figure.value, figure.list_query) == ("5 published", "")


def test_place_that_is_not_listed_is_quoted_as_such(conoco):
    make_incident(conoco, on="2024-01-15")
    make_tally(key="t-1", lines=[(make_base(), 3)])

    figure = quote({"tally": "t-1", "place": "base:conoco"})

    assert figure.published is None
    assert figure.value == "not listed, 1 on our record"


def test_published_number_of_an_earlier_record(conoco):
    tally = make_tally(key="t-1", lines=[(conoco, 32)])
    then = Revision.objects.first().number
    with revision("misread"):
        line = tally.lines.get()
        line.number = 23
        line.save()

    assert quote({"tally": "t-1", "place": "base:conoco"}).published == 23
    earlier = quote({"tally": "t-1", "place": "base:conoco", "recorded_at": f"{then}"})
    assert (earlier.published, earlier.revision_id) == (32, then)


# Too many to be named


def test_beyond_the_limit_the_recorded_list_takes_the_place_of_the_ids(client, conoco, monkeypatch):
    monkeypatch.setattr(figures, "MOST_HELD", 2)
    made = [make_incident(conoco) for _ in range(3)]
    few = asked("base=conoco&until=2023-12-31")
    many = asked("base=conoco")
    make_incident(conoco)

    rows = client.get(f"/api/v1/incidents/?{many.list_query}").json()["results"]

    assert few.incidents == []
    assert many.incidents is None
    assert {row["public_id"] for row in rows} == {one.public_id for one in made}
    assert many.digest == figures.digest([[one.serial, 1, True] for one in made])


@pytest.mark.parametrize(
    "query", ["claim_status=unknown", "claimant__isnull=true", "grade=weak", "search=conoco"]
)
def test_beyond_the_limit_what_no_earlier_record_can_list_is_refused(conoco, monkeypatch, query):
    monkeypatch.setattr(figures, "MOST_HELD", 2)
    make_incident(conoco, grade="weak")
    make_incident(conoco, grade="weak")
    assert len(asked(query).incidents) == 2
    assert asked(query).list_query == ""
    make_incident(conoco, grade="weak")

    with pytest.raises(BadQuestion, match="Leave those filters out"):
        asked(query)


# It stays as it is


def test_figure_is_never_changed_nor_deleted(conoco):
    figure = asked("base=conoco")

    for change in (
        figure.save,
        figure.delete,
        Figure.objects.all().delete,
        lambda: Figure.objects.update(certain=7),
        lambda: Figure.objects.bulk_update([figure], ["certain"]),
    ):
        with pytest.raises(FigureIsFixed):
            change()
    assert Figure.objects.get() == figure


def test_figure_is_not_overwritten_by_one_of_the_same_id(conoco):
    figure = asked("base=conoco")

    with pytest.raises(Exception, match="(?i)unique"):
        Figure(id=figure.id, question={}, title="", revision=figure.revision, digest="").save()


def test_answer_is_of_one_revision(conoco, monkeypatch):
    """A writer that commits while we count is seen, and the count is made again."""
    make_incident(conoco)
    counted = figures._incidents_of
    writers = iter([True])

    def slow(question):
        incidents = counted(question)
        if next(writers, False):
            make_incident(conoco)
        return incidents

    monkeypatch.setattr(figures, "_incidents_of", slow)
    figure = asked("base=conoco")

    assert figure.possible == 2
    assert figure.revision == Revision.objects.first()


def test_record_that_never_rests_is_not_quoted(conoco, monkeypatch):
    monkeypatch.setattr(figures, "_incidents_of", lambda question: make_incident(conoco) and [])

    with pytest.raises(BadQuestion, match="changing at this moment"):
        asked("base=conoco")


def test_figure_is_found_without_making_it(conoco):
    assert find(read({"query": "base=conoco"})) is None

    figure = asked("base=conoco")

    assert find(read({"query": "base=conoco"})) == figure


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_figure(conoco, monkeypatch):
    make_incident(conoco)
    ready = threading.Barrier(2, timeout=20)
    counted = figures._incidents_of

    def together(question):
        incidents = counted(question)
        ready.wait()
        return incidents

    monkeypatch.setattr(figures, "_incidents_of", together)
    made, errors = [], []

    def work():
        try:
            made.append(asked("base=conoco").id)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not errors
    assert len(made) == 2
    assert made == [Figure.objects.get().id] * 2
