"""An incident as one flat row, under the names that users of ACLED, UCDP and the GTD know.

What the record does not say is None, never 0 and never a guess. Of a record that was withdrawn
since only its id, its days and its place are told.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django_countries import countries

from bases.models import MilitaryBase
from sources.countries import country_name
from sources.models import Organisation, Report
from sources.rows import Cell, Column, Kind

from .claim_status import ClaimStatus
from .models import Claim, Incident

FLAT_COLUMNS = (
    Column("event_id", help_text="The public id."),
    Column("event_date", Kind.DAY, "The earliest day it may have happened on, local."),
    Column("event_date_end", Kind.DAY, "The latest such day."),
    Column("time_precision", Kind.INTEGER, "1: the day is known; 2: within a week; 3: longer."),
    Column("location", help_text="The name of the base."),
    Column("admin1", help_text="Its governorate."),
    Column("country", help_text="The English name of the country."),
    Column("iso", Kind.INTEGER, "ISO 3166-1 number of the country."),
    Column("latitude", Kind.NUMBER, "Of the base, as exactly as geo_precision says."),
    Column("longitude", Kind.NUMBER, "Of the base."),
    Column("geo_precision", Kind.INTEGER, "1: exact; 2: town or district; 3: governorate."),
    Column("event_type", help_text="ACLED's word for such a weapon; empty where it has none."),
    Column("sub_event_type", help_text="ACLED's word, likewise."),
    Column("actor1", help_text="The armed groups that claim it, with ; between."),
    Column("actor2", help_text="Empty: the record does not say whose unit was attacked."),
    Column("fatalities", Kind.INTEGER, "The best figure, else the lowest; never 0 for unknown."),
    Column("fatalities_low", Kind.INTEGER, "The lowest figure."),
    Column("fatalities_high", Kind.INTEGER, "The highest figure."),
    Column("source", help_text="Who published the reports, with ; between."),
    Column("source_scale", help_text="Empty: the record does not say how far a source reaches."),
    Column("notes", help_text="The summary."),
    Column(
        "tags",
        help_text="weapon, outcome, grade, claim_status and attacks (how many it stands for) "
        "as key=value, ; between; without what is unknown.",
    ),
    Column("timestamp", Kind.INTEGER, "Unix time of the last change of the record."),
    Column("claimed", Kind.INTEGER, "GTD: 1 a group claims it, 0 nobody does, -9 unknown."),
    Column("compclaim", Kind.INTEGER, "GTD: 1 competing claims, 0 none; null unless claimed."),
)

BETWEEN = "; "
WEEK = 7  # days

_Weapon, _Precision = Incident.Weapon, MilitaryBase.Precision
_REMOTE = "Explosions/Remote violence"
_SHELLING = (_REMOTE, "Shelling/artillery/missile attack")
# ACLED's event type and its sub-type. Other and unknown weapons have none.
EVENT_TYPES: dict[str, tuple[str, str]] = {
    _Weapon.DRONE: (_REMOTE, "Air/drone strike"),
    _Weapon.ROCKET: _SHELLING,
    _Weapon.MISSILE: _SHELLING,
    _Weapon.BALLISTIC_MISSILE: _SHELLING,
    _Weapon.MORTAR: _SHELLING,
    _Weapon.ARTILLERY: _SHELLING,
    _Weapon.EXPLOSIVE_DEVICE: (_REMOTE, "Remote explosive/landmine/IED"),
    _Weapon.SMALL_ARMS: ("Battles", "Armed clash"),
}
# Of a base with coordinates; those of unknown precision have none.
GEO_PRECISION: dict[str, int] = {
    _Precision.EXACT: 1,
    _Precision.TOWN: 2,
    _Precision.DISTRICT: 2,
    _Precision.GOVERNORATE: 3,
}
# GTD's `claimed` and `compclaim`; of any other status (CLAIM_NOT_KNOWN, None).
GTD_CLAIMS: dict[str, tuple[int, int | None]] = {
    ClaimStatus.CLAIMED: (1, 0),
    ClaimStatus.COMPETING: (1, 1),
    ClaimStatus.UNCLAIMED: (0, None),
}
CLAIM_NOT_KNOWN = -9


def flat(incident: Any) -> dict[str, Cell]:
    """The row of an incident of `records.with_documents`, by the names of `FLAT_COLUMNS`."""
    row: dict[str, Cell] = dict.fromkeys(column.name for column in FLAT_COLUMNS)
    row |= _when(incident) | where_it_is(incident.base)
    if not incident.withdrawn:
        row |= _what(incident) | _who(incident)
    return row


def time_precision(days: int | None) -> int | None:
    """1 where the day is known, 2 where it is one of at most a week, 3 where of more days."""
    if days is None:
        return None
    return 1 if days == 1 else 2 if days <= WEEK else 3


def _when(incident: Incident) -> dict[str, Cell]:
    return {
        "event_id": incident.public_id,
        "event_date": incident.earliest,
        "event_date_end": incident.latest,
        "time_precision": time_precision(incident.days),
    }


def where_it_is(base: MilitaryBase | None) -> dict[str, Cell]:
    """The cells of its base, in the order of `FLAT_COLUMNS`."""
    if base is None:
        return {}
    placed = base.latitude is not None and base.longitude is not None
    return {
        "location": base.name,
        "admin1": base.governorate or None,
        "country": country_name(base.country),
        "iso": countries.numeric(base.country),
        "latitude": float(base.latitude) if base.latitude is not None else None,
        "longitude": float(base.longitude) if base.longitude is not None else None,
        "geo_precision": GEO_PRECISION.get(base.coordinate_precision) if placed else None,
    }


def _what(incident: Any) -> dict[str, Cell]:
    event_type, sub_event_type = EVENT_TYPES.get(incident.weapon, (None, None))
    low, best = incident.killed_low, incident.killed_best
    return {
        "event_type": event_type,
        "sub_event_type": sub_event_type,
        "fatalities": low if best is None else best,
        "fatalities_low": low,
        "fatalities_high": incident.killed_high,
        "notes": incident.summary or None,
        "tags": _tags(incident),
        "timestamp": int(incident.changed.moment.timestamp()) if incident.changed else None,
    }


def _who(incident: Any) -> dict[str, Cell]:
    claimed, competing = GTD_CLAIMS.get(incident.claim_status, (CLAIM_NOT_KNOWN, None))
    return {
        "actor1": _joined(one.claimant.name for one in incident.claims.all() if _claims(one)),
        "source": _joined(publisher(report) for report in incident.reports.all()),
        "claimed": claimed,
        "compclaim": competing,
    }


def _claims(claim: Claim) -> bool:
    """Whether a named armed group says in it that it did it: `claim_status` has the rule."""
    return (
        claim.kind == Claim.Kind.RESPONSIBILITY
        and claim.stance == Claim.Stance.AFFIRMS
        and claim.claimant is not None
        and claim.claimant.kind == Organisation.Kind.ARMED_GROUP
    )


def publisher(report: Report) -> str:
    """The name of who published it, else the host it is on, else its key."""
    if report.publisher is not None:
        return report.publisher.name
    return urlsplit(report.url or "").hostname or report.key


def _tags(incident: Any) -> str:
    tags = {
        "weapon": incident.weapon,
        "outcome": incident.outcome,
        "grade": incident.grade,
        "claim_status": incident.claim_status,
        "attacks": incident.attack_count,
    }
    known = {name: value for name, value in tags.items() if value not in ("", "unknown")}
    return BETWEEN.join(f"{name}={value}" for name, value in known.items())


def _joined(names: Iterable[str]) -> str | None:
    """Each name once, in their order; None where there is none."""
    return BETWEEN.join(dict.fromkeys(names)) or None
