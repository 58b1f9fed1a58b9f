"""The acceptances that ship are of findings that the ledger makes, and no others are accepted."""

import pytest
from django.db import transaction

from tallies.book import read_book
from tallies.models import AcceptedFinding
from tests.importing import DATA, read_csv, take

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _shipped(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        take(DATA)
        yield
        transaction.set_rollback(True)


def test_every_shipped_acceptance_is_stored_as_written():
    stored = {
        (
            one.kind,
            one.tally.key,
            one.other.key if one.other else "",
            one.base.slug if one.base else one.country and f"country:{one.country}",
            one.amount,
            one.why,
            one.report.url,
        )
        for one in AcceptedFinding.objects.select_related("tally", "other", "base", "report")
    }

    assert stored == {
        (
            *list(row.values())[:4],
            int(row["amount"]) if row["amount"] else None,
            row["why"],
            row["source_url"],
        )
        for row in read_csv(DATA / "accepted_findings.csv")
    }


@pytest.mark.parametrize("name", ["counting_rules", "accepted_findings"])
def test_rules_and_acceptances_name_a_page_on_which_a_shipped_tally_was_read(name):
    read = {row["source_url"] for row in read_csv(DATA / "published_tallies.csv")}

    assert {row["source_url"] for row in read_csv(DATA / f"{name}.csv")} <= read


def test_every_shipped_acceptance_is_of_a_finding_that_the_ledger_makes():
    findings = [finding for page in read_book() for finding in page.ledger.findings]
    accepted = [finding.accepted for finding in findings if finding.accepted]

    assert sorted(one.pk for one in accepted) == sorted(
        AcceptedFinding.objects.values_list("pk", flat=True)
    )
    assert not [finding for finding in findings if finding.lapsed]


def test_what_no_source_explains_stays_open():
    """Such as 61 and 62 for 17 November 2023, and the 17 for Al-Tanf that was printed twice."""
    open_ones = {
        (finding.kind.value, finding.tally.key)
        for page in read_book()
        for finding in page.ledger.open_findings
    }

    assert ("siblings", "dod-via-southfront-20231117") in open_ones
    assert ("stale", "sohr-via-sadaelbalad-20241028") in open_ones
