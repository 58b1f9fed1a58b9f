"""The product's addresses, an empty view, and the plain versions of the same answers."""

from django.http import HttpResponse
from django.urls import path

from bench.naive import views
from config.urls import urlpatterns as product


def empty(request):
    """What every answer costs: the server and the product's middleware."""
    return HttpResponse(b"{}", content_type="application/json")


urlpatterns = [
    path("bench/empty/", empty),
    path("bench/incidents/", views.IncidentList.as_view()),
    path("bench/incidents.csv", views.incidents_csv),
    path("bench/counts/", views.counts),
    *product,  # not included: addresses in a language stand at the root
]
