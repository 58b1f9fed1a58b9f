import pytest
from django.http import QueryDict

from sources.filters import OrganisationFilter, ReportFilter
from tests.factories import make_group, make_organisation, make_report
from tests.test_pages import Structure

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisations():
    umbrella = make_group("umbrella", name="Umbrella")
    make_group("brigades", name="The Brigades", country="IQ", parent=umbrella)
    make_organisation("sohr", name="SOHR", kind="monitor", country="GB")
    make_organisation("wire", name="Wire", kind="news")


def filtered(filters, query):
    asked = filters(QueryDict(query), filters._meta.model.objects.all())
    assert asked.is_valid(), asked.errors
    return asked.qs


def errors(filters, query):
    return filters(QueryDict(query), filters._meta.model.objects.all()).errors


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("slug__in=sohr,wire", {"sohr", "wire"}),
        ("kind__in=monitor,news", {"sohr", "wire"}),
        ("kind__in=monitor,news&country__in=GB,IQ", {"sohr"}),
        ("name__icontains=brig", {"brigades"}),
        ("parent__isnull=false", {"brigades"}),
        ("parent__isnull=true&kind=armed_group", {"umbrella"}),
        ("slug__in=&kind__in=&name__icontains=&parent__isnull=&kind=news", {"wire"}),
    ],
)
def test_organisations_by_their_fields(organisations, query, found):
    assert {one.slug for one in filtered(OrganisationFilter, query)} == found


@pytest.fixture
def reports():
    wire = make_organisation("wire")
    make_report("early", publisher=wire, published="2024-01-05", title="Drone over Conoco")
    make_report("late", published="2024-03-05", language="ar")
    make_report(
        "range",
        published_earliest="2024-01-01",
        published_latest="2024-02-01",
        language="en",
        url="https://example.com/Range",
    )
    make_report("undated", publisher=wire)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("publisher__in=wire", {"early", "undated"}),
        ("publisher__isnull=true", {"late", "range"}),
        ("published_earliest__gte=2024-01-05", {"early", "late"}),
        ("published_earliest__lte=2024-01-01", {"range"}),
        ("published_earliest__isnull=true", {"undated"}),
        ("published_latest__gte=2024-02-01", {"late", "range"}),
        ("published_latest__lte=2024-01-31", {"early"}),
        ("published_latest__isnull=false", {"early", "late", "range"}),
        ("language__in=ar,en", {"late", "range"}),
        ("language__in=fr", set()),
        ("url__icontains=EXAMPLE.COM", {"range"}),
        ("title__icontains=conoco", {"early"}),
    ],
)
def test_reports_by_their_fields(reports, query, found):
    assert {one.key for one in filtered(ReportFilter, query)} == found


@pytest.mark.parametrize(
    ("filters", "query", "told"),
    [
        (OrganisationFilter, "slug__in=wire,x", "“x” is unknown. Use the slug of an organisation."),
        (OrganisationFilter, "kind__in=club", "Use: monitor, government, "),
        (OrganisationFilter, "country__in=FR", "“FR” is unknown. Use: "),
        (OrganisationFilter, "parent__isnull=1", "Use true or false."),
        (ReportFilter, "publisher__in=x", "Use the slug of an organisation."),
        (ReportFilter, "published_earliest__gte=05/01/2024", "Give a day as YYYY-MM-DD."),
        (ReportFilter, "published_latest__lte=2024-02-30", "Give a day as YYYY-MM-DD."),
        (ReportFilter, "language__in=en,english!", "Give a language by its BCP 47 code"),
        (ReportFilter, "language__in=en,", "Give a language by its BCP 47 code"),
    ],
)
def test_bad_value_is_refused_at_its_field_with_what_is_allowed(filters, query, told):
    make_organisation("wire")
    found = errors(filters, query)

    assert list(found) == [query.split("=")[0]]
    assert told in found[query.split("=")[0]][0]


# The page


def page_of(client, query):
    answer = client.get(f"/organisations/?{query}")
    assert answer.status_code == 200
    return answer, Structure(answer.content.decode())


@pytest.mark.parametrize("query", ["kind=monitor&country=GB", "slug__in=sohr", "search=soh"])
def test_page_takes_what_the_list_of_the_api_takes(client, organisations, query):
    answer, structure = page_of(client, query)

    found = client.get(f"/api/v1/organisations/?{query}").json()["results"]
    assert [row["slug"] for row in found] == ["sohr"]
    assert [row.slug for row in answer.context["organisations"]] == ["sohr"]
    links = [link.get("href") for link in structure.all("a")]
    assert "/organisations/sohr/" in links
    assert "/organisations/wire/" not in links
    assert dict(QueryDict(answer.context["query"])) == dict(QueryDict(query))


def test_page_names_each_filter_in_use_and_how_to_drop_it(client, organisations):
    answer, structure = page_of(client, "kind=monitor&country=GB")

    assert "<span>Kind: <bdi>monitor</bdi></span>" in answer.content.decode()
    assert "?country=GB" in [link.get("href") for link in structure.all("a")]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("kind=club", "“club” is unknown. Use: monitor, "),
        ("slug__in=nobody", "“nobody” is unknown. Use the slug of an organisation."),
        ("parent__isnull=maybe", "Use true or false."),
    ],
)
def test_page_shows_a_bad_value_at_its_field_with_what_would_be_right(
    client, organisations, query, told
):
    answer, structure = page_of(client, query)
    name = query.split("=")[0]
    shown = [one for one in structure.all("input") if one["name"] == name]

    assert told in answer.content.decode()
    assert "Nothing is shown, because a filter could not be read." in answer.content.decode()
    assert shown
    assert all(one["type"] != "hidden" for one in shown)
    assert answer.content.decode().count("<table") == 0


def test_page_without_a_fit_says_so(client, organisations):
    answer, _ = page_of(client, "search=nowhere")

    assert "No organisation on record fits these filters." in answer.content.decode()


def test_filtered_page_takes_few_queries(client, organisations, django_assert_max_num_queries):
    # revision; countries to check, to tell and to choose; organisations
    with django_assert_max_num_queries(5):
        page_of(client, "country=GB&search=a&kind__in=monitor")
