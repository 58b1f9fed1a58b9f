"""That readers of every language find each text in theirs."""

import os
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.template import Engine
from django.test import override_settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from config import catalogues
from config.catalogues import Message
from sources.revisions import revision
from tests.factories import (
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
    make_tally,
)

ENGINE = Engine.get_default()
OTHERS = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
# What a translation has to keep: names of values, elements with what they link to, entities.
KEPT = re.compile(r"%\(\w+\)s|%%|\{\w*\}|<[^>]+>|&\w+;")


@pytest.fixture
def folder(tmp_path):
    """A place of its own for catalogues."""
    with override_settings(LOCALE_PATHS=[tmp_path]):
        yield tmp_path


def catalogue(folder, code, entries):
    """What is compiled of these messages alone."""
    made = polib.POFile()
    plurals = catalogues.merge(code, {}, folder).metadata["Plural-Forms"]
    made.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": plurals}
    made.extend(entries)
    catalogues.write(code, made, folder)
    catalogues.compile_stale(folder)


# What is found


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('{% load i18n %}{% translate "One day" %}', Message("One day")),
        ('{% load i18n %}{% translate "5%" %}', Message("5%%")),
        ('{% load i18n %}{% translate "May" context "a verb" %}', Message("May", "", "a verb")),
        (
            '{% load i18n %}{% if x %}{% else %}{% translate "In it" as y %}{% endif %}',
            Message("In it"),
        ),
        ('{% include "a.html" with words=_("All of it") %}', Message("All of it")),
        ('{{ name|default:_("not known") }}', Message("not known")),
        (
            "{% load i18n %}{% blocktranslate trimmed with x=y %}\n  One {{ x }}\n  more\n"
            "{% endblocktranslate %}",
            Message("One %(x)s more"),
        ),
        (
            "{% load i18n %}{% blocktranslate count n=x context 'c' %}{{ n }} a{% plural %}"
            "{{ n }} b{% endblocktranslate %}",
            Message("%(n)s a", "%(n)s b", "c"),
        ),
        (
            '{% load i18n kept %}{% kept part %}{% translate "Kept" %}{% endkept %}',
            Message("Kept"),
        ),
    ],
)
def test_message_of_a_template_is_found(source, message):
    assert message in set(catalogues.in_template(source, ENGINE))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('_("One " "day")', Message("One day")),
        ('gettext("A")', Message("A")),
        ('translation.gettext_lazy("A")', Message("A")),
        ('gettext_noop("A")', Message("A")),
        ('ngettext("a", "b", 3)', Message("a", "b")),
        ('ngettext_lazy("a", "b", "n")', Message("a", "b")),
        ('pgettext("c", "a")', Message("a", "", "c")),
        ('npgettext("c", "a", "b", 2)', Message("a", "b", "c")),
    ],
)
def test_message_of_a_module_is_found(source, message):
    assert list(catalogues.in_python(source)) == [message]


def test_what_is_no_message_is_left_alone():
    assert list(catalogues.in_python("_(name); other('text'); gettext(*args)")) == []


# What is written


def test_merge_keeps_translations_and_drops_what_is_gone(tmp_path):
    catalogue(
        tmp_path,
        "ar",
        [
            polib.POEntry(msgid="Stays", msgstr="باقٍ"),
            polib.POEntry(msgid="Goes", msgstr="زائل"),
            polib.POEntry(msgid="May", msgstr="أيار", tcomment=catalogues.OF_A_PACKAGE),
        ],
    )

    merged = catalogues.merge(
        "ar", {Message("Stays"): {"a.py"}, Message("New"): {"b.py"}}, tmp_path
    )

    assert {one.msgid: one.msgstr for one in merged} == {"Stays": "باقٍ", "New": "", "May": "أيار"}
    assert merged.find("Stays").occurrences == [("a.py", "")]
    assert catalogues.number_of_forms(merged) == 6


@pytest.mark.parametrize("code", OTHERS)
def test_catalogue_has_every_message_and_no_other(code):
    stored = polib.pofile(str(catalogues.path_of(code)))
    merged = catalogues.merge(code, catalogues.messages())

    assert {(one.msgid, one.msgctxt) for one in stored} == {
        (one.msgid, one.msgctxt) for one in merged
    }, "run manage.py catalogues"


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_is_translated(code):
    stored = polib.pofile(str(catalogues.path_of(code)))

    assert [one.msgid for one in stored.untranslated_entries()] == []
    assert stored.fuzzy_entries() == stored.obsolete_entries() == []


@pytest.mark.parametrize("code", OTHERS)
def test_translation_keeps_what_is_filled_in(code):
    for one in polib.pofile(str(catalogues.path_of(code))):
        if one.msgid_plural:
            # A form for one number may say it in words.
            asked = set(KEPT.findall(one.msgid)) | set(KEPT.findall(one.msgid_plural))
            for form in one.msgstr_plural.values():
                assert set(KEPT.findall(form)) <= asked, one.msgid
            needed = set(KEPT.findall(one.msgid_plural))
            assert needed <= set(KEPT.findall(one.msgstr_plural[max(one.msgstr_plural)])), one.msgid
        else:
            assert set(KEPT.findall(one.msgstr)) == set(KEPT.findall(one.msgid)), one.msgid


# What is compiled


def test_catalogue_is_compiled_anew_when_it_is_newer(folder):
    catalogue(folder, "ar", [polib.POEntry(msgid="Bases", msgstr="القواعد")])
    compiled = catalogues.path_of("ar", folder).with_suffix(".mo")
    first = compiled.read_bytes()
    os.utime(compiled, (1, 1))
    catalogues.compile_stale(folder)
    assert compiled.stat().st_mtime > 1
    assert compiled.read_bytes() == first

    os.utime(compiled, (2**31, 2**31))
    catalogues.compile_stale(folder)
    assert compiled.stat().st_mtime == 2**31
    assert [one.name for one in compiled.parent.iterdir() if "." not in one.name[-3:]] == []


def test_folder_that_cannot_be_written_is_named(folder, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    catalogue(folder, "ar", [polib.POEntry(msgid="Bases", msgstr="القواعد")])
    path = catalogues.path_of("ar", folder)
    path.with_suffix(".mo").unlink()
    monkeypatch.setattr("tempfile.mkstemp", refuse)

    with pytest.raises(ImproperlyConfigured, match=r"django\.mo .*catalogues --compile"):
        catalogues.compile_stale(folder)


def test_command_says_what_is_not_translated(folder, capsys, monkeypatch):
    monkeypatch.setattr(catalogues, "messages", lambda: {Message("Bases"): {"a.py"}})

    call_command("catalogues")

    assert "ar: 1 messages, 1 not translated\n  Bases" in capsys.readouterr().out
    assert Path(folder, "ar/LC_MESSAGES/django.mo").exists()


# What readers see


@pytest.mark.django_db
def test_third_language_needs_only_a_catalogue(client, folder, monkeypatch):
    monkeypatch.setattr("config.languages.PREFIXED", {"ar", "fr"})
    catalogue(folder, "fr", [polib.POEntry(msgid="Bases", msgstr="Les bases")])

    with override_settings(LANGUAGES=[*settings.LANGUAGES, ("fr", "French")]):
        page = client.get("/fr/bases/").content.decode()

    assert '<html lang="fr" dir="ltr">' in page
    assert "<h1>Les bases</h1>" in page
    assert 'href="/fr/tallies/"' in page


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "يمثل هجومًا واحدًا"),
        (2, "يمثل هجومين"),
        (3, "يمثل 3 هجمات"),
        (11, "يمثل 11 هجومًا"),
        (100, "يمثل 100 هجوم"),
    ],
)
def test_arabic_has_a_form_for_each_kind_of_number(number, words):
    with translation.override("ar"):
        text = ngettext("stands for %(number)s attack", "stands for %(number)s attacks", number)
        assert text % {"number": number} == words


def test_arabic_days_are_levantine_with_western_digits():
    import datetime

    with translation.override("ar"):
        assert date_format(datetime.date(2024, 8, 10), "j F Y") == "10 آب 2024"
        assert date_format(datetime.date(2024, 8, 10)) == "10 آب 2024"
        assert gettext("January") == "كانون الثاني"


# No text of ours is left in the language of the source. Each page is shown in a language in which
# every message of ours is the same without its letters; whatever letters then remain were either
# never marked, or are data, which the records of this test hold in Arabic.

LETTERS = re.compile(r"[A-Za-z]{2,}")
# Public ids, addresses and names of parameters.
ADDRESS = re.compile(r"BW-\d+|\S*[=/_@.]\S+")
# Names of formats and tools, and of this site: the same in every language.
NAMES = {"API", "Atom", "BibTeX", "CSL", "CSV", "GeoJSON", "JSON", "NDJSON", "SVG", "XLSX"}
NAMES |= {"Basewatch", "Python", "curl"}
# What stands in a page as it was typed, or is the name of a thing.
DATA = {"bdi", "code", "time", "pre", "script", "style"}
SPOKEN = ("aria-label", "title", "alt", "placeholder")


class Texts(HTMLParser):
    """Every text that a reader of the page hears or sees, but for data."""

    VOID = {"meta", "link", "input", "br", "hr", "img"}

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.inside, self.texts = [], []
        self.feed(page)

    @property
    def in_data(self):
        return bool(self.inside) and self.inside[-1]

    def is_data(self, tag, attrs):
        own = attrs.get("class") in {"key", "brand"}
        return (
            tag in DATA or own or (tag != "html" and "lang" in attrs) or attrs.get("dir") == "auto"
        )

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        data = self.is_data(tag, attrs) or self.in_data
        if not data:
            self.texts += [attrs[name] for name in SPOKEN if attrs.get(name)]
        if tag not in self.VOID:
            self.inside.append(data)

    def handle_endtag(self, tag):
        self.inside.pop()

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_data(self, data):
        if not self.in_data:
            self.texts.append(data)


def test_reader_of_texts_tells_data_from_what_is_said():
    page = '<html lang="ar"><p title="A">B <bdi>C</bdi> D<br>E</p><i lang="en">F</i>'

    assert "".join(Texts(page).texts) == "AB  DE"


def without_letters(text):
    """The message with no letter but those that are filled in or are no text."""
    kept = KEPT.findall(text)
    parts = [re.sub(r"[A-Za-z]", "ـ", part) for part in KEPT.split(text)]
    return "".join(part + own for part, own in zip(parts, [*kept, ""], strict=True))


@cache
def letterless_entries():
    entries = []
    for message in catalogues.messages():
        entry = polib.POEntry(msgid=message.id, msgctxt=message.context or None)
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = dict.fromkeys(range(6), without_letters(message.plural))
        else:
            entry.msgstr = without_letters(message.id)
        entries.append(entry)
    return entries


@pytest.fixture
def letterless(folder):
    """Arabic pages in which no message of ours has letters."""
    catalogue(folder, "ar", letterless_entries())


@pytest.fixture
def arabic_records():
    """One of each thing, with no name or note in Latin letters."""
    names = {"name": "جهة", "name_ar": "جهة"}
    sohr = make_organisation("sohr", kind="monitor", country="SY", notes="ملاحظة", **names)
    group = make_group("group", country="IQ", **names)
    report = make_report(published="2024-01-01", publisher=sohr, title="خبر", language="ar")
    place = {"name": "قاعدة", "name_ar": "قاعدة", "governorate": "محافظة"}
    base = make_base("conoco", report=report, **place)
    other = make_base("other", **place)
    incident = make_incident(base, serial=1, summary="ملخص", grade="weak", reports=[report])
    make_incident(base, serial=2, until="2024-02-01", attack_count=3, merged_into=incident)
    make_incident(base, serial=3, outcome="intercepted", killed_low=1)
    make_claim(incident, claimant=group, claimant_text="جهة", made_on="2024-01-16", report=report)
    make_claim(incident, kind="attribution", blamed=group)
    make_claim(incident, kind="no_claim", claimant_text="جهة")
    make_tally(sohr, [(base, 40), (other, 2)], key="1", quantifier="at_least")
    make_tally(sohr, [(base, 41)], "2024-03-01", key="2")
    with revision("سبب"):
        base.notes = "ملاحظة"
        base.save()


PAGES = [
    "/",
    "/?counter=0",
    "/?known_on=2024-06-01",
    "/incidents/",
    "/incidents/?base=conoco&counted=true&since=2024-01-01&weapon=unknown&known_on=2024-06-01",
    "/incidents/?since=0&base=0&until=1",
    "/incidents/?killed_low__gte=0&near=35,40&radius_km=50",
    "/incidents/BW-1/",
    "/incidents/BW-2/",
    "/incidents/BW-1/?known_on=2024-06-01",
    "/incidents/BW-1/?known_on=2020-01-01",
    "/counts/",
    "/counts/?group_by=month",
    "/counts/?group_by=claimant",
    "/counts/?group_by=claim_status",
    "/counts/?group_by=0",
    "/bases/",
    "/bases/?kind=base",
    "/bases/conoco/",
    "/bases/conoco/?known_on=2020-01-01",
    "/tallies/",
    "/tallies/?counter=0",
    "/tallies/1/",
    "/tallies/2/",
    "/tallies/unaccounted/",
    "/tallies/period/",
    "/tallies/period/?since=2024-01-01&until=2024-02-01",
    "/organisations/",
    "/organisations/?kind=monitor",
    "/organisations/sohr/",
    "/organisations/group/",
    "/figures/",
    "/figures/new/?query=base%3Dconoco",
    "/figures/new/?query=base%3D0",
    "/no/such/page/",
    "/map/",
    "/compare/",
    "/compare/?base=conoco&base=other",
    "/search/",
    "/search/?q=قاعدة",
    "/search/?q=0",
    "/methodology/",
    "/data/",
    "/corrections/",
    "/about/",
    "/embed/",
    "/embed/table/",
    "/embed/bars/",
    "/embed/timeline/",
    "/embed/map/",
]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_no_text_of_a_page_is_left_in_the_language_of_the_source(
    client, letterless, arabic_records, path
):
    page = client.get(f"/ar{path}").content.decode()

    left = [
        " ".join(text.split())
        for text in Texts(page).texts
        if set(LETTERS.findall(ADDRESS.sub("", text))) - NAMES
    ]
    assert left == []
