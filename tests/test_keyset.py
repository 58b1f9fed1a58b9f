"""The condition by which a page begins where the last one ended."""

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attacks.models import Incident
from config.keyset import backwards, beyond
from tests.factories import make_base, make_incident

pytestmark = pytest.mark.django_db

ORDERS = st.sampled_from(
    [
        ("-earliest", "-id"),
        ("earliest", "id"),
        ("-earliest", "id"),
        ("attack_count", "earliest", "id"),
        ("-attack_count", "earliest", "-id"),
        ("id",),
    ]
)


@pytest.fixture
def incidents():
    base = make_base()
    for number in range(8):
        make_incident(base, on=f"2024-01-0{1 + number % 3}", attack_count=1 + number % 2)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=ORDERS, number=st.integers(0, 7), back=st.booleans())
def test_beyond_a_place_lies_the_rest_of_the_list(incidents, order, number, back):
    order = backwards(order) if back else order
    names = [name.removeprefix("-") for name in order]
    rows = list(Incident.objects.order_by(*order).values_list(*names))

    beyond_it = Incident.objects.filter(beyond(order, rows[number])).order_by(*order)

    assert list(beyond_it.values_list(*names)) == rows[number + 1 :]


def test_an_index_finds_the_place_however_many_share_a_day():
    place = (datetime.date(2024, 1, 1), 5)
    asked = str(Incident.objects.filter(beyond(("-earliest", "-id"), place)).query)

    assert '("attacks_incident"."earliest", "attacks_incident"."id") < (' in asked
