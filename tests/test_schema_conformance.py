"""Every operation of the API against its own schema, with parameters that nobody foresaw."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from tests.test_api import record  # noqa: F401 (a fixture)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture
def api(record, monkeypatch):  # noqa: F811
    monkeypatch.setattr("config.rest.seconds_to_wait", lambda request, scope: 0)
    # Django's own test client does the same: the connection is the test's.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.django_db
def test_answers_are_in_the_schema_and_never_an_error_of_ours(api):
    operations = [result.ok() for result in api.get_all_operations()]
    assert len(operations) >= 30

    for operation in operations:

        @given(operation.as_strategy())
        @settings(max_examples=20, derandomize=True, suppress_health_check=list(HealthCheck))
        def conforms(case):
            case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

        conforms()
