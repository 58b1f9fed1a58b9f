"""The language of a page stands in its address: /bases/ in English, /ar/bases/ in Arabic.

Nothing else decides it, no cookie and no header, so a link says the same to whoever opens it and a
cache keeps one page for an address.
"""

from functools import wraps

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language_bidi, get_language_info


class LanguageOfTheAddress:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = language_of(request.path_info)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def language_of(path):
    code = path.split("/", 2)[1]
    return code if code in PREFIXED else settings.LANGUAGE_CODE


PREFIXED = {code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE}


def in_language(address, code):
    """The same address, a path with or without a query, in another language."""
    current = language_of(address)
    bare = address if current == settings.LANGUAGE_CODE else address.removeprefix(f"/{current}")
    return bare if code == settings.LANGUAGE_CODE else f"/{code}{bare}"


def in_source_language(function):
    """For words that are kept or cited, which do not depend on who asked for them."""

    @wraps(function)
    def answer(*args, **kwargs):
        with translation.override(settings.LANGUAGE_CODE):
            return function(*args, **kwargs)

    return answer


def languages(request):
    """What a layout says of languages: the one it is in, and where the page is in the others."""
    address = request.get_full_path()
    return {
        "language": language_of(address),
        "direction": "rtl" if get_language_bidi() else "ltr",
        "in_languages": [
            {
                "code": code,
                "name": get_language_info(code)["name_local"],
                "address": in_language(address, code),
            }
            for code, _ in settings.LANGUAGES
        ],
    }
