from django.db.models import Exists, OuterRef, Prefetch

from attacks.models import Citation, Claim, Incident
from bases.models import BaseName, ForcePresence, MilitaryBase
from config.rest import PublicViewSet
from tallies.models import PublishedTally

from .filters import OrganisationFilter, ReportFilter
from .models import Organisation, OrganisationName, Report
from .serializers import OrganisationSerializer, ReportSerializer


def cited_in_public():
    """Reports that something public rests on; one cited by a draft alone stays inside."""
    published = Incident.objects.published()
    citing = [
        Citation.objects.filter(incident__in=published),
        Claim.objects.filter(incident__in=published),
        PublishedTally.objects,
        MilitaryBase.objects,
        BaseName.objects,
        Organisation.objects,
        OrganisationName.objects,
        ForcePresence.objects,
    ]
    cited = Exists(citing[0].filter(report=OuterRef("pk")))
    for others in citing[1:]:
        cited |= Exists(others.filter(report=OuterRef("pk")))
    return Report.objects.filter(cited)


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
