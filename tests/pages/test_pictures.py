"""Pictures for sharing: whole, bounded, and of nothing that is not public."""

import pytest
from django.core.cache import caches
from django.utils import translation

from pages import checks, picture_views, pictures
from pages.pictures import Bar, Card
from tests.factories import make_base, make_incident, make_organisation, make_tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def record():
    base = make_base("conoco", name_ar="كونيكو")
    make_incident(base, serial=1)
    make_incident(base, serial=2, status="draft")
    make_tally(make_organisation("sohr"), [(base, 40)], key="full")


PICTURES = ["/pictures/dashboard.png", "/pictures/bases/conoco.png", "/pictures/incidents/BW-1.png"]


@pytest.mark.parametrize("language", ["", "/ar"])
@pytest.mark.parametrize("address", PICTURES)
def test_picture_is_a_png_of_the_size_that_is_shared(client, record, address, language):
    response = client.get(language + address)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/png"
    assert response.content[:8] == b"\x89PNG\r\n\x1a\n"
    size = response.content[16:24]
    assert (int.from_bytes(size[:4]), int.from_bytes(size[4:])) == (1200, 630)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/pictures/bases/nowhere.png", 404),
        ("/pictures/incidents/BW-2.png", 404),
        ("/pictures/incidents/BW-99.png", 404),
        ("/pictures/incidents/x.png", 404),
        ("/pictures/dashboard.png?counter=nobody", 404),
        ("/pictures/dashboard.png?since=abc", 400),
        ("/pictures/bases/conoco.png?known_on=2024-01-01", 400),
    ],
)
def test_picture_of_what_is_not_public_is_refused(client, record, address, status):
    assert client.get(address).status_code == status


def test_picture_is_drawn_once_whatever_else_the_address_says(client, record, monkeypatch):
    drawn = []
    monkeypatch.setattr(picture_views, "png", lambda card: drawn.append(card) or b"png")

    first = client.get("/pictures/bases/conoco.png")
    client.get("/pictures/bases/conoco.png?x=1")
    again = client.get("/pictures/bases/conoco.png", headers={"If-None-Match": first["ETag"]})

    assert len(drawn) == 1
    assert again.status_code == 304


def test_only_so_many_pictures_are_drawn(client, record, settings):
    settings.SEARCHES_PER_MINUTE = 1
    caches["throttle"].clear()

    assert client.get("/pictures/dashboard.png?since=2024-01-01").status_code == 200
    assert client.get("/pictures/dashboard.png?since=2024-01-02").status_code == 429


def test_without_a_font_there_are_shapes_and_no_words(settings):
    settings.PICTURE_FONTS = ["/nowhere"]
    card = Card("135", "words", [Bar(3, 5, 4)])

    assert pictures.fonts_of("ar") == []
    assert "<text" not in pictures._svg(card, [])
    assert pictures.png(card).startswith(b"\x89PNG")
    assert [one.id for one in checks.fonts_are_there(None)] == ["pages.I001"]


def test_words_are_escaped_and_bars_grow_from_where_reading_begins():
    card = Card("<1>", "a & b \x07", [Bar(1, 2)])
    font = pictures.Font("X", ())
    with translation.override("ar"):
        arabic = pictures._svg(card, [font])
    english = pictures._svg(card, [font])

    assert "&lt;1&gt;" in english
    assert "\x07" not in english
    assert 'x="64.0"' in english
    assert 'text-anchor="end"' in arabic
    assert 'x="600.0"' in arabic
