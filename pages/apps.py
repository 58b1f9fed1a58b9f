from django.apps import AppConfig

from config import catalogues


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self):
        catalogues.compile_stale()
