"""The roof: pages that look at all apps."""

from django.urls import path

from . import map_views
from .compare import compare

app_name = "pages"

urlpatterns = [
    path("compare/", compare, name="compare"),
    path("map/", map_views.map_page, name="map"),
    path("map/days.json", map_views.days, name="map-days"),
    path("map/basemap.json", map_views.basemap, name="basemap"),
    path("map/picture.svg", map_views.picture, name="map-picture"),
]
