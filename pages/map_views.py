"""The map: the counts by base of any question about incidents, with a slider over its days."""

import hashlib
import json
from base64 import b64encode
from functools import cache, wraps
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from attacks.answers import by_days_of, total_and_rows
from attacks.counting import GroupBy
from attacks.filters import CountFilter, incidents_queries, incidents_query
from attacks.models import Incident
from attacks.views import active_filters, asked, limits_searches
from bases.registry import bases_of
from charts.basemap import LAYERS, features
from charts.spots import KM
from config import freshness
from config.clocks import CLOCKS, asks_of_a_clock, keeps
from sources.kept import last_revision

from .maps import map_of, site_of

TITLE = _("Attacks on our record, by base")
WINDOW = ("since", "until")
IN_VIEW = ("since", "until", "rule", "known_on")  # the fields that are not folded away
STYLE = "pages/map.css"  # of a picture that stands alone


def shows_tiles(view):
    """Mark a page on which pictures may come from the tile server of the settings, if any."""

    @wraps(view)
    def answer(request):
        if not settings.MAP_TILES:
            return view(request)
        address = urlsplit(settings.MAP_TILES)
        origin = f"{address.scheme}://{address.netloc}"
        return csp_update({"img-src": [origin]})(view)(request)

    return answer


@keeps(*CLOCKS)
@require_safe
@limits_searches
@shows_tiles
def map_page(request):
    params = asked(request, CountFilter)
    filters = CountFilter(params, Incident.objects.all(), request=request)
    valid = filters.is_valid()
    context = {"filters": filters, "title": TITLE, **_fields(filters.form)}
    if valid:
        total, rows = total_and_rows(filters, GroupBy.BASE)
        drawn = map_of(_sites(filters, params, rows), title=TITLE, detail="full")
        drawn.selected = request.GET.get("site", "")
        query = params.urlencode()
        context |= {
            "map": drawn.at(
                csv_url=f"{reverse('api:count-list')}?{_csv_query(params)}",
                svg_url="?".join(filter(None, [reverse("pages:map-picture"), query])),
            ),
            "active": _active(filters, params),
            "basis": filters.basis,
            "total": total,
            "total_query": incidents_query(params),
            "query": query,
            "days_query": _without_window(params).urlencode(),
            "tiles": settings.MAP_TILES,
            "tiles_credit": settings.MAP_TILES_CREDIT,
        }
    status = 200 if valid or not asks_of_a_clock(request) else 400
    return render(request, "pages/map.html", context, status=status)


def _fields(form):
    """The form in two parts: what is in view, and what is folded away."""
    folded = [field for field in form.visible_fields() if field.name not in IN_VIEW]
    rest = {"visible_fields": folded, "hidden_fields": form.hidden_fields()}
    return {
        "in_view": {"form": {"visible_fields": [form[name] for name in IN_VIEW]}},
        "rest": {"form": rest | {"non_field_errors": form.non_field_errors()}},
    }


def _active(filters, params):
    """The filters in use, but for the days, which stand in their fields."""
    days = {filters.filters[name].label for name in WINDOW}
    return [one for one in active_filters(filters, params) if one.label not in days]


def _without_window(params):
    rest = params.copy()
    for name in WINDOW:
        rest.pop(name, None)
    return rest


def _csv_query(params):
    query = params.copy()
    query["group_by"], query["format"] = GroupBy.BASE, "csv"
    return query.urlencode()


def _sites(filters, params, rows):
    """A site for each row of a count by base, with the list that it is made of."""
    by_slug = {base.slug: base for base in bases_of(filters.basis.record).values()}
    query_of_row, lists = incidents_queries(params), reverse("attacks:incidents")
    return [
        site_of(
            by_slug[row.key],
            row.count.certain,
            row.count.possible,
            f"{lists}?{query_of_row(row.filters)}",
        )
        for row in rows
    ]


@keeps(*CLOCKS)
@require_safe
@limits_searches
def picture(request):
    """The map alone, with its own colours, for a document or another page."""
    params = asked(request, CountFilter)
    filters = CountFilter(params, Incident.objects.all(), request=request)
    if not filters.is_valid():
        return _refused(filters)
    _, rows = total_and_rows(filters, GroupBy.BASE)
    drawn = map_of(_sites(filters, params, rows), title=TITLE, detail="full")
    style, drawing = render_to_string(STYLE), drawn.drawing()
    high = drawing.ground.height
    lines = {"first_line": high + 18, "second_line": high + 36, "height": high + 46}
    context = {"map": drawn, "drawing": drawing, "style": style, **lines}
    allowed = csp_update({"style-src": [_hash_of(style)]})
    return allowed(render)(request, "pages/map.svg", context, content_type="image/svg+xml")


def _hash_of(style):
    """How a policy names a style that it lets stand inside of a document."""
    return f"'sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


def _refused(filters):
    reasons = {name: list(errors) for name, errors in filters.form.errors.items()}
    return JsonResponse(reasons, status=400)


@keeps(*CLOCKS)
@require_safe
@limits_searches
def days(request):
    """What the slider counts: for each base the ranges of days in which its attacks lie.

    An attack is certain in a window that holds its whole range and possible in one that overlaps
    it, as `attacks.windows` has it; `since` and `until` are left to whoever counts.
    """
    etag = freshness.etag_of(request, last_revision())
    if freshness.is_held(request, etag):
        return freshness.mark(request, HttpResponse(status=304), etag=etag)
    params = _without_window(asked(request, CountFilter))
    filters = CountFilter(params, Incident.objects.all(), request=request)
    if not filters.is_valid():
        return _refused(filters)
    return freshness.mark(request, JsonResponse(_days_of(filters, params)), etag=etag)


def _days_of(filters, params):
    rule, bases = filters.basis.rule, bases_of(filters.basis.record)
    rows = [(rule.root(site), *row) for site, *row in by_days_of(filters)]
    places = {base: place for place, base in enumerate(sorted({base for base, *_ in rows}))}
    query_of_row, lists = incidents_queries(params), reverse("attacks:incidents")
    return {
        "sites": [
            _site_of(bases[base], f"{lists}?{query_of_row({'base': bases[base].slug})}")
            for base in places
        ],
        "ranges": sorted([places[base], *row] for base, *row in rows),
    }


def _site_of(base, incidents):
    site = site_of(base, 0, 0)
    return {
        "slug": base.slug,
        "name": site.label,
        "href": site.href,
        "incidents": incidents,
        "lat": site.latitude,
        "lon": site.longitude,
        "km": KM.get(site.precision, KM["unknown"]),
        "known_to": str(site.known_to),
    }


@cache
def _ground():
    """The basemap as one text, and its ETag."""
    layers = {name: {"type": "FeatureCollection", "features": features(name)} for name in LAYERS}
    text = json.dumps(layers, ensure_ascii=False, separators=(",", ":"))
    return text, f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


@require_safe
def basemap(request):
    """Borders, water and towns as GeoJSON, a FeatureCollection a layer."""
    text, etag = _ground()
    response = HttpResponse(text, content_type="application/json")
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, max-age=86400"
    return get_conditional_response(request, etag=etag, response=response)
