"""Incidents as they are shown: with their base, what was said of them, and what they cite.

On whatever basis: known by a day, as recorded after a revision, or simply today's. A row of
history knows only the ids of what it links to, so everything is fetched here from the same record,
by a fixed number of queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F

from bases.registry import bases_of
from sources.models import Organisation, Revision
from sources.recorded import TODAY, as_instance, keep_related

from .claim_status import ClaimStatus, claim_status
from .counting import with_verdict
from .knowledge import claims_known, reports_to_show
from .models import Citation, Claim, Incident, IncidentChange, IncidentKey
from .rules import HOUSE_TODAY, Basis

# What was coded with the knowledge of today: not shown by what was known on an earlier day.
HINDSIGHT = (
    "outcome",
    "munitions",
    "killed_low",
    "killed_best",
    "killed_high",
    "injured_low",
    "injured_best",
    "injured_high",
    "material_damage",
    "grade",
    "summary",
    "summary_ar",
)
# What is shown of a record that was withdrawn since is its id, days, base and number of attacks.
WITHHELD = ("local_time", "local_time_text", "weapon", *HINDSIGHT)
ANNOTATIONS = ("claim_status", "left_out", "in_doubt")


def annotated(incidents: Any, basis: Basis = HOUSE_TODAY) -> Any:
    """Rows of the basis's record with their claim status, and whether they count."""
    incidents = claim_status(incidents, on=basis.known_on, record=basis.record)
    return with_verdict(incidents, basis)


def first_annotated(incidents: Any, number: int, basis: Basis = HOUSE_TODAY) -> list[Any]:
    """The first so many rows of a list in its order, annotated.

    Found first, by their ids: asked for both at once, PostgreSQL may work out who claims each
    incident of the whole list before it takes the first.
    """
    ids = list(incidents.values_list("id", flat=True)[:number])
    rows = {row.id: row for row in annotated(basis.record.rows(Incident).filter(id__in=ids), basis)}
    return [rows[one] for one in ids]


def with_bases(rows: Iterable[Any], basis: Basis = HOUSE_TODAY) -> list[Incident]:
    """The incidents of these rows, each with its base and, in words, why it is left out."""
    rows = list(rows)
    bases = bases_of(basis.record)
    withdrawn = {} if basis.record == TODAY else withdrawals([row.id for row in rows])
    words, doubts = basis.words(), basis.doubts()
    incidents = []
    for row in rows:
        incident: Any = as_instance(row)
        for name in ANNOTATIONS:
            if hasattr(row, name):
                setattr(incident, name, getattr(row, name))
        incident.base = bases.get(row.base_id)
        incident.left_out_because = words.get(getattr(row, "left_out", ""), "")
        incident.in_doubt_because = doubts.get(getattr(row, "in_doubt", ""), "")
        if incident.pk in withdrawn:
            incident.withdrawn = withdrawn[incident.pk].reason or "no reason was given"
            _withhold(incident)
        incidents.append(incident)
    return incidents


def withdrawals(ids: Iterable[int]) -> dict[int, Revision]:
    """Of these incidents those that are not public any more, with the revision that withdrew them.

    Readers see no more of them than id, days, base and the reason, whatever earlier record they
    ask for.
    """
    shown = Incident.objects.published().filter(pk__in=ids).values("pk")
    gone: dict[int, Revision] = {}
    rows = Incident.history.filter(id__in=ids).exclude(id__in=shown).select_related("revision")
    for row in rows.order_by("history_id"):
        if row.status == Incident.Status.PUBLISHED and row.history_type != "-":
            gone.pop(row.id, None)
        else:
            gone.setdefault(row.id, row.revision)
    return gone


def with_documents(rows: Iterable[Any], basis: Basis = HOUSE_TODAY) -> list[Incident]:
    """The same with claims, reports, keys and the record it was merged into.

    They stand where Django keeps what it prefetched, so `incident.claims.all()` gives those of the
    basis. What was coded with later knowledge is emptied where the basis is that of an earlier day.
    """
    incidents = with_bases(rows, basis)
    record = basis.record
    open_ids = [incident.pk for incident in incidents if not incident.withdrawn]
    said_by_then = claims_known(record, basis.known_on).filter(incident_id__in=open_ids)
    claims: list[Any] = [
        as_instance(row) for row in said_by_then.order_by(F("made_on").asc(nulls_last=True), "id")
    ]
    cited = list(
        record.rows(Citation)
        .filter(incident_id__in=open_ids)
        .order_by("id")
        .values_list("incident_id", "report_id")
    )
    reports = _reports([report for _, report in cited] + [one.report_id for one in claims], basis)
    organisations = record.by_id(
        Organisation,
        [report.publisher_id for report in reports.values()]
        + [id for claim in claims for id in (claim.claimant_id, claim.blamed_id)],
    )
    survivors = record.by_id(Incident, [incident.merged_into_id for incident in incidents])
    keys = _by_incident(
        as_instance(row)
        for row in record.rows(IncidentKey)
        .filter(incident_id__in=open_ids)
        .order_by("system", "key")
    )
    known = {incident.pk: incident for incident in incidents}
    for report in reports.values():
        report.publisher = organisations.get(report.publisher_id)
    for claim in claims:
        claim.incident = known[claim.incident_id]
        claim.claimant = organisations.get(claim.claimant_id)
        claim.blamed = organisations.get(claim.blamed_id)
        claim.report = reports.get(claim.report_id)
    said = _by_incident(claims)
    cited_by: dict[int, list[int]] = defaultdict(list)
    for one, report_id in cited:
        cited_by[one].append(report_id)
    changes = {} if basis.known_on or record != TODAY else last_changes(open_ids)
    for incident in incidents:
        incident.changed = changes.get(incident.pk)
        if incident.merged_into_id:
            incident.merged_into = survivors.get(incident.merged_into_id)
        own = [reports[report] for report in cited_by[incident.pk] if report in reports]
        keep_related(incident, "claims", said[incident.pk])
        keep_related(incident, "keys", keys[incident.pk])
        keep_related(incident, "reports", own)
        if basis.known_on:
            _hide_hindsight(incident)
    return incidents


def last_changes(ids: Iterable[int]) -> dict[int, Revision]:
    """The revision that last changed what is shown of each."""
    changes = IncidentChange.objects.filter(incident__in=ids).select_related("revision")
    return {change.incident_id: change.revision for change in changes}


def _reports(ids: list[int | None], basis: Basis) -> dict[int, Any]:
    """The reports of these ids that may have been published by then."""
    wanted = {id for id in ids if id is not None}
    rows = reports_to_show(basis.record, basis.known_on).filter(id__in=wanted) if wanted else ()
    return {row.id: as_instance(row) for row in rows}


def _by_incident(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.incident_id].append(row)
    return found


def _hide_hindsight(incident: Incident) -> None:
    """Empty what was coded since, and take the casualties from what was said by then."""
    _empty(incident, HINDSIGHT)
    for whom in ("killed", "injured"):
        low, high = stated_range(incident.claims.all(), whom)
        setattr(incident, f"{whom}_low", low)
        setattr(incident, f"{whom}_high", high)


def stated_range(claims: Iterable[Claim], whom: str) -> tuple[int | None, int | None]:
    """The lowest and highest number of people that these claims state; None: open, or not stated.

    "At least five" leaves the end open, and so does "several" unless a figure was stated later.
    """
    claims = list(claims)
    figures = [(getattr(one, f"{whom}_low"), getattr(one, f"{whom}_high"), one) for one in claims]
    figures = [figure for figure in figures if figure[:2] != (None, None)]
    if not figures:
        return None, None
    last = max((claim.made_on for _, _, claim in figures if claim.made_on), default=None)
    without_figure = [
        claim
        for claim in claims
        if claim.kind == Claim.Kind.CASUALTY
        and claim.stance != Claim.Stance.DENIES
        and not claim.states_figures
        and (claim.made_on is None or last is None or claim.made_on >= last)
    ]
    highs = [high for _, high, _ in figures]
    still_open = None in highs or without_figure
    lows = [low for low, _, _ in figures if low is not None]
    return min(lows, default=None), None if still_open else max(highs)


def _withhold(incident: Any) -> None:
    """Leave of a withdrawn record only what says which one it was."""
    _empty(incident, WITHHELD)
    incident.merged_into = None
    incident.left_out_because = incident.in_doubt_because = ""
    if hasattr(incident, "claim_status"):
        incident.claim_status = ClaimStatus.UNKNOWN


def _empty(incident: Incident, names: Iterable[str]) -> None:
    for name in names:
        field: Any = Incident._meta.get_field(name)
        setattr(incident, name, None if field.null else "")
