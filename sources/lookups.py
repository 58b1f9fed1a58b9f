"""Filters by one field, as users of Django write them: killed_best__gte=3, weapon__in=drone,rocket.

A filter set says in `lookups` by which fields it can be asked, under which names, and how; its
filters follow from that table. What is not known passes no comparison: ask for it by __isnull.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from .fields import LARGEST_NUMBER
from .recorded import TODAY, Record

ISO_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
NOT_A_DAY = _("Give a day as YYYY-MM-DD.")
MOST_VALUES = 500  # between commas; a longer list is no question of a reader
LONGEST_TEXT = 200  # characters to look for

ORDERED = ("gte", "lte")
EXACT = ("exact", *ORDERED)
NULLABLE = (*EXACT, "isnull")


def documented(one: Any, kind: str, **schema: Any) -> None:
    """Tell the API's schema of what kind the values of a filter are, where it cannot see that."""
    extend_schema_field({"type": kind, "description": one.extra["help_text"], **schema})(one)


def unknown(value: str, allowed: Iterable[str]) -> str:
    return gettext("“%(value)s” is unknown. Use: %(allowed)s.") % {
        "value": value,
        "allowed": ", ".join(allowed),
    }


# How a key that is on no record is refused, by what it would have been of and by its kind.
NO_SUCH_RECORD = {
    ("a base", "slug"): _("“%(value)s” is unknown. Use the slug of a base."),
    ("an armed group", "slug"): _("“%(value)s” is unknown. Use the slug of an armed group."),
    ("an organisation", "slug"): _("“%(value)s” is unknown. Use the slug of an organisation."),
    ("a tally", "key"): _("“%(value)s” is unknown. Use the key of a tally."),
}


def no_such_record(noun: str, key: str = "slug") -> Any:
    return NO_SUCH_RECORD[noun, key]


# How values are written


class DayField(forms.DateField):
    """A day as YYYY-MM-DD and nothing else: 03/04/2024 is a different day to different readers."""

    default_error_messages = {"invalid": NOT_A_DAY}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value and not ISO_DAY.fullmatch(value):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class Values:
    """How the values of a filter are written; what cannot be right is a ValidationError."""

    schema: ClassVar[dict[str, str]] = {"kind": "string"}
    # What the filters by a thing ask of it, for their labels and for their help.
    told = {
        "exact": ("{thing}", _("{thing}: exactly this.")),
        "gte": (_("{thing} at least"), _("{thing}: this or more.")),
        "lte": (_("{thing} at most"), _("{thing}: this or less.")),
        "in": (_("{thing} any of"), _("{thing}: any of these, with commas between.")),
        "isnull": (
            _("{thing} not known"),
            _("{thing}: true where it is not known, false where it is."),
        ),
        "icontains": (
            _("{thing} with"),
            _("{thing}: has this text in it, whatever its case."),
        ),
    }

    def read(self, texts: list[str]) -> list[Any]:
        return [self.read_one(text) for text in texts]

    def read_one(self, text: str) -> Any:
        raise NotImplementedError

    def text(self, value: Any) -> str:
        """The one way to write a value."""
        return str(value)


class Days(Values):
    """A day as YYYY-MM-DD and nothing else."""

    schema = {"kind": "string", "format": "date"}
    told = Values.told | {
        "gte": (_("{thing} from"), _("{thing}: this day or later.")),
        "lte": (_("{thing} until"), _("{thing}: this day or earlier.")),
    }

    def read_one(self, text: str) -> Any:
        return DayField(error_messages={"required": NOT_A_DAY}).clean(text)


class Numbers(Values):
    """A whole number that both databases hold."""

    schema = {"kind": "integer"}

    def read_one(self, text: str) -> int:
        if not re.fullmatch("[0-9]{1,10}", text) or int(text) > LARGEST_NUMBER:
            raise ValidationError(
                _("Give a whole number from 0 to %(most)s.") % {"most": LARGEST_NUMBER}
            )
        return int(text)


class Languages(Values):
    """A BCP 47 code as reports carry it."""

    def read_one(self, text: str) -> str:
        if not re.fullmatch("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
            raise ValidationError(_("Give a language by its BCP 47 code, such as en or ar."))
        return text


@dataclass(frozen=True)
class Choices(Values):
    """One of these codes: (code, name) pairs, or what finds them."""

    pairs: Iterable[tuple[str, Any]] | Callable[[], Iterable[tuple[str, Any]]]

    def read(self, texts: list[str]) -> list[str]:
        pairs = self.pairs() if callable(self.pairs) else self.pairs
        allowed = [str(code) for code, _ in pairs if code]
        for text in texts:
            if text not in allowed:
                raise ValidationError(unknown(text, allowed))
        return texts


@dataclass(frozen=True)
class Records(Values):
    """A record by its slug, or another `key`; `noun` says of what."""

    queryset: QuerySet[Any]
    noun: str
    key: str = "slug"

    def read(self, texts: list[str]) -> list[Any]:
        rows = self.queryset.filter(**{f"{self.key}__in": texts})
        found = {getattr(row, self.key): row for row in rows}
        for text in texts:
            if text not in found:
                raise ValidationError(no_such_record(self.noun, self.key) % {"value": text})
        return [found[text] for text in texts]

    def text(self, value: Any) -> str:
        return str(getattr(value, self.key))


class Keys(Records):
    """The key itself of a record that there is."""

    def read(self, texts: list[str]) -> list[Any]:
        super().read(texts)
        return texts

    def text(self, value: Any) -> str:
        return str(value)


# Forms and fields


class FilterForm(forms.Form):
    """The form of a filter set. A page hides most of its fields, but none that is refused."""

    def full_clean(self) -> None:
        super().full_clean()
        for name in self.errors:
            self.show(name)

    def show(self, name: str) -> None:
        """Let a page show the field, where it does not yet."""
        if name in self.fields and self.fields[name].widget.is_hidden:
            self.fields[name].widget = forms.TextInput()


class ValueField(forms.CharField):
    """One value. Nothing asks for nothing: None."""

    widget = forms.HiddenInput

    def __init__(self, *, values: Values, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.values = values

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self.read(text) if text else None

    def read(self, text: str) -> Any:
        return self.values.read([text])[0]

    def canonical(self, value: Any) -> str:
        """The one way to write what was read."""
        return self.values.text(value)


class SeveralField(ValueField):
    """Several values with commas between."""

    def read(self, text: str) -> list[Any]:
        texts = list(dict.fromkeys(one.strip() for one in text.split(",")))
        if len(texts) > MOST_VALUES:
            raise ValidationError(_("Give at most %(most)s values.") % {"most": MOST_VALUES})
        return self.values.read(texts)

    def canonical(self, values: list[Any]) -> str:
        return ",".join(sorted(self.values.text(value) for value in values))


# Filters


class YesNo(django_filters.TypedChoiceFilter):
    """true or false; Django's own field would take a misspelt one for neither."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args,
            choices=[("true", _("yes")), ("false", _("no"))],
            coerce=lambda text: text == "true",
            error_messages={"invalid_choice": _("Use true or false.")},
            **kwargs,
        )
        documented(self, "boolean")


def compared(rows: QuerySet[Any], name: str, of: Combinable | None) -> tuple[QuerySet[Any], str]:
    """The rows, and under which name they have what is compared: a field, or computed `of` some."""
    if of is None:
        return rows, name
    return rows.alias(**{f"{name}_asked": of}), f"{name}_asked"


class IsNull(YesNo):
    """Whether it is not known: null, or `unknown` where a text is empty then."""

    def __init__(self, *, unknown: str | None, of: Combinable | None, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput, **kwargs)
        self.unknown, self.of = unknown, of

    def filter(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value in ("", None):
            return rows
        rows, name = compared(rows, self.field_name, self.of)
        if self.unknown is None:
            return rows.filter(**{f"{name}__isnull": value})
        empty = {name: self.unknown}
        return rows.filter(**empty) if value else rows.exclude(**empty)


class Contains(django_filters.CharFilter):
    """A piece of a text, whatever its case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            lookup_expr="icontains",
            max_length=LONGEST_TEXT,
            widget=forms.HiddenInput,
            **kwargs,
        )


class ValueFilter(django_filters.Filter):
    """A field, or what is computed `of` fields, compared with a value."""

    field_class = ValueField

    def __init__(self, *, values: Values, of: Combinable | None = None, **kwargs: Any) -> None:
        super().__init__(values=values, **kwargs)
        self.of = of
        documented(self, **values.schema)

    def filter(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value is None:
            return rows
        rows, name = compared(rows, self.field_name, self.of)
        return rows.filter(**{f"{name}__{self.lookup_expr}": value})


class AnyOfValues(ValueFilter, django_filters.BaseCSVFilter):
    """A field that is any of several values."""

    base_field_class = SeveralField


@dataclass(frozen=True)
class Lookups:
    """The filters by one thing, which readers know as `name` and in `words`.

    It is the `field` of the model (that of the same name, unless given), or computed `of` fields.
    `unknown` is what stands there if it is not known; `method` filters in place of a comparison.
    """

    name: str
    words: Any
    lookups: tuple[str, ...]
    values: Values | None = None
    field: str = ""
    of: Combinable | None = None
    unknown: str | None = None
    method: str | None = None

    def filters(self) -> Iterator[tuple[str, django_filters.Filter]]:
        for lookup in self.lookups:
            name = self.name if lookup == "exact" else f"{self.name}__{lookup}"
            yield name, self._filter(lookup)

    def _filter(self, lookup: str) -> django_filters.Filter:
        label, help_text = (self.values or Values()).told[lookup]
        common = {
            "field_name": self.field or self.name,
            "method": self.method,
            "label": format_lazy(label, thing=self.words),
            "help_text": format_lazy(help_text, thing=self.words),
        }
        if lookup == "isnull":
            return IsNull(unknown=self.unknown, of=self.of, **common)
        if lookup == "icontains":
            return Contains(**common)
        kind = AnyOfValues if lookup == "in" else ValueFilter
        return kind(values=self.values or Values(), of=self.of, lookup_expr=lookup, **common)


class LookupFilterSet(django_filters.FilterSet):
    """A filter set with further filters by a table. `record` is the one that its rows are of."""

    lookups: ClassVar[tuple[Lookups, ...]] = ()
    record: Record = TODAY
    base_filters: Any

    def __init__(self, *args: Any, only: Container[str] | None = None, **kwargs: Any) -> None:
        if only is not None:
            every = self.base_filters.items()
            self.base_filters = {name: one for name, one in every if name in only}
        super().__init__(*args, **kwargs)

    @classmethod
    def asked(cls, params: QueryDict, *args: Any, **kwargs: Any) -> LookupFilterSet:
        """The set with no more filters than the question asks for, which are few of many.

        What is refused is refused by all of them: only they can say what is allowed.
        """
        names = {name for name in cls.base_filters if any(params.getlist(name))}
        few = cls(params, *args, only=names, **kwargs)
        return few if few.is_valid() else cls(params, *args, **kwargs)

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        by_table = {name: one for lookups in cls.lookups for name, one in lookups.filters()}
        return super().get_filters() | by_table
