"""What any cell and any record meets, whichever file it stands in."""

import datetime

import pytest

from attacks.models import Incident
from bases.models import MilitaryBase
from sources.models import Revision
from sources.revisions import revision
from tests.importing import dump, refusals, take, verdicts, write_files

pytestmark = pytest.mark.django_db

TODAY = datetime.date.today()


@pytest.fixture
def incident(tmp_path):
    """Write a base and one incident with these cells."""

    def incident(**cells):
        return write_files(tmp_path, bases=[{}], incidents=[cells])

    return incident


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("", None, id="empty is not known"),
        pytest.param("0", 0, id="zero"),
        pytest.param(" 7 ", 7, id="spaces"),
        pytest.param("007", 7, id="leading zeros"),
        pytest.param("2147483647", 2147483647, id="largest"),
    ],
)
def test_number_is_read(incident, text, number):
    take(incident(munitions_count=text))

    assert Incident.objects.get().munitions == number


NOT_NUMBERS = {
    "text": "two",
    "decimal": "1.5",
    "comma": "1,000",
    "negative": "-1",
    "plus": "+1",
    "exponent": "1e3",
    "space inside": "1 0",
    "underscore": "1_0",
    "Arabic digits": "٣",
    "superscript": "²",
    "full-width digit": "３",
    "above the largest": "2147483648",
    "huge": "9" * 5000,
    "infinity": "inf",
    "formula": "=1+1",
}


@pytest.mark.parametrize("text", NOT_NUMBERS.values(), ids=NOT_NUMBERS)
@pytest.mark.parametrize("column", ["munitions_count", "killed_max", "attack_count"])
def test_number_is_refused(incident, column, text):
    assert refusals(incident(**{column: text})) == [("incidents.csv", 2, column)]


@pytest.mark.parametrize("day", ["1900-01-01", "2024-02-29", str(TODAY)])
def test_day_is_read(incident, day):
    take(incident(occurred_on=day))

    assert str(Incident.objects.get().earliest) == day


def test_tomorrow_is_read_for_it_may_be_so_at_the_base(incident):
    take(incident(occurred_on=str(TODAY + datetime.timedelta(days=1))))

    assert Incident.objects.count() == 1


NOT_DAYS = {
    "impossible": "2024-02-30",
    "no leap year": "2023-02-29",
    "month 13": "2024-13-01",
    "day 0": "2024-01-00",
    "year 0": "0000-01-01",
    "day first": "15/01/2024",
    "American": "01-15-2024",
    "one digit": "2024-1-5",
    "no hyphens": "20240115",
    "week date": "2024-W03-1",
    "with a time": "2024-01-15T10:00",
    "month only": "2024-01",
    "words": "15 January 2024",
    "Arabic digits": "٢٠٢٤-٠١-١٥",
    "before 1900": "1899-12-31",
    "day after tomorrow": str(TODAY + datetime.timedelta(days=2)),
    "year 9999": "9999-12-31",
    "spreadsheet number": "45306",
}


@pytest.mark.parametrize("text", NOT_DAYS.values(), ids=NOT_DAYS)
@pytest.mark.parametrize("precision", ["day", "week", "month"])
def test_day_is_refused(incident, precision, text):
    path = incident(occurred_on=text, date_precision=precision)

    assert refusals(path) == [("incidents.csv", 2, "occurred_on")]


TEXTS = {
    "Arabic": "قال المرصد السوري: «هجوم» على القاعدة",
    "quotes": "He said \"no\", then 'yes'; a,b",
    "newlines": "first line\nsecond line\r\nthird",
    "formula": "=1+1",
    "formula with a command": '=HYPERLINK("http://x","y")|\' /C calc\'!A0',
    "at, plus, minus": "@SUM(1) +1 -1",
    "emoji": "🔥👨‍👩‍👧 e\u0301",
    "HTML": "<script>alert(1)</script>&amp;<b>",
    "percent and braces": "%s %(x)s {0} {{x}} {% x %} \\n \\",
    "SQL": "'); DROP TABLE attacks_incident; --",
    "right to left marks": "\u202eabc\u202c\u200f d",
    "odd controls": "a\x01b\x0bc\x85d\u2028e",
    "NULL in words": "NULL None nan",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text_is_kept_as_it_is(incident, text):
    path = incident(summary=text)
    take(path)

    assert Incident.objects.get().summary == text
    assert verdicts(take(path)) == {}


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        pytest.param([{}, {}], [("bases.csv", 3, "slug")], id="twice"),
        pytest.param([{}, {}, {}], [("bases.csv", n, "slug") for n in (3, 4)], id="three times"),
        pytest.param([{"slug": ""}], [("bases.csv", 2, "slug")], id="empty"),
        pytest.param([{}, {"slug": " "}], [("bases.csv", 3, "slug")], id="blank"),
        pytest.param([{"slug": "a b"}], [("bases.csv", 2, "slug")], id="not a slug"),
        pytest.param([{"slug": "x" * 81}], [("bases.csv", 2, "slug")], id="too long"),
    ],
)
def test_key_is_refused(tmp_path, rows, places):
    assert refusals(write_files(tmp_path, bases=rows)) == places


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("publishers", "slug"),
        ("reports", "key"),
        ("bases", "slug"),
        ("force_presence", "key"),
        ("incidents", "key"),
    ],
)
def test_key_in_two_files_is_refused_in_the_second(tmp_path, name, column):
    rows = {"bases": [{}], name: [{}]}
    first = write_files(tmp_path / "first", **rows)
    second = write_files(tmp_path / "second", **{name: [{}]})

    assert refusals(first, second) == [(f"{name}.csv", 2, column)]


def test_parents_may_stand_below_their_children(tmp_path):
    rows = [
        {"slug": "room", "parent_slug": "house"},
        {"slug": "house", "parent_slug": "camp"},
        {"slug": "camp"},
    ]

    take(write_files(tmp_path, bases=rows))

    assert MilitaryBase.objects.get(slug="room").parent.parent.slug == "camp"


@pytest.mark.parametrize(
    "parents",
    [
        pytest.param({"a": "a"}, id="itself"),
        pytest.param({"a": "b", "b": "a"}, id="two"),
        pytest.param({"a": "b", "b": "c", "c": "a"}, id="three"),
    ],
)
@pytest.mark.parametrize("name", ["bases", "publishers"])
def test_circle_of_parents_is_refused(tmp_path, name, parents):
    rows = [{"slug": slug, "parent_slug": parent} for slug, parent in parents.items()]

    places = refusals(write_files(tmp_path, **{name: rows}))

    assert places == [(f"{name}.csv", row, "parent_slug") for row in range(2, 2 + len(rows))]


def test_circle_over_two_imports_is_refused(tmp_path):
    take(write_files(tmp_path / "1", publishers=[{"slug": "a", "parent_slug": "b"}, {"slug": "b"}]))
    second = write_files(tmp_path / "2", publishers=[{"slug": "b", "parent_slug": "a"}])

    assert refusals(second) == [("publishers.csv", 2, "parent_slug")]


def test_circle_of_bases_over_two_imports_is_refused(tmp_path):
    take(write_files(tmp_path / "1", bases=[{"slug": "a", "parent_slug": "b"}, {"slug": "b"}]))
    second = write_files(tmp_path / "2", bases=[{"slug": "b", "parent_slug": "a"}])

    assert refusals(second) == [("bases.csv", 2, "parent_slug")]


FOLLOW_UPS = {
    "publisher with a bad kind": {
        "publishers": [{"kind": "spy"}],
        "published_tallies": [{}, {"publication_key": "two"}],
        "bases": [{}],
    },
    "parent of a publisher": {
        "publishers": [
            {"kind": "spy"},
            {"slug": "child", "parent_slug": "sohr"},
            {"slug": "grandchild", "parent_slug": "child"},
        ],
    },
    "base with a bad country": {
        "publishers": [{"slug": "sohr"}],
        "bases": [{"country_iso2": "Syria"}],
        "incidents": [{}],
        "claims": [{}, {"kind": "denial"}],
        "published_tallies": [{}],
        "force_presence": [{"base_slug": "al-omar", "country_iso2": ""}],
    },
    "base refused by the rules of its fields": {
        "bases": [{"name": ""}, {"slug": "part", "parent_slug": "al-omar"}],
        "incidents": [{}],
    },
    "incident": {"bases": [{}], "incidents": [{"weapon": "laser"}], "claims": [{}]},
    "incident refused by the rules of its fields": {
        "bases": [{}],
        "incidents": [{"time_of_day": "x" * 101}],
        "claims": [{}],
    },
}


@pytest.mark.parametrize("files", FOLLOW_UPS.values(), ids=FOLLOW_UPS)
def test_refused_row_draws_no_refusals_of_rows_that_name_it(tmp_path, files):
    assert len(refusals(write_files(tmp_path, **files))) == 1


def test_circle_of_parents_draws_no_refusals_of_rows_that_name_it(tmp_path):
    folder = write_files(tmp_path, bases=[{"parent_slug": "al-omar"}], incidents=[{}], claims=[{}])

    assert refusals(folder) == [("bases.csv", 2, "parent_slug")]


@pytest.mark.parametrize(
    ("name", "line", "reason_row"),
    [
        pytest.param("publishers.csv", "sohr,SOHR\n", 2, id="cut publisher"),
        pytest.param("bases.csv", "al-omar,Al-Omar\n", 2, id="cut base"),
        pytest.param("incidents.csv", "inc-1\n", 2, id="cut incident"),
    ],
)
def test_row_that_cannot_be_read_draws_no_refusals_of_rows_that_name_it(
    tmp_path, name, line, reason_row
):
    folder = write_files(
        tmp_path, publishers=[{}], bases=[{}], incidents=[{}], claims=[{}], published_tallies=[{}]
    )
    header = (folder / name).read_text().splitlines()[0]
    (folder / name).write_text(f"{header}\n{line}")

    assert refusals(folder) == [(name, reason_row, "")]


def test_file_that_cannot_be_read_draws_no_refusals_of_rows_that_need_it(tmp_path):
    folder = write_files(tmp_path, bases=[{}], incidents=[{}], claims=[{}])
    (folder / "bases.csv").write_bytes(b"\xff\xfe rubbish")

    assert refusals(folder) == [("bases.csv", None, "")]


def test_every_refusal_of_a_file_is_named_at_once(tmp_path):
    rows = [{"killed_min": "x", "weapon": "laser"}, {"key": "inc-2", "occurred_on": "?"}]

    assert refusals(write_files(tmp_path, bases=[{}], incidents=rows)) == [
        ("incidents.csv", 2, "weapon"),
        ("incidents.csv", 2, "killed_min"),
        ("incidents.csv", 3, "occurred_on"),
    ]


def test_change_in_the_file_changes_an_untouched_record_under_the_new_revision(tmp_path):
    take(write_files(tmp_path, bases=[{"governorate": "A"}]))

    plan = take(write_files(tmp_path, bases=[{"governorate": "B"}]))

    base = MilitaryBase.objects.get()
    assert base.governorate == "B"
    assert [(row.governorate, row.revision_id) for row in base.history.order_by("history_id")] == [
        ("A", 1),
        ("B", 2),
    ]
    assert verdicts(plan) == {"changed": 1}
    assert plan.changes == ["bases.csv, row 2: Al-Omar: governorate A -> B"]


def test_changed_link_is_worded_by_what_it_leads_to(tmp_path):
    rows = {"incidents": [{}], "claims": [{}], "reports": [{}]}
    take(
        write_files(tmp_path, bases=[{"slug": "al-omar"}, {"slug": "b", "name": "Base B"}], **rows)
    )

    rows["incidents"] = [{"base_slug": "b"}]
    rows["claims"] = [{"source_url": "seed:article"}]
    plan = take(write_files(tmp_path, **rows))

    assert plan.changes == [
        "incidents.csv, row 2: BW-1: Base B, 2024-01-15: base_slug Al-Omar -> Base B",
        "claims.csv, row 2: A group: responsibility: source_url None -> seed:article",
    ]


def test_record_edited_by_hand_is_reported_and_kept(tmp_path):
    folder = write_files(tmp_path, bases=[{"governorate": "A"}])
    take(folder)
    base = MilitaryBase.objects.get()
    with revision("corrected by an editor"):
        base.governorate = "C"
        base.save()
    before = dump()

    plan = take(folder)

    assert verdicts(plan) == {"edited here": 1}
    assert "edited here" in plan.changes[0]
    assert plan.revision is None
    assert dump() == before
    # Also when the file changes, and one import after another.
    changed = write_files(tmp_path, bases=[{"governorate": "B"}])
    assert verdicts(take(changed)) == {"edited here": 1}
    assert dump() == before


def test_record_edited_by_hand_to_what_the_file_says_is_the_same(tmp_path):
    take(write_files(tmp_path, bases=[{"governorate": "A"}]))
    base = MilitaryBase.objects.get()
    with revision("corrected by an editor"):
        base.governorate = "B"
        base.save()

    assert verdicts(take(write_files(tmp_path, bases=[{"governorate": "B"}]))) == {}


def test_import_beside_a_hand_edit_writes_the_rest(tmp_path):
    take(write_files(tmp_path, bases=[{}, {"slug": "second"}]))
    with revision("corrected by an editor"):
        MilitaryBase.objects.get(slug="al-omar").delete()

    plan = take(write_files(tmp_path, bases=[{}, {"slug": "second", "notes": "new"}]))

    assert verdicts(plan) == {"edited here": 1, "changed": 1}
    assert MilitaryBase.objects.get().notes == "new"
    assert Revision.objects.get(pk=plan.revision).origin == "import"


def test_row_that_names_a_record_removed_by_hand_is_left_out_and_said_so(tmp_path):
    take(write_files(tmp_path, bases=[{}]))
    with revision("no such base"):
        MilitaryBase.objects.get().delete()

    plan = take(write_files(tmp_path, bases=[{}], incidents=[{}], claims=[{}]))

    assert [note.split(":")[0] for note in plan.notes] == [
        "incidents.csv, row 2",
        "claims.csv, row 2",
    ]
    assert verdicts(plan) == {"edited here": 1}
