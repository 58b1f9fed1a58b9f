import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction

from sources.revisions import revision
from tests.factories import make_base, make_base_name, make_incident, make_presence

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"latitude": 35}, id="latitude alone"),
        pytest.param({"longitude": 40}, id="longitude alone"),
        pytest.param({"latitude": 91, "longitude": 40}, id="latitude out of range"),
        pytest.param({"latitude": 35, "longitude": -181}, id="longitude out of range"),
    ],
)
def test_base_with_impossible_coordinates_is_refused_by_the_database(fields):
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        make_base(**fields)


def test_base_without_coordinates_is_normal():
    base = make_base()
    base.full_clean()

    assert base.coordinate_precision == "unknown"


def test_base_does_not_lie_inside_itself():
    base = make_base()
    base.parent = base

    with pytest.raises(IntegrityError), transaction.atomic(), revision("wrong"):
        base.save()


def test_base_does_not_lie_inside_a_part_of_its_own():
    base = make_base()
    part = make_base(parent=make_base(parent=base))
    base.parent = part

    with pytest.raises(ValidationError, match="cannot lie inside itself"):
        base.full_clean()


@pytest.mark.parametrize("text", ["2018", "2018-05", "2018-05-31"])
def test_base_in_use_since_a_year_a_month_or_a_day(text):
    base = make_base(in_use_from=text)
    base.full_clean()


@pytest.mark.parametrize("text", ["18", "2018-13", "2018-02-30", "May 2018", "1800", "2199"])
def test_base_in_use_since_what_is_no_date_is_refused(text):
    base = make_base(in_use_from=text)

    with pytest.raises(ValidationError):
        base.full_clean()


def test_base_with_incidents_cannot_be_deleted():
    incident = make_incident()

    with pytest.raises(IntegrityError), transaction.atomic(), revision("mistaken"):
        incident.base.delete()


def test_base_name_stands_once_for_a_base():
    base = make_base()
    make_base_name(base, "Koniko")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_base_name(base, "Koniko")


def test_presence_is_of_a_country_or_a_base_never_of_both():
    make_presence(country="SY")
    make_presence(base=make_base())

    with pytest.raises(IntegrityError), transaction.atomic():
        make_presence(base=make_base(), country="SY")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_presence(country="")
