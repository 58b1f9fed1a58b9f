"""The roof: pages that look at all apps."""

from django.urls import path

from .compare import compare

app_name = "pages"

urlpatterns = [
    path("compare/", compare, name="compare"),
]
