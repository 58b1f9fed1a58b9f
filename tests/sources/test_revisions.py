import threading

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.utils import timezone

from attacks.models import IncidentChange
from attacks.totals import RangeTotal, SpanTotal
from bases.models import BaseName, MilitaryBase
from sources import revisions
from sources.facts import RevisionRequired
from sources.models import Organisation, Revision
from sources.revisions import create_all, revision, update_all
from tallies.models import Figure
from tests.factories import make_base, make_organisation

pytestmark = pytest.mark.django_db


def new_base(slug):
    return MilitaryBase(slug=slug, name=slug, kind="base", country="SY")


def test_revision_is_made_once_for_all_facts_of_a_transaction():
    user = User.objects.create(username="editor")

    with revision("Two sites found", who=user, origin=Revision.Origin.ADMIN):
        first = new_base("first")
        first.save()
        new_base("second").save()

    made = Revision.objects.get()
    assert (made.number, made.who, made.reason, made.origin) == (
        1,
        user,
        "Two sites found",
        "admin",
    )
    assert set(MilitaryBase.history.values_list("slug", "revision")) == {
        ("first", 1),
        ("second", 1),
    }


def test_revision_inside_another_joins_it():
    with revision("outer"):
        new_base("first").save()
        with revision("inner"):
            new_base("second").save()

    assert [made.reason for made in Revision.objects.all()] == ["outer"]


def test_revision_without_a_fact_leaves_no_row():
    with revision("nothing happens"):
        pass

    assert not Revision.objects.exists()


def test_revision_of_a_failed_transaction_leaves_nothing():
    def fail_half_way():
        with revision("fails"):
            new_base("first").save()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()

    assert not Revision.objects.exists()
    assert not MilitaryBase.objects.exists()
    assert not MilitaryBase.history.exists()


def test_revisions_are_numbered_in_order_and_no_two_share_a_moment():
    for slug in ("one", "two", "three"):
        make_base(slug)

    made = Revision.objects.order_by("number")
    assert [one.number for one in made] == [1, 2, 3]
    assert made[0].moment < made[1].moment < made[2].moment


def test_saving_a_fact_outside_a_revision_is_refused():
    with pytest.raises(RevisionRequired):
        new_base("alone").save()

    assert not MilitaryBase.objects.exists()


def test_deleting_a_fact_outside_a_revision_is_refused():
    base = make_base()

    with pytest.raises(RevisionRequired), transaction.atomic():
        base.delete()

    assert MilitaryBase.objects.get() == base


def test_writes_of_django_that_leave_no_history_are_refused():
    base = make_base()
    base.name = "renamed"

    with revision("in bulk"):
        for write in (
            lambda: MilitaryBase.objects.update(name="renamed"),
            lambda: MilitaryBase.objects.bulk_update([base], ["name"]),
            lambda: MilitaryBase.objects.bulk_create([new_base("second")]),
        ):
            with pytest.raises(RevisionRequired):
                write()

    assert MilitaryBase.objects.exclude(name="renamed").get() == base


def test_inner_revision_that_fails_undoes_only_what_is_inside_it():
    def fail():
        with revision("inner"):
            new_base("second").save()
            raise ZeroDivisionError

    with revision("outer"):
        new_base("first").save()
        with pytest.raises(ZeroDivisionError):
            fail()
    assert MilitaryBase.objects.get().slug == "first"

    with revision("nothing but a failure"):
        with pytest.raises(ZeroDivisionError):
            fail()
    assert [made.reason for made in Revision.objects.all()] == ["outer"]


def test_moments_rise_even_when_the_clock_does_not(monkeypatch):
    stopped = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: stopped)

    make_base()
    make_base()

    later, earlier = Revision.objects.all()
    assert later.moment > earlier.moment == stopped


def test_writing_in_bulk_outside_a_revision_is_refused():
    with pytest.raises(RevisionRequired):
        create_all([new_base("alone")])
    with pytest.raises(RevisionRequired):
        update_all([make_base()], ["name"])


def test_bulk_writes_keep_history_under_the_revision():
    with revision("first"):
        create_all([new_base("one"), new_base("two")])
    one = MilitaryBase.objects.get(slug="one")
    one.name = "renamed"
    with revision("second"):
        update_all([one], ["name"])

    assert list(one.history.order_by("history_id").values_list("name", "revision")) == [
        ("one", 1),
        ("renamed", 2),
    ]


def test_deletion_is_kept_in_history_with_its_revision():
    base = make_base("gone")
    with revision("It was one with another"):
        base.delete()

    last = MilitaryBase.history.get(slug="gone", history_type="-")
    assert last.revision.reason == "It was one with another"


def test_every_model_that_states_a_fact_has_history_with_a_revision():
    stating = [
        model
        for app in ("sources", "bases", "attacks", "tallies")
        for model in apps.get_app_config(app).get_models()
        # A figure never changes; the last change of an incident and the totals follow from facts.
        if model not in (Revision, Figure, IncidentChange, RangeTotal, SpanTotal)
        and not model.__name__.startswith("Historical")
    ]
    assert {Organisation, MilitaryBase, BaseName} < set(stating)
    for model in stating:
        assert model.history.model._meta.get_field("revision").related_model is Revision, model


@pytest.fixture
def ended(monkeypatch):
    """The numbers with which a callback was called, each with the number of bases it then found."""
    calls = []
    monkeypatch.setattr(revisions, "_at_end", [])

    def callback(number):
        assert connection.in_atomic_block
        assert Revision.objects.first().number == number
        calls.append((number, MilitaryBase.objects.count()))

    revisions.at_end(callback)
    revisions.at_end(callback)
    return calls


def test_callback_is_called_once_at_the_end_of_a_revision_with_its_number(ended):
    with revision("outer"):
        new_base("first").save()
        with revision("inner"):
            new_base("second").save()
    make_base()

    assert ended == [(1, 2), (2, 3)]


def test_callback_is_not_called_where_nothing_was_written_or_kept(ended):
    def fail():
        with revision("fails"):
            new_base("first").save()
            raise ZeroDivisionError

    with revision("nothing happens"):
        pass
    with pytest.raises(ZeroDivisionError):
        fail()

    assert ended == []


def test_revision_is_undone_with_what_its_callback_fails_at(monkeypatch):
    def fail(number):
        raise ZeroDivisionError

    monkeypatch.setattr(revisions, "_at_end", [fail])

    with pytest.raises(ZeroDivisionError):
        make_base()

    assert not Revision.objects.exists()
    assert not MilitaryBase.objects.exists()


def test_callback_may_write_no_fact(monkeypatch):
    monkeypatch.setattr(revisions, "_at_end", [lambda number: new_base("late").save()])

    with pytest.raises(RevisionRequired):
        make_base()


@pytest.mark.django_db(transaction=True)
def test_writers_wait_for_each_other_so_that_numbers_follow_commits():
    """A second writer that starts while the first is at work gets the next number."""
    started = threading.Event()

    def second():
        try:
            started.set()
            make_organisation("second")
        finally:
            connections.close_all()

    other = threading.Thread(target=second)
    with revision("first"):
        Organisation.objects.create(slug="first", name="first", kind="news")
        other.start()
        started.wait()
        other.join(timeout=0.3)
        still_waiting = other.is_alive()
    other.join(timeout=20)

    assert still_waiting
    assert list(Organisation.history.order_by("revision").values_list("slug", "revision")) == [
        ("first", 1),
        ("second", 2),
    ]


@pytest.mark.django_db(transaction=True)
def test_readers_do_not_wait_for_a_writer():
    seen = []

    def read():
        try:
            seen.append(Revision.objects.count())
        finally:
            connections.close_all()

    with revision("at work"):
        new_base("unseen").save()
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=10)

    assert seen == [0]


def test_revision_needs_no_transaction_of_its_caller():
    with transaction.atomic(), revision("inside"):
        new_base("inside").save()

    assert connection.in_atomic_block  # that of the test
    assert Revision.objects.count() == 1
