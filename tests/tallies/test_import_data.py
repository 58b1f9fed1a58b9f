import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from attacks.models import Incident
from bases.models import MilitaryBase
from sources.models import Revision
from tallies.imports import import_files
from tests.importing import (
    WHOLE,
    command,
    dump,
    write_files,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def whole(tmp_path):
    """A folder with one row in each file."""
    return write_files(tmp_path / "whole", **WHOLE)


def test_import_prints_the_plan_and_the_revision(whole):
    out = command(whole)

    assert "military bases: 1 new" in out
    assert "published tallies: 1 new" in out
    assert "claimant: A group" in out
    assert "Written as revision 1." in out
    made = Revision.objects.get()
    assert (made.number, made.who, made.origin) == (1, None, "import")
    assert "bases.csv" in made.reason


def test_reason_is_kept_with_the_revision(whole):
    command(whole, reason="Second check of all dates")

    assert Revision.objects.get().reason == "Second check of all dates"


def test_second_import_changes_nothing(whole):
    command(whole)
    before = dump()

    assert "everything is here already" in command(whole)
    assert dump() == before


def test_dry_run_prints_the_plan_and_writes_nothing(whole):
    before = dump()

    out = command(whole, "--dry-run")

    assert "incidents: 1 new" in out
    assert "nothing was written" in out
    assert dump() == before


def test_dry_run_of_a_refused_file_fails_too(tmp_path):
    folder = write_files(tmp_path, bases=[{"kind": "castle"}])

    with pytest.raises(CommandError, match="1 refused"):
        command(folder, "--dry-run")


def test_if_empty_imports_into_an_empty_database(whole):
    command(whole, "--if-empty")

    assert Incident.objects.count() == 1


def test_if_empty_leaves_records_alone(whole, tmp_path):
    command(whole)
    before = dump()

    out = command(write_files(tmp_path / "more", bases=[{"slug": "more"}]), "--if-empty")

    assert "nothing imported" in out
    assert dump() == before


def test_refusal_prints_file_row_column_and_reason(tmp_path):
    folder = write_files(tmp_path, bases=[{}, {"slug": "second", "country_iso2": "Syria"}])
    out = StringIO()

    with pytest.raises(CommandError, match="1 refused. Nothing was written."):
        call_command("import_data", str(folder), stdout=out)

    assert "bases.csv, row 3, column country_iso2: 'Syria' is not" in out.getvalue()
    assert not MilitaryBase.objects.exists()


def test_long_lists_are_cut_on_the_screen(tmp_path):
    names = [{"slug": f"base-{number}", "kind": "castle"} for number in range(250)]

    out = StringIO()
    with pytest.raises(CommandError, match="250 refused"):
        call_command("import_data", str(write_files(tmp_path, bases=names)), stdout=out)

    assert "... and 50 more" in out.getvalue()


def test_path_is_required():
    with pytest.raises(CommandError, match="PATH"):
        call_command("import_data")


def test_progress_hears_of_the_rows(whole):
    totals, steps = [], []

    def progress(rows):
        totals.append(rows)
        return lambda: steps.append(1)

    import_files([whole], progress=progress)

    assert totals == [9]
    assert len(steps) >= 9


def test_command_never_asks_and_tells_by_its_exit_code(tmp_path):
    """As a shell runs it: no terminal, standard input closed, a database of its own."""
    files = write_files(tmp_path / "files", **WHOLE)
    bad = write_files(tmp_path / "bad", bases=[{"slug": "x", "kind": "castle"}])
    environment = {
        "PATH": "/usr/bin:/bin",
        "DATABASE_URL": f"sqlite:///{tmp_path}/own.sqlite3",
        "SECRET_KEY": "for this test only",
    }

    def manage(*arguments):
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert manage("migrate", "--noinput").returncode == 0
    first, second, refused = (manage("import_data", path) for path in (files, files, bad))

    assert (first.returncode, first.stderr) == (0, "")
    assert (second.returncode, second.stderr) == (0, "")
    assert "everything is here already" in second.stdout
    assert refused.returncode == 1
    assert "row 2, column kind" in refused.stdout
    assert "1 refused" in refused.stderr
