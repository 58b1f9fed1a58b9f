"""Page, file, picture and API say the same for the same question."""

import csv
import io
import re
from urllib.parse import urlencode

import pytest
from django.core.management import call_command

from tests.factories import make_organisation, make_tally

pytestmark = pytest.mark.django_db

QUESTIONS = [
    {},
    {"counter": "sohr", "tally": "sohr-via-dw-20240810"},
    {"since": "2024-01-01", "until": "2024-02-15"},
    {"rule": "house"},
    {"known_on": "2024-03-01"},
    {"since": "2023-11-01", "rule": "house", "known_on": "2024-06-01"},
]
NAMES = ["bases", "weeks", "weapons", "outcomes", "claims"]


@pytest.fixture
def shipped():
    call_command("import_data", "data", verbosity=0)


def rows_of(client, name, question):
    answer = client.get(f"/charts/{name}.csv?{urlencode(question)}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def counted(shown, group_by, client):
    """What the API counts over the days, in the countries and on the basis of the page."""
    asked = {
        "group_by": group_by,
        "since": shown.window.since,
        "until": shown.window.until,
        "rule": shown.basis.rule.slug,
        "country": shown.countries,
        "known_on": shown.basis.known_on,
    }
    query = urlencode({k: v for k, v in asked.items() if v}, doseq=True)
    answer = client.get(f"/api/v1/counts/?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("question", QUESTIONS, ids=urlencode)
def test_page_file_and_api_agree(client, question):
    page = client.get(f"/?{urlencode(question)}")
    shown = page.context["shown"]
    text = page.content.decode()
    exact_end = shown.window.certain_until in (None, shown.window.until)

    by_base = {row["base"]: row for row in rows_of(client, "bases", question)}
    api = counted(shown, "base", client)
    for row in api["results"]:
        assert int(by_base[row["key"]]["possible"]) == row["possible"]
        if exact_end:
            assert int(by_base[row["key"]]["certain"]) == row["certain"]
    if shown.basis.known_on:
        assert client.get(f"/charts/outcomes.csv?{urlencode(question)}").status_code == 404
    for name, group_by in [("weapons", "weapon"), ("claims", "claim_status")]:
        mine = {row["key"]: int(row["possible"]) for row in rows_of(client, name, question)}
        assert mine == {
            row["key"]: row["possible"] for row in counted(shown, group_by, client)["results"]
        }
    for row in shown.rows:
        if row.ours and row.ours.possible:
            assert row.incidents_url.replace("&", "&amp;") in text


@pytest.mark.usefixtures("shipped")
def test_weeks_add_up_to_what_is_certain(client):
    """Every attack that is certain in a week is certain in all; others are unsure somewhere."""
    question = {"since": "2023-10-16", "until": "2024-08-11", "rule": "house"}
    shown = client.get(f"/?{urlencode(question)}").context["shown"]
    rows = rows_of(client, "weeks", question)

    fixed = {"first_day", "last_day", "not_certain"}
    certain = sum(int(value) for row in rows for name, value in row.items() if name not in fixed)
    within_days = counted(shown, "base", client)["results"]
    assert 0 < certain <= sum(row["certain"] for row in within_days)
    assert all(int(row["not_certain"]) >= 0 for row in rows)


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["", "/ar"])
def test_picture_is_whole_and_loads_nothing(client, name, language):
    answer = client.get(f"{language}/charts/{name}.svg")

    picture = answer.content.decode()
    assert answer.headers["Content-Type"] == "image/svg+xml"
    policy = answer.headers["Content-Security-Policy"]
    assert set(policy.split("; ")) == {"default-src 'none'", "style-src 'unsafe-inline'"}
    assert picture.startswith("<svg xmlns=")
    assert "http" not in re.sub(r"http://(www.w3.org|testserver)", "", picture)
    for used in set(re.findall(r'class="([\w ]+)"', picture)):
        for kind in used.split():
            assert f".{kind}" in picture or kind in {"tick", "minor", "source"}, kind


@pytest.mark.parametrize("kind", ["csv", "svg"])
@pytest.mark.parametrize("asked", ["nothing.{}", "bases.{}?tally=nothing", "weeks.{}?counter=x"])
def test_chart_that_is_not_there(client, kind, asked):
    make_tally(make_organisation("sohr"))

    assert client.get(f"/charts/{asked.format(kind)}").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "svg"])
@pytest.mark.parametrize(
    "query", ["since=2024-02-30", "rule=nobody", "known_on=x", "since=2024-02-01&until=2024-01-01"]
)
def test_question_that_cannot_be_read_is_refused_in_words(client, kind, query):
    answer = client.get(f"/charts/bases.{kind}?{query}")

    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode()


@pytest.mark.parametrize("kind", ["csv", "svg"])
def test_chart_of_an_empty_record(client, kind):
    for name in NAMES:
        assert client.get(f"/charts/{name}.{kind}").status_code == 200
