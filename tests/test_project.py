"""What holds for the project as a whole."""

import ast
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from tallies.imports import FORMATS

APPS = ["charts", "sources", "bases", "attacks", "tallies", "pages"]  # each may use those before it
# Pages and endpoints are the roof and may look at any app.
ROOF = {"views.py", "api.py"}


def imported_apps(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module]
        yield from (name.split(".")[0] for name in names)


@pytest.mark.parametrize("app", APPS)
def test_models_and_rules_import_in_one_direction(app):
    later = set(APPS[APPS.index(app) + 1 :])
    modules = [
        path
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if path.name not in ROOF and "migrations" not in path.parts
    ]

    assert modules
    for path in modules:
        assert not later & set(imported_apps(path)), path


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_checks_are_clean():
    call_command("check", fail_level="WARNING")


def test_data_readme_names_every_column_of_every_file():
    page = (settings.BASE_DIR / "data" / "README.md").read_text(encoding="utf-8")

    for kind in FORMATS:
        row = next(line for line in page.splitlines() if line.startswith(f"| `{kind.name}`"))
        columns = row.rstrip(" |").rsplit("|", 1)[1].strip().split(", ")
        optional = [name.strip("*") for name in columns if name.startswith("*")]
        assert [name for name in columns if not name.startswith("*")] == list(kind.required)
        assert sorted(optional) == sorted(kind.optional)
