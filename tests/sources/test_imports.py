import pytest

from attacks.models import Incident
from sources.models import Organisation, OrganisationName, Report
from sources.reports import report_key
from sources.revisions import revision
from tallies.models import PublishedTally
from tests.factories import day
from tests.importing import dump, edit, refusals, take, verdicts, write_files

pytestmark = pytest.mark.django_db

URL = "https://example.org/news/1"


@pytest.fixture
def files(tmp_path):
    """Write files into one folder, over what stands there."""

    def files(**rows):
        return write_files(tmp_path, **rows)

    return files


def cited(address, **incident):
    return {"bases": [{}], "incidents": [{"source_urls": address} | incident]}


def test_organisation_is_stored_with_all_columns_and_its_names(files):
    group = {
        "slug": "kataib",
        "name": "Kataib",
        "name_ar": "كتائب",
        "kind": "armed_group",
        "country": "IQ",
        "url": "https://example.org/",
        "notes": "A note; with a semicolon",
        "parent_slug": "iri",
        "aliases": "KH; Hezbollah Brigades ;;KH;كتائب حزب الله",
    }

    take(files(publishers=[group, {"slug": "iri", "kind": "umbrella"}]))

    stored = Organisation.objects.get(slug="kataib")
    fields = ("name", "name_ar", "kind", "country", "url", "notes")
    assert {name: getattr(stored, name) for name in fields} == {
        name: group[name] for name in fields
    }
    assert stored.parent.slug == "iri"
    assert set(stored.names.values_list("name", "language")) == {
        ("KH", ""),
        ("Hezbollah Brigades", ""),
        ("كتائب حزب الله", "ar"),
    }


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param({"name": ""}, "name", id="no name"),
        pytest.param({"name": "x" * 201}, "name", id="long name"),
        pytest.param({"kind": ""}, "kind", id="no kind"),
        pytest.param({"kind": "Monitor"}, "kind", id="kind in capitals"),
        pytest.param({"kind": "militia"}, "kind", id="kind outside the list"),
        pytest.param({"country": "ZZ"}, "country", id="no such country"),
        pytest.param({"country": "sy"}, "country", id="country in small letters"),
        pytest.param({"country": "Syria"}, "country", id="country by name"),
        pytest.param({"url": "example.org"}, "url", id="address without a scheme"),
        pytest.param({"url": "javascript:alert(1)"}, "url", id="script as address"),
        pytest.param({"parent_slug": "nobody"}, "parent_slug", id="unknown parent"),
        pytest.param({"aliases": "A;" + "x" * 201}, "aliases", id="long alias"),
    ],
)
def test_organisation_is_refused(files, cells, column):
    assert refusals(files(publishers=[cells])) == [("publishers.csv", 2, column)]


def test_umbrella_groups_too_deep_are_refused(files):
    chain = [{"slug": "a"}] + [
        {"slug": slug, "parent_slug": parent} for parent, slug in zip("abc", "bcd", strict=True)
    ]

    assert refusals(files(publishers=chain)) == [("publishers.csv", 5, "parent_slug")]


def test_name_deleted_by_hand_stays_deleted(files):
    take(files(publishers=[{"aliases": "A;B"}]))
    with revision("nobody calls it so"):
        OrganisationName.objects.get(name="A").delete()

    plan = take(files(publishers=[{"aliases": "A;B;C"}]))

    assert set(OrganisationName.objects.values_list("name", flat=True)) == {"B", "C"}
    assert verdicts(plan) == {"edited here": 1, "new": 1}


def test_organisation_edited_by_hand_is_kept(files):
    take(files(publishers=[{"notes": "A"}]))
    with revision("edited"):
        organisation = Organisation.objects.get()
        organisation.notes = "B"
        organisation.save()

    assert verdicts(take(files(publishers=[{"notes": "C"}]))) == {"edited here": 1}
    assert Organisation.objects.get().notes == "B"


def test_record_whose_key_was_edited_by_hand_is_not_made_again(files):
    take(files(publishers=[{}]))
    with revision("a better slug"):
        organisation = Organisation.objects.get()
        organisation.slug = "syrian-observatory"
        organisation.save()

    plan = take(files(publishers=[{}]))

    assert Organisation.objects.get().slug == "syrian-observatory"
    assert verdicts(plan) == {"edited here": 1}


def test_report_is_made_of_every_address_that_a_row_cites(files):
    take(files(**cited(f"{URL} ; https://example.org/2;;{URL}")))

    assert set(Report.objects.values_list("url", flat=True)) == {URL, "https://example.org/2"}
    assert Incident.objects.get().reports.count() == 2


@pytest.mark.parametrize(
    ("address", "slug"),
    [
        pytest.param("https://www.example.org/a", "paper", id="exact host"),
        pytest.param("https://WWW.EXAMPLE.ORG/a", "paper", id="host in capitals"),
        pytest.param("https://example.org/a", None, id="without www"),
        pytest.param("https://blog.www.example.org/a", None, id="host below"),
        pytest.param("https://example.com/www.example.org", None, id="host in the path"),
        pytest.param("https://shared.example/a", None, id="host of two"),
    ],
)
def test_publisher_of_an_address_is_found_by_its_exact_host(files, address, slug):
    publishers = [
        {"slug": "paper", "url": "https://www.example.org/en"},
        {"slug": "one", "url": "https://shared.example/1"},
        {"slug": "two", "url": "https://shared.example/2"},
    ]

    take(files(publishers=publishers, **cited(address)))

    publisher = Report.objects.get().publisher
    assert (publisher and publisher.slug) == slug


def test_publisher_that_is_given_wins_over_the_host_in_every_order(files, tmp_path):
    publishers = [{"slug": "paper"}, {"slug": "host", "url": "https://example.org/"}]
    take(files(publishers=publishers, reports=[{"url": URL, "publisher_slug": "paper"}]))
    (tmp_path / "reports.csv").unlink()

    plan = take(files(**cited(URL)))

    assert Report.objects.get().publisher.slug == "paper"
    assert "changed" not in verdicts(plan)


BAD_ADDRESSES = {
    "ftp": "ftp://example.org/a",
    "script": "javascript:alert(1)",
    "data": "data:text/html,x",
    "no scheme": "example.org/a",
    "no host": "http:///a",
    "space": "https://example.org/a b",
    "new line": "https://example.org/a\nb",
    "3000 characters": "https://example.org/" + "x" * 3000,
    "words": "a newspaper",
    "key in capitals": "seed:Shafaq",
    "key with a slash": "seed:a/b",
    "bad port": "http://example.org:99999999/",
    "bad IPv6": "http://[::1/",
    "odd host": "http://ex℀mple.org/",
}


@pytest.mark.parametrize("address", BAD_ADDRESSES.values(), ids=BAD_ADDRESSES)
@pytest.mark.parametrize(
    ("name", "column", "rows"),
    [
        ("incidents", "source_urls", {"bases": [{}]}),
        ("claims", "source_url", {"bases": [{}], "incidents": [{}]}),
        ("bases", "source_url", {}),
        ("force_presence", "source_url", {}),
        ("published_tallies", "source_url", {"publishers": [{}], "bases": [{}]}),
        ("reports", "url", {}),
    ],
)
def test_address_is_refused(files, name, column, rows, address):
    folder = files(**rows, **{name: [{column: address}]})

    assert refusals(folder) == [(f"{name}.csv", 2, column)]


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://example.org/" + "x" * 1900, id="long"),
        pytest.param("https://example.org/هجوم?q=1&r=%D9%87#top", id="Arabic path"),
        pytest.param("http://пример.example/", id="international host"),
        pytest.param("HTTPS://Example.org/A,b", id="capitals and a comma"),
        pytest.param("http://user:word@192.0.2.1:8080/", id="user, number, port"),
    ],
)
def test_odd_but_good_address_is_kept_as_it_is(files, address):
    folder = files(**cited(address))
    take(folder)

    assert Report.objects.get().url == address
    assert verdicts(take(folder)) == {}


def test_report_without_an_address_is_cited_by_its_key(files):
    reports = [{"title": "Founding", "language": "en"}]

    take(files(reports=reports, **cited("seed:article")))

    report = Report.objects.get()
    assert (report.key, report.url, report.title) == ("seed:article", None, "Founding")
    assert Incident.objects.get().reports.get() == report


def test_report_with_an_address_may_be_cited_by_key_and_by_address(files):
    folder = files(
        reports=[{"url": URL}],
        bases=[{}],
        incidents=[
            {"source_urls": "seed:article"},
            {"key": "inc-2", "source_urls": URL},
            {"key": "inc-3", "source_urls": f"{URL};seed:article"},
        ],
    )

    take(folder)

    report = Report.objects.get()
    assert (report.key, report.url) == ("seed:article", URL)
    assert report.incidents.count() == 3
    assert verdicts(take(folder)) == {}


def test_report_that_was_cited_before_is_described_later(files):
    take(files(**cited(URL)))
    key = Report.objects.get().key

    plan = take(files(reports=[{"key": "seed:article", "url": URL, "title": "Now known"}]))

    assert Report.objects.get().title == "Now known"
    assert Report.objects.get().key == key
    assert verdicts(plan) == {"changed": 1}


def test_one_address_under_two_keys_is_refused(files):
    rows = [{"key": "seed:a", "url": URL}, {"key": "seed:b", "url": URL}]

    assert refusals(files(reports=rows)) == [("reports.csv", 3, "url")]


def test_key_that_moves_to_another_address_while_the_old_one_is_cited_is_refused(files):
    take(files(reports=[{"key": "seed:a", "url": URL}], **cited(URL)))

    rows = [{"key": "seed:a", "url": "https://example.org/other"}]

    assert len(refusals(files(reports=rows, **cited(URL)))) == 1


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param({"publisher_slug": "nobody"}, "publisher_slug", id="unknown publisher"),
        pytest.param({"key": "a b"}, "key", id="key with a space"),
        pytest.param({"key": "x" * 121}, "key", id="long key"),
        pytest.param({"language": "English language"}, "language", id="language in words"),
        pytest.param({"accessed_on": "2024-02-30"}, "accessed_on", id="impossible day of access"),
        pytest.param({"published_on": "2024"}, "published_on", id="year alone"),
        pytest.param(
            {"published_earliest": "2024-02-02", "published_latest": "2024-02-01"},
            "published_earliest",
            id="earliest above latest",
        ),
    ],
)
def test_report_is_refused(files, cells, column):
    assert refusals(files(reports=[{"url": URL} | cells])) == [("reports.csv", 2, column)]


TALLY = {"publishers": [{}], "bases": [{}]}


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        pytest.param({}, (None, None), id="open"),
        pytest.param({"published_on": "2024-02-01"}, ("2024-02-01",) * 2, id="one day"),
        pytest.param(
            {"published_earliest": "2024-01-01", "published_latest": "2024-01-09"},
            ("2024-01-01", "2024-01-09"),
            id="range",
        ),
        pytest.param({"published_earliest": "2024-01-01"}, ("2024-01-01", None), id="open end"),
        pytest.param({"published_latest": "2024-01-09"}, (None, "2024-01-09"), id="open start"),
        pytest.param(
            {
                "published_on": "2024-01-05",
                "published_earliest": "2024-01-01",
                "published_latest": "2024-01-09",
            },
            ("2024-01-01", "2024-01-09"),
            id="range wins over the day",
        ),
        pytest.param(
            {"published_on_basis": "between 1 January 2024 and 2024-01-09"},
            (None, None),
            id="never parsed out of prose",
        ),
    ],
)
def test_days_of_publication(files, cells, days):
    folder = files(published_tallies=[{"source_url": URL} | cells], **TALLY)
    take(folder)

    report = Report.objects.get()
    assert (report.published_earliest, report.published_latest) == tuple(
        text and day(text) for text in days
    )
    assert verdicts(take(folder)) == {}


def test_two_publications_with_one_address_and_different_days_are_refused(files):
    rows = [
        {"source_url": URL, "published_on": "2024-02-01"},
        {"source_url": URL, "published_on": "2024-02-02", "publication_key": "sohr-2"},
    ]

    assert refusals(files(published_tallies=rows, **TALLY)) == [
        ("published_tallies.csv", 3, "published_on")
    ]


def test_one_report_may_carry_several_tallies(files):
    rows = [{"source_url": URL}, {"source_url": URL, "publication_key": "sohr-2"}]

    take(files(published_tallies=rows, **TALLY))

    assert Report.objects.get().tallies.count() == PublishedTally.objects.count() == 2


def test_report_edited_by_hand_is_kept(files):
    take(files(published_tallies=[{"source_url": URL, "published_on": "2024-02-01"}], **TALLY))
    with revision("the page gives another day"):
        report = Report.objects.get()
        report.published_earliest = report.published_latest = day("2024-02-03")
        report.save()
    before = dump()

    plan = take(files(published_tallies=[{"source_url": URL, "published_on": "2024-02-01"}]))

    assert verdicts(plan) == {"edited here": 1}
    assert dump() == before


# What an export says beside: where organisations and names were read


@pytest.mark.parametrize("source", [URL, "seed:article", "report:A-1"], ids=str)
def test_organisation_names_the_report_where_it_was_read(files, source):
    folder = files(publishers=[{"source_url": source}])

    plan = take(folder)

    report = Organisation.objects.get().report
    assert source in (report.url, report.key, f"report:{report.key}")
    assert plan.verdicts["sources of organisations"] == {"new": 1, "same": 0}
    assert verdicts(take(folder)) == {}


def test_source_of_an_organisation_follows_the_file(files):
    take(files(publishers=[{"source_url": URL}]))

    plan = take(files(publishers=[{"source_url": ""}]))

    assert Organisation.objects.get().report is None
    assert verdicts(plan) == {"changed": 1}


def test_source_of_an_organisation_that_was_edited_by_hand_is_kept(files):
    take(files(publishers=[{"source_url": URL}]))
    edit(Organisation.objects.get(), report=None)

    plan = take(files(publishers=[{"source_url": URL}]))

    assert Organisation.objects.get().report is None
    assert verdicts(plan) == {"edited here": 1}


def test_file_without_the_column_says_nothing_of_sources(files):
    take(files(publishers=[{"source_url": URL}]))

    plan = take(files(publishers=[{}]))

    assert "sources of organisations" not in plan.verdicts
    assert verdicts(plan) == {}
    assert Organisation.objects.get().report.url == URL


def test_report_in_which_an_organisation_was_read_may_be_published_by_it(files):
    take(files(publishers=[{"source_url": URL, "url": "https://example.org/"}]))

    organisation = Organisation.objects.get()
    assert organisation.report.publisher == organisation


def names():
    rows = OrganisationName.objects.values_list("name", "language", "report__url")
    return {name: said for name, *said in rows}


def test_name_has_the_language_and_the_source_that_the_file_states(files):
    row = {
        "aliases": r"A\;1;المرصد;B",
        "alias_languages": r"en A\;1;ar-SY المرصد",
        "alias_sources": f"{URL} B",
    }
    folder = files(publishers=[row])
    take(folder)

    assert names() == {"A;1": ["en", None], "المرصد": ["ar-SY", None], "B": ["", URL]}
    assert verdicts(take(folder)) == {}
    assert verdicts(take(files(publishers=[{"aliases": row["aliases"]}]))) == {}


def test_name_of_a_file_that_states_languages_has_no_other(files):
    take(files(publishers=[{"aliases": "المرصد", "alias_languages": ""}]))

    assert names() == {"المرصد": ["", None]}


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param({"alias_languages": "en B"}, "alias_languages", id="language of no name"),
        pytest.param({"alias_languages": "en"}, "alias_languages", id="language alone"),
        pytest.param({"alias_sources": f"{URL} B"}, "alias_sources", id="source of no name"),
        pytest.param({"alias_sources": "A newspaper"}, "alias_sources", id="no source"),
        pytest.param({"source_url": "a newspaper"}, "source_url", id="source in words"),
        pytest.param({"alias_languages": f"{'x' * 11} A"}, "alias_languages", id="long language"),
    ],
)
def test_source_or_language_is_refused(files, cells, column):
    found = refusals(files(publishers=[{"aliases": "A"} | cells]))

    assert ("publishers.csv", 2, column) in found


# Citing by key


def test_report_is_made_of_any_key_that_a_row_cites(files):
    folder = files(**cited("report:Shafaq.2024_08;report:seed:b;seed:b"))
    take(folder)

    assert set(Report.objects.values_list("key", "url")) == {
        ("Shafaq.2024_08", None),
        ("seed:b", None),
    }
    assert verdicts(take(folder)) == {}


def test_report_with_an_address_may_be_cited_by_any_key(files):
    rows = {"reports": [{"key": "K-1", "url": URL}], **cited(f"report:K-1;{URL}")}

    take(files(**rows))

    assert Report.objects.get().url == URL
    assert Incident.objects.get().reports.count() == 1


def test_key_that_follows_from_an_address_is_the_same_report(files):
    take(files(**cited(f"report:{report_key(URL)};{URL}")))

    assert Report.objects.values_list("key", "url").get() == (report_key(URL), URL)


def test_stored_report_is_cited_by_its_key_alone(files):
    take(files(reports=[{"key": "K-1", "url": URL, "title": "Title"}]))

    take(files(**cited("report:K-1")))

    assert Incident.objects.get().reports.get().title == "Title"
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    "text",
    ["report:", "report:a b", "report:a/b", "report: a", f"report:{'x' * 121}", "Report:a", "K-1"],
)
def test_key_that_is_none_is_refused(files, text):
    assert refusals(files(**cited(text))) == [("incidents.csv", 2, "source_urls")]


def test_semicolon_in_an_address_is_part_of_it(files):
    take(files(**cited(rf"https://example.org/a\;b;{URL}")))

    assert set(Report.objects.values_list("url", flat=True)) == {"https://example.org/a;b", URL}


def test_basis_of_a_date_that_is_not_known_is_kept_with_its_report(files):
    folder = files(reports=[{"url": URL, "published_on_basis": "the page gives none"}])
    take(folder)

    assert Report.objects.get().published_basis == "the page gives none"
    assert verdicts(take(folder)) == {}
