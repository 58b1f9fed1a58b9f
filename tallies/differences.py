"""Which incidents came into a count, went out of it or changed since a revision, and why.

The why are the public reasons of the revisions that wrote the incident, its claims or its
citations. What was written while a record was a draft is not told, nor anything of a record that
was withdrawn but its days, its base and the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Model, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_noop

from attacks.models import Citation, Claim, Incident
from attacks.records import withdrawals
from bases.models import MilitaryBase
from sources.models import Revision
from sources.recorded import TODAY, Record

MOST_TOLD = 500  # incidents told one by one


class Stand(NamedTuple):
    """How an incident stands in a count: for how many attacks, and whether for certain."""

    attacks: int
    certain: bool


Counted = Mapping[int, Stand]  # by serial

PRIVATE = {"internal_note"}
PARTS: dict[str, type[Model]] = {"claims": Claim, "reports": Citation}
# Several columns that a reader knows as one.
TOLD_AS = {
    "earliest": gettext_noop("days"),
    "latest": gettext_noop("days"),
    "attack_count": gettext_noop("number of attacks"),
    "merged_into": gettext_noop("merging"),
    "summary_ar": gettext_noop("summary"),
} | {
    f"{whom}_{end}": words
    for whom, words in (
        ("killed", gettext_noop("killed people")),
        ("injured", gettext_noop("injured people")),
    )
    for end in ("low", "best", "high")
}
# What the other columns are called on the model, and the parts of a record.
NAMED = (
    gettext_noop("base"),
    gettext_noop("local time"),
    gettext_noop("local time in words"),
    gettext_noop("weapon"),
    gettext_noop("munitions"),
    gettext_noop("outcome"),
    gettext_noop("material damage"),
    gettext_noop("verification grade"),
    gettext_noop("status"),
    gettext_noop("claims"),
    gettext_noop("reports"),
)


@dataclass(frozen=True)
class Change:
    """One incident that is not counted as it was. Of a withdrawn one, no more than `reasons`."""

    CAME = gettext_noop("came")
    WENT = gettext_noop("went")
    CHANGED = gettext_noop("changed")

    kind: str
    public_id: str
    earliest: Any
    latest: Any
    base: MilitaryBase | None
    then: Stand | None
    now: Stand | None
    what: list[str]
    reasons: list[Revision]
    withdrawn: bool = False


@dataclass(frozen=True)
class Differences:
    changes: list[Change] = field(default_factory=list)
    untold: int = 0  # further incidents that came, went or may have changed

    @property
    def unexplained_bases(self) -> set[int]:
        """Bases of incidents of which no revision says why they came or went."""
        return {change.base.pk for change in self.changes if change.base and not change.reasons}


def differences(then: Counted, now: Counted, since: int) -> Differences:
    """What is not the same, as it stood after that revision and as it stands."""
    went = sorted(then.keys() - now.keys(), reverse=True)
    came = sorted(now.keys() - then.keys(), reverse=True)
    both = then.keys() & now.keys()
    otherwise = {serial for serial in both if then[serial] != now[serial]}
    maybe = sorted(otherwise | (both & _touched(since)), reverse=True)
    serials = [*went, *came, *maybe]
    told = _Telling(then, now, _stories(serials[:MOST_TOLD], since), since)
    return Differences([*told.changes()], max(0, len(serials) - MOST_TOLD))


def _touched(since: int) -> set[int]:
    """The serials of incidents which, or whose claims or citations, were written since."""
    wrote = Q(id__in=Incident.history.filter(revision_id__gt=since).values("id"))
    for model in PARTS.values():
        history: Any = model.history  # type: ignore[attr-defined]
        parts = history.filter(revision_id__gt=since).values("id")
        wrote |= Q(id__in=history.filter(id__in=parts).values("incident_id"))
    return set(Incident.objects.filter(wrote).order_by().values_list("serial", flat=True))


@dataclass
class _Story:
    """The rows of history of one incident and of its parts, with what they tell since."""

    since: int
    rows: list[Any] = field(default_factory=list)
    parts: dict[str, list[list[Any]]] = field(default_factory=lambda: defaultdict(list))

    @cached_property
    def then(self) -> Any:
        return _last(self.rows, self.since)

    @cached_property
    def now(self) -> Any:
        return self.rows[-1] if self.rows else None

    @property
    def withdrawn(self) -> bool:
        return not _is_public(self.now)

    @property
    def shown(self) -> Any:
        """The row whose days and base may be shown."""
        return self.then if self.withdrawn else self.now

    def what(self) -> list[str]:
        """What of it reads otherwise now."""
        if self.withdrawn:
            return [gettext_noop("withdrawn")]
        if not _is_public(self.then):
            return [gettext_noop("published")]
        told = [*dict.fromkeys(_words(name) for name in _differing(self.then, self.now))]
        return told + [name for name in PARTS if self._parts(name, self.since) != self._parts(name)]

    def _parts(self, name: str, until: int | None = None) -> list[Any]:
        """What it consists of, as it stood after that revision or as it stands."""
        rows = [_last(rows, until) for rows in self.parts[name]]
        own = [row for row in rows if _exists(row) and row.incident_id == self.now.id]
        return [_values(row) for row in own]

    def revisions(self) -> set[int]:
        """The numbers of the revisions that changed what readers see of it."""
        numbers = {
            row.revision_id
            for earlier, row in _steps(self.rows, self.since)
            if _is_public(earlier) or _is_public(row)
        }
        for rows in (rows for own in self.parts.values() for rows in own):
            numbers |= {
                row.revision_id
                for earlier, row in _steps(rows, self.since)
                if self.now.id in {row.incident_id, earlier and earlier.incident_id}
                and _is_public(_last(self.rows, row.revision_id))
            }
        return numbers


def _stories(serials: list[int], since: int) -> dict[int, _Story]:
    stories = {serial: _Story(since) for serial in serials}
    by_id: dict[int, _Story] = {}
    for row in Incident.history.filter(serial__in=serials).order_by("history_id"):
        by_id[row.id] = stories[row.serial]
        stories[row.serial].rows.append(row)
    for name, model in PARTS.items():
        history: Any = model.history  # type: ignore[attr-defined]
        own = history.filter(incident_id__in=by_id).values("id")
        for rows in _by_id(history.filter(id__in=own).order_by("id", "history_id")):
            for incident in {row.incident_id for row in rows} & by_id.keys():
                by_id[incident].parts[name].append(rows)
    return stories


def _by_id(rows: Iterable[Any]) -> Iterator[list[Any]]:
    for _, own in groupby(rows, key=lambda row: row.id):
        yield list(own)


class _Telling:
    """What the stories name, fetched for all of them at once."""

    def __init__(self, then: Counted, now: Counted, stories: dict[int, _Story], since: int) -> None:
        self.then, self.now, self.stories = then, now, stories
        gone = [story.now.id for story in stories.values() if story.now and story.withdrawn]
        self.withdrawals = withdrawals(gone) if gone else {}
        self.numbers = {
            serial: sorted(story.revisions())
            for serial, story in stories.items()
            if not story.withdrawn
        }
        self.revisions = Revision.objects.in_bulk({n for own in self.numbers.values() for n in own})
        ids = {story.shown.base_id for story in stories.values() if story.shown}
        self.bases = Record(since).by_id(MilitaryBase, ids) | TODAY.by_id(MilitaryBase, ids)

    def changes(self) -> Iterator[Change]:
        for serial, story in self.stories.items():
            if serial in self.then and serial in self.now:
                kind = Change.CHANGED
            else:
                kind = Change.CAME if serial in self.now else Change.WENT
            if what := self.what(serial, story, kind):
                yield self.change(serial, story, kind, what)

    def what(self, serial: int, story: _Story, kind: str) -> list[str]:
        what = story.what()
        if kind == Change.CHANGED:
            unsure = self.then[serial].certain != self.now[serial].certain
            return what + [gettext_noop("certainty")] * unsure
        return what or [gettext_noop("nothing in the record itself")]

    def change(self, serial: int, story: _Story, kind: str, what: list[str]) -> Change:
        row = story.shown
        if story.withdrawn:
            reason = self.withdrawals.get(story.now.id) if story.now else None
            reasons = [reason] if reason else []
        else:
            reasons = [self.revisions[number] for number in self.numbers[serial]]
        return Change(
            kind=kind,
            public_id=f"BW-{serial}",
            earliest=row and row.earliest,
            latest=row and row.latest,
            base=row and self.bases.get(row.base_id),
            then=None if story.withdrawn else self.then.get(serial),
            now=self.now.get(serial),
            what=what,
            reasons=reasons,
            withdrawn=story.withdrawn,
        )


def _is_public(row: Any) -> bool:
    return _exists(row) and row.status == Incident.Status.PUBLISHED


def _exists(row: Any) -> bool:
    return row is not None and row.history_type != "-"


def _last(rows: list[Any], until: int | None = None) -> Any:
    """The row as that revision left it; as it stands, where it is None."""
    return next((row for row in reversed(rows) if until is None or row.revision_id <= until), None)


def _steps(rows: list[Any], since: int) -> Iterator[tuple[Any, Any]]:
    """Each row written since that readers can tell from the one before, with that one."""
    earlier = None
    for row in rows:
        if row.revision_id > since and (
            _exists(row) != _exists(earlier) or _differing(earlier, row)
        ):
            yield earlier, row
        earlier = row


def _values(row: Any) -> dict[str, Any]:
    """What readers see of a row of history."""
    fields = row.instance_type._meta.concrete_fields
    return {one.name: getattr(row, one.attname) for one in fields if one.name not in PRIVATE}


def _differing(one: Any, other: Any) -> list[str]:
    """The names of the columns that differ, among those that readers see."""
    if one is None or other is None:
        return []
    before, after = _values(one), _values(other)
    return [name for name in before if before[name] != after[name]]


def _words(name: str) -> str:
    field: Any = Incident._meta.get_field(name)
    return TOLD_AS.get(name, field.verbose_name)
