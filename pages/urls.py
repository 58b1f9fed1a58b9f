"""The roof: pages that look at all apps."""

from django.urls import path

from . import chart_views

app_name = "pages"

urlpatterns = [
    path("charts/<slug:name>.csv", chart_views.data, name="chart-data"),
    path("charts/<slug:name>.svg", chart_views.drawing, name="chart-picture"),
]
