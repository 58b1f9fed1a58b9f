from django.conf import settings
from django.core.management.base import BaseCommand

from config import catalogues


class Command(BaseCommand):
    help = (
        "Brings locale/*/LC_MESSAGES/django.po up to the texts of templates and modules, says what "
        "is not translated, and compiles."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--compile", action="store_true", help="only make the .mo files that are not current"
        )

    def handle(self, **options):
        if not options["compile"]:
            found = catalogues.messages()
            for code, _ in settings.LANGUAGES:
                if code != settings.LANGUAGE_CODE:
                    self.bring_up(code, found)
        catalogues.compile_stale()

    def bring_up(self, code, found):
        catalogue = catalogues.merge(code, found)
        catalogues.write(code, catalogue)
        missing = catalogue.untranslated_entries()
        self.stdout.write(f"{code}: {len(catalogue)} messages, {len(missing)} not translated")
        for entry in missing:
            self.stdout.write(f"  {entry.msgid}")
