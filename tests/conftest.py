import pytest
from django.conf import settings as django_settings
from django.db import connection
from hypothesis import settings

from sources import kept

# Passwords of tests need no protection, and hashing them well takes most of a second each.
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# An example may need a table to be filled: what counts is the answer, not how long it took.
settings.register_profile("basewatch", deadline=None, max_examples=40)
settings.load_profile("basewatch")


def pytest_report_header():
    return f"database: {connection.vendor}"


@pytest.fixture(autouse=True)
def record_of_its_own():
    """What is kept in memory is of one record, and each test has another."""
    kept.clear()


@pytest.fixture
def in_a_request():
    """As a view calls what it needs: the last revision is asked for once."""
    kept.begin_request()
    yield
    kept.end_request()
