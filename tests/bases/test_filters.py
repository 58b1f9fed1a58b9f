import pytest
from django.http import QueryDict

from bases.filters import BaseFilter, PresenceFilter
from bases.models import ForcePresence, MilitaryBase
from tests.factories import make_base, make_presence, make_tally
from tests.test_pages import Structure

pytestmark = pytest.mark.django_db


@pytest.fixture
def bases():
    omar = make_base(
        "al-omar",
        name="Al-Omar",
        kind="oilfield",
        governorate="Deir ez-Zor",
        latitude="35.1",
        longitude="40.5",
    )
    make_base("conoco", name="Conoco", kind="gasfield", parent=omar)
    make_base("harir", name="Harir", country="IQ", latitude="36.5", longitude="44.3")
    make_base("wake", name="Wake", country="US", latitude="19.3", longitude="166.6")
    make_base("midway", name="Midway", country="US", latitude="28.2", longitude="-177.4")


def filtered(query, filters=BaseFilter, model=MilitaryBase):
    return filters(QueryDict(query), model.objects.order_by("id"))


def slugs(query):
    filters = filtered(query)
    assert filters.is_valid(), filters.errors
    return {base.slug for base in filters.qs}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("slug__in=harir,conoco", {"harir", "conoco"}),
        ("slug__in= harir , harir", {"harir"}),
        ("country__in=IQ,US", {"harir", "wake", "midway"}),
        ("country__in=IQ,US&country=US&kind__in=base", {"wake", "midway"}),
        ("kind__in=oilfield,gasfield", {"al-omar", "conoco"}),
        ("name__icontains=OMAR", {"al-omar"}),
        ("name__icontains=%25", set()),
        ("governorate__icontains=zor", {"al-omar"}),
        ("latitude__isnull=true", {"conoco"}),
        ("latitude__isnull=false&country=SY", {"al-omar"}),
        ("parent__isnull=false", {"conoco"}),
        ("parent__isnull=true&country=SY", {"al-omar"}),
        ("bbox=40,35,45,37", {"al-omar", "harir"}),
        ("bbox=160,0,-170,40", {"wake", "midway"}),
        ("bbox=0,0,1,1", set()),
        ("near=35.1,40.5&radius_km=0", {"al-omar"}),
        ("near=35,40&radius_km=500", {"al-omar", "harir"}),
        ("near=28,180&radius_km=400", {"midway"}),
        (
            "slug__in=&country__in=&name__icontains=&bbox=&near=&radius_km=&kind=oilfield",
            {"al-omar"},
        ),
    ],
)
def test_bases_by_their_fields_and_places(bases, query, found):
    assert slugs(query) == found


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("slug__in=harir,nowhere", "slug__in", "“nowhere” is unknown. Use the slug of a base."),
        ("slug__in=harir,", "slug__in", "“” is unknown. Use the slug of a base."),
        ("slug__in=nul%00", "slug__in", "Null characters are not allowed."),
        ("country__in=IQ,FR", "country__in", "“FR” is unknown. Use: IQ, SY, US."),
        ("kind__in=castle", "kind__in", "Use: base, airbase, "),
        ("latitude__isnull=maybe", "latitude__isnull", "Use true or false."),
        (f"name__icontains={'x' * 201}", "name__icontains", "at most 200 characters"),
        ("bbox=1,2,3", "bbox", "Give four numbers in degrees"),
        ("near=35,40", "near", "Give radius_km too"),
        ("near=35,40&radius_km=", "near", "Give radius_km too"),
        ("near=35&radius_km=5", "near", "Give two numbers in degrees"),
        ("near=35,40&radius_km=far", "radius_km", "Give kilometres as a number"),
        ("radius_km=5", "radius_km", "Give near=latitude,longitude too"),
        ("slug__in=" + ",".join(map(str, range(501))), "slug__in", "Give at most 500 values."),
    ],
)
def test_bad_value_is_refused_at_its_field_with_what_is_allowed(bases, query, field, told):
    errors = filtered(query).errors

    assert list(errors) == [field]
    assert told in errors[field][0]


def test_presence_by_day_and_troops():
    make_presence("early", as_of="2020-01-01", troops=900)
    make_presence("late", as_of="2024-01-01", troops=2000)
    make_presence("open", troops=None)

    def keys(query):
        filters = filtered(query, PresenceFilter, ForcePresence)
        assert filters.is_valid(), filters.errors
        return {presence.key for presence in filters.qs}

    assert keys("as_of__gte=2024-01-01") == {"late"}
    assert keys("as_of__lte=2023-12-31") == {"early"}
    assert keys("as_of__isnull=true") == keys("troops__isnull=true") == {"open"}
    assert keys("troops__gte=901") == {"late"}
    assert keys("troops__lte=900") == {"early"}


# The page


def page_of(client, query):
    answer = client.get(f"/bases/?{query}")
    assert answer.status_code == 200
    return answer, Structure(answer.content.decode())


def links(structure):
    return [link.get("href", "") for link in structure.all("a")]


@pytest.mark.parametrize(
    "query", ["country=SY&kind=oilfield", "slug__in=al-omar", "bbox=40,35,41,36", "search=omar"]
)
def test_page_takes_what_the_list_of_the_api_takes(client, bases, query):
    answer, structure = page_of(client, query)
    (row,) = client.get(f"/api/v1/bases/?{query}").json()["results"]

    assert row["slug"] == "al-omar"
    assert [row["base"].slug for row in answer.context["rows"]] == ["al-omar"]
    assert "/bases/al-omar/" in links(structure)
    assert "/bases/harir/" not in links(structure)
    assert dict(QueryDict(answer.context["query"])) == dict(QueryDict(query))


def test_page_drops_what_is_empty_or_no_filter_from_its_query(client, bases):
    answer, _ = page_of(client, "search=&country=IQ&page_size=3&kind=")

    assert answer.context["query"] == "country=IQ"


def test_page_names_each_filter_in_use_and_how_to_drop_it(client, bases):
    answer, structure = page_of(client, "country=SY&country=IQ&name__icontains=a")
    text = answer.content.decode()

    for told in ("Country: <bdi>Syria", "Country: <bdi>Iraq", "Name with: <bdi>a"):
        assert f"<span>{told}</bdi></span>" in text
    assert "?country=SY&name__icontains=a" in links(structure)
    assert "?country=SY&country=IQ" in links(structure)
    assert {"type": "hidden", "name": "name__icontains", "value": "a"}.items() <= next(
        field for field in structure.all("input") if field["name"] == "name__icontains"
    ).items()


def test_page_keeps_what_every_field_asks_for(client, bases):
    _, structure = page_of(client, "country=SY&search=omar")
    fields = structure.all("input")

    assert {field["value"] for field in fields if "checked" in field} == {"SY"}
    assert [field["value"] for field in fields if field["name"] == "search"] == ["omar"]


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("country=XX", "country", "“XX” is unknown. Use: IQ, SY, US."),
        ("slug__in=nowhere", "slug__in", "“nowhere” is unknown. Use the slug of a base."),
        ("bbox=1,2", "bbox", "Give four numbers in degrees: west,south,east,north."),
        ("near=35,40", "radius_km", "Give radius_km too: within how many kilometres of it."),
    ],
)
def test_page_shows_a_bad_value_at_its_field_with_what_would_be_right(
    client, bases, query, field, told
):
    answer, structure = page_of(client, query)
    shown = [one for one in structure.all("input") if one["name"] == field]

    assert told in answer.content.decode()
    assert shown
    assert all(one["type"] != "hidden" for one in shown)
    assert {one["id"] for one in shown} <= {one["for"] for one in structure.all("label")}
    assert "/bases/al-omar/" not in links(structure)
    for _, attrs in structure.tags:
        assert set(attrs.get("aria-describedby", "").split()) <= set(structure.ids)


def test_page_without_a_fit_says_so(client, bases):
    answer, _ = page_of(client, "search=nowhere")

    assert "No base on record fits these filters." in answer.content.decode()


def test_page_refuses_a_clock_as_before(client, bases):
    assert client.get("/bases/?known_on=2024-01-01&country=SY").status_code == 400


def test_filtered_page_takes_few_queries(client, bases, django_assert_max_num_queries):
    make_tally(lines=[(make_base(), 4)])

    # revision; countries to check, to tell and to choose; two of names; box; counts; tally; bases
    with django_assert_max_num_queries(10):
        page_of(client, "country=SY&search=a&bbox=0,0,90,90")
