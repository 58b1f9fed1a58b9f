"""The map of the dashboard: what our side counts there, a circle for each base."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from attacks.filters import query_of
from tallies.shown import Shown

from .maps import Map, map_of, site_of


def map_on(shown: Shown) -> Map:
    """Of every base at which something may count, over the days of the page."""
    sites = [
        site_of(row.base, row.ours.certain, row.ours.possible, row.incidents_url)
        for row in shown.rows
        if row.base and row.ours and row.ours.possible
    ]
    where = {"country": list(shown.countries)} if shown.countries else {}
    query = query_of(shown.basis, shown.window, **where).replace("&counted=true", "")
    drawn = map_of(sites, name="bases", title=_("Attacks that we count, by base"))
    return drawn.at(
        more_url=f"{reverse('pages:map')}?{query}",
        svg_url=f"{reverse('pages:map-picture')}?{query}",
    )
