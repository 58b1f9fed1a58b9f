"""The locks are what a fresh clone installs from: exact, hashed, and free of any one machine."""

import re
import tomllib

import pytest
from django.conf import settings

LOCKS = [
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-bench.txt",
    "requirements-e2e.txt",
]


def read(name):
    return (settings.BASE_DIR / name).read_text()


def entries(lock):
    """One string for each package: its line and the hash lines that continue it."""
    return read(lock).replace("\\\n", " ").splitlines()


def pins(lock):
    return dict(entry.split()[0].split("==") for entry in entries(lock))


def declared():
    project = tomllib.loads(read("pyproject.toml"))
    named = project["dependency-groups"]
    groups = [
        project["project"]["dependencies"],
        *(named[group] for group in ("dev", "bench", "e2e")),
    ]
    return [{re.match(r"[\w-]+", line).group() for line in group} for group in groups]


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_and_hashes_every_package(lock):
    for entry in entries(lock):
        assert re.match(r"[a-z0-9-]+==[\w.]+ .*--hash=sha256:[0-9a-f]{64}", entry), entry


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("word", ["://", "--index", "--extra-index", "--find-links", "/", " @ "])
def test_lock_names_no_address_and_no_path(lock, word):
    assert word not in read(lock)


def test_locks_hold_what_pyproject_declares():
    runtime, dev, bench, e2e = declared()
    assert runtime <= pins("requirements.txt").keys()
    assert dev <= pins("requirements-dev.txt").keys()
    assert bench <= pins("requirements-bench.txt").keys()
    assert e2e <= pins("requirements-e2e.txt").keys()
    assert not (dev - runtime) & pins("requirements.txt").keys()
    assert not ((bench | e2e) - dev - runtime) & pins("requirements-dev.txt").keys()


def test_dev_lock_agrees_with_runtime_lock():
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


@pytest.mark.parametrize("lock", ["requirements-bench.txt", "requirements-e2e.txt"])
def test_lock_of_a_group_agrees_with_dev_lock(lock):
    assert pins("requirements-dev.txt").items() <= pins(lock).items()
