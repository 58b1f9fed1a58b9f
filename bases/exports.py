"""Bases and force presence as rows."""

from __future__ import annotations

from collections.abc import Iterator

from sources import exports
from sources.exports import NamedCells, citation, joined, of_names, slug, table
from sources.rows import Table

from . import imports
from .models import ForcePresence, MilitaryBase


def place(base: MilitaryBase | None) -> tuple[float, float] | None:
    """Longitude and latitude, where they are known."""
    if base is None or base.longitude is None or base.latitude is None:
        return None
    return float(base.longitude), float(base.latitude)


def _base(base: MilitaryBase) -> Iterator[NamedCells]:
    names = list(base.names.all())
    yield {
        "slug": base.slug,
        "name": base.name,
        "name_ar": base.name_ar,
        "aliases": joined(name.name for name in names if not name.doubtful),
        "country_iso2": base.country,
        "governorate": base.governorate,
        "district_or_near": base.near,
        "latitude": base.latitude,
        "longitude": base.longitude,
        "coordinate_precision": base.coordinate_precision,
        "kind": base.kind,
        "notes": base.notes,
        "source_url": citation(base.report),
        "parent_slug": slug(base.parent),
        "in_use_from": base.in_use_from,
        "in_use_until": base.in_use_until,
        "doubtful_aliases": joined(name.name for name in names if name.doubtful),
        **of_names(names),
    }


def _presence(presence: ForcePresence) -> Iterator[NamedCells]:
    yield {
        "key": presence.key,
        "force": presence.force_text,
        "country_iso2": presence.country,
        "base_slug": slug(presence.base),
        "troops": presence.troops,
        "quantifier": presence.quantifier,
        "as_of": presence.as_of,
        "as_of_basis": presence.as_of_basis,
        "mission": presence.mission,
        "source_url": citation(presence.report),
        "force_slug": slug(presence.force),
    }


BASES: Table = table(
    "bases", imports.BASES, _base, exports.numbers("latitude", "longitude"), place=place
)
FORCE_PRESENCE: Table = table(
    "force-presence",
    imports.FORCE_PRESENCE,
    _presence,
    [*exports.integers("troops"), *exports.days("as_of")],
)
