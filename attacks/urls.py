from django.urls import path

from . import views

app_name = "attacks"

urlpatterns = [
    path("incidents/", views.incidents, name="incidents"),
    path("incidents/<str:public_id>/", views.incident, name="incident"),
    path("counts/", views.counts, name="counts"),
]
