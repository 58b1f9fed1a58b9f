"""The record as it stood after a revision: per object the last row of history up to it."""

import datetime

import pytest

from bases.models import MilitaryBase
from sources.models import Organisation, Report, Revision
from sources.recorded import TODAY, NoSuchRevision, Record, as_instance, as_recorded
from sources.revisions import create_all, revision, update_all
from tests.factories import make_base, make_group, make_organisation, make_report

pytestmark = pytest.mark.django_db


def write(record, **fields):
    """Change a record in a revision of its own, or in the one that is open."""
    with revision("changed by a test") as opened:
        for name, value in fields.items():
            setattr(record, name, value)
        record.save()
    return opened.number


def names(number):
    return sorted(Record(number).rows(MilitaryBase).values_list("name", flat=True))


def test_record_of_today_is_the_table_itself():
    base = make_base()

    assert list(TODAY.rows(MilitaryBase)) == [base]
    assert as_instance(base) is base


def test_record_holds_each_object_as_the_revision_left_it():
    base = make_base("conoco", name="First")
    second = write(base, name="Second")
    make_base(name="Later")

    assert [names(number) for number in (1, second, 3)] == [
        ["First"],
        ["Second"],
        ["Later", "Second"],
    ]


def test_object_saved_twice_in_one_revision_stands_once_and_as_it_was_left():
    with revision("made and corrected"):
        base = make_base(name="First")
        write(base, name="Second")
        write(base, name="Third")

    assert names(1) == ["Third"]


def test_rows_that_share_a_moment_are_told_apart_by_their_number():
    """`as_of` would return the object twice, or the wrong one of the two."""
    base = make_base(name="First")
    write(base, name="Second")
    write(base, name="Third")
    moment = MilitaryBase.history.earliest().history_date
    MilitaryBase.history.update(history_date=moment)

    assert [names(number) for number in (1, 2, 3)] == [["First"], ["Second"], ["Third"]]


def test_moments_of_history_do_not_matter_even_where_they_run_backwards():
    base = make_base(name="First")
    write(base, name="Second")
    late, early = MilitaryBase.history.order_by("history_id")
    early.history_date, late.history_date = late.history_date, early.history_date
    early.save()
    late.save()

    assert [names(number) for number in (1, 2)] == [["First"], ["Second"]]


def test_bulk_import_is_one_state_although_its_rows_spread_over_many_moments():
    with revision("a bulk import"):
        create_all([MilitaryBase(slug=f"b{n}", name=f"B{n}", kind="base") for n in range(3)])
        bases = list(MilitaryBase.objects.order_by("slug"))
        for base in bases:
            base.name = base.name.lower()
        update_all(bases[:2], ["name"])
    later = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
    MilitaryBase.history.filter(slug="b1").update(history_date=later)

    assert names(1) == ["B2", "b0", "b1"]


def test_deleted_object_is_gone_from_its_deletion_on_and_there_before():
    base = make_base(name="Short-lived")
    with revision("deleted"):
        base.delete()
    make_base(name="Other")

    assert [names(number) for number in (1, 2, 3)] == [["Short-lived"], [], ["Other"]]


def test_object_made_and_deleted_in_one_revision_never_was():
    with revision("made and deleted"):
        make_base().delete()

    assert names(1) == []


def test_revision_that_touches_other_objects_changes_nothing_of_this_one():
    make_base(name="First")
    make_organisation()
    make_report()

    assert names(3) == ["First"]


def test_instances_are_found_by_the_id_of_the_object_and_only_those_of_that_record():
    base, other = make_base(name="First"), make_base(name="Other")
    write(base, name="Second")

    found = Record(1).by_id(MilitaryBase, [base.pk, other.pk, None])

    assert {pk: (type(one), one.pk, one.name) for pk, one in found.items()} == {
        base.pk: (MilitaryBase, base.pk, "First")
    }


@pytest.mark.parametrize("record", [TODAY, Record(1)])
def test_no_ids_are_no_query(record, django_assert_num_queries):
    make_base()

    with django_assert_num_queries(0):
        assert record.by_id(MilitaryBase, [None]) == {}


def test_links_of_a_row_lead_nowhere_by_themselves():
    """What a row links to must be asked of the same record, by id."""
    group = make_group(name="As it was called")
    report = make_report(publisher=group)
    write(group, name="As it is called")

    row = Record(2).rows(Report).get()
    publisher = Record(2).by_id(Organisation, [row.publisher_id])[group.pk]

    assert as_instance(row) == report
    assert publisher.name == "As it was called"


# Which revision a text means.


@pytest.fixture
def revisions():
    """Three revisions, at noon of three days in UTC."""
    for number, day in enumerate((1, 2, 10), 1):
        make_base()
        moment = datetime.datetime(2024, 8, day, 12, tzinfo=datetime.UTC)
        Revision.objects.filter(number=number).update(moment=moment)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("3", 3),
        ("003", 3),
        ("2024-08-01", 1),
        ("2024-08-02", 2),
        ("2024-08-09", 2),
        ("2024-08-10", 3),
        ("2024-08-02T11:59Z", 1),
        ("2024-08-02T12:00Z", 2),
        ("2024-08-02T12:00", 2),
        ("2024-08-02T11:59:59.999999", 1),
        ("2024-08-02 12:00", 2),
        ("2024-08-02T14:00+02:00", 2),
        ("2024-08-02T13:59+02:00", 1),
        ("2024-08-02T07:00-05:00", 2),
        ("2024-08-02T06:59-05:00", 1),
        pytest.param("2024-08-02T14:00 02:00", 2, id="a + that went through an address"),
        pytest.param("2024-08-02T14:00 0200", 2, id="the same without a colon"),
    ],
)
def test_text_means_the_last_revision_up_to_it(revisions, text, number):
    assert as_recorded(text) == Record(number)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("0", "no revision 0; the last one is 3"),
        ("4", "no revision 4; the last one is 3"),
        ("999999999", "no revision 999999999"),
        ("9" * 400, "number of a revision, or a moment"),
        ("-1", "number of a revision, or a moment"),
        ("1.0", "number of a revision, or a moment"),
        ("1\n", "number of a revision, or a moment"),
        ("٣", "number of a revision, or a moment"),
        ("", "number of a revision, or a moment"),
        ("yesterday", "number of a revision, or a moment"),
        ("\0", "number of a revision, or a moment"),
        ("2024-08-10\0", "number of a revision, or a moment"),
        ("2024-02-30", "number of a revision, or a moment"),
        ("2024-08-10T25:00", "number of a revision, or a moment"),
        ("10/08/2024", "number of a revision, or a moment"),
        ("10000-01-01", "number of a revision, or a moment"),
        ("2024-07-31", "first revision is of 2024-08-01 12:00 UTC"),
        ("2024-08-01T11:59Z", "first revision is of 2024-08-01 12:00 UTC"),
        ("0001-01-01", "first revision is of 2024-08-01 12:00 UTC"),
        ("9999-12-31", "still to come"),
        # In UTC these are in no year that can be told.
        ("0001-01-01T00:00+14:00", "number of a revision, or a moment"),
        ("9999-12-31T23:59-14:00", "number of a revision, or a moment"),
    ],
)
def test_text_that_means_no_revision_is_refused_in_words(revisions, text, answer):
    with pytest.raises(NoSuchRevision, match=answer):
        as_recorded(text)


def test_moment_still_to_come_is_refused_for_its_answer_could_change(revisions):
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=5)

    with pytest.raises(NoSuchRevision, match="still to come"):
        as_recorded(soon.isoformat())


def test_day_that_is_not_over_is_refused(revisions):
    today = datetime.datetime.now(datetime.UTC).date()

    with pytest.raises(NoSuchRevision, match="still to come"):
        as_recorded(str(today))


@pytest.mark.parametrize("text", ["1", "2024-08-10", "yesterday"])
def test_record_without_a_revision_has_no_earlier_state(text):
    with pytest.raises(NoSuchRevision, match="Nothing is on record yet"):
        as_recorded(text)
