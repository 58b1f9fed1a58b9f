"""docs/counting.md says what the code does: its sentences are the code's."""

import re

from django.conf import settings

from attacks.counting import GroupBy, counted
from attacks.flat import FLAT_COLUMNS
from attacks.models import Grade


def counting_page():
    text = (settings.BASE_DIR / "docs" / "counting.md").read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", text.replace("\n> ", " "))


def test_the_counting_rule_is_quoted_from_the_code():
    rule = re.sub(r"\s+", " ", counted.__doc__.split("\n\n", 1)[1]).strip()

    assert rule in counting_page()


def test_every_grade_stands_there_with_its_definition():
    for grade in Grade:
        assert f"| {grade.label} | {grade.definition} |" in counting_page()


def test_every_breakdown_is_named():
    for group_by in GroupBy:
        assert str(group_by.label) in counting_page()


def test_every_flat_column_is_explained_where_the_api_is():
    text = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")

    for column in FLAT_COLUMNS:
        assert column.help_text
        assert f"| `{column.name}` | {column.help_text} |" in text
