"""Which revision last changed what is shown of an incident, and what left the record."""

import datetime
import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attacks import changes
from attacks.changes import UpdatedSinceField, changed_since, departures, gone
from attacks.models import Citation, Claim, Incident, IncidentChange, IncidentKey
from attacks.serializers import IncidentSerializer
from bases.serializers import BasePlaceSerializer
from sources.models import Revision
from sources.revisions import revision
from sources.serializers import OrganisationLinkSerializer, ReportSerializer
from tests.factories import (
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
    make_tally,
)

pytestmark = pytest.mark.django_db


def write(record, reason="changed by a test", **fields):
    with revision(reason):
        for name, value in fields.items():
            setattr(record, name, value)
        record.save()


def delete(record):
    with revision("deleted by a test"):
        record.delete()


def make(model, **fields):
    with revision("made by a test"):
        return model.objects.create(**fields)


def last_number():
    return Revision.objects.first().number


def changed_in(number):
    return set(Incident.objects.filter(change__revision=number))


# What changes an incident


@pytest.fixture
def record():
    """An incident with all that is shown of it, one merged into it, and one that shares nothing."""
    top = make_group("top")
    umbrella = make_group("umbrella", parent=top)
    said = SimpleNamespace(
        top=top,
        umbrella=umbrella,
        group=make_group("group", parent=umbrella),
        blamed=make_organisation("blamed", kind="state"),
        agency=make_organisation("agency"),
        channel=make_organisation("channel"),
        base=make_base("al-omar", name="Al-Omar"),
        unused=make_report("unused"),
    )
    said.cited = make_report("cited", publisher=said.agency)
    said.read_in = make_report("read-in", publisher=said.channel)
    said.attack = make_incident(said.base, reports=[said.cited])
    said.claim = make_claim(
        said.attack, claimant=said.group, blamed=said.blamed, report=said.read_in
    )
    said.key = make(IncidentKey, incident=said.attack, system="csv", key="1")
    said.merged = make_incident(merged_into=said.attack)
    said.other = make_incident()
    make_claim(said.other, claimant=make_group())
    said.draft = make_incident(status="draft")
    return said


WRITES = {
    "base renamed": (lambda said: write(said.base, name="Omar"), {"attack"}),
    "base placed": (lambda said: write(said.base, latitude="35.1", longitude="40.5"), {"attack"}),
    "note on a base": (lambda said: write(said.base, notes="Large."), set()),
    "cited report": (lambda said: write(said.cited, title="Attack"), {"attack"}),
    "day of a cited report": (
        lambda said: write(said.cited, accessed_on=datetime.date(2024, 3, 1)),
        {"attack"},
    ),
    "report of a claim": (lambda said: write(said.read_in, title="Claim"), {"attack"}),
    "other publisher": (lambda said: write(said.cited, publisher=said.channel), {"attack"}),
    "report of nothing": (lambda said: write(said.unused, title="New"), set()),
    "publisher of a report": (lambda said: write(said.agency, name="The agency"), {"attack"}),
    "publisher of a claim's report": (lambda said: write(said.channel, slug="ch"), {"attack"}),
    "note on a publisher": (lambda said: write(said.agency, notes="Of the state."), set()),
    "claimant renamed": (lambda said: write(said.group, name="The group"), {"attack"}),
    "claimant is no armed group": (lambda said: write(said.group, kind="other"), {"attack"}),
    "claimant under no umbrella": (lambda said: write(said.group, parent=None), {"attack"}),
    "umbrella under no other": (lambda said: write(said.umbrella, parent=None), {"attack"}),
    "topmost umbrella renamed": (lambda said: write(said.top, name="The top"), set()),
    "blamed renamed": (lambda said: write(said.blamed, name="The state"), {"attack"}),
    "claim changed": (lambda said: write(said.claim, summary="They say so."), {"attack"}),
    "claim deleted": (lambda said: delete(said.claim), {"attack"}),
    "claim added": (lambda said: make_claim(said.other, "denial"), {"other"}),
    "claim moved": (lambda said: write(said.claim, incident=said.other), {"attack", "other"}),
    "citation added": (
        lambda said: make(Citation, incident=said.other, report=said.unused),
        {"other"},
    ),
    "citation deleted": (lambda said: delete(Citation.objects.get()), {"attack"}),
    "key changed": (lambda said: write(said.key, key="2"), {"attack"}),
    "key deleted": (lambda said: delete(said.key), {"attack"}),
    "incident edited": (lambda said: write(said.attack, weapon="drone"), {"attack"}),
    "days corrected": (
        lambda said: write(said.attack, earliest=datetime.date(2024, 1, 14)),
        {"attack"},
    ),
    "internal note": (lambda said: write(said.attack, internal_note="Ask again."), set()),
    "saved as it was": (lambda said: write(said.attack), set()),
    "retracted": (lambda said: write(said.other, status="retracted"), {"other"}),
    "survivor of a merger retracted": (
        lambda said: write(said.attack, status="retracted"),
        {"attack", "merged"},
    ),
    "merged": (lambda said: write(said.other, merged_into=said.attack), {"other"}),
    "draft edited": (lambda said: write(said.draft, summary="So far."), {"draft"}),
    "draft deleted": (lambda said: delete(said.draft), set()),
    "a tally": (lambda said: make_tally(lines=[(said.base, 3)]), set()),
}


@pytest.mark.parametrize(("writes", "changed"), WRITES.values(), ids=WRITES)
def test_revision_is_kept_as_the_last_of_just_the_incidents_that_read_otherwise(
    record, writes, changed
):
    before = last_number()

    writes(record)

    changed = {getattr(record, name) for name in changed}
    assert last_number() == before + 1
    assert changed_in(before + 1) == changed
    # A client may get a record again that reads as it did, and never misses one.
    fill()
    assert changed_in(before + 1) >= changed
    assert not Incident.objects.filter(change=None).exists()


def test_every_incident_has_a_last_change_from_the_revision_that_made_it(record):
    assert not Incident.objects.filter(change=None).exists()
    assert record.other.change.revision_id == Claim.history.get(incident=record.other).revision_id


def test_changes_of_a_revision_that_failed_are_not_kept(record):
    kept = set(IncidentChange.objects.values_list())

    def fail():
        with revision("fails"):
            write(record.base, name="Omar")
            write(record.attack, weapon="drone")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert set(IncidentChange.objects.values_list()) == kept


def test_revision_that_makes_and_corrects_a_record_is_kept_once(record):
    with revision("several"):
        write(record.base, name="Omar")
        write(record.attack, weapon="drone")
        write(record.attack, weapon="rocket")
        make_claim(record.attack, "denial")

    assert changed_in(last_number()) == {record.attack}


def statements(writes, *arguments, **fields):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        writes(*arguments, **fields)
    return len(queries)


def test_renaming_a_base_takes_as_many_statements_however_many_incidents_it_has(record):
    few = statements(write, record.base, name="One")
    for _ in range(20):
        make_incident(record.base)

    assert statements(write, record.base, name="Many") == few
    assert len(changed_in(last_number())) == 21


def test_revision_of_something_else_asks_but_once(record):
    with CaptureQueriesContext(connection) as queries:
        changes.note_changes(Revision.objects.get(reason="made by a test", number=1).number)
        touched_one = len(queries)
    write(make_tally(), note="Read again.")
    number = last_number()
    with CaptureQueriesContext(connection) as queries:
        changes.note_changes(number)

    assert touched_one > 1
    assert len(queries) == 1


def shown(serializer):
    """The columns behind the fields of a record that are its own."""
    model = serializer.Meta.model
    columns = {field.name: field.attname for field in model._meta.concrete_fields}
    return {columns[name] for name in serializer.Meta.fields if name in columns}


@pytest.mark.parametrize(
    ("columns", "serializer"),
    [
        (changes.OF_BASE, BasePlaceSerializer),
        (changes.OF_REPORT, ReportSerializer),
        (changes.OF_ORGANISATION, OrganisationLinkSerializer),
        (changes.OF_INCIDENT, IncidentSerializer),
    ],
    ids=["base", "report", "organisation", "incident"],
)
def test_columns_that_count_are_those_that_are_shown(columns, serializer):
    assert shown(serializer) <= set(columns)
    # What else counts is shown under another name, or decides what is shown.
    assert set(columns) - shown(serializer) <= {"serial", "status", "kind", "parent_id"}


def fill():
    """The step of the migration that fills the table of an installation from its histories."""
    IncidentChange.objects.all().delete()
    importlib.import_module("attacks.migrations.0003_incident_changes").fill(apps, None)


# What changed since


@pytest.fixture
def moments():
    """Three revisions, each of an incident, at noon of the first three days of August 2024."""
    base = make_base()
    made = [make_incident(base) for _ in range(3)]
    first = Revision.objects.latest("-number").number
    for number in range(first, last_number() + 1):
        noon = datetime.datetime(2024, 7, 31, 12, tzinfo=datetime.UTC)
        moment = noon + datetime.timedelta(days=number - first)
        Revision.objects.filter(number=number).update(moment=moment)
    return made


def since(text):
    number = UpdatedSinceField(required=False).clean(text)
    return list(changed_since(Incident.objects.order_by("id"), number))


@pytest.mark.parametrize(
    ("text", "how_many"),
    [
        ("0", 3),
        ("1", 3),
        ("2", 2),
        ("3", 1),
        ("4", 0),
        ("2024-07-01", 3),
        ("2024-08-02", 2),
        ("2024-08-02T11:59:59.999999Z", 2),
        pytest.param("2024-08-02T12:00Z", 2, id="a moment itself"),
        ("2024-08-02T12:00:00.000001Z", 1),
        ("2024-08-02T14:00+02:00", 2),
        ("2024-08-02T14:01+02:00", 1),
        pytest.param("2024-08-02T14:01 02:00", 1, id="a + that went through an address"),
        pytest.param("2024-08-03", 1, id="a day means its beginning"),
        ("2024-08-04", 0),
    ],
)
def test_since_is_what_a_later_revision_changed_or_one_from_that_moment_on(moments, text, how_many):
    assert since(text) == moments[3 - how_many :]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("5", "There is no revision 5; the last one is 4. Was that number of another server?"),
        ("9999-12-31", "still to come, so nothing has changed since"),
        ("yesterday", "Give the number of a revision, or a moment such as 2024-08-10T12:00Z"),
        ("-1", "Give the number of a revision"),
        ("2024-02-30", "Give the number of a revision"),
    ],
)
def test_since_what_cannot_be_is_refused_in_words(moments, text, answer):
    with pytest.raises(ValidationError, match=answer.replace("?", r"\?")):
        since(text)


def test_nothing_is_on_record_since_the_beginning_and_no_later_number_is_known():
    assert since("0") == since("2024-08-01") == []
    with pytest.raises(ValidationError, match="no revision 1; nothing is on record yet"):
        since("1")


def test_no_text_asks_for_nothing():
    assert UpdatedSinceField(required=False).clean("") is None


# What left


def left(incident):
    """(number, reason) of the revision in which it left; None where it did not."""
    one = gone().filter(pk=incident.pk).first()
    departure = one and departures([one]).get(one.pk)
    return departure and departure.reason


def test_incident_that_was_retracted_is_gone_for_the_reason_of_that_revision():
    incident = make_incident()
    assert left(incident) is None

    write(incident, "It was an exercise", status="retracted")
    write(incident, "Noted since", summary="An exercise.")

    assert left(incident) == "It was an exercise"


def test_incident_published_again_is_not_gone_and_goes_again_for_the_later_reason():
    incident = make_incident()
    write(incident, "An exercise", status="retracted")
    write(incident, "It was none", status="published")
    assert left(incident) is None

    write(incident, "Entered twice", status="retracted")

    assert left(incident) == "Entered twice"


@pytest.mark.parametrize("status", ["draft", "retracted"])
def test_incident_that_nobody_saw_is_not_gone(status):
    incident = make_incident(status="draft")
    write(incident, "Not to be told", status=status, summary="A rumour.")

    assert left(incident) is None


def test_merged_incident_is_gone_since_it_went_into_the_one_that_stands_for_it_now():
    first, second = make_incident(), make_incident()
    incident = make_incident()
    write(incident, "The same as the first", merged_into=first)
    assert left(incident) == "The same as the first"

    write(incident, "Edited", summary="Twice told.")
    assert left(incident) == "The same as the first"

    write(incident, "Rather the second", merged_into=second)
    assert left(incident) == "Rather the second"

    write(incident, "Neither", merged_into=None)
    assert left(incident) is None


def test_what_was_merged_as_a_draft_left_when_it_was_published():
    incident = make_incident(status="draft")
    write(incident, "Not to be told", merged_into=make_incident())
    assert left(incident) is None

    write(incident, "Published for its address", status="published")

    assert left(incident) == "Published for its address"


def test_gone_are_listed_in_the_order_of_their_last_changes():
    first, second, third = make_incident(), make_incident(), make_incident()
    write(third, status="retracted")
    write(first, merged_into=second)
    assert list(gone()) == [third, first]

    write(third, summary="An exercise.")

    assert list(gone()) == [first, third]


def test_departure_of_what_came_back_since_it_was_read_is_not_told():
    retracted, merged = make_incident(), make_incident(merged_into=make_incident())
    write(retracted, status="retracted")
    read = list(gone())
    assert len(departures(read)) == 2

    write(retracted, status="published")
    write(merged, merged_into=None)

    assert departures(read) == {}


def test_departures_of_a_page_take_as_many_queries_as_of_one(django_assert_num_queries):
    for _ in range(5):
        write(make_incident(), status="retracted")
        make_incident(merged_into=make_incident())
    page = list(gone())
    assert len(page) == 10

    with django_assert_num_queries(2):
        told = departures(page)
        assert len({departure.reason for departure in told.values()}) == 2
    with django_assert_num_queries(2):
        departures(page[:2])
