"""How a figure is cited: what the programs that manage references can read."""

import datetime
import json
import re

import jsonschema
import pytest

from sources.models import Revision
from tallies.citations import Citation, tex
from tallies.figures import quote
from tests.factories import make_base, make_incident

pytestmark = pytest.mark.django_db

# The part of the schema of CSL-JSON (citation-style-language/schema, csl-data.json) in use.
DATE = {
    "type": "object",
    "properties": {
        "date-parts": {
            "type": "array",
            "items": {"type": "array", "items": {"type": "integer"}, "minItems": 3, "maxItems": 3},
            "minItems": 1,
            "maxItems": 1,
        }
    },
    "required": ["date-parts"],
    "additionalProperties": False,
}
TEXT = {"type": "string", "minLength": 1}
CSL = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "id": TEXT,
            "type": {"enum": ["dataset"]},
            "author": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"literal": TEXT},
                    "additionalProperties": False,
                },
            },
            "publisher": TEXT,
            "title": TEXT,
            "issued": DATE,
            "accessed": DATE,
            "version": TEXT,
            "URL": TEXT,
            "note": TEXT,
        },
        "additionalProperties": False,
        "required": ["id", "type", "author", "title", "issued", "accessed", "URL", "note"],
    },
}
HARD = "R&D 100% of $5 #1 a_b {c} \\d} ~e ^f كونيكو"


def citation(name=HARD):
    make_incident(make_base("conoco", name=name), attack_count=3)
    figure = quote({"query": "base=conoco"})
    url = f"https://basewatch.example.org/figures/{figure.id}/"
    return Citation(figure, url, datetime.date(2026, 3, 4))


def entry_of(text):
    """The fields of one entry of BibTeX, read as BibTeX does: by counting braces."""
    head = re.match(r"@misc\{([\w-]+),\n", text)
    fields, rest = {}, text[head.end() :]
    while field := re.match(r"\s*(\w+) = \{", rest):
        depth, end = 1, field.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(rest[end], 0)
            end += 1
        fields[field[1]] = rest[field.end() : end - 1]
        rest = rest[end:].removeprefix(",")
    assert rest == "\n}\n"
    return head[1], fields


def printed(text):
    """What LaTeX prints of a field."""
    commands = {
        "textbackslash": "\\",
        "textbraceleft": "{",
        "textbraceright": "}",
        "textasciitilde": "~",
        "textasciicircum": "^",
    }
    text = re.sub(r"(?<!\\)[{}]", "", re.sub(r"\\(text\w+)\{\}", r"<\1>", text))
    text = re.sub(r"\\([&%#_$])", r"\1", text)
    return re.sub(r"<(text\w+)>", lambda match: commands[match[1]], text)


def test_plain():
    cited = citation("Conoco")
    revision = Revision.objects.first()

    assert cited.plain == (
        "Basewatch. “Attacks on military bases, at Conoco”: 3. Revision "
        f"{revision.number} of the record, {revision.moment:%-d %B %Y}. {cited.url} (CC BY 4.0). "
        "Accessed 4 March 2026."
    )


def test_bibtex_is_read_and_printed_as_it_was_meant():
    cited = citation()
    moment = Revision.objects.first().moment

    key, fields = entry_of(cited.bibtex)

    assert key == f"basewatch-{cited.figure.id}"
    assert list(fields) == [
        *("author", "title", "year", "month", "howpublished", "url", "urldate", "note")
    ]
    assert fields["author"] == "{Basewatch}"
    assert printed(fields["title"]) == f"Attacks on military bases, at {HARD}"
    assert fields["title"].startswith("{")  # keeps its capitals
    assert (fields["year"], fields["month"]) == (f"{moment.year}", f"{moment.month}")
    assert fields["url"] == cited.url
    assert fields["howpublished"] == rf"\url{{{cited.url}}}"
    assert fields["urldate"] == "2026-03-04"
    assert fields["note"].startswith("Value: 3. Revision ")
    assert fields["note"].endswith("CC BY 4.0. Accessed 2026-03-04")


@pytest.mark.parametrize("sign", "&%#_$")
def test_no_sign_of_tex_is_left_bare(sign):
    assert not re.search(rf"(?<!\\){re.escape(sign)}", tex(f"a{sign}b{sign}"))


@pytest.mark.parametrize("text", ["{", "}", "}{", "\\", "\\}", "~^", "{}"])
def test_braces_stay_balanced(text):
    assert tex(text).count("{") == tex(text).count("}")
    assert printed(tex(text)) == text


def test_line_ends_in_a_name_do_not_break_the_entry():
    assert "at A B" in entry_of(citation("A\n\n B").bibtex)[1]["title"]


def test_csl_is_valid():
    cited = citation()
    read = json.loads(cited.csl_json)
    moment = Revision.objects.first().moment

    jsonschema.validate(read, CSL)
    [item] = read
    assert item["author"] == [{"literal": "Basewatch"}]
    assert item["title"] == f"Attacks on military bases, at {HARD}"
    assert item["issued"] == {"date-parts": [[moment.year, moment.month, moment.day]]}
    assert item["accessed"] == {"date-parts": [[2026, 3, 4]]}
    assert item["URL"] == cited.url
    assert "CC BY 4.0" in item["note"]
    assert "كونيكو" in cited.csl_json


def test_downloads(client):
    cited = citation()
    address = cited.figure.get_absolute_url()
    today = datetime.datetime.now(datetime.UTC).date()
    same = Citation(cited.figure, f"http://testserver{address}", today)

    bibtex, csl = client.get(f"{address}bibtex/"), client.get(f"{address}csl/")

    assert bibtex.headers["Content-Type"] == "application/x-bibtex; charset=utf-8"
    assert csl.headers["Content-Type"] == "application/vnd.citationstyles.csl+json"
    assert bibtex.content.decode() == same.bibtex
    assert json.loads(csl.content) == same.csl
    name = f'attachment; filename="basewatch-{cited.figure.id}'
    assert bibtex.headers["Content-Disposition"] == f'{name}.bib"'
    assert csl.headers["Content-Disposition"] == f'{name}.json"'


def test_page_prints_all_three_to_be_copied(client):
    cited = citation("A & B")
    page = client.get(cited.figure.get_absolute_url()).text

    assert page.count("<pre") == 3
    assert "at A &amp; B”: 3. Revision" in page
    assert r"at A \&amp; B" in page
    assert "&quot;literal&quot;: &quot;Basewatch&quot;" in page
