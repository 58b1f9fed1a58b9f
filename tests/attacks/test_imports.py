import datetime

import pytest

from attacks.imports import CLAIMS, INCIDENTS
from attacks.models import Citation, Claim, Incident, IncidentKey
from sources.models import Organisation
from sources.revisions import revision
from tallies.imports import FORMATS
from tests.factories import day, make_incident
from tests.importing import (
    COLUMNS,
    WHOLE,
    dump,
    read_csv,
    refusals,
    take,
    verdicts,
    write_csv,
    write_files,
)

pytestmark = pytest.mark.django_db

URL = "https://example.org/1"
GROUPS = [
    {"slug": "iri", "name": "Islamic Resistance", "kind": "armed_group", "aliases": "IRI"},
    {"slug": "us", "name": "United States", "kind": "state", "aliases": "US"},
    {"slug": "one", "name": "One", "aliases": "Shared"},
    {"slug": "two", "name": "Two", "aliases": "Shared"},
]
BEFORE = {"publishers": GROUPS, "bases": [{}]}


@pytest.fixture
def files(tmp_path):
    """A folder with these files, and with organisations and a base unless they are given."""

    def files(folder="files", **rows):
        return write_files(tmp_path / folder, **BEFORE | rows)

    return files


@pytest.fixture
def only(tmp_path):
    """One file alone."""

    def only(folder="only", **rows):
        return write_files(tmp_path / folder, **rows)

    return only


def said():
    """The claims on record, in short."""
    return sorted(
        (claim.kind, claim.claimant_text, claim.blamed_text, str(claim.made_on), claim.summary)
        for claim in Claim.objects.all()
    )


def edit(instance, **fields):
    with revision("edited by a test"):
        for name, value in fields.items():
            setattr(instance, name, value)
        instance.save()


# Incidents


def test_incident_is_stored_with_all_columns(files):
    cells = {
        "time_of_day": "05:30",
        "weapon": "ballistic_missile",
        "munitions_count": "12",
        "outcome": "fire",
        "killed_min": "0",
        "killed_max": "1",
        "injured_min": "2",
        "injured_max": "",
        "material_damage": "yes",
        "summary": "A summary",
        "source_urls": f"{URL};https://example.org/2",
        "attack_count": "3",
        "public_id": "BW-7",
    }
    folder = files(incidents=[cells])

    take(folder)

    incident = Incident.objects.get()
    assert (incident.public_id, incident.base.slug, incident.status) == (
        "BW-7",
        "al-omar",
        "published",
    )
    assert incident.earliest == incident.latest == day("2024-01-15")
    assert (incident.local_time, incident.local_time_text) == (datetime.time(5, 30), "")
    assert (incident.weapon, incident.munitions, incident.outcome) == (
        "ballistic_missile",
        12,
        "fire",
    )
    assert (incident.killed_low, incident.killed_best, incident.killed_high) == (0, None, 1)
    assert (incident.injured_low, incident.injured_high) == (2, None)
    assert (incident.material_damage, incident.attack_count) == ("yes", 3)
    assert (incident.summary, incident.grade) == ("A summary", "")
    assert set(incident.reports.values_list("url", flat=True)) == {URL, "https://example.org/2"}
    assert list(incident.keys.values_list("system", "key")) == [("csv", "inc-1")]
    assert verdicts(take(folder)) == {}


def test_empty_cells_are_unknown_and_never_zero(files):
    take(files(incidents=[{}]))

    incident = Incident.objects.get()
    figures = ("munitions", "killed_low", "killed_high", "injured_low", "injured_high")
    assert {getattr(incident, name) for name in figures} == {None}
    assert (incident.attack_count, incident.material_damage) == (1, "unknown")


@pytest.mark.parametrize(
    ("cells", "earliest", "latest"),
    [
        pytest.param({}, "2024-01-15", "2024-01-15", id="day"),
        pytest.param({"date_precision": "week"}, "2024-01-12", "2024-01-18", id="week"),
        pytest.param({"date_precision": "month"}, "2024-01-01", "2024-01-31", id="month"),
        pytest.param(
            {"date_precision": "month", "occurred_on": "2024-02-10"},
            "2024-02-01",
            "2024-02-29",
            id="leap month",
        ),
        pytest.param(
            {"date_precision": "month", "occurred_on": "2023-12-31"},
            "2023-12-01",
            "2023-12-31",
            id="December",
        ),
        pytest.param(
            {"date_precision": "week", "occurred_on": "2024-01-01"},
            "2023-12-29",
            "2024-01-04",
            id="week over the new year",
        ),
        pytest.param(
            {"date_precision": "month", "earliest": "2024-01-14", "latest": "2024-01-16"},
            "2024-01-14",
            "2024-01-16",
            id="range wins over precision",
        ),
        pytest.param(
            {
                "occurred_on": "",
                "date_precision": "",
                "earliest": "2024-01-14",
                "latest": "2024-01-14",
            },
            "2024-01-14",
            "2024-01-14",
            id="range alone",
        ),
    ],
)
def test_days_of_an_incident(files, cells, earliest, latest):
    take(files(incidents=[cells]))

    incident = Incident.objects.get()
    assert (str(incident.earliest), str(incident.latest)) == (earliest, latest)


@pytest.mark.parametrize(
    ("text", "time", "words"),
    [
        pytest.param("05:30", datetime.time(5, 30), "", id="clock"),
        pytest.param("", None, "", id="empty"),
        pytest.param("night of 9 to 10", None, "night of 9 to 10", id="words"),
        pytest.param("25:00", None, "25:00", id="no clock time"),
        pytest.param("about 05:30", None, "about 05:30", id="clock in words"),
    ],
)
def test_time_of_day_is_a_clock_time_or_words(files, text, time, words):
    take(files(incidents=[{"time_of_day": text}]))

    incident = Incident.objects.get()
    assert (incident.local_time, incident.local_time_text) == (time, words)


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        pytest.param({"base_slug": ""}, ["base_slug"], id="no base"),
        pytest.param({"base_slug": "nowhere"}, ["base_slug"], id="unknown base"),
        pytest.param({"occurred_on": ""}, ["occurred_on"], id="no day"),
        pytest.param({"date_precision": ""}, ["date_precision"], id="no precision"),
        pytest.param({"date_precision": "year"}, ["date_precision"], id="precision not in list"),
        pytest.param({"earliest": "2024-01-15"}, ["latest"], id="earliest without latest"),
        pytest.param({"latest": "2024-01-15"}, ["earliest"], id="latest without earliest"),
        pytest.param(
            {"earliest": "2024-01-16", "latest": "2024-01-15"}, ["earliest"], id="days reversed"
        ),
        pytest.param(
            {"earliest": "2024-02-30", "latest": "2024-03-01"}, ["earliest"], id="impossible range"
        ),
        pytest.param({"weapon": "laser"}, ["weapon"], id="weapon not in list"),
        pytest.param({"weapon": ""}, ["weapon"], id="no weapon"),
        pytest.param({"outcome": "Hit"}, ["outcome"], id="outcome not in list"),
        pytest.param({"outcome": ""}, ["outcome"], id="no outcome"),
        pytest.param({"material_damage": "some"}, ["material_damage"], id="damage not in list"),
        pytest.param({"claim_status": "maybe"}, ["claim_status"], id="status not in list"),
        pytest.param({"killed_min": "2", "killed_max": "1"}, ["killed_min"], id="killed reversed"),
        pytest.param(
            {"injured_min": "2", "injured_max": "1"}, ["injured_min"], id="injured reversed"
        ),
        pytest.param({"attack_count": "0"}, ["attack_count"], id="no attack"),
        pytest.param({"time_of_day": "x" * 101}, ["time_of_day"], id="long time"),
        pytest.param({"key": "a b"}, ["key"], id="key with a space"),
        pytest.param({"key": "x" * 121}, ["key"], id="long key"),
        pytest.param({"public_id": "7"}, ["public_id"], id="public id without letters"),
        pytest.param({"public_id": "BW-0"}, ["public_id"], id="public id 0"),
        pytest.param({"public_id": "BW-07"}, ["public_id"], id="public id with a zero"),
        pytest.param({"public_id": "bw-7"}, ["public_id"], id="public id in small letters"),
        pytest.param({"public_id": "BW-٧"}, ["public_id"], id="public id in Arabic digits"),
        pytest.param({"public_id": "BW-" + "9" * 30}, ["public_id"], id="huge public id"),
    ],
)
def test_incident_is_refused(files, cells, columns):
    places = [("incidents.csv", 2, column) for column in columns]

    assert refusals(files(incidents=[cells])) == places


def test_public_ids_are_given_in_order_above_those_the_file_carries(files):
    rows = [{"key": "a"}, {"key": "b", "public_id": "BW-5"}, {"key": "c"}]

    take(files(incidents=rows))

    assert {one.key: one.incident.public_id for one in IncidentKey.objects.all()} == {
        "a": "BW-6",
        "b": "BW-5",
        "c": "BW-7",
    }


def test_public_id_that_is_repeated_is_refused(files):
    rows = [{"public_id": "BW-5"}, {"key": "inc-2", "public_id": "BW-5"}]

    assert refusals(files(incidents=rows)) == [("incidents.csv", 3, "public_id")]


def test_public_id_that_is_taken_is_refused(files):
    incident = make_incident()

    assert refusals(files(incidents=[{"public_id": incident.public_id}])) == [
        ("incidents.csv", 2, "public_id")
    ]


def test_public_id_of_a_deleted_incident_is_refused(files):
    incident = make_incident()
    public_id = incident.public_id
    with revision("never happened"):
        incident.delete()

    assert refusals(files(incidents=[{"public_id": public_id}])) == [
        ("incidents.csv", 2, "public_id")
    ]


def test_public_id_never_changes(files):
    take(files(incidents=[{"public_id": "BW-5"}]))

    assert refusals(files(incidents=[{"public_id": "BW-6"}])) == [("incidents.csv", 2, "public_id")]


def test_public_id_may_be_left_out_afterwards(files):
    take(files(incidents=[{"public_id": "BW-5"}]))

    assert verdicts(take(files(incidents=[{}]))) == {}


def test_row_cannot_take_the_public_id_of_a_row_that_leaves_it_out(files):
    take(files(incidents=[{"public_id": "BW-5"}]))
    rows = [{}, {"key": "inc-2", "public_id": "BW-5"}]

    assert refusals(files(incidents=rows)) == [("incidents.csv", 3, "public_id")]


def test_incident_edited_by_hand_is_kept(files):
    folder = files(incidents=[{}])
    take(folder)
    edit(Incident.objects.get(), killed_high=2)
    before = dump()

    plan = take(folder)

    assert verdicts(plan) == {"edited here": 1}
    assert "BW-1" in plan.changes[0]
    assert dump() == before


def test_grade_given_by_hand_is_no_matter_of_the_import(files):
    folder = files(incidents=[{}])
    take(folder)
    edit(Incident.objects.get(), grade="fair", status="retracted")

    assert verdicts(take(folder)) == {}


@pytest.mark.parametrize("public_id", ["", "BW-1"], ids=["without public id", "with public id"])
def test_incident_deleted_by_hand_stays_deleted(files, only, public_id):
    rows = [{"public_id": public_id, "source_urls": URL, "claimed_by": "IRI"}, {"key": "inc-2"}]
    folder = files(incidents=rows, claims=[{}, {"incident_key": "inc-2"}])
    take(folder)
    with revision("it did not happen"):
        IncidentKey.objects.get(key="inc-1").incident.delete()
    before = dump()

    plan = take(folder)

    assert verdicts(plan) == {"edited here": 1}
    assert [note.split(":")[0] for note in plan.notes] == ["claims.csv, row 2"]
    assert dump() == before
    assert verdicts(take(only(claims=[{}]))) == {}
    assert dump() == before


def test_citation_follows_the_file(files):
    take(files(incidents=[{"source_urls": f"{URL};https://example.org/2"}]))

    plan = take(files(incidents=[{"source_urls": f"{URL};https://example.org/3"}]))

    reports = Incident.objects.get().reports
    assert set(reports.values_list("url", flat=True)) == {URL, "https://example.org/3"}
    assert verdicts(plan) == {"new": 2, "removed": 1}
    gone = Citation.history.get(history_type="-")
    assert gone.revision_id == plan.revision


def test_all_citations_follow_the_file(files):
    take(files(incidents=[{"source_urls": f"{URL};https://example.org/2"}]))

    plan = take(files(incidents=[{}]))

    assert not Citation.objects.exists()
    assert verdicts(plan) == {"removed": 2}


def test_citation_removed_by_hand_stays_removed(files):
    folder = files(incidents=[{"source_urls": f"{URL};https://example.org/2"}])
    take(folder)
    with revision("not about this attack"):
        Citation.objects.get(report__url=URL).delete()
    before = dump()

    assert verdicts(take(folder)) == {"edited here": 1}
    assert dump() == before


def test_citation_added_by_hand_stays(files):
    take(files(incidents=[{"source_urls": URL}, {"key": "inc-2", "source_urls": "seed:b"}]))
    first, second = Incident.objects.order_by("serial")
    with revision("also says so"):
        Citation.objects.create(incident=first, report=second.reports.get())

    for source_urls in (URL, ""):
        plan = take(files(incidents=[{"source_urls": source_urls}]))
        assert verdicts(plan)["edited here"] == 1
        assert "seed:b" in first.reports.values_list("key", flat=True)
    assert first.reports.count() == 1


def test_keys_of_other_systems_are_left_alone(files):
    make = make_incident()
    with revision("made by a test"):
        IncidentKey.objects.create(incident=make, system="acled", key="inc-1")

    take(files(incidents=[{}], claims=[{}]))

    assert Incident.objects.count() == 2
    assert Claim.objects.get().incident != make


# Claims


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


def test_files_without_their_optional_columns_are_taken(files):
    folder = files(incidents=[{}], claims=[{}])
    for kind in (INCIDENTS, CLAIMS):
        rows = read_csv(folder / kind.name)
        short = [{name: row[name] for name in kind.required} for row in rows]
        write_csv(folder / kind.name, short)
        assert list(short[0]) != COLUMNS[kind.name]
    take(folder)

    assert Incident.objects.get().attack_count == 1
    assert verdicts(take(folder)) == {}


@pytest.mark.parametrize(
    ("name", "row"),
    [
        pytest.param("publishers", {"parent_slug": "us", "aliases": "S"}, id="publishers"),
        pytest.param("bases", {"in_use_from": "2018", "in_use_until": "2020"}, id="bases"),
        pytest.param("incidents", {"attack_count": "3", "public_id": "BW-7"}, id="incidents"),
        pytest.param(
            "claims",
            {"speaker": "X", "blamed": "US", "killed_low": "1", "whose": "US"},
            id="claims",
        ),
        pytest.param("published_tallies", {"quantifier": "about"}, id="tallies"),
    ],
)
def test_a_column_that_is_absent_says_nothing_of_what_is_stored(files, name, row):
    rows = WHOLE | {"publishers": [*GROUPS, {}]}
    rows[name] = [*rows[name][:-1], row]
    folder = files(**rows)
    take(folder)
    path = folder / f"{name}.csv"
    required = next(kind.required for kind in FORMATS if kind.name == path.name)
    write_csv(path, [{column: cells[column] for column in required} for cells in read_csv(path)])
    before = dump()

    assert verdicts(take(folder)) == {}
    assert dump() == before


def test_a_public_id_leaves_room_for_the_numbers_that_follow(files):
    folder = files(incidents=[{"public_id": "BW-999999999"}])

    assert refusals(folder) == [("incidents.csv", 2, "public_id")]
