"""Every transaction that writes facts makes one Revision, and its history rows carry it.

    with revision("Casualty figure corrected by the Pentagon", who=request.user):
        incident.save()

Facts written outside such a block are refused, so no change is without its number and reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.signals import pre_save
from django.utils import timezone
from simple_history.signals import pre_create_historical_record
from simple_history.utils import bulk_update_with_history

from .bulk import insert
from .facts import RevisionRequired, writing_history
from .models import Revision


class _Open:
    """The revision that is being written, and whether a fact was written under it."""

    def __init__(self, revision: Revision) -> None:
        self.revision = revision
        self.used = False


_open: ContextVar[_Open | None] = ContextVar("open revision", default=None)
_at_end: list[Callable[[int], None]] = []


def being_written() -> bool:
    """Whether facts are being written here, so that the record is about to change."""
    return _open.get() is not None


def at_end(callback: Callable[[int], None]) -> None:
    """Have this called with the number of every revision, inside its transaction.

    All its facts are written by then and no more may follow, so that what is kept of them (such as
    which records they changed) is never behind them and never of a revision that failed.
    """
    if callback not in _at_end:
        _at_end.append(callback)


@contextmanager
def revision(
    reason: str,
    *,
    who: User | None = None,
    origin: str = Revision.Origin.CODE,
) -> Iterator[Revision]:
    """Open the transaction and the revision that all facts written inside belong to.

    Inside another such block it joins that one, and if it fails, only what is inside it is undone.
    If no fact is written, no revision is made.
    """
    if outer := _open.get():
        used = outer.used
        try:
            with transaction.atomic():
                yield outer.revision
        except BaseException:
            outer.used = used
            raise
        return
    with transaction.atomic():
        _wait_for_other_writers()
        last = Revision.objects.first()
        opened = _Open(
            Revision(
                number=last.number + 1 if last else 1,
                who=who,
                origin=origin,
                reason=reason,
            )
        )
        token = _open.set(opened)
        try:
            yield opened.revision
        finally:
            _open.reset(token)
        if opened.used:
            # Foreign keys are checked at commit, so the row may follow the history rows that
            # name it; its moment is then that of the commit. Two revisions never share one.
            opened.revision.moment = timezone.now()
            if last and opened.revision.moment <= last.moment:
                opened.revision.moment = last.moment + timedelta(microseconds=1)
            opened.revision.save(force_insert=True)
            for callback in _at_end:
                callback(opened.revision.number)


def _wait_for_other_writers() -> None:
    """Let one transaction at a time write facts, so that numbers follow the order of commits."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Conflicts with itself but not with readers nor with foreign key checks.
            cursor.execute(
                f"LOCK TABLE {connection.ops.quote_name(Revision._meta.db_table)}"
                " IN SHARE ROW EXCLUSIVE MODE"
            )


def last_revision(record: Any, *parts: tuple[Any, str]) -> Revision | None:
    """The last change of a record or of its parts, given as (model, name of its foreign key)."""
    wrote = Q(pk__in=record.history.values("revision"))
    for model, key in parts:
        wrote |= Q(pk__in=model.history.filter(**{key: record.pk}).values("revision"))
    return Revision.objects.filter(wrote).first()


def create_all(objects: Sequence[models.Model]) -> None:
    """Insert new objects of one model with their history, a few statements for all of them."""
    if objects:
        with _bulk() as number:
            insert(objects, number)


def update_all(objects: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Update these fields of objects of one model, with history."""
    if objects:
        with _bulk() as number:
            bulk_update_with_history(
                objects,
                type(objects[0]),
                fields,
                batch_size=500,
                custom_historical_attrs={"revision_id": number},
            )


@contextmanager
def _bulk() -> Iterator[int]:
    """Let the bulk writers of Django through; gives the number of the revision."""
    opened = _required()
    token = writing_history.set(True)
    try:
        yield opened.revision.number
    finally:
        writing_history.reset(token)


def _required() -> _Open:
    opened = _open.get()
    if opened is None:
        raise RevisionRequired("Write facts inside `with revision(reason):` (sources.revisions).")
    opened.used = True
    return opened


def _refuse_without_revision(sender: type[models.Model], **kwargs: Any) -> None:
    if hasattr(sender, "history") and not kwargs.get("raw"):
        _required()


def _stamp(sender: type[models.Model], history_instance: Any, **kwargs: Any) -> None:
    history_instance.revision_id = _required().revision.number


def connect() -> None:
    """Called once, when the apps are ready."""
    pre_save.connect(_refuse_without_revision, dispatch_uid="revision required to save")
    # A deletion is refused here too: its row of history is written in the same transaction.
    pre_create_historical_record.connect(_stamp, dispatch_uid="revision of history rows")
