from django.urls import path, re_path

from . import figure_views, views

app_name = "tallies"

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("tallies/", views.tallies, name="list"),
    path("tallies/unaccounted/", views.unaccounted, name="unaccounted"),
    path("tallies/period/", views.period, name="period"),
    # The characters of a key, as sources.validators.key_format has them.
    re_path(r"^tallies/(?P<key>[A-Za-z0-9][A-Za-z0-9:._-]*)/\Z", views.tally, name="detail"),
    path("figures/", figure_views.figures, name="figures"),
    path("figures/new/", figure_views.new, name="new-figure"),
    re_path(r"^figures/(?P<figure_id>[a-z2-7]{20})/\Z", figure_views.figure, name="figure"),
    re_path(
        r"^figures/(?P<figure_id>[a-z2-7]{20})/bibtex/\Z",
        figure_views.bibtex,
        name="figure-bibtex",
    ),
    re_path(r"^figures/(?P<figure_id>[a-z2-7]{20})/csl/\Z", figure_views.csl, name="figure-csl"),
]
