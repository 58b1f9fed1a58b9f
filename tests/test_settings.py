import runpy
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import ConnectionHandler

STRONG_KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
PRODUCTION = {
    "PRODUCTION": "1",
    "SECRET_KEY": STRONG_KEY,
    "ALLOWED_HOSTS": "basewatch.example.org, .example.net",
}


@pytest.fixture
def load(monkeypatch):
    """Run the settings file anew, with these variables and none of the developer's."""

    def load(**variables):
        for name in [
            "ALLOWED_HOSTS",
            "CORRECTIONS_EMAIL",
            "CSRF_TRUSTED_ORIGINS",
            "DATABASE_URL",
            "DEBUG",
            "FIGURES_PER_HOUR",
            "HSTS_INCLUDE_SUBDOMAINS",
            "HSTS_PRELOAD",
            "HSTS_SECONDS",
            "MAP_TILES",
            "MAP_TILES_CREDIT",
            "NUM_PROXIES",
            "PREPARED_STATEMENTS",
            "PRODUCTION",
            "SECRET_KEY",
            "STATIC_ROOT",
            "TRUST_X_FORWARDED_PROTO",
        ]:
            monkeypatch.setenv(name, variables.get(name, ""))
        return runpy.run_path(settings.BASE_DIR / "config/settings.py")

    return load


def test_local_site_needs_no_variable(load):
    local = load()

    assert local["DEBUG"] is False
    assert local["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert local["SECRET_KEY"]
    assert local["SECURE_SSL_REDIRECT"] is False
    assert local["WHITENOISE_USE_FINDERS"] is True
    assert local["DATABASES"]["default"]["NAME"] == settings.BASE_DIR / "basewatch.sqlite3"


def test_production_is_https_only(load):
    production = load(**PRODUCTION)

    assert production["SECRET_KEY"] == STRONG_KEY
    assert production["ALLOWED_HOSTS"] == ["basewatch.example.org", ".example.net"]
    assert production["CSRF_TRUSTED_ORIGINS"] == [
        "https://basewatch.example.org",
        "https://*.example.net",
    ]
    assert production["SECURE_SSL_REDIRECT"] is True
    assert production["SESSION_COOKIE_SECURE"] is True
    assert production["CSRF_COOKIE_SECURE"] is True
    assert production["SECURE_HSTS_SECONDS"] > 0
    assert production["WHITENOISE_USE_FINDERS"] is False


def test_limit_on_figures_and_the_proxies_it_counts_behind(load):
    default = load()
    assert (default["FIGURES_PER_HOUR"], default["REST_FRAMEWORK"]["NUM_PROXIES"]) == (30, 0)

    told = load(FIGURES_PER_HOUR="5", NUM_PROXIES="2")

    assert (told["FIGURES_PER_HOUR"], told["REST_FRAMEWORK"]["NUM_PROXIES"]) == (5, 2)


def test_address_for_corrections_is_one_that_mail_can_be_sent_to(load):
    assert load()["CORRECTIONS_EMAIL"] == ""
    assert load(CORRECTIONS_EMAIL="desk@example.org")["CORRECTIONS_EMAIL"] == "desk@example.org"
    with pytest.raises(ImproperlyConfigured, match="CORRECTIONS_EMAIL"):
        load(CORRECTIONS_EMAIL="desk at example")


def test_forwarded_header_is_believed_only_when_told_so(load):
    assert "SECURE_PROXY_SSL_HEADER" not in load(**PRODUCTION)

    told = load(**PRODUCTION, TRUST_X_FORWARDED_PROTO="1")

    assert told["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        pytest.param({"SECRET_KEY": ""}, "SECRET_KEY", id="no-secret"),
        pytest.param({"SECRET_KEY": "short"}, "SECRET_KEY", id="short-secret"),
        pytest.param({"SECRET_KEY": "abcde" * 20}, "SECRET_KEY", id="monotonous-secret"),
        pytest.param(
            {"SECRET_KEY": f"django-insecure-{STRONG_KEY}"}, "SECRET_KEY", id="generated-secret"
        ),
        pytest.param({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS", id="no-hosts"),
        pytest.param({"ALLOWED_HOSTS": " , "}, "ALLOWED_HOSTS", id="empty-hosts"),
        pytest.param({"ALLOWED_HOSTS": "example.org,*"}, "ALLOWED_HOSTS", id="any-host"),
        pytest.param({"DEBUG": "1"}, "DEBUG", id="debug"),
        pytest.param({"HSTS_SECONDS": "a year"}, "HSTS_SECONDS", id="hsts-not-a-number"),
    ],
)
def test_production_refuses_to_start(load, variables, complaint):
    with pytest.raises(ImproperlyConfigured, match=complaint):
        load(**PRODUCTION | variables)


@pytest.mark.parametrize("name", ["DEBUG", "PRODUCTION"])
def test_flag_that_is_neither_yes_nor_no_stops_the_start(load, name):
    with pytest.raises(ImproperlyConfigured, match=f"{name} is 'maybe'"):
        load(**{name: "maybe"})


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?timeout=5"], ids=["plain", "with-option"])
def test_sqlite_address_gets_wal_and_immediate_transactions(load, tmp_path, query):
    config = load(DATABASE_URL=f"sqlite:///{tmp_path}/other.sqlite3{query}")["DATABASES"]["default"]
    connection = ConnectionHandler({"default": config})["default"]

    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()
    connection.close()

    assert mode == ("wal",)
    assert (tmp_path / "other.sqlite3").exists()
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert config["OPTIONS"]["timeout"] == (5 if query else 20)


def test_postgres_address_is_taken(load):
    url = "postgres://reader:p%40ss@db.example.org:5433/watch?sslmode=require"

    config = load(DATABASE_URL=url)["DATABASES"]["default"]

    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert config["PASSWORD"] == "p@ss"
    assert config["OPTIONS"] == {"sslmode": "require", "prepare_threshold": 0}
    assert config["CONN_HEALTH_CHECKS"] is True


def test_nothing_is_prepared_behind_a_pooler_that_keeps_nothing(load):
    settings = load(DATABASE_URL="postgres://localhost/watch", PREPARED_STATEMENTS="0")

    assert settings["DATABASES"]["default"]["OPTIONS"] == {"prepare_threshold": None}


@pytest.mark.parametrize(
    "url",
    [
        "watch.sqlite3",
        "mysql://reader:hunter2@localhost/watch",
        "postgres://reader:hunter2@localhost:port/watch",
        "postgres://reader:hunter2@localhost",
        "sqlite://watch.sqlite3",
        "sqlite://:memory:",
    ],
)
def test_bad_database_address_stops_the_start_without_its_password(load, url):
    with pytest.raises(ImproperlyConfigured, match="Set it to postgres://") as refusal:
        load(DATABASE_URL=url)

    assert "hunter2" not in str(refusal.value)


def test_secret_key_file_is_made_once_and_private(load, tmp_path):
    local_secret_key = load()["local_secret_key"]
    path = tmp_path / ".secret_key"

    with ThreadPoolExecutor(8) as workers:
        keys = set(workers.map(local_secret_key, [path] * 40))

    assert keys == {path.read_text()}
    assert len(path.read_text()) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_secret_key_that_cannot_be_kept_says_what_to_do(load, tmp_path):
    with pytest.raises(ImproperlyConfigured, match="Set SECRET_KEY"):
        load()["local_secret_key"](tmp_path / "missing" / ".secret_key")


def test_map_has_no_tile_server_unless_one_is_set(load):
    tiles = "https://tiles.example.org/{z}/{x}/{y}.png"

    assert load()["MAP_TILES"] == ""
    assert load(MAP_TILES=tiles, MAP_TILES_CREDIT="Their makers")["MAP_TILES"] == tiles


@pytest.mark.parametrize(
    ("tiles", "credit"),
    [
        ("http://tiles.example.org/{z}/{x}/{y}.png", "Their makers"),
        ("https://tiles.example.org/", "Their makers"),
        ("https://{s}.example.org/{z}/{x}/{y}.png", "Their makers"),
        ("https://tiles.example.org;script-src *;/{z}/{x}/{y}.png", "Their makers"),
        ("https://tiles.example.org/{z}/{x}/{y}.png", ""),
    ],
)
def test_bad_tile_server_stops_the_start(load, tiles, credit):
    with pytest.raises(ImproperlyConfigured, match="MAP_TILES"):
        load(MAP_TILES=tiles, MAP_TILES_CREDIT=credit)
