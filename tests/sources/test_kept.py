"""What is kept in memory is of the record as it stands, whoever changed it."""

import datetime
import threading
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.template import Context, Template

from sources import kept
from sources.models import Organisation, Revision
from sources.revisions import revision
from tests.factories import make_organisation

pytestmark = pytest.mark.django_db
MOMENT = datetime.datetime(2024, 8, 10, tzinfo=datetime.UTC)


@pytest.fixture
def names():
    calls = []

    @kept.kept(2)
    def made(kind="monitor"):
        calls.append(kind)
        return sorted(Organisation.objects.filter(kind=kind).values_list("name", flat=True))

    made.calls = calls
    return made


def test_value_is_made_once_a_revision(names):
    make_organisation(name="SOHR", kind="monitor")
    assert [names(), names()] == [["SOHR"], ["SOHR"]]
    assert len(names.calls) == 1

    make_organisation(name="Airwars", kind="monitor")

    assert names() == ["Airwars", "SOHR"]
    assert len(names.calls) == 2


def test_who_writes_reads_what_it_wrote(names):
    make_organisation(name="SOHR", kind="monitor")
    assert names() == ["SOHR"]

    with revision("another one"):
        make_organisation(name="Airwars", kind="monitor")
        assert names() == ["Airwars", "SOHR"]

    assert names() == ["Airwars", "SOHR"]


def test_what_a_failed_revision_read_is_not_kept(names):
    make_organisation(name="SOHR", kind="monitor")

    def fail():
        with revision("fails"):
            make_organisation(name="Airwars", kind="monitor")
            names()
            raise RuntimeError

    pytest.raises(RuntimeError, fail)

    assert names() == ["SOHR"]


def test_only_so_many_are_kept_those_asked_for_last(names):
    make_organisation()
    for kind in ("news", "state", "news", "other", "news", "state"):
        names(kind)

    assert names.calls == ["news", "state", "other", "state"]


def test_last_revision_is_asked_for_once_a_request(in_a_request, django_assert_num_queries):
    make_organisation()
    with django_assert_num_queries(1):
        first = kept.last_revision()
        assert kept.last_revision() is first
    assert (first, first.moment) == (Revision.objects.first(), Revision.objects.first().moment)

    make_organisation()

    assert kept.last_revision().number == first.number + 1


def test_nothing_is_on_record_yet():
    assert kept.last_revision() is None
    assert kept.state() is None


def test_lost_connection_is_made_again(monkeypatch):
    make_organisation()
    answers = [OperationalError("the server was restarted"), [(1, MOMENT)]]

    def ask(statement, params):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    closed = []
    monkeypatch.setattr(kept, "ask", ask)
    lost = SimpleNamespace(
        in_atomic_block=False, alias="default", close=lambda: closed.append(True)
    )
    monkeypatch.setattr(kept, "connection", lost)

    assert kept.last_revision().number == 1
    assert closed == [True]


def test_memory_serves_threads_at_once():
    memory = kept.Memory(3)
    wrong = []

    def use(number):
        for turn in range(300):
            state, key = turn % 2, (number + turn) % 5
            memory.put(state, key, (state, key))
            if memory.get(state, key, (state, key)) != (state, key):
                wrong.append((state, key))

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_part_of_a_page_is_kept_by_its_keys_until_the_next_revision():
    template = Template("{% load kept %}{% kept 'part' key %}{{ word }}{% endkept %}")

    def rendered(key, word):
        return template.render(Context({"key": key, "word": word}))

    make_organisation()
    assert rendered("a", "first") == "first"
    assert rendered("a", "second") == "first"
    assert rendered("b", "second") == "second"

    make_organisation()

    assert rendered("a", "third") == "third"
