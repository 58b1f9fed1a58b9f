"""How a client of ACLED asks for rows: `<column>=value`, compared as `<column>_where` says.

Where a parameter has several values, a row that has any of them passes: with `|` between
(`country=Syria|Iraq`), or with `:OR:`, behind which another column may be named
(`country=Syria:OR:iso=368`). With BETWEEN the `|` stands between the first and the last value.
Parameters are joined by "and". An empty value asks for nothing, as in ACLED's own client for R.

What is unknown (null) passes no comparison. Everything is answered by the database.
"""

from __future__ import annotations

import datetime
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q

from sources.rows import Column, Kind

BETWEEN, LIKE = "BETWEEN", "LIKE"
LOOKUPS = {"=": "exact", ">": "gt", "<": "lt", ">=": "gte", "<=": "lte"}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
OF_NUMBERS = (*LOOKUPS, BETWEEN)
# What comes before what differs from one database to the other, so texts are not ordered.
OF_TEXTS = ("=", LIKE)
# Of a whole question: SQLite nests no more than a thousand conditions.
MOST_VALUES = 500
WEIGHT_OF_DEAR = 25  # of a value that is dear to look for
OR = ":OR:"
NAMED = re.compile("([a-z0-9_]+)=(.*)", re.DOTALL)

# A condition of an operator and the value read; with BETWEEN of the pair of values.
Condition = Callable[[str, Any], Q]


class BadValue(ValueError):
    """Says what would have been right."""


class Refused(ValueError):
    """What is wrong with a question, by parameter."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors


def read_text(text: str) -> str:
    return text.strip()


def read_whole(text: str) -> int:
    if not re.fullmatch("-?[0-9]{1,15}", text.strip()):
        raise BadValue("Use a whole number of at most 15 digits.")
    return int(text)


def read_number(text: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,30})?", text.strip()):
        raise BadValue("Use a number such as 35.1.")
    return float(text)


def read_year(text: str) -> int:
    if not re.fullmatch("[0-9]{4}", text.strip()) or not int(text):
        raise BadValue("Use a year such as 2024.")
    return int(text)


def read_day(text: str) -> datetime.date:
    try:
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip()):
            raise ValueError
        return datetime.date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadValue("Give a day as YYYY-MM-DD.") from error


Moments = tuple[datetime.datetime, datetime.datetime]


def read_moment(text: str) -> Moments:
    """The second of a Unix time, or a whole day (UTC): its start, and the start of the next."""
    try:
        if re.fullmatch("[0-9]{1,12}", text.strip()):
            start = datetime.datetime.fromtimestamp(int(text), datetime.UTC)
            return start, start + datetime.timedelta(seconds=1)
        start = datetime.datetime.combine(read_day(text), datetime.time(), datetime.UTC)
        return start, start + datetime.timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise BadValue("Use a Unix time in seconds, or a day as YYYY-MM-DD.") from error


READERS: dict[str, Callable[[str], Any]] = {
    Kind.TEXT: read_text,
    Kind.INTEGER: read_whole,
    Kind.NUMBER: read_number,
    Kind.DAY: read_day,
}


@dataclass(frozen=True)
class Filter:
    """A column, how it is asked for and what it is compared by where a client does not say."""

    column: Column
    condition: Condition
    by_default: str = ""
    reader: Callable[[str], Any] | None = None
    always: bool = False  # it is known of every row
    dear: bool = False  # it is looked for in texts, or in many records of each row

    @property
    def operators(self) -> tuple[str, ...]:
        return OF_TEXTS if self.column.kind == Kind.TEXT else OF_NUMBERS

    @property
    def default(self) -> str:
        return self.by_default or (LIKE if self.column.kind == Kind.TEXT else "=")

    def read(self, by: str, text: str) -> Any:
        read = self.reader or READERS[self.column.kind]
        if by != BETWEEN:
            return read(text)
        first, *rest = map(read, text.split("|"))
        if len(rest) != 1:
            raise BadValue("BETWEEN takes two values, as A|B.")
        if first > rest[0]:
            raise BadValue("The first value is after the second.")
        return first, rest[0]


def at(path: str) -> Condition:
    """Compare what stands at a lookup path: a number or a day."""

    def condition(by: str, value: Any) -> Q:
        if by == BETWEEN:
            return Q(**{f"{path}__gte": value[0], f"{path}__lte": value[1]})
        return Q(**{f"{path}__{LOOKUPS[by]}": value})

    return condition


def text_at(path: str) -> Condition:
    """Compare a text, whatever its case. An empty one is unknown, and nobody can ask for it."""

    def condition(by: str, value: str) -> Q:
        return Q(**{f"{path}__{'iexact' if by == '=' else 'icontains'}": value})

    return condition


def moment_at(path: str) -> Condition:
    """Compare a moment with the second or the day asked for: after it is after its end."""

    def condition(by: str, value: Any) -> Q:
        (start, _), (_, end) = value if by == BETWEEN else (value, value)
        bounds = {
            "=": {"gte": start, "lt": end},
            BETWEEN: {"gte": start, "lt": end},
            ">": {"gte": end},
            ">=": {"gte": start},
            "<": {"lt": start},
            "<=": {"lt": end},
        }[by]
        return Q(**{f"{path}__{lookup}": bound for lookup, bound in bounds.items()})

    return condition


def holds(by: str, held: Any, asked: Any) -> bool:
    """What the database does, for a column that has one of few values."""
    if by == BETWEEN:
        return bool(asked[0] <= held <= asked[1])
    if isinstance(held, str):
        held, asked = held.casefold(), asked.casefold()
    return asked in held if by == LIKE else COMPARE[by](held, asked)


def one_of(cases: Iterable[tuple[Any, Q]]) -> Condition:
    """A column that has one of few values, each where its own condition is met."""
    cases = tuple(cases)

    def condition(by: str, value: Any) -> Q:
        return any_of(case for held, case in cases if holds(by, held, value))

    return condition


def coded_at(
    path: str, values: Mapping[str, Any], spellings: Mapping[str, Any] | None = None
) -> Condition:
    """A column whose value follows from the code at a path.

    `spellings` are further ones, by which a value may be asked for with "=".
    """

    def condition(by: str, value: Any) -> Q:
        found = [code for code, held in values.items() if holds(by, held, value)]
        if by == "=" and spellings:
            found += [code for code, held in spellings.items() if holds(by, held, value)]
        return Q(**{f"{path}__in": found})

    return condition


def each_part(condition: Condition) -> Condition:
    """A column of several texts with ; between: each of those asked for has to stand there."""

    def every(by: str, value: str) -> Q:
        parts = [part.strip() for part in value.split(";")]
        return reduce(and_, (condition(by, part) for part in parts if part), Q()) or NOTHING

    return every


NOTHING = Q(pk__in=())


def any_of(conditions: Iterable[Q]) -> Q:
    """That one of these is met: where there is none, nothing passes."""
    return reduce(or_, conditions, Q()) or NOTHING


def nothing(by: str, value: Any) -> Q:
    """A column that is never known."""
    return NOTHING


def always(value: str) -> Condition:
    """A column that says the same of every row."""

    def condition(by: str, asked: str) -> Q:
        return Q(pk__isnull=False) if holds(by, value, asked) else NOTHING

    return condition


@dataclass
class Question:
    """The condition that the parameters of a request state; `errors` say what they cannot mean."""

    filters: Mapping[str, Filter]
    params: Mapping[str, str]
    errors: dict[str, list[str]] = field(default_factory=dict)
    values: int = 0
    used: set[str] = field(default_factory=set)

    def condition(self) -> Q:
        """Raises `Refused`."""
        asked = {name: text for name in self.filters if (text := self.params.get(name, "").strip())}
        found = reduce(and_, [self.any_of(name, text) for name, text in asked.items()], Q())
        for name in self.filters:
            idle = name not in self.params and name not in self.used
            if idle and self.params.get(f"{name}_where"):
                self.refuse(f"{name}_where", f"Give {name} too: there is nothing to compare with.")
        if self.errors:
            raise Refused(self.errors)
        return found

    @property
    def dear(self) -> bool:
        return any(self.filters[name].dear for name in self.used)

    def refuse(self, name: str, reason: str) -> None:
        reasons = self.errors.setdefault(name, [])
        if reason not in reasons:
            reasons.append(reason)

    def any_of(self, parameter: str, text: str) -> Q:
        first, *others = text.split(OR)
        found = self.compared(parameter, parameter, first)
        for other in others:
            found += self.compared(parameter, *self.named(parameter, other))
        return any_of(found)

    def named(self, parameter: str, alternative: str) -> tuple[str, str]:
        """The column of an alternative, which may name another than its parameter, and its text."""
        match = NAMED.fullmatch(alternative.strip())
        # Tags themselves are written key=value.
        if not match or (parameter == "tags" and match[1] not in self.filters):
            return parameter, alternative
        return match[1], match[2]

    def compared(self, parameter: str, name: str, text: str) -> list[Q]:
        """A condition for each of the values of the text; none where something is refused."""
        if name not in self.filters:
            known = ", ".join(self.filters)
            self.refuse(parameter, f"“{name}” is no column. Use: {known}.")
            return []
        self.used.add(name)
        by = self.operator(name)
        values = [text] if by == BETWEEN else text.split("|")
        weight = WEIGHT_OF_DEAR if self.filters[name].dear else 1
        self.values += weight * sum(1 + value.count(";") for value in values)
        if self.values > MOST_VALUES:
            self.refuse(parameter, f"Ask for at most {MOST_VALUES // weight} values at once.")
            return []
        return [self.one(parameter, name, by, value) for value in values] if by else []

    def operator(self, name: str) -> str:
        """How a column is compared, or "" where that is refused."""
        one, asked = self.filters[name], self.params.get(f"{name}_where", "").strip().upper()
        if asked and asked not in one.operators:
            self.refuse(f"{name}_where", f"Use one of: {', '.join(one.operators)}.")
            return ""
        return asked or one.default

    def one(self, parameter: str, name: str, by: str, text: str) -> Q:
        try:
            value = self.filters[name].read(by, text)
        except BadValue as error:
            self.refuse(parameter, str(error))
            return NOTHING
        if value == "":
            self.refuse(parameter, "One of the values is empty.")
            return NOTHING
        return self.filters[name].condition(by, value)
