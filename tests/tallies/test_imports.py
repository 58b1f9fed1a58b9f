import pytest

from bases.models import BaseName
from sources.revisions import revision
from tallies.models import PublishedTally, TallyLine
from tests.factories import day
from tests.importing import (
    dump,
    lines_of,
    refusals,
    take,
    verdicts,
    write_files,
)

pytestmark = pytest.mark.django_db

URL = "https://example.org/1"
BEFORE = {
    "publishers": [{}],
    "bases": [{}, {"slug": "conoco", "name": "Conoco"}],
}


@pytest.fixture
def files(tmp_path):
    def files(**rows):
        return write_files(tmp_path / "files", **BEFORE | rows)

    return files


def tally(*lines, **publication):
    """The rows of one publication; `lines` are (base_slug, name, number)."""
    return [
        publication | {"base_slug": base, "count_text_name": name, "count": str(number)}
        for base, name, number in lines
    ]


def test_tally_is_stored_with_all_columns(files):
    publication = {
        "published_on": "2024-02-05",
        "published_on_basis": "text",
        "counting_since": "2023-10-19",
        "counting_until": "2024-02-01",
        "total_claimed": "9",
        "source_url": URL,
        "scope": "SY;IQ",
        "coverage": "partial",
        "quantifier": "at_least",
        "note": "Cut off",
    }
    lines = [("conoco", "Koniko", 3), ("al-omar", "Omar field", 4), ("country:IQ", "Iraq", 1)]
    folder = files(published_tallies=tally(*lines, **publication))

    take(folder)

    stored = PublishedTally.objects.get()
    assert (stored.key, stored.counter.slug, stored.report.url) == ("sohr-1", "sohr", URL)
    assert (stored.counting_since, stored.counting_until) == (day("2023-10-19"), day("2024-02-01"))
    assert (stored.total, stored.quantifier, stored.territory) == (9, "at_least", "SY;IQ")
    assert (stored.coverage, stored.note) == ("partial", "Cut off")
    assert stored.report.published_basis == "text"
    assert lines_of() == [("conoco", "Koniko", 3), ("al-omar", "Omar field", 4), ("IQ", "Iraq", 1)]
    assert set(BaseName.objects.values_list("base__slug", "name", "report__url")) == {
        ("conoco", "Koniko", URL),
        ("al-omar", "Omar field", URL),
    }
    assert verdicts(take(folder)) == {}


def test_total_alone_and_lines_alone_are_taken(files):
    rows = [
        {"base_slug": "", "count_text_name": "", "count": "", "coverage": "total_only"},
        {"publication_key": "sohr-2", "total_claimed": ""},
    ]

    take(files(published_tallies=rows))

    assert dict(PublishedTally.objects.values_list("key", "total")) == {
        "sohr-1": 5,
        "sohr-2": None,
    }
    assert lines_of() == []
    assert len(lines_of("sohr-2")) == 1


def test_number_zero_is_a_number(files):
    take(files(published_tallies=[{"count": "0", "total_claimed": "0"}]))

    assert (PublishedTally.objects.get().total, TallyLine.objects.get().number) == (0, 0)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param({"publication_key": ""}, "publication_key", id="no key"),
        pytest.param({"publication_key": "a b"}, "publication_key", id="key with a space"),
        pytest.param({"publisher_slug": ""}, "publisher_slug", id="no counter"),
        pytest.param({"publisher_slug": "nobody"}, "publisher_slug", id="unknown counter"),
        pytest.param({"publisher_slug": "SOHR"}, "publisher_slug", id="counter by name"),
        pytest.param({"base_slug": "nowhere"}, "base_slug", id="unknown base"),
        pytest.param({"base_slug": "country:ZZ"}, "base_slug", id="unknown country"),
        pytest.param({"base_slug": "country:"}, "base_slug", id="no country"),
        pytest.param({"base_slug": "country:sy"}, "base_slug", id="country in small letters"),
        pytest.param({"count": ""}, "count", id="line without a number"),
        pytest.param({"count": "many"}, "count", id="number in words"),
        pytest.param({"count": "-1"}, "count", id="negative number"),
        pytest.param({"count": "1.5"}, "count", id="half an attack"),
        pytest.param(
            {"base_slug": "", "count_text_name": ""}, "count_text_name", id="number of nothing"
        ),
        pytest.param({"count_text_name": "x" * 201}, "count_text_name", id="long name"),
        pytest.param({"total_claimed": "about 5"}, "total_claimed", id="total in words"),
        pytest.param({"quantifier": "roughly"}, "quantifier", id="quantifier not in list"),
        pytest.param({"coverage": "most"}, "coverage", id="coverage not in list"),
        pytest.param({"coverage": ""}, "coverage", id="no coverage"),
        pytest.param({"coverage": "total_only"}, "coverage", id="total only, with a line"),
        pytest.param({"scope": "Syria"}, "scope", id="territory by name"),
        pytest.param({"scope": "SY;ZZ"}, "scope", id="territory of no country"),
        pytest.param({"counting_since": "2023-02-29"}, "counting_since", id="impossible day"),
        pytest.param(
            {"counting_since": "2024-02-02", "counting_until": "2024-02-01"},
            "counting_since",
            id="ends before it begins",
        ),
        pytest.param(
            {"published_on": "5 Feb", "source_url": URL}, "published_on", id="day in words"
        ),
        pytest.param(
            {
                "published_earliest": "2024-02-02",
                "published_latest": "2024-02-01",
                "source_url": URL,
            },
            "published_earliest",
            id="published days reversed",
        ),
        pytest.param({"published_on": "2024-02-30"}, "published_on", id="bad day, no address"),
    ],
)
def test_tally_is_refused(files, cells, column):
    places = refusals(files(published_tallies=[cells]))

    assert set(places) == {("published_tallies.csv", 2, column)}


DIFFERENT = {
    "published_on": "2024-02-06",
    "published_on_basis": "url",
    "counting_since": "2023-10-20",
    "total_claimed": "6",
    "source_url": "https://example.org/2",
    "publisher_slug": "other",
    "publisher": "Other",
    "scope": "IQ",
    "counting_until": "2024-02-02",
    "coverage": "partial",
    "note": "Else",
    "quantifier": "about",
}


@pytest.mark.parametrize("column", DIFFERENT)
def test_columns_that_differ_within_one_publication_are_refused(files, column):
    rows = [{}, {"base_slug": "conoco", column: DIFFERENT[column]}]
    folder = files(publishers=[{}, {"slug": "other"}], published_tallies=rows)

    assert refusals(folder) == [("published_tallies.csv", 3, column)]


def test_line_that_stands_twice_is_refused(files):
    rows = tally(("al-omar", "Omar", 1), ("al-omar", "Omar", 2))

    assert refusals(files(published_tallies=rows)) == [("published_tallies.csv", 3, "base_slug")]


def test_one_base_under_two_printed_names_has_two_lines(files):
    lines = [("al-omar", "Omar", 1), ("al-omar", "Green Village", 2)]
    take(files(published_tallies=tally(*lines)))

    assert lines_of() == lines


def test_publication_in_two_files_is_one(files, tmp_path):
    first = files(published_tallies=tally(("al-omar", "Omar", 1)))
    second = write_files(
        tmp_path / "second", published_tallies=tally(("conoco", "Conoco", 2), total_claimed="5")
    )

    take(first, second)

    assert lines_of() == [("al-omar", "Omar", 1), ("conoco", "Conoco", 2)]


def test_line_of_neither_base_nor_country_keeps_its_name(files):
    take(files(published_tallies=tally(("", "elsewhere", 2), ("", "at sea", 1))))

    assert lines_of() == [("", "elsewhere", 2), ("", "at sea", 1)]


def test_base_of_a_line_is_found_by_its_name(files):
    take(files(published_tallies=tally(("Al Omar", "Omar", 2))))

    assert lines_of() == [("al-omar", "Omar", 2)]


# Corrections and hand edits


def test_line_that_left_the_file_is_removed(files):
    take(files(published_tallies=tally(("al-omar", "Omar", 1), ("conoco", "Conoco", 2))))

    plan = take(files(published_tallies=tally(("conoco", "Conoco", 2))))

    assert lines_of() == [("conoco", "Conoco", 2)]
    assert verdicts(plan) == {"removed": 1, "changed": 1}
    assert TallyLine.history.get(history_type="-").revision_id == plan.revision


def test_all_lines_that_left_the_file_are_removed(files):
    take(files(published_tallies=tally(("al-omar", "Omar", 1), ("conoco", "Conoco", 2))))
    total = {"base_slug": "", "count_text_name": "", "count": "", "coverage": "total_only"}

    take(files(published_tallies=[total]))

    assert lines_of() == []
    assert PublishedTally.objects.get().coverage == "total_only"


def test_lines_of_a_tally_that_is_not_in_the_file_stay(files):
    take(files(published_tallies=[{}, {"publication_key": "sohr-2"}]))

    assert verdicts(take(files(published_tallies=[{"publication_key": "sohr-2"}]))) == {}
    assert len(lines_of()) == 1


def test_line_added_by_hand_stays(files):
    folder = files(published_tallies=[{}])
    take(folder)
    with revision("one more line in print"):
        TallyLine.objects.create(
            tally=PublishedTally.objects.get(), position=2, name_as_printed="Other", number=1
        )

    assert verdicts(take(folder)) == {"edited here": 1}
    assert len(lines_of()) == 2


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"number": 7}, id="number"),
        pytest.param({"name_as_printed": "Umar"}, id="printed name"),
        pytest.param({"base": None, "country": "SY"}, id="place"),
    ],
)
def test_line_edited_by_hand_is_kept_and_not_doubled(files, fields):
    folder = files(published_tallies=tally(("al-omar", "Omar", 1), ("conoco", "Conoco", 2)))
    take(folder)
    with revision("read again"):
        line = TallyLine.objects.get(number=1)
        for name, value in fields.items():
            setattr(line, name, value)
        line.save()
    before = dump()

    plan = take(folder)

    assert verdicts(plan) == {"edited here": 1}
    assert dump() == before


def test_line_deleted_by_hand_stays_deleted(files):
    folder = files(published_tallies=tally(("al-omar", "Omar", 1), ("conoco", "Conoco", 2)))
    take(folder)
    with revision("not in print"):
        TallyLine.objects.get(number=1).delete()

    assert verdicts(take(folder)) == {"edited here": 1}
    assert lines_of() == [("conoco", "Conoco", 2)]


def test_tally_edited_or_deleted_by_hand_is_kept(files):
    folder = files(published_tallies=[{}, {"publication_key": "sohr-2"}])
    take(folder)
    with revision("corrected"):
        edited = PublishedTally.objects.get(key="sohr-1")
        edited.total = 6
        edited.save()
        PublishedTally.objects.get(key="sohr-2").delete()
    before = dump()

    assert verdicts(take(folder)) == {"edited here": 2}
    assert dump() == before


def test_corrected_number_changes_the_line(files):
    take(files(published_tallies=[{}]))

    plan = take(files(published_tallies=[{"count": "6"}]))

    assert lines_of() == [("al-omar", "Omar field", 6)]
    assert verdicts(plan) == {"changed": 1}


def test_territory_in_words_and_position_are_as_stated(files):
    rows = tally(("conoco", "", 3), ("al-omar", "", 4), scope_text="Syria and more")
    rows[0]["position"], rows[1]["position"] = "5", "2"
    folder = files(published_tallies=rows)
    take(folder)

    assert PublishedTally.objects.get().territory_text == "Syria and more"
    assert dict(TallyLine.objects.values_list("base__slug", "position")) == {
        "conoco": 5,
        "al-omar": 2,
    }
    assert verdicts(take(folder)) == {}


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param({"position": "first"}, "position", id="position in words"),
        pytest.param({"scope_text": "x" * 301}, "scope_text", id="long territory"),
    ],
)
def test_position_or_territory_is_refused(files, cells, column):
    assert refusals(files(published_tallies=[cells])) == [("published_tallies.csv", 2, column)]


def test_what_follows_from_the_lines_is_ignored(files):
    take(files(published_tallies=[{"sum_of_lines": "99", "difference": "many"}]))

    assert PublishedTally.objects.get().sum_of_lines == 5


def test_printed_name_is_not_added_to_a_base_whose_row_has_all_of_its_names(files):
    bases = [{"alias_sources": ""}, {"slug": "conoco", "name": "Conoco"}]
    rows = tally(("conoco", "Koniko", 3), ("al-omar", "Omar field", 4))

    take(files(bases=bases, published_tallies=rows))

    # The column is there for both rows of the file.
    assert not BaseName.objects.exists()
    assert lines_of() == [("conoco", "Koniko", 3), ("al-omar", "Omar field", 4)]
