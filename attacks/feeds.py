"""Incidents as entries of a feed."""

from __future__ import annotations

from typing import Any

from sources.rows import Entry
from sources.templatetags.facts import day_words

from .models import Incident


def incident_entry(incident: Any) -> Entry:
    """The entry of an incident from `records.with_documents`, as of its last change."""
    return Entry(
        title=_title(incident),
        path=incident.get_absolute_url(),
        updated=incident.changed.moment,
        summary=incident.summary or incident.summary_ar,
        categories=(incident.weapon, incident.claim_status),
    )


def _title(incident: Incident) -> str:
    known = incident.weapon != Incident.Weapon.UNKNOWN
    weapon = incident.get_weapon_display() if known else "weapon not known"
    base = incident.base.name if incident.base else "base not known"
    return f"{base}, {day_words(incident.earliest, incident.latest)}: {weapon}"
