"""What is on record of an incident as a paragraph of whole sentences, each translated as one.

They say only what is on record. What is not known is said to be so or left out, and is never a
zero; a range of days or of people stays a range.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from sources.local_names import local_name
from sources.models import Organisation
from sources.templatetags.facts import DAY, day_words
from sources.terms import governorate_words, source_words

from .claim_status import ClaimStatus
from .models import Claim, Grade, Incident

Day = datetime.date
NAMED = 3  # sources in a sentence; the others are counted

# The weapon where it is not known how many there were.
SOME = {
    "drone": gettext_lazy("one or more drones"),
    "rocket": gettext_lazy("one or more rockets"),
    "missile": gettext_lazy("one or more missiles"),
    "ballistic_missile": gettext_lazy("one or more ballistic missiles"),
    "mortar": gettext_lazy("mortar fire"),
    "artillery": gettext_lazy("artillery fire"),
    "explosive_device": gettext_lazy("one or more explosive devices"),
    "small_arms": gettext_lazy("small arms"),
    "other": gettext_lazy("a weapon of another kind"),
}


def paragraph(incident: Any, as_of: Day | None) -> list[str]:
    """The sentences, in the language of the page.

    `incident` has its claims and its `claim_status` (see `records`); `as_of` is the day up to which
    its sources are on record.
    """
    claims = list(incident.claims.all())
    return [
        _what_happened(incident),
        *_how_many_attacks(incident),
        *_outcome(incident),
        *_casualties(incident),
        *_who_gave_figures(claims),
        *_who_claims(incident, claims, as_of),
    ]


def _what_happened(incident: Any) -> str:
    days, weapon = _days(incident), _weapon(incident)
    words = {
        "base": local_name(incident.base),
        "place": _place(incident.base),
        "day": date_format(incident.earliest, DAY),
        "days": day_words(incident.earliest, incident.latest),
        "weapon": weapon,
    }
    doubted = incident.grade in (Grade.CONTESTED, Grade.DISCOUNTED)
    return _opening(days, bool(weapon), doubted) % words


def _days(incident: Any) -> int:
    return (incident.latest - incident.earliest).days + 1


def _opening(days: int, weapon: bool, doubted: bool) -> str:
    """The first sentence: of a known day, of two days, or of more; with the weapon where known."""
    of_one_day = {
        (True, False): _("On %(day)s, %(base)s in %(place)s was attacked with %(weapon)s."),
        (False, False): _("On %(day)s, %(base)s in %(place)s was attacked."),
        (True, True): _(
            "An attack with %(weapon)s on %(base)s in %(place)s was reported for %(day)s."
        ),
        (False, True): _("An attack on %(base)s in %(place)s was reported for %(day)s."),
    }
    of_two_days = {
        (True, False): _(
            "On %(day)s or on the day after, %(base)s in %(place)s was attacked with %(weapon)s."
        ),
        (False, False): _("On %(day)s or on the day after, %(base)s in %(place)s was attacked."),
        (True, True): _(
            "An attack with %(weapon)s on %(base)s in %(place)s was reported for %(day)s or the "
            "day after."
        ),
        (False, True): _(
            "An attack on %(base)s in %(place)s was reported for %(day)s or the day after."
        ),
    }
    of_more = {
        (True, False): _(
            "On one of the days %(days)s, %(base)s in %(place)s was attacked with %(weapon)s."
        ),
        (False, False): _("On one of the days %(days)s, %(base)s in %(place)s was attacked."),
        (True, True): _(
            "An attack with %(weapon)s on %(base)s in %(place)s was reported for one of the days "
            "%(days)s."
        ),
        (False, True): _(
            "An attack on %(base)s in %(place)s was reported for one of the days %(days)s."
        ),
    }
    return {1: of_one_day, 2: of_two_days}.get(days, of_more)[weapon, doubted]


def _place(base: Any) -> str:
    if not base.governorate:
        return str(base.country_name)
    return _("%(governorate)s governorate, %(country)s") % {
        "governorate": governorate_words(base.governorate),
        "country": base.country_name,
    }


def _weapon(incident: Any) -> str:
    """What it was attacked with; empty where that is not known."""
    count = incident.munitions
    if not count or incident.weapon not in _counted_weapons(1):
        return str(SOME.get(incident.weapon, ""))
    return _counted_weapons(count)[incident.weapon] % {"number": count}


def _counted_weapons(number: int) -> dict[str, str]:
    return {
        "drone": ngettext("%(number)s drone", "%(number)s drones", number),
        "rocket": ngettext("%(number)s rocket", "%(number)s rockets", number),
        "missile": ngettext("%(number)s missile", "%(number)s missiles", number),
        "ballistic_missile": ngettext(
            "%(number)s ballistic missile", "%(number)s ballistic missiles", number
        ),
        "explosive_device": ngettext(
            "%(number)s explosive device", "%(number)s explosive devices", number
        ),
    }


def _how_many_attacks(incident: Any) -> Iterator[str]:
    count = incident.attack_count
    if count > 1:
        yield ngettext(
            "The record stands for %(number)s attack.",
            "The record stands for %(number)s attacks that cannot be told apart.",
            count,
        ) % {"number": count}


def _outcome(incident: Any) -> Iterator[str]:
    sentences = {
        Incident.Outcome.HIT: _("It is recorded as a hit."),
        Incident.Outcome.FIRE: _("It is recorded as a hit, followed by fire."),
        Incident.Outcome.INTERCEPTED: _("It is recorded as intercepted."),
        Incident.Outcome.MISSED: _("It is recorded as having missed."),
    }
    if incident.outcome in sentences:
        yield sentences[incident.outcome]
    if incident.material_damage == Incident.Damage.YES:
        yield _("Material damage was reported.")


def _casualties(incident: Any) -> Iterator[str]:
    killed, injured = (_figures(incident, whom) for whom in ("killed", "injured"))
    if killed == injured == (None, None, None):
        yield _("How many people were killed or injured is not known.")
    elif killed[:2] == injured[:2] == (0, 0):
        yield _("By what is on record nobody was killed or injured.")
    else:
        yield from _people(*killed, sentences=_killed)
        yield from _people(*injured, sentences=_injured)


def _figures(incident: Any, whom: str) -> tuple[int | None, int | None, int | None]:
    return tuple(getattr(incident, f"{whom}_{end}") for end in ("low", "high", "best"))


def _people(
    low: int | None, high: int | None, best: int | None, *, sentences: Any
) -> Iterator[str]:
    """One sentence on so many people, and one on the most likely number within a range."""
    said = sentences(high if low is None else low)
    numbers = {"low": low, "high": high, "best": best}
    if low == high:
        if low is not None:
            yield (said["exactly"] if low else said["nobody"]) % numbers
        elif best is None:
            yield said["unknown"]
    elif high is None:
        # "Nobody or more" would say nothing.
        yield (said["at least"] if low else said["unknown"]) % numbers
    else:
        yield (said["at most"] if low in (None, 0) else said["between"]) % numbers
    if best is not None and (low is None or low != high):
        yield sentences(best)["most likely"] % numbers


def _killed(number: int | None) -> dict[str, str]:
    count = number or 0
    return {
        "unknown": _("How many people were killed is not known."),
        "nobody": _("Nobody was killed."),
        "exactly": ngettext("%(low)s person was killed.", "%(low)s people were killed.", count),
        "at least": ngettext(
            "At least %(low)s person was killed.", "At least %(low)s people were killed.", count
        ),
        "at most": _("The number of people killed is put at %(high)s at most."),
        "between": _("Between %(low)s and %(high)s people were killed, as sources differ."),
        "most likely": ngettext(
            "Most likely %(best)s person was killed.",
            "Most likely %(best)s people were killed.",
            count,
        ),
    }


def _injured(number: int | None) -> dict[str, str]:
    count = number or 0
    return {
        "unknown": _("How many people were injured is not known."),
        "nobody": _("Nobody was injured."),
        "exactly": ngettext("%(low)s person was injured.", "%(low)s people were injured.", count),
        "at least": ngettext(
            "At least %(low)s person was injured.", "At least %(low)s people were injured.", count
        ),
        "at most": _("The number of people injured is put at %(high)s at most."),
        "between": _("Between %(low)s and %(high)s people were injured, as sources differ."),
        "most likely": ngettext(
            "Most likely %(best)s person was injured.",
            "Most likely %(best)s people were injured.",
            count,
        ),
    }


def _who_gave_figures(claims: Iterable[Claim]) -> Iterator[str]:
    names = _names(claim for claim in claims if claim.states_figures)
    if names:
        yield _("Figures were given by %(sources)s.") % {"sources": listed(names)}


def _who_claims(incident: Any, claims: list[Claim], as_of: Day | None) -> Iterator[str]:
    status = incident.claim_status
    responsible = [claim for claim in claims if affirms_responsibility(claim)]
    if status in (ClaimStatus.CLAIMED, ClaimStatus.COMPETING):
        groups = {"groups": listed(_names(filter(by_armed_group, responsible)))}
        if status == ClaimStatus.CLAIMED:
            yield _("It was claimed by %(groups)s.") % groups
        else:
            yield _("More than one group claims it: %(groups)s.") % groups
        return
    if status == ClaimStatus.DENIED:
        denials = [claim for claim in claims if denies(claim) and by_armed_group(claim)]
        yield _("Responsibility was denied by %(groups)s.") % {"groups": listed(_names(denials))}
    if responsible:
        yield _("A claim of responsibility is on record, but by no named armed group.")
    elif as_of is not None:
        yield nobody_claims(as_of)


def nobody_claims(as_of: Day) -> str:
    return _("By what is on record nobody had claimed it as of %(day)s.") % {
        "day": date_format(as_of, DAY)
    }


def affirms_responsibility(claim: Claim) -> bool:
    """As `claim_status.AFFIRMS_RESPONSIBILITY` has it, of a claim at hand."""
    return (claim.kind, claim.stance) == (Claim.Kind.RESPONSIBILITY, Claim.Stance.AFFIRMS)


def denies(claim: Claim) -> bool:
    """As `claim_status.DENIES` has it."""
    denial = claim.kind == Claim.Kind.DENIAL and claim.stance in ("affirms", "denies")
    return denial or (claim.kind, claim.stance) == (Claim.Kind.RESPONSIBILITY, "denies")


def by_armed_group(claim: Claim) -> bool:
    return claim.claimant is not None and claim.claimant.kind == Organisation.Kind.ARMED_GROUP


def _names(claims: Iterable[Claim]) -> list[str]:
    """Who made these claims, each once, in order."""
    every = (
        local_name(claim.claimant) if claim.claimant else source_words(claim.claimant_text)
        for claim in claims
    )
    return list(dict.fromkeys(name for name in every if name))


def listed(names: list[str]) -> str:
    """The first few names, and how many there are besides."""
    shown, rest = names[:NAMED], len(names) - NAMED
    if rest > 0:
        text = pgettext("between the names of a list", ", ").join(shown)
        return ngettext(
            "%(names)s and %(number)s other", "%(names)s and %(number)s others", rest
        ) % {"names": text, "number": rest}
    *first, last = shown or [""]
    if not first:
        return last
    text = pgettext("between the names of a list", ", ").join(first)
    return _("%(names)s and %(last)s") % {"names": text, "last": last}
