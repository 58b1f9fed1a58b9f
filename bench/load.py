"""Asking: many at once by wrk, whole files by curl, single answers by Python."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 4
WARMING = 12  # clients at once, more than one worker has threads for
BLOCK = 65_536  # bytes
HEADING = 1  # line over the rows of a file
LONGEST = 64  # seconds that even the slowest is asked for
TIMINGS = "%{http_code} %{time_starttransfer} %{time_total}"


class Load:
    """Loads on servers; no two of them ask under the same host name."""

    def __init__(self, scratch: Path, seconds: int) -> None:
        self.scratch, self.seconds = scratch, seconds
        self._asked = 0
        self._warmed: set[tuple[str, str]] = set()

    def rate(self, server: str, addresses: Sequence[str], held: str = "") -> float:
        """Answers a second. `held` is an ETag that the client sends, or "again"."""
        self._warm(server, addresses[0])
        file = self.scratch / "addresses"
        file.write_text("\n".join(addresses))
        seconds, answered = self.seconds, 0
        while not answered and seconds <= LONGEST:
            answered, microseconds = self._wrk(server, file, seconds, held)
            seconds *= 4
        self._asked += answered + CONNECTIONS
        return answered / microseconds * 1e6

    def _warm(self, server: str, address: str) -> None:
        """Before an address is first timed every worker has answered it: what is only loaded or
        compiled once is no part of its cost."""
        if (server, address) not in self._warmed:
            self._warmed.add((server, address))
            url = server + address.replace("{n}", "warm")
            with ThreadPoolExecutor(WARMING) as clients:
                list(clients.map(etag, [url] * WARMING))

    def _wrk(self, server: str, file: Path, seconds: int, held: str) -> tuple[int, int]:
        command = ["wrk", "--threads", "1", "--connections", f"{CONNECTIONS}", "--timeout", "60s"]
        command += ["--duration", f"{seconds}s", "--script", f"{SCRIPT}", server]
        arguments = ["--", f"{file}", f"{self._asked}", *([held] if held else [])]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
        result = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
        answered, microseconds, failed = map(int, result.split()[1:])
        if failed:
            raise SystemExit(f"{failed} answers of {server} failed:\n{done.stdout}")
        return answered, microseconds


@dataclass(frozen=True)
class Taken:
    """A whole answer as curl read it."""

    first_byte: float
    seconds: float


def take(url: str, target: str = "/dev/null") -> Taken:
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--output", target, "--write-out", TIMINGS, url],
        capture_output=True,
        text=True,
        check=True,
    )
    status, first_byte, seconds = done.stdout.split()
    if status != "200":
        raise SystemExit(f"{url} answered {status}.")
    return Taken(float(first_byte), float(seconds))


def lines_a_second(url: str, seconds: float) -> float:
    """Of a long answer, from its first row on, of as much as comes in so many seconds.

    What sorts everything before the first row would otherwise be measured by its wait alone.
    """
    lines, begun, spent = 0, 0, 0.0
    asked = start = time.perf_counter()
    with subprocess.Popen(["curl", "--silent", "--no-buffer", url], stdout=subprocess.PIPE) as curl:
        assert curl.stdout
        while spent < seconds and (chunk := os.read(curl.stdout.fileno(), BLOCK)):
            now = time.perf_counter()
            lines += chunk.count(b"\n")
            if not begun and lines > HEADING:
                begun, start = lines, now
            spent = now - start if begun else 0.0
        curl.terminate()
    if lines == begun:  # all of it at once
        return lines / (time.perf_counter() - asked)
    return (lines - begun) / spent


def first_lines(url: str, number: int) -> list[bytes]:
    with urllib.request.urlopen(url) as answer:
        return [answer.readline() for _ in range(number)]


def answer(url: str) -> Any:
    with urllib.request.urlopen(url) as response:
        return json.load(response)


def etag(url: str) -> str:
    """That of the answer; empty where it has none."""
    with urllib.request.urlopen(url) as response:
        return response.headers.get("ETag", "")
