from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "sources"
    verbose_name = "Sources: who says so, and where"

    def ready(self):
        from . import revisions

        revisions.connect()
