"""Which pages search engines are told of."""

import pytest

from pages.sitemaps import SITEMAPS, Incidents
from tests.factories import make_base, make_incident, make_organisation, make_tally

pytestmark = pytest.mark.django_db


def test_index_names_a_file_of_each_class(client):
    index = client.get("/sitemap.xml").content.decode()

    for section in SITEMAPS:
        assert f"<loc>http://testserver/sitemap-{section}.xml</loc>" in index


def test_robots_name_the_sitemap(client):
    assert b"Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content


def test_published_incidents_are_named_in_every_language(client):
    make_incident(serial=1)
    make_incident(serial=2, status="draft")

    found = client.get("/sitemap-incidents.xml").content.decode()

    assert "<loc>http://testserver/incidents/BW-1/</loc>" in found
    assert "<loc>http://testserver/ar/incidents/BW-1/</loc>" in found
    assert 'hreflang="ar" href="http://testserver/ar/incidents/BW-1/"' in found
    assert "<lastmod>" in found
    assert "BW-2" not in found


def test_every_address_named_is_there(client):
    base = make_base("conoco")
    make_tally(make_organisation("sohr"), [(base, 4)], key="full")
    for section in ("pages", "bases", "tallies", "organisations"):
        found = client.get(f"/sitemap-{section}.xml").content.decode()
        for loc in found.split("<loc>")[1:]:
            address = loc.split("</loc>")[0].removeprefix("http://testserver")
            assert client.get(address).status_code == 200, address


def test_files_hold_every_record_once_and_read_no_other(client, monkeypatch):
    monkeypatch.setattr(Incidents, "limit", 3)
    base = make_base()
    for serial in range(1, 6):
        make_incident(base, serial=serial)
    read = []
    monkeypatch.setattr(Incidents, "lastmod", lambda self, item: read.append(item.pk))

    found = []
    for page in range(1, 5):
        read.clear()
        text = client.get(f"/sitemap-incidents.xml?p={page}").content.decode()
        found += [loc.split("</loc>")[0] for loc in text.split("<loc>")[1:]]
        assert len(read) <= 3

    assert len(found) == len(set(found)) == 10


def test_index_reads_no_record(client, django_assert_max_num_queries):
    make_incident(serial=1)

    with django_assert_max_num_queries(6):
        found = client.get("/sitemap.xml").content.decode()

    assert found.count("<lastmod>") == len(SITEMAPS)
