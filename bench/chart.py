"""One chart of all results: how far each is from its goal, on a scale of powers of ten."""

import math
from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from bench.goals import Result, results

TITLE = "How far each answer is from its goal"
WIDTH, LINE, TOP = 860, 20, 54
LABELS, BARS = 330, 400  # widths; what is left holds the values
LEAST, MOST = 0.01, 100.0  # times the goal
COLOURS = {"pass": "#2e7d5b", "short": "#c2571a"}
# Read in the light and in the dark: the text takes a colour that stands out on both.
STYLE = "text{font:12px system-ui,sans-serif;fill:#6b7280}.title{font-weight:600}"


def chart(documents: Sequence[dict[str, Any]]) -> str:
    lines, y = [], TOP
    for name, number, database in _databases(documents):
        lines.append(_text(0, y, f"{name}, {number:,} incidents", "title"))
        y += LINE
        for one in results(database["measures"]):
            if one.verdict in COLOURS:
                lines += _bar(one, y)
                y += LINE
        y += LINE // 2
    goal = _x(1)
    lines.append(
        f'<line x1="{goal:.0f}" x2="{goal:.0f}" y1="{TOP - 14}" y2="{y - LINE}" '
        'stroke="#6b7280" stroke-dasharray="3 3"/>'
    )
    return "\n".join([*_head(y), *lines, "</svg>\n"])


def _databases(documents: Sequence[dict[str, Any]]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for document in documents:
        for name, database in document["databases"].items():
            yield name, document["settings"]["incidents"], database


def _head(height: int) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'aria-labelledby="title desc">',
        f'<title id="title">{TITLE}</title>',
        '<desc id="desc">One bar for each goal, on a scale of powers of ten. A bar that reaches '
        "the dashed line meets its goal; docs/performance.md has the same as a table.</desc>",
        f"<style>{STYLE}</style>",
        _text(0, 16, TITLE, "title"),
        _text(_x(1), 34, "goal", anchor="middle"),
    ]


def _bar(one: Result, y: int) -> list[str]:
    goal, times = one.goal, _times(one)
    width = max(_x(times) - LABELS, 2)
    row, _, _, value, *_ = one.cells
    return [
        _text(LABELS - 8, y, f"{row}, {goal.against}", anchor="end"),
        f'<rect x="{LABELS}" y="{y - 11}" width="{width:.0f}" height="14" rx="2" '
        f'fill="{COLOURS[one.verdict]}"/>',
        _text(LABELS + BARS + 8, y, f"{value} {one.verdict}"),
    ]


def _times(one: Result) -> float:
    """How many times as good as the goal; of a limit, how many times below it."""
    value, goal = one.value, one.goal
    if value is None:
        return LEAST
    if goal.least is not None:
        return value / goal.least
    return (goal.most or 0) / value if value > 0 else MOST


def _x(times: float) -> float:
    inside = min(max(times, LEAST), MOST)
    share = math.log10(inside / LEAST) / math.log10(MOST / LEAST)
    return LABELS + share * BARS


def _text(x: float, y: int, text: str, kind: str = "", anchor: str = "start") -> str:
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.0f}" y="{y}"{of_kind} text-anchor="{anchor}">{escape(text)}</text>'
