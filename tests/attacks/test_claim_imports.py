import pytest

from attacks.models import Claim, Incident
from sources.models import Organisation
from sources.revisions import revision
from tests.attacks.conftest import GROUPS
from tests.factories import day, make_incident
from tests.importing import (
    dump,
    edit,
    refusals,
    take,
    verdicts,
)

pytestmark = pytest.mark.django_db

URL = "https://example.org/1"


def said():
    """The claims on record, in short."""
    return sorted(
        (claim.kind, claim.claimant_text, claim.blamed_text, str(claim.made_on), claim.summary)
        for claim in Claim.objects.all()
    )


def test_claim_is_stored_with_all_columns(files):
    cells = {
        "claimant": "US",
        "kind": "casualty",
        "stance": "corrects",
        "claimed_on": "2024-01-16",
        "via": "briefing",
        "summary": "Eight injured",
        "source_url": URL,
        "speaker": "A spokesman",
        "blamed": "IRI",
        "killed_low": "0",
        "killed_high": "1",
        "injured_low": "8",
        "whose": "US",
    }
    folder = files(incidents=[{}], claims=[cells])

    take(folder)

    claim = Claim.objects.get()
    assert (claim.claimant.slug, claim.claimant_text, claim.speaker) == ("us", "US", "A spokesman")
    assert (claim.kind, claim.stance, claim.made_on) == ("casualty", "corrects", day("2024-01-16"))
    assert (claim.via, claim.summary, claim.report.url) == ("briefing", "Eight injured", URL)
    assert (claim.blamed.slug, claim.blamed_text) == ("iri", "IRI")
    assert (claim.killed_low, claim.killed_high) == (0, 1)
    assert (claim.injured_low, claim.injured_high, claim.whose) == (8, None, "US")
    assert verdicts(take(folder)) == {}


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param({"incident_key": "inc-9"}, "incident_key", id="unknown incident"),
        pytest.param({"incident_key": ""}, "incident_key", id="no incident"),
        pytest.param({"incident_key": "BW-9"}, "incident_key", id="unknown public id"),
        pytest.param({"kind": "rumour"}, "kind", id="kind not in list"),
        pytest.param({"kind": ""}, "kind", id="no kind"),
        pytest.param({"stance": "doubts"}, "stance", id="stance not in list"),
        pytest.param({"stance": ""}, "stance", id="no stance"),
        pytest.param({"claimed_on": "2024-02-30"}, "claimed_on", id="impossible day"),
        pytest.param({"killed_low": "2", "killed_high": "1"}, "killed_low", id="killed reversed"),
        pytest.param(
            {"injured_low": "2", "injured_high": "1"}, "injured_low", id="injured reversed"
        ),
        pytest.param({"injured_low": "several"}, "injured_low", id="injured in words"),
        pytest.param({"claimant": "x" * 301}, "claimant", id="long claimant"),
        pytest.param({"blamed": "x" * 301}, "blamed", id="long blamed"),
        pytest.param({"speaker": "x" * 301}, "speaker", id="long speaker"),
        pytest.param({"via": "x" * 201}, "via", id="long via"),
        pytest.param({"whose": "x" * 101}, "whose", id="long whose"),
    ],
)
def test_claim_is_refused(files, cells, column):
    assert refusals(files(incidents=[{}], claims=[cells])) == [("claims.csv", 2, column)]


def test_claim_may_name_its_incident_by_public_id(files):
    incident = make_incident()

    take(files(claims=[{"incident_key": incident.public_id}]))

    assert Claim.objects.get().incident == incident


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        pytest.param("Islamic Resistance", "iri", id="name"),
        pytest.param("IRI", "iri", id="alias"),
        pytest.param("iri", None, id="slug in other case than the alias"),
        pytest.param("Iri", None, id="other case"),
        pytest.param("IRI channel", None, id="more words"),
        pytest.param("Islamic  Resistance", None, id="two spaces"),
        pytest.param("Shared", None, id="name of two"),
        pytest.param("a local source", None, id="unknown"),
        pytest.param("", None, id="empty"),
    ],
)
def test_free_text_links_to_an_exact_known_name_only(files, text, slug):
    rows = [{"claimant": text, "blamed": text, "kind": "attribution"}]

    plan = take(files(incidents=[{}], claims=rows))

    claim = Claim.objects.get()
    assert (claim.claimant_text, claim.blamed_text) == (text, text)
    assert claim.claimant == claim.blamed == Organisation.objects.filter(slug=slug).first()
    unlinked = {} if slug or not text else {("claimant", text): 1, ("blamed", text): 1}
    assert dict(plan.unlinked) == unlinked
    assert Organisation.objects.count() == len(GROUPS)


def test_text_is_linked_once_its_name_is_known(files):
    folder = files(incidents=[{}], claims=[{"claimant": "New group"}])
    take(folder)

    plan = take(
        files(publishers=[{"slug": "new", "name": "New group"}], claims=[{"claimant": "New group"}])
    )

    assert Claim.objects.get().claimant.slug == "new"
    assert (verdicts(plan)["changed"], Claim.objects.count()) == (1, 1)


def test_identical_claims_are_refused(files):
    assert refusals(files(incidents=[{}], claims=[{"summary": "A"}, {"summary": "A"}])) == [
        ("claims.csv", 3, "summary")
    ]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]], ids=str)
def test_claims_of_one_identity_are_kept_apart_and_stable(files, order):
    rows = [{"summary": summary, "source_url": URL} for summary in ("A", "B", "")]
    take(files(incidents=[{}], claims=rows))
    pks = dict(Claim.objects.values_list("summary", "pk"))
    assert set(pks) == {"A", "B", ""}

    plan = take(files(incidents=[{}], claims=[rows[place] for place in order]))

    assert verdicts(plan) == {}
    assert dict(Claim.objects.values_list("summary", "pk")) == pks


def test_corrected_summary_changes_one_claim_and_makes_none(files):
    rows = [{"summary": summary, "source_url": URL} for summary in ("A", "B", "C")]
    take(files(incidents=[{}], claims=rows))
    pks = dict(Claim.objects.values_list("summary", "pk"))

    plan = take(files(incidents=[{}], claims=[rows[0], rows[1] | {"summary": "B2"}, rows[2]]))

    assert verdicts(plan) == {"changed": 1}
    assert dict(Claim.objects.values_list("summary", "pk")) == {
        "A": pks["A"],
        "B2": pks["B"],
        "C": pks["C"],
    }


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"claimant": "US"}, id="claimant"),
        pytest.param({"kind": "denial"}, id="kind"),
        pytest.param({"stance": "denies"}, id="stance"),
        pytest.param({"claimed_on": "2024-01-16"}, id="day"),
        pytest.param({"source_url": "https://example.org/2"}, id="address"),
        pytest.param({"incident_key": "inc-2"}, id="incident"),
    ],
)
def test_claim_of_another_identity_is_another_claim(files, only, other):
    first = {"claimed_on": "2024-01-15", "source_url": URL, "summary": "A"}
    take(files(incidents=[{}, {"key": "inc-2"}], claims=[first]))

    plan = take(only(claims=[first | other]))

    assert Claim.objects.count() == 2
    assert "changed" not in verdicts(plan)


def test_claim_that_left_the_file_stays_on_record(files):
    take(files(incidents=[{}], claims=[{}, {"kind": "denial"}]))

    assert verdicts(take(files(incidents=[{}], claims=[{}]))) == {}
    assert Claim.objects.count() == 2


# Claims that only the columns of an incident imply


@pytest.mark.parametrize(
    ("cells", "claims"),
    [
        pytest.param(
            {"claimed_by": "IRI; somebody "},
            [("responsibility", "IRI", ""), ("responsibility", "somebody", "")],
            id="claimed by two",
        ),
        pytest.param({"claim_status": "unclaimed"}, [("no_claim", "", "")], id="unclaimed"),
        pytest.param({"claim_status": "claimed"}, [], id="claimed by nobody"),
        pytest.param({"attributed_to": "IRI"}, [("attribution", "", "IRI")], id="attributed"),
        pytest.param(
            {"attributed_to": "IRI", "attributed_by": "US;SOHR"},
            [("attribution", "SOHR", "IRI"), ("attribution", "US", "IRI")],
            id="attributed by two",
        ),
        pytest.param({"claimed_by": "IRI;IRI"}, [("responsibility", "IRI", "")], id="twice"),
        pytest.param({"claimed_by": ";;"}, [], id="separators only"),
    ],
)
def test_columns_of_an_incident_imply_claims(files, cells, claims):
    folder = files(incidents=[cells])
    take(folder)

    assert [claim[:3] for claim in said()] == claims
    assert set(Claim.objects.values_list("stance", "made_on", "report", "summary")) <= {
        ("affirms", None, None, "")
    }
    assert verdicts(take(folder)) == {}


@pytest.mark.parametrize(
    ("cells", "claim"),
    [
        pytest.param({"claimed_by": "IRI"}, {"claimant": "IRI"}, id="same name"),
        pytest.param({"claimed_by": "IRI"}, {"claimant": "Islamic Resistance"}, id="other name"),
        pytest.param({"claimed_by": "X"}, {"claimant": "X"}, id="unknown name"),
        pytest.param(
            {"claim_status": "unclaimed"}, {"claimant": "SOHR", "kind": "no_claim"}, id="unclaimed"
        ),
        pytest.param(
            {"attributed_to": "IRI", "attributed_by": "US"},
            {"claimant": "United States", "kind": "attribution", "blamed": "Islamic Resistance"},
            id="attributed",
        ),
        pytest.param(
            {"attributed_to": "IRI"},
            {"claimant": "SOHR", "kind": "attribution", "blamed": "IRI"},
            id="attributed by somebody",
        ),
    ],
)
@pytest.mark.parametrize(
    "details",
    [
        pytest.param(
            {"claimed_on": "2024-01-16", "source_url": URL, "summary": "So it was"}, id="dated"
        ),
        pytest.param({}, id="bare"),
    ],
)
def test_matching_claim_row_is_the_only_claim_in_every_order(files, cells, claim, details):
    both = files(incidents=[cells], claims=[claim | details])
    incidents, claims = both / "incidents.csv", both / "claims.csv"
    with_base = [both / "publishers.csv", both / "bases.csv", incidents]

    take(*with_base)
    assert len(said()) == 1
    take(claims)

    assert [(one[1], one[4]) for one in said()] == [(claim["claimant"], details.get("summary", ""))]
    assert verdicts(take(both)) == {}
    assert verdicts(take(incidents)) == {}
    assert verdicts(take(claims, incidents)) == {}


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param({"claimant": "IRI", "stance": "denies"}, id="denies"),
        pytest.param({"claimant": "IRI", "kind": "denial"}, id="denial"),
        pytest.param({"claimant": "US"}, id="somebody else"),
        pytest.param({"claimant": "IRI", "incident_key": "inc-2"}, id="another incident"),
    ],
)
def test_claim_row_that_does_not_match_leaves_the_implied_claim(files, claim):
    folder = files(incidents=[{"claimed_by": "IRI"}, {"key": "inc-2"}], claims=[claim])
    take(folder)

    assert Claim.objects.count() == 2
    assert verdicts(take(folder)) == {}


def test_two_matching_rows_make_two_claims_in_every_order(files):
    rows = [
        {"claimant": "IRI", "summary": "A", "claimed_on": "2024-01-15"},
        {"claimant": "IRI", "summary": "B", "claimed_on": "2024-01-16"},
    ]
    both = files(incidents=[{"claimed_by": "IRI"}], claims=rows)
    take(both / "publishers.csv", both / "bases.csv", both / "incidents.csv")
    take(both / "claims.csv")

    assert [claim[4] for claim in said()] == ["A", "B"]
    assert verdicts(take(both)) == {}


def test_note_says_where_the_derived_status_is_another(files):
    rows = [
        {"key": "a", "claim_status": "claimed", "claimed_by": "IRI"},
        {"key": "b", "claim_status": "claimed"},
        {"key": "c", "claim_status": "unknown", "claimed_by": "IRI"},
        {"key": "d"},
    ]

    plan = take(files(incidents=rows))

    assert plan.notes == [
        "incidents.csv, row 3: claim_status is claimed in the file, "
        "unknown by the claims on record.",
        "incidents.csv, row 4: claim_status is unknown in the file, "
        "claimed by the claims on record.",
    ]


def test_blamed_in_another_order_are_the_same_claims(files):
    take(files(incidents=[{"attributed_to": "A;B", "attributed_by": "US"}]))
    before = dump()

    assert verdicts(take(files(incidents=[{"attributed_to": "B;A", "attributed_by": "US"}]))) == {}
    assert dump() == before


# Claims edited by hand

DATED = {"claimant": "IRI", "claimed_on": "2024-01-15", "source_url": URL, "summary": "A"}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"summary": "Better"}, id="summary"),
        pytest.param({"via": "Telegram"}, id="via"),
        pytest.param({"made_on": day("2024-01-14")}, id="day"),
        pytest.param({"claimant_text": "Islamic Resistance"}, id="claimant"),
        pytest.param({"kind": "context"}, id="kind"),
        pytest.param({"stance": "disputes"}, id="stance"),
        pytest.param({"report": None}, id="report"),
    ],
)
def test_claim_edited_by_hand_is_kept_and_not_doubled(files, fields):
    folder = files(incidents=[{}], claims=[DATED, DATED | {"kind": "damage"}])
    take(folder)
    edit(Claim.objects.get(kind="responsibility"), **fields)
    before = dump()

    plan = take(folder)

    assert verdicts(plan) == {"edited here": 1}
    assert dump() == before


def test_claim_deleted_by_hand_stays_deleted(files):
    folder = files(incidents=[{"claimed_by": "IRI"}], claims=[DATED | {"kind": "damage"}])
    take(folder)
    with revision("they said no such thing"):
        for claim in Claim.objects.all():
            claim.delete()
    before = dump()

    assert verdicts(take(folder)) == {"edited here": 2}
    assert dump() == before


def test_implied_claim_edited_by_hand_is_kept_and_not_doubled(files):
    folder = files(incidents=[{"claimed_by": "IRI", "claim_status": "unclaimed"}])
    take(folder)
    edit(Claim.objects.get(kind="responsibility"), claimant_text="Islamic Resistance channel")
    edit(Claim.objects.get(kind="no_claim"), summary="As the article says")
    before = dump()

    take(folder)

    assert dump() == before


def test_claim_added_by_hand_stays(files):
    folder = files(incidents=[{"claimed_by": "IRI"}], claims=[DATED])
    take(folder)
    with revision("read elsewhere"):
        Claim.objects.create(incident=Incident.objects.get(), kind="context", summary="By hand")

    assert verdicts(take(folder)) == {}
    assert Claim.objects.count() == 2


def test_one_of_two_alike_that_is_edited_by_hand_is_kept(files):
    folder = files(incidents=[{}], claims=[DATED, DATED | {"summary": "B"}])
    take(folder)
    edit(Claim.objects.get(summary="A"), made_on=day("2024-01-20"))
    before = dump()

    assert verdicts(take(folder)) == {"edited here": 1}
    assert dump() == before


# Links that the file states


@pytest.mark.parametrize(
    ("slug", "linked"),
    [
        pytest.param("us", "us", id="another than the name means"),
        pytest.param("", None, id="none"),
    ],
)
@pytest.mark.parametrize("who", ["claimant", "blamed"])
def test_text_is_linked_to_the_slug_where_the_file_has_one(files, who, slug, linked):
    row = {"kind": "attribution", who: "IRI", f"{who}_slug": slug}
    folder = files(incidents=[{}], claims=[row])

    plan = take(folder)

    claim = Claim.objects.get()
    organisation = getattr(claim, who)
    assert (organisation and organisation.slug, getattr(claim, f"{who}_text")) == (linked, "IRI")
    assert ("blamed" if who == "blamed" else "claimant", "IRI") not in plan.unlinked
    assert verdicts(take(folder)) == {}


@pytest.mark.parametrize("column", ["claimant_slug", "blamed_slug"])
def test_unknown_slug_of_a_claim_is_refused(files, column):
    folder = files(incidents=[{}], claims=[{column: "nobody"}])

    assert refusals(folder) == [("claims.csv", 2, column)]


def test_claim_that_is_linked_by_slug_is_the_one_that_a_column_implies(files):
    row = {"claimant": "IRI", "claimant_slug": "us", "summary": "A"}
    folder = files(incidents=[{"claimed_by": "IRI"}], claims=[row])
    take(folder)

    assert Claim.objects.get().claimant.slug == "us"
    assert verdicts(take(folder)) == {}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"blamed": "SOHR"}, id="blamed"),
        pytest.param({"speaker": "A spokesman"}, id="speaker"),
        pytest.param({"injured_low": "5"}, id="figures"),
        pytest.param({"via": "Telegram"}, id="via"),
    ],
)
def test_claims_that_differ_in_anything_are_two_in_every_order(files, other):
    first = {"kind": "attribution", "claimant": "US", "blamed": "IRI", "summary": "A"}
    rows = [first | {name: "" for name in other if name not in first}, first | other]
    take(files(incidents=[{}], claims=rows))
    before = dump()

    plan = take(files(incidents=[{}], claims=rows[::-1]))

    assert Claim.objects.count() == 2
    assert verdicts(plan) == {}
    assert dump() == before


def test_columns_of_our_export_are_ignored(files):
    take(files(incidents=[{}], claims=[{"incident": "BW-99", "id": "many"}]))

    assert Claim.objects.get().incident.public_id == "BW-1"
