"""Invented numbers for the styleguide: as drawings meet them, at their worst, and none at all.

Nothing here is on record. The names say so, for a screenshot may be seen without its page.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from charts.axes import Reading
from charts.bars import Bar, bars
from charts.chart import Chart
from charts.days import Mark, days_line
from charts.parts import Part, parts
from charts.people import People, people
from charts.stack import Period, Series, stack, weeks
from charts.steps import Line, Range, steps

Day = datetime.date
START = Day(2023, 10, 16)
HUGE = 1_000_000
HERE = "#charts"  # where links of what is invented lead


@dataclass(frozen=True)
class Words:
    """How what is invented is called in a language; `suffix` keeps names unique in a page."""

    suffix: str
    places: Sequence[str]
    long: str
    counters: Sequence[str]
    kinds: Sequence[str]


ENGLISH = Words(
    "en",
    ("Invented Alpha", "Invented Bravo", "Invented Charlie", "Delta", "Echo", "Other bases"),
    "Invented support site with a name as long as agreements between ministries make them, "
    "north of the river (Koniko, Conoco, Kuniku)",
    ("Invented monitor", "Invented ministry", "Invented newspaper"),
    ("Drones", "Rockets", "Not known"),
)
ARABIC = Words(
    "ar",
    ("قاعدة ألف المختلقة", "قاعدة باء المختلقة", "قاعدة جيم", "قاعدة دال", "قاعدة هاء", "سواها"),
    "موقع دعم مختلق باسم طويل كما تكتبه الاتفاقيات بين الوزارات، شمال النهر (كونيكو، Conoco)",
    ("مرصد مختلق", "وزارة مختلقة", "صحيفة مختلقة"),
    ("مسيّرات", "صواريخ", "غير معروف"),
)


@dataclass(frozen=True)
class Sample:
    title: str
    charts: Sequence[Chart]


def samples(words: Words) -> list[Sample]:
    """Each kind of chart: usual, extreme and empty."""
    return [
        Sample("Bars", _bars(words)),
        Sample("Weeks, stacked", _stacks(words)),
        Sample("Steps", _steps(words)),
        Sample("Parts", _parts(words)),
        Sample("People", _people(words)),
        Sample("Days", _days(words)),
    ]


def _bars(words: Words) -> list[Chart]:
    numbers = [(38, 38, 40), (30, 36, 36), (15, 17, None), (2, 2, 2), (0, 1, 0)]
    usual = [
        Bar(name, HERE, low, high, published, HERE, counted_href=HERE)
        for name, (low, high, published) in zip(words.places, numbers, strict=False)
    ]
    extreme = [
        Bar(words.long, HERE, HUGE - 1, HUGE, HUGE, HERE, counted_href=HERE),
        Bar(words.places[0], HERE, 1, 1, 0, counted_href=HERE),
        Bar(words.places[1], HERE, 0, 0, None, counted_href=HERE),
    ]
    return [
        bars(f"bars-usual-{words.suffix}", "Invented attacks by base", usual),
        bars(f"bars-extreme-{words.suffix}", "A million, one and none", extreme),
        bars(f"bars-empty-{words.suffix}", "No bars", []),
    ]


def _stacks(words: Words) -> list[Chart]:
    spans = weeks(START, Day(2024, 8, 11))
    busy = [max(0, 12 - n) if n < 16 else (n % 11 == 0) * 2 for n in range(len(spans))]
    usual = [Period(first, last, HERE, unsure=n % 9 == 4) for n, (first, last) in enumerate(spans)]
    series = [
        Series(name, HERE, [max(0, high // 3 - number % 3) for high in busy])
        for number, name in enumerate(words.places)
    ]
    one = [Period(START, START + datetime.timedelta(days=6), HERE, unsure=HUGE)]
    return [
        stack(
            f"weeks-usual-{words.suffix}",
            "Invented attacks by week",
            usual,
            series,
            running=_readings(words.counters[0], 135, 9),
            running_title="Published total",
            desc="Invented numbers: many at first, then few.",
        ),
        stack(
            f"weeks-one-{words.suffix}",
            "One week of a million",
            one,
            [Series(words.long, HERE, [HUGE])],
        ),
        stack(f"weeks-empty-{words.suffix}", "No weeks", [], []),
    ]


def _readings(counter: str, highest: int, number: int) -> list[Reading]:
    """A running total that rises to `highest`; of each third one the day is not certain."""
    found = []
    for n in range(1, number + 1):
        latest = START + datetime.timedelta(days=300 * n // number)
        earliest = latest - datetime.timedelta(days=12 if n % 3 == 0 else 0)
        value = round(highest * (n / number) ** 0.4)
        found.append(Reading(earliest, latest, value, HERE, f"{counter}: {value:,}"))
    return found


def _steps(words: Words) -> list[Chart]:
    lines = [
        Line(counter, HERE, _readings(counter, highest, number))
        for counter, highest, number in zip(words.counters, (135, 120, 60), (9, 5, 3), strict=True)
    ]
    days = [START + datetime.timedelta(days=20 * n) for n in range(16)]
    ours = [Range(day, 8 * n, 8 * n + n // 2, HERE) for n, day in enumerate(days)]
    alone = Line(words.long, HERE, [Reading(START, START, HUGE, HERE, "1,000,000")])
    return [
        steps(f"steps-usual-{words.suffix}", "Invented totals over time", lines, ours),
        steps(f"steps-one-{words.suffix}", "One number of one day", [alone]),
        steps(f"steps-empty-{words.suffix}", "No lines", []),
    ]


def _parts(words: Words) -> list[Chart]:
    numbers = [(60, 66), (21, 21), (9, 30)]
    usual = [Part(kind, HERE, *ends) for kind, ends in zip(words.kinds, numbers, strict=True)]
    return [
        parts(f"parts-usual-{words.suffix}", "By invented weapon", usual),
        parts(f"parts-one-{words.suffix}", "One part", [Part(words.long, HERE, 1, 1)]),
        parts(f"parts-empty-{words.suffix}", "No parts", []),
    ]


def _people(words: Words) -> list[Chart]:
    first, second, third, *_ = words.places
    usual = [
        People(first, HERE, 3, 3, "3"),
        People(second, HERE, 2, 7, "2 to 7"),
        People(third, HERE, 4, None, "at least 4"),
        People(words.places[3], HERE, None, 5, "at most 5"),
        People(words.places[4], HERE, None, None, "not known"),
        People(words.places[5], HERE, 0, 0, "0"),
    ]
    return [
        people(f"people-usual-{words.suffix}", "Invented numbers of injured", usual),
        people(f"people-empty-{words.suffix}", "Nobody said", []),
    ]


def _days(words: Words) -> list[Chart]:
    marks = [
        Mark(
            START + datetime.timedelta(days=n * n // 3),
            START + datetime.timedelta(days=n * n // 3 + (n % 5 == 0) * n),
            f"{words.places[n % 3]} {n}",
            HERE,
        )
        for n in range(30)
    ]
    same = [Mark(START, START, f"{words.places[0]} {n}", HERE) for n in range(12)]
    return [
        days_line(f"days-usual-{words.suffix}", "Invented attacks by day", marks),
        days_line(f"days-same-{words.suffix}", "Twelve on one day", same),
        days_line(f"days-empty-{words.suffix}", "No days", []),
    ]
