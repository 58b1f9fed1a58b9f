import pytest
from django.http import QueryDict

from tallies.filters import TallyFilter
from tallies.models import PublishedTally
from tests.factories import day, make_organisation, make_tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def tallies():
    sohr = make_organisation("sohr", name="Syrian Observatory", name_ar="المرصد", kind="monitor")
    dod = make_organisation("dod", name="Department", kind="government")
    make_tally(sohr, key="sohr-2024-02", total=36, quantifier="at_least", note="Koniko, and more")
    make_tally(dod, key="dod-1", total=None, counting_since=None, coverage="partial")
    make_tally(dod, key="dod-2", total=175, counting_until=day("2024-03-01"), quantifier="exactly")


def filtered(query):
    return TallyFilter(QueryDict(query), PublishedTally.objects.all())


def keys(query):
    filters = filtered(query)
    assert filters.is_valid(), filters.errors
    return {tally.key for tally in filters.qs}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("key__in=dod-1,sohr-2024-02", {"dod-1", "sohr-2024-02"}),
        ("counter__in=dod", {"dod-1", "dod-2"}),
        ("coverage__in=partial,full", {"dod-1"}),
        ("counting_since__gte=2023-10-19", {"sohr-2024-02", "dod-2"}),
        ("counting_since__lte=2023-10-18", set()),
        ("counting_since__isnull=true", {"dod-1"}),
        ("counting_until__gte=2024-03-01", {"dod-2"}),
        ("counting_until__lte=2024-02-29", set()),
        ("counting_until__isnull=false", {"dod-2"}),
        ("total__gte=37", {"dod-2"}),
        ("total__lte=36", {"sohr-2024-02"}),
        ("total__isnull=true", {"dod-1"}),
        ("quantifier__in=exactly,at_least", {"sohr-2024-02", "dod-2"}),
        ("search=observatory", {"sohr-2024-02"}),
        ("search=المرصد", {"sohr-2024-02"}),
        ("search=2024", {"sohr-2024-02"}),
        ("search=koniko syrian", {"sohr-2024-02"}),
        ("search=koniko department", set()),
        ("search=100%25", set()),
        ("search=…", set()),
        ("search=&key__in=&total__gte=&counter=dod&total__isnull=false", {"dod-2"}),
    ],
)
def test_tallies_by_their_fields_and_texts(tallies, query, found):
    assert keys(query) == found


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("key__in=dod-1,x", "“x” is unknown. Use the key of a tally."),
        ("counter__in=x", "Use the slug of an organisation."),
        ("coverage__in=all", "Use: full, partial, total_only."),
        ("quantifier__in=perhaps", "Use: exactly, at_least, more_than, about."),
        ("total__gte=-1", "Give a whole number from 0 to 2147483647."),
        ("counting_since__lte=soon", "Give a day as YYYY-MM-DD."),
    ],
)
def test_bad_value_is_refused_at_its_field_with_what_is_allowed(tallies, query, told):
    errors = filtered(query).errors

    assert list(errors) == [query.split("=")[0]]
    assert told in errors[query.split("=")[0]][0]
