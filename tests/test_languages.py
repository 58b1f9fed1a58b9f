import pytest
from django.test import override_settings
from django.utils import translation

from config.languages import in_language, language_of
from tests.factories import make_base

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "language"),
    [("/", "en"), ("/bases/", "en"), ("/ar/", "ar"), ("/ar/bases/", "ar"), ("/arabic/", "en")],
)
def test_language_stands_in_the_address(address, language):
    assert language_of(address) == language


@pytest.mark.parametrize(
    ("address", "arabic"), [("/", "/ar/"), ("/bases/?country=SY", "/ar/bases/?country=SY")]
)
def test_address_is_the_same_in_another_language(address, arabic):
    assert in_language(address, "ar") == arabic
    assert in_language(arabic, "en") == address
    assert in_language(arabic, "ar") == arabic


def test_page_names_its_language_and_where_it_is_in_the_others(client):
    make_base("conoco")

    response = client.get("/ar/bases/conoco/")

    page = response.content.decode()
    assert response.headers["Content-Language"] == "ar"
    assert '<html lang="ar" dir="rtl">' in page
    assert 'hreflang="en" href="http://testserver/bases/conoco/"' in page
    assert 'hreflang="ar" href="http://testserver/ar/bases/conoco/"' in page
    assert 'href="/ar/tallies/"' in page


@pytest.mark.parametrize("header", ["ar", "de"])
def test_no_header_and_no_cookie_changes_the_language(client, header):
    client.cookies["django_language"] = header
    response = client.get("/bases/", headers={"accept-language": header})

    assert '<html lang="en" dir="ltr">' in response.content.decode()
    assert "Accept-Language" not in response.headers.get("Vary", "")


def test_api_has_one_language(client):
    assert client.get("/ar/api/v1/bases/").status_code == 404


def test_language_of_a_request_ends_with_it(client):
    with translation.override("en"):
        client.get("/ar/bases/")
        assert translation.get_language() == "en"


@pytest.mark.parametrize("path", ["/", "/ar/", "/admin/login/", "/api/docs/", "/api/v1/bases/"])
def test_every_answer_says_that_only_this_site_may_be_asked(client, path):
    policy = client.get(path).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@override_settings(DEBUG=True)
def test_policy_is_as_strict_in_development(client):
    assert "unsafe" not in client.get("/").headers["Content-Security-Policy"]
