import gzip
import re

import pytest
from django.template import Context, Template
from django.utils import translation

from bases.models import MilitaryBase
from pages.maps import Site, locator, map_of
from tests.factories import make_base

CONOCO = Site("Conoco", "/bases/conoco/", 35.33, 40.3, "district", 24, 24)
TOWER = Site("Tower 22", "/bases/tower-22/", 33.31, 38.7, "exact", 6, 6)
RANGE = Site("Al-Omar", "/bases/al-omar/", 35.1, 40.9, "town", 2, 6)
NOWHERE = Site("Kharab", "/bases/kharab/", None, None, "unknown", 12, 13, "/incidents/?base=kharab")


def drawn(it, language="en"):
    with translation.override(language):
        return Template("{% load maps %}{% map it %}").render(Context({"it": it}))


def radii(text, kind):
    return [
        float(r) for r in re.findall(rf'class="{kind}" cx="[^"]+" cy="[^"]+" r="([^"]+)"', text)
    ]


def test_area_of_a_circle_is_as_its_count():
    page = drawn(map_of([CONOCO, TOWER], title="A map"))

    large, small = radii(page, "spot")
    assert large / small == pytest.approx((24 / 6) ** 0.5, rel=0.01)


def test_what_is_possible_is_an_outline_around_what_is_certain():
    page = drawn(map_of([RANGE], title="A map"))

    [certain], [possible] = radii(page, "spot"), radii(page, "outline")
    assert possible / certain == pytest.approx(3**0.5, rel=0.01)
    assert "Al-Omar: 2 to 6 attacks" in page


def test_base_known_to_its_district_has_a_ring_and_one_known_exactly_has_none():
    page = drawn(map_of([CONOCO], title="A map"))

    assert len(radii(page, "ring")) == 1
    assert radii(page, "ring")[0] > 10
    assert radii(drawn(map_of([TOWER], title="A map")), "ring") == []


def test_base_without_coordinates_has_no_circle_and_stands_beside_the_map():
    page = drawn(map_of([CONOCO, NOWHERE], title="A map"))

    assert len(radii(page, "spot")) == 1
    beside = page.partition('class="beside"')[2].partition("</div>")[0]
    assert '<a href="/bases/kharab/"><bdi>Kharab</bdi></a>' in beside
    assert '<a href="/incidents/?base=kharab">12 to 13</a>' in beside


def test_every_site_stands_once_in_the_table_with_its_numbers():
    page = drawn(map_of([CONOCO, TOWER, RANGE, NOWHERE], title="A map"))

    table = page.partition("<tbody>")[2]
    for site in (CONOCO, TOWER, RANGE, NOWHERE):
        assert table.count(f'href="{site.href}"') == 1
    assert "the district" in table
    assert "no coordinates" in table


def test_site_outside_of_the_usual_view_is_still_drawn():
    beirut = Site("Beirut", "/bases/beirut/", 33.9, 35.5, "town", 1, 1)
    far = Site("Berlin", "/bases/berlin/", 52.5, 13.4, "town", 1, 1)

    page = drawn(map_of([beirut, far], title="A map"))
    assert len(radii(page, "spot")) == 1
    assert "Berlin" in page.partition('class="beside"')[2].partition("</div>")[0]


def test_credits_are_printed_below_each_map():
    for page in (drawn(map_of([], title="A map")), drawn(locator_of("town"))):
        assert "Borders are shown for orientation and imply no position." in page
        assert "Made with Natural Earth" in page
        assert "Towns: GeoNames (CC BY 4.0)" in page


def test_towns_are_named_in_the_language_of_the_page():
    it = map_of([CONOCO], title="A map")

    assert ">Mosul</text>" in drawn(it)
    assert ">الموصل</text>" in drawn(it, "ar")


def test_map_of_the_dashboard_is_small():
    sites = [
        Site(f"A base with a long name {n}", f"/bases/{n}/", 33 + n / 10, 38 + n / 7, "town", n, n)
        for n in range(1, 40)
    ]
    page = drawn(map_of(sites, title="A map")).encode()

    assert len(page) < 45_000
    assert len(gzip.compress(page)) < 15_000


def test_names_are_escaped():
    page = drawn(map_of([Site("<b>", "/bases/b/", 35, 40, "town", 9, 9)], title="<i>"))

    assert "<b>" not in page
    assert "<i>" not in page


def locator_of(precision):
    base = make_base_in_memory(latitude="35.1", longitude="40.55", coordinate_precision=precision)
    return locator(base)


def make_base_in_memory(**fields):
    return MilitaryBase(slug="conoco", name="Conoco", country="SY", **fields)


@pytest.mark.parametrize(
    ("precision", "smallest"), [("town", 4), ("district", 15), ("governorate", 30)]
)
def test_locator_shows_an_area_for_a_place_that_is_not_exact(precision, smallest):
    [ring] = radii(drawn(locator_of(precision)), "place")

    assert ring > smallest


def test_locator_shows_a_dot_for_an_exact_place():
    page = drawn(locator_of("exact"))

    assert radii(page, "place exact") == [4]
    assert "The dot is the place of the base." in page


def test_no_locator_of_a_base_without_coordinates():
    assert locator(make_base_in_memory()) is None


@pytest.mark.django_db
def test_locator_of_a_base_on_record():
    base = make_base("conoco", latitude="35.33", longitude="40.3", coordinate_precision="town")
    base.refresh_from_db()

    assert '<a href="/bases/conoco/"' in drawn(locator(base))
