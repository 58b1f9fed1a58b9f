"""Search in what is written: what the words of a reader mean, in one place for every list.

A word or a "phrase" behind a minus must stand nowhere; of such alone nothing is looked for.
PostgreSQL searches by its own full text: any form of each word, "a phrase", or; common words such
as "the" are not looked for. It has indexes for `INCIDENT_TEXTS` and `CLAIM_TEXTS`. Any
other database looks for each word as it is written, which may be a part of a longer one.

A text without a word to look for stands nowhere, so that only names are found by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorExact
from django.db import connection
from django.db.models import Q

from sources.lookups import LONGEST_TEXT

NOWHERE = Q(pk__in=[])
# -word or -"a phrase", at the beginning or behind a space.
UNWANTED = re.compile(r'(?:(?<=\s)|\A)-(?:"([^"]*)"|(\w[^\s"]*))')
MARKS = '"“”„«»()[]{}<>،؛؟,;:!?.…–—'


@dataclass(frozen=True)
class Document:
    """Columns that are read as one text, in a language of PostgreSQL's."""

    columns: tuple[str, ...]
    language: str = "english"


# Each with an index of exactly this expression, see migration 0004.
INCIDENT_TEXTS = (Document(("summary",)), Document(("summary_ar",), "arabic"))
CLAIM_TEXTS = (Document(("summary", "claimant_text", "speaker", "via")),)


def written(text: str, documents: Iterable[Document]) -> Q:
    """Rows in which the text is written, whatever it is."""
    # What must not stand there must stand in none of the documents.
    wanted, unwanted = parted(text)
    found = _written(wanted, documents)
    for one in unwanted:
        found &= ~_written(one, documents)
    return found


def parted(text: str) -> tuple[str, list[str]]:
    """What is looked for, and the words or phrases behind a minus."""
    unwanted = [phrase or word for phrase, word in UNWANTED.findall(text)]
    return UNWANTED.sub(" ", text), unwanted


def _written(text: str, documents: Iterable[Document]) -> Q:
    if connection.vendor != "postgresql":
        return with_words(text, [name for one in documents for name in one.columns])
    found = NOWHERE
    for document in documents:
        found |= _in_full_text(text.replace("\0", " "), document)
    return found


def _in_full_text(text: str, document: Document) -> Q:
    vector = SearchVector(*document.columns, config=document.language)
    asked = SearchQuery(text, config=document.language, search_type="websearch")
    return Q(SearchVectorExact(vector, asked))


def with_words(text: str, columns: Iterable[str]) -> Q:
    """Rows with each word of the text in one of these columns."""
    words = words_of(text)
    if not words:
        return NOWHERE
    columns, found = list(columns), Q()
    for word in words:
        found &= Q(
            *[(f"{name}__icontains", form) for name in columns for form in _forms(word)],
            _connector=Q.OR,
        )
    return found


def words_of(text: str) -> list[str]:
    """The words of a text without the marks around them, each once."""
    words = (word.strip(MARKS + "-'’*&|/\\") for word in re.split(r"[\s\0]+", text[:LONGEST_TEXT]))
    return list(dict.fromkeys(word for word in words if word))


def _forms(word: str) -> set[str]:
    """How a word may be written: SQLite knows the two cases of ASCII letters alone."""
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.title()}
