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

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
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


def left_otherwise(model: Any, fields: Iterable[str]) -> QuerySet[Any]:
    """Rows of history that differ in one of these fields from what their revision found.

    What a revision made differs too. Names of columns: `publisher_id`, not `publisher`.
    """
    rows = model.history.model._default_manager.order_by()
    found = rows.filter(id=OuterRef("id"), revision_id__lt=OuterRef("revision_id"))
    last = found.order_by("-history_id").values("history_id")[:1]
    same = Q(*(_same(rows.model, name) for name in fields))
    as_found = rows.filter(same, history_id=OuterRef("found"))
    return rows.alias(found=Subquery(last)).filter(~Exists(as_found))


def _same(rows: Any, name: str) -> Q:
    """That a column is as in the row of the outer query; two unknowns are the same."""
    same = Q(**{name: OuterRef(name)})
    if rows._meta.get_field(name).null:
        same |= Q(IsNull(F(name), True), IsNull(OuterRef(name), True))
    return same


class NoSuchRevision(ValueError):
    """Says in words for the reader why a text names no revision."""


HOW_TO_ASK = "Give the number of a revision, or a moment such as 2024-08-10T12:00Z or 2024-08-10."


def as_recorded(text: str) -> Record:
    """The record that `recorded_at` asks for: the number of a revision, or a moment.

    A moment is an ISO date and time, UTC unless it says otherwise; a day alone means its end.
    Raises `NoSuchRevision`.
    """
    last = Revision.objects.first()
    if last is None:
        raise NoSuchRevision("Nothing is on record yet.")
    if (number := _number(text)) is not None:
        if not 1 <= number <= last.number:
            raise NoSuchRevision(f"There is no revision {number}; the last one is {last.number}.")
        return Record(number)
    moment = _moment(text, of_a_day=datetime.time.max)
    if moment > timezone.now():
        raise NoSuchRevision("That moment is still to come, so the answer could change.")
    found = Revision.objects.filter(moment__lte=moment).first()
    if found is None:
        first = Revision.objects.latest("-number").moment
        raise NoSuchRevision(
            f"Nothing was on record then; the first revision is of {first:%Y-%m-%d %H:%M} UTC."
        )
    return Record(found.number)


def last_before(text: str) -> int:
    """The number of the revision after which all came that `updated_since` asks for; 0: all did.

    It asks by the number of a revision already known, or by the moment from which on; a day alone
    means its beginning. What is still to come was never said by this installation, so whoever asks
    for it has mixed up two of them. Raises `NoSuchRevision`.
    """
    if (number := _number(text)) is not None:
        last = Revision.objects.first()
        if number > (last.number if last else 0):
            is_last = f"the last one is {last.number}" if last else "nothing is on record yet"
            raise NoSuchRevision(
                f"There is no revision {number}; {is_last}. Was that number of another server?"
            )
        return number
    moment = _moment(text, of_a_day=datetime.time.min)
    if moment > timezone.now():
        raise NoSuchRevision("That moment is still to come, so nothing has changed since.")
    found = Revision.objects.filter(moment__lt=moment).first()
    return found.number if found else 0


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def _moment(text: str, *, of_a_day: datetime.time) -> datetime.datetime:
    """The moment of which a text speaks; of a day alone, the one at that time."""
    # The + of an offset is a space once it went through an address.
    text = re.sub(r" (?=\d\d:?\d\d$)", "+", text) if "T" in text else text
    try:
        if day := parse_date(text):
            return datetime.datetime.combine(day, of_a_day, datetime.UTC)
        if moment := parse_datetime(text):
            if timezone.is_naive(moment):
                return timezone.make_aware(moment, datetime.UTC)
            # Here, because near the first and the last year an offset leads out of what can be
            # told.
            return moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        pass
    raise NoSuchRevision(HOW_TO_ASK)
