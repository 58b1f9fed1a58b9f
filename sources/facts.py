"""What holds for every model that states a fact: it is written with history, under a revision."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from django.db import models

# Whether the bulk writers of `sources.revisions` are at work: they write the history too.
writing_history: ContextVar[bool] = ContextVar("writing history", default=False)


class RevisionRequired(RuntimeError):
    """A fact was to be written without its revision or its history."""


class FactQuerySet(models.QuerySet):
    """Refuses the writes of Django that leave no history."""

    def update(self, **values: Any) -> int:
        self._require_history("update_all")
        return super().update(**values)

    def bulk_create(self, *args: Any, **options: Any) -> Any:
        self._require_history("create_all")
        return super().bulk_create(*args, **options)

    def bulk_update(self, *args: Any, **options: Any) -> int:
        self._require_history("update_all")
        return super().bulk_update(*args, **options)

    def _require_history(self, instead: str) -> None:
        if not writing_history.get():
            raise RevisionRequired(
                f"This would write no history. Save the records or use sources.revisions.{instead}."
            )
