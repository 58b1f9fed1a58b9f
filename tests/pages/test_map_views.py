import csv
import io
import json
import re

import pytest

from tests.factories import (
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_rule,
)

pytestmark = pytest.mark.django_db

QUESTIONS = [
    "",
    "since=2024-01-16",
    "since=2024-01-10&until=2024-01-20",
    "weapon=drone",
    "country=IQ",
    "base=conoco&until=2024-02-01",
    "rule=sohr",
    "known_on=2024-01-20",
]


def placed(slug, latitude, longitude, precision, **fields):
    place = {"latitude": latitude, "longitude": longitude, "coordinate_precision": precision}
    return make_base(slug, **place, **fields)


@pytest.fixture
def record():
    """Attacks at three bases, one of them without coordinates and one dated to a range of days."""
    conoco = make_base(
        "conoco",
        name_ar="كونيكو",
        latitude="35.33",
        longitude="40.3",
        coordinate_precision="district",
    )
    village = placed("village", "35.1", "40.5", "town")
    asad = make_base(
        "asad", country="IQ", latitude="33.79", longitude="42.44", coordinate_precision="town"
    )
    nowhere = make_base("nowhere")
    make_incident(conoco, on="2024-01-15", weapon="drone", attack_count=3)
    make_incident(conoco, on="2024-01-14", until="2024-01-18", weapon="rockets")
    make_incident(village, on="2024-01-20", weapon="drone")
    make_incident(asad, on="2024-02-02", grade="discounted")
    claimed = make_incident(asad, on="2024-01-11", attack_count=2)
    make_claim(claimed, claimant=make_group("group"), made_on="2024-01-12")
    make_incident(nowhere, on="2024-01-16")
    make_rule(make_organisation("sohr", kind="monitor"), folds=[(village, conoco)])


def rows_of_api(client, query):
    answer = client.get(f"/api/v1/counts/?group_by=base&{query}").json()
    return sorted((row["key"], row["certain"], row["possible"]) for row in answer["results"])


def rows_of_page(client, query):
    page = client.get(f"/map/?{query}").content.decode()
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    found = re.findall(
        r'<a href="/bases/([^"]+)/">.*?<td class="number"><a [^>]+>(\d+)</a></td>'
        r'<td class="number"><a [^>]+>(\d+)</a>',
        table,
    )
    return sorted((slug, int(certain), int(possible)) for slug, certain, possible in found)


def rows_of_csv(client, query):
    page = client.get(f"/map/?{query}").content.decode()
    address = re.search(r'<p class="take"><a href="([^"]+)"', page)[1].replace("&amp;", "&")
    text = b"".join(client.get(address)).decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    return sorted((row["key"], int(row["certain"]), int(row["possible"])) for row in rows)


def rows_of_slider(client, query):
    """As static/js/map.js counts what /map/days.json says."""
    days = dict(part.split("=") for part in query.split("&") if part)
    since, until = days.get("since", ""), days.get("until", "9999")
    answer = client.get(f"/map/days.json?{query}").json()
    sums = [[site["slug"], 0, 0] for site in answer["sites"]]
    for place, earliest, latest, certain, possible in answer["ranges"]:
        if latest >= since and earliest <= until:
            sums[place][2] += possible
        if earliest >= since and latest <= until:
            sums[place][1] += certain
    return sorted(tuple(row) for row in sums if row[2])


@pytest.mark.parametrize("query", QUESTIONS)
def test_same_question_gives_the_same_rows_in_page_csv_slider_and_api(client, record, query):
    expected = rows_of_api(client, query)

    assert expected
    assert rows_of_page(client, query) == expected
    assert rows_of_csv(client, query) == expected
    assert rows_of_slider(client, query) == expected


def test_map_has_a_circle_for_each_placed_base_and_a_line_for_the_others(client, record):
    page = client.get("/map/").content.decode()

    assert page.count('<circle class="spot" cx') == 3
    assert "nowhere" in page.partition('class="beside"')[2].partition("</div>")[0]
    assert "Attacks: 8" in page


def test_number_links_to_the_incidents_of_the_same_question(client, record):
    page = client.get("/map/?weapon=drone").content.decode()

    assert "/incidents/?weapon=drone&amp;base=conoco&amp;counted=true" in page


def test_map_in_arabic_names_bases_in_arabic(client, record):
    page = client.get("/ar/map/").content.decode()

    assert 'dir="rtl"' in page
    assert "كونيكو" in page
    assert 'href="/ar/bases/conoco/"' in page
    assert client.get("/ar/map/days.json").json()["sites"][0]["href"].startswith("/ar/bases/")


def test_chosen_base_is_marked(client, record):
    page = client.get("/map/?site=conoco").content.decode()

    assert re.search(r'<a href="/bases/conoco/" class="selected"', page)
    assert page.count('class="selected"') == 1


@pytest.mark.parametrize("query", ["since=abc", "base=atlantis", "until=%00"])
def test_bad_filter_is_said_on_the_page_and_refused_elsewhere(client, record, query):
    page = client.get(f"/map/?{query}")

    assert page.status_code == 200
    assert "Nothing is shown" in page.content.decode()
    assert client.get(f"/map/picture.svg?{query}").status_code == 400


def test_bad_base_is_refused_by_the_days(client, record):
    answer = client.get("/map/days.json?base=atlantis")

    assert answer.status_code == 400
    assert "base" in answer.json()


def test_bad_clock_is_a_bad_request(client, record):
    assert client.get("/map/?known_on=abc").status_code == 400


def test_days_are_not_sent_again_to_whoever_holds_them(client, record):
    etag = client.get("/map/days.json").headers["ETag"]

    assert client.get("/map/days.json", headers={"If-None-Match": etag}).status_code == 304
    make_incident(make_base("new"), on="2024-03-01")
    assert client.get("/map/days.json", headers={"If-None-Match": etag}).status_code == 200


def test_basemap_is_kept_by_browsers(client):
    answer = client.get("/map/basemap.json")

    assert set(json.loads(answer.content)) == {
        "countries",
        "admin1_lines",
        "borders",
        "rivers",
        "lakes",
        "places",
    }
    assert "max-age" in answer.headers["Cache-Control"]
    held = {"If-None-Match": answer.headers["ETag"]}
    assert client.get("/map/basemap.json", headers=held).status_code == 304


def test_picture_stands_alone_and_its_style_is_allowed(client, record):
    answer = client.get("/map/picture.svg?weapon=drone")
    text = answer.content.decode()

    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert text.startswith("<svg xmlns=")
    assert text.count('<circle class="spot"') == 2
    assert "imply no position" in text
    assert "'sha256-" in answer.headers["Content-Security-Policy"]


def test_map_asks_the_database_as_often_however_much_is_on_record(
    client, record, django_assert_max_num_queries
):
    client.get("/map/")
    for number in range(20):
        make_incident(make_base(f"b{number}", latitude="35", longitude="40"), on="2024-01-15")

    with django_assert_max_num_queries(14):
        client.get("/map/")
    with django_assert_max_num_queries(6):
        client.get("/map/days.json")


def test_no_picture_comes_from_elsewhere_unless_a_tile_server_is_set(client, record, settings):
    before = client.get("/map/").headers["Content-Security-Policy"]
    settings.MAP_TILES = "https://tiles.example.org/{z}/{x}/{y}.png"
    settings.MAP_TILES_CREDIT = "Their makers"

    answer = client.get("/map/")
    assert "tiles.example.org" not in before
    assert (
        "img-src 'self' data: https://tiles.example.org"
        in answer.headers["Content-Security-Policy"]
    )
    assert 'data-tiles="https://tiles.example.org/{z}/{x}/{y}.png"' in answer.content.decode()
    assert "tiles.example.org" not in client.get("/bases/").headers["Content-Security-Policy"]


def test_on_paper_the_asked_days_stand_beside_the_number(client, record):
    page = client.get("/map/?since=2024-01-10&until=2024-01-20").content.decode()

    told = re.search(r'<p class="printed" data-asked-days>(.*?)</p>', page)[1]
    assert re.sub("<[^>]+>", "", told) == "Days: 10 to 20 January 2024"
    assert "data-asked-days" not in client.get("/map/").content.decode()
