import re

import pytest
from django.urls import reverse

from tallies.models import TallyLine
from tallies.reconciliation import reconcile
from tests.factories import (
    day,
    make_base,
    make_incident,
    make_organisation,
    make_presence,
    make_report,
    make_tally,
)

pytestmark = pytest.mark.django_db

FOUNDING = {
    "Al-Omar": 36,
    "Conoco": 40,
    "Kharab al-Jir": 20,
    "Al-Tanf": 17,
    "Al-Shaddadi": 16,
    "Tal Baydar": 2,
    "Rubarya": 2,
    "Qasrak": 1,
    "Al-Wazir Rest House": 1,
}


def make_founding_list():
    sohr = make_organisation("sohr", name="Syrian Observatory for Human Rights", kind="monitor")
    shafaq = make_organisation("shafaq", name="Shafaq News")
    lines = [
        (make_base(name.lower().replace(" ", "-"), name=name), number)
        for name, number in FOUNDING.items()
    ]
    return make_tally(
        sohr,
        lines,
        key="sohr-via-shafaq-seed",
        quantifier="exactly",
        report=make_report("seed:shafaq-2024-08", "2024-08-10", publisher=shafaq, url=None),
    )


def text_of(response):
    """What a reader sees: no tags, single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def test_dashboard_shows_the_founding_list(client):
    make_founding_list()

    text = text_of(client.get("/"))

    assert "135 attacks on military bases in Syria" in text
    assert "since 19 October 2023, as of 10 August 2024" in text
    for name, number in FOUNDING.items():
        assert f"{name} {number} 0 " in text
    assert "The lines add up to the total." in text


def test_dashboard_links_each_number_to_what_it_is_made_of(client):
    tally = make_founding_list()
    conoco = tally.lines.get(name_as_printed="Conoco").base
    make_incident(conoco, on="2024-01-15")
    make_incident(conoco, on="2024-08-10", until="2024-08-12")

    page = client.get("/").content.decode()

    ours = (
        'href="/incidents/?base=conoco&amp;since=2023-10-19&amp;until=2024-08-10&amp;counted=true">'
    )
    assert '<a href="/tallies/sohr-via-shafaq-seed/#line-2"><strong>40</strong></a>' in page
    assert f"{ours}1 to 2</a>" in page
    line = client.get("/tallies/sohr-via-shafaq-seed/")
    assert '<tr id="line-2">' in line.content.decode()


def test_our_number_is_the_number_on_the_list_it_links_to(client):
    tally = make_founding_list()
    conoco = tally.lines.get(name_as_printed="Conoco").base
    make_incident(conoco, on="2024-08-09", until="2024-08-11", attack_count=3)
    make_incident(conoco, on="2023-10-18")
    make_incident(conoco, on="2024-01-01", grade="discounted")

    row = reconcile(tally).row("base:conoco")
    response = client.get(row.incidents_url)

    assert (row.ours.certain, row.ours.possible) == (0, 3)
    assert response.context["count"].possible == 3
    assert len(response.context["page"].rows) == 1


def test_dashboard_takes_an_earlier_list_and_another_counter(client):
    founding = make_founding_list()
    base = make_base()
    make_tally(founding.counter, [(base, 14)], key="earlier", published="2023-10-29")
    make_tally(make_organisation("dod", kind="government"), [("IQ", 7)], key="dod-1")

    assert client.get("/").context["choice"].tally == founding
    assert client.get("/?tally=earlier").context["choice"].tally.total == 14
    assert client.get("/?counter=dod").context["choice"].tally.key == "dod-1"
    assert client.get("/?tally=dod-1").context["choice"].counter.slug == "dod"


def test_dashboard_falls_back_to_a_total_and_says_so(client):
    counter = make_organisation("sohr", name="SOHR")
    make_tally(counter, total=143, quantifier="more_than")

    text = text_of(client.get("/"))

    assert "more than 143 attacks" in text
    assert "SOHR has no full list on record. Shown is its latest published number." in text
    assert "Only a total was printed" in text


def test_dashboard_says_that_a_quantifier_was_not_checked(client):
    make_tally(make_organisation("sohr"), total=165)

    assert "has not been checked" in text_of(client.get("/"))


@pytest.mark.parametrize(
    ("query", "error"),
    [
        pytest.param("counter=nobody", "No published tally is by a counter", id="counter"),
        pytest.param("counter=sohr&tally=no", "No tally of that key is by", id="tally"),
        pytest.param("counter=sohr&tally=other", "No tally of that key is by", id="other's"),
        pytest.param("counter=%00", "No published tally is by a counter", id="NUL"),
        pytest.param("tally=%00", "No tally of that key is by", id="NUL key"),
    ],
)
def test_dashboard_shows_a_bad_choice_at_its_field(client, query, error):
    make_founding_list()
    make_tally(make_organisation("other"), total=3, key="other")

    response = client.get(f"/?{query}")

    assert response.status_code == 200
    assert error in text_of(response)
    assert 'aria-invalid="true"' in response.content.decode()
    assert response.context["reconciliation"] is None


def test_dashboard_ignores_unknown_parameters(client):
    make_founding_list()

    assert client.get("/?utm_source=x").context["choice"].tally.total == 135


def test_dashboard_of_an_empty_database_says_how_to_import(client):
    assert "manage.py import_data data" in text_of(client.get("/"))


def test_dashboard_without_tallies_shows_our_record(client):
    make_incident()

    text = text_of(client.get("/"))

    assert "No published tally is on record yet" in text
    assert "1 attack that count" in text


def test_dashboard_says_what_our_record_covers(client):
    make_founding_list()
    placed = make_base(latitude="35.1", longitude="40.5", coordinate_precision="district")
    make_incident(placed, on="2023-11-01")
    make_incident(on="2024-02-01", until="2024-02-05", attack_count=2)
    make_presence(troops=2500, quantifier="about")

    text = text_of(client.get("/"))

    assert "3 attacks that count, from 1 November 2023 to 5 February 2024" in text
    assert "2 of them are dated only to a range" in text
    assert "2 lie at bases without known coordinates" in text
    assert "about 2,500" in text


@pytest.mark.parametrize("refused", ["post", "put", "delete"], ids=["POST", "PUT", "DELETE"])
def test_pages_only_answer_reading(client, refused):
    assert getattr(client, refused)("/").status_code == 405


def test_tally_shows_lines_as_printed_and_what_they_add_up_to(client):
    tally = make_tally(lines=[("IQ", 43), ("SY", 41)], territory="IQ;SY", total=78)

    text = text_of(client.get(tally.get_absolute_url()))

    assert "The lines add up to 84, 6 more than the total printed." in text
    assert "Sum of the lines 84" in text


def test_tally_does_not_compare_a_partial_list(client):
    tally = make_tally(lines=[(make_base(), 17)], coverage="partial", total=151)

    text = text_of(client.get(tally.get_absolute_url()))

    assert "cannot be compared with the total" in text
    assert "fewer than the total" not in text


def test_tally_without_a_total_says_so(client):
    tally = make_tally(lines=[("IQ", 36), ("SY", 37)], total=None)

    text = text_of(client.get(tally.get_absolute_url()))

    assert "No total was printed; the lines add up to 73." in text
    assert "none printed" in text


@pytest.mark.parametrize("path", ["no-such-key", "a%00b", "a b"], ids=["unknown", "NUL", "space"])
def test_tally_that_is_not_there(client, path):
    assert client.get(f"/tallies/{path}/").status_code == 404


def test_tallies_by_counter(client):
    founding = make_founding_list()
    make_tally(make_organisation("dod", name="Pentagon"), [("IQ", 9)], total=10)

    both = text_of(client.get("/tallies/"))
    one = client.get("/tallies/?counter=dod")

    assert "135" in both
    assert "no: the lines give 9" in both
    assert founding.key not in one.content.decode()


def test_tallies_refuse_an_unknown_counter(client):
    make_founding_list()

    response = client.get("/tallies/?counter=nobody")

    assert "No published tally is by a counter of that name." in text_of(response)
    assert "pages" not in response.context


@pytest.mark.parametrize(
    ("path", "most"),
    [
        # revision; counters; tallies; lines; rules, their sites; bases; counts; coverage, its first
        # and last day; presence; which incidents, these; corrections: all but counts kept for the
        # next tally. The choice of rules; over time, by kind, by claim
        pytest.param("/", 20, id="dashboard"),
        # revision; counters; tallies, lines, their bases; accepted; rules, sites; bases; holdings,
        # once for each rule, with the countries of the bases
        pytest.param("/tallies/", 11, id="tallies"),
        pytest.param("/tallies/unaccounted/", 11, id="unaccounted"),
        pytest.param("/tallies/period/", 11, id="period"),
        # its ledger; then tally, report, organisations, lines, bases; rules, sites; bases; counts;
        # incidents, their bases; history
        pytest.param("/tallies/sohr-via-shafaq-seed/", 22, id="tally"),
    ],
)
def test_queries_do_not_grow_with_rows(client, django_assert_max_num_queries, path, most):
    founding = make_founding_list()
    for _ in range(4):
        make_incident(make_base(parent=make_base()), reports=[make_report()])
        make_tally(founding.counter, [(make_base(), 3), (make_base(), 4)], published="2023-12-01")
        make_tally(lines=[("IQ", 3)])
        make_presence(report=make_report(publisher=make_organisation()))
    assert TallyLine.objects.count() > 20

    with django_assert_max_num_queries(most):
        response = client.get(path)

    assert response.status_code == 200


def test_urls_of_tallies():
    assert reverse("tallies:detail", args=["seed:a.b_c-1"]) == "/tallies/seed:a.b_c-1/"


def test_dashboard_says_when_the_counter_has_a_later_number_than_its_list(client):
    sohr = make_organisation("sohr", kind="monitor")
    listed = make_tally(sohr, [(make_base(), 135)], key="listed", published="2024-08-10")
    make_tally(sohr, key="total", total=151, published="2024-10-28")

    text = text_of(client.get("/"))
    newest = text_of(client.get("/?tally=total"))

    assert listed.total == 135
    assert "Its latest number is 151 , as of 28 October 2024 (total only)" in text
    assert "Its latest number" not in newest


def test_dashboard_of_an_earlier_day_shows_what_could_be_known_then(client):
    founding = make_founding_list()
    conoco = founding.lines.get(name_as_printed="Conoco").base
    make_tally(founding.counter, [(conoco, 14)], key="earlier", published="2024-01-29")
    make_incident(conoco, on="2024-01-10", reports=[make_report(published="2024-01-11")])
    make_incident(conoco, on="2024-01-12", reports=[make_report(published="2024-03-01")])

    then = client.get("/?known_on=2024-02-01")

    assert then.context["choice"].tally.key == "earlier"
    assert then.context["reconciliation"].listed[0].ours.possible == 1
    assert [one.earliest.isoformat() for one in then.context["incidents"]] == ["2024-01-10"]
    assert "As it could be known on 1 February 2024" in text_of(then).replace(" .", ".")
    assert "135" not in text_of(then)


def test_dashboard_keeps_no_earlier_record(client):
    make_founding_list()

    response = client.get("/?recorded_at=1")

    assert response.status_code == 400
    assert "This page is of today" in text_of(response)


def test_dashboard_of_an_earlier_day_shows_no_force_that_was_stated_later(client):
    make_founding_list()
    make_presence(force_text="Early", as_of=day("2024-01-01"), report=None)
    make_presence(force_text="Late", as_of=day("2024-08-10"), report=None)
    make_presence(force_text="Printed", as_of=None, report=make_report(published="2024-08-10"))

    page = client.get("/?known_on=2024-02-01").content.decode()

    assert ("Early" in page, "Late" in page, "Printed" in page) == (True, False, False)
