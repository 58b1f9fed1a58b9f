"""What could be known on a day: the clock of the sources, `known_on`.

A report is known from the day it was published, a claim from the day it was made; where only a
range is known, certainly from its last day and possibly from its first. A claim of unknown day is
known with its report, and no report is older than a statement that it carries. What nobody dates
may have been known from the incident's first day on, and no knowledge precedes that day: the
Pentagon dates some attacks by the day in Washington.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from sources.models import Report
from sources.recorded import Record

Day = datetime.date


def reports_known(record: Record, on: Day | None) -> QuerySet[Any]:
    """Reports that may have been published by the end of that day (all, where it is None)."""
    reports = record.rows(Report)
    return reports if on is None else reports.filter(may_be_published(on))


def reports_to_show(record: Record, on: Day | None) -> QuerySet[Any]:
    """Of these reports those that can be shown: what carries a later statement is itself later."""
    from .models import Claim

    reports = reports_known(record, on)
    if on is None:
        return reports
    later = record.rows(Claim).filter(made_on__gt=on, report__isnull=False).values("report")
    return reports.filter(Q(published_latest__lte=on) | ~Q(id__in=later))


def may_be_published(on: Day, report: str = "") -> Q:
    """That the report at this lookup path, such as "report__", may have been published by then."""
    return Q(**{f"{report}published_earliest__lte": on}) | Q(
        **{f"{report}published_earliest": None}
    )


def claims_known(record: Record, on: Day | None) -> QuerySet[Any]:
    """Claims that may have been known by the end of that day (all, where it is None)."""
    from .models import Claim

    claims = record.rows(Claim)
    if on is None:
        return claims
    undated = Q(made_on=None) & (
        Q(report=None) | Q(report__in=reports_to_show(record, on).values("id"))
    )
    return claims.filter(Q(made_on__lte=on) | undated)


def claims_surely_known(record: Record, on: Day | None) -> QuerySet[Any]:
    """Claims that were certainly known by the end of that day (all, where it is None)."""
    from .models import Claim

    claims = record.rows(Claim)
    return claims if on is None else claims.filter(_surely_known(record, on))


def doubtful_claims(record: Record, on: Day) -> QuerySet[Any]:
    """Of the incident of an outer query, the claims that may or may not have been known by then."""
    return _of_incident(claims_known(record, on)).exclude(_surely_known(record, on))


def _surely_known(record: Record, on: Day) -> Q:
    return Q(made_on__lte=on) | Q(made_on=None, report__in=_surely_published(record, on))


def _surely_published(record: Record, on: Day) -> QuerySet[Any]:
    return record.rows(Report).filter(published_latest__lte=on).values("id")


def may_be_known(record: Record, on: Day) -> Q:
    """Incidents of that record that somebody may have known of by the end of that day."""
    from .models import Citation, Claim

    cited = _of_incident(record.rows(Citation))
    claimed = _of_incident(record.rows(Claim))
    known = (
        Exists(cited.filter(report__in=reports_known(record, on).values("id")))
        | Exists(_of_incident(claims_known(record, on)))
        # Nothing says when it was known.
        | (~Exists(cited) & ~Exists(claimed))
    )
    return Q(earliest__lte=on) & Q(known)


def is_known(record: Record, on: Day) -> Q:
    """Incidents of that record that somebody certainly knew of by the end of that day."""
    from .models import Citation

    cited = _of_incident(record.rows(Citation)).filter(report__in=_surely_published(record, on))
    known = Exists(cited) | Exists(_of_incident(claims_surely_known(record, on)))
    return Q(earliest__lte=on) & Q(known)


def _of_incident(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(incident_id=OuterRef("id"))
