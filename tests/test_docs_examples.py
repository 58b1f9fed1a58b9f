"""Every example of docs/api.md is run as it stands, against a server with the shipped data."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from django.conf import settings

from tallies.imports import import_files

GUIDE = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```(sh|python|r)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
COMMANDS = {
    "sh": ["bash", "-euo", "pipefail"],
    "python": [sys.executable],
    "r": ["Rscript", "--vanilla"],
}


@pytest.fixture
def site(live_server):
    plan = import_files([settings.BASE_DIR / "data"])
    assert not plan.refusals
    return live_server.url


def test_there_are_examples_in_each_language():
    languages = [language for language, _ in EXAMPLES]

    assert len(languages) >= 15
    assert set(languages) == set(COMMANDS)
    # None escapes for want of its mark.
    assert GUIDE.count("```") == 2 * len(languages)


def tool_of(language):
    """The command that runs it; without it the examples are left out, but never in CI."""
    tool = COMMANDS[language][0]
    if not shutil.which(tool) and not os.environ.get("CI"):
        pytest.skip(f"{tool} is not installed: see tests/install_tools.sh")
    return COMMANDS[language]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", COMMANDS)
def test_examples_work(language, site, tmp_path):
    for code in [code for marked, code in EXAMPLES if marked == language]:
        script = tmp_path / f"example.{language}"
        script.write_text(code.replace("http://127.0.0.1:8000", site), encoding="utf-8")
        ran = subprocess.run(
            [*tool_of(language), str(script)],
            cwd=tmp_path,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ran.returncode == 0, f"{code}\n{ran.stdout}\n{ran.stderr}"
