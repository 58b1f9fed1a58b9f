import pytest
from django.http import QueryDict

from attacks.filters import CountFilter, IncidentFilter, incidents_query
from attacks.models import Incident
from tests.factories import (
    make_base,
    make_base_name,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
)

pytestmark = pytest.mark.django_db


def found(query):
    filters = IncidentFilter(QueryDict(query), Incident.objects.order_by("id"))
    assert filters.is_valid(), filters.errors
    return list(filters.qs)


def errors(query, filters=IncidentFilter):
    return filters(QueryDict(query), Incident.objects.all()).errors


def test_base_means_that_site_alone():
    omar = make_base("al-omar")
    at_omar = make_incident(omar)
    make_incident(make_base("green-village", parent=omar))

    assert found("base=al-omar") == [at_omar]


def test_several_values_of_one_parameter_mean_any_of_them():
    drone, rocket = make_incident(weapon="drone"), make_incident(weapon="rocket")
    make_incident(weapon="mortar")

    assert found("weapon=drone&weapon=rocket") == [drone, rocket]


def test_country_is_that_of_the_base():
    make_incident(make_base())
    in_iraq = make_incident(make_base(country="IQ"))

    assert found("country=IQ") == [in_iraq]


def test_since_and_until_mean_overlap():
    spread = make_incident(on="2024-01-10", until="2024-01-20")

    for inside in ("since=2024-01-20", "until=2024-01-10", "since=2024-01-15&until=2024-01-15"):
        assert found(inside) == [spread]
    for outside in ("since=2024-01-21", "until=2024-01-09"):
        assert found(outside) == []


def test_claim_status_is_the_derived_one():
    claimed, _ = make_incident(), make_incident()
    make_claim(claimed, claimant=make_group())

    assert found("claim_status=claimed") == [claimed]
    assert found("claim_status=claimed&claim_status=denied") == [claimed]


def test_claimants_all_claim_it_and_claimant_isnull_says_that_none_does():
    one, other = make_group("one"), make_group("other")
    both, first, nobody = make_incident(), make_incident(), make_incident()
    make_claim(both, claimant=one)
    make_claim(both, claimant=other)
    make_claim(first, claimant=one)

    assert found("claimant=one") == [both, first]
    assert found("claimant=one&claimant=other") == [both]
    assert found("claimant__isnull=true") == [nobody]
    assert found("claimant__isnull=false") == [both, first]


def test_counted_parts_what_counts_from_what_does_not():
    counts = make_incident()
    discounted = make_incident(grade="discounted")

    assert found("counted=true") == [counts]
    assert found("counted=false") == [discounted]


def test_search_finds_summary_spelling_of_the_base_and_public_id():
    base = make_base("al-tanf")
    make_base_name(base, "التنف")
    incident = make_incident(base, summary="Two drones, one shot down.")
    make_incident(summary="Rockets.")

    spellings = ("tanf", "TANF", "at-tanf", "التنف", "تنف")
    for text in ("SHOT DOWN", *spellings, incident.public_id.lower()):
        assert found(f"search={text}") == [incident]


def test_empty_values_ask_for_nothing():
    incident = make_incident()

    assert found("base=&country=&since=&weapon=&claimant=&counted=&search=") == [incident]


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("base=nowhere", "base", "Use the slug of a base."),
        ("base=nul%00", "base", "Use the slug of a base."),
        ("country=FR", "country", "Use: SY."),
        ("since=03/04/2024", "since", "Give a day as YYYY-MM-DD."),
        ("since=2024-02-30", "since", "Give a day as YYYY-MM-DD."),
        ("since=2024-02-02&until=2024-02-01", "until", "The last day is before the first."),
        ("weapon=drone&weapon=laser", "weapon", "Use: drone, rocket, "),
        ("claim_status=maybe", "claim_status", "Use: claimed, competing, "),
        ("claimant=sohr", "claimant", "Use the slug of an armed group."),
        ("claimant__isnull=maybe", "claimant__isnull", "Use true or false."),
        ("counted=1", "counted", "Use true or false."),
        ("grade=good", "grade", "Use: confirmed, fair, "),
        ("search=nul%00", "search", "Null characters are not allowed."),
        (f"search={'x' * 201}", "search", "at most 200 characters"),
    ],
)
def test_bad_value_is_refused_at_its_field_with_what_is_allowed(query, field, told):
    make_base()
    make_organisation("sohr", kind="monitor")

    found_errors = errors(query)

    assert list(found_errors) == [field]
    assert told in found_errors[field][0]


def test_count_filter_is_the_same_but_for_counted_and_updated_since():
    assert set(IncidentFilter.base_filters) - set(CountFilter.base_filters) == {
        "counted",
        "updated_since",
    }


def test_incidents_query_carries_filters_and_drops_the_rest():
    params = QueryDict("group_by=weapon&base=a&base=b&since=2024-01-01&until=&page_size=3")

    query = QueryDict(incidents_query(params, {"base": "b"}))

    assert dict(query.lists()) == {"base": ["b"], "since": ["2024-01-01"], "counted": ["true"]}


def test_incidents_query_adds_a_claimant_to_those_asked_for():
    query = QueryDict(incidents_query(QueryDict("claimant=one"), {"claimant": "other"}))

    assert query.getlist("claimant") == ["one", "other"]


QUESTIONS = [
    "",
    "weapon=drone&weapon=rocket",
    "weapon=&since=2024-01-01",
    "base=conoco&until=2024-02-01&counted=true",
    "near=35.3,40.3&radius_km=100",
    "killed_best__isnull=true&ordering=ignored",
    "claimant__isnull=true&known_on=2024-02-01",
    "search=omar&country=SY",
    # refused
    "since=soon",
    "weapon=sword&base=nowhere",
    "near=35.3,40.3",
    "since=2024-02-01&until=2024-01-01",
    "known_on=2024-02-01&grade=weak",
    "recorded_at=1&claim_status=claimed",
    "recorded_at=999",
    "rule=nobody",
]


@pytest.mark.parametrize("query", QUESTIONS)
def test_few_filters_find_and_refuse_the_same_as_all(query):
    base = make_base("conoco", country="SY", latitude="35.3", longitude="40.3")
    make_incident(base, on="2024-01-09", weapon="drone")
    make_claim(make_incident(on="2024-03-09", weapon="rocket"), claimant=make_group())
    params = QueryDict(query)
    few, every = IncidentFilter.asked(params, published()), IncidentFilter(params, published())

    assert few.is_valid() == every.is_valid()
    assert few.form.errors == every.form.errors
    if every.is_valid():
        assert len(few.filters) <= 4
        assert list(few.qs) == list(every.qs)
        assert few.window == every.window


def published():
    return Incident.objects.published().order_by("id")
