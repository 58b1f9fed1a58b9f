"""A PostgreSQL and an SQLite to measure on, with what each does fastest by itself."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.postgres import THROW_AWAY, throw_away_server

# What a server of two cores has; nothing waits for the disk (fsync is off), so that what is
# measured is work and not this disk.
SERVER = THROW_AWAY | {
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "track_activity_query_size": "256kB",  # the whole of a statement is seen
}
# Of the client that the product's export is held against: what such a statement runs best with.
CLIENT = {"PGOPTIONS": "-c work_mem=64MB -c jit=off"}
# What an import fills: the facts, each with its history.
FILLED = [
    *("sources_report", "sources_historicalreport"),
    *("attacks_incident", "attacks_historicalincident"),
    *("attacks_incidentkey", "attacks_historicalincidentkey"),
    *("attacks_citation", "attacks_historicalcitation"),
    *("attacks_claim", "attacks_historicalclaim"),
]
NOWHERE = "/dev/null"
IN_MEMORY = 50_000  # rows


class Postgres:
    name = "PostgreSQL"
    writes_files = True  # by a statement, COPY

    def __init__(self, address: str, scratch: Path) -> None:
        self.host = address.partition("host=")[2]
        self.scratch = scratch

    def url(self, name: str) -> str:
        return f"postgres://postgres@/{name}?host={self.host}"

    @property
    def version(self) -> str:
        return f"PostgreSQL {self.rows('postgres', 'SHOW server_version')[0][0]}"

    def connect(self, name: str) -> Any:
        address = f"host={self.host} user=postgres dbname={name}"
        return psycopg.connect(address, autocommit=True)

    def create(self, name: str, template: str = "template0") -> None:
        with self.connect("postgres") as connection:
            names = [sql.Identifier(one) for one in (name, template)]
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(names[0]))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))

    def settle(self, name: str) -> None:
        """What the server does by itself some minutes after an import."""
        with self.connect(name) as connection:
            connection.execute("VACUUM ANALYZE")

    def rows(self, name: str, query: str) -> list[tuple]:
        with self.connect(name) as connection:
            return connection.execute(query).fetchall()

    def copies(self, name: str) -> list[str]:
        """The COPY statements that others have sent and still read."""
        query = (
            f"SELECT query FROM pg_stat_activity WHERE datname = '{name}' AND "
            "query ILIKE 'COPY%TO STDOUT%' AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return [statement for (statement,) in self.rows(name, query)]

    def dump_seconds(self, name: str, statement: str, target: Path | str = NOWHERE) -> float:
        """How long psql takes to write the rows of a select, or of a COPY, to a file."""
        if not statement.startswith("COPY"):
            statement = f"COPY ({statement}) TO STDOUT WITH (FORMAT csv, HEADER)"
        with open(target, "wb") as file:
            return self._psql(name, text=statement, output=file)

    def load_seconds(self, name: str) -> float:
        """How long COPY takes to put the rows of an import into clones of its tables."""
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        self._psql(name, *(f"\\copy {table} to '{folder / table}'" for table in FILLED))
        seconds = self._load_clones(name, folder)
        shutil.rmtree(folder)
        return seconds

    def _load_clones(self, name: str, folder: Path) -> float:
        with self.connect(name) as connection:
            connection.execute("CREATE SCHEMA clones")
            for table in FILLED:
                connection.execute(f"CREATE TABLE clones.{table} (LIKE {table} INCLUDING ALL)")
        copies = [f"\\copy clones.{table} from '{folder / table}'" for table in FILLED]
        seconds = self._psql(name, *copies)
        with self.connect(name) as connection:
            connection.execute("DROP SCHEMA clones CASCADE")
        return seconds

    def _psql(
        self, name: str, *commands: str, text: str | None = None, output: Any = None
    ) -> float:
        """How long these commands take, or a statement that may be longer than an argument."""
        named = [word for command in commands for word in ("--command", command)]
        start = time.perf_counter()
        subprocess.run(
            ["psql", "--no-psqlrc", "--quiet", "--host", self.host, "--username", "postgres"]
            + ["--set", "ON_ERROR_STOP=1", "--dbname", name, *named],
            check=True,
            input=text,
            text=True,
            stdout=output,
            env=os.environ | CLIENT,
        )
        return time.perf_counter() - start


class Sqlite:
    name = "SQLite"
    writes_files = False
    version = f"SQLite {sqlite3.sqlite_version}"

    def __init__(self, scratch: Path) -> None:
        self.folder = scratch

    def file(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite3"

    def url(self, name: str) -> str:
        return f"sqlite:///{self.file(name)}"

    def create(self, name: str, template: str = "") -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.file(name)}{suffix}").unlink(missing_ok=True)
        if template:
            shutil.copy(self.file(template), self.file(name))

    def settle(self, name: str) -> None:
        """The write-ahead log goes into the file, as it does when the last reader leaves."""
        self.rows(name, "PRAGMA wal_checkpoint(TRUNCATE)")

    def rows(self, name: str, query: str) -> list[tuple]:
        with contextlib.closing(sqlite3.connect(self.file(name))) as connection:
            return connection.execute(query).fetchall()

    def copies(self, name: str) -> list[str]:
        return []

    def dump_seconds(self, name: str, select: str, target: Path | str = NOWHERE) -> float:
        start = time.perf_counter()
        with open(target, "wb") as file:
            command = ["sqlite3", "-readonly", "-csv", "-header", str(self.file(name)), select]
            subprocess.run(command, check=True, stdout=file)
        return time.perf_counter() - start

    def load_seconds(self, name: str) -> float:
        """How long it takes to put the rows of an import into clones of its tables, in one
        transaction: rows that are in memory already, a statement for each table."""
        self.create("clones")
        source = sqlite3.connect(self.file(name))
        clones = sqlite3.connect(self.file("clones"))
        with contextlib.closing(source), contextlib.closing(clones):
            clones.execute("PRAGMA journal_mode=WAL")
            for table in FILLED:
                find = (
                    "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL "
                    "AND type IN ('table', 'index')"
                )
                for (statement,) in source.execute(find, [table]).fetchall():
                    clones.execute(statement)
            seconds = sum(_put(source, clones, table) for table in FILLED)
            start = time.perf_counter()
            clones.commit()
            seconds += time.perf_counter() - start
        self.create("clones")
        return seconds


def _put(source: Any, clones: Any, table: str) -> float:
    rows, seconds = source.execute(f"SELECT * FROM {table}"), 0.0
    places = ", ".join("?" * len(rows.description))
    while some := rows.fetchmany(IN_MEMORY):
        start = time.perf_counter()
        clones.executemany(f"INSERT INTO {table} VALUES ({places})", some)
        seconds += time.perf_counter() - start
    return seconds


Database = Postgres | Sqlite


@contextlib.contextmanager
def started(kind: str, scratch: Path) -> Iterator[Database]:
    """The database of that name; gone at the end."""
    if kind == "sqlite":
        yield Sqlite(scratch)
        return
    with throw_away_server(SERVER) as (address, _):
        yield Postgres(address, scratch)
