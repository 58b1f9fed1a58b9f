"""Short words that recur in the data, in the language of the page where it is known.

The record keeps them in English: governorates, how a statement was made, whose casualties a number
is of, what a counter counts. What is not listed here, longer texts above all, is shown as it
stands on record.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop, pgettext, pgettext_lazy

UNITS = (
    gettext_noop("attacks"),
    gettext_noop("claimed attacks"),
    gettext_noop("strikes on facilities"),
)


def governorate_words(name: str) -> str:
    return pgettext("governorate", name) if name else ""


def via_words(means: str) -> str:
    return pgettext("how it was said", means) if means else ""


def whose_words(people: str) -> str:
    return pgettext("whose casualties", people) if people else ""


def source_words(description: str) -> str:
    """Whoever said it, where the report only describes them: "US official"."""
    return pgettext("an unnamed source", description) if description else ""


def time_words(text: str) -> str:
    return pgettext("time of day", text) if text else ""


def basis_words(text: str) -> str:
    return pgettext("how a day is known", text) if text else ""


GOVERNORATES = (
    # Syria
    pgettext_lazy("governorate", "Al-Hasakah"),
    pgettext_lazy("governorate", "Aleppo"),
    pgettext_lazy("governorate", "As-Suwayda"),
    pgettext_lazy("governorate", "Damascus"),
    pgettext_lazy("governorate", "Daraa"),
    pgettext_lazy("governorate", "Deir ez-Zor"),
    pgettext_lazy("governorate", "Hama"),
    pgettext_lazy("governorate", "Homs"),
    pgettext_lazy("governorate", "Idlib"),
    pgettext_lazy("governorate", "Latakia"),
    pgettext_lazy("governorate", "Quneitra"),
    pgettext_lazy("governorate", "Raqqa"),
    pgettext_lazy("governorate", "Rif Dimashq"),
    pgettext_lazy("governorate", "Tartus"),
    # Iraq
    pgettext_lazy("governorate", "Al-Anbar"),
    pgettext_lazy("governorate", "Babil"),
    pgettext_lazy("governorate", "Baghdad"),
    pgettext_lazy("governorate", "Basra"),
    pgettext_lazy("governorate", "Dhi Qar"),
    pgettext_lazy("governorate", "Diyala"),
    pgettext_lazy("governorate", "Dohuk"),
    pgettext_lazy("governorate", "Erbil"),
    pgettext_lazy("governorate", "Halabja"),
    pgettext_lazy("governorate", "Karbala"),
    pgettext_lazy("governorate", "Kirkuk"),
    pgettext_lazy("governorate", "Maysan"),
    pgettext_lazy("governorate", "Muthanna"),
    pgettext_lazy("governorate", "Najaf"),
    pgettext_lazy("governorate", "Nineveh"),
    pgettext_lazy("governorate", "Qadisiyah"),
    pgettext_lazy("governorate", "Salah al-Din"),
    pgettext_lazy("governorate", "Sulaymaniyah"),
    pgettext_lazy("governorate", "Wasit"),
    # Jordan
    pgettext_lazy("governorate", "Mafraq"),
)

MEANS = (
    pgettext_lazy("how it was said", "anonymous briefing"),
    pgettext_lazy("how it was said", "briefing"),
    pgettext_lazy("how it was said", "broadcast"),
    pgettext_lazy("how it was said", "correspondent"),
    pgettext_lazy("how it was said", "director in an interview"),
    pgettext_lazy("how it was said", "encyclopedia"),
    pgettext_lazy("how it was said", "news agency"),
    pgettext_lazy("how it was said", "news agency, anonymous"),
    pgettext_lazy("how it was said", "news report"),
    pgettext_lazy("how it was said", "news site"),
    pgettext_lazy("how it was said", "newspaper"),
    pgettext_lazy("how it was said", "press"),
    pgettext_lazy("how it was said", "press release"),
    pgettext_lazy("how it was said", "press, anonymous"),
    pgettext_lazy("how it was said", "social media"),
    pgettext_lazy("how it was said", "sources close to the group"),
    pgettext_lazy("how it was said", "spokesperson"),
    pgettext_lazy("how it was said", "spokesperson on X"),
    pgettext_lazy("how it was said", "state news agency"),
    pgettext_lazy("how it was said", "statement"),
    pgettext_lazy("how it was said", "statement and video"),
    pgettext_lazy("how it was said", "statement to a broadcaster"),
    pgettext_lazy("how it was said", "statement to agencies"),
    pgettext_lazy("how it was said", "statement to the press"),
    pgettext_lazy("how it was said", "Telegram"),
    pgettext_lazy("how it was said", "website"),
)

PEOPLE = (
    pgettext_lazy("whose casualties", "civilians"),
    pgettext_lazy("whose casualties", "Iraqi forces"),
    pgettext_lazy("whose casualties", "partner force"),
    pgettext_lazy("whose casualties", "SDF"),
    pgettext_lazy("whose casualties", "US"),
    pgettext_lazy("whose casualties", "US and coalition"),
)

SOURCES = (
    pgettext_lazy("an unnamed source", "Anbar police officer"),
    pgettext_lazy("an unnamed source", "coalition source"),
    pgettext_lazy("an unnamed source", "Iraqi government source"),
    pgettext_lazy("an unnamed source", "Iraqi military"),
    pgettext_lazy("an unnamed source", "Iraqi military officials"),
    pgettext_lazy("an unnamed source", "Iraqi security official"),
    pgettext_lazy("an unnamed source", "Iraqi security source"),
    pgettext_lazy("an unnamed source", "Iraqi security sources"),
    pgettext_lazy("an unnamed source", "Iraqi state news agency"),
    pgettext_lazy("an unnamed source", "Kurdish security source"),
    pgettext_lazy("an unnamed source", "later accounts"),
    pgettext_lazy("an unnamed source", "local networks"),
    pgettext_lazy("an unnamed source", "local source"),
    pgettext_lazy("an unnamed source", "local sources"),
    pgettext_lazy("an unnamed source", "militia commander"),
    pgettext_lazy("an unnamed source", "Pentagon official"),
    pgettext_lazy("an unnamed source", "security officials and war monitor"),
    pgettext_lazy("an unnamed source", "security source"),
    pgettext_lazy("an unnamed source", "security sources"),
    pgettext_lazy("an unnamed source", "sources close to the group"),
    pgettext_lazy("an unnamed source", "US defence official"),
    pgettext_lazy("an unnamed source", "US defence officials"),
    pgettext_lazy("an unnamed source", "US defence source"),
    pgettext_lazy("an unnamed source", "US military"),
    pgettext_lazy("an unnamed source", "US military official"),
    pgettext_lazy("an unnamed source", "US official"),
    pgettext_lazy("an unnamed source", "US officials"),
    pgettext_lazy("an unnamed source", "witnesses"),
)

TIMES = (
    pgettext_lazy("time of day", "after midnight"),
    pgettext_lazy("time of day", "around midnight"),
    pgettext_lazy("time of day", "before noon"),
    pgettext_lazy("time of day", "dawn"),
    pgettext_lazy("time of day", "early morning"),
    pgettext_lazy("time of day", "evening"),
    pgettext_lazy("time of day", "late evening"),
    pgettext_lazy("time of day", "morning"),
    pgettext_lazy("time of day", "night"),
)

BASES = (
    pgettext_lazy("how a day is known", "inferred"),
    pgettext_lazy("how a day is known", "inferred from event"),
    pgettext_lazy("how a day is known", "text"),
    pgettext_lazy("how a day is known", "text (article date)"),
    pgettext_lazy("how a day is known", "url"),
)
