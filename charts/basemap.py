"""The ground of a map: land, water, borders and towns, as paths of the size they are drawn in.

Read from data/basemap, whose README says where it is from and how it has to be drawn.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from .projection import Box, Point, Projection, clipped_line, clipped_ring, simplified

FOLDER = Path(__file__).resolve().parent.parent / "data" / "basemap"
LAYERS = ("countries", "admin1_lines", "borders", "rivers", "lakes", "places")
WHOLE = Box(33, 28, 50, 39)  # all that the files hold
OF_THE_RECORD = {"SY", "IQ", "JO"}  # where the bases are; the land around is toned down

FINE = 2  # paths are drawn twice as large in whole numbers, and halved by a transform
MARGIN = 3  # how far beyond the edge, so that no cut is seen
TOLERANCE = 0.7
SMALLEST = 3.0  # rings smaller than that, either way, are left out


@dataclass(frozen=True)
class Town:
    x: float
    y: float
    rank: int
    names: dict[str, str]  # by language

    def name(self, language: str) -> str:
        return self.names.get(language) or self.names["en"]


@dataclass(frozen=True)
class Country:
    """`places` are points inside it where its name may stand, the best first."""

    names: dict[str, str]
    places: tuple[Point, ...]

    def name(self, language: str) -> str:
        return self.names.get(language) or self.names["en"]


@dataclass(frozen=True)
class Ground:
    """Paths by class, from below to above, and the towns and countries in view."""

    projection: Projection
    paths: tuple[tuple[str, str], ...]
    towns: tuple[Town, ...]
    countries: tuple[Country, ...]

    @property
    def width(self) -> int:
        return self.projection.width

    @property
    def height(self) -> int:
        return self.projection.height


@cache
def features(layer: str) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads((FOLDER / f"{layer}.geojson").read_text())["features"])


@lru_cache(64)
def ground(projection: Projection) -> Ground:
    """Made once for each box and size, and kept by the process."""
    paths: dict[str, list[str]] = {name: [] for name in ORDER}
    for layer, name_of in CLASSES.items():
        for feature in features(layer):
            path = _path(feature["geometry"], projection)
            if path:
                paths[name_of(feature["properties"])].append(path)
    drawn = tuple((name, "".join(parts)) for name, parts in paths.items() if parts)
    return Ground(projection, drawn, tuple(_towns(projection)), tuple(_countries(projection)))


def _of_land(properties: dict[str, Any]) -> str:
    if properties.get("disputed"):
        return "land disputed"
    return "land" if properties["iso2"] in OF_THE_RECORD else "land around"


def _of_border(properties: dict[str, Any]) -> str:
    return "border" if properties["status"] == "international" else "border unsettled"


CLASSES = {
    "countries": _of_land,
    "lakes": lambda properties: "lake",
    "admin1_lines": lambda properties: "governorate",
    "rivers": lambda properties: "river" if properties["rank"] == 1 else "river lesser",
    "borders": _of_border,
}
ORDER = (
    "land around",
    "land",
    "land disputed",
    "governorate",
    "lake",
    "river lesser",
    "river",
    "border",
    "border unsettled",
)


def _towns(projection: Projection) -> Iterator[Town]:
    """The larger before the smaller."""
    for feature in sorted(features("places"), key=lambda one: one["properties"]["rank"]):
        longitude, latitude = feature["geometry"]["coordinates"]
        if projection.box.holds(longitude, latitude):
            properties = feature["properties"]
            point = projection.point(longitude, latitude)
            yield Town(*point, properties["rank"], _names(properties))


def _names(properties: dict[str, Any]) -> dict[str, str]:
    return {code: properties[f"name_{code}"] for code in ("en", "ar")}


def _countries(projection: Projection) -> Iterator[Country]:
    """Those of which enough is in view to be named."""
    grid = [
        (projection.width * x / ACROSS, projection.height * y / DOWN)
        for x in range(1, ACROSS)
        for y in range(1, DOWN)
    ]
    for feature in features("countries"):
        if feature["properties"].get("disputed"):
            continue
        rings = [
            simplified(ring, TOLERANCE) for ring in _rings(feature["geometry"], projection) if ring
        ]
        inside = [point for point in grid if _holds(rings, point)]
        if len(inside) >= ENOUGH:
            yield Country(_names(feature["properties"]), _middle_first(inside))


ACROSS, DOWN, ENOUGH = 24, 24, 12  # of a grid of points, those that must lie in a country


def _middle_first(points: list[Point]) -> tuple[Point, ...]:
    middle = (
        sum(x for x, _ in points) / len(points),
        sum(y for _, y in points) / len(points),
    )
    return tuple(sorted(points, key=lambda point: math.dist(point, middle)))


def _holds(rings: list[list[Point]], point: Point) -> bool:
    """Whether a point lies inside: a line from it to the right crosses the rings an odd number."""
    x, y = point[0] + MARGIN, point[1] + MARGIN
    inside = False
    for ring in rings:
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
            if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
                inside = not inside
    return inside


# Paths


def _path(geometry: dict[str, Any], projection: Projection) -> str:
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind in ("LineString", "MultiLineString"):
        lines = [coordinates] if kind == "LineString" else coordinates
        return "".join(_line(line, projection) for line in lines)
    return "".join(_ring(ring) for ring in _rings(geometry, projection))


def _rings(geometry: dict[str, Any], projection: Projection) -> Iterator[list[Point]]:
    """What of its rings is in the drawing; empty lists for those that are not."""
    polygons = geometry["coordinates"]
    for polygon in [polygons] if geometry["type"] == "Polygon" else polygons:
        for ring in polygon:
            yield clipped_ring(_shifted(ring, projection)[:-1], *_sides(projection))


def _shifted(degrees: Iterable[list[float]], projection: Projection) -> list[Point]:
    """In units, from a corner that lies outside the view by the margin."""
    points = (projection.point(*one[:2]) for one in degrees)
    return [(x + MARGIN, y + MARGIN) for x, y in points]


def _sides(projection: Projection) -> tuple[float, float]:
    return projection.width + 2 * MARGIN, projection.height + 2 * MARGIN


def _line(degrees: Iterable[list[float]], projection: Projection) -> str:
    parts = clipped_line(_shifted(degrees, projection), *_sides(projection))
    return "".join(_drawn(simplified(part, TOLERANCE)) for part in parts)


def _ring(ring: list[Point]) -> str:
    if not ring or max(_extent(ring)) < SMALLEST:
        return ""
    path = _drawn(simplified([*ring, ring[0]], TOLERANCE)[:-1])
    return f"{path}z" if path else ""


def _extent(ring: list[Point]) -> tuple[float, float]:
    across, down = [x for x, _ in ring], [y for _, y in ring]
    return max(across) - min(across), max(down) - min(down)


def _drawn(points: list[Point]) -> str:
    """A path in whole numbers, each point after the first from the one before."""
    whole = [(round((x - MARGIN) * FINE), round((y - MARGIN) * FINE)) for x, y in points]
    steps = [
        (x - before_x, y - before_y)
        for (before_x, before_y), (x, y) in zip(whole, whole[1:], strict=False)
    ]
    steps = [step for step in steps if step != (0, 0)]
    if not steps:
        return ""
    x, y = whole[0]
    return f"M{x} {y}l{_apart(steps)}"


def _apart(steps: Iterable[tuple[int, int]]) -> str:
    """Numbers with as few separators as a path needs: a minus is one."""
    text = ""
    for number in (part for step in steps for part in step):
        text += f"{number}" if number < 0 or not text else f" {number}"
    return text
