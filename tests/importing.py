"""How tests of the import write their files, import them and look at what became of them."""

import csv
from io import StringIO
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from sources.revisions import revision
from tallies.imports import FORMATS, import_files
from tallies.models import TallyLine

DATA = Path(settings.BASE_DIR) / "data"

KINDS = {kind.name: kind for kind in FORMATS}
# A row of each file that is accepted, given the rows above it.
ROWS = {
    "publishers.csv": {"slug": "sohr", "name": "SOHR", "kind": "monitor"},
    "reports.csv": {"key": "seed:article"},
    "bases.csv": {"slug": "al-omar", "name": "Al-Omar", "kind": "base", "country_iso2": "SY"},
    "force_presence.csv": {
        "key": "us-sy",
        "force": "US",
        "country_iso2": "SY",
        "troops": "900",
    },
    "counting_rules.csv": {"publisher_slug": "sohr", "scope": "SY", "text": "Its rule."},
    "incidents.csv": {
        "key": "inc-1",
        "occurred_on": "2024-01-15",
        "date_precision": "day",
        "base_slug": "al-omar",
        "weapon": "drone",
        "outcome": "hit",
    },
    "claims.csv": {
        "incident_key": "inc-1",
        "claimant": "A group",
        "kind": "responsibility",
        "stance": "affirms",
    },
    "published_tallies.csv": {
        "publisher": "SOHR",
        "publication_key": "sohr-1",
        "publisher_slug": "sohr",
        "total_claimed": "5",
        "base_slug": "al-omar",
        "count_text_name": "Omar field",
        "count": "5",
        "scope": "SY",
        "coverage": "full",
    },
    "accepted_findings.csv": {
        "kind": "arithmetic",
        "publication_key": "sohr-1",
        "amount": "1",
        "why": "It is known why.",
    },
}


def read_csv(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_csv(path, rows, columns=None, **dialect):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, columns or list(rows[0]), **{"lineterminator": "\n", "restval": ""} | dialect
        )
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_files(folder, **files):
    """Write files such as `bases=[{"slug": "x"}]`; what a row leaves out is as in ROWS.

    Optional columns are those that some row names.
    """
    folder.mkdir(exist_ok=True)
    for name, rows in files.items():
        kind = KINDS[f"{name}.csv"]
        named = {column for row in rows for column in row}
        optional = [column for column in kind.optional + kind.ignored if column in named]
        filled = [ROWS[kind.name] | row for row in rows]
        write_csv(folder / kind.name, filled, [*kind.required, *optional])
    return folder


# One row of each file.
WHOLE = {name.removesuffix(".csv"): [{}] for name in ROWS}


def take(*paths, **options):
    """Import what must be accepted; returns the plan."""
    plan = import_files([Path(path) for path in paths], **options)
    assert plan.refusals == []
    return plan


def refusals(*paths):
    """The places that are refused, after a check that nothing was written."""
    before = dump()
    plan = import_files([Path(path) for path in paths])
    assert plan.refusals
    assert plan.revision is None
    assert dump() == before
    return [(refusal.file, refusal.row, refusal.column) for refusal in plan.refusals]


def verdicts(plan):
    """How many records of all kinds are new, changed, removed, edited here."""
    found = {}
    for counter in plan.verdicts.values():
        for verdict, number in counter.items():
            if number and verdict != "same":
                found[verdict] = found.get(verdict, 0) + number
    return found


def dump():
    """Every row of every table of facts, with history and revisions."""
    return {
        model._meta.label: sorted(model.objects.values_list(), key=repr)
        for app in ("sources", "bases", "attacks", "tallies")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }


def command(*arguments, **options):
    out = StringIO()
    call_command("import_data", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def edit(instance, **fields):
    with revision("edited by a test"):
        for name, value in fields.items():
            setattr(instance, name, value)
        instance.save()


def lines_of(key="sohr-1"):
    lines = TallyLine.objects.filter(tally__key=key).order_by("position")
    return [
        (line.base.slug if line.base else line.country, line.name_as_printed, line.number)
        for line in lines
    ]
