"""The pages of quoted figures: asking, making, reading, and who may do so how often."""

import re
from html import unescape

import pytest
from django.test import Client

from attacks.models import Incident
from bases.models import MilitaryBase
from sources.revisions import revision
from tallies import figure_views, figures
from tallies.figures import quote
from tallies.models import Figure
from tallies.templatetags.tallies import quote_count, quote_row
from tests.admin_pages import admin_url
from tests.factories import make_base, make_incident, make_organisation, make_tally
from tests.test_pages import Structure

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert('x')</script>"
NEW = "/figures/new/"


@pytest.fixture
def conoco():
    return make_base("conoco", name="Conoco")


@pytest.fixture
def figure(conoco):
    make_incident(conoco, attack_count=3)
    make_incident(conoco, on="2024-01-01", until="2024-01-31", attack_count=2)
    return quote({"query": "base=conoco&since=2024-01-10"})


def text_of(response):
    """What a reader sees between header and footer."""
    main = response.content.decode().split("<main")[1].split("</main>")[0]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main)))


def press(client, query="base=conoco", **options):
    return client.post("/figures/", {"query": query}, **options)


# Asking and making


def test_reader_quotes_a_number(client, conoco):
    make_incident(conoco)
    asked = client.get(NEW, {"query": "base=conoco&counted=true"})
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.text))

    assert "at Conoco" in text_of(asked)
    assert "Value 1 " in text_of(asked)
    assert not Figure.objects.exists()

    made = client.post("/figures/", {name: unescape(value) for name, value in hidden.items()})
    figure = Figure.objects.get()

    assert (made.status_code, made.headers["Location"]) == (303, f"/figures/{figure.id}/")
    assert figure.question == {"query": "base=conoco"}
    assert press(client).headers["Location"] == f"/figures/{figure.id}/"


def test_reader_quotes_a_published_number(client, conoco):
    make_tally(make_organisation(name="SOHR"), [(conoco, 32)], key="t-1")
    asked = {"tally": "t-1", "place": "base:conoco", "known_on": "", "recorded_at": ""}

    assert "32 published, 0 on our record" in text_of(client.get(NEW, asked))
    assert client.post("/figures/", asked).status_code == 303
    assert Figure.objects.get().published == 32


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "Nothing is asked"),
        ({"query": "base=nowhere"}, "Base “nowhere” is unknown"),
        ({"query": f"{SCRIPT}=1"}, "Query Unknown parameter"),
        ({"query": "since=\0"}, "NUL characters"),
        ({"query": "search=" + "a" * 5_000}, "more than 4,000 characters"),
        ({"tally": "none", "place": "total"}, "Tally No tally of that key"),
        ({"tally": "\0", "place": "total"}, "NUL characters"),
        ({"tally": "a" * 121, "place": "total"}, "No tally of that key"),
    ],
)
def test_bad_question_is_a_400_that_names_it(client, conoco, method, asked, words):
    address = NEW if method == "get" else "/figures/"
    response = getattr(client, method)(address, asked)

    assert response.status_code == 400
    assert words in text_of(response)
    assert "<script" not in response.text
    assert not Figure.objects.exists()


def test_question_beyond_the_limit_is_refused_before_the_button(client, conoco, monkeypatch):
    monkeypatch.setattr(figures, "MOST_HELD", 0)
    make_incident(conoco)

    response = client.get(NEW, {"query": "claim_status=unknown"})

    assert response.status_code == 400
    assert "Leave those filters out" in text_of(response)


def test_nothing_is_made_without_the_token_of_the_page(conoco):
    client = Client(enforce_csrf_checks=True)

    assert press(client).status_code == 403
    assert not Figure.objects.exists()

    page = client.get(NEW, {"query": "base=conoco"}).text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    made = client.post("/figures/", {"query": "base=conoco", "csrfmiddlewaretoken": token})

    assert made.status_code == 303


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_figure_cannot_be_written(client, figure, method):
    for address in ("/figures/", NEW, figure.get_absolute_url()):
        assert getattr(client, method)(address).status_code == 405
    assert client.post(figure.get_absolute_url()).status_code == 405
    assert client.post(NEW).status_code == 405


def test_link_beside_a_number_says_which_and_carries_no_token(client, conoco):
    tally = make_tally(key="t-1", lines=[(conoco, 32)])
    count = quote_count("base=conoco&search=a%26b", f"3 {SCRIPT}")
    line = quote_row(tally, "base:conoco", "known_on=2024-03-01", "32")
    links = [Structure(html).all("a") for html in (count, line)]

    assert [len(found) for found in links] == [1, 1]
    assert links[0][0]["aria-label"] == f"Quote this: 3 {SCRIPT}"
    assert links[0][0]["href"] == "/figures/new/?query=base%3Dconoco%26search%3Da%2526b"
    assert "with “a&b” in the record" in text_of(client.get(links[0][0]["href"]))
    assert links[1][0]["href"] == "/figures/new/?tally=t-1&place=base%3Aconoco&known_on=2024-03-01"
    assert "32 published" in text_of(client.get(links[1][0]["href"]))
    assert "csrf" not in count + line


# Reading


def test_page_shows_then_and_now(client, figure):
    one = Incident.objects.get(attack_count=3)
    with revision("It was <b>four</b>"):
        one.attack_count = 4
        one.save()

    response = client.get(figure.get_absolute_url())
    text = text_of(response)

    assert "Value as quoted 3 to 5 – the list then" in text
    assert "Value now 4 to 6 – the list now It has changed since." in text
    assert f"after revision {figure.revision_id}, {figure.revision.moment:%-d %B %Y, %H:%M}" in text
    assert "Base conoco" in text
    assert "Since 2024-01-10" in text
    assert "changed: number of attacks (3 attacks, now 4)" in text
    assert "It was <b>four</b> (revision" in text
    assert "It was &lt;b&gt;four" in response.text
    lists = [link["href"] for link in Structure(response.text).all("a") if "?" in link["href"]]
    query = "/incidents/?base=conoco&since=2024-01-10&counted=true"
    assert lists == [f"{query}&recorded_at={figure.revision_id}", query]
    assert client.get(lists[0]).context["count"] == figure.count


def test_page_lists_what_was_counted_by_pages(client, figure, monkeypatch):
    monkeypatch.setattr(figure_views, "INCIDENTS", 1)
    [newer, older] = [f"BW-{serial}" for serial, _, _ in reversed(figure.incidents)]

    first = text_of(client.get(figure.get_absolute_url()))
    second = text_of(client.get(figure.get_absolute_url() + "?page=2"))

    assert f"{newer} 1 to 31 January 2024 Conoco 2 possibly" in first
    assert older not in first
    assert f"{older} 15 January 2024 Conoco 3 for certain" in second
    assert newer not in second
    assert client.get(figure.get_absolute_url() + "?page=%00").status_code == 200


def test_page_of_a_withdrawn_record_shows_only_its_days_base_and_reason(client, figure):
    one = Incident.objects.get(attack_count=3)
    with revision("secret correction"):
        one.summary = "SECRET"
        one.save()
    with revision("It never happened"):
        one.status = "retracted"
        one.save()

    text = text_of(client.get(figure.get_absolute_url()))

    assert f"{one.public_id} 15 January 2024 Conoco went: withdrawn It never happened" in text
    assert f"{one.public_id} 15 January 2024 Conoco withdrawn since: It never happened" in text
    assert "secret" not in text.lower()
    assert "3 for certain" not in text


def test_page_survives_what_it_names(client):
    base = make_base("gone", name="Gone")
    figure = quote({"query": "base=gone"})
    with revision("entered twice"):
        MilitaryBase.objects.get(pk=base.pk).delete()

    text = text_of(client.get(figure.get_absolute_url()))

    assert "Attacks on military bases, at Gone" in text
    assert "Value as quoted 0" in text
    assert "The question cannot be asked any more: “gone” is unknown" in text
    assert "entered twice" in text


def test_page_of_its_own_revision_says_so(client, figure):
    fixed = quote({"query": f"recorded_at={figure.revision_id}"})

    text = text_of(client.get(fixed.get_absolute_url()))

    assert "the question names its own revision" in text
    assert "Nothing can: the question names its own revision" in text


def test_page_of_more_than_is_held_links_to_the_recorded_list(client, conoco, monkeypatch):
    monkeypatch.setattr(figures, "MOST_HELD", 0)
    make_incident(conoco)
    figure = quote({"query": "base=conoco"})

    text = text_of(client.get(figure.get_absolute_url()))

    assert "More incidents than are named here one by one: the list as it stood then" in text


@pytest.mark.parametrize("figure_id", ["a" * 20, "short", "A" * 20, "a" * 19 + "1"])
def test_there_is_no_figure_that_nobody_made(client, figure_id):
    for page in ("", "bibtex/", "csl/"):
        assert client.get(f"/figures/{figure_id}/{page}").status_code == 404


def test_pages_of_the_list_hold_every_figure_once(client, conoco, monkeypatch):
    monkeypatch.setattr(figure_views, "PAGE", 2)
    made = []
    for number in range(5):
        made.insert(0, quote({"query": f"since=2024-01-0{number + 1}"}).id)

    def walk(address, rel):
        pages = []
        while address:
            page = client.get(address)
            pages.append([figure.id for figure in page.context["figures"]])
            links = [link for link in Structure(page.text).all("a") if link.get("rel") == rel]
            last, address = address, links and "/figures/" + links[0]["href"]
        return pages, last

    forward, last = walk("/figures/", "next")
    back, _ = walk(last, "prev")

    assert forward == [made[:2], made[2:4], made[4:]]
    assert [one for page in back[::-1] for one in page] == made
    assert client.get("/figures/?older_than=%00").status_code == 404
    assert client.get("/figures/?newer_than=nonsense").status_code == 404


def test_every_page_is_whole_and_escapes(client):
    sohr = make_organisation(name=SCRIPT, kind="monitor")
    base = make_base("conoco", name=SCRIPT)
    make_tally(sohr, [(base, 3)], key="t-1")
    with revision(SCRIPT):
        one = make_incident(base)
    figure = quote({"tally": "t-1", "place": "base:conoco"})
    with revision(SCRIPT):
        one.outcome = "hit"
        one.save()
    asked = {"tally": "t-1", "place": "base:conoco"}
    pages = [
        client.get("/figures/"),
        client.get(NEW, asked),
        client.get(NEW, {"query": f"search={SCRIPT}"}),
        client.get(figure.get_absolute_url()),
    ]

    for page in pages:
        structure = Structure(page.text)
        assert page.status_code == 200
        assert len(structure.all("h1")) == 1
        assert len(structure.ids) == len(set(structure.ids))
        assert "<script" not in page.text
        assert "alert(" in page.text


def test_page_takes_a_fixed_number_of_queries(client, conoco, django_assert_max_num_queries):
    for _ in range(30):
        make_incident(conoco)
    figure = quote({"query": "base=conoco"})
    for incident in Incident.objects.all():
        with revision("seen"):
            incident.outcome = "hit"
            incident.save()

    with django_assert_max_num_queries(40):
        response = client.get(figure.get_absolute_url())

    assert response.text.count("changed: outcome") == 30


def test_admin_only_reads(admin_client, figure):
    page = admin_client.get(admin_url(Figure, "change", figure.pk))

    assert page.status_code == 200
    assert admin_client.get(admin_url(Figure, "changelist")).status_code == 200
    for address in ("add", "delete"):
        args = [figure.pk] if address == "delete" else []
        assert admin_client.get(admin_url(Figure, address, *args)).status_code == 403
    assert admin_client.post(admin_url(Figure, "change", figure.pk), {}).status_code == 403
