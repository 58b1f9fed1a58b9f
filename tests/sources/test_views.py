import re

import pytest

from sources import views
from tests.factories import (
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_organisation_name,
    make_report,
    make_tally,
)

pytestmark = pytest.mark.django_db


def text_of(response):
    """What a reader sees: no tags, single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def test_organisations_lists_them_with_their_umbrella(client):
    umbrella = make_group(name="Umbrella")
    make_group(name="A Group", name_ar="مجموعة", parent=umbrella, country="IQ")

    assert "A Group مجموعة armed group Iraq Umbrella" in text_of(client.get("/organisations/"))


def test_no_organisations(client):
    assert "No organisation is on record yet." in text_of(client.get("/organisations/"))


def test_organisation_shows_what_it_did(client):
    group = make_group("group", name="The Group", url="https://example.org/group")
    make_organisation_name(group, "Its other name")
    make_group(name="A Member", parent=group)
    claimed, blamed_for, other = (make_incident() for _ in range(3))
    make_claim(claimed, claimant=group)
    make_claim(blamed_for, kind="attribution", blamed=group, claimant_text="Officials")
    make_claim(other, kind="weapon", claimant=group, summary="Drones it was")
    make_tally(group, total=175)
    make_tally(report=make_report(publisher=group, title="Its statement"))

    response = client.get(group.get_absolute_url())
    text = text_of(response)

    for words in ("Its other name", "A Member", "175 attacks", "Its statement", "Drones it was"):
        assert words in text
    assert "undated, by Officials" in text
    assert [incident.pk for incident in response.context["claimed"].rows] == [claimed.pk]
    assert 'href="/incidents/?claimant=group"' in response.content.decode()


def test_organisation_says_how_much_it_shows(client, monkeypatch):
    monkeypatch.setattr(views, "SHOWN", 2)
    counter = make_organisation("sohr", kind="monitor")
    for _ in range(3):
        make_tally(counter, total=1)

    response = client.get(counter.get_absolute_url())

    assert "Showing 2 of 3." in text_of(response)
    assert 'href="/tallies/?counter=sohr"' in response.content.decode()


@pytest.mark.parametrize("status", ["draft", "retracted"])
def test_organisation_tells_nothing_of_what_is_not_published(client, status):
    group = make_group("group")
    hidden = make_report(publisher=group, title="Only for editors")
    also_hidden = make_report(publisher=group, title="Only for editors too")
    incident = make_incident(status=status, reports=[hidden])
    make_claim(incident, claimant=group, report=also_hidden, summary="a secret")
    make_claim(incident, kind="attribution", blamed=group)

    text = text_of(client.get(group.get_absolute_url()))

    assert "Only for editors" not in text
    assert "a secret" not in text
    assert incident.public_id not in text
    assert "Nothing published on record is by or about it yet." in text


def test_organisation_that_is_not_there(client):
    assert client.get("/organisations/nobody/").status_code == 404


@pytest.mark.parametrize(
    ("path", "most"),
    [
        # revision; organisations; countries of the form
        pytest.param("/organisations/", 3, id="organisations"),
        # revision; organisation; names; members; rows and total of five lists; incidents it claims,
        # how many, how many alone; who blames it, how many unnamed; its reports by day, undated
        pytest.param("/organisations/group/", 21, id="organisation"),
    ],
)
def test_queries_do_not_grow_with_rows(client, django_assert_max_num_queries, path, most):
    group = make_group("group", parent=make_group(), report=make_report())
    for _ in range(4):
        make_group(parent=group)
        make_organisation_name(group, f"name {_}", report=make_report())
        incident = make_incident(reports=[make_report(publisher=group)])
        make_claim(incident, claimant=group)
        make_claim(incident, kind="weapon", claimant=group)
        make_claim(incident, kind="attribution", claimant=make_organisation(), blamed=group)
        make_tally(group, total=3)

    with django_assert_max_num_queries(most):
        response = client.get(path)

    assert response.status_code == 200
