"""Every page with a list links to the same list in the formats it leaves in."""

import re
from html import unescape

import pytest

from sources.models import Revision
from tests.test_api import body_of, record  # noqa: F401 (a fixture)

FEED = 'rel="alternate" type='  # pages in other languages have no type
pytestmark = pytest.mark.django_db

LISTS = {
    "/incidents/?base=al-omar&since=2024-01-01&weapon=drone": "json csv xlsx ndjson geojson atom",
    "/counts/?group_by=weapon&base=al-omar": "json csv xlsx ndjson",
    "/bases/?country=SY": "json csv xlsx ndjson geojson",
    "/organisations/?kind=monitor": "json csv xlsx ndjson",
    "/tallies/?counter=sohr": "json csv xlsx ndjson atom",
    "/tallies/unaccounted/?counter=sohr": "json csv xlsx ndjson",
    "/figures/": "json csv xlsx ndjson",
}


def links_on(client, page):
    """{format: address} of the links to the list in other formats."""
    nav = re.search(r'<nav class="formats".*?</nav>', client.get(page).content.decode(), re.DOTALL)
    addresses = [unescape(address) for address in re.findall(r'href="([^"]+)"', nav[0])]
    return {re.search("format=([a-z]+)", address)[1]: address for address in addresses}


@pytest.mark.parametrize("page", LISTS)
def test_list_links_to_itself_in_its_formats(client, record, page):  # noqa: F811
    links = links_on(client, page)

    assert list(links) == LISTS[page].split()
    for address in links.values():
        answer = client.get(address)
        assert answer.status_code == 200
        assert body_of(answer)
        # Nothing that the page asks for is lost.
        for part in page.partition("?")[2].split("&"):
            assert part in address


def test_links_leave_out_what_only_the_page_knows(client, record):  # noqa: F811
    links = links_on(client, "/incidents/?base=al-omar&weapon=&older_than=BW-1&utm_source=x")

    assert links["csv"] == "/api/v1/incidents/?base=al-omar&format=csv"


def test_page_with_a_bad_filter_has_no_list_to_link_to(client):
    for page in ("/incidents/?since=abc", "/counts/?group_by=moon", "/bases/?country=XX"):
        assert 'class="formats"' not in client.get(page).content.decode()


@pytest.mark.parametrize("page", ["/incidents/?base=al-omar", "/tallies/?counter=sohr"])
def test_feed_reader_finds_the_list_by_its_page(client, record, page):  # noqa: F811
    html = client.get(page).content.decode()
    [address] = re.findall(
        r'<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="([^"]+)">', html
    )

    assert "format=atom" in address
    assert page.partition("?")[2] in unescape(address)
    assert client.get(unescape(address)).status_code == 200


@pytest.mark.parametrize("clock", ["known_on=2024-09-01", "recorded_at={last}"])
def test_no_link_leads_to_a_refusal(client, record, clock):  # noqa: F811
    clock = clock.format(last=Revision.objects.first().number)
    page = f"/incidents/?{clock}&ordering=event_date"
    links = links_on(client, page)

    assert "atom" not in links
    assert FEED not in client.get(page).content.decode()
    for address in links.values():
        answer = client.get(address)
        assert answer.status_code == 200
        assert body_of(answer)


def test_refused_question_has_no_feed(client):
    page = client.get("/incidents/?weapon=nonsense").content.decode()

    assert FEED not in page
