"""The lists at the addresses that ACLED's clients ask, below `/api/`."""

from django.urls import path

from .acled_api import VIEWS

# `read.csv` is `read?_format=csv`; both are answered with a slash behind them too.
urlpatterns = [
    pattern
    for name, view in VIEWS.items()
    for pattern in (
        path(f"{name}/read", view.as_view(), name=f"acled-{name}"),
        path(f"{name}/read/", view.as_view(schema=None)),
        path(f"{name}/read.csv", view.as_view(schema=None, as_csv=True)),
        path(f"{name}/read.csv/", view.as_view(schema=None, as_csv=True)),
    )
]
