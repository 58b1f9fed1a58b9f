"""The servers that are asked, each a process of ours on a free port of this machine."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.databases import Database

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
PATIENCE = 120  # seconds until a server has to answer
EMPTY = "/bench/empty/"
SETTINGS = "bench.settings"


@dataclass(frozen=True)
class Server:
    port: int
    process: subprocess.Popen = field(repr=False)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[int]:
        """The ids of its worker processes."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]


def environment(database: Database, name: str) -> dict[str, str]:
    """For a process of the product on that database."""
    return os.environ | {
        "DATABASE_URL": database.url(name),
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "WEB_CONCURRENCY": str(WORKERS),
        "PRODUCTION": "",
        "DEBUG": "",
    }


@contextlib.contextmanager
def product(database: Database, name: str, log: Path) -> Iterator[Server]:
    """The product as it is deployed, by its own gunicorn configuration, with the plain versions."""
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    port = free_port()
    with _run(command, port, EMPTY, log, environment(database, name) | {"PORT": f"{port}"}) as one:
        yield one


@contextlib.contextmanager
def datasette(file: Path, log: Path) -> Iterator[Server]:
    """Datasette on a file that does not change, without its limits on time and size."""
    settings = {
        "sql_time_limit_ms": "600000",
        "facet_time_limit_ms": "600000",
        "max_csv_mb": "0",
        "suggest_facets": "off",
        "default_cache_ttl": "0",
    }
    chosen = [word for pair in settings.items() for word in ("--setting", *pair)]
    port = free_port()
    command = [sys.executable, "-m", "datasette", "serve", "-i", str(file), "--port", f"{port}"]
    with _run([*command, *chosen], port, "/-/versions.json", log, dict(os.environ)) as one:
        yield one


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def _run(
    command: list[str], port: int, probe: str, log: Path, environ: dict[str, str]
) -> Iterator[Server]:
    with log.open("a") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        server = Server(port, process)
        _wait_for(server, probe, log)
        yield server
    finally:
        process.terminate()
        process.wait()


def _wait_for(server: Server, probe: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.process.poll() is not None:
            raise SystemExit(f"A server did not start:\n{log.read_text()}")
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{server.address}{probe}").close()
            return
        time.sleep(0.1)
    raise SystemExit(f"A server did not answer in {PATIENCE} seconds:\n{log.read_text()}")
