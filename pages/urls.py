"""The roof: pages that look at all apps."""

from django.urls import path

from . import chart_views, map_views, picture_views
from .about import about
from .compare import compare
from .corrections import corrections_page
from .downloads import data
from .embeds import embed, embeds
from .methodology import methodology
from .search_views import search
from .styleguide import styleguide

app_name = "pages"

urlpatterns = [
    path("charts/<slug:name>.csv", chart_views.data, name="chart-data"),
    path("charts/<slug:name>.svg", chart_views.drawing, name="chart-picture"),
    path("embed/", embeds, name="embeds"),
    path("embed/<slug:part>/", embed, name="embed"),
    path("pictures/dashboard.png", picture_views.of_dashboard, name="dashboard-card"),
    path("pictures/bases/<slug:slug>.png", picture_views.of_base, name="base-card"),
    path("pictures/incidents/<str:public_id>.png", picture_views.of_incident, name="incident-card"),
    path("search/", search, name="search"),
    path("about/", about, name="about"),
    path("methodology/", methodology, name="methodology"),
    path("data/", data, name="data"),
    path("corrections/", corrections_page, name="corrections"),
    path("compare/", compare, name="compare"),
    path("map/", map_views.map_page, name="map"),
    path("map/days.json", map_views.days, name="map-days"),
    path("map/basemap.json", map_views.basemap, name="basemap"),
    path("map/picture.svg", map_views.picture, name="map-picture"),
    path("styleguide/", styleguide, name="styleguide"),
]
