"""Search over everything, in any spelling, and what may not be found."""

import re

import pytest
from django.core.cache import caches

from pages.templatetags.marks import marked
from tests.factories import (
    make_base,
    make_base_name,
    make_incident,
    make_organisation,
    make_report,
    make_tally,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def record():
    base = make_base("al-shaddadi", name="Al-Shaddadi", name_ar="الشدادي", country="SY")
    make_base_name(base, "Shaddadah")
    counter = make_organisation("sohr", name="Observatory", name_ar="المرصد")
    make_incident(base, serial=1, on="2024-01-01", weapon="drone", summary="A drone fell.")
    make_incident(base, serial=2, on="2023-12-31", until="2024-01-01", summary="Rockets.")
    make_incident(base, serial=3, status="draft", summary="A secret drone.")
    make_tally(counter, [(base, 4)], key="sohr-1")
    make_report(title="A drone at Shaddadi", url="https://example.org/unseen")


def page(client, text, **asked):
    response = client.get("/search/", {"q": text, **asked})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("text", ["Al-Shaddadi", "shaddadi", "الشدادي", "شدادي", "Shaddadah"])
def test_search_finds_a_base_and_its_incidents_by_any_spelling(client, record, text):
    found = page(client, text)

    assert 'href="/bases/al-shaddadi/"' in found
    assert 'href="/incidents/BW-1/"' in found
    assert ">All 2 incidents</a>" in found


def test_search_counts_each_facet_as_its_list_does(client, record):
    found = page(client, "shaddadi")

    since = "since=2024-01-01&amp;until=2024-12-31"
    assert (
        f'search=shaddadi&amp;{since}"><bdi>2024</bdi></a> <span class="alt">(2)</span></li>'
        in found
    )
    assert (
        'search=shaddadi&amp;weapon=drone"><bdi>drone</bdi></a> <span class="alt">(1)</span></li>'
        in found
    )


@pytest.mark.parametrize("text", ["Observatory", "المرصد", "مرصد"])
def test_search_finds_an_organisation_by_any_spelling(client, record, text):
    assert 'href="/organisations/sohr/"' in page(client, text)


def test_search_finds_neither_drafts_nor_reports_that_nothing_public_cites(client, record):
    found = page(client, "drone")

    assert "BW-3" not in found
    assert "unseen" not in found


def test_search_finds_a_tally_by_its_key(client, record):
    assert 'href="/tallies/sohr-1/"' in page(client, "sohr-1")


def test_search_opens_all_that_it_found_of_one_kind(client):
    for number in range(60):
        make_organisation(f"brigade-{number:02}", name=f"Brigade {number:02}")
        make_tally(make_organisation(f"counter-{number}"), [], key=f"brigade-tally-{number}")

    everything = page(client, "brigade")
    first = page(client, "brigade", of="organisations")
    second = page(client, "brigade", of="organisations", page="2")
    tallies = page(client, "brigade", of="tallies")

    assert 'href="/search/?q=brigade&amp;of=organisations">All 60 organisations</a>' in everything
    assert len(re.findall(r'href="/organisations/brigade-\d+/"', everything)) == 8
    assert len(re.findall(r'href="/organisations/brigade-\d+/"', first)) == 50
    assert len(re.findall(r'href="/organisations/brigade-\d+/"', second)) == 10
    assert "brigade-tally" not in first
    assert "brigade-59" in second
    assert len(re.findall(r'href="/tallies/brigade-tally-\d+/"', tallies)) == 50


@pytest.mark.parametrize("asked", [{"of": "drafts"}, {"of": "reports"}, {"page": "x"}])
def test_search_of_a_kind_that_has_nothing_shows_all_kinds(client, record, asked):
    assert 'href="/bases/al-shaddadi/"' in page(client, "shaddadah", **asked)


def test_search_finds_nothing_and_says_so(client, record):
    assert "Nothing on record has “xyzzy”" in page(client, "xyzzy")


@pytest.mark.parametrize("text", ["", " ", "\0", "-", '"', "%", "'", "\\", "(", "-drone", "ال"])
def test_search_answers_any_text(client, record, text):
    page(client, text)


def test_search_refuses_a_text_that_is_too_long(client):
    assert client.get("/search/", {"q": "x" * 201}).status_code == 400


def test_search_may_be_asked_only_so_often(client, settings):
    settings.SEARCHES_PER_MINUTE = 1
    caches["throttle"].clear()

    assert client.get("/search/?q=a").status_code == 200
    assert client.get("/search/?q=a").status_code == 429
    assert client.get("/search/").status_code == 200


def test_search_takes_few_queries(client, record, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        page(client, "shaddadi")


def test_marked_words_are_marked_and_all_else_is_escaped():
    assert marked("<b>Drone</b> & co", "drone") == (
        "&lt;b&gt;<mark>Drone</mark>&lt;/b&gt; &amp; co"
    )
    assert marked("a <i>", "<i>") == "a &lt;<mark>i</mark>&gt;"
