"""
One settings file for every deployment; what differs is read from the environment.

Without any variable this is a local site: SQLite, DEBUG off, answers to this machine only.
PRODUCTION=1 asks for HTTPS and for what a public site must choose itself.
An empty variable counts as unset; a bad value stops the start.
"""

import os
import re
import tempfile
from pathlib import Path

import environ
from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management.utils import get_random_secret_key
from django.core.validators import validate_email

BASE_DIR = Path(__file__).resolve().parent.parent


# Readers of the environment. Strict ones: django-environ's take DEBUG=maybe for False.


def text(name, default=""):
    return os.environ.get(name, "").strip() or default


def words(name, default=()):
    return [word.strip() for word in text(name).split(",") if word.strip()] or list(default)


def flag(name, *, default=False):
    value = text(name, "1" if default else "0").lower()
    if value not in {"0", "1", "false", "true", "no", "yes", "off", "on"}:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to 1 or 0.")
    return value in {"1", "true", "yes", "on"}


def number(name, *, default):
    value = text(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to a whole number.")
    return int(value)


def email(name):
    """An address that mail can be sent to, or nothing."""
    value = text(name)
    try:
        if value:
            validate_email(value)
    except ValidationError as error:
        raise ImproperlyConfigured(f"{name}={value!r} is no mail address.") from error
    return value


def database(name, *, default):
    # The address may hold a password, so no message repeats it.
    bad_address = ImproperlyConfigured(
        f"{name} cannot be read. Set it to postgres://USER:PASSWORD@HOST:PORT/NAME or to "
        "sqlite:///FILE (sqlite:////FILE for a path from the root)."
    )
    url = text(name, default)
    if not url.startswith(("postgres://", "postgresql://", "sqlite:///")):
        raise bad_address
    try:
        config = environ.Env.db_url_config(url)
    except ValueError as error:
        raise bad_address from error
    if config["NAME"] in {"", ":memory:"}:
        raise bad_address

    if url.startswith("sqlite"):
        config["NAME"] = BASE_DIR / config["NAME"]
        config["OPTIONS"] = {
            # WAL: readers go on while one writes. IMMEDIATE: a transaction queues for the write
            # lock at its start; one that read first and then asked would fail, not wait.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,  # seconds to wait for another writer
        } | config.get("OPTIONS", {})
        # A file, as in use: several connections to a database in memory do not wait for locks.
        # Of its own for each run, so that two runs do not meet.
        config["TEST"] = {
            "NAME": Path(tempfile.gettempdir(), f"basewatch-test-{os.getpid()}.sqlite3")
        }
        return {"CONN_MAX_AGE": 60} | config
    # What `sources.statements` asks is prepared in each connection; Django prepares nothing itself.
    config["OPTIONS"] = {
        "prepare_threshold": 0 if flag("PREPARED_STATEMENTS", default=True) else None
    } | config.get("OPTIONS", {})
    return {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True} | config


def local_secret_key(path):
    """The key of a local site: made on the first run, kept in an ignored file."""
    try:
        if not path.exists():
            # Several workers may start at once. Each writes a whole draft, readable by its owner
            # only (mkstemp), and the first link wins, so that none reads half a key.
            handle, draft = tempfile.mkstemp(prefix=path.name, dir=path.parent)
            try:
                with open(handle, "w") as file:
                    file.write(get_random_secret_key())
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                os.unlink(draft)
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret key cannot be kept in {path}: {error.strerror}. Set SECRET_KEY."
        ) from error


# Deployment

PRODUCTION = flag("PRODUCTION")
DEBUG = flag("DEBUG")
SECRET_KEY = text("SECRET_KEY")
ALLOWED_HOSTS = words("ALLOWED_HOSTS")

if PRODUCTION:
    if DEBUG:
        raise ImproperlyConfigured(
            "DEBUG=1 shows settings to every visitor. Unset DEBUG or PRODUCTION."
        )
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) <= 5 or "django-insecure" in SECRET_KEY:
        raise ImproperlyConfigured(
            "PRODUCTION=1 needs its own SECRET_KEY of at least 50 random characters. Make one "
            'with: python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
        )
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured(
            "PRODUCTION=1 needs ALLOWED_HOSTS: the names this site answers to, separated by "
            "commas, such as ALLOWED_HOSTS=basewatch.example.org; * is no name."
        )
else:
    SECRET_KEY = SECRET_KEY or local_secret_key(BASE_DIR / ".secret_key")
    ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]

DATABASES = {"default": database("DATABASE_URL", default="sqlite:///basewatch.sqlite3")}

SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_HSTS_SECONDS = number("HSTS_SECONDS", default=31_536_000) if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION and flag("HSTS_INCLUDE_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = PRODUCTION and flag("HSTS_PRELOAD", default=True)
# ".example.org" in ALLOWED_HOSTS means every host below it; an origin writes that "*.example.org".
CSRF_TRUSTED_ORIGINS = words(
    "CSRF_TRUSTED_ORIGINS",
    [f"https://{'*' * host.startswith('.')}{host}" for host in ALLOWED_HOSTS if PRODUCTION],
)
# Only a proxy that always sets or removes the header itself may be believed.
if flag("TRUST_X_FORWARDED_PROTO"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The organisation whose tallies the dashboard opens with, by its slug.
DEFAULT_COUNTER = text("DEFAULT_COUNTER", "sohr")

# How often one address may ask for what is dear: quote a new figure, take a whole list, search in
# texts. Its address is that of the connection, or, behind proxies that set X-Forwarded-For, what
# the first of this many of them saw.
FIGURES_PER_HOUR = number("FIGURES_PER_HOUR", default=30)
EXPORTS_PER_HOUR = number("EXPORTS_PER_HOUR", default=120)
SEARCHES_PER_MINUTE = number("SEARCHES_PER_MINUTE", default=60)
NUM_PROXIES = number("NUM_PROXIES", default=0)

# Where readers write to who find a record wrong; without it pages do not ask them to.
CORRECTIONS_EMAIL = email("CORRECTIONS_EMAIL")

# Who makes this site, in a sentence for the page about it; empty: nobody is named.
SITE_OPERATOR = text("SITE_OPERATOR")

# For how many seconds a shared cache in front of the site may answer by itself from the API.
# Browsers and clients always ask whether what they hold is still the answer.
CDN_SECONDS = number("CDN_SECONDS", default=60)

# A tile server under the map, such as https://tiles.example.org/{z}/{x}/{y}.png, and whom to credit
# for it. Without one no reader's browser asks anybody else.
MAP_TILES = text("MAP_TILES")
MAP_TILES_CREDIT = text("MAP_TILES_CREDIT")
TILES = re.compile(r"https://[a-zA-Z0-9.:-]+/(?=.*\{z\})(?=.*\{x\})(?=.*\{y\})[^\s;,\"']+")
if MAP_TILES and not (TILES.fullmatch(MAP_TILES) and MAP_TILES_CREDIT):
    raise ImproperlyConfigured(
        "MAP_TILES must be an https address with {z}, {x} and {y}, and MAP_TILES_CREDIT must say "
        "whose the tiles are."
    )


# Application

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "rest_framework",
    "django_filters",
    "corsheaders",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "simple_history",
    "js_lib_leaflet",
    "django_countries",  # for its names of countries in other languages
    "charts",
    "sources",
    "bases",
    "attacks",
    "tallies",
    "pages",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.compression.Compression",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.languages.LanguageOfTheAddress",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.clocks.NoClockIsIgnored",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
LOGIN_URL = "admin:login"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.languages.languages",
                "sources.context_processors.last_revision",
            ],
        },
    },
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}"}
    for validator in [
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    ]
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORMS_URLFIELD_ASSUME_HTTPS = True  # what Django 6 does without being asked

# The first is that of the source texts. Another one needs its catalogue in locale/ and names.
LANGUAGES = [("en", "English"), ("ar", "Arabic")]
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.locales"
TIME_ZONE = "UTC"
USE_TZ = True


# Every process has a memory of its own, so what limits a reader is kept in the database.
# A migration of tallies makes the table.

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "throttle": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "tallies_throttle",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}


# What a page may load: only what this site serves. No inline script and no inline style, and no
# request that would tell a third party who reads this.

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}


# Static files: a local site finds them where they lie, production wants `collectstatic` first.

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = text("STATIC_ROOT", BASE_DIR / "staticfiles") if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}


# The public API: read-only, so there is nobody to authenticate.

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "config.schema.Schema",
    "NUM_PROXIES": NUM_PROXIES,
}

# Any page in any browser may read it, and nothing else; no cookie goes with it.
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = (*default_headers, "if-modified-since", "if-none-match")
CORS_EXPOSE_HEADERS = ["Content-Disposition", "ETag", "Link", "Retry-After", "X-Total-Count"]

SPECTACULAR_SETTINGS = {
    "TITLE": "Basewatch API",
    "DESCRIPTION": (
        "Attacks on military bases: what happened, who says so, and what the published tallies "
        "add up to."
    ),
    "VERSION": "1",
    "LICENSE": {
        "name": "CC BY 4.0 (data)",
        "url": "https://creativecommons.org/licenses/by/4.0/",
    },
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.schema.document_formats",
        "config.schema.document_refusals",
        "config.schema.describe",
    ],
    # Several models have a field of the same name with other choices.
    "ENUM_NAME_OVERRIDES": {
        "BaseKind": "bases.models.MilitaryBase.Kind",
        "ClaimKind": "attacks.models.Claim.Kind",
        "OrganisationKind": "sources.models.Organisation.Kind",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Swagger UI would have the schema checked by a site of its maker.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
}


# Django's default writes errors to a console only under DEBUG; a server's log needs them always.

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django": {"level": "INFO"}},
}
