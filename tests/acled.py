"""Questions to the endpoints in the shape of ACLED's interface, and events to ask of."""

import json

from sources.models import Revision
from tests.factories import (
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
)

LISTS = ["acled", "deleted", "actor", "country"]
COLUMNS = {
    "acled": [
        "event_id_cnty",
        "event_date",
        "year",
        "time_precision",
        "disorder_type",
        "event_type",
        "sub_event_type",
        "actor1",
        "assoc_actor_1",
        "inter1",
        "actor2",
        "assoc_actor_2",
        "inter2",
        "interaction",
        "civilian_targeting",
        "iso",
        "region",
        "country",
        "admin1",
        "admin2",
        "admin3",
        "location",
        "latitude",
        "longitude",
        "geo_precision",
        "source",
        "source_scale",
        "notes",
        "fatalities",
        "tags",
        "timestamp",
    ],
    "deleted": ["event_id_cnty", "deleted_timestamp"],
    "actor": ["actor_name", "first_event_date", "last_event_date", "event_count"],
    "country": [
        "country",
        "iso",
        "iso3",
        "first_event_date",
        "last_event_date",
        "event_count",
    ],
}
NEVER_KNOWN = [
    "assoc_actor_1",
    "inter1",
    "actor2",
    "assoc_actor_2",
    "inter2",
    "interaction",
    "civilian_targeting",
    "admin2",
    "admin3",
    "source_scale",
]


def body(answer):
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.text


def ask(client, name="acled", **params):
    answer = client.get(f"/api/{name}/read", params)
    return answer.status_code, json.loads(body(answer))


def rows(client, name="acled", **params):
    status, answer = ask(client, name, **params)
    assert status == 200, answer
    return answer["data"]


def refusals(client, name="acled", **params):
    status, answer = ask(client, name, **params)
    assert status == 400
    assert answer["messages"] == [error["message"] for error in answer["error"]]
    assert (answer["status"], answer["success"]) == (400, False)
    return answer["messages"]


def at(incident, moment):
    """Let its last change be of that moment."""
    Revision.objects.filter(number=incident.change.revision_id).update(moment=moment)


def three_events():
    omar = make_base(
        "al-omar",
        name="Al-Omar",
        governorate="Deir ez-Zor",
        latitude="35.1",
        longitude="40.5",
        coordinate_precision="exact",
    )
    asad = make_base(
        "al-asad",
        name="Ain al-Asad",
        country="IQ",
        governorate="Anbar",
        latitude="33.78",
        longitude="42.44",
        coordinate_precision="district",
    )
    tower = make_base("muwaffaq", name="Paphos", country="CY")
    sohr = make_report(publisher=make_organisation(name="SOHR"))
    unknown = make_report(url="https://user@news.example.net:443/path?x=SOHR", title="A report")
    by_key = make_report("telegram-77", url=None)
    group, other = make_group(name="Islamic Resistance"), make_group(name="Kata'ib")
    a = make_incident(
        omar,
        on="2023-12-31",
        weapon="drone",
        outcome="hit",
        grade="fair",
        reports=[sohr, unknown],
        killed_best=3,
        summary="Two drones hit the base.",
        attack_count=2,
    )
    make_claim(a, claimant=group)
    make_claim(a, claimant=other)
    b = make_incident(
        asad,
        on="2024-02-04",
        until="2024-02-10",
        weapon="rocket",
        outcome="intercepted",
        reports=[by_key],
        killed_low=0,
        summary="Rockets were shot down.",
    )
    make_claim(b, claimant=group)
    c = make_incident(tower, on="2024-03-01", until="2024-03-31")
    return {"a": a, "b": b, "c": c}


def found(client, events, **params):
    """Which of the events are listed, newest first."""
    names = {incident.public_id: name for name, incident in events.items()}
    return "".join(names[row["event_id_cnty"]] for row in rows(client, **params))
