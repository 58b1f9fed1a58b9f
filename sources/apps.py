from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "sources"
    verbose_name = "Sources: who says so, and where"

    def ready(self):
        from django.core.signals import request_finished, request_started

        from . import kept, revisions

        revisions.connect()
        revisions.at_end(kept.forget)
        request_started.connect(kept.begin_request)
        request_finished.connect(kept.end_request)
