"""Filters of claims by one field: what passes, and what is refused."""

import pytest
from django.http import QueryDict

from attacks.filters import ClaimFilter
from attacks.models import Claim, Incident
from tests.factories import (
    day,
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
)

pytestmark = pytest.mark.django_db


def filtered(query):
    return ClaimFilter(QueryDict(query), Claim.objects.order_by("id"))


@pytest.fixture
def claims():
    omar = make_base("al-omar", latitude="35.1", longitude="40.5")
    group, state = make_group("iri"), make_organisation("us", kind="state")
    one, other = make_incident(omar, serial=1), make_incident(serial=2)
    make_claim(one, claimant=group, claimant_text="Islamic Resistance", made_on=day("2024-01-16"))
    make_claim(
        one,
        "casualty",
        claimant=state,
        speaker="Pentagon spokesman",
        killed_low=1,
        killed_high=3,
        injured_low=5,
        made_on=day("2024-01-20"),
        report=make_report(published="2024-01-25"),
    )
    make_claim(other, "attribution", "disputes", blamed=group, summary="Blamed at 100%")
    return dict(zip("abc", Claim.objects.order_by("id"), strict=True))


def names(claims, query):
    asked = filtered(query)
    assert asked.is_valid(), asked.errors
    found = list(asked.qs)
    return "".join(name for name, claim in claims.items() if claim in found)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("made_on=2024-01-16", "a"),
        ("made_on__gte=2024-01-17", "b"),
        ("made_on__lte=2024-01-20", "ab"),
        ("made_on__isnull=true", "c"),
        ("kind__in=casualty,attribution", "bc"),
        ("stance__in=disputes", "c"),
        ("claimant__in=iri,us", "ab"),
        ("claimant__isnull=true", "c"),
        ("blamed__in=iri", "c"),
        ("base__in=al-omar", "ab"),
        ("incident__in=BW-2", "c"),
        ("incident__in=BW-1,BW-2", "abc"),
        ("killed_low__gte=1", "b"),
        ("killed_low__isnull=true", "ac"),
        ("killed_high__lte=2", ""),
        ("injured_low__lte=5", "b"),
        ("injured_high__isnull=false", ""),
        ("report__isnull=true", "ac"),
        ("report__isnull=false", "b"),
        ("claimant_text__icontains=RESIST", "a"),
        ("speaker__icontains=pentagon", "b"),
        ("summary__icontains=100%25", "c"),
        ("bbox=40,35,41,36", "ab"),
        ("near=35,40&radius_km=100", "ab"),
        ("made_on=&kind__in=&killed_low__gte=&report__isnull=&bbox=&near=&search=", "abc"),
    ],
)
def test_claims_by_their_fields(claims, query, found):
    assert names(claims, query) == found


def test_report_that_was_published_later_is_not_there_yet_on_a_day(claims):
    for on, without in (("2024-01-24", "abc"), ("2024-01-25", "ac")):
        assert names(claims, f"report__isnull=true&known_on={on}") == without
        rest = "".join(sorted(set("abc") - set(without)))
        assert names(claims, f"report__isnull=false&known_on={on}") == rest


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("incident__in=BW-1,BW-77", "“BW-77” is unknown. Use a public id such as BW-12."),
        ("incident__in=one", "“one” is no public id. Use one such as BW-12."),
        ("claimant__in=nobody", "Use the slug of an organisation."),
        ("kind__in=boast", "Use: responsibility, denial, "),
        ("killed_low__gte=some", "Give a whole number from 0 to 2147483647."),
        ("radius_km=5", "Give near=latitude,longitude too"),
    ],
)
def test_bad_value_of_claims_is_refused_with_what_is_allowed(claims, query, told):
    name = query.split("=")[0]
    errors = filtered(query).errors

    assert list(errors) == [name]
    assert told in errors[name][0]


@pytest.mark.parametrize("status", [Incident.Status.DRAFT, Incident.Status.RETRACTED])
def test_incident_in_does_not_tell_what_is_not_published(status):
    make_incident(serial=9, status=status)

    (told,) = filtered("incident__in=BW-9").errors["incident__in"]

    assert told == "“BW-9” is unknown. Use a public id such as BW-12."
