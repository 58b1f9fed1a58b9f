from django.apps import AppConfig

from config import catalogues


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self):
        from . import checks  # noqa: F401 - so that Django runs them

        catalogues.compile_stale()
