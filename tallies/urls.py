from django.urls import path, re_path

from . import views

app_name = "tallies"

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("tallies/", views.tallies, name="list"),
    # The characters of a key, as sources.validators.key_format has them.
    re_path(r"^tallies/(?P<key>[A-Za-z0-9][A-Za-z0-9:._-]*)/\Z", views.tally, name="detail"),
]
