"""Filters of incidents by one field: what passes, what is refused, and when."""

import datetime

import pytest
from django.http import QueryDict

from attacks.filters import CountFilter, IncidentFilter
from attacks.models import Claim, Incident
from attacks.records import HINDSIGHT
from bases.models import MilitaryBase
from sources.lookups import SeveralField, ValueField
from sources.models import Revision
from sources.revisions import revision
from tests.factories import (
    day,
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
    make_rule,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def incidents():
    """Four attacks: one well known, one with a range of days, one barely known, one in Iraq."""
    omar = make_base("al-omar", name="Al-Omar", latitude="35.1", longitude="40.5")
    conoco = make_base("conoco", name="Conoco")
    harir = make_base("harir", name="Harir", country="IQ", latitude="36.5", longitude="44.3")
    full = make_incident(
        omar,
        serial=1,
        on="2024-01-10",
        weapon="drone",
        outcome="hit",
        grade="fair",
        material_damage="yes",
        local_time=datetime.time(3, 30),
        munitions=2,
        killed_low=1,
        killed_best=3,
        killed_high=4,
        injured_low=0,
        injured_best=5,
        injured_high=9,
        summary="Two drones at 100% of the depot",
    )
    make_claim(full, claimant=make_group("iri"))
    make_incident(
        conoco,
        serial=2,
        on="2024-01-08",
        until="2024-01-20",
        weapon="rocket",
        killed_low=2,
        attack_count=3,
    )
    make_incident(conoco, serial=3, on="2024-02-01", grade="weak")
    make_incident(harir, serial=4, on="2024-02-02", weapon="mortar", outcome="missed", munitions=0)


def filtered(query, filters=IncidentFilter):
    return filters(QueryDict(query), filters._meta.model.objects.order_by("id"))


def serials(query, filters=IncidentFilter):
    asked = filtered(query, filters)
    assert asked.is_valid(), asked.errors
    return [incident.serial for incident in asked.qs]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("event_date=2024-01-10", [1]),
        ("event_date__gte=2024-01-10", [1, 3, 4]),
        ("event_date__lte=2024-01-10", [1, 2]),
        ("event_date__in=2024-01-10,2024-02-02", [1, 4]),
        ("event_date_end=2024-01-20", [2]),
        ("event_date_end__gte=2024-01-20", [2, 3, 4]),
        ("event_date_end__lte=2024-01-19", [1]),
        ("event_date_end__in=2024-01-20,2024-02-01", [2, 3]),
        # A plain comparison, where since and until ask what may have been.
        ("event_date__gte=2024-01-15", [3, 4]),
        ("since=2024-01-15", [2, 3, 4]),
        ("attack_count=3", [2]),
        ("attack_count__gte=2", [2]),
        ("attack_count__lte=2", [1, 3, 4]),
        ("munitions=0", [4]),
        ("munitions__gte=0", [1, 4]),
        ("munitions__lte=1", [4]),
        ("munitions__isnull=true", [2, 3]),
        ("munitions__isnull=false", [1, 4]),
        ("killed_low__gte=1", [1, 2]),
        ("killed_low__lte=1", [1]),
        ("killed_low=2", [2]),
        ("killed_best__gte=3", [1]),
        ("killed_best__isnull=true", [2, 3, 4]),
        ("killed_high__lte=4", [1]),
        ("killed_high__lte=3", []),
        ("injured_low=0", [1]),
        ("injured_low__isnull=false", [1]),
        ("injured_best__gte=6", []),
        ("injured_high__gte=9", [1]),
        # The best figure, else the lowest.
        ("fatalities__gte=2", [1, 2]),
        ("fatalities__gte=3", [1]),
        ("fatalities__lte=2", [2]),
        ("fatalities__gte=2&fatalities__lte=2", [2]),
        ("fatalities__isnull=true", [3, 4]),
        ("fatalities__isnull=false", [1, 2]),
        ("fatalities_low__gte=2", [2]),
        ("fatalities_low__isnull=true", [3, 4]),
        ("fatalities_high__gte=4", [1]),
        ("fatalities_high__isnull=true", [2, 3, 4]),
        ("weapon__in=drone,mortar", [1, 4]),
        ("outcome__in=hit,missed", [1, 4]),
        ("material_damage__in=yes", [1]),
        ("grade__in=fair,weak", [1, 3]),
        ("grade__isnull=true", [2, 4]),
        ("grade__isnull=false", [1, 3]),
        ("claim_status__in=claimed", [1]),
        ("claim_status__in=unknown,denied", [2, 3, 4]),
        ("local_time__isnull=false", [1]),
        ("base__in=conoco,harir", [2, 3, 4]),
        ("country__in=IQ", [4]),
        ("country__in=IQ,SY", [1, 2, 3, 4]),
        ("location__icontains=OMA", [1]),
        ("summary__icontains=DRONES", [1]),
        ("summary__icontains=100%25", [1]),
        ("summary__icontains=_", []),
        ("public_id__in=BW-4,BW-1,BW-99", [1, 4]),
        ("bbox=40,35,41,36", [1]),
        ("bbox=40,35,45,37&weapon__in=mortar", [4]),
        ("near=35.1,40.5&radius_km=1", [1]),
        ("near=35,41&radius_km=400", [1, 4]),
        ("weapon=drone&weapon__in=mortar", []),
    ],
)
def test_incidents_by_their_fields(incidents, query, found):
    assert serials(query) == found
    assert serials(query, CountFilter) == found


def test_empty_values_ask_for_nothing(incidents):
    everything = "&".join(f"{name}=" for name in IncidentFilter.base_filters)

    assert serials(everything) == [1, 2, 3, 4]


def test_base_in_means_what_base_means_by_a_rule_too(incidents):
    omar, conoco = MilitaryBase.objects.filter(slug__in=["al-omar", "conoco"]).order_by("slug")
    make_rule(make_organisation("sohr"), folds=[(conoco, omar)])

    for query in ("base=al-omar", "base__in=al-omar"):
        assert serials(f"{query}&rule=sohr") == [1, 2, 3]
        assert serials(query) == [1]


def test_counted_list_can_be_asked_for_by_fields_too(client, incidents):
    query = "killed_low__gte=1&event_date__lte=2024-01-09"

    total = client.get(f"/api/v1/counts/?{query}").json()["total"]
    listed = client.get(f"/api/v1/incidents/?{query}").json()["results"]
    page = client.get(f"/incidents/?{query}").content.decode()

    assert (total["certain"], total["possible"]) == (3, 3)
    assert [row["public_id"] for row in listed] == ["BW-2"]
    assert "BW-2" in page
    assert "BW-1<" not in page
    assert "Killed (lowest) at least: 1" in page


WHOLE = "Give a whole number from 0 to 2147483647."


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("event_date=2024-02-30", "Give a day as YYYY-MM-DD."),
        ("event_date__gte=03/04/2024", "Give a day as YYYY-MM-DD."),
        ("event_date__in=2024-01-01,", "Give a day as YYYY-MM-DD."),
        ("killed_low__gte=-1", WHOLE),
        ("killed_low__gte=1.5", WHOLE),
        ("killed_low__gte=1e3", WHOLE),
        ("killed_low__gte=٣", WHOLE),
        ("killed_low__gte=2147483648", WHOLE),
        ("killed_low__gte=" + "9" * 5000, WHOLE),
        ("fatalities__lte=many", WHOLE),
        ("munitions__isnull=1", "Use true or false."),
        ("weapon__in=drone,laser", "“laser” is unknown. Use: drone, rocket, "),
        ("weapon__in=Drone", "“Drone” is unknown. Use: drone, rocket, "),
        ("outcome__in=won", "Use: hit, fire, "),
        ("material_damage__in=some", "Use: yes, no, unknown."),
        ("grade__in=good", "Use: confirmed, fair, "),
        ("claim_status__in=maybe", "Use: claimed, competing, "),
        ("base__in=al-omar,nowhere", "“nowhere” is unknown. Use the slug of a base."),
        ("country__in=FR", "“FR” is unknown. Use: IQ, SY."),
        ("public_id__in=BW-1,BW-0", "“BW-0” is no public id. Use one such as BW-12."),
        ("public_id__in=BW-1,2", "“2” is no public id. Use one such as BW-12."),
        ("summary__icontains=nul%00", "Null characters are not allowed."),
        ("weapon__in=nul%00", "Null characters are not allowed."),
        ("bbox=50,40,40", "Give four numbers in degrees"),
        ("near=35,40", "Give radius_km too"),
        ("radius_km=5", "Give near=latitude,longitude too"),
    ],
)
def test_bad_value_is_refused_at_its_field_with_what_is_allowed(incidents, query, told):
    name = query.split("=")[0]
    errors = filtered(query).errors

    assert list(errors) == [name]
    assert told in errors[name][0]


def test_page_shows_a_bad_value_of_a_hidden_field(client, incidents):
    page = client.get("/incidents/?killed_low__gte=-1&weapon__in=drone").content.decode()

    assert WHOLE in page
    assert '<label for="id_killed_low__gte">Killed (lowest) at least</label>' in page
    assert '<input type="hidden" name="weapon__in" value="drone"' in page


# Clocks


def kind_of_value(name):
    """A good value for a filter, whatever it is."""
    field = IncidentFilter.base_filters[name].field
    if name == "updated_since":
        return "1"
    if name.endswith("__isnull"):
        return "true"
    if name.endswith("__icontains") or name == "search":
        return "a"
    if isinstance(field, ValueField):
        schema = type(field.values).schema
        if schema.get("format") == "date":
            return "2024-01-10"
        if schema["kind"] == "integer":
            return "1"
        return {"public_id": "BW-1", "base": "al-omar", "country": "SY"}.get(
            name.removesuffix("__in"), ""
        ) or next(code for code, _ in field.values.pairs if code)
    return next(str(code) for code, _ in field.choices if code)


def filters_by(things):
    return [
        name
        for name, one in IncidentFilter.base_filters.items()
        if one.field_name in things or name.startswith("fatalities")
    ]


@pytest.mark.parametrize("name", filters_by(HINDSIGHT))
def test_what_was_coded_later_cannot_be_asked_of_an_earlier_day(incidents, name):
    query = f"{name}={kind_of_value(name)}"

    assert filtered(query).is_valid()
    for filters in (IncidentFilter, CountFilter):
        assert filtered(f"{query}&known_on=2024-03-01", filters).errors == {
            name: ["Not with known_on: it was coded by what became known later."]
        }


def test_every_field_that_the_clock_hides_has_its_filters_refused():
    things = {IncidentFilter.base_filters[name].field_name for name in filters_by(HINDSIGHT)}

    assert set(HINDSIGHT) - things == {"summary_ar"}  # which is asked only by `search`


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("event_date__gte=2024-01-10", [1, 3, 4]),
        ("attack_count__gte=2", [2]),
        ("base__in=conoco", [2, 3]),
        ("bbox=40,35,41,36", [1]),
        ("weapon__in=drone", [1]),
        ("public_id__in=BW-3", [3]),
        ("location__icontains=harir", [4]),
        ("claim_status__in=claimed", [1]),
        ("local_time__isnull=false", [1]),
    ],
)
def test_the_rest_can_be_asked_of_an_earlier_day(incidents, query, found):
    assert serials(f"{query}&known_on=2024-03-01") == found


def test_claim_status_in_is_that_of_the_day(incidents):
    claim = Claim.objects.get()
    with revision("The day of the claim"):
        claim.made_on = day("2024-01-20")
        claim.save()

    assert serials("claim_status__in=claimed&known_on=2024-01-19") == []
    assert serials("claim_status__in=claimed&known_on=2024-01-20") == [1]


def test_count_by_claim_status_in_is_as_uncertain_as_the_claim(client):
    """The claim is known with its report, of some day from the 12th to the 14th."""
    incident = make_incident(on="2024-01-10", reports=[make_report(published="2024-01-11")])
    report = make_report(published_earliest=day("2024-01-12"), published_latest=day("2024-01-14"))
    make_claim(incident, claimant=make_group(), report=report)

    for name in ("claim_status", "claim_status__in"):
        for on, expected in (("12", (0, 1)), ("14", (1, 1))):
            query = f"{name}=claimed&known_on=2024-01-{on}"
            total = client.get(f"/api/v1/counts/?{query}").json()["total"]
            assert (total["certain"], total["possible"]) == expected


TAKEN = (
    "base, base__in, country, country__in, since, until, weapon, weapon__in, outcome, outcome__in,"
    " counted, bbox, near, radius_km, location__icontains, event_date, event_date__gte,"
    " event_date__lte, event_date__in, event_date_end, event_date_end__gte, event_date_end__lte,"
    " event_date_end__in, attack_count, attack_count__gte, attack_count__lte, public_id__in, rule,"
    " known_on, recorded_at"
).split(", ")


@pytest.mark.parametrize(
    "name",
    sorted({*IncidentFilter.base_filters} - {*TAKEN} - {"claimant"}),
)
def test_what_an_earlier_record_does_not_show_cannot_be_asked_of_it(incidents, name):
    last = Revision.objects.first().number
    query = f"{name}={kind_of_value(name)}"

    assert filtered(query).is_valid()
    assert filtered(f"{query}&recorded_at={last}").errors == {
        name: [f"Not with recorded_at, which takes: {', '.join(TAKEN)}."]
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("event_date=2024-01-10", [1]),
        ("event_date__in=2024-01-10,2024-02-02", [1, 4]),
        ("event_date_end__gte=2024-01-20", [2, 3, 4]),
        ("attack_count=3", [2]),
        ("attack_count__lte=1", [1, 3, 4]),
        ("base__in=conoco,harir", [2, 3, 4]),
        ("country__in=IQ", [4]),
        ("location__icontains=oma", [1]),
        ("bbox=40,35,45,37", [1, 4]),
        ("near=35.1,40.5&radius_km=1", [1]),
        ("public_id__in=BW-1,BW-3", [1, 3]),
        ("weapon__in=drone,mortar", [1, 4]),
        ("outcome__in=hit", [1]),
    ],
)
def test_earlier_record_answers_as_it_stood(incidents, query, found):
    number = Revision.objects.first().number
    with revision("All is otherwise"):
        for incident in Incident.objects.all():
            incident.base = None
            incident.status = Incident.Status.RETRACTED
            incident.earliest = incident.latest = day("2020-01-01")
            incident.attack_count, incident.weapon, incident.outcome = 7, "other", "unknown"
            incident.save()
        for base in MilitaryBase.objects.all():
            base.country, base.name, base.latitude, base.longitude = "JO", "Z", "1", "1"
            base.slug = f"{base.slug}-2"
            base.save()

    assert serials(f"{query}&recorded_at={number}") == found


def test_base_of_another_record_is_refused(incidents):
    number = Revision.objects.first().number
    make_base("later", country="JO")

    assert filtered(f"base__in=later&recorded_at={number}").errors == {
        "base__in": ["“later” is unknown. Use the slug of a base."]
    }
    assert filtered(f"country__in=JO&recorded_at={number}").errors == {
        "country__in": ["“JO” is unknown. Use: IQ, SY."]
    }


# One way to write


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("weapon__in= rocket,drone, rocket", "drone,rocket"),
        ("killed_low__gte=007", "7"),
        ("event_date__in=2024-02-01,2024-01-10", "2024-01-10,2024-02-01"),
        ("base__in=harir,conoco", "conoco,harir"),
        ("public_id__in=BW-4,BW-1", "BW-1,BW-4"),
        ("bbox=40.50,35.0,41,36", "40.5,35,41,36"),
        ("near=35.10,40&radius_km=7.0", "35.1,40"),
    ],
)
def test_each_question_has_one_way_to_be_written(incidents, query, canonical):
    name = query.split("=")[0]
    form = filtered(query).form

    assert form.is_valid()
    assert form.fields[name].canonical(form.cleaned_data[name]) == canonical


def test_filters_of_several_values_say_so_in_the_schema(client):
    schema = client.get("/api/schema/?format=json").json()
    told = {one["name"]: one for one in schema["paths"]["/api/v1/incidents/"]["get"]["parameters"]}

    for name, one in IncidentFilter.base_filters.items():
        several = isinstance(one.field, SeveralField)
        assert (told[name]["schema"]["type"] == "array" and not told[name]["explode"]) == several
    assert told["event_date__in"]["schema"]["items"] == {"type": "string", "format": "date"}
    assert told["killed_low__gte"]["schema"] == {"type": "integer"}
    assert told["radius_km"]["schema"] == {"type": "number"}
    assert told["grade__isnull"]["schema"]["type"] == "boolean"
