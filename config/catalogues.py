"""The catalogues of translations: which messages there are, and what is compiled from them.

locale/<code>/LC_MESSAGES/django.po is written by people and by `manage.py catalogues`; the .mo
beside it is what Django reads. It is made when it is older, so that no step has to be remembered
and gettext need not be installed.
"""

import ast
import os
import tempfile
from collections import defaultdict
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import django
import polib
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.template import Engine
from django.template.base import DebugLexer, Node, TokenType
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.text import smart_split
from django.utils.translation import trim_whitespace

# A message of Django or another package that we word in our own way carries this comment.
OF_A_PACKAGE = "In place of the wording of a package."
NOT_OURS = {"tests", "bench", "node_modules", "staticfiles", "migrations"}


class Message(NamedTuple):
    id: str
    plural: str = ""
    context: str = ""


# From templates


def in_template(source, engine):
    """The messages of a template, as its nodes will ask for them."""
    yield from _in_nodes(engine.from_string(source).nodelist, set())
    for token in DebugLexer(source).tokenize():
        if token.token_type in (TokenType.BLOCK, TokenType.VAR):
            yield from _constants(token.contents)


def _in_nodes(value, seen):
    """Tags keep what is inside them under any name, so every attribute is looked at."""
    if isinstance(value, Node):
        if id(value) in seen:
            return
        seen.add(id(value))
        if isinstance(value, TranslateNode):
            yield from _of_translate(value)
        elif isinstance(value, BlockTranslateNode):
            yield _of_block(value)
        for part in vars(value).values():
            yield from _in_nodes(part, seen)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _in_nodes(part, seen)


def _of_translate(node):
    literal = node.filter_expression.var.literal
    if isinstance(literal, str):
        yield Message(literal.replace("%", "%%"), context=_context(node))


def _of_block(node):
    def words(tokens):
        text = node.render_token_list(tokens)[0]
        return trim_whitespace(text) if node.trimmed else text

    return Message(words(node.singular), words(node.plural) if node.plural else "", _context(node))


def _context(node):
    return node.message_context.resolve({}) if node.message_context else ""


def _constants(contents):
    """What a tag asks for as _("..."), such as {% include "x.html" with words=_("All") %}."""
    for bit in smart_split(contents):
        start = bit.find('_("')
        if start >= 0:
            yield Message(bit[start + 3 : bit.index('")', start)].replace("%", "%%"))


# From Python

# Which argument is what, by the name of the function.
CALLS = (
    dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), ("id",))
    | dict.fromkeys(("ngettext", "ngettext_lazy"), ("id", "plural"))
    | dict.fromkeys(("pgettext", "pgettext_lazy"), ("context", "id"))
    | dict.fromkeys(("npgettext", "npgettext_lazy"), ("context", "id", "plural"))
)


def in_python(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            names = CALLS.get(getattr(node.func, "id", getattr(node.func, "attr", "")), ())
            texts = [arg.value for arg in node.args[: len(names)] if isinstance(arg, ast.Constant)]
            if names and len(texts) == len(names) and all(isinstance(text, str) for text in texts):
                yield Message(**dict(zip(names, texts, strict=True)))


# All of them


def messages(roots=None):
    """{message: the files it stands in}, of the templates and modules below these folders."""
    found = defaultdict(set)
    engine = Engine.get_default()
    for root in map(Path, roots or [settings.BASE_DIR]):
        for path in _files(root):
            source = path.read_text()
            inside = in_python(source) if path.suffix == ".py" else in_template(source, engine)
            for message in inside:
                found[message].add(path.relative_to(root).as_posix())
    return found


def _files(root):
    for path in sorted(chain(root.glob("*/**/*.py"), root.glob("templates/**/*.html"))):
        parts = path.relative_to(root).parts
        if not NOT_OURS.intersection(parts) and not any(part.startswith(".") for part in parts):
            yield path


# Catalogues


def path_of(code, folder=None):
    return Path(folder or settings.LOCALE_PATHS[0], code, "LC_MESSAGES", "django.po")


def merge(code, found, folder=None):
    """The catalogue with these messages: translations stay, and what nobody asks for goes."""
    path = path_of(code, folder)
    old = polib.pofile(str(path)) if path.exists() else polib.POFile()
    known = {(entry.msgid, entry.msgctxt or ""): entry for entry in old}
    new = polib.POFile(wrapwidth=100)
    new.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": code,
        "Plural-Forms": _plural_forms(code),
    }
    new.header = old.header
    for message in sorted(found):
        new.append(_entry(message, found[message], known.get((message.id, message.context)), new))
    ours = {(message.id, message.context) for message in found}
    for key, entry in sorted(known.items()):
        if entry.tcomment == OF_A_PACKAGE and key not in ours:
            new.append(entry)
    return new


def _plural_forms(code):
    """As Django's own catalogue of the language counts; without one as English does."""
    path = Path(django.__file__).parent.joinpath("conf/locale", code, "LC_MESSAGES/django.po")
    english = "nplurals=2; plural=(n != 1);"
    return (
        polib.pofile(str(path)).metadata.get("Plural-Forms", english) if path.exists() else english
    )


def _entry(message, files, old, catalogue):
    entry = polib.POEntry(
        msgid=message.id,
        msgid_plural=message.plural,
        msgctxt=message.context or None,
        occurrences=[(name, "") for name in sorted(files)],
        # Django fills in by name and only where it is a format: an honest % says nothing.
        flags=["python-format"] if "%(" in message.id + message.plural else [],
        tcomment=old.tcomment if old else "",
    )
    if message.plural:
        forms = range(number_of_forms(catalogue))
        entry.msgstr_plural = (old and old.msgstr_plural) or dict.fromkeys(forms, "")
    elif old:
        entry.msgstr = old.msgstr
    return entry


def number_of_forms(catalogue):
    return int(catalogue.metadata["Plural-Forms"].split("nplurals=")[1].split(";")[0])


def write(code, catalogue, folder=None):
    path = path_of(code, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _replacing(path) as draft:
        catalogue.save(draft)


# Compiled


def compile_stale(folder=None):
    """Makes each .mo that is not there or older than its .po, when a process starts."""
    for path in sorted(Path(folder or settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/*.po")):
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
            compile_one(path)


def compile_one(path):
    compiled, catalogue = path.with_suffix(".mo"), polib.pofile(str(path))
    try:
        with _replacing(compiled) as draft:
            catalogue.save_as_mofile(draft)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{compiled} is missing or older than {path.name} and cannot be written: "
            f"{error.strerror}. Run `manage.py catalogues --compile` as its owner."
        ) from error


class _replacing:
    """A draft in the same folder that takes the place of the file when it is whole.

    Several workers start at once: each writes its own draft, and none reads half a file.
    """

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        handle, self.draft = tempfile.mkstemp(prefix=self.path.name, dir=self.path.parent)
        os.close(handle)
        return self.draft

    def __exit__(self, failure, *_):
        if failure:
            os.unlink(self.draft)
            return
        os.chmod(self.draft, 0o644)
        os.replace(self.draft, self.path)
