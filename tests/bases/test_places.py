import pytest
from django.core.exceptions import ValidationError

from bases.places import Box, Boxes, Circle, Kilometres, Point, Points, bases_inside
from sources.models import Revision
from sources.recorded import TODAY, Record
from sources.revisions import revision
from tests.factories import make_base

LONDON = Point(51.5074, -0.1278)
PARIS = Point(48.8566, 2.3522)


# A degree of a great circle is 6371.0088 km times pi / 180; cities by the angle between vectors.


@pytest.mark.parametrize(
    ("here", "there", "km"),
    [
        pytest.param((0, 0), (0, 1), 111.195, id="a degree of the equator"),
        pytest.param((0, 0), (1, 0), 111.195, id="a degree of a meridian"),
        pytest.param((60, 0), (60, 1), 55.5970, id="a degree of longitude far north"),
        pytest.param((0, 179.5), (0, -179.5), 111.195, id="over the antimeridian"),
        pytest.param((90, 0), (90, 135), 0, id="the pole is one point"),
        pytest.param((89, 0), (89, 180), 222.390, id="across the pole"),
        pytest.param((90, 0), (-90, 0), 20015.114, id="pole to pole"),
        pytest.param((0, 0), (0, 180), 20015.114, id="to the antipode"),
        pytest.param((51.5074, -0.1278), (48.8566, 2.3522), 343.557, id="London to Paris"),
        pytest.param((33.3152, 44.3661), (36.1911, 44.0092), 321.443, id="Baghdad to Erbil"),
        pytest.param((40.7128, -74.0060), (35.6895, 139.6917), 10848.8, id="New York to Tokyo"),
    ],
)
def test_distance_is_that_of_the_great_circle(here, there, km):
    assert Point(*here).km_to(*there) == pytest.approx(km, rel=1e-5, abs=1e-6)
    assert Point(*there).km_to(*here) == pytest.approx(km, rel=1e-5, abs=1e-6)


def test_edge_of_the_circle_belongs_to_it():
    km = LONDON.km_to(PARIS.latitude, PARIS.longitude)

    assert Circle(LONDON, km).holds(PARIS.latitude, PARIS.longitude)
    assert not Circle(LONDON, km - 0.001).holds(PARIS.latitude, PARIS.longitude)
    assert Circle(LONDON, 0).holds(LONDON.latitude, LONDON.longitude)


@pytest.mark.parametrize(
    ("box", "inside", "outside"),
    [
        pytest.param(
            (35, 30, 45, 40),
            [(35, 40), (30, 35), (40, 45), (30, 45), (35.5, 40.5)],
            [(29.999, 40), (40.001, 40), (35, 34.999), (35, 45.001)],
            id="edges belong to it",
        ),
        pytest.param(
            (170, -10, -170, 10),
            [(0, 170), (0, 175), (0, 180), (0, -180), (0, -175), (0, -170)],
            [(0, 169.9), (0, -169.9), (0, 0), (11, 175)],
            id="over the antimeridian",
        ),
        pytest.param((-180, -10, -170, 10), [(0, 180), (0, -180)], [(0, 179.9)], id="180 is -180"),
        pytest.param((170, -10, 180, 10), [(0, -180)], [(0, -179.9)], id="-180 is 180"),
        pytest.param(
            (-180, -90, 180, 90), [(90, 0), (-90, 7), (0, 180), (0, 0)], [], id="everywhere"
        ),
        pytest.param((0, 80, 10, 90), [(90, 100), (85, 5)], [(85, 100)], id="to the pole"),
        pytest.param((0, 80, 10, 89), [(89, 5)], [(90, 5)], id="short of the pole"),
        pytest.param((40, 35, 40, 35), [(35, 40)], [(35, 40.00001)], id="one point"),
    ],
)
def test_box_holds_what_lies_between_its_edges(box, inside, outside):
    box = Box(*box)

    assert [place for place in inside if not box.holds(*place)] == []
    assert [place for place in outside if box.holds(*place)] == []


@pytest.mark.django_db
def test_bases_without_coordinates_lie_nowhere():
    make_base()
    placed = make_base(latitude="35.1", longitude="40.5")

    assert bases_inside(Box(-180, -90, 180, 90), TODAY) == [placed.id]
    assert bases_inside(Circle(LONDON, 20_020), TODAY) == [placed.id]


@pytest.mark.django_db
def test_edge_is_exact_to_the_last_digit_that_is_on_record():
    placed = make_base(latitude="35.12345", longitude="40.54321")

    assert bases_inside(Box(40.54321, 35.12345, 41, 36), TODAY) == [placed.id]
    assert bases_inside(Box(40.54322, 35.12345, 41, 36), TODAY) == []
    assert bases_inside(Circle(Point(35.12345, 40.54321), 0), TODAY) == [placed.id]


@pytest.mark.django_db
def test_bases_lie_where_that_record_has_them():
    base = make_base(latitude="35.1", longitude="40.5")
    then = Revision.objects.first().number
    with revision("It lies elsewhere"):
        base.latitude, base.longitude = "10", "10"
        base.save()
    there = Box(40, 35, 41, 36)

    assert bases_inside(there, TODAY) == []
    assert bases_inside(there, Record(then)) == [base.id]


@pytest.mark.parametrize(
    ("values", "text", "found"),
    [
        (Boxes(), "35,30,45.5,40", Box(35, 30, 45.5, 40)),
        (Boxes(), " 170, -10 ,-170,10", Box(170, -10, -170, 10)),
        (Points(), "35.12345,40", Point(35.12345, 40)),
        (Points(), "0,1e-7", Point(0, 1e-7)),
        (Kilometres(), "0", 0),
        (Kilometres(), "12.5", 12.5),
        (Kilometres(), "20020", 20020),
    ],
)
def test_values_are_read(values, text, found):
    assert values.read_one(text) == found
    assert values.read_one(values.text(found)) == found


FOUR = "Give four numbers in degrees: west,south,east,north."
TWO = "Give two numbers in degrees: latitude,longitude."
KILOMETRES = "Give kilometres as a number from 0 to 20020."


@pytest.mark.parametrize(
    ("values", "text", "told"),
    [
        (Boxes(), "35,30,45", FOUR),
        (Boxes(), "35,30,45,40,50", FOUR),
        (Boxes(), "35,30,45,", FOUR),
        (Boxes(), "nan,30,45,40", FOUR),
        (Boxes(), "35,30,inf,40", FOUR),
        (Boxes(), "35,30,Infinity,40", FOUR),
        (Boxes(), "35,30,1e9,40", FOUR),
        (Boxes(), "٣٥,30,45,40", FOUR),
        (Boxes(), "3_5,30,45,40", FOUR),
        (Boxes(), "35;30;45;40", FOUR),
        (Boxes(), "-180.5,30,45,40", "-180.5 is no longitude: it goes from -180 to 180."),
        (Boxes(), "35,30,181,40", "181 is no longitude: it goes from -180 to 180."),
        (Boxes(), "35,-91,45,40", "-91 is no latitude: it goes from -90 to 90."),
        (Boxes(), "35,40,45,30", "The south is above the north. Give west,south,east,north."),
        (Points(), "35", TWO),
        (Points(), "35,40,45", TWO),
        (Points(), "north,east", TWO),
        (Points(), "nan,nan", TWO),
        (Points(), "90.1,0", "90.1 is no latitude: it goes from -90 to 90."),
        (Points(), "40,200", "200 is no longitude: it goes from -180 to 180."),
        (Kilometres(), "-1", KILOMETRES),
        (Kilometres(), "20020.1", KILOMETRES),
        (Kilometres(), "nan", KILOMETRES),
        (Kilometres(), "inf", KILOMETRES),
        (Kilometres(), "5 km", KILOMETRES),
        (Kilometres(), "1,5", KILOMETRES),
    ],
)
def test_bad_value_is_refused_with_what_would_be_right(values, text, told):
    with pytest.raises(ValidationError) as error:
        values.read_one(text)

    assert error.value.messages == [told]
