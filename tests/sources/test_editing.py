"""What holds for every admin of facts, tried on incidents and on names and lines."""

import pytest
from django.urls import reverse

from attacks.models import Claim, Incident
from bases.models import BaseName, MilitaryBase
from sources.revisions import revision
from tests.admin_pages import admin_url, errors_of, filled, save
from tests.factories import make_base, make_claim, make_incident, make_organisation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("parameter", ["q", "status__exact"])
def test_a_list_asked_with_nul_is_a_bad_request(admin_client, parameter):
    url = admin_url(Incident, "changelist")

    assert admin_client.get(url, {parameter: "a\0b"}).status_code == 400


def test_autocomplete_asked_with_nul_finds_nothing(admin_client):
    make_base("conoco")
    field = {"app_label": "attacks", "model_name": "incident", "field_name": "base"}

    answer = admin_client.get(reverse("admin:autocomplete"), field | {"term": "a\0b"})

    assert answer.json()["results"] == []


# Two editors at once


def test_nobody_overwrites_what_was_saved_since_the_form_was_opened(admin_client):
    incident = make_incident(munitions=2)
    url = admin_url(Incident, "change", incident.pk)
    opened = filled(admin_client.get(url))
    save(admin_client, url, munitions=7, reason="Pentagon: seven")

    answer = admin_client.post(url, opened | {"summary": "entered in the first tab"})

    assert "admin changed this since you opened it" in errors_of(answer)
    assert "Pentagon: seven" in errors_of(answer)
    kept = Incident.objects.get()
    assert (kept.munitions, kept.summary) == (7, "")


def test_nobody_overwrites_a_claim_that_was_saved_since(admin_client):
    incident = make_incident()
    claim = make_claim(incident, "casualty", summary="None.")
    url = admin_url(Incident, "change", incident.pk)
    opened = filled(admin_client.get(url))
    save(admin_client, admin_url(Claim, "change", claim.pk), summary="Eight.")

    answer = admin_client.post(url, opened)

    assert "changed this since you opened it" in errors_of(answer)
    assert Claim.objects.get().summary == "Eight."


def test_nobody_overwrites_a_base_whose_names_changed_since(admin_client):
    base = make_base()
    url = admin_url(MilitaryBase, "change", base.pk)
    opened = filled(admin_client.get(url))
    with revision("A new spelling", origin="import"):
        BaseName.objects.create(base=base, name="Koniko")

    answer = admin_client.post(url, opened | {"notes": "mine"})

    assert "An import changed this since you opened it" in errors_of(answer)
    assert MilitaryBase.objects.get().notes == ""


@pytest.mark.parametrize("make", [make_base, make_organisation], ids=["base", "organisation"])
def test_slug_is_given_once(admin_client, make):
    """Addresses, files and quoted figures name the record by it."""
    record = make("first")
    url = admin_url(type(record), "change", record.pk)

    answer = admin_client.post(url, filled(admin_client.get(url)) | {"slug": "other", "name": "N"})

    record.refresh_from_db()
    assert answer.status_code == 302
    assert (record.slug, record.name) == ("first", "N")
    added = admin_client.get(admin_url(type(record), "add")).content.decode()
    assert 'data-prepopulated-fields="[{' in added
