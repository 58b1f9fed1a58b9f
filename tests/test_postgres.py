"""The PostgreSQL of `make test`; the server itself is tried by every `make test-postgres`."""

import subprocess
import sys

import pytest
from django.conf import settings

from tests import postgres


def run(*command, **variables):
    return subprocess.run(
        [sys.executable, "-m", "tests.postgres", "--", *command],
        cwd=settings.BASE_DIR,
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
    )


def test_named_server_is_passed_on_and_its_password_not_shown():
    url = "postgres://tester:hunter2@localhost:5433/watch"

    done = run("sh", "-c", 'test "$DATABASE_URL" = "$TEST_DATABASE_URL"', TEST_DATABASE_URL=url)

    assert done.returncode == 0
    assert "localhost:5433/watch" in done.stdout
    assert "hunter2" not in done.stdout


def test_exit_code_of_the_command_is_handed_on():
    assert run("sh", "-c", "exit 3", TEST_DATABASE_URL="postgres://localhost/x").returncode == 3


@pytest.mark.parametrize(("allowed", "code"), [("", 1), ("1", 0)], ids=["fails", "allowed"])
def test_no_postgres_is_said_loudly(monkeypatch, capfd, allowed, code):
    monkeypatch.setattr(postgres, "binary_folders", list)
    monkeypatch.setattr(postgres.signal, "signal", lambda *handler: None)
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setenv("ALLOW_NO_POSTGRES", allowed)

    assert postgres.main(["true"]) == code

    assert "NOT RUN ON POSTGRESQL" in capfd.readouterr().err
