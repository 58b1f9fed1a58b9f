"""What every page's footer says."""

from django.utils.functional import SimpleLazyObject

from .models import Revision


def last_revision(request):
    # Lazy: only templates that print it pay for the query, and once.
    return {"last_revision": SimpleLazyObject(Revision.objects.first)}
