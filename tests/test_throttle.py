"""How often one address may ask for what is dear."""

import datetime
import re
import threading
import time

import pytest
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.test import RequestFactory

from config.throttle import Scope, seconds_to_wait
from tallies.models import Figure
from tests.factories import make_base
from tests.tallies.test_figure_pages import press, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def conoco():
    return make_base("conoco")


@pytest.fixture
def two_an_hour(settings):
    settings.FIGURES_PER_HOUR = 2
    caches["throttle"].clear()


def questions():
    return (f"since=2024-01-{number:02}" for number in range(1, 28))


def test_only_so_many_new_figures_an_hour(client, conoco, two_an_hour, monkeypatch):
    asked = questions()
    first = next(asked)
    assert [press(client, query).status_code for query in (first, next(asked))] == [303, 303]

    refused = press(client, next(asked))

    assert refused.status_code == 429
    assert 3_500 < int(refused.headers["Retry-After"]) <= 3_600
    assert "Try again in 60 minutes" in text_of(refused)
    assert Figure.objects.count() == 2
    assert press(client, first).status_code == 303  # it exists
    assert press(client, "base=nowhere").status_code == 400
    assert press(client, next(asked), REMOTE_ADDR="192.0.2.7").status_code == 303

    later = time.time() + 3_605
    monkeypatch.setattr("time.time", lambda: later)
    now = datetime.datetime.fromtimestamp(later, datetime.UTC)
    monkeypatch.setattr("django.core.cache.backends.db.tz_now", lambda: now)

    assert press(client, next(asked)).status_code == 303


def test_asking_again_for_a_figure_costs_nothing(client, conoco, two_an_hour):
    for _ in range(5):
        assert press(client).status_code == 303

    assert press(client, "since=2024-01-01").status_code == 303


def test_forwarded_addresses_are_believed_only_from_known_proxies(
    client, conoco, two_an_hour, settings
):
    asked = questions()

    def ask(forwarded):
        return press(client, next(asked), HTTP_X_FORWARDED_FOR=forwarded).status_code

    # Nobody is told a new address by the reader.
    assert [ask("192.0.2.1"), ask("192.0.2.2"), ask("192.0.2.3")] == [303, 303, 429]

    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}

    assert [ask("1.1.1.1, 192.0.2.1"), ask("2.2.2.2, 192.0.2.1")] == [303, 303]
    assert ask("3.3.3.3, 192.0.2.1") == 429
    assert ask("3.3.3.3, 192.0.2.2") == 303


def test_a_network_of_ipv6_is_one_address(client, conoco, two_an_hour):
    asked = questions()

    def ask(address):
        return press(client, next(asked), REMOTE_ADDR=address).status_code

    assert [ask("2001:db8::1"), ask("2001:db8::2"), ask("2001:db8::3")] == [303, 303, 429]
    assert ask("2001:db8:0:1::1") == 303


def test_address_is_not_kept(client, conoco, two_an_hour):
    press(client, REMOTE_ADDR="192.0.2.77")

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM tallies_throttle")
        rows = cursor.fetchall()

    assert len(rows) == 1
    assert "192.0.2.77" not in str(rows)
    key = rows[0][0]
    assert re.search(r"figures:[0-9a-f]{64}:0$", key)


def test_what_limits_a_reader_is_shared_by_processes(client, conoco, two_an_hour):
    """Two connections to the cache, as two processes have them, see the same places."""
    press(client, "since=2024-01-01")
    del caches["throttle"]  # the next one is made anew, as in another process
    press(client, "since=2024-01-02")
    del caches["throttle"]

    assert press(client, "since=2024-01-03").status_code == 429


@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_take_the_same_place(settings, monkeypatch):
    settings.FIGURES_PER_HOUR = 3
    caches["throttle"].clear()
    ready = threading.Barrier(8, timeout=20)
    waits, errors = [], []
    look = DatabaseCache.get_many

    def together(*args):
        taken = look(*args)
        ready.wait()  # nobody has taken a place when all have looked
        return taken

    monkeypatch.setattr(DatabaseCache, "get_many", together)

    def work():
        try:
            waits.append(seconds_to_wait(RequestFactory().post("/figures/"), Scope.FIGURES))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    caches["throttle"].clear()

    assert not errors
    assert sorted(wait > 0 for wait in waits) == [False] * 3 + [True] * 5


def test_none_at_all(client, conoco, settings):
    settings.FIGURES_PER_HOUR = 0

    assert press(client).status_code == 429
    assert not Figure.objects.exists()
