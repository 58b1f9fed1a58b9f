"""Where on Earth: boxes and circles in degrees, and which bases lie in them.

A base without coordinates lies in none. An edge belongs to its area.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sources.lookups import Values
from sources.recorded import Record

from .models import MilitaryBase

EARTH_RADIUS_KM = 6371.0088  # the mean radius of WGS 84
FARTHEST_KM = 20_020  # a little more than half way round
NUMBER = re.compile(r"-?[0-9]{1,5}(?:\.[0-9]{1,20})?(?:e-[0-9]{1,2})?")


@dataclass(frozen=True)
class Box:
    """Between two meridians and two parallels; over the antimeridian where west is above east."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, latitude: float, longitude: float) -> bool:
        if not self.south <= latitude <= self.north:
            return False
        if abs(latitude) == 90:  # the meridians meet
            return True
        # 180 and -180 are one meridian.
        same = {longitude, -longitude} if abs(longitude) == 180 else {longitude}
        return any(self._spans(one) for one in same)

    def _spans(self, longitude: float) -> bool:
        if self.west <= self.east:
            return self.west <= longitude <= self.east
        return longitude >= self.west or longitude <= self.east

    def __str__(self) -> str:
        return ",".join(map(_shortest, (self.west, self.south, self.east, self.north)))


@dataclass(frozen=True)
class Point:
    latitude: float
    longitude: float

    def km_to(self, latitude: float, longitude: float) -> float:
        """The great-circle distance, by the haversine formula."""
        here, there = math.radians(self.latitude), math.radians(latitude)
        east = math.radians(longitude - self.longitude)
        half_chord_squared = (
            math.sin((there - here) / 2) ** 2
            + math.cos(here) * math.cos(there) * math.sin(east / 2) ** 2
        )
        return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half_chord_squared)))

    def __str__(self) -> str:
        return f"{_shortest(self.latitude)},{_shortest(self.longitude)}"


@dataclass(frozen=True)
class Circle:
    centre: Point
    radius_km: float

    def holds(self, latitude: float, longitude: float) -> bool:
        return self.centre.km_to(latitude, longitude) <= self.radius_km


def bases_inside(area: Box | Circle, record: Record) -> list[int]:
    """The ids of the bases of that record that lie in it. There are few bases."""
    placed = record.rows(MilitaryBase).filter(latitude__isnull=False, longitude__isnull=False)
    return [
        id
        for id, latitude, longitude in placed.values_list("id", "latitude", "longitude")
        if area.holds(float(latitude), float(longitude))
    ]


# How they are written


class Boxes(Values):
    """west,south,east,north as RFC 7946 has it."""

    def read_one(self, text: str) -> Box:
        numbers = _numbers(text)
        if len(numbers) != 4:
            raise ValidationError(_("Give four numbers in degrees: west,south,east,north."))
        box = Box(*numbers)
        for longitude in (box.west, box.east):
            _longitude(longitude)
        for latitude in (box.south, box.north):
            _latitude(latitude)
        if box.south > box.north:
            raise ValidationError(_("The south is above the north. Give west,south,east,north."))
        return box


class Points(Values):
    """latitude,longitude."""

    def read_one(self, text: str) -> Point:
        numbers = _numbers(text)
        if len(numbers) != 2:
            raise ValidationError(_("Give two numbers in degrees: latitude,longitude."))
        point = Point(*numbers)
        _latitude(point.latitude)
        _longitude(point.longitude)
        return point


class Kilometres(Values):
    schema = {"kind": "number"}

    def read_one(self, text: str) -> float:
        numbers = _numbers(text)
        if len(numbers) != 1 or not 0 <= numbers[0] <= FARTHEST_KM:
            raise ValidationError(
                _("Give kilometres as a number from 0 to %(most)s.") % {"most": FARTHEST_KM}
            )
        return numbers[0]

    def text(self, value: float) -> str:
        return _shortest(value)


def _numbers(text: str) -> list[float]:
    """The numbers between commas; none where any is something else."""
    parts = [part.strip() for part in text.split(",")]
    return [float(part) for part in parts] if all(map(NUMBER.fullmatch, parts)) else []


def _latitude(degrees: float) -> None:
    if abs(degrees) > 90:
        raise ValidationError(
            _("%(degrees)s is no latitude: it goes from -90 to 90.")
            % {"degrees": _shortest(degrees)}
        )


def _longitude(degrees: float) -> None:
    if abs(degrees) > 180:
        raise ValidationError(
            _("%(degrees)s is no longitude: it goes from -180 to 180.")
            % {"degrees": _shortest(degrees)}
        )


def _shortest(number: float) -> str:
    """As few digits as tell it from every other number."""
    return repr(number).removesuffix(".0")
