"""The product's addresses, an empty view, and the plain versions of the same answers."""

from django.http import HttpResponse
from django.urls import include, path

from bench.naive import views


def empty(request):
    """What every answer costs: the server and the product's middleware."""
    return HttpResponse(b"{}", content_type="application/json")


urlpatterns = [
    path("bench/empty/", empty),
    path("bench/incidents/", views.IncidentList.as_view()),
    path("bench/incidents.csv", views.incidents_csv),
    path("bench/counts/", views.counts),
    path("", include("config.urls")),
]
