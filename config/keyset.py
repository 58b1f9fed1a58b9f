"""Paging by the place of a row: the pages of a list cost the same, however far down they are."""

from django.db.models import BooleanField, F, Func, Q, Value


class Row(Func):
    """Values that are compared in their order, as an index on them holds them."""

    template = "(%(expressions)s)"
    output_field = BooleanField()  # of a comparison; a row by itself is never read


class Beyond(Func):
    """That the first row of values comes after the second, or before it."""

    output_field = BooleanField()
    template = "%(expressions)s"


def backwards(ordering):
    return [name[1:] if name.startswith("-") else f"-{name}" for name in ordering]


def names_of(ordering):
    """The fields by which it orders, whichever way."""
    return [name.removeprefix("-") for name in ordering]


def beyond(ordering, place):
    """Rows that come after that place: beyond its first value, or equal there and so on."""
    down = [name.startswith("-") for name in ordering]
    if len(ordering) > 1 and len(set(down)) == 1:
        # An index on the ordering finds the first of them, however many share a first value.
        here, there = Row(*map(F, names_of(ordering))), Row(*map(Value, place))
        return Q(Beyond(here, there, arg_joiner=" < " if down[0] else " > "))
    return _beyond(ordering, place)


def _beyond(ordering, place):
    (name, *names), (value, *values) = ordering, place
    field, after = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
    further = Q(**{f"{field}__{after}": value})
    if not names:
        return further
    # The outer comparison is one that an index on the ordering can answer.
    return Q(**{f"{field}__{after}e": value}) & (further | _beyond(names, values))
