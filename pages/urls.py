"""The roof: pages that look at all apps."""

from django.urls import path

from . import styleguide

app_name = "pages"

urlpatterns = [
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
