"""What a published number is of."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from bases.models import MilitaryBase
from sources.countries import country_name
from sources.local_names import local_name


@dataclass(frozen=True)
class Place:
    """A base, a country, a name that is neither, or (none of them) all: the total."""

    base: MilitaryBase | None = None
    country: str = ""
    name: str = ""

    def __str__(self) -> str:
        if self.base:
            return local_name(self.base)
        return country_name(self.country) if self.country else self.name or _("the total")

    @property
    def key(self) -> str:
        """How an address names it: total, base:<slug>, country:<code> or name:<as printed>."""
        if self.base:
            return f"base:{self.base.slug}"
        if self.country:
            return f"country:{self.country}"
        return f"name:{self.name}" if self.name else "total"

    @property
    def is_total(self) -> bool:
        return not (self.base or self.country or self.name)

    @property
    def on_record(self) -> bool:
        """Whether our record can be asked about it: a bare name says nothing to it."""
        return not self.name


TOTAL = Place()
