from django.apps import AppConfig


class AttacksConfig(AppConfig):
    name = "attacks"
    verbose_name = "Attacks: what happened and what was said of it"

    def ready(self):
        from sources.revisions import at_end

        from .changes import note_changes

        at_end(note_changes)
