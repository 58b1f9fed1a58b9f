"""The record as it is today, or as it stood after a revision.

History holds each row as every revision left it. To know how the record stood, take of each object
the row with the highest history id up to that revision, and leave out those that were deleted.
Nothing may be reached through a foreign key of such a row: that leads to the rows of today.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from .models import Revision


@dataclass(frozen=True)
class Record:
    """Of today (`revision` is None), or as it stood after the revision of that number."""

    revision: int | None = None

    def rows(self, model: Any) -> QuerySet[Any]:
        """The rows of a model. Their `id` is that of the object; never ask for their pk."""
        if self.revision is None:
            return model._default_manager.all()
        history = model.history.model._default_manager.order_by()
        last = (
            history.filter(revision_id__lte=self.revision)
            .values("id")
            .annotate(last=Max("history_id"))
        )
        return history.filter(history_id__in=last.values("last")).exclude(history_type="-")

    def by_id(self, model: Any, ids: Iterable[int | None]) -> dict[int, Any]:
        """Instances of the model itself by id, without what they link to."""
        wanted = {one for one in ids if one is not None}
        found = self.rows(model).filter(id__in=wanted) if wanted else ()
        return {row.id: as_instance(row) for row in found}


TODAY = Record()


def as_instance(row: Any) -> Any:
    """The object that a row of history was, or the row itself where it is one of today."""
    return row.instance if hasattr(row, "history_id") else row


def keep_related(instance: Any, name: str, rows: list[Any]) -> None:
    """Let these rows be the answer of a relation to many, as if Django had prefetched them."""
    found = getattr(instance, name).all()
    found._result_cache, found._prefetch_done = rows, True
    if not hasattr(instance, "_prefetched_objects_cache"):
        instance._prefetched_objects_cache = {}
    instance._prefetched_objects_cache[name] = found


class NoSuchRevision(ValueError):
    """Says in words for the reader why a text names no revision."""


def as_recorded(text: str) -> Record:
    """The record that `recorded_at` asks for: the number of a revision, or a moment.

    A moment is an ISO date and time, UTC unless it says otherwise; a day alone means its end.
    Raises `NoSuchRevision`.
    """
    last = Revision.objects.first()
    if last is None:
        raise NoSuchRevision("Nothing is on record yet.")
    if re.fullmatch("[0-9]{1,9}", text):
        number = int(text)
        if not 1 <= number <= last.number:
            raise NoSuchRevision(f"There is no revision {number}; the last one is {last.number}.")
        return Record(number)
    moment = _moment(text)
    if moment is None:
        raise NoSuchRevision(
            "Give the number of a revision, or a moment such as 2024-08-10T12:00Z or 2024-08-10."
        )
    if moment > timezone.now():
        raise NoSuchRevision("That moment is still to come, so the answer could change.")
    found = Revision.objects.filter(moment__lte=moment).first()
    if found is None:
        first = Revision.objects.latest("-number").moment
        raise NoSuchRevision(
            f"Nothing was on record then; the first revision is of {first:%Y-%m-%d %H:%M} UTC."
        )
    return Record(found.number)


def _moment(text: str) -> datetime.datetime | None:
    # The + of an offset is a space once it went through an address.
    text = re.sub(r" (?=\d\d:?\d\d$)", "+", text) if "T" in text else text
    try:
        if day := parse_date(text):
            start = datetime.datetime.combine(day, datetime.time.max)
            return timezone.make_aware(start, datetime.UTC)
        moment = parse_datetime(text)
        if moment is None or timezone.is_naive(moment):
            return moment and timezone.make_aware(moment, datetime.UTC)
        # Here, because near the first and the last year an offset leads out of what can be told.
        return moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return None
