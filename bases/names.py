"""Written names of bases: when two spellings are one name, and which base a name means.

Two spellings are one name when they differ only in case, hyphens and other punctuation,
diacritics, variants of an Arabic letter, or the Arabic article (Al-, El-, At-, Ash- ... and ال).
Nothing else is taken away: "base", "field" or "base in Rmeilan" are part of a name. A name that
fits two bases, or one only doubtfully, is ambiguous, and nobody guesses.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sources.kept import kept

from .models import BaseName, MilitaryBase

# Letters that Arabic (and Persian keyboards) write in several ways for one sound.
ARABIC_VARIANTS = str.maketrans(
    {
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ې": "ي",
        "ة": "ه",
        "ک": "ك",
        "ہ": "ه",
        "ء": "",
        "ـ": "",
    }
)
# The article before a Latin word: Al-Omar, El Omar; before a sun letter it takes that letter's
# sound: At-Tanf, Ash-Shaddadi. As a word of its own "at" may be English ("base at Erbil"), so
# there it is an article only at the start of a name.
ARTICLE = re.compile(
    r"(?<!\w)(?:[ae]l[-\s]+|(?:(?<=\A)|(?=\w+-))(?:"
    r"at[-\s]+(?=t)|ash[-\s]+(?=sh)|as[-\s]+(?=s)|ad[-\s]+(?=d)|ar[-\s]+(?=r)|az[-\s]+(?=z)"
    r"|an[-\s]+(?=n)))(?=\w)"
)
APOSTROPHES = re.compile(r"['’‘ʼʿʾ`´]")
NOT_LETTERS = re.compile(r"[\W_]+")


def normalise(name: str) -> str:
    """The form in which two spellings of one name are equal; "" where nothing is left."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    # Latin accents, Arabic vowel signs, and the hamza that NFKD parts from its letter.
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    bare = APOSTROPHES.sub("", bare.translate(ARABIC_VARIANTS))
    bare = re.sub(r"[‐-―−]", "-", bare).strip()
    words = NOT_LETTERS.sub(" ", ARTICLE.sub("", bare)).split()
    return " ".join(_without_arabic_article(word) for word in words)


def _without_arabic_article(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) > 3 else word


@dataclass(frozen=True)
class NameMatch:
    """The bases that a written name may mean: none, one, or several."""

    name: str
    bases: tuple[MilitaryBase, ...]
    doubtful: bool = False

    @property
    def base(self) -> MilitaryBase | None:
        """The base that is meant; None where none fits or the name does not settle which."""
        return self.bases[0] if len(self.bases) == 1 and not self.doubtful else None

    @property
    def ambiguous(self) -> bool:
        """Whether it may mean a base, but not for certain that one."""
        return bool(self.bases) and self.base is None


class NameIndex:
    """Every name of every base by its normalised form."""

    def __init__(self, names: Iterable[tuple[str, MilitaryBase, bool]]) -> None:
        """Take names as (name, base, whether it is doubtful)."""
        self._bases: dict[str, dict[MilitaryBase, bool]] = defaultdict(dict)
        for name, base, doubtful in names:
            if key := normalise(name):
                bases = self._bases[key]
                bases[base] = bases.get(base, True) and doubtful

    @classmethod
    @kept()
    def from_database(cls) -> NameIndex:
        """Two queries, whatever the number of bases."""
        names = [
            (name, base, False)
            for base in MilitaryBase.objects.all()
            for name in (base.slug, base.name, base.name_ar)
        ]
        others = BaseName.objects.select_related("base")
        return cls(names + [(other.name, other.base, other.doubtful) for other in others])

    def find(self, name: str) -> NameMatch:
        bases = self._bases.get(normalise(name), {})
        return NameMatch(name, tuple(bases), doubtful=any(bases.values()))

    def containing(self, text: str) -> list[MilitaryBase]:
        """Bases with a name in which the text stands, for search as one types."""
        part = normalise(text)
        found = {
            base: None
            for key, bases in self._bases.items()
            if part and part in key
            for base in bases
        }
        return list(found)


def find_base(name: str) -> NameMatch:
    """Which base a written name means, by any of its known spellings."""
    return NameIndex.from_database().find(name)
