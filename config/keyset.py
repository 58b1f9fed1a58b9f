"""Paging by the place of a row: the pages of a list cost the same, however far down they are."""

from django.db.models import Q


def backwards(ordering):
    return [name[1:] if name.startswith("-") else f"-{name}" for name in ordering]


def beyond(ordering, place):
    """Rows that come after that place: beyond its first value, or equal there and so on."""
    (name, *names), (value, *values) = ordering, place
    field, after = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
    further = Q(**{f"{field}__{after}": value})
    if not names:
        return further
    # The outer comparison is one that an index on the ordering can answer.
    return Q(**{f"{field}__{after}e": value}) & (further | beyond(names, values))
