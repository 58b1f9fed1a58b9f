from decimal import Decimal

import pytest

from bases.api import BaseViewSet, PresenceViewSet
from bases.exports import BASES, FORCE_PRESENCE
from bases.imports import BASES as BASES_FORMAT
from bases.imports import FORCE_PRESENCE as FORCE_PRESENCE_FORMAT
from bases.models import MilitaryBase
from sources.rows import Kind
from tests.exporting import cells_of, kinds_of
from tests.factories import (
    day,
    make_base,
    make_base_name,
    make_organisation,
    make_presence,
    make_report,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("table", "kind"),
    [(BASES, BASES_FORMAT), (FORCE_PRESENCE, FORCE_PRESENCE_FORMAT)],
    ids=["bases", "force presence"],
)
def test_columns_are_those_of_the_import_in_its_order(table, kind):
    assert table.names == kind.required + kind.optional


def test_base_leaves_with_its_names_and_where_they_were_read():
    report = make_report("K-1", url=None)
    base = make_base("site", parent=make_base("oil"), latitude="35.10000", longitude="40.00001")
    make_base_name(base, "A", language="en")
    make_base_name(base, "B", doubtful=True, report=report)

    [row] = cells_of(BASES, BaseViewSet.queryset.filter(slug="site"))

    assert (row["aliases"], row["doubtful_aliases"]) == ("A", "B")
    assert (row["alias_languages"], row["alias_sources"]) == ("en A", "report:K-1 B")
    assert (row["parent_slug"], row["source_url"], row["notes"]) == ("oil", None, None)
    assert (row["latitude"], row["longitude"]) == (Decimal("35.10000"), Decimal("40.00001"))


def test_place_is_known_with_both_coordinates_only():
    base = MilitaryBase(latitude=Decimal("35.1"), longitude=Decimal("-40.2"))

    assert BASES.place(base) == (-40.2, 35.1)
    assert BASES.place(MilitaryBase()) is None


def test_force_leaves_as_printed_with_the_organisation_it_is():
    force = make_organisation("us")
    make_presence(
        "p-1", force=force, force_text="U.S.", base=make_base("site"), as_of=day("2024-01-01")
    )
    make_presence("p-2", troops=None)

    base, country = cells_of(FORCE_PRESENCE, PresenceViewSet.queryset.order_by("key"))

    assert (base["force"], base["force_slug"], base["base_slug"]) == ("U.S.", "us", "site")
    assert (base["country_iso2"], base["troops"], base["as_of"]) == (None, 900, day("2024-01-01"))
    assert (country["country_iso2"], country["base_slug"], country["troops"]) == ("SY", None, None)


def test_numbers_and_days_are_known_as_such():
    assert kinds_of(BASES, Kind.NUMBER) == {"latitude", "longitude"}
    assert kinds_of(FORCE_PRESENCE, Kind.INTEGER) == {"troops"}
    assert kinds_of(FORCE_PRESENCE, Kind.DAY) == {"as_of"}


def test_rows_need_nothing_that_the_list_did_not_fetch(django_assert_num_queries):
    base = make_base(parent=make_base(), report=make_report())
    make_base_name(base, "A", report=make_report())
    make_presence(base=base, force=make_organisation(), report=make_report())
    bases, presences = list(BaseViewSet.queryset), list(PresenceViewSet.queryset)

    with django_assert_num_queries(0):
        cells_of(BASES, bases)
        cells_of(FORCE_PRESENCE, presences)
