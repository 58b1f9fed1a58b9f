from django.db.models import Prefetch

from config.rest import PublicViewSet
from tallies.public import cited_in_public

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
    lookup_field = "slug"
    lookup_value_regex = r"[-\w]+"


class ReportViewSet(PublicViewSet):
    """Published items on which the record rests."""

    queryset = Report.objects.none()  # for the schema
    serializer_class = ReportSerializer
    filterset_class = ReportFilter
    lookup_field = "key"
    lookup_value_regex = r"[\w:.-]+"

    def get_queryset(self):
        return cited_in_public().select_related("publisher")
