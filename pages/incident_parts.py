"""The parts of an incident's page that are more than one of its fields."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from attacks.models import Claim
from sources.kept import last_revision
from sources.local_names import local_name
from sources.templatetags.facts import day_words
from tallies.citations import RecordCitation

from .record_changes import change_log
from .structured import as_script, event


@dataclass
class Voice:
    """Somebody who spoke on a day, and what they said then."""

    claimant: Any  # the organisation, or None
    as_printed: str
    claims: list[Claim] = field(default_factory=list)


@dataclass
class SaidOn:
    day: datetime.date | None
    voices: list[Voice]


def said_by_day(claims: Iterable[Claim]) -> list[SaidOn]:
    """The statements in order of time, those of one day beside each other by who made them."""
    days = groupby(claims, key=lambda claim: claim.made_on)
    return [SaidOn(day, _voices(of_day)) for day, of_day in days]


def _voices(claims: Iterable[Claim]) -> list[Voice]:
    voices: dict[tuple[Any, str], Voice] = {}
    for claim in claims:
        # Two who are not named need not be the same.
        key = (claim.claimant_id, claim.claimant_text or f"{claim.pk}")
        voices.setdefault(key, Voice(claim.claimant, claim.claimant_text)).claims.append(claim)
    return list(voices.values())


def figures_stated(claims: Iterable[Claim]) -> list[Claim]:
    """Those that state a number of people, in order of time."""
    return [claim for claim in claims if claim.states_figures]


def of_today(request: Any, incident: Any, sentences: list[str]) -> dict[str, Any]:
    """What is told with today's record only: what changed, how to cite it, and its data."""
    url = request.build_absolute_uri(incident.get_absolute_url())
    name = _name(incident)
    data = event(
        incident, url=url, name=name, description=" ".join(sentences), language=get_language() or ""
    )
    return {
        "change_log": change_log(incident.pk),
        "last_change": incident.last_revision(),
        "citation": _citation(request, incident),
        "correction_query": correction_query(incident.public_id, url),
        "structured": as_script(data) if data else "",
    }


def _name(incident: Any) -> str:
    return _("Attack on %(base)s, %(days)s") % {
        "base": local_name(incident.base),
        "days": day_words(incident.earliest, incident.latest),
    }


def _citation(request: Any, incident: Any) -> dict[str, str]:
    """In the language of the source, at the address that has no language in it."""
    with translation.override(settings.LANGUAGE_CODE):
        cited = RecordCitation(
            key=f"basewatch-{incident.public_id.lower()}",
            title=f"Incident {incident.public_id}: {_name(incident)}",
            url=request.build_absolute_uri(incident.get_absolute_url()),
            revision=last_revision(),  # type: ignore[arg-type]
        )
        return {"plain": cited.plain, "bibtex": cited.bibtex, "csl_json": cited.csl_json}


def correction_query(record: str, url: str) -> str:
    """Subject and body of a mail about a record, for a mailto address."""
    last = last_revision()
    subject = _("Correction to %(record)s (revision %(number)s)") % {
        "record": record,
        "number": last.number if last else 0,
    }
    return urlencode({"subject": subject, "body": f"{url}\n\n"}, quote_via=quote)
