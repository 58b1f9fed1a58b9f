import re

import pytest

from charts.basemap import WHOLE, features, ground
from charts.projection import Box, Projection
from charts.spots import Labels, Spot, radius_of, ring_of

WIDE = Projection(WHOLE, 760)
EAST_OF_SYRIA = Projection(Box(38, 34, 42, 37), 640)


def classes(projection):
    return dict(ground(projection).paths)


def parts(path):
    return path.count("M")


def test_every_border_but_an_international_one_is_unsettled():
    paths = classes(WIDE)
    statuses = [feature["properties"]["status"] for feature in features("borders")]

    assert set(statuses) >= {"international", "disputed", "line_of_control", "indefinite"}
    assert parts(paths["border unsettled"]) >= len(statuses) - statuses.count("international") - 3
    assert "border" in paths


def test_the_golan_is_land_of_its_own_and_disputed():
    golan = [f for f in features("countries") if f.get("id") == "golan"]
    near = classes(Projection(Box(35.2, 32.4, 36.6, 33.6), 640))

    assert [one["properties"]["disputed"] for one in golan] == [True]
    assert "land disputed" in near
    assert "border unsettled" in near


def test_disputed_land_bears_no_name_of_a_country():
    named = {country.name("en") for country in ground(WIDE).countries}

    assert {"Syria", "Iraq", "Turkey"} <= named
    assert not {"Golan Heights", "Northern Cyprus"} & named


def test_land_is_drawn_below_water_and_borders_above_all():
    order = [name for name, _ in ground(WIDE).paths]

    assert order.index("land") < order.index("lake") < order.index("river")
    assert order[-2:] == ["border", "border unsettled"]


def test_paths_are_whole_numbers_inside_the_view():
    below = ground(EAST_OF_SYRIA)
    for _, path in below.paths:
        assert re.fullmatch(r"(M-?\d+ -?\d+l[-\d ]+z?)+", path)
        for x, y in re.findall(r"M(-?\d+) (-?\d+)", path):
            assert -8 <= int(x) <= 2 * below.width + 8
            assert -8 <= int(y) <= 2 * below.height + 8


def test_ground_is_small():
    assert sum(len(path) for _, path in ground(WIDE).paths) < 25_000


def test_towns_in_view_only_the_larger_first():
    towns = ground(EAST_OF_SYRIA).towns

    assert [town.rank for town in towns] == sorted(town.rank for town in towns)
    assert "Raqqa" in [town.name("en") for town in towns]
    assert "Baghdad" not in [town.name("en") for town in towns]
    assert "الرقة" in [town.name("ar") for town in towns]


def test_area_of_a_circle_is_as_its_number():
    assert radius_of(40, 40, 30) == 30
    assert radius_of(10, 40, 30) == 15
    assert radius_of(0, 40, 30) == 0
    assert radius_of(0, 0, 30) == 0


def test_ring_is_as_wide_as_the_place_is_uncertain():
    assert ring_of("exact", 10, 1) == 0
    assert ring_of("district", 10, 1) == 25
    assert ring_of("governorate", 10, 1) == 75
    assert ring_of("town", 10, 1) > 10  # outside of its circle, so that it is seen
    assert ring_of("unknown", 10, 1) == ring_of("governorate", 10, 1)


def test_no_label_hides_a_circle_or_another_label():
    below = ground(EAST_OF_SYRIA)
    spots = [Spot(300, 200, 30, 30, 0), Spot(340, 215, 20, 20, 0)]
    labels, _ = Labels(below, spots, 12, 25).of(["One", "Two"], ["9", "4"], "en")

    beside = [label for label in labels if "count" not in label.kind]
    assert {"Syria", "Iraq"} <= {label.text for label in labels}
    for label in beside:
        for spot in spots:
            assert not (abs(label.x - spot.x) < 1 and abs(label.y - spot.y) < spot.possible)
    assert len({(label.x, label.y) for label in labels}) == len(labels)


@pytest.mark.parametrize(
    ("certain", "possible", "kind"),
    [(20, 30, "count"), (0, 30, "count open"), (5, 30, None), (5, 5, None)],
    ids=["on what is certain", "nothing is certain", "across an edge", "too small"],
)
def test_number_is_in_its_circle_where_it_can_be_read(certain, possible, kind):
    spots = [Spot(300, 200, certain, possible, 0)]
    labels, _ = Labels(ground(EAST_OF_SYRIA), spots, 12, 25).of(["One"], ["9–18"], "en")

    inside = [label.kind for label in labels if label.text == "9–18"]
    assert inside == ([kind] if kind else [])
    assert kind or "\u2068One \u20669–18\u2069\u2069" in [label.text for label in labels]
