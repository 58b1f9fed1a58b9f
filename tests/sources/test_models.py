import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from sources.models import Organisation, Report
from sources.revisions import revision
from tests.factories import day, make_organisation, make_organisation_name, make_report

pytestmark = pytest.mark.django_db


def test_report_without_an_address_is_normal_and_there_may_be_many():
    first, second = make_report(url=None), make_report(url="")

    second.refresh_from_db()
    assert (first.url, second.url) == (None, None)


def test_two_reports_never_share_an_address():
    make_report(url="https://example.org/one")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_report(url="https://example.org/one")


def test_report_published_earliest_after_latest_is_refused_by_the_database():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_report(published_earliest=day("2024-01-02"), published_latest=day("2024-01-01"))


def test_report_may_be_open_at_one_end():
    report = make_report(published_earliest=day("2024-01-02"))
    report.full_clean()

    assert report.published_latest is None


@pytest.mark.parametrize(
    "url", ["ftp://example.org/x", "javascript:alert(1)", "example.org", "x y"]
)
def test_report_takes_only_web_addresses(url):
    with pytest.raises(ValidationError):
        Report(key="k", url=url).full_clean()


def test_report_takes_an_address_of_two_thousand_characters():
    Report(key="k", url="https://example.org/" + "a" * 1980).full_clean()

    with pytest.raises(ValidationError):
        Report(key="k", url="https://example.org/" + "a" * 1981).full_clean()


def test_organisation_cannot_stand_under_its_own_member():
    top = make_organisation("top")
    top.parent = make_organisation("member", parent=top)

    with pytest.raises(ValidationError, match="own member"):
        top.full_clean()


def test_organisation_cannot_stand_deeper_than_claim_status_looks():
    deepest = make_organisation(parent=make_organisation(parent=make_organisation()))
    deepest.full_clean()

    with pytest.raises(ValidationError, match="so deep"):
        Organisation(slug="x", name="x", kind="news", parent=deepest).full_clean()


def test_organisation_with_members_cannot_be_put_too_deep_from_above():
    top = make_organisation()
    make_organisation(parent=make_organisation(parent=top))
    top.parent = make_organisation()

    with pytest.raises(ValidationError, match="so deep"):
        top.full_clean()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org/", "example.org"])
def test_an_address_that_is_none_of_the_web_is_refused_by_the_database(url):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_report(url=url)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_organisation(url=url)


def test_organisation_name_stands_once():
    sohr = make_organisation("sohr")
    make_organisation_name(sohr, "SOHR")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_organisation_name(sohr, "SOHR")


def test_organisation_that_published_a_report_cannot_be_deleted():
    report = make_report(publisher=make_organisation())

    with pytest.raises(IntegrityError), transaction.atomic(), revision("mistaken"):
        report.publisher.delete()
