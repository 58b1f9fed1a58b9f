import datetime

import pytest

from attacks.claim_imports import CLAIMS
from attacks.imports import INCIDENTS
from attacks.models import Citation, Claim, Incident, IncidentKey
from sources.revisions import revision
from tallies.imports import FORMATS
from tests.attacks.conftest import GROUPS
from tests.factories import day, make_incident
from tests.importing import (
    WHOLE,
    dump,
    edit,
    read_csv,
    refusals,
    take,
    verdicts,
    write_csv,
)

pytestmark = pytest.mark.django_db

URL = "https://example.org/1"


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


def test_files_without_their_optional_columns_are_taken(files):
    folder = files(incidents=[{}], claims=[{}])
    for kind in (INCIDENTS, CLAIMS):
        assert list(read_csv(folder / kind.name)[0]) == list(kind.required)
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


# What an export says beside


def test_optional_facts_of_an_incident_are_stored(files):
    cells = {
        "killed_min": "1",
        "killed_best": "2",
        "killed_max": "3",
        "injured_best": "0",
        "grade": "weak",
        "summary_ar": "ملخص",
        "time_of_day": "05:30:15",
        "time_in_words": "first light",
    }
    folder = files(incidents=[cells])
    take(folder)

    incident = Incident.objects.get()
    assert (incident.killed_best, incident.injured_best) == (2, 0)
    assert (incident.grade, incident.summary_ar) == ("weak", "ملخص")
    assert incident.local_time == datetime.time(5, 30, 15)
    assert incident.local_time_text == "first light"
    assert verdicts(take(folder)) == {}


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param({"grade": "good"}, "grade", id="grade not in list"),
        pytest.param({"killed_best": "some"}, "killed_best", id="killed in words"),
        pytest.param({"killed_min": "2", "killed_best": "1"}, "killed_min", id="low above best"),
        pytest.param({"injured_best": "2", "injured_max": "1"}, "injured_best", id="best above"),
        pytest.param(
            {"time_of_day": "night", "time_in_words": "dawn"}, "time_in_words", id="words twice"
        ),
        pytest.param({"merged_into": "inc-9"}, "merged_into", id="merged into an unknown key"),
        pytest.param({"merged_into": "BW-9"}, "merged_into", id="merged into an unknown id"),
        pytest.param({"merged_into": "inc-1"}, "merged_into", id="merged into itself"),
        pytest.param({"other_keys": "SYR1"}, "other_keys", id="key without a system"),
        pytest.param({"other_keys": "acled:"}, "other_keys", id="system without a key"),
        pytest.param({"other_keys": "acled:a b"}, "other_keys", id="key with a space"),
        pytest.param({"other_keys": "a b:c"}, "other_keys", id="system with a space"),
        pytest.param({"other_keys": "csv:inc-1"}, "other_keys", id="its own key again"),
    ],
)
def test_optional_fact_is_refused(files, cells, column):
    assert refusals(files(incidents=[cells])) == [("incidents.csv", 2, column)]


@pytest.mark.parametrize(
    ("days", "taken"),
    [
        pytest.param((0, 6), True, id="week that is not over"),
        pytest.param((0, 7), False, id="eight days"),
        pytest.param((0, 2), False, id="three days"),
    ],
)
def test_range_into_the_future_is_that_of_a_precision(files, days, taken):
    first = datetime.date.today()
    earliest, latest = (str(first + datetime.timedelta(days=number)) for number in days)
    folder = files(incidents=[{"earliest": earliest, "latest": latest}])

    if taken:
        take(folder)
        assert str(Incident.objects.get().latest) == latest
    else:
        assert refusals(folder) == [("incidents.csv", 2, "latest")]


def test_flat_columns_are_ignored(files):
    take(files(incidents=[{"event_id": "BW-9", "fatalities": "many", "notes": "words"}]))

    incident = Incident.objects.get()
    assert (incident.public_id, incident.killed_low, incident.summary) == ("BW-1", None, "")


def test_best_figure_on_record_is_not_contradicted_by_a_file_without_it(files):
    take(files(incidents=[{"killed_best": "2"}]))

    assert refusals(files(incidents=[{"killed_max": "1"}])) == [("incidents.csv", 2, "killed_min")]
    assert verdicts(take(files(incidents=[{"killed_max": "2"}]))) == {"changed": 1}
    assert Incident.objects.get().killed_best == 2


def test_best_figure_given_by_hand_keeps_the_record(files):
    take(files(incidents=[{}]))
    edit(Incident.objects.get(), killed_best=2)

    assert verdicts(take(files(incidents=[{"killed_max": "1"}]))) == {"edited here": 1}


# Merged records


def survivors():
    rows = Incident.objects.order_by("serial").select_related("merged_into")
    return [one.merged_into and one.merged_into.serial for one in rows]


@pytest.mark.parametrize("name", ["inc-2", "BW-2"], ids=["key", "public id"])
def test_incident_names_the_one_it_went_into_in_a_later_row(files, name):
    rows = [{"public_id": "BW-1", "merged_into": name}, {"key": "inc-2", "public_id": "BW-2"}]
    folder = files(incidents=rows)
    plan = take(folder)

    assert survivors() == [2, None]
    assert plan.verdicts["incidents"] == {"new": 2}
    assert verdicts(take(folder)) == {}


def test_incident_may_be_merged_into_one_on_record(files):
    survivor = make_incident()

    take(files(incidents=[{"merged_into": survivor.public_id}]))

    assert survivors() == [None, survivor.serial]


def test_merger_follows_the_file_and_turns_around(files):
    one, two = {"merged_into": "inc-2"}, {"key": "inc-2", "merged_into": ""}
    take(files(incidents=[one, two]))

    plan = take(files(incidents=[{"merged_into": ""}, {"key": "inc-2", "merged_into": "inc-1"}]))

    assert survivors() == [None, 1]
    assert verdicts(plan) == {"changed": 2}
    assert verdicts(take(files(incidents=[{}, {"key": "inc-2"}]))) == {}
    assert survivors() == [None, 1]


@pytest.mark.parametrize("stored", [False, True], ids=["new", "on record"])
@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("inc-2", "inc-1", ""), id="into each other"),
        pytest.param(("inc-2", "inc-3", ""), id="into a merged one"),
        pytest.param(("BW-2", "inc-3", ""), id="into a merged one by its id"),
    ],
)
def test_merger_into_a_merged_one_is_refused(files, names, stored):
    rows = [{"key": f"inc-{number}", "public_id": f"BW-{number}"} for number in (1, 2, 3)]
    if stored:
        take(files(incidents=rows))
    merged = [row | {"merged_into": name} for row, name in zip(rows, names, strict=True)]

    assert ("incidents.csv", 2, "merged_into") in refusals(files(incidents=merged))


def test_merger_into_one_that_was_merged_by_hand_is_refused(files):
    take(files(incidents=[{}, {"key": "inc-2"}]))
    edit(Incident.objects.get(serial=2), merged_into=make_incident())

    rows = [{"merged_into": "inc-2"}, {"key": "inc-2"}]
    assert refusals(files(incidents=rows[:1])) == [("incidents.csv", 2, "merged_into")]


def test_merger_into_a_record_that_was_removed_here_is_left_out(files):
    take(files(incidents=[{"key": "inc-2"}]))
    with revision("it did not happen"):
        Incident.objects.get().delete()

    plan = take(files(incidents=[{"merged_into": "inc-2"}, {"key": "inc-2"}]))

    assert not Incident.objects.exists()
    assert [note.split(":")[0] for note in plan.notes] == ["incidents.csv, row 2"]


# Keys


def keys():
    rows = IncidentKey.objects.order_by("incident__serial", "system", "key")
    return [(one.incident.serial, str(one)) for one in rows]


def test_other_keys_are_stored_and_follow_the_file(files):
    take(files(incidents=[{"other_keys": "acled:SYR1;ucdp:7;csv:old"}]))
    assert keys() == [(1, "acled:SYR1"), (1, "csv:inc-1"), (1, "csv:old"), (1, "ucdp:7")]

    plan = take(files(incidents=[{"other_keys": "acled:SYR2"}]))

    # What an earlier file called it stays: claims may name it so.
    assert keys() == [(1, "acled:SYR2"), (1, "csv:inc-1"), (1, "csv:old")]
    assert verdicts(plan) == {"new": 1, "removed": 2}


def test_other_key_may_move_to_another_row(files):
    take(files(incidents=[{"other_keys": "acled:SYR1"}, {"key": "inc-2", "other_keys": ""}]))

    take(files(incidents=[{"other_keys": ""}, {"key": "inc-2", "other_keys": "acled:SYR1"}]))

    assert keys() == [(1, "csv:inc-1"), (2, "acled:SYR1"), (2, "csv:inc-2")]


def test_other_key_of_two_rows_is_refused(files):
    rows = [{"other_keys": "acled:SYR1"}, {"key": "inc-2", "other_keys": "acled:SYR1"}]

    assert refusals(files(incidents=rows)) == [("incidents.csv", 3, "other_keys")]


def test_public_id_in_place_of_a_key_names_the_incident_and_is_no_key(files):
    incident = make_incident(serial=12)
    row = {"key": "BW-12", "public_id": "BW-12", "base_slug": incident.base.slug}

    plan = take(files(incidents=[row], claims=[{"incident_key": "BW-12"}]))

    assert plan.verdicts["incidents"]["edited here"] == 1  # it was made here, with other facts
    assert Claim.objects.get().incident == incident
    assert keys() == []


def test_row_without_a_key_makes_an_incident_of_its_public_id(files):
    folder = files(incidents=[{"key": "BW-12", "public_id": "BW-12"}], claims=[])
    take(folder / "publishers.csv", folder / "bases.csv", folder / "incidents.csv")

    assert Incident.objects.get().public_id == "BW-12"
    assert keys() == []
    assert verdicts(take(folder / "incidents.csv")) == {}
