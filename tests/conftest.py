from django.db import connection
from hypothesis import settings

# An example may need a table to be filled: what counts is the answer, not how long it took.
settings.register_profile("basewatch", deadline=None, max_examples=40)
settings.load_profile("basewatch")


def pytest_report_header():
    return f"database: {connection.vendor}"
