"""Makers of records for tests. Each writes its own revision unless one is open."""

import datetime
import itertools

from attacks.models import Citation, Claim, CountingRule, Incident, RuleSite
from bases.models import BaseName, ForcePresence, MilitaryBase
from sources.models import Organisation, OrganisationName, Report
from sources.revisions import revision
from tallies.models import AcceptedFinding, PublishedTally, TallyLine

_numbers = itertools.count(1)


def day(text):
    return datetime.date.fromisoformat(text)


def _make(model, **fields):
    with revision("made by a test"):
        return model.objects.create(**fields)


def make_organisation(slug=None, **fields):
    slug = slug or f"organisation-{next(_numbers)}"
    return _make(Organisation, **{"slug": slug, "name": slug.title(), "kind": "news"} | fields)


def make_organisation_name(organisation, name, **fields):
    return _make(OrganisationName, organisation=organisation, name=name, **fields)


def make_group(slug=None, **fields):
    """An armed group: the only kind of organisation whose claims decide a claim status."""
    return make_organisation(slug, **{"kind": "armed_group"} | fields)


def make_report(key=None, published=None, **fields):
    key = key or f"report-{next(_numbers)}"
    if published:
        fields |= {
            "published_earliest": day(published),
            "published_latest": day(published),
        }
    return _make(Report, **{"key": key, "url": f"https://example.org/{key}"} | fields)


def make_base(slug=None, **fields):
    slug = slug or f"base-{next(_numbers)}"
    return _make(
        MilitaryBase,
        **{"slug": slug, "name": slug.title(), "kind": "base", "country": "SY"} | fields,
    )


def make_base_name(base, name, **fields):
    return _make(BaseName, base=base, name=name, **fields)


def make_presence(key=None, **fields):
    return _make(
        ForcePresence,
        **{
            "key": key or f"presence-{next(_numbers)}",
            "force_text": "A force",
            "troops": 900,
        }
        | ({} if "base" in fields else {"country": "SY"})
        | fields,
    )


def make_incident(base=None, on="2024-01-15", until=None, reports=(), **fields):
    """A published incident of one known day, or of the days from `on` to `until`."""
    with revision("made by a test"):
        incident = Incident.objects.create(
            **{
                "base": base or make_base(),
                "earliest": day(on),
                "latest": day(until or on),
                "status": Incident.Status.PUBLISHED,
            }
            | fields
        )
        for report in reports:
            Citation.objects.create(incident=incident, report=report)
    return incident


def make_claim(incident, kind="responsibility", stance="affirms", **fields):
    if fields.get("claimant"):
        fields.setdefault("claimant_text", fields["claimant"].name)
    return _make(Claim, incident=incident, kind=kind, stance=stance, **fields)


def make_rule(organisation=None, folds=(), doubtful=(), **fields):
    """A counting rule; `folds` and `doubtful` are pairs of bases: site, and under which."""
    with revision("made by a test"):
        rule = CountingRule.objects.create(
            **{
                "organisation": organisation or make_organisation(kind="monitor"),
                "text": "Its rule.",
            }
            | fields
        )
        for base, into in folds:
            RuleSite.objects.create(rule=rule, base=base, into=into)
        for base, into in doubtful:
            RuleSite.objects.create(rule=rule, base=base, into=into, doubtful=True)
    return rule


def make_tally(counter=None, lines=(), published="2024-02-01", **fields):
    """A published tally; `lines` are (base or country code, number) in order of print."""
    with revision("made by a test"):
        tally = PublishedTally.objects.create(
            **{
                "key": f"tally-{next(_numbers)}",
                "counter": counter or make_organisation(kind="monitor"),
                "report": make_report(published=published),
                "counting_since": day("2023-10-19"),
                "total": sum(number for _, number in lines),
                "coverage": "full" if lines else "total_only",
                "territory": "SY",
            }
            | fields
        )
        for position, (where, number) in enumerate(lines, 1):
            place = {"base": where} if isinstance(where, MilitaryBase) else {"country": where}
            TallyLine.objects.create(
                tally=tally,
                position=position,
                number=number,
                name_as_printed=str(where),
                **place,
            )
    return tally


def make_accepted_finding(kind="arithmetic", tally=None, **fields):
    return _make(
        AcceptedFinding,
        **{"kind": kind, "tally": tally or make_tally(), "why": "It is known why."} | fields,
    )
