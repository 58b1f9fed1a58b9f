"""What a drawing is made of, and how it is written as SVG.

x and w are percent of the width, y and h pixels from the top, all for a page that reads from left
to right; on one that reads from right to left the same drawing is written mirrored. Colours come by
class from the stylesheet, so that a drawing has no style of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

Text = Any  # a text, perhaps one that is translated when it is shown
MIRRORED = {"start": "end", "middle": "middle", "end": "start"}


@dataclass(frozen=True)
class Rect:
    x: float
    y: float
    w: float
    h: float
    kind: str = ""

    def svg(self, mirrored: bool) -> str:
        x = 100 - self.x - self.w if mirrored else self.x
        return (
            f'<rect x="{_n(x)}%" y="{_n(self.y)}" width="{_n(self.w)}%" height="{_n(self.h)}"'
            f"{_class(self.kind)}/>"
        )


@dataclass(frozen=True)
class Line:
    x: float
    y: float
    to_x: float
    to_y: float
    kind: str = ""

    def svg(self, mirrored: bool) -> str:
        x, to_x = (100 - self.x, 100 - self.to_x) if mirrored else (self.x, self.to_x)
        return (
            f'<line x1="{_n(x)}%" y1="{_n(self.y)}" x2="{_n(to_x)}%" y2="{_n(self.to_y)}"'
            f"{_class(self.kind)}/>"
        )


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    r: float
    kind: str = ""

    def svg(self, mirrored: bool) -> str:
        x = 100 - self.x if mirrored else self.x
        return f'<circle cx="{_n(x)}%" cy="{_n(self.y)}" r="{_n(self.r)}"{_class(self.kind)}/>'


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: Text
    anchor: str = "start"
    kind: str = ""

    def svg(self, mirrored: bool) -> str:
        x, anchor = self.x, self.anchor
        words: str = escape(self.text)
        if mirrored:
            x, anchor, words = 100 - x, MIRRORED[anchor], from_the_right(words)
        at = "" if anchor == "start" else f' text-anchor="{anchor}"'
        return f'<text x="{_n(x)}%" y="{_n(self.y)}"{at}{_class(self.kind)}>{words}</text>'


@dataclass(frozen=True)
class Group:
    """Lines of one class, which is written once."""

    shapes: Sequence[Line]
    kind: str

    def svg(self, mirrored: bool) -> str:
        return f"<g{_class(self.kind)}>{_all(self.shapes, mirrored)}</g>"


@dataclass(frozen=True)
class Mark:
    """Shapes that stand for one thing: what it is, and the list that it is made of."""

    shapes: Sequence[Rect | Line | Dot | Label]
    tip: Text
    href: str = ""

    def svg(self, mirrored: bool) -> str:
        inside = f"<title>{escape(self.tip)}</title>{_all(self.shapes, mirrored)}"
        if not self.href:
            return f"<g>{inside}</g>"
        return f'<a href="{escape(self.href)}" aria-label="{escape(self.tip)}">{inside}</a>'


def from_the_right(text: str) -> str:
    """A text whose words and numbers go from right to left, in a drawing that is written from left
    to right: as the direction of SVG would have it, which not all that draw it know."""
    return f"\u2067{text}\u2069" if any(letter.isalpha() for letter in text) else text


Shape = Rect | Line | Dot | Label | Group | Mark


def written(shapes: Iterable[Shape], *, mirrored: bool) -> SafeString:
    return mark_safe(_all(shapes, mirrored))


def _all(shapes: Iterable[Shape], mirrored: bool) -> str:
    return "".join(shape.svg(mirrored) for shape in shapes)


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _n(number: float) -> str:
    """As short as it can be written to a hundredth."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
