"""P9 and P10: the import of a folder, COPY of the same rows, and a serializer for each row."""

import json
import time
from pathlib import Path

from bench import data
from bench.run import FULL, SAMPLE, SMALL, TEMPLATE, Run

SAMPLED = 2_000  # incidents that are written one by one, or a fiftieth of fewer
SMALLER = 100  # of which part the record of P13 is
# What the files say of the sampled incidents, by their keys.
STORED = {
    "incidents": """
        SELECT own.key, base.slug, one.earliest, one.latest, one.local_time, one.local_time_text,
            one.attack_count, one.weapon, one.munitions, one.outcome, one.killed_low,
            one.killed_high, one.injured_low, one.injured_high, one.material_damage, one.grade,
            one.status, one.summary, one.summary_ar, survivor.key
        FROM attacks_incidentkey AS own
        JOIN {incident} AS one ON one.id = own.incident_id
        JOIN bases_militarybase AS base ON base.id = one.base_id
        LEFT JOIN attacks_incidentkey AS survivor ON survivor.incident_id = one.merged_into_id
        WHERE own.key IN ({keys})""",
    "claims": """
        SELECT own.key, one.claimant_text, claimant.slug, one.kind, one.stance, one.made_on,
            one.via, one.summary, report.url
        FROM attacks_incidentkey AS own
        JOIN {claim} AS one ON one.incident_id = own.incident_id
        JOIN sources_organisation AS claimant ON claimant.id = one.claimant_id
        JOIN sources_report AS report ON report.id = one.report_id
        WHERE own.key IN ({keys})""",
    "citations": """
        SELECT own.key, report.key, report.url, report.title, report.language,
            report.published_earliest, report.published_latest, publisher.slug
        FROM attacks_incidentkey AS own
        JOIN {citation} AS one ON one.incident_id = own.incident_id
        JOIN {report} AS report ON report.id = one.report_id
        JOIN sources_organisation AS publisher ON publisher.id = report.publisher_id
        WHERE own.key IN ({keys})""",
}
CURRENT = {
    "incident": "attacks_incident",
    "claim": "attacks_claim",
    "citation": "attacks_citation",
    "report": "sources_report",
}
HISTORY = {
    "incident": "attacks_historicalincident",
    "claim": "attacks_historicalclaim",
    "citation": "attacks_historicalcitation",
    "report": "sources_historicalreport",
}
NUMBERS = " UNION ALL ".join(
    f"SELECT '{table}', COUNT(*) FROM {table}"
    for table in ["sources_revision", *CURRENT.values(), *HISTORY.values()]
)


def measure(run: Run, folder: Path) -> None:
    """Import the folder in each round into a fresh record; the last one stays for the rest."""
    _template(run)
    rows = sum(_lines(file) - 1 for file in folder.glob("*.csv"))
    for _ in run.bar("imports", range(run.import_rounds)):
        run.database.create(FULL, TEMPLATE)
        run.note("P9 product", rows / _import(run, FULL, folder))
        before = dict(run.database.rows(FULL, NUMBERS))
        run.note("P10 product", rows / _import(run, FULL, folder))
        after = dict(run.database.rows(FULL, NUMBERS))
        run.equal("P10 rows after the second import", after, before)
        run.database.settle(FULL)
        run.note("P9 copy", rows / run.database.load_seconds(FULL))
        run.note("P9 naive", _one_by_one(run, folder))
    run.equal("P9 rows as the serializers wrote them", _stored(run, FULL), _stored(run, SAMPLE))


def _template(run: Run) -> None:
    """A record that holds what ships with the product."""
    run.database.create(TEMPLATE)
    run.python(TEMPLATE, "manage.py", "migrate", "--verbosity", 0)
    run.python(TEMPLATE, "manage.py", "import_data", "data")
    run.database.settle(TEMPLATE)


def _lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: lines.read(1 << 20), b""))


def _import(run: Run, name: str, folder: Path) -> float:
    start = time.perf_counter()
    run.python(name, "manage.py", "import_data", folder)
    return time.perf_counter() - start


def _one_by_one(run: Run, folder: Path) -> float:
    """Rows a second of the plain import, of as many as are sampled."""
    run.database.create(SAMPLE, TEMPLATE)
    done = json.loads(run.python(SAMPLE, "-m", "bench.naive.load", folder, _sampled(run)))
    return done["rows"] / done["seconds"]


def _sampled(run: Run) -> int:
    return min(SAMPLED, max(run.incidents // 50, 100))


def _stored(run: Run, name: str) -> dict[str, list]:
    """What is on record of the sampled incidents, today and in the history."""
    keys = ", ".join(f"'bench-{number}'" for number in range(1, _sampled(run) + 1))
    return {
        f"{what}, {when}": sorted(
            run.database.rows(name, query.format(keys=keys, **tables)), key=repr
        )
        for when, tables in {"today": CURRENT, "history": HISTORY}.items()
        for what, query in STORED.items()
    }


def smaller(run: Run) -> None:
    """The record of a hundredth of the incidents."""
    folder = run.scratch / "small"
    data.generate(folder, max(run.incidents // SMALLER, 100), seed=run.seed)
    run.database.create(SMALL, TEMPLATE)
    _import(run, SMALL, folder)
    run.database.settle(SMALL)
