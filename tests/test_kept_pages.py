"""Pages that are kept from one revision to the next, and never longer."""

import pytest
from django.test import Client

from tests.factories import make_base, make_incident, make_organisation, make_tally

pytestmark = pytest.mark.django_db

PAGES = ["/", "/?counter=sohr", "/?known_on=2024-02-01", "/bases/", "/bases/conoco/"]


@pytest.fixture
def conoco():
    base = make_base("conoco", name="Conoco")
    make_incident(base, on="2024-01-09")
    make_tally(make_organisation("sohr", kind="monitor"), [(base, 3)])
    return base


@pytest.mark.parametrize("page", PAGES)
def test_page_is_made_once_and_is_the_same_for_the_next_reader(
    client, conoco, page, django_assert_num_queries
):
    first = client.get(page)

    with django_assert_num_queries(1):  # the revision
        second = Client().get(page)

    assert (second.status_code, second.content) == (200, first.content)
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("page", PAGES)
def test_who_holds_the_page_is_told_that_it_is_the_same(client, conoco, page):
    first = client.get(page)

    again = client.get(page, headers={"if-none-match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]


@pytest.mark.parametrize("page", PAGES)
def test_page_is_another_after_a_revision(client, conoco, page):
    first = client.get(page)
    make_incident(conoco, on="2024-01-10")

    second = client.get(page, headers={"if-none-match": first.headers["ETag"]})

    assert second.status_code == 200
    assert second.content != first.content


def test_refused_question_is_not_kept(client, conoco, settings):
    assert client.get("/?known_on=soon").status_code == 400
    assert "ETag" not in client.get("/?known_on=soon").headers


def test_page_follows_the_default_counter(client, conoco, settings):
    make_tally(make_organisation("dod", kind="government"), [(conoco, 8)])
    first = client.get("/").content
    settings.DEFAULT_COUNTER = "dod"

    assert client.get("/").content != first


def test_nothing_is_kept_while_templates_are_worked_on(client, conoco, settings):
    settings.DEBUG = True

    assert "ETag" not in client.get("/").headers


def test_page_is_not_for_one_reader(client, admin_client, conoco):
    assert admin_client.get("/").content == client.get("/").content
    assert "Set-Cookie" not in client.get("/").headers
    assert "Cookie" not in client.get("/").headers.get("Vary", "")
