"""What bases and organisations are called in the language of a page.

English and Arabic names stand on the record itself, as `name` and `name_ar`. In any other language
it is one of its other names (`names`) that is marked as of that language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from .kept import kept

LANGUAGES = 20  # of which the names are kept
SOURCE = settings.LANGUAGE_CODE


def local_name(record: Any) -> str:
    """The name of a base or an organisation in the language of the page, if one is on record."""
    return name_in(record, get_language() or SOURCE) or record.name


def name_in(record: Any, language: str) -> str:
    """Its name in that language; empty where none is on record."""
    if language == SOURCE:
        return str(record.name)
    own = f"name_{language}"
    if hasattr(record, own):
        return str(getattr(record, own))
    return _others(type(record), language).get(record.pk, "")


@kept(LANGUAGES)
def _others(model: Any, language: str) -> Mapping[int, str]:
    """The first of the names of each record that are marked as of that language, by its id."""
    link = model._meta.get_field("names").field
    names = link.model.objects.filter(language=language).order_by("-name", "-id")
    if any(field.name == "doubtful" for field in link.model._meta.fields):
        names = names.filter(doubtful=False)
    return dict(names.values_list(link.attname, "name"))
