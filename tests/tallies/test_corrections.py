"""Corrections: revisions that touched what readers see, with their public reasons."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from attacks.models import Citation
from sources.models import Revision
from sources.revisions import revision
from tallies.corrections import MOST_NAMED, Touched, corrections, with_touched
from tallies.feeds import correction_entry, tally_entry, with_changed
from tests.factories import (
    day,
    make_accepted_finding,
    make_base,
    make_base_name,
    make_claim,
    make_incident,
    make_organisation,
    make_organisation_name,
    make_presence,
    make_report,
    make_rule,
    make_tally,
)

pytestmark = pytest.mark.django_db


def write(record, reason="changed by a test", **fields):
    with revision(reason):
        for name, value in fields.items():
            setattr(record, name, value)
        record.save()


def last():
    """What the last revision touched, by kind; None where it is no correction."""
    number = Revision.objects.first().number
    found = with_touched(corrections().filter(number=number))
    if not found:
        return None
    return {kind: what.names for kind, what in found[0].touched.items() if what.total}


def reasons():
    return [one.reason for one in corrections()]


def rows(client, query=""):
    answer = client.get(f"/api/v1/corrections/{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


# What is public


def test_publication_edit_and_retraction_are_corrections_and_what_came_before_and_after_is_not():
    incident = make_incident(status="draft")
    for reason, fields in [
        ("a draft that a source asked us to keep back", {"summary": "So far."}),
        ("published", {"status": "published"}),
        ("corrected", {"weapon": "drone"}),
        ("it was an exercise", {"status": "retracted"}),
        ("why the source was wrong", {"summary": "An exercise."}),
        ("it was none", {"status": "published"}),
    ]:
        write(incident, reason, **fields)

    assert reasons()[:-1] == ["it was none", "it was an exercise", "corrected", "published"]
    # The first one made the base, too, which is public at once.
    assert with_touched(corrections())[-1].touched["bases"].total == 1


def test_internal_note_is_no_correction():
    incident = make_incident()

    write(incident, "The source fears for his life", internal_note="Never name him.")

    assert last() is None


@pytest.mark.parametrize(
    ("status", "told"),
    [("published", {"incidents": ("BW-1",)}), ("draft", None), ("retracted", None)],
)
def test_claims_citations_and_keys_are_of_their_incident_where_that_is_public(status, told):
    incident, report = make_incident(status=status), make_report()

    claim = make_claim(incident)
    assert last() == told
    with revision("cited"):
        Citation.objects.create(incident=incident, report=report)
    assert last() == told
    with revision("taken back"):
        claim.delete()
    assert last() == told


def test_claim_deleted_with_the_retraction_is_told_once():
    incident = make_incident()
    claim = make_claim(incident)

    with revision("retracted"):
        claim.delete()
        write(incident, status="retracted")

    assert last() == {"incidents": ("BW-1",)}


def test_report_is_told_once_something_public_rested_on_it():
    report = make_report("statement")
    assert last() is None
    incident = make_incident(status="draft", reports=[report])
    write(report, "what the draft says", title="Of the draft")
    assert last() is None

    write(incident, status="published")
    write(report, title="Statement")

    assert last() == {"reports": ("statement",)}


def test_report_of_a_base_or_a_tally_is_public_with_it():
    of_base, of_tally = make_report("of-base"), make_report("of-tally")
    make_base(report=of_base)
    make_tally(report=of_tally)

    with revision("both titles"):
        write(of_base, title="On the base")
        write(of_tally, title="Tally")

    assert last() == {"reports": ("of-base", "of-tally")}


def sites():
    return [(make_base(), make_base())]


@pytest.mark.parametrize(
    ("makes", "told"),
    [
        (lambda said: write(said["base"], notes="Large."), {"bases": ("al-omar",)}),
        (lambda said: make_base_name(said["base"], "Omar"), {"bases": ("al-omar",)}),
        (lambda said: write(said["sohr"], notes="In Coventry."), {"organisations": ("sohr",)}),
        (
            lambda said: make_organisation_name(said["sohr"], "The Observatory"),
            {"organisations": ("sohr",)},
        ),
        (lambda said: make_rule(said["sohr"], folds=said["sites"]), {"organisations": ("sohr",)}),
        (lambda said: write(said["tally"], note="Read again."), {"tallies": ("sohr-1",)}),
        (lambda said: write(said["tally"].lines.get(), number=37), {"tallies": ("sohr-1",)}),
        (lambda said: make_accepted_finding(tally=said["tally"]), {"tallies": ("sohr-1",)}),
        (lambda said: make_presence("us-sy"), {"presences": ("us-sy",)}),
    ],
    ids=["base", "its name", "organisation", "its name too", "its rule"]
    + ["tally", "its line", "its finding", "presence"],
)
def test_everything_else_on_record_is_public_at_once(makes, told):
    base, sohr = make_base("al-omar"), make_organisation("sohr")
    tally = make_tally(sohr, [(base, 36)], key="sohr-1")

    makes({"base": base, "sohr": sohr, "tally": tally, "sites": sites()})

    assert last() == told


def test_deleted_records_are_told_by_the_names_they_had():
    base = make_base("al-omar")
    make_base_name(base, "Omar")
    with revision("It was one with another"):
        base.delete()

    assert last() == {"bases": ("al-omar",)}


def test_renamed_records_are_told_by_the_names_they_have():
    base = make_base("al-omr")
    write(base, slug="al-omar")

    assert {correction.touched["bases"].names for correction in with_touched(corrections())} == {
        ("al-omar",)
    }


def test_most_are_counted_and_the_first_named_in_the_order_of_their_numbers():
    with revision("an import"):
        base = make_base()
        for _ in range(MOST_NAMED + 2):
            make_incident(base)

    names = tuple(f"BW-{number}" for number in range(1, MOST_NAMED + 1))
    [correction] = with_touched(corrections())
    assert correction.touched["incidents"] == Touched(names, MOST_NAMED + 2)
    assert correction.touched["tallies"] == Touched()


def test_page_takes_as_many_queries_as_one_correction(django_assert_num_queries):
    for _ in range(5):
        make_incident()

    for how_many in (1, 5):
        with django_assert_num_queries(3):  # they, their incidents, and what else they touched
            assert len(with_touched(corrections()[:how_many])) == how_many
    with django_assert_num_queries(2):  # the incidents of a revision are always the same
        with_touched(corrections())
    with django_assert_num_queries(0):
        assert with_touched([]) == []


# The endpoint


def test_correction_says_what_when_why_and_never_who(client):
    incident, editor = make_incident(), User.objects.create(username="somebody")
    with revision("Day corrected by the Pentagon", who=editor, origin=Revision.Origin.ADMIN):
        incident.latest = day("2024-01-16")
        incident.save()

    first = rows(client)[0]

    assert first == {
        "number": 2,
        "moment": Revision.objects.first().moment.isoformat().replace("+00:00", "Z"),
        "origin": "admin",
        "reason": "Day corrected by the Pentagon",
        "incidents": ["BW-1"],
        "incidents_total": 1,
        "tallies": [],
        "tallies_total": 0,
        "bases": [],
        "bases_total": 0,
        "organisations": [],
        "organisations_total": 0,
        "reports": [],
        "reports_total": 0,
        "presences": [],
        "presences_total": 0,
    }
    assert editor.username not in str(first)


def test_pages_are_newest_first_and_hold_each_once(client):
    for number in range(5):
        make_base(f"base-of-{number}")
    numbers, address = [], "/api/v1/corrections/?page_size=2"
    while address:
        page = client.get(address).json()
        numbers += [row["number"] for row in page["results"]]
        address = page["next"]

    assert numbers == [5, 4, 3, 2, 1]


def test_corrections_of_one_incident(client):
    incident, other = make_incident(status="draft"), make_incident()
    write(incident, "published", status="published")
    write(other, "another")
    make_claim(incident)
    write(incident, "retracted", status="retracted")
    write(incident, "since", summary="An exercise.")

    found = rows(client, f"?incident={incident.public_id}")

    assert [row["reason"] for row in found] == ["retracted", "made by a test", "published"]


@pytest.mark.parametrize("public_id", ["BW-99", "BW-1", "12", "BW-", "x"])
def test_incident_that_nobody_saw_is_refused_like_one_that_is_none(client, public_id):
    make_incident(status="draft")

    answer = client.get("/api/v1/corrections/", {"incident": public_id})

    assert answer.status_code == 400
    assert answer.json() == {
        "incident": [f"“{public_id}” is unknown. Use the public id of an incident, such as BW-12."]
    }


def test_corrections_of_bases(client):
    omar, conoco = make_base("al-omar"), make_base("conoco")
    write(omar, "Renamed", name="Omar")
    make_base_name(conoco, "Koniko")
    make_incident(omar)

    assert [row["bases"] for row in rows(client, "?base=al-omar")] == [["al-omar"]] * 2
    assert len(rows(client, "?base=al-omar&base=conoco")) == 4
    assert client.get("/api/v1/corrections/?base=nowhere").status_code == 400


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("?since=2024-08-02", [3, 2]),
        ("?until=2024-08-02", [2, 1]),
        ("?since=2024-08-02&until=2024-08-02", [2]),
        ("?until=2024-07-31", []),
        ("?since=0001-01-01&until=9999-12-31", [3, 2, 1]),
    ],
)
def test_days_are_those_of_the_moment_in_utc_both_included(client, query, numbers):
    for number in (1, 2, 3):
        make_base()
        late = datetime.datetime(2024, 8, number, 23, 59, 59, 999999, datetime.UTC)
        Revision.objects.filter(number=number).update(moment=late)

    assert [row["number"] for row in rows(client, query)] == numbers


def test_window_that_ends_before_it_begins_is_refused(client):
    answer = client.get("/api/v1/corrections/?since=2024-08-02&until=2024-08-01")

    assert answer.status_code == 400
    assert answer.json() == {"until": ["The last day is before the first."]}


def test_correction_has_no_address_of_its_own(client):
    make_base()

    answer = client.get("/api/v1/corrections/1/")

    assert answer.status_code == 404
    assert "detail" in answer.json()


# Entries of feeds


def entry():
    return correction_entry(with_touched(corrections()[:1])[0])


def test_entry_of_a_correction_leads_to_the_one_incident_it_touched():
    incident = make_incident()
    write(incident, "Day corrected", latest=day("2024-01-16"))

    told = entry()

    number = Revision.objects.first().number
    assert told.title == f"Revision {number}: Day corrected"
    assert told.path == "/incidents/BW-1/"
    assert told.updated == Revision.objects.first().moment
    assert told.summary == "It touched 1 incident (BW-1)."
    assert told.key == f"revision-{number}"
    assert Client().get(told.path).status_code == 200


def test_entry_of_a_retraction_leads_to_the_page_that_says_why():
    write(make_incident(), "It was an exercise", status="retracted")

    answer = Client().get(entry().path)

    assert (answer.status_code, "It was an exercise" in answer.content.decode()) == (410, True)


def test_entry_of_a_tally_s_correction_leads_to_the_tally():
    tally = make_tally(key="sohr-1")
    write(tally, "Total read again", total=135)

    assert (entry().path, entry().summary) == (
        "/tallies/sohr-1/",
        "It touched 1 published tally (sohr-1).",
    )


def test_entry_of_an_import_leads_home_and_counts_what_it_does_not_name():
    with revision("Files of August"):
        base = make_base("al-omar")
        for _ in range(MOST_NAMED + 1):
            make_incident(base)

    assert entry().path == "/"
    assert entry().summary.startswith("It touched 21 incidents (BW-1, BW-2,")
    assert entry().summary.endswith("BW-20 and 1 more) and 1 base (al-omar).")


def test_entry_of_a_tally_says_who_counted_what_since_when():
    sohr = make_organisation("sohr", name="SOHR", kind="monitor")
    tally = make_tally(
        sohr, [(make_base(), 100), ("IQ", 35)], quantifier="at_least", territory="SY;IQ"
    )
    [changed] = with_changed([tally])

    told = tally_entry(changed)

    assert told.title == "SOHR: at least 135 attacks since 19 October 2023, as of 1 February 2024"
    assert told.path == tally.get_absolute_url()
    assert told.summary == "The lines add up to the total."
    assert told.categories == ("full", "SY", "IQ")


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"total": None}, "SOHR: a list without a total since 19 October 2023, as of"),
        ({"total": 1}, "SOHR: 1 attack since"),
        ({"total": 0}, "SOHR: 0 attacks since"),
        ({"counting_since": None}, "attacks since a day not known, as of"),
    ],
)
def test_title_of_a_tally_says_what_is_not_known(fields, title):
    sohr = make_organisation("sohr", name="SOHR", kind="monitor")
    [changed] = with_changed([make_tally(sohr, **fields)])

    assert title in tally_entry(changed).title


def test_tallies_are_updated_when_they_or_their_lines_were(django_assert_num_queries):
    line = make_tally(lines=[(make_base(), 36)]).lines.get()
    noted, untouched = make_tally(), make_tally()
    write(noted, "noted", note="Read again.")
    write(line, "line", number=37)

    with django_assert_num_queries(2):
        found = with_changed([line.tally, noted, untouched])

    assert [tally.changed.reason for tally in found] == ["line", "noted", "made by a test"]
    assert found[2].changed.number == untouched.history.get().revision_id


def test_no_tally_needs_no_change():
    assert with_changed([]) == []
