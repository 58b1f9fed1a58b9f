"""Incidents and claims as rows: the columns of the import, then what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bases.exports import place
from sources.exports import NamedCells, citation, days, integers, joined, slug, table
from sources.rows import Column, Kind, Table

from . import claim_imports, imports
from .flat import FLAT_COLUMNS, flat
from .imports import DatePrecision
from .key_imports import KEY_SYSTEM
from .models import Claim, Incident, IncidentKey, serial_of


def file_key(incident: Incident) -> IncidentKey | None:
    """Its key in files; None where its public id stands in for one.

    A key that looks like a public id could be taken for that of another incident.
    """
    keys = [one for one in incident.keys.all() if one.system == KEY_SYSTEM]
    return next((one for one in keys if not serial_of(one.key)), None)


def _incident(incident: Any) -> Iterator[NamedCells]:
    own = file_key(incident)
    yield {
        "key": own.key if own else incident.public_id,
        **_when(incident),
        "base_slug": slug(incident.base),
        "weapon": incident.weapon,
        "munitions_count": incident.munitions,
        "outcome": incident.outcome,
        **_people(incident, "killed"),
        **_people(incident, "injured"),
        "material_damage": incident.material_damage,
        "claim_status": incident.claim_status,
        **_who(incident.claims.all()),
        "summary": incident.summary,
        "source_urls": joined(citation(report) for report in incident.reports.all()),
        "attack_count": incident.attack_count,
        "public_id": incident.public_id,
        "grade": incident.grade,
        "summary_ar": incident.summary_ar,
        "merged_into": _survivor(incident),
        "other_keys": joined(str(one) for one in incident.keys.all() if one != own),
        **flat(incident),
    }


def _when(incident: Incident) -> NamedCells:
    """The days, and the clock time with the words that stand in its place or beside it."""
    known = incident.days == 1
    time, words = incident.local_time, incident.local_time_text
    # Words that look like a clock time would come back as one.
    apart = time is not None or imports.clock_time(words) is not None
    minutes = "auto" if time and (time.second or time.microsecond) else "minutes"
    return {
        "occurred_on": incident.earliest if known else None,
        "date_precision": DatePrecision.DAY.value if known else "",
        "time_of_day": time.isoformat(minutes) if time else "" if apart else words,
        "time_in_words": words if apart else "",
        "earliest": incident.earliest,
        "latest": incident.latest,
    }


def _people(incident: Incident, whom: str) -> NamedCells:
    return {
        f"{whom}_min": getattr(incident, f"{whom}_low"),
        f"{whom}_best": getattr(incident, f"{whom}_best"),
        f"{whom}_max": getattr(incident, f"{whom}_high"),
    }


def _who(claims: Iterable[Claim]) -> NamedCells:
    """Who says that they did it, and who is blamed by whom, each as printed.

    The import takes every pair of those blamed and those who blame for a statement. Where not all
    of these were made, the cells stay empty rather than put words into a mouth; the claims
    themselves leave in a table of their own.
    """
    affirmed = [claim for claim in claims if claim.stance == Claim.Stance.AFFIRMS]
    claimed = [one for one in affirmed if one.kind == Claim.Kind.RESPONSIBILITY]
    pairs = {
        (one.claimant_text, one.blamed_text)
        for one in affirmed
        if one.kind == Claim.Kind.ATTRIBUTION and one.blamed_text
    }
    blaming = sorted({claimant for claimant, _ in pairs})
    blamed = sorted({blamed for _, blamed in pairs})
    said = len(pairs) == len(blaming) * len(blamed) and ("" not in blaming or blaming == [""])
    return {
        "claimed_by": joined(one.claimant_text for one in claimed),
        "attributed_to": joined(blamed) if said else "",
        "attributed_by": joined(blaming) if said else "",
    }


def _survivor(incident: Incident) -> str:
    survivor = incident.merged_into
    public = survivor is not None and survivor.status == Incident.Status.PUBLISHED
    return survivor.public_id if survivor is not None and public else ""


def _claim(claim: Claim) -> Iterator[NamedCells]:
    own = file_key(claim.incident)
    yield {
        "incident_key": own.key if own else claim.incident.public_id,
        "claimant": claim.claimant_text,
        "kind": claim.kind,
        "stance": claim.stance,
        "claimed_on": claim.made_on,
        "via": claim.via,
        "summary": claim.summary,
        "source_url": citation(claim.report),
        "speaker": claim.speaker,
        "blamed": claim.blamed_text,
        "killed_low": claim.killed_low,
        "killed_high": claim.killed_high,
        "injured_low": claim.injured_low,
        "injured_high": claim.injured_high,
        "whose": claim.whose,
        "claimant_slug": slug(claim.claimant),
        "blamed_slug": slug(claim.blamed),
        "incident": claim.incident.public_id,
        "id": claim.pk,
    }


INCIDENT_COLUMNS = (
    Column("key", help_text="Its key in files, else its public id."),
    Column("occurred_on", Kind.DAY, "The local day, where it is known."),
    Column("date_precision", help_text="day, where the day is known."),
    Column("time_of_day", help_text="Local time, or words in its place."),
    Column("munitions_count", Kind.INTEGER),
    Column("killed_min", Kind.INTEGER),
    Column("killed_max", Kind.INTEGER),
    Column("injured_min", Kind.INTEGER),
    Column("injured_max", Kind.INTEGER),
    Column("claim_status", help_text="Derived from the claims of responsibility."),
    Column("claimed_by", help_text="Who says that they did it, as printed, with ; between."),
    Column(
        "attributed_to",
        help_text="Who is blamed by each of attributed_by; null where these blame different ones.",
    ),
    Column("attributed_by", help_text="Who blames them, with ; between."),
    Column("source_urls", help_text="The reports: an address, or seed: or report: and the key."),
    Column("earliest", Kind.DAY, "The earliest local day."),
    Column("latest", Kind.DAY, "The latest local day."),
    Column("attack_count", Kind.INTEGER, "Separate attacks that this record stands for."),
    Column("time_in_words", help_text="Words beside a local time."),
    Column("killed_best", Kind.INTEGER),
    Column("injured_best", Kind.INTEGER),
    Column("summary_ar", help_text="The summary in Arabic."),
    Column("merged_into", help_text="Public id of the record that stands for the same attack."),
    Column("other_keys", help_text="Its keys in other systems, as system:key, with ; between."),
)
INCIDENTS: Table = table(
    "incidents",
    imports.INCIDENTS,
    _incident,
    [*INCIDENT_COLUMNS, *FLAT_COLUMNS],
    place=lambda incident: place(incident.base),
)
CLAIMS: Table = table(
    "claims",
    claim_imports.CLAIMS,
    _claim,
    [
        *days("claimed_on"),
        *integers("killed_low", "killed_high", "injured_low", "injured_high", "id"),
    ],
)
