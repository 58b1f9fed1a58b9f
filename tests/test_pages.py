"""What holds for every page."""

import copy
import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.urls import resolve
from django.utils import translation

from bases.models import BaseName
from config.languages import language_of
from sources.models import Revision
from sources.revisions import revision
from tests.factories import (
    make_base,
    make_base_name,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_organisation_name,
    make_presence,
    make_report,
    make_tally,
)

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/?counter=other",
    "/?counter=nobody",
    "/incidents/",
    "/incidents/?base=conoco&counted=true&since=2024-01-01",
    "/incidents/?since=abc&base=nowhere",
    "/incidents/BW-1/",
    "/incidents/BW-2/",
    "/counts/",
    "/counts/?group_by=month&weapon=unknown",
    "/counts/?group_by=moon",
    "/bases/",
    "/bases/conoco/",
    "/bases/bare/",
    "/tallies/",
    "/tallies/?counter=sohr",
    "/tallies/?counter=nobody",
    "/tallies/full/",
    "/tallies/bare/",
    "/organisations/",
    "/organisations/sohr/",
    "/organisations/group/",
    "/compare/",
    "/compare/?base=conoco&base=bare&since=2024-01-01",
    "/map/",
    "/map/?since=2024-01-01&site=conoco",
    "/map/?since=abc",
    "/methodology/",
    "/data/",
    "/corrections/",
    "/about/",
    "/search/",
    "/search/?q=conoco",
    "/search/?q=script",
    "/embed/",
]

# Elements that are never closed.
VOID = {"meta", "link", "input", "br", "hr", "img"}
SCRIPT = "<script>alert('x')</script>"


class Structure(HTMLParser):
    """Refuses tags that are not closed in order, and notes what the tests ask about."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.ids, self.classes = [], [], [], []
        self.feed(page)
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice: {tag} {attrs}"
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open, f"</{tag}> closes nothing"
            assert self.open.pop() == tag, f"</{tag}> out of order"

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def records():
    sohr = make_organisation("sohr", kind="monitor", name=f"Counter {SCRIPT}", name_ar="مرصد")
    group = make_group("group", parent=make_group("umbrella"), country="IQ", notes=SCRIPT)
    make_organisation_name(group, "Another", language="ar")
    report = make_report(published="2024-01-01", publisher=sohr, title=SCRIPT, language="en")
    base = make_base(
        "conoco",
        name_ar="كونيكو",
        parent=make_base("bare"),
        latitude="35.3",
        longitude="40.3",
        coordinate_precision="town",
        notes=SCRIPT,
        report=report,
    )
    make_base_name(base, SCRIPT, language="xx", doubtful=True, report=report)
    make_presence(force=group, as_of="2024-08-10", mission=SCRIPT, report=report)
    make_presence(base=base)
    incident = make_incident(
        base, serial=1, summary=SCRIPT, summary_ar="ملخص", grade="weak", reports=[report]
    )
    make_incident(base, serial=2, until="2024-02-01", merged_into=incident)
    make_claim(
        incident,
        claimant=group,
        claimant_text=SCRIPT,
        speaker=SCRIPT,
        via="statement",
        summary=SCRIPT,
        killed_low=1,
        whose="US",
        made_on="2024-01-16",
        report=report,
    )
    make_claim(incident, kind="attribution", blamed=group, blamed_text="them")
    make_claim(incident, kind="attribution", blamed_text=SCRIPT)
    make_tally(
        sohr,
        [(base, 40), (make_base(), 2)],
        key="full",
        note=SCRIPT,
        territory_text=SCRIPT,
        quantifier="at_least",
    )
    make_tally(
        make_organisation("other"),
        key="bare",
        report=None,
        counting_since=None,
        total=None,
        territory="",
        coverage="partial",
    )
    draft = make_report(title="Report of a draft", publisher=sohr)
    hidden = make_incident(
        base, serial=777001, status="draft", summary="draft summary", reports=[draft]
    )
    make_claim(hidden, claimant=group, summary="draft claim", report=draft)
    make_incident(base, serial=777002, status="retracted", summary="retracted summary")
    make_incident(base, internal_note="an internal note")


@pytest.fixture
def unknown_variables(settings):
    """Print what a template asks for and does not get. `if` and `for` may ask for anything."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = "UNKNOWN:%s"
    settings.TEMPLATES = templates


@pytest.mark.parametrize("path", PAGES)
def test_page_is_whole(client, records, unknown_variables, path):
    response = client.get(path)
    page = response.content.decode()
    structure = Structure(page)

    assert response.status_code == 200
    assert "UNKNOWN:" not in page
    assert len(structure.all("h1")) == len(structure.all("main")) == 1
    assert len(structure.ids) == len(set(structure.ids))
    assert re.search(r"<title>.*Basewatch.*</title>", page)
    assert structure.all("html") == [{"lang": "en", "dir": "ltr"}]
    assert page.count("<table") == page.count("<caption")
    assert all("scope" in cell for cell in structure.all("th"))
    for _, attrs in structure.tags:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(attrs.get(name, "").split()) <= set(structure.ids)
    for label in structure.all("label"):
        assert label["for"] in structure.ids


@pytest.mark.parametrize("path", PAGES)
def test_page_escapes_what_is_on_record(client, records, path):
    page = client.get(path).content.decode()

    assert SCRIPT not in page
    for attrs in Structure(page).all("script"):
        assert attrs.get("src", "").startswith("/static/") or attrs["type"] == "application/ld+json"
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)


@pytest.mark.parametrize("path", PAGES)
def test_page_tells_nothing_that_is_not_published(client, records, path):
    page = client.get(path).content.decode()

    for hidden in ("BW-777001", "BW-777002"):  # a table shows no summary
        assert hidden not in page
    for secret in ("Report of a draft", "draft summary", "draft claim", "retracted summary"):
        assert secret not in page
    assert "an internal note" not in page


@pytest.mark.parametrize("path", PAGES)
def test_page_asks_nobody_else_and_links_only_to_what_is_there(client, records, path):
    structure = Structure(client.get(path).content.decode())

    for tag, attrs in structure.tags:
        if tag == "link" and (
            "hreflang" in attrs or attrs["rel"] == "canonical"
        ):  # named in full, and not fetched
            assert attrs["href"].startswith("http://testserver/")
        elif tag in {"link", "img", "script", "iframe"} and {"href", "src"} & attrs.keys():
            assert attrs.get("href", attrs.get("src")).startswith("/")
    for link in structure.all("a"):
        address = link["href"]
        if address.startswith(("http://", "https://")):
            assert {"noopener", "noreferrer"} <= set(link["rel"].split())
        elif address.startswith("/"):
            with translation.override(language_of(address)):
                resolve(re.split(r"[?#]", address)[0])


def test_footer_names_the_licence_and_the_last_revision(client, records):
    page = client.get("/").content.decode()

    assert "Code BSD-3-Clause" in page
    assert "https://creativecommons.org/licenses/by/4.0/" in page
    assert re.search(r"\(revision \d+\)", page)


@pytest.mark.parametrize("path", ["/incidents/BW-1/", "/bases/conoco/", "/tallies/full/"])
def test_footer_names_the_last_revision_of_the_site_also_on_the_page_of_a_record(
    client, records, path
):
    page = client.get(path).content.decode()

    assert f"(revision {Revision.objects.first().number})" in page
    last = r'This record was last changed .* in revision \d+: <span dir="auto">made by a test'
    assert re.search(last, page)


def test_page_of_a_base_says_when_a_name_was_added(client):
    base = make_base("conoco")
    with revision("Koniko in SOHR's lists"):
        BaseName.objects.create(base=base, name="Koniko")

    assert "Koniko in SOHR&#x27;s lists" in client.get("/bases/conoco/").content.decode()


def test_report_that_could_run_a_script_is_not_a_link(client):
    incident = make_incident(reports=[make_report(title="A title", url=None)])

    page = client.get(incident.get_absolute_url()).content.decode()

    assert "A title</bdi> (no address on file)" in page


def test_page_that_is_not_there(client):
    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert len(Structure(response.content.decode()).all("h1")) == 1


def test_page_that_fails(client, monkeypatch):
    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr("tallies.views.shown", fail)
    client.raise_request_exception = False

    response = client.get("/")

    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()
    Structure(response.content.decode())


def test_stylesheet_asks_nobody():
    css = (settings.BASE_DIR / "static/css/site.css").read_text()

    assert "url(" not in css
    assert "@import" not in css


def test_robots_are_told_to_leave_the_choices_of_filters_alone(client):
    answer = client.get("/robots.txt")

    assert answer["Content-Type"] == "text/plain"
    assert "Disallow: /*?" in answer.text
