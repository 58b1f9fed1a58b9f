"""What is told when the site starts.

A hint and no warning: without fonts all else works, and no start is stopped by it.
"""

from django.conf import settings
from django.core.checks import Info, register

from .pictures import fonts_of


@register()
def fonts_are_there(app_configs, **kwargs):
    missing = [name for code, name in settings.LANGUAGES if not fonts_of(code)]
    if not missing:
        return []
    return [
        Info(
            f"No font was found for pictures in {', '.join(missing)}: they have no words.",
            hint="Install fonts-noto-core or fonts-dejavu, or set PICTURE_FONTS to folders or"
            " files, separated by commas.",
            id="pages.I001",
        )
    ]
