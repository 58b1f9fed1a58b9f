"""Quoted figures: a number held as somebody quoted it, and what it has become since.

The same question at the same revision is the same figure, on any installation with the same
records: its id is made of the two. A figure is never changed, whatever becomes of what it names.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.http import QueryDict

from attacks.counting import NO_ATTACKS, Count
from attacks.models import CountingRule, Incident, RuleSite
from bases.models import MilitaryBase
from sources.models import Organisation, Report, Revision

from .differences import Counted, Differences, Stand, differences
from .models import Figure, PublishedTally, TallyLine, value_words
from .questions import BadQuestion, NoSuchRow, Question, read

MOST_HELD = 5_000  # incidents that a figure names one by one
ATTEMPTS = 5
MOST_AROUND = 20


def find(question: Question) -> Figure | None:
    """The figure of that question as our record is now, if somebody made it."""
    revision = revision_of(question)
    return Figure.objects.filter(pk=_id_of(question.asked, revision)).first()


def quote(asked: Mapping[str, str]) -> Figure:
    """The figure of what these fields ask, made unless it exists. Raises `BadQuestion`."""
    for _ in range(ATTEMPTS):
        last = _last_revision()
        question = read(asked)
        refuse_unlisted(question)
        incidents = _incidents_of(question)
        # A revision that was committed meanwhile may be in one part of the answer and not in all.
        if _last_revision() == last:
            return _made(question, incidents)
    raise BadQuestion(query=["Our record is changing at this moment. Ask again in a minute."])


def refuse_unlisted(question: Question) -> None:
    """Refuse what could be neither held here nor listed later."""
    if question.listable or question.incidents is None:
        return
    first = question.incidents.order_by().values("id")[: MOST_HELD + 1]
    if len(first) > MOST_HELD:
        raise BadQuestion(
            query=[
                f"More than {MOST_HELD:,} incidents are counted, and our earlier records cannot be"
                " listed by claim status, claimant, grade or text. Leave those filters out, or ask"
                " for fewer days or bases."
            ]
        )


def _made(question: Question, incidents: list[list[Any]]) -> Figure:
    revision = revision_of(question)
    comparable = question.incidents is not None
    figure, _ = Figure.objects.get_or_create(
        id=_id_of(question.asked, revision),
        defaults={
            "question": question.asked,
            "title": question.title,
            "revision": revision,
            "certain": sum(attacks for _, attacks, sure in incidents if sure)
            if comparable
            else None,
            "possible": sum(attacks for _, attacks, _ in incidents) if comparable else None,
            "published": question.published,
            "quantifier": question.quantifier,
            "incidents": incidents if len(incidents) <= MOST_HELD else None,
            "digest": digest(incidents),
            "list_query": _recorded(question.list_query, revision) if question.listable else "",
        },
    )
    return figure


def _last_revision() -> Revision:
    last = Revision.objects.first()
    if last is None:
        raise BadQuestion(query=["Nothing is on record yet."])
    return last


def revision_of(question: Question) -> Revision:
    """The revision of which it is asked: its own, or that of our record now.

    Raises `BadQuestion` where nothing is on record.
    """
    number = question.record.revision
    return _last_revision() if number is None else Revision.objects.get(number=number)


def _id_of(asked: Mapping[str, str], revision: Revision) -> str:
    text = _canonical_json({"question": asked, "revision": revision.number})
    code = base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()
    return code[:20].lower()


def _canonical_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _incidents_of(question: Question) -> list[list[Any]]:
    """[serial, attacks, certain] of each incident behind the number, by serial."""
    if question.incidents is None:
        return []
    rows = question.incidents.order_by("serial").values_list("serial", "attack_count", "sure")
    return [[serial, attacks, bool(sure)] for serial, attacks, sure in rows]


def digest(incidents: list[list[Any]]) -> str:
    return hashlib.sha256(_canonical_json(incidents).encode()).hexdigest()


def _recorded(query: str, revision: Revision) -> str:
    """The query string of a list as our record stood after that revision."""
    if not query:
        return ""
    params = QueryDict(query, mutable=True)
    params["recorded_at"] = str(revision.number)
    return params.urlencode()


# What became of it


def withdrawn_of(figure: Figure) -> set[int]:
    """The serials of the incidents it counted that were withdrawn from readers since."""
    serials = {serial for serial, _, _ in figure.incidents or ()}
    shown = Incident.objects.published().filter(serial__in=serials)
    return serials - set(shown.order_by().values_list("serial", flat=True))


@dataclass(frozen=True)
class Now:
    """The answer to the same question today, and why it differs.

    `fixed`: the question names its own revision, so the answer cannot change. `refused` says why
    it can no longer be asked; then there is no answer.
    """

    count: Count | None = None
    published: int | None = None
    quantifier: str = ""
    list_query: str = ""
    differences: Differences = field(default_factory=Differences)
    compared: bool = True  # False: what was counted then cannot be listed any more
    fixed: bool = False
    refused: str = ""
    around: list[Revision] = field(default_factory=list)  # that changed what the question names
    of_tally: bool = False

    @property
    def value(self) -> str:
        return value_words(self.of_tally, self.count, self.published, self.quantifier)


def now(figure: Figure) -> Now:
    """What the same question gives now. A fixed number of queries, and never an error."""
    if _asks_of(figure.question, "recorded_at"):
        return Now(
            figure.count,
            figure.published,
            figure.quantifier,
            list_query=figure.list_query,
            fixed=True,
            of_tally=figure.of_tally,
        )
    try:
        question = read(figure.question)
    except NoSuchRow as error:
        # A place that is not listed has a row only while we count attacks there.
        if figure.published is None:
            return _answered(figure, NO_ATTACKS, {})
        return _refused(figure, error)
    except BadQuestion as error:
        return _refused(figure, error)
    count = question.count
    return _answered(figure, count, _counted(_incidents_of(question)), question)


def _answered(
    figure: Figure, count: Count | None, counted: Counted, question: Question | None = None
) -> Now:
    then = _counted_then(figure)
    found = Differences()
    if then is not None:
        found = differences(then, counted, figure.revision_id)
    return Now(
        count=count,
        published=question.published if question else None,
        quantifier=question.quantifier if question else "",
        list_query=question.list_query if question else "",
        differences=found,
        compared=then is not None,
        around=_around(figure, found.unexplained_bases),
        of_tally=figure.of_tally,
    )


def _refused(figure: Figure, error: BadQuestion) -> Now:
    return Now(refused=str(error), around=_around(figure), of_tally=figure.of_tally)


def _counted(incidents: list[list[Any]]) -> Counted:
    return {serial: Stand(attacks, sure) for serial, attacks, sure in incidents}


def _counted_then(figure: Figure) -> Counted | None:
    """What it counted: as held, else asked again of the record as it stood."""
    if figure.incidents is not None:
        return _counted(figure.incidents)
    try:
        incidents = _incidents_of(read(_at_revision(figure)))
    except BadQuestion:
        return None
    return _counted(incidents) if digest(incidents) == figure.digest else None


def _at_revision(figure: Figure) -> dict[str, str]:
    """Its question, asked of the revision that it was asked of."""
    if figure.of_tally:
        return figure.question | {"recorded_at": str(figure.revision_id)}
    params = QueryDict(figure.question["query"], mutable=True)
    params["recorded_at"] = str(figure.revision_id)
    return {"query": params.urlencode()}


def _asks_of(question: Mapping[str, str], name: str) -> list[str]:
    """The values of a parameter, wherever the question has it."""
    if "query" in question:
        return QueryDict(question["query"]).getlist(name)
    return [question[name]] if question.get(name) else []


def _around(figure: Figure, bases: set[int] | None = None) -> list[Revision]:
    """The revisions since that changed the tally, the rule or the bases that it names.

    And those bases that moved incidents in or out without a change of the incidents.
    """
    tallies = PublishedTally.history.filter(key=figure.question.get("tally"))
    counters = Organisation.history.filter(slug__in=_asks_of(figure.question, "rule"))
    rules = CountingRule.history.filter(
        Q(organisation_id__in=counters.values("id"))
        | Q(organisation_id__in=tallies.values("counter_id"))
    )
    slugs = _asks_of(figure.question, "base")
    kind, _, place = figure.question.get("place", "").partition(":")
    slugs += [place] if kind == "base" else []
    wrote = [
        tallies,
        TallyLine.history.filter(tally_id__in=tallies.values("id")),
        Report.history.filter(id__in=tallies.values("report_id")),
        rules,
        RuleSite.history.filter(rule_id__in=rules.values("id")),
        MilitaryBase.history.filter(Q(slug__in=slugs) | Q(id__in=bases or ())),
    ]
    named = Q()
    for rows in wrote:
        numbers = rows.order_by().filter(revision_id__gt=figure.revision_id)
        named |= Q(number__in=numbers.values("revision_id"))
    return list(Revision.objects.filter(named)[:MOST_AROUND])
