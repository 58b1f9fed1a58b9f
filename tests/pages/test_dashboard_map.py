"""The map of the dashboard: our count at each base, whatever the tally lists."""

import csv
import io
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict

from pages.dashboard_map import map_on
from tallies.shown import shown
from tests.factories import make_base, make_incident, make_organisation, make_rule, make_tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def conoco():
    conoco = make_base("conoco", name="Conoco")
    make_incident(conoco, on="2023-11-01")
    make_incident(conoco, on="2023-11-02")
    return conoco


@pytest.fixture
def abroad():
    base = make_base("harir", name="Harir", country="IQ")
    make_incident(base, on="2023-11-03")
    return base


def numbers(query=""):
    drawn = map_on(shown(QueryDict(query)))
    return {one.slug: (one.certain, one.possible) for one in drawn.sites}


@pytest.mark.parametrize("of", ["bases", "countries", "nothing"])
def test_same_bases_are_shown_whether_the_tally_lists_bases_or_countries(conoco, abroad, of):
    lines = {"bases": [(conoco, 40)], "countries": [("SY", 40)], "nothing": []}[of]
    make_tally(None, lines, total=40)

    assert numbers() == {"conoco": (2, 2)}


def test_every_country_of_the_tally_is_shown(conoco, abroad):
    make_tally(None, [("SY", 40), ("IQ", 20)], territory="IQ;SY")

    assert numbers() == {"conoco": (2, 2), "harir": (1, 1)}


def test_base_is_counted_where_the_rule_counts_it(conoco):
    village = make_base("green-village", name="Green Village")
    make_incident(village, on="2023-11-04")
    counter = make_organisation("sohr")
    make_rule(counter, folds=[(village, conoco)])
    make_tally(counter, [(conoco, 40)])

    assert numbers() == {"conoco": (3, 3)}


def test_each_number_leads_to_as_many_incidents(client, conoco, abroad):
    make_tally(None, [("SY", 40), ("IQ", 20)], territory="IQ;SY")

    for site in map_on(shown(QueryDict("until=2023-11-02"))).sites:
        rows = client.get(f"/api/v1/incidents/?{urlsplit(site.list_href).query}").json()["results"]
        assert len(rows) == site.possible


def test_its_file_holds_the_same_numbers(client, conoco, abroad):
    make_tally(None, [("SY", 40), ("IQ", 20)], territory="IQ;SY")
    drawn = map_on(shown(QueryDict("")))

    rows = csv.DictReader(io.StringIO(client.get(drawn.csv_url).getvalue().decode()))

    in_file = {row["key"]: (int(row["certain"]), int(row["possible"])) for row in rows}
    assert in_file == numbers()


def test_larger_map_asks_the_same_but_for_what_a_map_holds_anyway(client, conoco):
    make_tally(None, [(conoco, 40)])

    address = map_on(shown(QueryDict("since=2023-11-02"))).more_url

    assert QueryDict(urlsplit(address).query).dict() == {
        "country": "SY",
        "since": "2023-11-02",
        "until": "2024-02-01",
    }
    assert client.get(address).context["total"].possible == 1
