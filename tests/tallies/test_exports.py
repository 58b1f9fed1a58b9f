import pytest

from sources.rows import Kind
from tallies.api import TallyViewSet
from tallies.exports import TALLIES
from tallies.imports import TALLIES as TALLIES_FORMAT
from tests.exporting import cells_of, kinds_of
from tests.factories import day, make_base, make_organisation, make_tally

pytestmark = pytest.mark.django_db


def rows():
    return cells_of(TALLIES, TallyViewSet.queryset.order_by("key"))


def test_columns_are_those_of_the_import_then_what_follows_from_them():
    assert TALLIES.names == (
        *TALLIES_FORMAT.required,
        *TALLIES_FORMAT.optional,
        "sum_of_lines",
        "difference",
    )


def test_tally_has_a_row_for_each_line():
    counter = make_organisation("sohr", name="SOHR", kind="monitor")
    make_tally(counter, [(make_base("oil"), 3), ("IQ", 4)], key="t-1", total=8, territory="IQ;SY")

    oil, iraq = rows()

    assert (oil["base_slug"], oil["count_text_name"], oil["count"]) == ("oil", "Oil", 3)
    assert (iraq["base_slug"], iraq["count"], iraq["position"]) == ("country:IQ", 4, 2)
    for row in (oil, iraq):
        assert (row["publisher"], row["publisher_slug"]) == ("SOHR", "sohr")
        assert (row["publication_key"], row["total_claimed"], row["scope"]) == ("t-1", 8, "IQ;SY")
        assert (row["sum_of_lines"], row["difference"]) == (7, -1)
        assert (row["published_on"], row["quantifier"]) == (day("2024-02-01"), None)


def test_total_alone_has_a_row_without_a_line():
    make_tally(total=0, report=None)

    [row] = rows()

    assert row["total_claimed"] == 0
    line = ("base_slug", "count_text_name", "count", "position", "sum_of_lines", "difference")
    assert {row[name] for name in (*line, "source_url", "published_on")} == {None}


def test_numbers_and_days_are_known_as_such():
    counted = {"total_claimed", "count", "position", "sum_of_lines", "difference"}
    days = {"published_on", "published_earliest", "published_latest"}

    assert kinds_of(TALLIES, Kind.INTEGER) == counted
    assert kinds_of(TALLIES, Kind.DAY) == days | {"counting_since", "counting_until"}


def test_rows_need_nothing_that_the_list_did_not_fetch(django_assert_num_queries):
    make_tally(lines=[(make_base(), 3), ("IQ", 4)])
    tallies = list(TallyViewSet.queryset)

    with django_assert_num_queries(0):
        cells_of(TALLIES, tallies)
