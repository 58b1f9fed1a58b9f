import pytest

from sources.revisions import revision
from tallies.models import AcceptedFinding, FindingKind, PublishedTally
from tests.importing import dump, edit, refusals, take, verdicts, write_files

pytestmark = pytest.mark.django_db

NAME = "accepted_findings.csv"
URL = "https://example.org/1"
BEFORE = {
    "publishers": [{}],
    "bases": [{}, {"slug": "conoco", "name": "Conoco", "aliases": "Koniko"}],
    "published_tallies": [{}, {"publication_key": "sohr-2"}],
}


@pytest.fixture
def finding(tmp_path):
    """A folder in which these rows are the accepted findings."""

    def finding(*rows, **others):
        files = BEFORE | {"accepted_findings": list(rows) or [{}]} | others
        return write_files(tmp_path / "files", **files)

    return finding


@pytest.fixture
def alone(tmp_path):
    """A folder with these accepted findings and nothing else."""

    def alone(*rows):
        return write_files(tmp_path / "alone", accepted_findings=list(rows))

    return alone


def tally(key="sohr-1"):
    return PublishedTally.objects.get(key=key)


def test_acceptance_is_stored_with_all_columns(finding):
    cells = {
        "kind": "fall",
        "publication_key": "sohr-2",
        "other_key": "sohr-1",
        "place": "conoco",
        "amount": "-4",
        "why": "Corrected by the counter",
        "source_url": URL,
    }
    folder = finding(cells)

    take(folder)

    stored = AcceptedFinding.objects.get()
    assert (stored.kind, stored.amount) == (FindingKind.FALL, -4)
    assert (stored.tally, stored.other) == (tally("sohr-2"), tally("sohr-1"))
    assert (stored.base.slug, stored.country) == ("conoco", "")
    assert (stored.why, stored.report.url) == ("Corrected by the counter", URL)
    assert verdicts(take(folder)) == {}


@pytest.mark.parametrize("kind", FindingKind.values)
def test_every_kind_can_be_accepted(finding, kind):
    take(finding({"kind": kind}))

    assert AcceptedFinding.objects.get().kind == kind


def test_empty_cells_are_the_total_and_no_amount(finding):
    take(finding({"amount": ""}))

    stored = AcceptedFinding.objects.get()
    assert (stored.other, stored.base, stored.country, stored.amount) == (None, None, "", None)
    assert stored.report is None


@pytest.mark.parametrize(
    ("place", "slug", "code"),
    [
        pytest.param("conoco", "conoco", "", id="slug"),
        pytest.param("koniko", "conoco", "", id="name"),
        pytest.param("country:IQ", None, "IQ", id="country"),
    ],
)
def test_place_is_a_base_or_a_country(finding, place, slug, code):
    take(finding({"place": place}))

    stored = AcceptedFinding.objects.get()
    assert (stored.base and stored.base.slug, stored.country) == (slug, code)


@pytest.mark.parametrize("amount", ["0", "-1", "6", "2147483647", "-2147483647"])
def test_amount_is_a_whole_number(finding, amount):
    take(finding({"amount": amount}))

    assert AcceptedFinding.objects.get().amount == int(amount)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param({"kind": ""}, "kind", id="no kind"),
        pytest.param({"kind": "rise"}, "kind", id="kind not in list"),
        pytest.param({"kind": "closed period"}, "kind", id="kind by its label"),
        pytest.param({"publication_key": ""}, "publication_key", id="no key"),
        pytest.param({"publication_key": "sohr-9"}, "publication_key", id="unknown tally"),
        pytest.param({"other_key": "sohr-9"}, "other_key", id="unknown other"),
        pytest.param({"place": "nowhere"}, "place", id="unknown base"),
        pytest.param({"place": "country:ZZ"}, "place", id="unknown country"),
        pytest.param({"place": "country:"}, "place", id="no country"),
        pytest.param({"place": "country:iq"}, "place", id="country in small letters"),
        pytest.param({"place": "IQ"}, "place", id="country without a prefix"),
        pytest.param({"amount": "six"}, "amount", id="amount in words"),
        pytest.param({"amount": "1.5"}, "amount", id="half an attack"),
        pytest.param({"amount": "--1"}, "amount", id="two signs"),
        pytest.param({"amount": "-"}, "amount", id="only a sign"),
        pytest.param({"amount": "\u0661"}, "amount", id="Arabic digit"),
        pytest.param({"amount": "2147483648"}, "amount", id="too large"),
        pytest.param({"amount": "-9999999999"}, "amount", id="too far below zero"),
        pytest.param({"amount": "9" * 40}, "amount", id="far too large"),
        pytest.param({"why": ""}, "why", id="no reason"),
        pytest.param({"source_url": "not an address"}, "source_url", id="no address"),
    ],
)
def test_acceptance_is_refused(finding, cells, column):
    assert refusals(finding(cells)) == [(NAME, 2, column)]


def test_finding_that_is_accepted_twice_is_refused(finding):
    rows = [{"place": "conoco"}, {"place": "Koniko", "amount": "2", "why": "Else"}]

    assert refusals(finding(*rows)) == [(NAME, 3, "publication_key")]


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param({"kind": "stale"}, id="kind"),
        pytest.param({"publication_key": "sohr-2"}, id="tally"),
        pytest.param({"other_key": "sohr-2"}, id="other"),
        pytest.param({"place": "conoco"}, id="base"),
        pytest.param({"place": "country:SY"}, id="country"),
    ],
)
def test_findings_that_differ_in_one_thing_are_two(finding, cells):
    folder = finding({}, cells)

    take(folder)

    assert AcceptedFinding.objects.count() == 2
    assert verdicts(take(folder)) == {}


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param({"total_claimed": "many"}, "total_claimed", id="bad number"),
        pytest.param({"note": "x", "publication_key": "sohr-1"}, "note", id="rows that differ"),
    ],
)
def test_finding_of_a_refused_tally_is_not_refused_again(finding, cells, column):
    rows = [{"base_slug": "conoco"}, cells] if column == "note" else [cells]

    places = refusals(finding(published_tallies=rows))

    assert places == [("published_tallies.csv", 1 + len(rows), column)]


def test_findings_may_be_imported_alone(finding, alone):
    take(finding({"why": "Not known yet"}))

    take(alone({"why": "The attack in Jordan"}))

    assert AcceptedFinding.objects.get().why == "The attack in Jordan"


# Corrections and hand edits


def test_corrected_amount_and_reason_change_the_acceptance(finding):
    take(finding({"amount": "1"}))

    plan = take(finding({"amount": "-1", "why": "Else"}))

    assert AcceptedFinding.objects.get().amount == -1
    assert verdicts(plan) == {"changed": 1}
    assert "amount 1 -> -1" in plan.changes[0]


def test_acceptance_that_left_the_file_stays(finding):
    take(finding({}, {"kind": "stale"}))

    assert verdicts(take(finding({}))) == {}
    assert AcceptedFinding.objects.count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"why": "Looked up again"}, id="why"),
        pytest.param({"amount": None}, id="amount"),
        pytest.param({"kind": "stale"}, id="kind"),
        pytest.param({"country": "IQ"}, id="place"),
    ],
)
def test_acceptance_edited_by_hand_is_kept_and_not_doubled(finding, fields):
    folder = finding()
    take(folder)
    edit(AcceptedFinding.objects.get(), **fields)
    before = dump()

    plan = take(folder)

    assert verdicts(plan) == {"edited here": 1}
    assert dump() == before


def test_acceptance_deleted_by_hand_stays_deleted(finding):
    folder = finding()
    take(folder)
    with revision("it is an open question"):
        AcceptedFinding.objects.get().delete()

    assert verdicts(take(folder)) == {"edited here": 1}
    assert not AcceptedFinding.objects.exists()


def test_acceptance_made_by_hand_is_kept(finding):
    take(finding())
    with revision("known here"):
        AcceptedFinding.objects.create(kind="stale", tally=tally(), why="A reprint")
    before = dump()

    plan = take(finding({}, {"kind": "stale", "amount": "", "why": "Else"}))

    assert verdicts(plan) == {"edited here": 1}
    assert dump() == before


@pytest.mark.parametrize("column", ["publication_key", "other_key"])
def test_finding_of_a_tally_deleted_by_hand_is_left_out(finding, alone, column):
    row = {"publication_key": "sohr-2"} | {column: "sohr-1"}
    take(finding(row))
    with revision("never published"):
        tally("sohr-1").delete()
    before = dump()

    for folder in (finding(row), alone(row)):
        plan = take(folder)
        assert dump() == before
        assert plan.notes == [f"{NAME}, row 2: left out, for sohr-1 was removed or left out here."]


def test_tally_is_found_by_a_key_that_an_editor_has_changed_since(finding, alone):
    folder = finding()
    take(folder)
    edit(tally(), key="sohr-first")
    before = dump()

    assert verdicts(take(alone({}))) == {}
    assert verdicts(take(folder)) == {"edited here": 1}
    assert dump() == before
