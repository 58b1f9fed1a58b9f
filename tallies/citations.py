"""How a quoted figure is cited: as a sentence, in BibTeX and in CSL-JSON."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format

from config.languages import in_source_language
from sources.models import Revision
from sources.templatetags.facts import DAY

from .models import Figure

AUTHOR = "Basewatch"
LICENCE = "CC BY 4.0"

# Braces become commands, because BibTeX counts them even where they are escaped.
TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
    | {sign: f"\\{sign}" for sign in "&%#_$"}
)


class Cited:
    """What is cited at its address, as our record stood after a revision, and as read on a day."""

    key: str
    title: str
    note: str
    revision: Revision
    url: str
    accessed: datetime.date

    @property
    def day(self) -> datetime.date:
        """When our record stood so."""
        return self.revision.moment.date()

    @property
    @in_source_language
    def bibtex(self) -> str:
        note = f"{self.note}, {date_format(self.day, DAY)}. {LICENCE}. Accessed {self.accessed}"
        fields = {
            "author": f"{{{AUTHOR}}}",
            "title": f"{{{tex(self.title)}}}",
            "year": f"{self.day.year}",
            "month": f"{self.day.month}",
            "howpublished": rf"\url{{{self.url}}}",
            "url": self.url,
            "urldate": f"{self.accessed}",
            "note": tex(note),
        }
        lines = [f"  {name} = {{{text}}}" for name, text in fields.items()]
        return f"@misc{{{self.key},\n" + ",\n".join(lines) + "\n}\n"

    @property
    @in_source_language
    def csl(self) -> list[dict[str, Any]]:
        return [
            {
                "id": self.key,
                "type": "dataset",
                "author": [{"literal": AUTHOR}],
                "publisher": AUTHOR,
                "title": self.title,
                "issued": _date(self.day),
                "accessed": _date(self.accessed),
                "version": f"revision {self.revision.number}",
                "URL": self.url,
                "note": f"{self.note}. {LICENCE}",
            }
        ]

    @property
    @in_source_language
    def csl_json(self) -> str:
        """The same as text, a line for each field."""
        items = (
            ",\n".join(f"  {_json(name)}: {_json(value)}" for name, value in item.items())
            for item in self.csl
        )
        return "[{\n" + "\n}, {\n".join(items) + "\n}]\n"


@dataclass(frozen=True)
class Citation(Cited):
    """A figure at its address, as read on a day."""

    figure: Figure
    url: str
    accessed: datetime.date

    @property
    def key(self) -> str:  # type: ignore[override]
        return f"basewatch-{self.figure.id}"

    @property
    def revision(self) -> Revision:  # type: ignore[override]
        return self.figure.revision

    @property
    def title(self) -> str:  # type: ignore[override]
        return " ".join(self.figure.title.split())

    @property
    @in_source_language
    def note(self) -> str:  # type: ignore[override]
        return f"Value: {self.figure.value}. Revision {self.figure.revision_id} of the record"

    @property
    @in_source_language
    def plain(self) -> str:
        return (
            f"{AUTHOR}. “{self.title}”: {self.figure.value}. Revision {self.figure.revision_id} of "
            f"the record, {date_format(self.day, DAY)}. {self.url} ({LICENCE}). "
            f"Accessed {date_format(self.accessed, DAY)}."
        )


@dataclass(frozen=True)
class RecordCitation(Cited):
    """A record, such as an incident, at its address; as read when it was last changed."""

    key: str
    title: str
    url: str
    revision: Revision

    @property
    def accessed(self) -> datetime.date:  # type: ignore[override]
        return self.day

    @property
    @in_source_language
    def note(self) -> str:  # type: ignore[override]
        return f"Revision {self.revision.number} of the record"

    @property
    @in_source_language
    def plain(self) -> str:
        return (
            f"{AUTHOR}. “{self.title}”. {self.note}, {date_format(self.day, DAY)}. "
            f"{self.url} ({LICENCE})."
        )


def tex(text: str) -> str:
    """A text as LaTeX prints it and BibTeX reads it; letters of any script stay."""
    return text.translate(TEX)


def _date(day: datetime.date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
