"""The map of the dashboard: what our side counts there, a circle for each base."""

from __future__ import annotations

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from attacks.counting import GroupBy
from attacks.filters import query_of
from bases.registry import bases_of
from tallies.shown import Shown

from .maps import Map, map_of, site_of


def map_on(shown: Shown) -> Map:
    """Of every base at which something may count, over the days of the page."""
    bases = {base.slug: base for base in bases_of(shown.basis.record).values()}
    sites = [
        site_of(
            bases[row.key],
            row.count.certain,
            row.count.possible,
            shown.incidents_url(base=[row.key]),
        )
        for row in shown.by_base
        if row.key and row.count.possible
    ]
    drawn = map_of(sites, name="bases", title=_("Attacks that we count, by base"))
    where = {"country": list(shown.countries)} if shown.countries else {}
    query = QueryDict(query_of(shown.basis, shown.window, **where), mutable=True)
    del query["counted"]  # a map is of what counts anyway
    asked = query.urlencode()
    return drawn.at(
        csv_url=f"{reverse('api:count-list')}?{asked}&group_by={GroupBy.BASE}&format=csv",
        more_url=f"{reverse('pages:map')}?{asked}",
        svg_url=f"{reverse('pages:map-picture')}?{asked}",
    )
