"""The circles of a map: their area is the number, a ring how well the place is known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .basemap import Ground
from .placing import Label, Room, square, wide

# How far from the given point a place may lie, in km, by how precisely that is known.
KM = {"exact": 0.0, "town": 5.0, "district": 25.0, "governorate": 75.0, "unknown": 75.0}
CLEAR = 3.0  # units between a circle and its ring, so that both are seen
NAMED = 3  # bases whose names are put before those of towns


@dataclass(frozen=True)
class Spot:
    """A place with its number, as drawn: radii are in units, 0 where there is nothing."""

    x: float
    y: float
    certain: float
    possible: float
    ring: float


@dataclass(frozen=True)
class Dot:
    """A town; `minor` as its label."""

    x: float
    y: float
    minor: bool


def radius_of(number: int, most: int, largest: float) -> float:
    """So that areas are as numbers: the circle of `most` has the radius `largest`."""
    return largest * math.sqrt(number / most) if most else 0.0


def ring_of(precision: str, radius: float, units_of_a_km: float) -> float:
    """No smaller than what the place may be off by, and always outside of the circle."""
    km = KM.get(precision, KM["unknown"])
    return max(km * units_of_a_km, radius + CLEAR) if km else 0.0


def round_numbers(most: int) -> tuple[int, ...]:
    """What a legend shows: one, about a quarter, and the most."""
    return tuple(sorted({1, max(1, round(most / 4)), most})) if most else ()


@dataclass
class Labels:
    """The texts of a map. `small` letters on a wide screen, `large` ones on a narrow one."""

    ground: Ground
    spots: Sequence[Spot]
    small: float
    large: float

    def __post_init__(self) -> None:
        self._room = Room(self.ground.width, self.ground.height)
        for spot in self.spots:
            self._room.take(square(spot.x, spot.y, max(spot.possible, 3)))

    def of(
        self, names: Sequence[str], numbers: Sequence[str], language: str
    ) -> tuple[list[Label], list[Dot]]:
        """All labels, and the dots of the named towns; the largest spots come first."""
        labels = [
            label
            for pair in zip(self.spots, numbers, strict=True)
            if (label := self._inside(*pair))
        ]
        inside = {(label.x, label.text) for label in labels}
        texts = [
            name if (spot.x, number) in inside else _named(name, number)
            for spot, name, number in zip(self.spots, names, numbers, strict=True)
        ]
        labels += self._names(texts[:NAMED], 0)
        towns, dots = self._towns(language)
        labels += towns
        labels += self._names(texts[NAMED:], NAMED)
        return labels + self._countries(language), dots

    def _inside(self, spot: Spot, number: str) -> Label | None:
        """The number in its circle, if it fits there and no other circle lies over it.

        On what is certain, or else on a circle of which nothing is: never across an edge.
        """
        radius = spot.certain or spot.possible
        if wide(number, self.small) + 2 > 2 * radius or self._is_covered(spot):
            return None
        minor = wide(number, self.large) > 2 * radius
        kind = "count" if spot.certain else "count open"
        return Label(number, spot.x, spot.y + self.small * 0.35, "middle", minor, kind)

    def _is_covered(self, spot: Spot) -> bool:
        above = self.spots[self.spots.index(spot) + 1 :]
        return any(
            math.hypot(other.x - spot.x, other.y - spot.y) < other.possible + self.small / 2
            for other in above
        )

    def _names(self, texts: Iterable[str], first: int) -> list[Label]:
        found = (
            self._beside(text, spot.x, spot.y, max(spot.possible, 3), "base")
            for text, spot in zip(texts, self.spots[first:], strict=False)
        )
        return [label for label in found if label]

    def _towns(self, language: str) -> tuple[list[Label], list[Dot]]:
        labels, dots = [], []
        for town in self.ground.towns:
            dot = square(town.x, town.y, 2)
            if not self._room.is_free(dot):
                continue
            label = self._beside(town.name(language), town.x, town.y, 1, "town")
            if label:
                labels.append(label)
                dots.append(Dot(town.x, town.y, label.minor))
                self._room.take(dot)
        return labels, dots

    def _beside(self, text: str, x: float, y: float, radius: float, kind: str) -> Label | None:
        """In large letters if there is room, and for a wide screen alone if only small ones fit."""
        return self._room.beside(
            text, x, y, radius, self.large, minor=False, kind=kind
        ) or self._room.beside(text, x, y, radius, self.small, minor=True, kind=kind)

    def _countries(self, language: str) -> list[Label]:
        found = (
            self._room.at_one_of(
                country.name(language), country.places, self.small * 1.7, "country minor"
            )
            for country in self.ground.countries
        )
        return [label for label in found if label]


def _named(name: str, number: str) -> str:
    """A range keeps its own direction, as inside a circle, and stands after its name."""
    if "–" not in number:
        return f"{name} {number}"
    apart = f"\N{LEFT-TO-RIGHT ISOLATE}{number}\N{POP DIRECTIONAL ISOLATE}"
    return f"\N{FIRST STRONG ISOLATE}{name} {apart}\N{POP DIRECTIONAL ISOLATE}"
