from django.db.models import Prefetch
from django.urls import reverse_lazy

from config.rest import PublicViewSet

from .exports import BASES, FORCE_PRESENCE
from .filters import BaseFilter, PresenceFilter
from .models import BaseName, ForcePresence, MilitaryBase
from .serializers import BaseSerializer, PresenceSerializer


class BaseViewSet(PublicViewSet):
    """Bases and sites, with every name that they have been called by.

    A base without coordinates is normal: both are null.
    """

    queryset = MilitaryBase.objects.select_related("parent", "report__publisher").prefetch_related(
        Prefetch("names", BaseName.objects.select_related("report"))
    )
    serializer_class = BaseSerializer
    filterset_class = BaseFilter
    table = BASES
    page = reverse_lazy("bases:list")
    orderings = {"slug": ("slug",), "name": ("name", "id")}
    lookup_field = "slug"
    lookup_value_regex = r"[-\w]+"


class PresenceViewSet(PublicViewSet):
    """How many troops a force has in a country or at a base, as somebody stated at a date."""

    queryset = ForcePresence.objects.select_related("force", "base", "report__publisher")
    serializer_class = PresenceSerializer
    filterset_class = PresenceFilter
    table = FORCE_PRESENCE
    orderings = {"key": ("key",)}
    lookup_field = "key"
    lookup_value_regex = r"[\w:.-]+"
