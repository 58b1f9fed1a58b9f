"""The rows of incidents as PostgreSQL writes them: cell by cell what `exports.INCIDENTS` has.

For whole lists of today's record without a clock. What is said of the incidents wanted, what they
cite and their keys are each gathered once, in sets, and what few records hold is taken from the
functions that make the rows of objects. `exports` and `flat` have the reasons.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import RowNumber

from bases.models import MilitaryBase
from sources.copies import copied, guarded, joined, joined_rows, literal, once
from sources.formats import csv_text
from sources.imports import BY_KEY, KEY_OF_REPORT
from sources.models import Report

from .claim_status import claim_statuses
from .flat import (
    BETWEEN,
    CLAIM_NOT_KNOWN,
    EVENT_TYPES,
    GTD_CLAIMS,
    WEEK,
    publisher,
    where_it_is,
)
from .key_imports import KEY_SYSTEM
from .models import PUBLIC_ID, Claim

Params = list[Any]

# An address whose host can be read off as it is; of any other Python finds it.
PLAIN_ADDRESS = r"^https?://[a-z0-9.-]+(:[0-9]*)?([/?#]|$)"


Lines = Callable[[Sequence[str]], Iterator[bytes]]


def lines_of(rows: QuerySet[Any]) -> Lines | None:
    """What gives some columns of these incidents, in their order, as lines of CSV in chunks.

    None where the database cannot write them.
    """
    if connection.vendor != "postgresql":
        return None
    return lambda names: copied(*row_select(rows, names))


def row_select(rows: QuerySet[Any], names: Sequence[str]) -> tuple[str, Params]:
    """The select of these columns, with its parameters."""
    wanted, params = _wanted(rows)
    claims = Claim.objects.filter(incident__in=RawSQL("SELECT id FROM wanted", ()))
    statuses, of_statuses = _compiled(claim_statuses(claims))
    cells = ", ".join(CELLS[name] for name in names)
    if len(names) == 1:  # a line of nothing would be none
        cells = f"coalesce(({cells})::text, '')"
    select = f"""
        WITH wanted AS MATERIALIZED ({wanted}),
        placed AS MATERIALIZED ({_PLACED}),
        statuses (incident_id, claim_status) AS ({statuses}),
        said AS ({_SAID}),
        cited AS ({_CITED}),
        keys AS ({_KEYS})
        SELECT {cells} FROM ({_GATHERED}) AS incident ORDER BY place
    """
    named = json.dumps(_named_reports())
    return select, [*params, json.dumps(_places()), *of_statuses, named]


def _wanted(rows: QuerySet[Any]) -> tuple[str, Params]:
    order: list[Any] = [*rows.query.order_by]
    place = Window(RowNumber(), order_by=order)
    return _compiled(rows.order_by().annotate(place=place).values_list("id", "place"))


def _compiled(rows: QuerySet[Any]) -> tuple[str, Params]:
    sql, params = rows.query.get_compiler(connection=connection).as_sql()
    return sql, list(params)


# What few records hold


def _places() -> dict[int, list[str]]:
    """The cells that an incident has of its base, by the id of the base."""
    return {
        base.pk: [csv_text(cell) for cell in (base.slug, *where_it_is(base).values())]
        for base in MilitaryBase.objects.all()
    }


_OF_PLACE = (
    "base_slug", "location", "admin1", "country", "iso", "latitude", "longitude", "geo_precision",
)  # fmt: skip
_PLACED = (
    "SELECT key::bigint AS base_id, "
    + ", ".join(f"nullif(value ->> {at}, '') AS {name}" for at, name in enumerate(_OF_PLACE))
    + " FROM json_each(%s::json)"
)


def _named_reports() -> dict[int, str]:
    """Who published reports of which neither the publisher nor a plain address is known."""
    reports = Report.objects.filter(publisher=None, url__isnull=False)
    reports = reports.exclude(url__regex=PLAIN_ADDRESS).only("key", "url", "publisher")
    return {report.pk: publisher(report) for report in reports.order_by()}


# What many hold, gathered by incident

_MINE = "incident_id IN (SELECT id FROM wanted)"
_CLAIMS = "claim.kind = 'responsibility' AND claim.stance = 'affirms'"
_BLAMES = "claim.kind = 'attribution' AND claim.stance = 'affirms' AND claim.blamed_text <> ''"


def _sorted_texts(text: str) -> str:
    """Each once, in the order of Python."""
    text = f'{text} COLLATE "C"'
    return f"array_agg(DISTINCT {text} ORDER BY {text}) FILTER (WHERE {_BLAMES})"


_PAIRS = f"count(DISTINCT (claim.claimant_text, claim.blamed_text)) FILTER (WHERE {_BLAMES})"
_EACH_BLAMES_ALL = """
    pairs = cardinality(blaming) * cardinality(blamed)
    AND (blaming[1] <> '' OR cardinality(blaming) = 1)
"""
_SAID = f"""
    SELECT incident_id,
        {joined("claiming")} AS claimed_by,
        CASE WHEN {_EACH_BLAMES_ALL} THEN {joined("blamed")} END AS attributed_to,
        CASE WHEN {_EACH_BLAMES_ALL} THEN {joined("blaming")} END AS attributed_by,
        {once("actors", BETWEEN)} AS actor1
    FROM (
        SELECT claim.incident_id,
            array_agg(claim.claimant_text ORDER BY claim.made_on, claim.id)
                FILTER (WHERE {_CLAIMS} AND claim.claimant_text <> '') AS claiming,
            array_agg(claimant.name ORDER BY claim.made_on, claim.id)
                FILTER (WHERE {_CLAIMS} AND claimant.kind = 'armed_group') AS actors,
            {_sorted_texts("claim.blamed_text")} AS blamed,
            {_sorted_texts("claim.claimant_text")} AS blaming,
            {_PAIRS} AS pairs
        FROM attacks_claim AS claim
        LEFT JOIN sources_organisation AS claimant ON claimant.id = claim.claimant_id
        WHERE claim.{_MINE}
        GROUP BY claim.incident_id
    ) AS by_incident
"""

# No two reports are cited in the same words: their addresses and their keys are unique.
_CITATION = f"""
    CASE WHEN report.url IS NOT NULL THEN report.url
        WHEN report.key ~ '^({KEY_OF_REPORT.pattern})$' THEN report.key
        ELSE {literal(BY_KEY)} || report.key END
"""
_PUBLISHER = f"""
    CASE WHEN report.publisher_id IS NOT NULL THEN publisher.name
        WHEN report.url IS NULL THEN report.key
        WHEN report.url ~ {literal(PLAIN_ADDRESS)} THEN substring(report.url FROM '//([^/?#:]+)')
        ELSE %s::jsonb ->> report.id::text END
"""
_CITED = f"""
    SELECT incident_id, source_urls, {once("publishers", BETWEEN)} AS source
    FROM (
        SELECT incident_id,
            {joined_rows("citation", "id")} AS source_urls,
            array_agg(publisher ORDER BY id) AS publishers
        FROM (
            SELECT citation.incident_id, citation.id,
                {_CITATION} AS citation, {_PUBLISHER} AS publisher
            FROM attacks_citation AS citation
            JOIN sources_report AS report ON report.id = citation.report_id
            LEFT JOIN sources_organisation AS publisher ON publisher.id = report.publisher_id
            WHERE citation.{_MINE}
        ) AS each_citation
        GROUP BY incident_id
    ) AS by_incident
"""

_OF_FILES = f"system = {literal(KEY_SYSTEM)} AND key !~ '^({PUBLIC_ID.pattern})$'"
_KEYS = f"""
    SELECT incident_id, own, {joined("others")} AS others
    FROM (
        SELECT incident_id, own,
            CASE WHEN number > 1 OR own IS NULL
                THEN array_remove(every, {literal(KEY_SYSTEM)} || ':' || own) END AS others
        FROM (
            SELECT incident_id, count(*) AS number, min(key) FILTER (WHERE {_OF_FILES}) AS own,
                array_agg(system || ':' || key ORDER BY system, key) AS every
            FROM attacks_incidentkey
            WHERE {_MINE}
            GROUP BY incident_id
        ) AS by_incident
    ) AS own_and_others
"""

_OWN = (
    "serial", "base_id", "earliest", "latest", "local_time", "local_time_text", "attack_count",
    "weapon", "munitions", "outcome", "killed_low", "killed_best", "killed_high", "injured_low",
    "injured_best", "injured_high", "material_damage", "grade", "summary", "summary_ar",
)  # fmt: skip
# Sorted before the cells are made, while the rows are narrow.
_GATHERED = f"""
    SELECT wanted.place, {", ".join(f"incident.{name}" for name in _OWN)},
        {", ".join(f"placed.{name}" for name in _OF_PLACE)},
        coalesce(statuses.claim_status, 'unknown') AS claim_status,
        said.claimed_by, said.attributed_to, said.attributed_by, said.actor1,
        cited.source_urls, cited.source, keys.own, keys.others,
        survivor.serial AS survivor, revision.moment AS changed
    FROM wanted
    JOIN attacks_incident AS incident ON incident.id = wanted.id
    LEFT JOIN placed ON placed.base_id = incident.base_id
    LEFT JOIN statuses ON statuses.incident_id = wanted.id
    LEFT JOIN said ON said.incident_id = wanted.id
    LEFT JOIN cited ON cited.incident_id = wanted.id
    LEFT JOIN keys ON keys.incident_id = wanted.id
    LEFT JOIN attacks_incident AS survivor
        ON survivor.id = incident.merged_into_id AND survivor.status = 'published'
    LEFT JOIN attacks_incidentchange AS change ON change.incident_id = wanted.id
    LEFT JOIN sources_revision AS revision ON revision.number = change.revision_id
    ORDER BY wanted.place OFFSET 0
"""


# Cells


def _digit() -> str:
    """A digit of any script, as `strptime` takes it."""
    digits = (chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Nd")
    return f"[{''.join(digits)}]"


def _like_a_clock_time(text: str) -> str:
    """Whether `imports.clock_time` takes these words for one."""
    digit = _digit()
    hours, minutes = f"(2[0-3]|[01]{digit}|{digit})", f"([0-5]{digit}|{digit})"
    return f"{text} ~ '^{hours}:{minutes}(:{minutes}([.][0-9]{{1,6}})?)?$'"


def _standing_for(column: str, words: Mapping[Any, str | int | None]) -> str:
    """What these values of a column stand for; NULL of any other."""
    told = {value: word for value, word in words.items() if word is not None}
    cases = (f"WHEN {literal(value)} THEN {literal(str(word))}" for value, word in told.items())
    return f"CASE {column} {' '.join(cases)} END"


def _tag(name: str) -> str:
    return f"CASE WHEN {name} NOT IN ('', 'unknown') THEN '{name}=' || {name} END"


def _free(names: Iterable[str]) -> dict[str, str]:
    """Cells of texts in which anything may stand."""
    return {name: f"nullif({guarded(name)}, '')" for name in names}


def _as_they_are(names: Iterable[str]) -> dict[str, str]:
    return {name: name for name in names}


_PUBLIC = "'BW-' || serial"
_ONE_DAY = "earliest = latest"
_WORDS = f"nullif({guarded('local_time_text')}, '')"
_APART = f"local_time IS NOT NULL OR {_like_a_clock_time('local_time_text')}"
_CLOCK = """
    CASE WHEN right(local_time::text, 3) = ':00' THEN left(local_time::text, 5)
        WHEN length(local_time::text) = 8 THEN local_time::text
        ELSE to_char(local_time, 'HH24:MI:SS.US') END
"""
_TAGS = ", ".join(map(_tag, ("weapon", "outcome", "grade", "claim_status")))
_CLAIMED = _standing_for("claim_status", {one: told[0] for one, told in GTD_CLAIMS.items()})
_COMPETING = _standing_for("claim_status", {one: told[1] for one, told in GTD_CLAIMS.items()})

# Codes, slugs, numbers and days begin with no sign, so what is free alone is guarded; the cells of
# a base are so already.
CELLS = {
    **_as_they_are(("earliest", "latest", "attack_count", "claim_status", *_OF_PLACE)),
    **_as_they_are(("killed_best", "injured_best")),
    **{name: f"nullif({name}, '')" for name in ("weapon", "outcome", "material_damage", "grade")},
    **_free(("claimed_by", "attributed_to", "attributed_by", "actor1")),
    **_free(("source_urls", "source", "summary", "summary_ar")),
    "key": f"coalesce({guarded('own')}, {_PUBLIC})",
    "occurred_on": f"CASE WHEN {_ONE_DAY} THEN earliest END",
    "date_precision": f"CASE WHEN {_ONE_DAY} THEN 'day' END",
    "time_of_day": f"CASE WHEN local_time IS NOT NULL THEN {_CLOCK}"
    f" WHEN NOT ({_APART}) THEN {_WORDS} END",
    "time_in_words": f"CASE WHEN {_APART} THEN {_WORDS} END",
    "munitions_count": "munitions",
    "killed_min": "killed_low",
    "killed_max": "killed_high",
    "injured_min": "injured_low",
    "injured_max": "injured_high",
    "public_id": _PUBLIC,
    "merged_into": "'BW-' || survivor",
    "other_keys": f"nullif({guarded('others')}, '')",
    "event_id": _PUBLIC,
    "event_date": "earliest",
    "event_date_end": "latest",
    "time_precision": f"CASE WHEN {_ONE_DAY} THEN 1 WHEN latest - earliest < {WEEK} THEN 2"
    " ELSE 3 END",
    "event_type": _standing_for("weapon", {one: told[0] for one, told in EVENT_TYPES.items()}),
    "sub_event_type": _standing_for("weapon", {one: told[1] for one, told in EVENT_TYPES.items()}),
    "actor2": "NULL",
    "fatalities": "coalesce(killed_best, killed_low)",
    "fatalities_low": "killed_low",
    "fatalities_high": "killed_high",
    "source_scale": "NULL",
    "notes": f"nullif({guarded('summary')}, '')",
    "tags": f"concat_ws('{BETWEEN}', {_TAGS}, 'attacks=' || attack_count)",
    "timestamp": "floor(extract(epoch FROM changed))::bigint",
    "claimed": f"coalesce({_CLAIMED}, '{CLAIM_NOT_KNOWN}')",
    "compclaim": _COMPETING,
}
