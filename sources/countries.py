"""ISO 3166 countries: codes are stored, names are looked up."""

from django_countries import countries


def country_choices():
    """The (code, name) pairs of ISO 3166-1, in English alphabetical order."""
    return list(countries)


def country_name(code):
    """The short name of a country ("SY" -> "Syria"), or the code itself where ISO has none."""
    return countries.name(code) or code
