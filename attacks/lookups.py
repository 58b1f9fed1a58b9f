"""By what incidents and claims can be asked, beside the filters that a page shows.

`method` names the one of the filter set that answers; see `filters`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from bases.filters import base_countries, bases_by_slug
from sources.filters import organisations
from sources.lookups import (
    EXACT,
    NULLABLE,
    ORDERED,
    Choices,
    Days,
    Lookups,
    Numbers,
    Values,
)

from .claim_status import ClaimStatus
from .models import Claim, Grade, Incident, serial_of

COMPARED = (*ORDERED, "isnull")


class PublicIds(Values):
    """Public ids, read as serial numbers. One that nobody has is left out, as in a saved list."""

    def read_one(self, text: str) -> int:
        serial = serial_of(text)
        if serial is None:
            raise ValidationError(
                _("“%(value)s” is no public id. Use one such as BW-12.") % {"value": text}
            )
        return serial

    def text(self, value: Any) -> str:
        return f"BW-{value}"


def figures(whom: str, lookups: tuple[str, ...], which: Iterable[str]) -> list[Lookups]:
    return [Lookups(f"{whom}_{one}", FIGURES[f"{whom}_{one}"], lookups, Numbers()) for one in which]


FIGURES = {
    "killed_low": _("Killed (lowest)"),
    "killed_best": _("Killed (best figure)"),
    "killed_high": _("Killed (highest)"),
    "injured_low": _("Injured (lowest)"),
    "injured_best": _("Injured (best figure)"),
    "injured_high": _("Injured (highest)"),
}


INCIDENT_LOOKUPS = (
    Lookups("public_id", _("Public id"), ("in",), PublicIds(), field="serial"),
    Lookups("event_date", _("Earliest day"), (*EXACT, "in"), Days(), field="earliest"),
    Lookups("event_date_end", _("Latest day"), (*EXACT, "in"), Days(), field="latest"),
    Lookups("local_time", _("Local time"), ("isnull",)),
    Lookups("base", _("Base"), ("in",), bases_by_slug(), method="at_bases"),
    Lookups("country", _("Country"), ("in",), Choices(base_countries), method="in_countries"),
    Lookups("location", _("Name of the base"), ("icontains",), method="at_bases_named"),
    Lookups("attack_count", _("Attacks"), EXACT, Numbers()),
    Lookups("weapon", _("Weapon"), ("in",), Choices(Incident.Weapon.choices)),
    Lookups("munitions", _("Munitions"), NULLABLE, Numbers()),
    Lookups("outcome", _("Outcome"), ("in",), Choices(Incident.Outcome.choices)),
    *figures("killed", NULLABLE, ("low", "best", "high")),
    *figures("injured", NULLABLE, ("low", "best", "high")),
    # As the flat rows have them.
    Lookups(
        "fatalities",
        _("Fatalities"),
        COMPARED,
        Numbers(),
        of=Coalesce("killed_best", "killed_low"),
    ),
    Lookups("fatalities_low", _("Fatalities (lowest)"), COMPARED, Numbers(), field="killed_low"),
    Lookups("fatalities_high", _("Fatalities (highest)"), COMPARED, Numbers(), field="killed_high"),
    Lookups("material_damage", _("Damage"), ("in",), Choices(Incident.Damage.choices)),
    Lookups("grade", _("Grade"), ("in", "isnull"), Choices(Grade.choices), unknown=""),
    Lookups(
        "claim_status",
        _("Claim status"),
        ("in",),
        Choices(ClaimStatus.choices),
        method="having_claim_status",
    ),
    Lookups("summary", _("Summary"), ("icontains",)),
)


class PublishedIncidents(PublicIds):
    """The published incidents of these public ids; any other is refused."""

    def read(self, texts: list[str]) -> list[Any]:
        serials = super().read(texts)
        found = {one.serial: one for one in Incident.objects.published().filter(serial__in=serials)}
        for serial in serials:
            if serial not in found:
                raise ValidationError(f"“BW-{serial}” is unknown. Use a public id such as BW-12.")
        return [found[serial] for serial in serials]

    def text(self, value: Any) -> str:
        return str(value.public_id)


CLAIM_LOOKUPS = (
    Lookups("incident", _("Incident"), ("in",), PublishedIncidents()),
    Lookups("base", _("Base"), ("in",), bases_by_slug(), field="incident__base"),
    Lookups("claimant", _("Claimant"), ("in", "isnull"), organisations()),
    Lookups("claimant_text", _("Claimant as printed"), ("icontains",)),
    Lookups("speaker", _("Speaker"), ("icontains",)),
    Lookups("kind", _("Kind"), ("in",), Choices(Claim.Kind.choices)),
    Lookups("stance", _("Stance"), ("in",), Choices(Claim.Stance.choices)),
    Lookups("blamed", _("Blamed"), ("in",), organisations()),
    Lookups("made_on", _("Day it was made"), NULLABLE, Days()),
    *figures("killed", COMPARED, ("low", "high")),
    *figures("injured", COMPARED, ("low", "high")),
    Lookups("summary", _("Summary"), ("icontains",)),
    Lookups("report", _("Report"), ("isnull",), method="without_report"),
)
