import pytest

from sources.models import Revision
from tallies.models import PublishedTally, TallyLine
from tests.admin_pages import admin_url, errors_of, rows, save
from tests.factories import make_base, make_base_name, make_organisation, make_tally

pytestmark = pytest.mark.django_db


def enter(client, *lines, **fields):
    numbered = [{"position": place} | line for place, line in enumerate(lines, 1)]
    tally = {"key": "sohr-1", "counter": make_organisation().pk, "coverage": "full"} | fields
    return save(client, admin_url(PublishedTally, "add"), **tally, **rows("lines", *numbered))


def test_tally_is_entered_with_its_lines_in_one_revision(admin_client):
    base = make_base()

    answer = enter(
        admin_client,
        {"base": base.pk, "name_as_printed": "Omar oil field", "number": 36},
        {"country": "IQ", "name_as_printed": "Iraq", "number": 2},
        total=38,
        territory="IQ;SY",
    )

    assert answer.status_code == 302
    tally = PublishedTally.objects.get()
    assert (tally.total, tally.sum_of_lines, tally.difference) == (38, 38, 0)
    assert Revision.objects.filter(origin="admin").count() == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param(
            {"counting_since": "2024-02-01", "counting_until": "2024-01-01"},
            "Counting ends before it begins",
            id="window",
        ),
        pytest.param({"territory": "Syria"}, "ISO 3166 codes", id="territory"),
        pytest.param({"total": "-1"}, "greater than or equal to 0", id="negative"),
        pytest.param({"key": "a/b"}, "Use letters, digits", id="key"),
    ],
)
def test_impossible_tally_is_refused_in_words(admin_client, fields, message):
    answer = enter(admin_client, **fields)

    assert message in errors_of(answer)
    assert not PublishedTally.objects.exists()


def test_line_for_a_base_and_a_country_is_refused_in_words(admin_client):
    line = {"base": make_base().pk, "country": "SY", "name_as_printed": "Omar", "number": 1}

    answer = enter(admin_client, line)

    assert "a base or a country, never both" in errors_of(answer)
    assert not TallyLine.objects.exists()


@pytest.mark.parametrize("name", ["Iraq", ""], ids=["named", "name not recorded"])
def test_line_that_stands_twice_is_refused_in_words(admin_client, name):
    line = {"country": "IQ", "name_as_printed": name, "number": 1}

    answer = enter(admin_client, line, line)

    assert "Listed twice: I" in errors_of(answer)
    assert not PublishedTally.objects.exists()


def test_lines_without_a_base_may_share_a_country_or_a_name(admin_client):
    lines = [("IQ", "North"), ("IQ", "South"), ("SY", "North")]

    enter(
        admin_client,
        *({"country": code, "name_as_printed": name, "number": 1} for code, name in lines),
    )

    assert TallyLine.objects.count() == 3


def test_line_is_found_by_any_name_of_its_base(admin_client):
    base = make_base()
    make_base_name(base, "Koniko")
    make_tally(lines=[(base, 40), ("IQ", 2)])

    found = admin_client.get(admin_url(TallyLine, "changelist"), {"q": "koniko"}).context["cl"]

    assert [line.number for line in found.result_list] == [40]


def test_change_page_needs_few_queries_whatever_the_number_of_lines(
    admin_client, django_assert_max_num_queries
):
    tally = make_tally(lines=[(make_base(), 1) for _ in range(30)])

    # Session, user, tally, lines, and the choice in the fields counter and report.
    with django_assert_max_num_queries(8):
        admin_client.get(admin_url(PublishedTally, "change", tally.pk))
