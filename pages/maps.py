"""Maps of bases: which are on them, where nobody knows, and how they are drawn.

A `Map` holds data alone and is drawn in the language of the page that shows it ({% map it %}).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from bases.models import MilitaryBase
from charts.basemap import WHOLE, Ground, ground
from charts.placing import Label
from charts.projection import Box, Projection, around
from charts.spots import Dot, Labels, Spot, radius_of, ring_of, round_numbers
from sources.local_names import local_name

# What is shown where it holds all the sites, else all that there is.
USUAL = Box(37.2, 32.5, 45.8, 37.7)
DOT = 4.0  # the radius of a place without a number, in units


@dataclass(frozen=True)
class Size:
    """Of a drawing, in its own units; `large` letters are for a screen of 320 pixels."""

    width: int
    largest: float  # radius of the largest circle
    small: float
    large: float


SIZES = {
    "light": Size(640, 30, 12, 25),
    "full": Size(760, 34, 12, 29),
    "where": Size(320, 9, 11, 12),
}


KNOWN_TO = {
    "exact": _("the place"),
    "town": _("the town"),
    "district": _("the district"),
    "governorate": _("the governorate"),
}


@dataclass(frozen=True)
class Site:
    """A place with a count; without coordinates it is listed beside the map."""

    label: Any
    href: str
    latitude: float | None
    longitude: float | None
    precision: str
    certain: int
    possible: int
    list_href: str = ""  # the list that the count is made of

    @property
    def slug(self) -> str:
        """The last part of its address."""
        return self.href.rstrip("/").rpartition("/")[2]

    @property
    def words(self) -> str:
        if self.certain == self.possible:
            return f"{self.certain}"
        return gettext("%(certain)s to %(possible)s") % vars(self)

    @property
    def number(self) -> str:
        """As short as a circle needs it."""
        exact = self.certain == self.possible
        return f"{self.certain}" if exact else f"{self.certain}–{self.possible}"

    @property
    def known_to(self) -> Any:
        """How precisely its place is known."""
        if self.latitude is None:
            return _("no coordinates")
        return KNOWN_TO.get(self.precision, _("how precisely is not known"))

    @property
    def name_and_count(self) -> str:
        if self.certain == self.possible:
            words = ngettext(
                "%(label)s: %(certain)s attack", "%(label)s: %(certain)s attacks", self.certain
            )
        else:
            words = gettext("%(label)s: %(certain)s to %(possible)s attacks")
        return words % vars(self)

    def is_on(self, box: Box) -> bool:
        if self.latitude is None or self.longitude is None:
            return False
        return box.holds(float(self.longitude), float(self.latitude))


@dataclass(frozen=True)
class Placed:
    """A site where it is drawn."""

    site: Site
    spot: Spot


@dataclass(frozen=True)
class Drawing:
    ground: Ground
    placed: Sequence[Placed]
    labels: Sequence[Label]
    dots: Sequence[Dot]


@dataclass
class Map:
    name: str
    title: Any
    sites: Sequence[Site]
    detail: str = "light"
    box: Box = USUAL
    counted: bool = True  # or only a place
    csv_url: str = ""
    svg_url: str = ""
    more_url: str = ""
    selected: str = ""  # the slug of one of its sites

    @property
    def size(self) -> Size:
        return SIZES[self.detail]

    @property
    def placed(self) -> list[Site]:
        """The largest first, so that the smaller are drawn above."""
        on = [site for site in self.sites if site.is_on(self.box)]
        return sorted(on, key=lambda site: -site.possible)

    @property
    def beside(self) -> list[Site]:
        return [site for site in self.sites if not site.is_on(self.box)]

    @property
    def most(self) -> int:
        return max((site.possible for site in self.placed), default=0)

    @property
    def sizes(self) -> list[tuple[int, float]]:
        """(number, radius) for the legend."""
        numbers = round_numbers(self.most)
        return [(one, radius_of(one, self.most, self.size.largest)) for one in numbers]

    @property
    def follows_a_slider(self) -> bool:
        """Then other days may show what these do not."""
        return self.detail == "full"

    @property
    def has_ranges(self) -> bool:
        return self.follows_a_slider or any(site.certain != site.possible for site in self.placed)

    @property
    def has_rings(self) -> bool:
        return self.follows_a_slider or any(
            site.precision != MilitaryBase.Precision.EXACT for site in self.placed
        )

    @property
    def has_exact(self) -> bool:
        return any(site.precision == MilitaryBase.Precision.EXACT for site in self.placed)

    def drawing(self) -> Drawing:
        """In the language of the page."""
        below = ground(Projection(self.box, self.size.width))
        sites = self.placed
        spots = [self._spot(site, below.projection) for site in sites]
        labels, dots = Labels(below, spots, self.size.small, self.size.large).of(
            [str(site.label) for site in sites],
            [site.number if self.counted else "" for site in sites],
            get_language() or "en",
        )
        placed = [Placed(*pair) for pair in zip(sites, spots, strict=True)]
        return Drawing(below, placed, labels, dots)

    def _spot(self, site: Site, projection: Projection) -> Spot:
        latitude, longitude = float(site.latitude or 0), float(site.longitude or 0)
        x, y = projection.point(longitude, latitude)
        unit = projection.units(1, latitude)
        if not self.counted:
            ring = ring_of(site.precision, DOT, unit)
            return Spot(x, y, DOT, ring or DOT, ring)
        certain, possible = (
            radius_of(number, self.most, self.size.largest)
            for number in (site.certain, site.possible)
        )
        return Spot(x, y, certain, possible, ring_of(site.precision, possible, unit))

    def at(self, *, csv_url: str = "", svg_url: str = "", more_url: str = "") -> Map:
        """The same with the addresses of its data, its picture and the page of the map."""
        return replace(self, csv_url=csv_url, svg_url=svg_url, more_url=more_url)


def map_of(sites: Sequence[Site], *, name: str = "map", title: Any, detail: str = "light") -> Map:
    """A map of these sites, each once: a circle, or a line beside it."""
    on = [site for site in sites if site.is_on(WHOLE)]
    box = USUAL if all(site.is_on(USUAL) for site in on) else WHOLE
    return Map(name, title, tuple(sites), detail, box)


def site_of(base: MilitaryBase, certain: int, possible: int, list_href: str = "") -> Site:
    """A base with its count, named in the language of the page."""
    return Site(
        local_name(base),
        reverse("bases:detail", args=[base.slug]),
        base.latitude if base.latitude is None else float(base.latitude),
        base.longitude if base.longitude is None else float(base.longitude),
        base.coordinate_precision,
        certain,
        possible,
        list_href,
    )


# How wide a map of one place is, in degrees, so that its ring is seen whole.
DEGREES = {"exact": 4.4, "town": 4.4, "district": 4.4, "governorate": 6.0, "unknown": 6.0}


def locator(base: MilitaryBase, *, name: str = "where") -> Map | None:
    """A small map of where a base is; None where no coordinates are known or none are drawn."""
    site = site_of(base, 1, 1)
    if not site.is_on(WHOLE):
        return None
    title = gettext("Where %(base)s is") % {"base": site.label}
    wide = DEGREES.get(site.precision, DEGREES["unknown"])
    box = around(float(base.longitude or 0), float(base.latitude or 0), wide)
    return Map(name, title, (site,), "where", box, counted=False)
