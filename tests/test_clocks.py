"""No page ignores a clock."""

import pytest

from config.clocks import CLOCKS
from tests.factories import make_base, make_incident, make_organisation, make_tally

pytestmark = pytest.mark.django_db

NO_CLOCK = ["/bases/", "/bases/conoco/", "/organisations/", "/organisations/sohr/"]
BOTH = ["/incidents/", "/incidents/BW-1/", "/counts/", "/tallies/tally-x/"]


@pytest.fixture(autouse=True)
def _record():
    conoco = make_base("conoco")
    make_incident(conoco, serial=1)
    make_tally(make_organisation("sohr", kind="monitor"), [(conoco, 3)], key="tally-x")


@pytest.mark.parametrize("clock", ["known_on=2024-03-01", "recorded_at=1"])
@pytest.mark.parametrize("path", NO_CLOCK)
def test_page_of_today_refuses_to_be_another_days(client, path, clock):
    response = client.get(f"{path}?{clock}")

    assert response.status_code == 400
    assert "This page is of today only" in response.content.decode()
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", NO_CLOCK)
def test_empty_clock_of_a_plain_form_is_none(client, path):
    assert client.get(f"{path}?known_on=&recorded_at=").status_code == 200


@pytest.mark.parametrize("path", BOTH)
def test_page_that_keeps_both_answers(client, path):
    assert client.get(f"{path}?known_on=2024-03-01").status_code == 200
    assert client.get(f"{path}?recorded_at=4").status_code == 200


def test_every_endpoint_keeps_a_clock_or_refuses_it(client):
    root = client.get("/api/v1/").json()

    for name, address in root.items():
        for clock in CLOCKS:
            answer = client.get(f"{address}?{clock}=2024-03-01")
            if answer.status_code != 200:
                assert answer.status_code == 400, name
                assert clock in answer.json()


def test_admin_is_left_alone(client):
    assert client.get("/admin/login/?known_on=2024-03-01").status_code == 200
