"""What holds for every endpoint of the API."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings

from attacks.models import Incident, IncidentKey
from sources.revisions import revision, update_all
from tallies.figures import quote
from tests.factories import (
    day,
    make_base,
    make_base_name,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_organisation_name,
    make_presence,
    make_report,
    make_rule,
    make_tally,
)

pytestmark = pytest.mark.django_db

LISTS = [
    "bases",
    "incidents",
    "claims",
    "organisations",
    "reports",
    "tallies",
    "force-presence",
    "figures",
]
WITHOUT_DETAIL = ["incidents/flat", "deleted", "corrections"]
# Answers that are computed, in one piece.
WHOLE = ["counts", "counters", "unaccounted"]
ENDPOINTS = [*LISTS, *WITHOUT_DETAIL, *WHOLE]
DETAILS = ["{slug}/", "{public_id}/", "{key}/", "{id}/"]


def links_of(answer):
    """{rel: address} of the Link header."""
    found = re.findall(r'<([^>]*)>; rel="([a-z]+)"', answer.headers["Link"])
    return {name: address for address, name in found}


@pytest.fixture
def record():
    """One full and one bare record of every kind, and drafts that nobody may see."""
    sohr = make_organisation("sohr", kind="monitor", country="GB")
    report = make_report("r-1", publisher=sohr, published="2024-02-01", title="Report")
    make_organisation_name(sohr, "The Observatory", report=report)
    omar = make_base("al-omar", report=report, latitude="35.1", longitude="40.5")
    make_base_name(make_base("conoco", parent=omar), "Koniko", report=report)
    full = make_incident(
        omar, on="2024-08-09", until="2024-08-10", reports=[report], grade="fair", weapon="drone"
    )
    bare = make_incident(merged_into=full)
    with revision("made by a test"):
        IncidentKey.objects.create(incident=full, system="csv", key="1")
    group = make_group("iri")
    make_claim(full, claimant=group, blamed=group, report=report, made_on=day("2024-08-11"))
    make_claim(bare, "casualty", injured_low=5)
    make_tally(sohr, [(omar, 36), ("IQ", 2)], key="sohr-1", report=report, quantifier="exactly")
    make_tally(sohr, key="sohr-2", report=None, total=None)
    make_tally(sohr, [(omar, 40)], key="sohr-3", published="2024-03-01")
    make_rule(sohr, folds=[(make_base("al-tanf"), omar)], claimed_by=group, report=report)
    make_rule(make_organisation("dod"))
    make_base("kharab-al-jir")
    make_presence("us-sy", force=make_organisation("us", kind="state"), report=report)
    make_presence("at-omar", base=omar, troops=None)
    quote({"query": "base=al-omar"})
    quote({"tally": "sohr-1", "place": "base:al-omar"})
    for status in (Incident.Status.DRAFT, Incident.Status.RETRACTED):
        hidden = make_incident(omar, status=status, reports=[make_report(title="SECRET")])
        make_claim(hidden, summary="SECRET", report=make_report(title="SECRET"))
    incidents = list(Incident.objects.all())
    for incident in incidents:
        incident.internal_note = "SECRET"
    with revision("noted"):
        update_all(incidents, ["internal_note"])


def body_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def rows(client, endpoint):
    return client.get(f"/api/v1/{endpoint}/").json()["results"]


def address_of(endpoint, row):
    name = next(name for name in ("public_id", "slug", "key", "id") if name in row)
    return f"/api/v1/{endpoint}/{row[name]}/"


def test_root_lists_every_endpoint(client):
    root = client.get("/api/v1/").json()

    assert {urlsplit(address).path for address in root.values()} == {
        f"/api/v1/{endpoint}/" for endpoint in ENDPOINTS
    }


@pytest.mark.parametrize("endpoint", LISTS)
def test_list_and_detail_answer_the_same_record_in_json_with_the_licence(client, record, endpoint):
    answer = client.get(f"/api/v1/{endpoint}/")

    assert answer.headers["Content-Type"] == "application/json"
    assert links_of(answer) == {
        "self": f"http://testserver/api/v1/{endpoint}/",
        "license": "https://creativecommons.org/licenses/by/4.0/",
    }
    assert list(answer.json()) == ["next", "previous", "results"]
    assert len(answer.json()["results"]) >= (1 if endpoint == "reports" else 2)
    for row in answer.json()["results"]:
        one = client.get(address_of(endpoint, row))
        # What a figure was made of and what became of it stand only on its own address.
        own = row if endpoint == "figures" else one.json()
        assert {name: one.json()[name] for name in own} == row
        assert links_of(one)["self"] == f"http://testserver{address_of(endpoint, row)}"


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_nothing_unpublished_leaves(client, record, endpoint):
    answer = client.get(f"/api/v1/{endpoint}/")

    assert b"SECRET" not in answer.content
    assert b"internal_note" not in answer.content
    assert b'status":"published' not in answer.content


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_other_methods_are_refused(client, record, method):
    for endpoint in LISTS:
        row = rows(client, endpoint)[0]
        for address in (f"/api/v1/{endpoint}/", address_of(endpoint, row)):
            assert getattr(client, method)(address).status_code == 405
    for address in ("/api/v1/", *(f"/api/v1/{endpoint}/" for endpoint in WHOLE)):
        assert getattr(client, method)(address).status_code == 405


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_unknown_parameter_is_refused_and_the_known_ones_named(client, endpoint):
    answer = client.get(f"/api/v1/{endpoint}/?sincee=2024-01-01")

    assert answer.status_code == 400
    assert list(answer.json()) == ["sincee"]
    assert answer.json()["sincee"][0].startswith("Unknown parameter. Use: ")
    if endpoint not in WHOLE:
        assert answer.json()["sincee"][0].endswith("cursor, page_size, format.")


@pytest.mark.parametrize("endpoint", LISTS)
def test_detail_knows_no_parameter_but_format(client, record, endpoint):
    address = address_of(endpoint, rows(client, endpoint)[0])

    assert client.get(f"{address}?format=json").status_code == 200
    for name in ("since", "cursor", "page_size", "country"):
        answer = client.get(f"{address}?{name}=")
        assert answer.status_code == 400
        known = "known_on, recorded_at, format" if endpoint == "incidents" else "format"
        assert answer.json() == {name: [f"Unknown parameter. Use: {known}."]}


@pytest.mark.parametrize("endpoint", ["", *(f"{endpoint}/" for endpoint in ENDPOINTS)])
def test_unknown_format_is_refused(client, endpoint):
    answer = client.get(f"/api/v1/{endpoint}?format=xml")

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["format"][0].startswith("Unknown format. Use: json")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_no_parameter_value_is_an_error_of_ours(client, record, endpoint):
    """Neither in the list nor repeated: every parameter with values that nobody foresaw."""
    refused = client.get(f"/api/v1/{endpoint}/?nonsense=").json()["nonsense"][0]
    for name in refused.removeprefix("Unknown parameter. Use: ").removesuffix(".").split(", "):
        for value in ("%00", "9" * 400, "-1", "%ff%fe", "ٱ", "' OR 1=1", "[]", "null"):
            answer = client.get(f"/api/v1/{endpoint}/?{name}={value}")
            is_text = name == "search" or name.endswith("__icontains")
            assert answer.status_code == 400 or is_text, (name, value)
            assert answer.status_code in (200, 400)
            assert answer.status_code == 200 or list(answer.json()) == [name]


@pytest.mark.parametrize(
    "query",
    ["incidents/?since=2024-01-01&since=2024-01-02", "incidents/?page_size=5&page_size=5"],
)
def test_single_valued_parameter_given_twice_is_refused(client, query):
    answer = client.get(f"/api/v1/{query}")

    assert answer.status_code == 400
    assert list(answer.json().values()) == [["Give it once."]]


@pytest.mark.parametrize("size", ["0", "1001", "-5", "ten", " ", "1e3", "٥", "9" * 5000])
def test_bad_page_size_is_refused(client, size):
    answer = client.get(f"/api/v1/bases/?page_size={size}")

    assert answer.status_code == 400
    assert answer.json() == {"page_size": ["Use a whole number from 1 to 1000."]}


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "bm90IGpzb24=",  # not json
        "MQ==",  # 1
        "W10=",  # []
        "W2ZhbHNlXQ==",  # [false]
        "W2ZhbHNlLCJ4IiwxXQ==",  # [false,"x",1]
        "W2ZhbHNlLCIyMDI0LTAxLTAxIixudWxsXQ==",  # [false,"2024-01-01",null]
        "W2ZhbHNlLCIyMDI0LTAxLTAxIiwxLDJd",  # [false,"2024-01-01",1,2]
        "W2ZhbHNlLCIyMDI0LTAxLTAxIix7fV0=",  # [false,"2024-01-01",{}]
        "W2ZhbHNlLDIwMjQsMV0=",  # [false,2024,1]
        "é",
    ],
)
def test_bad_cursor_is_refused(client, cursor):
    make_incident()

    answer = client.get("/api/v1/incidents/", {"cursor": cursor})

    assert answer.status_code == 400
    assert list(answer.json()) == ["cursor"]


def walk(client, address, direction):
    pages = []
    while address:
        answer = client.get(address).json()
        pages.append([row["public_id"] for row in answer["results"]])
        last, address = address, answer[direction]
    return pages, last


def test_pages_hold_every_row_once_forward_and_back_also_of_one_day(client):
    base = make_base()
    made = [make_incident(base, on="2024-02-01").public_id for _ in range(5)]
    made += [make_incident(base, on="2024-03-01").public_id for _ in range(2)]
    expected = [made[6:4:-1], made[4:2:-1], made[2:0:-1], made[:1]]

    forward, last = walk(client, "/api/v1/incidents/?page_size=2&country=SY", "next")
    back, first = walk(client, last, "previous")

    assert forward == expected
    assert back[::-1] == expected
    assert client.get(first).json()["previous"] is None


def test_page_is_not_shifted_by_a_new_record(client):
    for _ in range(4):
        make_incident(on="2024-02-01")
    page = client.get("/api/v1/incidents/?page_size=2").json()
    second = client.get(page["next"]).json()["results"]

    make_incident(on="2024-03-01")

    assert client.get(page["next"]).json()["results"] == second


def test_lists_never_count_all_rows(client, record, django_assert_max_num_queries):
    for endpoint in LISTS:
        # The revision, the list, and of incidents what stands beside them.
        with django_assert_max_num_queries(9) as queries:
            client.get(f"/api/v1/{endpoint}/?page_size=1")
        assert not any("COUNT(*)" in query["sql"] for query in queries.captured_queries)


@pytest.mark.parametrize(
    "accept",
    ["*/*", "application/json", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
)
def test_accept_of_clients_and_browsers_is_answered_in_json(client, accept):
    answer = client.get("/api/v1/bases/", headers={"accept": accept})

    assert answer.status_code == 200
    assert answer.json()["results"] == []


def test_what_we_do_not_have_is_a_406_in_json(client):
    answer = client.get("/api/v1/bases/", headers={"accept": "application/pdf"})

    assert answer.status_code == 406
    assert "detail" in answer.json()


@pytest.mark.parametrize(
    "address", ["nonsense/", "bases/no-such/", "bases/a%00b/", "tallies/x%00/", "claims/" + "9/"]
)
def test_no_such_address_is_a_404_in_json(client, address):
    answer = client.get(f"/api/v1/{address}")

    assert answer.status_code == 404
    assert answer.json().keys() == {"detail"}


def test_forgotten_slash_is_added(client):
    answer = client.get("/api/v1/bases?country=SY")

    assert (answer.status_code, answer.headers["Location"]) == (301, "/api/v1/bases/?country=SY")


def test_schema_is_valid_without_a_warning(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema"))


def test_schema_names_the_licence_and_every_parameter(client, record):
    schema = client.get("/api/schema/?format=json").json()

    assert schema["info"]["license"]["url"] == "https://creativecommons.org/licenses/by/4.0/"
    assert "CC BY 4.0" in schema["info"]["description"]
    for endpoint in ENDPOINTS:
        parameters = schema["paths"][f"/api/v1/{endpoint}/"]["get"]["parameters"]
        assert all(parameter["description"] for parameter in parameters)
        refused = client.get(f"/api/v1/{endpoint}/?nonsense=").json()["nonsense"][0]
        known = refused.removeprefix("Unknown parameter. Use: ").removesuffix(".").split(", ")
        assert {parameter["name"] for parameter in parameters} | {"format"} == set(known)


def test_answers_are_as_the_schema_says_and_hold_nothing_else(client, record):
    # In OpenAPI 3.1 a schema is plain JSON Schema.
    with patched_settings({"OAS_VERSION": "3.1.0"}):
        schema = json.loads(json.dumps(SchemaGenerator().get_schema(public=True), default=str))
    for name, component in schema["components"]["schemas"].items():
        if component.get("type") == "object":
            component["additionalProperties"] = False
            optional = {"revision", "facets"} if name.startswith("Paginated") else set()
            assert set(component["properties"]) - set(component["required"]) <= optional
        if name.startswith("Paginated"):  # nothing is left out but with `fields`
            for link in ("next", "previous"):
                component["properties"][link]["type"] = ["string", "null"]
            results = component["properties"]["results"]
            results["items"] = results["items"]["anyOf"][0]
    for path, operations in schema["paths"].items():
        endpoint = path.split("/")[3]
        content = operations["get"]["responses"]["200"]["content"]
        if "application/json" not in content:  # a file
            continue
        rule = content["application/json"]["schema"] | {"components": schema["components"]}
        own = path.removeprefix(f"/api/v1/{endpoint}/")
        if not own:
            jsonschema.validate(client.get(path).json(), rule)
        elif own in DETAILS:
            for row in rows(client, endpoint):
                jsonschema.validate(client.get(address_of(endpoint, row)).json(), rule)
        elif own:
            address = path.replace("{slug}", "sohr").replace("{key}", "sohr-1")
            jsonschema.validate(json.loads(body_of(client.get(address))), rule)


def test_docs_need_no_third_party_and_no_inline_script(client):
    page = client.get("/api/docs/").content.decode()
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)

    assert len(sources) >= 4
    for source in sources:
        assert not urlsplit(source).netloc
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    script = client.get(next(source for source in sources if "script=" in source)).content.decode()
    assert "/api/schema/" in script
    assert '"validatorUrl": null' in script
    assert not re.search(r"https?://", script)


def test_refusal_in_the_docs_is_what_is_answered(client):
    text = (Path(__file__).parent.parent / "docs" / "api.md").read_text()
    [(address, refusal)] = re.findall(r"curl 'http://127.0.0.1:8000(\S*sincee\S*)'\n +(\S.*)", text)

    assert client.get(address).json() == json.loads(refusal)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_parameter_stands_in_the_docs(client, endpoint):
    text = (Path(__file__).parent.parent / "docs" / "api.md").read_text()
    refused = client.get(f"/api/v1/{endpoint}/?nonsense=").json()["nonsense"][0]

    for name in refused.removeprefix("Unknown parameter. Use: ").removesuffix(".").split(", "):
        thing = name.partition("__")[0]
        assert f"`{thing}" in text or f"{thing}=" in text


def test_empty_value_is_the_same_as_none(client, record):
    for endpoint in ENDPOINTS:
        refused = client.get(f"/api/v1/{endpoint}/?nonsense=").json()["nonsense"][0]
        names = refused.removeprefix("Unknown parameter. Use: ").removesuffix(".").split(", ")
        empty = "&".join(f"{name}=" for name in names)

        assert client.get(f"/api/v1/{endpoint}/?{empty}").status_code == 200, endpoint


@pytest.mark.parametrize("address", ["/api/nothing/", "/api/region/read/", "/api/"])
def test_no_such_address_beside_the_api_is_a_404_in_json(client, address):
    answer = client.get(address, headers={"accept": "text/csv"})

    assert answer.status_code == 404
    assert answer.json().keys() == {"detail"}


@pytest.mark.parametrize(
    ("accept", "query", "media_type"),
    [
        pytest.param("text/plain, application/json", "?format=geojson", "geo+json", id="GDAL"),
        pytest.param("application/json", "?format=csv", "csv", id="address over header"),
        pytest.param("text/csv, application/json;q=0.5", "", "csv", id="weights"),
        pytest.param("application/json;q=0.4, text/csv;q=0.3", "", "application/json", id="less"),
        pytest.param("text/csv;q=0, */*", "", "application/json", id="not this"),
        pytest.param("application/atom+xml, application/xml;q=0.9", "", "atom", id="feed reader"),
        pytest.param("*/*", "", "application/json", id="anything"),
    ],
)
def test_format_is_that_of_the_address_else_what_is_liked_best(client, accept, query, media_type):
    answer = client.get(f"/api/v1/incidents/{query}", headers={"accept": accept})

    assert answer.status_code == 200
    assert media_type in answer.headers["Content-Type"]


@pytest.mark.parametrize("day", ["2024-1-5", "٢٠٢٤-٠١-٠٥", "2024-01-05T00:00", "5 January 2024"])
@pytest.mark.parametrize("name", ["since", "event_date__gte", "event_date__in", "known_on"])
def test_day_is_written_in_one_way(client, name, day):
    answer = client.get("/api/v1/incidents/", {name: day})

    assert answer.status_code == 400
    assert list(answer.json()) == [name]
