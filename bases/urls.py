from django.urls import path

from . import views

app_name = "bases"

urlpatterns = [
    path("bases/", views.bases, name="list"),
    path("bases/<slug:slug>/", views.base, name="detail"),
]
