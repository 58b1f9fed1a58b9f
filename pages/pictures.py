"""Pictures of 1200 x 630 pixels, shown where an address of this site is shared.

Letters need a font of the server. Without one for the script of the language a picture has shapes
alone: boxes in place of letters say nothing.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from django.conf import settings
from django.utils.html import escape
from django.utils.translation import get_language, get_language_bidi, gettext
from resvg_py import svg_to_bytes

from charts.picture import COLOURS

WIDTH, HEIGHT, MARGIN = 1200, 630, 64
SENTENCE = 38  # pixels high
LETTER = 0.54  # of its height: about as wide as a letter is
MOST_LINES = 4
BARS = 7

# By the language they are for: names of fonts, and their files in order of preference.
LATIN = (
    ("Noto Sans", ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf")),
    ("DejaVu Sans", ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")),
    ("Liberation Sans", ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf")),
)
ARABIC = (
    ("Noto Sans Arabic", ("NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf")),
    ("Noto Naskh Arabic", ("NotoNaskhArabic-Regular.ttf", "NotoNaskhArabic-Bold.ttf")),
    ("DejaVu Sans", ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")),
)

IN_ARABIC = re.compile(r"([\u0600-\u06ff]+(?:\s+[\u0600-\u06ff]+)*)")

# A drawing takes a core for a while: others are to be left for pages.
_at_once = BoundedSemaphore(1)
PATIENCE = 5  # seconds that a reader waits for a turn


@dataclass(frozen=True)
class Bar:
    certain: int
    possible: int
    published: int | None = None
    chosen: bool = True


@dataclass(frozen=True)
class Card:
    """What a picture says: something large, a sentence, and bars."""

    large: str
    sentence: str
    bars: Sequence[Bar] = field(default=())


@dataclass(frozen=True)
class Font:
    family: str
    files: tuple[str, ...]


@cache
def font(fonts: tuple[tuple[str, tuple[str, ...]], ...], places: tuple[str, ...]) -> Font | None:
    """The first of these that is in any of the places, which are folders or files."""
    found = _files(places)
    for family, names in fonts:
        if files := tuple(found[name] for name in names if name in found):
            return Font(family, files)
    return None


@cache
def _files(places: tuple[str, ...]) -> dict[str, str]:
    paths = [Path(place) for place in places]
    inside = [one for path in paths if path.is_dir() for one in sorted(path.rglob("*.ttf"))]
    return {path.name: str(path) for path in [*inside, *(one for one in paths if one.is_file())]}


def fonts_of(language: str) -> list[Font]:
    """Fonts for every script that a picture in that language has; empty if one is missing."""
    places = tuple(settings.PICTURE_FONTS)
    wanted = [LATIN, ARABIC] if language == "ar" else [LATIN]
    found = [font(fonts, places) for fonts in wanted]
    return [one for one in found if one] if all(found) else []


class Busy(Exception):
    """Others are being drawn."""


def png(card: Card) -> bytes:
    fonts = fonts_of(get_language() or "")
    svg = _svg(card, fonts)
    if not _at_once.acquire(timeout=PATIENCE):
        raise Busy
    try:
        return bytes(
            svg_to_bytes(
                svg_string=svg,
                width=WIDTH,
                skip_system_fonts=True,
                font_files=[path for one in fonts for path in one.files],
            )
        )
    finally:
        _at_once.release()


def _svg(card: Card, fonts: Sequence[Font]) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{COLOURS["paper"]}"/>',
        f'<rect width="{WIDTH}" height="10" fill="{COLOURS["certain"]}"/>',
        *(_words(card, fonts) if fonts else ()),
        *_bars(card.bars, 400 if fonts else MARGIN, HEIGHT - (110 if fonts else MARGIN)),
        "</svg>",
    ]
    return "".join(parts)


def _words(card: Card, fonts: Sequence[Font]) -> list[str]:
    large = min(110, int((WIDTH - 2 * MARGIN) / (LETTER * 1.1 * max(1, len(card.large)))))
    parts = [_text(card.large, 150, large, COLOURS["certain"], fonts, bold=True)]
    for number, line in enumerate(_lines(card.sentence)):
        parts.append(_text(line, 215 + number * 50, SENTENCE, COLOURS["ink"], fonts))
    return [*parts, _text(gettext("Basewatch"), HEIGHT - 40, 30, COLOURS["soft"], fonts, bold=True)]


def _lines(sentence: str) -> list[str]:
    letters = int((WIDTH - 2 * MARGIN) / (SENTENCE * LETTER))
    lines = textwrap.wrap(" ".join(sentence.split()), letters)
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1][: letters - 1]}…"]
    return lines


def _text(
    words: str, y: int, size: int, colour: str, fonts: Sequence[Font], *, bold: bool = False
) -> str:
    """A line from the edge where reading begins, embedded in marks of its direction."""
    rtl = get_language_bidi()
    x, anchor = (WIDTH - MARGIN, "end") if rtl else (MARGIN, "start")
    shown = _runs("".join(letter for letter in words if letter.isprintable()), fonts)
    shown = f"{chr(0x202B)}{shown}{chr(0x202C)}" if rtl else shown
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
        f'font-weight="{700 if bold else 400}">{shown}</text>'
    )


def _runs(words: str, fonts: Sequence[Font]) -> str:
    """Each script in its own font, since a letter that is not in a font would be a box."""
    latin, arabic = fonts[0].family, fonts[-1].family
    return "".join(
        f'<tspan font-family="{arabic if number % 2 else latin}">{escape(run)}</tspan>'
        for number, run in enumerate(IN_ARABIC.split(words))
        if run
    )


def _bars(bars: Sequence[Bar], top: int, bottom: int) -> list[str]:
    bars = bars[:BARS]
    if not bars:
        return []
    largest = max(1, *(max(bar.possible, bar.published or 0) for bar in bars))
    step = (bottom - top) / len(bars)
    parts = []
    for number, bar in enumerate(bars):
        y, high = top + number * step, step * 0.62
        possible, certain = _span(bar.possible, largest), _span(bar.certain, largest)
        faint = "" if bar.chosen else ' opacity="0.35"'
        parts.append(f"<g{faint}>{_rect(possible, y, high, 'possible')}")
        parts.append(f"{_rect(certain, y, high, 'certain')}")
        if bar.published is not None:
            x, _wide = _span(bar.published, largest)
            x = x if get_language_bidi() else x + _wide
            mark = COLOURS["published"]
            parts.append(f'<rect x="{x - 2:.1f}" y="{y - 3:.1f}" width="5" height="{high + 6:.1f}"')
            parts.append(f' fill="{mark}"/>')
        parts.append("</g>")
    return parts


def _span(number: int, largest: int) -> tuple[float, float]:
    """Where a bar begins and how long it is, from the edge where reading begins."""
    wide = (WIDTH - 2 * MARGIN) * number / largest
    return (WIDTH - MARGIN - wide if get_language_bidi() else MARGIN), wide


def _rect(span: tuple[float, float], y: float, high: float, colour: str) -> str:
    x, wide = span
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" '
        f'fill="{COLOURS[colour]}"/>'
    )
