import pytest

from tests.factories import day, make_base, make_organisation, make_report, make_tally

pytestmark = pytest.mark.django_db


def keys(client, query=""):
    return [row["key"] for row in client.get(f"/api/v1/tallies/?{query}").json()["results"]]


def test_tally_is_answered_as_published_with_its_lines_in_order(client):
    omar = make_base("al-omar")
    report = make_report(
        "r-1",
        published_earliest=day("2024-02-01"),
        published_latest=day("2024-02-03"),
        published_basis="from the address",
    )
    make_tally(
        make_organisation("sohr", name="SOHR"),
        [(omar, 36), ("IQ", 4)],
        key="sohr-1",
        report=report,
        territory="IQ;SY",
        total=41,
    )

    tally = client.get("/api/v1/tallies/sohr-1/").json()

    assert tally.pop("report")["published_basis"] == "from the address"
    assert tally == {
        "key": "sohr-1",
        "counter": {"slug": "sohr", "name": "SOHR"},
        "counting_since": "2023-10-19",
        "counting_until": None,
        "as_of_earliest": "2024-02-01",
        "as_of_latest": "2024-02-03",
        "total": 41,
        "quantifier": None,
        "territory": ["IQ", "SY"],
        "territory_text": None,
        "coverage": "full",
        "note": None,
        "lines": [
            {
                "position": 1,
                "base": {"slug": "al-omar", "name": "Al-Omar"},
                "country": None,
                "name_as_printed": "Al-Omar",
                "number": 36,
            },
            {
                "position": 2,
                "base": None,
                "country": "IQ",
                "name_as_printed": "IQ",
                "number": 4,
            },
        ],
        "sum_of_lines": 40,
        "difference": -1,
    }


def test_tally_without_total_lines_or_report_has_null_and_not_zero(client):
    make_tally(key="bare", total=None, report=None, territory="", counting_since=None)

    tally = client.get("/api/v1/tallies/bare/").json()

    for field in ("total", "sum_of_lines", "difference", "report", "counting_since"):
        assert tally[field] is None
    assert tally["as_of_earliest"] is tally["as_of_latest"] is None
    assert (tally["territory"], tally["lines"]) == ([], [])


def test_tallies_by_counter_country_coverage_and_base(client):
    omar = make_base("al-omar")
    make_tally(make_organisation("sohr"), [(omar, 3)], key="sohr-1")
    make_tally(make_organisation("dod"), key="dod-1", territory="IQ;SY")

    assert keys(client, "counter=dod") == ["dod-1"]
    assert keys(client, "country=IQ") == ["dod-1"]
    assert keys(client, "country=SY") == ["sohr-1", "dod-1"]
    assert keys(client, "coverage=full") == ["sohr-1"]
    assert keys(client, "base=al-omar") == ["sohr-1"]
    assert client.get("/api/v1/tallies/?country=QS").status_code == 400


def test_tallies_in_a_window_by_what_they_may_speak_as_of(client):
    make_tally(key="february", published="2024-02-01")
    make_tally(key="january", published="2024-02-01", counting_until=day("2024-01-31"))
    make_tally(key="no-day", report=make_report())
    make_tally(key="no-report", report=None)

    assert keys(client, "since=2024-02-01") == ["february", "no-day", "no-report"]
    assert keys(client, "until=2024-01-31") == ["january", "no-day", "no-report"]
    assert keys(client, "since=2024-01-01&until=2024-12-31") == keys(client)


def test_tallies_take_three_queries(client, django_assert_num_queries):
    for number in range(3):
        report = make_report(publisher=make_organisation())
        lines = [(make_base(), 1), (make_base(), 2)]
        make_tally(make_organisation(), lines, key=f"t-{number}", report=report)

    # The revision. Tallies with counter, report and its publisher; their lines with the bases.
    with django_assert_num_queries(3):
        client.get("/api/v1/tallies/")
    with django_assert_num_queries(3):
        client.get("/api/v1/tallies/t-1/")
