"""One run on one database: what was measured in each round, and what was held equal."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

from bench.databases import Database
from bench.servers import ROOT, environment

T = TypeVar("T")
FULL, SMALL, SAMPLE, TEMPLATE = "bench_full", "bench_small", "bench_sample", "bench_template"


@dataclass
class Run:
    database: Database
    scratch: Path
    incidents: int
    rounds: int
    import_rounds: int
    seconds: int
    seed: int
    measures: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    checks: dict[str, bool] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.scratch / "servers.log"

    def note(self, name: str, value: float) -> None:
        self.measures[name].append(value)

    def equal(self, what: str, ours: Any, theirs: Any) -> None:
        """Hold two contents against each other; a difference is told at once and fails the run."""
        same = ours == theirs
        self.checks[what] = self.checks.get(what, True) and same
        if not same:
            print(f"{self.database.name}: {what}: not equal:", file=sys.stderr)
            for name, content in (("ours", ours), ("theirs", theirs)):
                print(f"  {name}: {content!r:.2000}", file=sys.stderr)

    def in_turn(self, name: str, targets: Sequence[tuple[str, Callable[[], float]]]) -> None:
        """Measure each target once in every round, so that drift hits all alike."""
        for target, measure in self.bar(name, list(targets) * self.rounds):
            self.note(target, measure())

    def bar(self, name: str, steps: Sequence[T]) -> Iterable[T]:
        """The steps, with a bar of how far they are on a screen."""
        print(f"{self.database.name}: {name}", file=sys.stderr, flush=True)
        return tqdm(steps, leave=False, disable=not sys.stderr.isatty())

    def python(self, name: str, *arguments: object) -> str:
        """What a process of the product on the database of that name prints."""
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=ROOT,
            env=environment(self.database, name),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout

    def take_over(self, name: str, module: str, *arguments: object) -> None:
        """The measures and checks of a part that runs inside a process of the product."""
        found = json.loads(self.python(name, "-m", module, *arguments))
        for measure, values in found["measures"].items():
            self.measures[measure] += values
        for what, ours, theirs in found["contents"]:
            self.equal(what, ours, theirs)


def sql(name: str, **values: object) -> str:
    """A statement of bench/sql with these values in it."""
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text().format(**values)
