import pytest

from sources.revisions import revision
from tests.acled import three_events
from tests.importing import write_files

GROUPS = [
    {"slug": "iri", "name": "Islamic Resistance", "kind": "armed_group", "aliases": "IRI"},
    {"slug": "us", "name": "United States", "kind": "state", "aliases": "US"},
    {"slug": "one", "name": "One", "aliases": "Shared"},
    {"slug": "two", "name": "Two", "aliases": "Shared"},
]
BEFORE = {"publishers": GROUPS, "bases": [{}]}


@pytest.fixture
def files(tmp_path):
    """A folder with these files, and with organisations and a base unless they are given."""

    def files(folder="files", **rows):
        return write_files(tmp_path / folder, **BEFORE | rows)

    return files


@pytest.fixture
def only(tmp_path):
    """One file alone."""

    def only(folder="only", **rows):
        return write_files(tmp_path / folder, **rows)

    return only


@pytest.fixture
def events():
    """Three events that differ in every column that is kept."""
    with revision("made by a test"):
        return three_events()
