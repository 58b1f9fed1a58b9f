"""A chart as a file of its own: a whole SVG with its letters, its colours and where it is from.

It is always light, for it will be printed or put on a page of somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.translation import get_language_bidi

from .chart import Chart, Key, Row
from .shapes import from_the_right, written

WIDTH = 720
MARGIN = 20
LETTER = 7  # pixels: about as wide as a letter of 13 px is
LINE = 20
NAMES = 210  # the column of names beside bars
NUMBERS = 95  # each of those of numbers

# The light colours of static/css/site.css; a test holds them to it.
COLOURS = {
    "paper": "#fcfbf8",
    "ink": "#1c1b19",
    "soft": "#5c5851",
    "line": "#d9d4c9",
    "certain": "#7a2322",
    "possible": "#c98f86",
    "published": "#1c1b19",
    "c1": "#5e1715",
    "c2": "#1d5f86",
    "c3": "#c0562f",
    "c4": "#5b9a8b",
    "c5": "#e0a83c",
    "c6": "#b9b2a4",
}
LINES = {5: COLOURS["soft"], 6: COLOURS["ink"]}  # where thin lines are darker than areas
DASHES = {2: "7 3", 3: "2 2", 4: "9 3 2 3", 5: "4 4", 6: "12 4"}


def style() -> str:
    """What site.css says of the classes of charts, in the light colours."""
    c = COLOURS
    rules = [
        "text{font-family:'Noto Sans','Noto Sans Arabic','DejaVu Sans',Arial,sans-serif;"
        f"font-size:12px;fill:{c['soft']};"
        f"stroke:{c['paper']};stroke-width:3px;paint-order:stroke}}",
        f".head{{font-size:17px;font-weight:600;fill:{c['ink']}}}",
        f".name{{font-size:13px;fill:{c['ink']}}}",
        f".rule{{stroke:{c['line']}}}.axis{{stroke:{c['soft']}}}",
        f".certain{{fill:{c['certain']}}}",
        f".possible,.unsure{{fill:{c['paper']};stroke:{c['certain']};stroke-dasharray:2 2}}",
        f".published{{fill:{c['published']};stroke:{c['published']}}}",
        f".range{{fill:{c['possible']};fill-opacity:.45}}",
        "g.published,.l1,.l2,.l3,.l4,.l5,.l6{stroke-width:2px}",
    ]
    for n in range(1, 7):
        dash = f";stroke-dasharray:{DASHES[n]}" if n in DASHES else ""
        fill, line = c[f"c{n}"], LINES.get(n, c[f"c{n}"])
        rules.append(f".s{n}{{fill:{fill}}}.l{n}{{fill:{line};stroke:{line}{dash}}}")
    rules.append(f".s6{{stroke:{c['soft']}}}.direct{{fill:{c['ink']}}}")
    rules += ["circle{stroke-dasharray:none}", ".band{stroke:none;fill-opacity:.35}"]
    return "".join(rules)


@dataclass
class _Sheet:
    """Where the next line goes, and what was drawn so far."""

    mirrored: bool
    y: int = MARGIN
    body: str = ""

    def text(self, words: object, kind: str, *, x: int = MARGIN, end: bool = False) -> None:
        anchor = "end" if end != self.mirrored else "start"
        at = WIDTH - x if self.mirrored else x
        where = f'x="{at}" y="{self.y}" text-anchor="{anchor}" class="{kind}"'
        text = escape(words)
        self.body += f"<text {where}>{from_the_right(text) if self.mirrored else text}</text>"

    def drawing(self, shapes: Iterable, *, x: int, w: int, y: int, h: int) -> None:
        at = WIDTH - x - w if self.mirrored else x
        inside = written(shapes, mirrored=self.mirrored)
        where = f'x="{at}" y="{y}" width="{w}" height="{h}" overflow="visible"'
        self.body += f"<svg {where}>{inside}</svg>"


def picture(chart: Chart, *, source: str, mirrored: bool | None = None) -> str:
    """The whole document; `source` says in one line where the numbers are from."""
    sheet = _Sheet(get_language_bidi() if mirrored is None else mirrored)
    for line in lines(str(chart.title), 70):
        sheet.y += LINE + 2
        sheet.text(line, "head")
    _legend(sheet, chart.legend)
    for panel in chart.panels:
        if panel.title:
            sheet.y += LINE
            sheet.text(panel.title, "name")
        sheet.y += 6
        sheet.drawing(panel.shapes, x=MARGIN, w=WIDTH - 2 * MARGIN, y=sheet.y, h=panel.height)
        sheet.y += panel.height
    if len(chart.columns) == 3 and chart.rows:
        sheet.y += LINE
        _numbers(sheet, chart.columns[1:], "source")
    for row in chart.rows:
        _row(sheet, row, chart.height)
    if chart.note:
        sheet.y += 8
    for line in lines(str(chart.note), 105) if chart.note else []:
        sheet.y += LINE
        sheet.text(line, "source")
    sheet.y += LINE + 8
    sheet.text(source, "source")
    return _document(sheet.body, sheet.y + MARGIN, chart)


def _document(body: str, height: int, chart: Chart) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img"><title>{escape(chart.title)}</title>'
        f"<desc>{escape(chart.desc)}</desc><style>{style()}</style>"
        f'<rect width="{WIDTH}" height="{height}" fill="{COLOURS["paper"]}"/>{body}</svg>'
    )


def _legend(sheet: _Sheet, keys: Sequence[Key]) -> None:
    """In as many lines as it takes."""
    x = WIDTH
    for key in keys:
        width = 24 + LETTER * len(str(key.label)) + 16
        if x + width > WIDTH - MARGIN:
            sheet.y += LINE
            x = MARGIN
        at = WIDTH - x - 12 if sheet.mirrored else x
        y = sheet.y - 4
        sheet.body += (
            f'<line x1="{at}" y1="{y}" x2="{at + 12}" y2="{y}" class="{key.kind}"/>'
            if key.is_line
            else f'<rect x="{at}" y="{y - 6}" width="12" height="12" class="{key.kind}"/>'
        )
        sheet.text(key.label, "name", x=x + 18)
        x += width


def _row(sheet: _Sheet, row: Row, height: int) -> None:
    sheet.y += 26
    name = lines(str(row.label.text), NAMES // LETTER)[0]
    sheet.text(name, "name")
    x = MARGIN + NAMES
    width = WIDTH - x - MARGIN - NUMBERS * len(row.cells)
    sheet.drawing(row.shapes, x=x, w=width, y=sheet.y - height + 4, h=height)
    _numbers(sheet, [cell.text for cell in row.cells], "name")


def _numbers(sheet: _Sheet, texts: Sequence[object], kind: str) -> None:
    """Columns of numbers, or their heads, the last at the end of the line."""
    for place, text in enumerate(reversed(texts)):
        sheet.text(text, kind, x=WIDTH - MARGIN - place * NUMBERS, end=True)


def lines(text: str, most: int) -> list[str]:
    """A text in lines of at most so many letters, parted between words; a long word is cut."""
    found = [""]
    for word in text.split():
        word = word if len(word) <= most else f"{word[: most - 1]}…"
        if found[-1] and len(found[-1]) + 1 + len(word) > most:
            found.append("")
        found[-1] = f"{found[-1]} {word}".strip()
    return found
