"""docs/counting.md names what the ledger finds and quotes real numbers."""

import re

from django.conf import settings

from tallies.models import FindingKind
from tests.importing import DATA, read_csv


def page():
    return (settings.BASE_DIR / "docs" / "counting.md").read_text(encoding="utf-8")


def test_every_kind_of_finding_is_told():
    for kind in FindingKind:
        assert f"\n| {kind.label} | " in page()


def test_every_rule_that_ships_is_named():
    for row in read_csv(DATA / "counting_rules.csv"):
        assert f"`rule={row['publisher_slug']}`" in page()


def test_numbers_quoted_are_published_ones():
    rows = read_csv(DATA / "published_tallies.csv")
    totals = {row["total_claimed"] for row in rows} | {row["count"] for row in rows}
    quoted = re.findall(r"\b(135|165|78|61|62|60|164|39|65|101|108|126|63|68|120|32)\b", page())

    assert len(set(quoted)) == 16
    assert set(quoted) <= totals


def test_keys_and_addresses_quoted_exist():
    keys = {row["publication_key"] for row in read_csv(DATA / "published_tallies.csv")}

    quoted = set(re.findall(r"\bsohr-[a-z0-9-]+", page()))
    assert quoted
    assert quoted <= keys
