"""P6 to P8: the CSV of all incidents, its first byte, and what it takes of memory."""

import csv
import sqlite3
import subprocess
import time
from contextlib import closing
from itertools import islice
from pathlib import Path

from bench.load import first_lines, lines_a_second, take
from bench.reads import published
from bench.run import FULL, Run, sql
from bench.servers import EMPTY, Server

EXPORT, PLAIN_EXPORT = "/api/v1/incidents/?format=csv", "/bench/incidents.csv"
FLAT_EXPORT = "/flat/incidents.csv?_stream=on&_size=max"
FEW = 10_000  # rows of the smaller export
COMPARED = 2_000  # rows that are compared cell by cell
LOOKED_FOR = 5  # seconds in which a COPY of the product's shows
SAMPLE = 4  # times the seconds of a load that a slow stream is read for


def product_select(run: Run, server: Server) -> str:
    """The statement whose rows the database's own client writes, to compare.

    The product's own, where it lets the database write the file: the same columns in the same
    order. Else the columns as they are stored, ordered.
    """
    own = _own_copy(run, server) if run.database.writes_files else ""
    return own or stored_columns()


def stored_columns() -> str:
    return sql("incidents_csv")


def _own_copy(run: Run, server: Server) -> str:
    """The COPY that the server sees while a slow reader takes the export; empty if none."""
    command = ["curl", "--silent", "--limit-rate", "10k", f"{server.address}{EXPORT}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as reader:
        until = time.monotonic() + LOOKED_FOR
        seen = run.database.copies(FULL)
        while not seen and time.monotonic() < until and reader.poll() is None:
            time.sleep(0.05)
            seen = run.database.copies(FULL)
        reader.terminate()
    return seen[0] if seen else ""


def flat_file(run: Run, server: Server) -> Path:
    """The product's CSV as one table of an SQLite file, as Datasette would be given it."""
    source, target = run.scratch / "export.csv", run.scratch / "flat.db"
    take(f"{server.address}{EXPORT}", str(source))
    _check_rows(run, server, source)
    target.unlink(missing_ok=True)
    with source.open(encoding="utf-8", newline="") as file, closing(sqlite3.connect(target)) as db:
        rows = csv.reader(file)
        names = next(rows)
        db.execute(f"CREATE TABLE incidents ({', '.join(names)})")
        db.executemany(f"INSERT INTO incidents VALUES ({', '.join('?' * len(names))})", rows)
        db.execute("CREATE INDEX by_base ON incidents (base_slug, event_date_end)")
        db.execute("CREATE INDEX by_day ON incidents (event_date_end)")
        db.commit()
    return target


def _check_rows(run: Run, server: Server, file: Path) -> None:
    with file.open("rb") as lines:
        run.equal("P6 rows of the CSV", sum(1 for _ in lines) - 1, published(run))
    with file.open(encoding="utf-8", newline="") as text:
        ours = list(islice(csv.DictReader(text), COMPARED))
    plain = first_lines(f"{server.address}{PLAIN_EXPORT}", COMPARED + 1)
    theirs = csv.DictReader(line.decode() for line in plain if line)
    run.equal("P6 rows as made from objects", ours, list(theirs))
    _check_dump(run, product_select(run, server), ours)
    _check_dump(run, stored_columns(), ours)


def _check_dump(run: Run, statement: str, ours: list[dict[str, str]]) -> None:
    """Hold the cells of the columns that both have against each other; a COPY has all, unnamed."""
    dumped = run.scratch / "dump.csv"
    run.database.dump_seconds(FULL, statement, dumped)
    names = list(ours[0]) if statement.startswith("COPY") else None
    with dumped.open(encoding="utf-8", newline="") as text:
        theirs = list(islice(csv.DictReader(text, names), COMPARED))
    same = sorted(theirs[0].keys() & ours[0].keys())
    run.equal(
        "P6 rows as the database's client writes them",
        *([[row[name] for name in same] for row in rows] for rows in (ours, theirs)),
    )


def measure(run: Run, full: Server, flat: Server) -> None:
    rows, seconds = published(run), run.seconds * SAMPLE
    statement = product_select(run, full)
    few = f"{EXPORT}&since={_day_of_few(run, rows)}"
    take(f"{full.address}{few}")  # whatever is only loaded once is not growth

    def product() -> float:
        taken = take(f"{full.address}{EXPORT}")
        run.note("P8 product", taken.first_byte * 1_000)
        return rows / taken.seconds

    run.in_turn(
        "exports",
        [
            ("P8 floor", lambda: take(f"{full.address}{EMPTY}").first_byte * 1_000),
            ("P6 product", product),
            ("P6 copy", lambda: rows / run.database.dump_seconds(FULL, statement)),
            ("P6 stored", lambda: rows / run.database.dump_seconds(FULL, stored_columns())),
            ("P6 naive", lambda: lines_a_second(f"{full.address}{PLAIN_EXPORT}", seconds)),
            ("P6 datasette", lambda: lines_a_second(f"{flat.address}{FLAT_EXPORT}", seconds)),
            ("P7 few", lambda: _growth(full, few)),
            ("P7 all", lambda: _growth(full, EXPORT)),
        ],
    )


def _day_of_few(run: Run, rows: int) -> str:
    """Since when there are about as many incidents as the smaller export has."""
    return run.database.rows(
        FULL,
        "SELECT earliest FROM attacks_incident WHERE status = 'published' "
        f"ORDER BY earliest DESC, id DESC LIMIT 1 OFFSET {min(FEW, rows // 2)}",
    )[0][0]


def _growth(server: Server, address: str) -> float:
    """By how many MB a worker is larger at its largest, while it answers, than before."""
    workers = server.workers()
    for pid in workers:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak begins anew
    before = [_memory(pid, "VmRSS") for pid in workers]
    take(f"{server.address}{address}")
    peaks = [_memory(pid, "VmHWM") for pid in workers]
    return max(peak - size for peak, size in zip(peaks, before, strict=True))


def _memory(pid: int, name: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    line = next(line for line in status if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024
