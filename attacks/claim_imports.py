"""Claims in: claims.csv, and what only the columns of incidents.csv imply."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef

from sources.imports import KnownNames, KnownReports
from sources.models import Revision
from sources.on_record import as_rows, edited_by_hand, one_of
from sources.plan import Cells, Plan
from sources.settling import Record, in_parts, settle
from sources.tables import Format, Row

from .claim_status import ClaimStatus
from .imports import INCIDENTS
from .key_imports import Incidents, incidents_named, removed_here
from .models import Claim, Incident

CLAIMS = Format(
    "claims.csv",
    (
        "incident_key",
        "claimant",
        "kind",
        "stance",
        "claimed_on",
        "via",
        "summary",
        "source_url",
    ),
    (
        "speaker",
        "blamed",
        "killed_low",
        "killed_high",
        "injured_low",
        "injured_high",
        "whose",
        "claimant_slug",
        "blamed_slug",
    ),
    ("incident", "id"),
)
# The optional columns of claims.csv, by field.
OPTIONAL_OF_CLAIM = {
    "speaker": "speaker",
    "blamed_text": "blamed",
    "killed_low": "killed_low",
    "killed_high": "killed_high",
    "injured_low": "injured_low",
    "injured_high": "injured_high",
    "whose": "whose",
}

# What tells two claims of one incident apart; those alike in all of it, by their summaries.
IDENTITY = ("incident_id", "claimant_text", "kind", "stance", "made_on", "report_id")
Values = dict[str, Any]


@dataclass(slots=True)
class Said:
    """A claim that a row states, or that the columns of an incident's row imply."""

    row: Row
    values: Values

    @property
    def identity(self) -> tuple[Any, ...]:
        return tuple(self.values[name] for name in IDENTITY)


def import_claims(plan: Plan, incidents: Incidents, reports: KnownReports) -> None:
    """Settle the claims of claims.csv, then those that only incidents.csv implies."""
    names = KnownNames()
    stated = _stated(plan, incidents, names, reports)
    concerned = {said.values["incident_id"] for said in stated}
    concerned |= {incident.id for _, incident in incidents.values()}
    stored = _StoredClaims(as_rows(Claim.objects.filter(incident__in=one_of(concerned))))
    _settle_claims(plan, stated, stored)
    implied = [
        said
        for row, incident in incidents.values()
        for said in _implied(plan, row, incident, names)
        if not stored.says(said)
    ]
    _settle_claims(plan, implied, stored)


def _stated(
    plan: Plan, incidents: Incidents, names: KnownNames, reports: KnownReports
) -> list[Said]:
    stated: list[Said] = []
    first: dict[Any, Row] = {}
    named = {row.cells["incident_key"] for row in plan.rows(CLAIMS.name)}
    known = incidents_named(named, incidents)
    plan.absent |= {(INCIDENTS.name, key) for key in removed_here(list(named - set(known)))}
    for row in plan.rows(CLAIMS.name):
        cells = Cells(plan, row)
        key = cells.text("incident_key")
        if key not in known:
            if not cells.excused(INCIDENTS.name, key):
                cells.refuse("incident_key", f"No incident has the key {key!r}.")
            continue
        values = _claim(cells, names, reports) | {"incident_id": known[key].id}
        if not cells.ok:
            continue
        said = Said(row, values)
        same = tuple(values.values())
        if same in first:
            cells.refuse("summary", f"The same claim stands already in {first[same].place}.")
            continue
        first[same] = row
        stated.append(said)
    return stated


def _claim(cells: Cells, names: KnownNames, reports: KnownReports) -> Values:
    figures = {
        name: cells.number(name)
        for name in ("killed_low", "killed_high", "injured_low", "injured_high")
    }
    for who in ("killed", "injured"):
        low, high = f"{who}_low", f"{who}_high"
        cells.in_order(low, figures[low], high, figures[high])
    return {
        "claimant_id": names.meant(cells, "claimant", "claimant_slug"),
        "claimant_text": cells.text("claimant"),
        "speaker": cells.text("speaker"),
        "kind": cells.choice("kind", Claim.Kind),
        "stance": cells.choice("stance", Claim.Stance),
        "blamed_id": names.meant(cells, "blamed", "blamed_slug"),
        "blamed_text": cells.text("blamed"),
        **figures,
        "whose": cells.text("whose"),
        "made_on": cells.day("claimed_on"),
        "via": cells.text("via"),
        "summary": cells.text("summary"),
        "report_id": reports.find(cells.text("source_url")),
    }


# Where a row of incidents.csv names who makes the claim that it implies.
CLAIMANT_COLUMNS = {
    Claim.Kind.RESPONSIBILITY: "claimed_by",
    Claim.Kind.ATTRIBUTION: "attributed_by",
    Claim.Kind.NO_CLAIM: "",
}


def _implied(plan: Plan, row: Row, incident: Any, names: KnownNames) -> Iterator[Said]:
    """The claims that claimed_by, attributed_to and a status of unclaimed stand for."""

    def said(kind: Claim.Kind, claimant: str = "", blamed: str = "") -> Said:
        values = {
            "incident_id": incident.id,
            "claimant_id": names.link(plan, CLAIMANT_COLUMNS[kind], claimant),
            "claimant_text": claimant,
            "kind": kind,
            "stance": Claim.Stance.AFFIRMS,
            "blamed_id": names.link(plan, "attributed_to", blamed),
            "blamed_text": blamed,
            "made_on": None,
            "report_id": None,
            "summary": "",
        }
        return Said(row, values)

    cells = Cells(plan, row)
    for claimant in cells.texts("claimed_by"):
        yield said(Claim.Kind.RESPONSIBILITY, claimant)
    for blamed in cells.texts("attributed_to"):
        for claimant in cells.texts("attributed_by") or [""]:
            yield said(Claim.Kind.ATTRIBUTION, claimant, blamed)
    if cells.text("claim_status") == ClaimStatus.UNCLAIMED:
        yield said(Claim.Kind.NO_CLAIM)


class _StoredClaims:
    """The claims on record of the incidents concerned, each to be meant by one row at most."""

    def __init__(self, claims: list[Any]) -> None:
        self._free: dict[int, dict[Any, None]] = defaultdict(dict)
        # Everything said, on record or in rows of this import, by incident and kind; with it the
        # identity of what is on record and may be no more than implied.
        self._said: dict[tuple[int, str], list[tuple[Values, Any]]] = defaultdict(list)
        for claim in claims:
            self._free[claim.incident_id][claim] = None
            values = _values(claim)
            self._note(values, _stored_identity(claim) if _only_implied(values) else None)

    def _note(self, values: Values, implied: Any = None) -> None:
        self._said[values["incident_id"], values["kind"]].append((values, implied))

    def match(self, stated: list[Said]) -> dict[int, Any]:
        """The claim on record that each of these means, by position: the same in every respect
        first, then one that says the same in the same words, then one of the same identity, then
        one that was only implied so far, then one that had this identity until somebody edited it
        here."""
        found: dict[int, Any] = {}
        waiting = dict(enumerate(stated))
        for alike in (_unchanged, _identical, _same_identity, _fills_in, self._had_identity):
            for position, said in waiting.items():
                free = self._free.get(said.values["incident_id"], {})
                if claim := next((one for one in free if alike(said, one)), None):
                    found[position] = claim
                    del free[claim]
            waiting = {
                position: said
                for position, said in waiting.items()
                if position not in found and self._free.get(said.values["incident_id"])
            }
        for said in stated:
            self._note(said.values)
        return found

    @cached_property
    def _former(self) -> set[tuple[Any, ...]]:
        free = [claim.id for claims in self._free.values() for claim in claims]
        by_hand = edited_by_hand(Claim, free)
        return set(Claim.history.filter(id__in=one_of(by_hand)).values_list("id", *IDENTITY))

    def _had_identity(self, said: Said, claim: Any) -> bool:
        return (claim.id, *said.identity) in self._former

    def says(self, implied: Said) -> bool:
        """Whether somebody is on record with what is implied, in a statement of its own."""
        values = implied.values
        return any(
            _same_statement(values, other) and identity != implied.identity
            for other, identity in self._said[values["incident_id"], values["kind"]]
        )


FIELDS = [field for field in Claim._meta.concrete_fields if field.name != "id"]


def _values(claim: Any) -> Values:
    return {field.attname: getattr(claim, field.attname) for field in FIELDS}


def _stored_identity(claim: Any) -> tuple[Any, ...]:
    return tuple(getattr(claim, name) for name in IDENTITY)


def _unchanged(said: Said, claim: Any) -> bool:
    return all(getattr(claim, name) == value for name, value in said.values.items())


def _identical(said: Said, claim: Any) -> bool:
    alike = ("summary", "blamed_text")
    return _same_identity(said, claim) and all(getattr(claim, n) == said.values[n] for n in alike)


def _same_identity(said: Said, claim: Any) -> bool:
    return _stored_identity(claim) == said.identity


def _fills_in(said: Said, claim: Any) -> bool:
    """Whether the row gives the day and source of a claim that was only implied until now."""
    stored = _values(claim)
    return (
        stored["kind"] == said.values["kind"]
        and _only_implied(stored)
        and _same_statement(stored, said.values)
    )


def _only_implied(values: Values) -> bool:
    return values["made_on"] is None and values["report_id"] is None and not values["summary"]


def _same_statement(implied: Values, other: Values) -> bool:
    """Whether the other says what is implied: the same kind, by the same, about the same."""
    if other["stance"] == Claim.Stance.DENIES:
        return False
    if implied["kind"] == Claim.Kind.NO_CLAIM:
        return True
    same_claimant = _same(implied, other, "claimant")
    if implied["kind"] == Claim.Kind.ATTRIBUTION:
        return _same(implied, other, "blamed") and (same_claimant or not implied["claimant_text"])
    return same_claimant and other["stance"] == Claim.Stance.AFFIRMS


def _same(one: Values, other: Values, who: str) -> bool:
    """Whether both name the same: in the same words, whoever these are linked to, or by link."""
    linked = one[f"{who}_id"]
    return bool(
        one[f"{who}_text"] == other[f"{who}_text"]
        or (linked is not None and linked == other[f"{who}_id"])
    )


def _settle_claims(plan: Plan, stated: list[Said], stored: _StoredClaims) -> None:
    matched = stored.match(stated)
    gone = Claim.history.filter(history_type="-")
    removed_here = set(gone.exclude(revision__origin=Revision.Origin.IMPORT).values_list(*IDENTITY))
    records = []
    for position, said in enumerate(stated):
        claim = matched.get(position)
        if claim is None and removed_here and said.identity in removed_here:
            plan.keep(said.row, Claim, "a claim was removed here; kept so.")
        else:
            stated_by_row = "incident_key" in said.row.cells  # else implied by an incident's
            optional = _optional(said.row) if stated_by_row else {}
            values = Cells(plan, said.row).stated(said.values, optional)
            records.append(Record(said.row, {"id": claim and claim.id}, *values))
    by_pk = {claim.id: claim for claim in matched.values()}
    columns = {
        "made_on": "claimed_on",
        "claimant_text": "claimant",
        "blamed_text": "blamed",
        "report_id": "source_url",
    }
    for part in in_parts(records):
        existing = [by_pk[record.key["id"]] for record in part if record.key["id"]]
        settle(plan, Claim, part, existing=existing, columns=columns)


def _optional(row: Row) -> dict[str, str]:
    """The optional columns of a row of claims.csv by field; a slug or a name says who is blamed."""
    blamed = "blamed_slug" if "blamed_slug" in row.cells else "blamed"
    return OPTIONAL_OF_CLAIM | {"blamed_id": blamed}


def compare_claim_status(plan: Plan, incidents: Incidents) -> None:
    """Say where the status derived from the claims is not the one that the file gives."""
    # Of an incident about which nothing is claimed it is unknown.
    of_it = Claim.objects.filter(incident=OuterRef("pk"))
    derived = dict(
        Incident.objects.filter(pk__in=one_of([one.id for _, one in incidents.values()]))
        .filter(Exists(of_it))
        .with_claim_status()
        .order_by()
        .values_list("pk", "claim_status")
    )
    for row, incident in incidents.values():
        given = row.cells["claim_status"] or ClaimStatus.UNKNOWN
        status = derived.get(incident.id, ClaimStatus.UNKNOWN)
        if status != given:
            plan.notes.append(
                f"{row.place}: claim_status is {given} in the file, "
                f"{status} by the claims on record."
            )
