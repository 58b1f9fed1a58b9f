"""From degrees to the units of a drawing: Mercator, as maps on the web have it.

Lengths are in units of the drawing, x to the right and y down.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EARTH_KM = 6371.0088
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """Between two meridians and two parallels, in degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, longitude: float, latitude: float) -> bool:
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north

    def inside(self, other: Box) -> bool:
        return other.holds(self.west, self.south) and other.holds(self.east, self.north)


@dataclass(frozen=True)
class Projection:
    """A box of the Earth, drawn `width` wide; its height follows."""

    box: Box
    width: int

    @property
    def scale(self) -> float:
        """Units of a degree of longitude."""
        return self.width / (self.box.east - self.box.west)

    @property
    def height(self) -> int:
        return round((_stretched(self.box.north) - _stretched(self.box.south)) * self.scale)

    def point(self, longitude: float, latitude: float) -> Point:
        x = (longitude - self.box.west) * self.scale
        return x, (_stretched(self.box.north) - _stretched(latitude)) * self.scale

    def units(self, km: float, latitude: float) -> float:
        """How long so many kilometres are drawn at that latitude."""
        degree = math.radians(1) * EARTH_KM * math.cos(math.radians(latitude))
        return km / degree * self.scale


def _stretched(latitude: float) -> float:
    """Degrees of latitude, stretched as Mercator does: the same scale both ways at each place."""
    return math.degrees(math.asinh(math.tan(math.radians(latitude))))


def around(longitude: float, latitude: float, degrees: float, shape: float = 0.7) -> Box:
    """A box about a place, so many degrees wide, and about `shape` times as high."""
    high = degrees * shape * math.cos(math.radians(latitude))
    return Box(
        longitude - degrees / 2, latitude - high / 2, longitude + degrees / 2, latitude + high / 2
    )


# Lines and rings, in units


def simplified(points: Sequence[Point], tolerance: float) -> list[Point]:
    """Fewer of these points; none that is left out lies farther off than that (Douglas-Peucker)."""
    keep, spans = {0, len(points) - 1}, [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        far, most = 0, tolerance
        for place in range(first + 1, last):
            off = _off(points[place], points[first], points[last])
            if off > most:
                far, most = place, off
        if far:
            keep.add(far)
            spans += [(first, far), (far, last)]
    return [points[place] for place in sorted(keep)]


def _off(point: Point, start: Point, end: Point) -> float:
    """How far a point is from the part of a line between two others."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    along = 0.0
    if length:
        along = ((point[0] - start[0]) * across + (point[1] - start[1]) * down) / length
        along = min(1.0, max(0.0, along))
    return math.dist(point, (start[0] + along * across, start[1] + along * down))


def clipped_ring(points: Iterable[Point], width: float, height: float) -> list[Point]:
    """What of a ring lies in the drawing (Sutherland-Hodgman); empty where nothing does."""
    ring = list(points)
    for axis, edge, sign in ((0, 0.0, 1), (0, width, -1), (1, 0.0, 1), (1, height, -1)):
        ring = _cut(ring, axis, edge, sign)
    return ring


def _cut(ring: list[Point], axis: int, edge: float, sign: int) -> list[Point]:
    """The part of a ring on one side of an edge."""
    left: list[Point] = []
    for here, there in zip(ring, ring[1:] + ring[:1], strict=True):
        inside = (here[axis] - edge) * sign >= 0
        if inside:
            left.append(here)
        if inside != ((there[axis] - edge) * sign >= 0):
            left.append(_crossing(here, there, axis, edge))
    return left


def _crossing(here: Point, there: Point, axis: int, edge: float) -> Point:
    part = (edge - here[axis]) / (there[axis] - here[axis])
    other = here[1 - axis] + part * (there[1 - axis] - here[1 - axis])
    return (edge, other) if axis == 0 else (other, edge)


def clipped_line(points: Sequence[Point], width: float, height: float) -> list[list[Point]]:
    """The parts of a line that are in the drawing."""
    parts: list[list[Point]] = []
    for here, there in zip(points, points[1:], strict=False):
        piece = _piece(here, there, width, height)
        if not piece:
            continue
        if parts and parts[-1][-1] == piece[0]:
            parts[-1].append(piece[1])
        else:
            parts.append([*piece])
    return parts


def _piece(here: Point, there: Point, width: float, height: float) -> tuple[Point, Point] | None:
    """What of a straight line is in the drawing (Liang-Barsky)."""
    start, end = 0.0, 1.0
    across, down = there[0] - here[0], there[1] - here[1]
    for step, room in (
        (-across, here[0]),
        (across, width - here[0]),
        (-down, here[1]),
        (down, height - here[1]),
    ):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            start = max(start, room / step)
        else:
            end = min(end, room / step)
    if start >= end:
        return None
    first = here if start == 0 else (here[0] + start * across, here[1] + start * down)
    last = there if end == 1 else (here[0] + end * across, here[1] + end * down)
    return first, last
