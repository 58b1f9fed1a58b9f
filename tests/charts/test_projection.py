import math

import pytest

from charts.projection import Box, Projection, around, clipped_line, clipped_ring, simplified

BOX = Box(36, 32, 46, 38)
PROJECTION = Projection(BOX, 600)


def test_corners_of_the_box_are_the_corners_of_the_drawing():
    assert PROJECTION.point(36, 38) == (0, 0)
    x, y = PROJECTION.point(46, 32)
    assert x == 600
    assert y == pytest.approx(PROJECTION.height, abs=0.5)


def test_a_kilometre_is_as_long_eastwards_as_northwards():
    x, y = PROJECTION.point(41, 35)
    east, _ = PROJECTION.point(41 + 0.01 / math.cos(math.radians(35)), 35)
    _, north = PROJECTION.point(41, 35.01)

    assert east - x == pytest.approx(y - north, rel=1e-3)
    assert y - north == pytest.approx(PROJECTION.units(1.11195, 35), rel=1e-3)


def test_box_around_a_place_has_it_in_its_middle():
    box = around(40.55, 35.1, 4)

    assert (box.west + box.east) / 2 == pytest.approx(40.55)
    assert (box.south + box.north) / 2 == pytest.approx(35.1)
    assert box.inside(Box(33, 28, 50, 39))


def test_simplified_line_keeps_its_ends_and_what_lies_far_off():
    line = [(0, 0), (5, 0.1), (10, 0), (15, 8), (20, 0)]

    assert simplified(line, 0.5) == [(0, 0), (10, 0), (15, 8), (20, 0)]


def test_ring_is_cut_at_the_edges():
    ring = clipped_ring([(-5, -5), (5, -5), (5, 5), (-5, 5)], 10, 10)

    assert {(0, 0), (5, 0), (5, 5), (0, 5)} == set(ring)
    assert clipped_ring([(20, 20), (30, 20), (30, 30)], 10, 10) == []


def test_line_that_leaves_and_returns_is_two_parts():
    parts = clipped_line([(1, 5), (5, 5), (5, 15), (8, 15), (8, 5)], 10, 10)

    assert parts == [[(1, 5), (5, 5), (5, 10)], [(8, 10), (8, 5)]]
    assert clipped_line([(20, 0), (20, 10)], 10, 10) == []
