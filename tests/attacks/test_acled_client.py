"""An existing client of ACLED's interface, as it comes from the package index, reads our record."""

import json
import os
import subprocess
import sys

import pytest

from attacks.models import Incident
from sources.revisions import revision, update_all
from tests.factories import (
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
)

pytestmark = pytest.mark.django_db(transaction=True)

# It learns the address from its environment when it is imported, so it runs by itself.
SCRIPT = """
import json, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)
from acled import AcledClient

with AcledClient(api_key="any", email="any@example.org") as client:
    asked = [getattr(client, method)(**params) for method, params in json.load(sys.stdin)]
json.dump(asked, sys.stdout, default=str)
"""


@pytest.fixture
def client_says(live_server):
    """What the methods of the client return, each called with these parameters."""

    def ask(*calls):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            input=json.dumps(calls),
            env={**os.environ, "ACLED_API_HOST": f"{live_server.url}/api"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


@pytest.fixture
def record():
    """Six attacks in Syria and one in Iraq, of whose dead nobody knows."""
    omar = make_base(name="Al-Omar", latitude="35.1", longitude="40.5", coordinate_precision="town")
    asad = make_base(name="Ain al-Asad", country="IQ")
    group = make_group(name="Islamic Resistance")
    with revision("made by a test"):
        report = make_report(publisher=make_organisation(name="SOHR"))
        incidents = [
            make_incident(
                omar, on=f"2024-01-0{number}", weapon="drone", killed_best=0, reports=[report]
            )
            for number in range(1, 7)
        ]
        incidents.append(make_incident(asad, on="2024-02-01", summary="Rockets."))
        for incident in (incidents[0], incidents[6]):
            make_claim(incident, claimant=group)
    return incidents


def ids(rows):
    return [row["event_id_cnty"] for row in rows]


def test_client_reads_every_column_as_it_expects_it(client_says, record):
    [[row]] = client_says(["get_data", {"event_date": "2024-01-01"}])

    moment = row.pop("timestamp")
    assert moment.endswith("+00:00")
    assert {name: cell for name, cell in row.items() if cell is not None} == {
        "event_id_cnty": record[0].public_id,
        "event_date": "2024-01-01",
        "year": 2024,
        "time_precision": 1,
        "disorder_type": "Political violence",
        "event_type": "Explosions/Remote violence",
        "sub_event_type": "Air/drone strike",
        "actor1": "Islamic Resistance",
        "iso": 760,
        "region": "Middle East",
        "country": "Syria",
        "location": "Al-Omar",
        "latitude": 35.1,
        "longitude": 40.5,
        "geo_precision": 2,
        "source": "SOHR",
        "fatalities": 0,
        "tags": "weapon=drone; claim_status=claimed; attacks=1",
    }
    assert len(row) == 30


def test_client_finds_by_its_filters_what_is_on_record(client_says, record):
    newest_first = [incident.public_id for incident in reversed(record)]
    window = {"event_date": "2024-01-02|2024-01-04", "event_date_where": "BETWEEN"}

    everything, iraq, both, between, region, later, unknown = client_says(
        ["get_data", {}],
        ["get_data", {"country": "Iraq"}],
        ["get_data", {"country": "Syria:OR:country=Iraq", "limit": 100}],
        ["get_data", {"query_params": window}],
        ["get_data", {"region": 11, "year": 2024, "fatalities": 0}],
        ["get_data", {"timestamp": "2100-01-01"}],
        ["get_data", {"country": "Atlantis"}],
    )

    assert ids(everything) == ids(both) == newest_first
    assert ids(iraq) == newest_first[:1]
    assert iraq[0]["fatalities"] is None
    assert ids(between) == newest_first[3:6]
    assert ids(region) == newest_first[1:]
    assert later == unknown == []


def test_client_pages_through_all_and_chooses_columns(client_says, record):
    pages = client_says(
        *(
            ["get_data", {"limit": 3, "page": page, "fields": "event_id_cnty|country"}]
            for page in (1, 2, 3)
        )
    )

    assert [len(page) for page in pages] == [3, 3, 1]
    assert ids(sum(pages, [])) == [incident.public_id for incident in reversed(record)]
    assert list(pages[0][0]) == ["event_id_cnty", "country"]


def test_client_reads_actors_countries_and_what_was_deleted(client_says, record):
    with revision("sorted out"):
        record[5].merged_into = record[4]
        record[3].status = Incident.Status.RETRACTED
        update_all([record[5], record[3]], ["merged_into", "status"])

    events, actors, countries, deleted, later = client_says(
        ["get_data", {}],
        ["get_actor_data", {"actor_name": "resistance"}],
        ["get_country_data", {"country": "Syria"}],
        ["get_deleted_data", {}],
        ["get_deleted_data", {"deleted_timestamp": "2100-01-01"}],
    )

    assert ids(events) == [record[number].public_id for number in (6, 4, 2, 1, 0)]
    assert actors == [
        {
            "actor_name": "Islamic Resistance",
            "first_event_date": "2024-01-01",
            "last_event_date": "2024-02-01",
            "event_count": 2,
        }
    ]
    assert countries == [
        {
            "country": "Syria",
            "iso": 760,
            "iso3": "SYR",
            "first_event_date": "2024-01-01",
            "last_event_date": "2024-01-05",
            "event_count": 4,
        }
    ]
    assert ids(deleted) == [record[5].public_id, record[3].public_id]
    assert all(isinstance(row["deleted_timestamp"], int) for row in deleted)
    assert later == []
