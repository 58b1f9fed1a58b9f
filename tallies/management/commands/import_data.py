"""Read CSV files of facts into the database: prints the plan, writes all of it or nothing."""

import sys
from collections import defaultdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from attacks.models import Incident
from bases.models import MilitaryBase
from tallies.imports import FORMATS, import_files
from tallies.models import PublishedTally

MOST_LINES = 200  # of one kind on the screen


class Command(BaseCommand):
    help = (
        "Import CSV files of facts: " + ", ".join(kind.name for kind in FORMATS) + ". "
        "All paths are one plan and one transaction; any refusal means that nothing is written."
    )

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="File or folder.")
        parser.add_argument("--dry-run", action="store_true", help="Print the plan and stop.")
        parser.add_argument(
            "--if-empty", action="store_true", help="Do nothing if there are records already."
        )
        parser.add_argument("--reason", default="", help="Public reason of the change.")

    def handle(self, *, paths, dry_run, if_empty, reason, **options):
        models = (MilitaryBase, Incident, PublishedTally)
        if if_empty and any(model.objects.exists() for model in models):
            self.stdout.write("There are records already: nothing imported.")
            return
        with tqdm(unit=" rows", leave=False, disable=not sys.stderr.isatty()) as bar:
            plan = import_files(
                paths, reason=reason, dry_run=dry_run, progress=lambda rows: _advance(bar, rows)
            )
        self.print_plan(plan)
        if plan.refusals:
            raise CommandError(f"{len(plan.refusals)} refused. Nothing was written.")
        self.stdout.write(self.outcome(plan, dry_run))

    def print_plan(self, plan):
        for name, verdicts in plan.verdicts.items():
            numbers = ", ".join(
                f"{number} {verdict}" for verdict, number in verdicts.items() if number
            )
            self.stdout.write(f"{name}: {numbers or 'none'}")
        unlinked = defaultdict(list)
        for (column, text), times in sorted(plan.unlinked.items()):
            unlinked[column].append(f"{text} ({times})" if times > 1 else text)
        self.print_lines(
            "Kept as printed, linked to no organisation",
            [f"{column}: {'; '.join(texts)}" for column, texts in unlinked.items()],
        )
        self.print_lines("Notes", plan.notes)
        self.print_lines("Changes", plan.changes)
        refusals = sorted(plan.refusals, key=lambda refusal: (refusal.file, refusal.row or 0))
        self.print_lines("Refused", [str(refusal) for refusal in refusals])

    def print_lines(self, title, lines):
        if lines:
            self.stdout.write(f"\n{title}:")
            for line in lines[:MOST_LINES]:
                self.stdout.write(f"  {line}")
            if len(lines) > MOST_LINES:
                self.stdout.write(f"  ... and {len(lines) - MOST_LINES} more")

    def outcome(self, plan, dry_run):
        if dry_run:
            return "\nDry run: nothing was written."
        if plan.revision is None:
            return "\nNothing to write: everything is here already."
        return f"\nWritten as revision {plan.revision}."


def _advance(bar, rows):
    bar.reset(total=rows)
    return bar.update
