"""Methodology, data, corrections and about: their numbers are those of the record."""

import re

import pytest

from attacks.models import CountingRule
from sources.revisions import revision
from tests.factories import make_base, make_incident, make_organisation

pytestmark = pytest.mark.django_db

TEXTS = ["/methodology/", "/data/", "/corrections/", "/about/"]


@pytest.mark.parametrize("language", ["", "/ar"])
@pytest.mark.parametrize("address", TEXTS)
def test_text_is_shown_without_a_cookie_while_the_record_is_empty(client, address, language):
    response = client.get(language + address)

    assert response.status_code == 200
    assert not response.cookies


def test_methodology_counts_by_each_rule(client):
    base = make_base("conoco", country="SY")
    make_incident(base, serial=1, attack_count=3)
    make_incident(make_base("erbil", country="IQ"), serial=2)
    counter = make_organisation("sohr")
    with revision("A rule of its own."):
        CountingRule.objects.create(organisation=counter, territory="SY", text="In Syria.")

    page = client.get("/methodology/").content.decode()

    assert '<a href="/incidents/?counted=true">4</a>' in page
    assert '<a href="/incidents/?rule=sohr&amp;counted=true">0 to 3</a>' in page or (
        '<a href="/incidents/?rule=sohr&amp;counted=true">3</a>' in page
    )


def test_methodology_explains_a_range_by_an_incident(client):
    base = make_base("conoco")
    make_incident(base, serial=7, on="2024-01-01", until="2024-01-03")

    page = client.get("/methodology/").content.decode()

    assert re.search(r"gives 0 to 1; over all of its days it gives 1\.", page)


def test_data_says_how_many_rows_a_list_has(client):
    make_incident(serial=1)
    make_incident(serial=2)
    make_incident(serial=3, status="draft")

    page = client.get("/data/").content.decode()

    assert re.search(r'Incidents</th>\s*<td class="number">2</td>', page)


def test_corrections_are_paged_and_link_what_they_touched(client, monkeypatch):
    monkeypatch.setattr("pages.corrections.PAGE", 1)
    make_base("first")
    make_base("second")

    newest = client.get("/corrections/").content.decode()
    older = re.search(r'href="(\?before=\d+)"', newest)[1]

    assert 'href="/bases/second/"' in newest
    assert 'href="/bases/first/"' not in newest
    assert 'href="/bases/first/"' in client.get("/corrections/" + older).content.decode()


@pytest.mark.parametrize("before", ["abc", "0", "%00", "9" * 30, "-1"])
def test_corrections_of_no_such_place_are_the_newest(client, before):
    assert client.get(f"/corrections/?before={before}").status_code == 200


def test_corrections_name_the_address_to_write_to(client, settings):
    settings.CORRECTIONS_EMAIL = "desk@example.org"

    assert "mailto:desk@example.org" in client.get("/corrections/").content.decode()


def test_corrections_do_not_tell_of_drafts(client):
    make_incident(serial=9, status="draft")

    assert "BW-9" not in client.get("/corrections/").content.decode()


def test_texts_take_few_queries(client, django_assert_max_num_queries):
    make_incident(serial=1)
    for address in TEXTS:
        with django_assert_max_num_queries(25):
            client.get(address)
