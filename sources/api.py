from django.db.models import Prefetch
from django.urls import reverse_lazy

from config.rest import PublicViewSet
from tallies.public import cited_in_public

from .exports import ORGANISATIONS, REPORTS
from .filters import OrganisationFilter, ReportFilter
from .models import Organisation, OrganisationName, Report
from .serializers import OrganisationSerializer, ReportSerializer


class OrganisationViewSet(PublicViewSet):
    """Whoever publishes, counts, claims or is blamed."""

    queryset = Organisation.objects.select_related("parent", "report__publisher").prefetch_related(
        Prefetch("names", OrganisationName.objects.select_related("report"))
    )
    serializer_class = OrganisationSerializer
    filterset_class = OrganisationFilter
    table = ORGANISATIONS
    page = reverse_lazy("sources:organisations")
    orderings = {"slug": ("slug",), "name": ("name", "id")}
    lookup_field = "slug"
    lookup_value_regex = r"[-\w]+"


class ReportViewSet(PublicViewSet):
    """Published items on which the record rests."""

    queryset = Report.objects.none()  # for the schema
    serializer_class = ReportSerializer
    filterset_class = ReportFilter
    table = REPORTS
    orderings = {"key": ("key",)}
    lookup_field = "key"
    lookup_value_regex = r"[\w:.-]+"

    def get_queryset(self):
        return cited_in_public().select_related("publisher")
