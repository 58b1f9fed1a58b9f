"""Count the whole record again, and hold the totals that are kept beside it against that."""

from django.core.management.base import BaseCommand, CommandError

from attacks.upkeep import rebuild, wrong_totals
from sources.revisions import revision

MOST_LINES = 200


class Command(BaseCommand):
    help = (
        "Count every attack again and compare the totals that are kept beside the record with "
        "that; a total that differs is an error. With --rebuild, keep what was counted instead."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--rebuild", action="store_true", help="Replace the totals by a recount."
        )

    def handle(self, **options):
        # Nobody writes in between; no fact is written here either, so no revision is made.
        with revision("The totals were counted again"):
            if options["rebuild"]:
                rebuild()
            wrong = wrong_totals()
        for one in wrong[:MOST_LINES]:
            self.stdout.write(f"{one}")
        if wrong:
            raise CommandError(
                f"{len(wrong)} totals are not what a recount gives. Run: manage.py totals --rebuild"
            )
        self.stdout.write("Every total is what a recount gives.")
