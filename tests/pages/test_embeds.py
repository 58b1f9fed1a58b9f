"""What others may frame, and that nothing else is framed."""

import pytest

from pages.embeds import PARTS
from tests.factories import make_base, make_incident, make_organisation, make_tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def record():
    bases = [make_base(f"base-{number}") for number in range(12)]
    make_incident(bases[0], serial=1)
    counter = make_organisation("sohr", kind="monitor")
    make_tally(counter, [(base, 40) for base in bases], key="full")


@pytest.mark.parametrize("part", PARTS)
def test_part_is_framed_by_anybody_and_light(client, record, part):
    client.get(f"/embed/{part}/")
    response = client.get(f"/embed/{part}/")  # the one that was kept

    assert response.status_code == 200
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in response.headers
    assert len(response.content) < 30_000
    assert b'<link rel="canonical" href="http://testserver/' in response.content
    assert not response.cookies


@pytest.mark.parametrize("address", ["/", "/embed/", "/bases/", "/about/", "/admin/login/"])
def test_nothing_else_is_framed(client, address):
    response = client.get(address)

    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("part", PARTS)
def test_part_of_an_empty_record_is_shown(client, part):
    assert client.get(f"/embed/{part}/").status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/embed/moon/", 404),
        ("/embed/table/?counter=nobody", 404),
        ("/embed/table/?since=abc", 400),
        ("/embed/table/?recorded_at=1", 400),
    ],
)
def test_part_that_cannot_be_asked_is_refused(client, record, address, status):
    assert client.get(address).status_code == status


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("tally=gone", 404, "No tally of that key is by"),
        ("since=abc", 400, "Since: Give a day as YYYY-MM-DD."),
        ("since=2024-02-01&until=2024-01-01", 400, "Until: The last day is before the first."),
        ("rule=nobody", 400, "Counted by the rule of:"),
    ],
)
def test_refusal_is_framed_so_that_it_can_be_read(client, record, part, query, status, reason):
    response = client.get(f"/embed/{part}/?{query}")

    assert response.status_code == status
    assert reason in response.content.decode()
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in response.headers


def test_page_of_parts_gives_the_code_to_paste(client):
    page = client.get("/ar/embed/").content.decode()

    assert "&lt;iframe src=&quot;http://testserver/ar/embed/table/" in page or (
        '&lt;iframe src="http://testserver/ar/embed/table/"' in page
    )
