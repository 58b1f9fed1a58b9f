import datetime

import pytest

from attacks.flat import FLAT_COLUMNS, flat
from attacks.models import Incident
from attacks.records import annotated, with_documents
from attacks.rules import HOUSE, Basis
from sources.models import Revision
from sources.recorded import Record
from sources.revisions import revision
from sources.rows import Kind
from tests.factories import (
    day,
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
)

pytestmark = pytest.mark.django_db

TYPES = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.NUMBER: float,
    Kind.DAY: datetime.date,
}


def row(incident, basis=None):
    basis = basis or Basis(HOUSE)
    rows = annotated(basis.published().filter(id=incident.pk), basis)
    return flat(with_documents(rows, basis)[0])


def cells(incident, *names):
    found = row(incident)
    return tuple(found[name] for name in names)


def full():
    base = make_base(
        "al-omar",
        name="Al-Omar",
        governorate="Deir ez-Zor",
        latitude="35.12345",
        longitude="40.5",
        coordinate_precision="town",
    )
    report = make_report(publisher=make_organisation(name="SOHR", kind="monitor"))
    incident = make_incident(
        base,
        on="2024-08-09",
        until="2024-08-10",
        reports=[report],
        weapon="drone",
        outcome="hit",
        grade="fair",
        attack_count=2,
        killed_low=1,
        killed_best=2,
        killed_high=3,
        summary="Two drones.",
    )
    make_claim(incident, claimant=make_group(name="Islamic Resistance"))
    return incident


def test_full_record_says_all_there_is_under_the_agreed_names():
    incident = full()
    changed = Revision.objects.first().moment

    assert row(incident) == {
        "event_id": incident.public_id,
        "event_date": day("2024-08-09"),
        "event_date_end": day("2024-08-10"),
        "time_precision": 2,
        "location": "Al-Omar",
        "admin1": "Deir ez-Zor",
        "country": "Syria",
        "iso": 760,
        "latitude": 35.12345,
        "longitude": 40.5,
        "geo_precision": 2,
        "event_type": "Explosions/Remote violence",
        "sub_event_type": "Air/drone strike",
        "actor1": "Islamic Resistance",
        "actor2": None,
        "fatalities": 2,
        "fatalities_low": 1,
        "fatalities_high": 3,
        "source": "SOHR",
        "source_scale": None,
        "notes": "Two drones.",
        "tags": "weapon=drone; outcome=hit; grade=fair; claim_status=claimed; attacks=2",
        "timestamp": int(changed.timestamp()),
        "claimed": 1,
        "compclaim": 0,
    }


def test_cells_stand_in_the_order_of_the_columns_and_are_of_their_kind():
    found = row(full())

    assert list(found) == [column.name for column in FLAT_COLUMNS]
    for column in FLAT_COLUMNS:
        assert isinstance(found[column.name], TYPES[column.kind] | None)


def test_bare_record_says_nothing_that_is_not_known():
    found = row(make_incident())

    assert "" not in found.values()
    for name in (
        "admin1",
        "latitude",
        "longitude",
        "geo_precision",
        "event_type",
        "sub_event_type",
        "actor1",
        "fatalities",
        "fatalities_low",
        "fatalities_high",
        "source",
        "notes",
        "compclaim",
    ):
        assert found[name] is None
    assert found["tags"] == "attacks=1"
    assert found["claimed"] == -9


@pytest.mark.parametrize(
    ("until", "precision"),
    [("2024-01-01", 1), ("2024-01-02", 2), ("2024-01-07", 2), ("2024-01-08", 3)],
)
def test_time_precision_is_by_the_number_of_days(until, precision):
    assert cells(make_incident(on="2024-01-01", until=until), "time_precision") == (precision,)


@pytest.mark.parametrize(
    ("precision", "number"),
    [("exact", 1), ("town", 2), ("district", 2), ("governorate", 3), ("unknown", None)],
)
def test_geo_precision_is_that_of_the_coordinates(precision, number):
    placed = make_base(latitude="35.1", longitude="40.5", coordinate_precision=precision)
    nowhere = make_base(coordinate_precision=precision)

    assert cells(make_incident(placed), "geo_precision") == (number,)
    assert cells(make_incident(nowhere), "geo_precision") == (None,)


@pytest.mark.parametrize(
    ("weapon", "types"),
    [
        ("drone", ("Explosions/Remote violence", "Air/drone strike")),
        ("rocket", ("Explosions/Remote violence", "Shelling/artillery/missile attack")),
        ("missile", ("Explosions/Remote violence", "Shelling/artillery/missile attack")),
        ("ballistic_missile", ("Explosions/Remote violence", "Shelling/artillery/missile attack")),
        ("mortar", ("Explosions/Remote violence", "Shelling/artillery/missile attack")),
        ("artillery", ("Explosions/Remote violence", "Shelling/artillery/missile attack")),
        ("explosive_device", ("Explosions/Remote violence", "Remote explosive/landmine/IED")),
        ("small_arms", ("Battles", "Armed clash")),
        ("other", (None, None)),
        ("unknown", (None, None)),
    ],
)
def test_event_types_follow_from_the_weapon_and_are_never_guessed(weapon, types):
    assert cells(make_incident(weapon=weapon), "event_type", "sub_event_type") == types


def test_every_weapon_was_thought_of():
    assert set(Incident.Weapon.values) == {
        "drone",
        "rocket",
        "missile",
        "ballistic_missile",
        "mortar",
        "artillery",
        "explosive_device",
        "small_arms",
        "other",
        "unknown",
    }


@pytest.mark.parametrize(
    ("killed", "fatalities"),
    [
        ({"killed_low": 1, "killed_best": 2}, 2),
        ({"killed_low": 1, "killed_high": 3}, 1),
        ({"killed_high": 3}, None),
        ({"killed_low": 0, "killed_best": 0}, 0),
    ],
    ids=["best", "low", "high alone", "nobody"],
)
def test_fatalities_are_the_best_figure_else_the_lowest(killed, fatalities):
    assert cells(make_incident(**killed), "fatalities") == (fatalities,)


def test_actor1_names_each_group_that_claims_once_and_nobody_else():
    incident = make_incident()
    second, first = make_group(name="Second"), make_group(name="First")
    make_claim(incident, claimant=second, made_on=day("2024-01-17"))
    make_claim(incident, claimant=first, made_on=day("2024-01-16"))
    make_claim(incident, claimant=first, made_on=day("2024-01-18"))
    make_claim(incident, stance="denies", claimant=make_group(name="Denies"))
    make_claim(incident, "attribution", claimant=make_group(name="Blames"), blamed=second)
    make_claim(incident, claimant=make_organisation(name="State", kind="state"))
    make_claim(incident, claimant_text="somebody")

    assert cells(incident, "actor1") == ("First; Second",)


def test_source_names_each_publisher_once_else_the_host_else_the_key():
    sohr = make_organisation(name="SOHR")
    incident = make_incident(
        reports=[
            make_report(publisher=sohr, title="One"),
            make_report(url="https://www.example.net/a?b=c", title="Two"),
            make_report(publisher=sohr, title="Three"),
            make_report("r-4", url=None, title="Four"),
        ]
    )

    assert cells(incident, "source") == ("SOHR; www.example.net; r-4",)


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ([("responsibility", "affirms", "one")], (1, 0)),
        ([("responsibility", "affirms", "one"), ("responsibility", "affirms", "two")], (1, 1)),
        ([("denial", "affirms", "one")], (-9, None)),
        ([("no_claim", "affirms", None)], (0, None)),
        ([], (-9, None)),
    ],
    ids=["claimed", "competing", "denied", "unclaimed", "unknown"],
)
def test_gtd_columns_follow_from_the_claim_status(claims, told):
    incident = make_incident()
    for kind, stance, group in claims:
        make_claim(incident, kind, stance, claimant=group and make_group(group))

    assert cells(incident, "claimed", "compclaim") == told


def test_withdrawn_record_tells_only_which_one_it_was():
    incident = full()
    before = Revision.objects.first().number
    with revision("a mistake"):
        incident.status = Incident.Status.RETRACTED
        incident.save()

    found = row(incident, Basis(HOUSE, record=Record(before)))

    assert {name for name, cell in found.items() if cell is not None} == {
        "event_id",
        "event_date",
        "event_date_end",
        "time_precision",
        "location",
        "admin1",
        "country",
        "iso",
        "latitude",
        "longitude",
        "geo_precision",
    }


def test_earlier_day_tells_nothing_of_what_was_learned_later():
    incident = full()
    make_claim(incident, claimant=make_group(name="Later"), made_on=day("2025-01-01"))

    found = row(incident, Basis(HOUSE, known_on=day("2024-08-20")))

    assert found["actor1"] == "Islamic Resistance"
    assert (found["fatalities"], found["notes"], found["timestamp"]) == (None, None, None)
    assert found["tags"] == "weapon=drone; claim_status=claimed; attacks=2"
