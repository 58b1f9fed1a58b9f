"""The site under test: the product as `make run` starts it, with the data that ships with it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60  # seconds until it has to answer
EDITOR, PASSWORD = "editor", "of a throw-away site"


@contextlib.contextmanager
def running(folder):
    """Its address on this machine, for as long as it runs on a database in `folder`."""
    port = _free_port()
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder}/e2e.sqlite3",
        "PORT": f"{port}",
        "WEB_CONCURRENCY": "2",
        "PRODUCTION": "",
        "DEBUG": "",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    new_editor = ["createsuperuser", "--noinput", "--username", EDITOR, "--email", "e@example.org"]
    for command in (["migrate", "--verbosity", "0"], ["import_data", "data"], new_editor):
        _manage(command, environment)
    log = folder / "server.log"
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(server, address, log)
        yield address
    finally:
        server.terminate()
        server.wait()


def _manage(command, environment):
    subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _wait_for(server, address, log):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"The site did not start:\n{log.read_text()}")
        with contextlib.suppress(urllib.error.URLError):
            urllib.request.urlopen(f"{address}/robots.txt").close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"The site did not answer in {PATIENCE} seconds:\n{log.read_text()}")
