"""What every page's footer says."""

from django.utils.functional import SimpleLazyObject

from .kept import last_revision as asked_once


def last_revision(request):
    # Lazy: only templates that print it pay for the query, and once.
    return {"last_revision": SimpleLazyObject(asked_once)}
