"""Bases, their names and the forces there, in: bases.csv and force_presence.csv."""

from __future__ import annotations

from typing import Any

from sources.imports import KnownNames, KnownReports, country
from sources.models import Quantifier
from sources.name_imports import NAME_COLUMNS, stated_names
from sources.on_record import current_slugs
from sources.plan import Cells, Plan, generations
from sources.settling import Record, settle
from sources.tables import Format, Row

from .models import BaseName, ForcePresence, MilitaryBase
from .names import NameIndex

BASES = Format(
    "bases.csv",
    (
        "slug",
        "name",
        "name_ar",
        "aliases",
        "country_iso2",
        "governorate",
        "district_or_near",
        "latitude",
        "longitude",
        "coordinate_precision",
        "kind",
        "notes",
        "source_url",
    ),
    (
        "parent_slug",
        "in_use_from",
        "in_use_until",
        "doubtful_aliases",
        "alias_languages",
        "alias_sources",
    ),
)
FORCE_PRESENCE = Format(
    "force_presence.csv",
    (
        "key",
        "force",
        "country_iso2",
        "base_slug",
        "troops",
        "quantifier",
        "as_of",
        "as_of_basis",
        "mission",
        "source_url",
    ),
    ("force_slug",),
)


def import_bases(plan: Plan, reports: KnownReports) -> None:
    for generation in generations(plan, BASES.name, "slug", "parent_slug"):
        slugs = {row.cells["slug"] for row in generation}
        parents = {row.cells.get("parent_slug", "") for row in generation}
        stored = {one.slug: one for one in MilitaryBase.objects.filter(slug__in=slugs | parents)}
        records = [_base(plan, row, stored, reports) for row in generation]
        settled = settle(
            plan,
            MilitaryBase,
            [record for record in records if record],
            existing=stored.values(),
            columns={
                "country": "country_iso2",
                "near": "district_or_near",
                "parent": "parent_slug",
            },
        )
        plan.absent |= {(BASES.name, slug) for slug in slugs if (slug,) not in settled}
        _settle_names(plan, generation, settled, reports)


def _base(
    plan: Plan, row: Row, stored: dict[str, MilitaryBase], reports: KnownReports
) -> Record | None:
    cells = Cells(plan, row)
    latitude, longitude = cells.decimal("latitude"), cells.decimal("longitude")
    if (latitude is None) != (longitude is None):
        empty = "latitude" if latitude is None else "longitude"
        if not cells.text(empty):
            cells.refuse(empty, "Give both coordinates or neither.")
    parent = None
    if slug := cells.text("parent_slug"):
        parent = stored.get(slug)
        if parent is None and not cells.excused(BASES.name, slug):
            cells.refuse("parent_slug", f"No base has the slug {slug!r}.")
    if not cells.text("country_iso2"):
        cells.refuse("country_iso2", "The country is missing.")
    precision = MilitaryBase.Precision
    values = {
        "name": cells.text("name"),
        "name_ar": cells.text("name_ar"),
        "kind": cells.choice("kind", MilitaryBase.Kind),
        "country": country(cells, "country_iso2"),
        "governorate": cells.text("governorate"),
        "near": cells.text("district_or_near"),
        "latitude": latitude,
        "longitude": longitude,
        "coordinate_precision": cells.choice(
            "coordinate_precision", precision, empty=precision.UNKNOWN
        ),
        "parent_id": parent and parent.pk,
        "in_use_from": cells.text("in_use_from"),
        "in_use_until": cells.text("in_use_until"),
        "notes": cells.text("notes"),
        "report_id": reports.find(cells.text("source_url")),
    }
    optional = {
        "parent_id": "parent_slug",
        "in_use_from": "in_use_from",
        "in_use_until": "in_use_until",
    }
    stated = cells.stated(values, optional)
    return Record(row, {"slug": cells.text("slug")}, *stated) if cells.ok else None


def _settle_names(
    plan: Plan, rows: list[Row], settled: dict[Any, MilitaryBase], reports: KnownReports
) -> None:
    bases = {slug: base for (slug,), base in settled.items()}
    records = []
    for row in rows:
        if base := bases.get(row.cells["slug"]):
            cells = Cells(plan, row)
            firm, doubtful = cells.texts("aliases"), cells.texts("doubtful_aliases")
            names = firm + [name for name in doubtful if name not in firm]
            for name, values, defaults in stated_names(cells, names, reports):
                key = {"base_id": base.pk, "name": name}
                values["doubtful"] = name not in firm
                records.append(Record(row, key, values, defaults))
    existing = BaseName.objects.filter(base__in=bases.values())
    settle(plan, BaseName, records, existing=existing, columns=NAME_COLUMNS)


class KnownBases:
    """Bases by the slug, or by any written name, that a cell holds."""

    def __init__(self) -> None:
        self._by_slug: dict[str, MilitaryBase] = current_slugs(MilitaryBase)
        self._names = NameIndex.from_database()

    def find(self, cells: Cells, column: str) -> MilitaryBase | None:
        """The base meant; refused where no base or more than one is."""
        text = cells.text(column)
        if base := self._by_slug.get(text):
            return base
        match = self._names.find(text)
        if match.base is None and not cells.excused(BASES.name, text):
            fitting = " and ".join(base.slug for base in match.bases)
            cells.refuse(
                column,
                f"{text!r} may mean {fitting}: give the slug."
                if match.ambiguous
                else f"No base has the slug or the name {text!r}.",
            )
        return match.base


def import_force_presence(plan: Plan, reports: KnownReports) -> None:
    rows = plan.once(plan.rows(FORCE_PRESENCE.name), "key")
    if not rows:
        return
    names, bases = KnownNames(), KnownBases()
    records = [_presence(plan, row, names, bases, reports) for row in rows]
    settle(
        plan,
        ForcePresence,
        [record for record in records if record],
        existing=ForcePresence.objects.filter(key__in=[row.cells["key"] for row in rows]),
        columns={"force_text": "force"},
    )


def _presence(
    plan: Plan, row: Row, names: KnownNames, bases: KnownBases, reports: KnownReports
) -> Record | None:
    cells = Cells(plan, row)
    base = bases.find(cells, "base_slug") if cells.text("base_slug") else None
    code = country(cells, "country_iso2")
    if not cells.text("base_slug") and not cells.text("country_iso2"):
        cells.refuse("country_iso2", "Name a country or a base.")
    if base is not None and code not in ("", base.country):
        cells.refuse("country_iso2", f"{base.slug} lies in {base.country}.")
    values = {
        "force_id": names.meant(cells, "force", "force_slug"),
        "force_text": cells.text("force"),
        "country": "" if base else code,
        "base_id": base and base.pk,
        "troops": cells.number("troops"),
        "quantifier": cells.choice("quantifier", Quantifier, empty=""),
        "as_of": cells.day("as_of"),
        "as_of_basis": cells.text("as_of_basis"),
        "mission": cells.text("mission"),
        "report_id": reports.find(cells.text("source_url")),
    }
    return Record(row, {"key": cells.text("key")}, values) if cells.ok else None
