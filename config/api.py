"""Every endpoint of the API, on one screen."""

from rest_framework.routers import DefaultRouter

router = DefaultRouter()
