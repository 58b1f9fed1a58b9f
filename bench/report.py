"""Results as a table on the screen, in docs/performance.md, and as its chart.

    python -m bench.report RESULTS.json ...

writes the tables and figures between the markers of docs/performance.md, and docs/performance.svg.
Each database may have been measured by a run of its own.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.chart import TITLE, chart
from bench.databases import Postgres
from bench.goals import HEADINGS, columns, results

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, CHART = "performance.md", "performance.svg"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"

Document = dict[str, Any]


def screen(name: str, measures: dict[str, list[float]]) -> str:
    """The table of one database."""
    return "\n".join([name, *columns([HEADINGS, *(one.cells for one in results(measures))])])


def page(documents: Sequence[Document]) -> str:
    """What stands between the markers."""
    parts = [f"![{TITLE}]({CHART})"]
    for document in documents:
        parts.append(_circumstances(document))
        for name, database in document["databases"].items():
            lines = ["| " + " | ".join(HEADINGS) + " |", "|" + " --- |" * len(HEADINGS)]
            lines += [f"| {' | '.join(one.cells)} |" for one in results(database["measures"])]
            parts += [f"### {name}", "\n".join(lines), _medians(database["measures"])]
    return "\n\n".join(parts)


def _circumstances(document: Document) -> str:
    machine = document["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in document["versions"].items())
    settings = document["settings"]
    said = (
        f"`{document['command']}`, on {document['day']}: {settings['incidents']:,} incidents, seed "
        f"{settings['seed']}; medians of {settings['rounds']} rounds ({settings['import_rounds']} "
        f"of imports), {settings['seconds']} seconds for each load. {machine['processor']}, "
        f"{machine['cores']} cores, {machine['memory_gb']} GB. {versions}."
    )
    if any(name.startswith(Postgres.name) for name in document["databases"]):
        said += f" PostgreSQL with {settings['postgresql']}."
    return said


def _medians(measures: dict[str, list[float]]) -> str:
    rows = [f"| {name} | {_number(median(values))} |" for name, values in measures.items()]
    heading = ["| measured, median | |", "| --- | ---: |"]
    summary = "<summary>The medians (answers or rows a second; P7 in MB, P8 in ms, P12 in seconds)"
    table = "\n".join([*heading, *rows])
    return f"<details>{summary}</summary>\n\n{table}\n\n</details>"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def placed(text: str, results: str) -> str:
    """The text of the page with these results between its markers."""
    before, found, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise SystemExit(f"{PAGE} has no place for results: put {BEGIN} and {END} into it.")
    return f"{before}{BEGIN}\n\n{results}\n\n{END}{after}"


def write(*documents: Document, docs: Path = DOCS) -> None:
    target = docs / PAGE
    text = placed(target.read_text(encoding="utf-8"), page(documents))
    target.write_text(text, encoding="utf-8")
    (docs / CHART).write_text(chart(documents), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    write(*(json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:]))
