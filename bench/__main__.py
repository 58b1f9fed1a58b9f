"""Measure everything: python -m bench [--incidents 1000000] [--quick] [--json FILE]."""

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import data, exports, imports, reads, report, servers
from bench.databases import SERVER, Database, started
from bench.load import CONNECTIONS
from bench.run import FULL, SMALL, Run

TOOLS = ["wrk", "curl", "psql", "sqlite3"]
PACKAGES = ["django", "djangorestframework", "gunicorn", "psycopg", "datasette"]
MORE = 10  # the part of the incidents that are imported on top of them


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--incidents", type=int, default=1_000_000)
    parser.add_argument("--databases", nargs="+", default=["postgresql", "sqlite"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--import-rounds", type=int, help="As many as rounds unless given.")
    parser.add_argument("--seconds", type=int, default=4, help="Of each load.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="Where to write all that was measured.")
    parser.add_argument("--quick", action="store_true", help="One short round: does it run?")
    chosen = parser.parse_args()
    usual = vars(parser.parse_args([]))
    chosen.asked = {
        name: value
        for name, value in vars(chosen).items()
        if name in ("rounds", "import_rounds", "seconds", "seed") and value != usual[name]
    }
    if chosen.quick:
        chosen.rounds = chosen.seconds = 1
    chosen.import_rounds = chosen.import_rounds or chosen.rounds
    return chosen


def refuse_without_tools() -> None:
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        raise SystemExit(
            f"The benchmark needs {', '.join(missing)}. On Debian bench/install_tools.sh installs "
            "all that it needs."
        )


def measure(database: Database, folder: Path, scratch: Path, chosen: argparse.Namespace) -> Run:
    run = Run(
        database,
        scratch,
        incidents=chosen.incidents,
        rounds=chosen.rounds,
        import_rounds=chosen.import_rounds,
        seconds=chosen.seconds,
        seed=chosen.seed,
    )
    imports.measure(run, folder)
    imports.smaller(run)
    with (
        servers.product(database, FULL, run.log) as full,
        servers.product(database, SMALL, run.log) as small,
        servers.datasette(exports.flat_file(run, full), run.log) as flat,
    ):
        reads.measure(run, full, small, flat)
        exports.measure(run, full, flat)
    run.take_over(FULL, "bench.rules", run.rounds)
    more = scratch / "more"
    data.generate_more(more, run.incidents // MORE, seed=run.seed)
    run.take_over(FULL, "bench.upkeep", more, run.rounds)
    return run


def document(chosen: argparse.Namespace, runs: dict[str, Run]) -> report.Document:
    return {
        "command": command(chosen),
        "day": f"{datetime.date.today()}",
        "settings": {
            name: getattr(chosen, name)
            for name in ("incidents", "rounds", "import_rounds", "seconds", "seed", "quick")
        }
        | {
            "connections": CONNECTIONS,
            "workers": servers.WORKERS,
            "postgresql": ", ".join(f"{name}={value}" for name, value in SERVER.items() if value),
        },
        "machine": machine(),
        "versions": versions() | {"revision": revision()},
        "databases": {
            name: {"measures": run.measures, "equal": run.checks} for name, run in runs.items()
        },
    }


def command(chosen: argparse.Namespace) -> str:
    """What to run for the same again; not where its results went."""
    options = [f"--{name.replace('_', '-')} {value}" for name, value in chosen.asked.items()]
    arguments = f' ARGS="{" ".join(options)}"' if options else ""
    return f"make bench INCIDENTS={chosen.incidents}{arguments}"


def machine() -> dict[str, object]:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": names[0] if names else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**30),
        "system": platform.system(),
    }


def versions() -> dict[str, str]:
    return {"Python": platform.python_version()} | {
        name: importlib.metadata.version(name) for name in PACKAGES
    }


def revision() -> str:
    """Which code was measured."""
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=servers.ROOT, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def main() -> int:
    # A TERM must stop the servers too, as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    chosen = arguments()
    refuse_without_tools()
    runs: dict[str, Run] = {}
    with tempfile.TemporaryDirectory(prefix="basewatch-bench-") as folder:
        scratch = Path(folder)
        scratch.chmod(0o755)  # the database's server runs as somebody else
        data.generate(scratch / "data", chosen.incidents, seed=chosen.seed)
        for kind in chosen.databases:
            with started(kind, scratch) as database:
                version = database.version
                runs[version] = measure(database, scratch / "data", scratch, chosen)
            print(f"\n{report.screen(version, runs[version].measures)}\n", flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps(document(chosen, runs), indent=1), encoding="utf-8")
    wrong = {what for run in runs.values() for what, same in run.checks.items() if not same}
    print(f"Contents that differ: {', '.join(sorted(wrong)) or 'none'}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
