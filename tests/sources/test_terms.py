"""Short words of the data in the language of the page."""

import csv

import pytest
from django.conf import settings
from django.utils import translation

from sources.terms import (
    BASES,
    GOVERNORATES,
    MEANS,
    PEOPLE,
    SOURCES,
    TIMES,
    basis_words,
    governorate_words,
    source_words,
    time_words,
    via_words,
    whose_words,
)

LISTS = [
    (GOVERNORATES, governorate_words),
    (MEANS, via_words),
    (PEOPLE, whose_words),
    (SOURCES, source_words),
    (TIMES, time_words),
    (BASES, basis_words),
]


@pytest.mark.parametrize(("words", "said"), LISTS)
def test_each_word_that_is_listed_is_said_in_arabic_and_unchanged_in_english(words, said):
    for word in map(str, words):
        with translation.override("ar"):
            assert said(word) != word
        assert said(word) == word


@pytest.mark.parametrize(("words", "said"), LISTS)
def test_word_that_is_not_listed_stays_as_it_is_on_record(words, said):
    with translation.override("ar"):
        assert said("Atlantis") == "Atlantis"
        assert said("") == ""


def test_every_governorate_of_the_data_is_listed():
    with open(settings.BASE_DIR / "data/bases.csv", encoding="utf-8", newline="") as file:
        named = {row["governorate"] for row in csv.DictReader(file)} - {""}

    assert named <= {str(name) for name in GOVERNORATES}
