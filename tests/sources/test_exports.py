import pytest

from sources.api import OrganisationViewSet
from sources.exports import ORGANISATIONS, REPORTS, citation
from sources.imports import PUBLISHERS, cited_key
from sources.imports import REPORTS as REPORTS_FORMAT
from sources.models import Report
from sources.rows import Kind
from tests.exporting import cells_of, kinds_of
from tests.factories import day, make_organisation, make_organisation_name, make_report

pytestmark = pytest.mark.django_db

URL = "https://example.org/1"


@pytest.mark.parametrize(
    ("table", "kind"),
    [(ORGANISATIONS, PUBLISHERS), (REPORTS, REPORTS_FORMAT)],
    ids=["organisations", "reports"],
)
def test_columns_are_those_of_the_import_in_its_order(table, kind):
    assert table.names == kind.required + kind.optional


@pytest.mark.parametrize(
    ("key", "url", "cited"),
    [
        pytest.param("K-1", URL, URL, id="address"),
        pytest.param("seed:article", None, "seed:article", id="key that stands for itself"),
        pytest.param("K-1", None, "report:K-1", id="any key"),
        pytest.param("seed:Article", None, "report:seed:Article", id="key with a capital"),
        pytest.param("report:a", None, "report:report:a", id="key with our word in front"),
    ],
)
def test_report_is_cited_by_its_address_else_by_its_key(key, url, cited):
    report = Report(key=key, url=url)

    assert citation(report) == cited
    assert url or cited_key(cited) == key


def test_organisation_leaves_with_its_names_and_where_they_were_read():
    report = make_report("seed:list", url=None)
    group = make_organisation(
        "group", name="Group", country="IQ", parent=make_organisation("umbrella"), report=report
    )
    make_organisation_name(group, "A; a", language="en")
    make_organisation_name(group, "B", report=report)

    [row] = cells_of(ORGANISATIONS, OrganisationViewSet.queryset.filter(slug="group"))

    assert row == {
        "slug": "group",
        "name": "Group",
        "name_ar": None,
        "kind": "news",
        "country": "IQ",
        "url": None,
        "notes": None,
        "parent_slug": "umbrella",
        "aliases": r"A\; a;B",
        "alias_languages": r"en A\; a",
        "alias_sources": "seed:list B",
        "source_url": "seed:list",
    }


@pytest.mark.parametrize(
    ("earliest", "latest", "on"),
    [
        pytest.param("2024-01-15", "2024-01-15", "2024-01-15", id="one day"),
        pytest.param("2024-01-15", "2024-01-17", None, id="range"),
        pytest.param("2024-01-15", None, None, id="open end"),
        pytest.param(None, "2024-01-15", None, id="open start"),
        pytest.param(None, None, None, id="not known"),
    ],
)
def test_report_leaves_with_the_days_between_which_it_was_published(earliest, latest, on):
    earliest, latest, on = (one and day(one) for one in (earliest, latest, on))
    make_report("K-1", published_earliest=earliest, published_latest=latest, publisher=None)

    [row] = cells_of(REPORTS, Report.objects.all())

    days = [row[f"published_{name}"] for name in ("on", "earliest", "latest")]
    assert days == [on, earliest, latest]
    assert (row["publisher_slug"], row["title"], row["accessed_on"]) == (None, None, None)


def test_days_are_known_as_days():
    days = {"published_on", "published_earliest", "published_latest", "accessed_on"}

    assert kinds_of(REPORTS, Kind.DAY) == days
    assert kinds_of(ORGANISATIONS, Kind.TEXT) == set(ORGANISATIONS.names)


def test_rows_need_nothing_that_the_list_did_not_fetch(django_assert_num_queries):
    group = make_organisation(parent=make_organisation(), report=make_report())
    make_organisation_name(group, "A", report=make_report())
    records = list(OrganisationViewSet.queryset)

    with django_assert_num_queries(0):
        cells_of(ORGANISATIONS, records)
