"""Where the labels of a map go: each in the first of a few places where it hides nothing.

All lengths are in units of the drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

WIDE = 0.56  # of the size of the letters: how wide one is, about
HIGH = 1.1
GAP = 4.0


@dataclass(frozen=True)
class Area:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True)
class Label:
    """A text and its place; `minor` is only for a drawing shown at its full size."""

    text: str
    x: float
    y: float
    anchor: str
    minor: bool = False
    kind: str = ""


def wide(text: str, size: float) -> float:
    return len(text) * size * WIDE


def square(x: float, y: float, radius: float) -> Area:
    return Area(x - radius, y - radius, x + radius, y + radius)


@dataclass
class Room:
    """What of a drawing is taken already."""

    width: float
    height: float
    taken: list[Area] = field(default_factory=list)

    def is_free(self, area: Area) -> bool:
        inside = (
            area.left >= 1
            and area.top >= 1
            and area.right <= self.width - 1
            and area.bottom <= self.height - 1
        )
        return inside and not any(area.meets(other) for other in self.taken)

    def take(self, area: Area) -> None:
        self.taken.append(area)

    def beside(
        self, text: str, x: float, y: float, radius: float, size: float, *, minor: bool, kind: str
    ) -> Label | None:
        """Put a text beside a circle, if there is room on any of its sides."""
        for label, area in _places(text, x, y, radius, size, minor=minor, kind=kind):
            if self.is_free(area):
                self.take(area)
                return label
        return None

    def at_one_of(
        self, text: str, places: Iterable[tuple[float, float]], size: float, kind: str
    ) -> Label | None:
        """Put a text with its middle at the first of these points where there is room."""
        for x, y in places:
            half, high = wide(text, size) / 2, size * HIGH / 2
            area = Area(x - half, y - high, x + half, y + high)
            if self.is_free(area):
                self.take(area)
                return Label(text, x, y + size * 0.35, "middle", kind=kind)
        return None


def _places(
    text: str, x: float, y: float, radius: float, size: float, *, minor: bool, kind: str
) -> Iterator[tuple[Label, Area]]:
    """To the right, to the left, below and above."""
    long, high, off = wide(text, size), size * HIGH, radius + GAP
    for anchor, left in (("start", x + off), ("end", x - off - long)):
        at = left if anchor == "start" else x - off
        area = Area(left, y - high / 2, left + long, y + high / 2)
        yield Label(text, at, y + size * 0.35, anchor, minor, kind), area
    for top in (y + off - 1, y - off + 1 - high):
        area = Area(x - long / 2, top, x + long / 2, top + high)
        yield Label(text, x, top + size * 0.85, "middle", minor, kind), area
