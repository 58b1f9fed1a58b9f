import pytest
from django.db import IntegrityError, transaction

from attacks.counting import Count, Window, count
from attacks.models import Incident
from sources.revisions import revision
from tallies.models import PublishedTally, TallyLine
from tests.factories import (
    day,
    make_base,
    make_incident,
    make_organisation,
    make_report,
    make_tally,
)

pytestmark = pytest.mark.django_db


def test_as_of_is_the_end_of_counting_else_the_days_of_publication():
    stated = make_tally(published="2024-02-05", counting_until=day("2024-01-31"))
    published = make_tally(published="2024-02-05")

    assert (stated.as_of_earliest, stated.as_of_latest) == (day("2024-01-31"),) * 2
    assert (published.as_of_earliest, published.as_of_latest) == (day("2024-02-05"),) * 2


def test_window_ends_on_an_interval_where_only_that_is_known():
    report = make_report(published_earliest=day("2024-01-05"), published_latest=day("2024-01-27"))
    tally = make_tally(report=report, counting_since=day("2023-10-19"))

    assert tally.window == Window(
        since=day("2023-10-19"), until=day("2024-01-27"), certain_until=day("2024-01-05")
    )


def test_window_whose_end_is_not_known_holds_nothing_for_certain_after_its_first_day():
    tally = make_tally(report=None, counting_since=day("2024-01-01"))
    make_incident(on="2024-01-01")
    make_incident(on="2024-01-02")

    assert count(Incident.objects.all(), tally.window) == Count(1, 2)


def test_window_without_any_day_holds_nothing_for_certain():
    tally = make_tally(report=None, counting_since=None)
    make_incident()

    assert count(Incident.objects.all(), tally.window) == Count(0, 1)


def test_lines_are_kept_as_published_also_when_they_do_not_add_up():
    """The Pentagon's 78 was printed as 43 + 41; 165 as 66 + 98."""
    too_many = make_tally(lines=[("IQ", 43), ("SY", 41)], total=78)
    too_few = make_tally(lines=[("IQ", 66), ("SY", 98)], total=165)

    assert (too_many.sum_of_lines, too_many.difference) == (84, 6)
    assert (too_few.sum_of_lines, too_few.difference) == (164, -1)


def test_difference_means_nothing_for_a_partial_list_or_without_a_total():
    assert make_tally(lines=[("IQ", 43)], total=78, coverage="partial").difference is None
    assert make_tally(lines=[("IQ", 36), ("SY", 37)], total=None).difference is None
    assert make_tally(total=78).difference is None


def test_line_is_for_a_base_or_a_country_never_for_both():
    tally = make_tally()

    with pytest.raises(IntegrityError), transaction.atomic(), revision("wrong"):
        TallyLine.objects.create(
            tally=tally, position=1, base=make_base(), country="SY", name_as_printed="x", number=1
        )


def test_line_may_be_for_neither():
    with revision("as printed"):
        TallyLine.objects.create(
            tally=make_tally(), position=1, name_as_printed="Erbil province", number=26
        )


def test_line_of_one_name_stands_once():
    base = make_base()
    tally = make_tally(lines=[(base, 2)])

    with pytest.raises(IntegrityError), transaction.atomic(), revision("again"):
        TallyLine.objects.create(
            tally=tally, position=2, base=base, name_as_printed=str(base), number=3
        )


def test_counting_that_ends_before_it_begins_is_refused_by_the_database():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_tally(counting_since=day("2024-02-01"), counting_until=day("2024-01-01"))


def test_latest_first_goes_by_the_day_a_tally_speaks_for():
    sohr = make_organisation("sohr", kind="monitor")
    undated = make_tally(sohr, key="undated", report=None)
    old = make_tally(sohr, key="old", published="2023-11-01")
    period = make_tally(
        sohr, key="period", published="2024-08-01", counting_until=day("2024-01-31")
    )
    new = make_tally(sohr, key="new", published="2024-02-05")

    assert list(PublishedTally.objects.latest_first()) == [new, period, old, undated]


def test_territory_is_a_list_of_countries():
    tally = make_tally(territory="IQ;SY")
    tally.full_clean()

    assert tally.countries == ["IQ", "SY"]
    assert tally.country_names == ["Iraq", "Syria"]
    assert make_tally(territory="").countries == []
