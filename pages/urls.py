"""The roof: pages that look at all apps."""

from django.urls import path  # noqa: F401

app_name = "pages"

urlpatterns = []
