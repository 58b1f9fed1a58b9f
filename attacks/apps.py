from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AttacksConfig(AppConfig):
    name = "attacks"
    verbose_name = "Attacks: what happened and what was said of it"

    def ready(self):
        from sources.revisions import at_end

        from .changes import note_changes
        from .upkeep import keep_totals, make_up_for_totals

        at_end(note_changes)
        at_end(keep_totals)
        post_migrate.connect(make_up_for_totals, sender=self)
