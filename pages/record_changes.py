"""What became of an incident's record since readers could see it: when, what, and why.

Which revisions touched what readers see is the rule of `tallies.corrections`; here each is told in
words. The notes of editors are never among it, nor what stood in a record while it was a draft.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db.models import CharField, Value
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from attacks.changes import OF_INCIDENT
from attacks.models import Citation, Claim, Incident, IncidentKey
from bases.registry import bases_of
from sources.local_names import local_name
from sources.models import Revision
from sources.templatetags.facts import DAY
from tallies.corrections import touching

SHOWN = 20  # changes of a record, the last ones

LABELS = {
    "serial": gettext_lazy("Record"),
    "base_id": gettext_lazy("Base"),
    "earliest": gettext_lazy("First day it may have been"),
    "latest": gettext_lazy("Last day it may have been"),
    "local_time": gettext_lazy("Local time"),
    "local_time_text": gettext_lazy("Local time in words"),
    "attack_count": gettext_lazy("Attacks it stands for"),
    "weapon": gettext_lazy("Weapon"),
    "munitions": gettext_lazy("Munitions"),
    "outcome": gettext_lazy("Outcome"),
    "killed_low": gettext_lazy("Killed, lowest figure"),
    "killed_best": gettext_lazy("Killed, most likely figure"),
    "killed_high": gettext_lazy("Killed, highest figure"),
    "injured_low": gettext_lazy("Injured, lowest figure"),
    "injured_best": gettext_lazy("Injured, most likely figure"),
    "injured_high": gettext_lazy("Injured, highest figure"),
    "material_damage": gettext_lazy("Material damage"),
    "grade": gettext_lazy("Verification grade"),
    "status": gettext_lazy("Status"),
    "merged_into_id": gettext_lazy("Merged into another record"),
    "summary": gettext_lazy("Summary"),
    "summary_ar": gettext_lazy("Summary in Arabic"),
}
# Told without what it was and became: texts are long, and another record may be a draft.
IN_SHORT = {"summary", "summary_ar", "merged_into_id"}


@dataclass(frozen=True)
class Change:
    revision: Revision
    what: list[str]


@dataclass(frozen=True)
class ChangeLog:
    changes: list[Change]  # the last first
    more: bool


def change_log(incident_id: int) -> ChangeLog:
    """The last public changes of a record, by three queries."""
    public = Revision.objects.filter(touching("incidents", [incident_id])).order_by("-number")
    revisions = list(public[: SHOWN + 1])
    shown = revisions[:SHOWN]
    numbers = [one.number for one in shown]
    fields, parts = _of_fields(incident_id), _of_parts(incident_id, numbers)
    changes = [Change(one, [*fields[one.number], *parts[one.number]]) for one in shown]
    return ChangeLog(changes, len(revisions) > SHOWN)


def _of_fields(incident_id: int) -> dict[int, list[str]]:
    """By revision what it changed of the record's own fields."""
    rows = Incident.history.filter(id=incident_id).order_by("history_id")
    told: dict[int, list[str]] = defaultdict(list)
    for before, after in pairwise([None, *rows]):
        if after is not None:
            told[after.revision_id] += _differences(before, after)
    return told


def _differences(before: Any, after: Any) -> Iterator[str]:
    public = Incident.Status.PUBLISHED
    if after.history_type == "-":
        yield _("Deleted.")
    elif before is None or before.status != public:
        if after.status == public:
            yield _("Published.")
    elif after.status != public:
        yield _("Withdrawn.")
    else:
        for name in OF_INCIDENT:
            old, new = getattr(before, name), getattr(after, name)
            if old != new:
                yield _difference(name, old, new)


def _difference(name: str, old: Any, new: Any) -> str:
    if name in IN_SHORT:
        return _("%(what)s: changed.") % {"what": LABELS[name]}
    values = {"what": LABELS[name], "old": _words(name, old), "new": _words(name, new)}
    return _("%(what)s: was %(old)s, now %(new)s.") % values


def _words(name: str, value: Any) -> str:
    if value in (None, ""):
        return _("not known")
    if name == "base_id":
        base = bases_of().get(value)
        return local_name(base) if base else _("a base no longer on record")
    if isinstance(value, datetime.date):
        return date_format(value, DAY)
    choices = dict(Incident._meta.get_field(name).flatchoices)  # type: ignore[union-attr]
    return str(choices.get(value, value))


def _of_parts(incident_id: int, numbers: list[int]) -> dict[int, list[str]]:
    """By revision how many statements, reports and keys it added, changed and removed."""
    every = [
        part.history.filter(incident_id=incident_id, revision_id__in=numbers)
        .order_by()
        .values_list("revision_id", Value(part.__name__, CharField()), "history_type")
        for part in (Claim, Citation, IncidentKey)
    ]
    rows = Counter(every[0].union(*every[1:], all=True))
    told: dict[int, list[str]] = defaultdict(list)
    for (number, part, did), count in sorted(rows.items()):
        told[number].append(_part_sentences(count)[part, did] % {"number": count})
    return told


def _part_sentences(count: int) -> dict[tuple[str, str], str]:
    return {
        ("Claim", "+"): ngettext(
            "%(number)s statement added.", "%(number)s statements added.", count
        ),
        ("Claim", "~"): ngettext(
            "%(number)s statement changed.", "%(number)s statements changed.", count
        ),
        ("Claim", "-"): ngettext(
            "%(number)s statement removed.", "%(number)s statements removed.", count
        ),
        ("Citation", "+"): ngettext("%(number)s report added.", "%(number)s reports added.", count),
        ("Citation", "~"): ngettext(
            "%(number)s report changed.", "%(number)s reports changed.", count
        ),
        ("Citation", "-"): ngettext(
            "%(number)s report removed.", "%(number)s reports removed.", count
        ),
        ("IncidentKey", "+"): ngettext("%(number)s key added.", "%(number)s keys added.", count),
        ("IncidentKey", "~"): ngettext(
            "%(number)s key changed.", "%(number)s keys changed.", count
        ),
        ("IncidentKey", "-"): ngettext(
            "%(number)s key removed.", "%(number)s keys removed.", count
        ),
    }
