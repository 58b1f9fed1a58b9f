from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django_filters.utils import translate_validation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from config.rest import Public, PublicViewSet

from .counting import GroupBy, count, count_by
from .filters import ClaimFilter, CountFilter, IncidentFilter, incidents_query
from .models import NEWEST_FIRST, Claim, Incident
from .serializers import ClaimSerializer, CountsSerializer, IncidentSerializer

CLAIMS = Claim.objects.select_related("claimant", "blamed", "report__publisher")


class IncidentViewSet(PublicViewSet):
    """Attacks, newest first, each with what was said of it and the reports that describe it.

    `since` and `until` are local days, both included, and mean overlap: an attack dated only to a
    range of days is listed where any of them lies in the window. Every published record is
    listed; `counted=true` leaves only those that counts are made of.
    """

    queryset = (
        Incident.objects.published()
        .with_claim_status()
        .select_related("base", "merged_into")
        .prefetch_related("keys", Prefetch("claims", CLAIMS), "reports__publisher")
    )
    serializer_class = IncidentSerializer
    filterset_class = IncidentFilter
    ordering = NEWEST_FIRST
    lookup_field = "public_id"
    lookup_value_regex = r"BW-[0-9]+"

    def get_object(self):
        return get_object_or_404(self.get_queryset().with_public_id(self.kwargs["public_id"]))

    @extend_schema(parameters=[OpenApiParameter("public_id", str, "path", description="As BW-12.")])
    def retrieve(self, request, *args, **kwargs):
        return super().retrieve(request, *args, **kwargs)


class ClaimViewSet(PublicViewSet):
    """What one report says somebody said of one incident. A later claim never replaces it."""

    queryset = CLAIMS.filter(incident__in=Incident.objects.published()).select_related("incident")
    serializer_class = ClaimSerializer
    filterset_class = ClaimFilter
    lookup_value_regex = "[0-9]{1,18}"  # what fits the database


class CountViewSet(Public, GenericViewSet):
    """How many attacks are on record: a sample, not all there were. All filters of incidents apply.

    An incident may stand in several rows of a breakdown by month or claimant, so their sum may
    exceed the total. A row's `key` is null where the incidents have none.
    """

    queryset = Incident.objects.all()
    serializer_class = CountsSerializer
    filterset_class = CountFilter
    pagination_class = None
    own_parameters = ("group_by",)

    @extend_schema(
        filters=True,
        responses=CountsSerializer,
        parameters=[
            OpenApiParameter(
                "group_by",
                OpenApiTypes.STR,
                enum=GroupBy.values,
                default=GroupBy.BASE,
                description="What to break the count down by.",
            )
        ],
        examples=[
            OpenApiExample(
                "The shape of an answer",
                response_only=True,
                value={
                    "total": {
                        "certain": 2,
                        "possible": 3,
                        "incidents_url": "http://127.0.0.1:8000/api/v1/incidents/?counted=true",
                    },
                    "results": [
                        {
                            "key": "drone",
                            "label": "drone",
                            "certain": 2,
                            "possible": 3,
                            "incidents_url": "http://127.0.0.1:8000/api/v1/incidents/"
                            "?weapon=drone&counted=true",
                        }
                    ],
                },
            )
        ],
    )
    def list(self, request):
        group_by = request.query_params.get("group_by", GroupBy.BASE)
        if group_by not in GroupBy.values:
            raise ValidationError({"group_by": [f"Use one of: {', '.join(GroupBy.values)}."]})
        asked = CountFilter(request.query_params, self.get_queryset(), request=request)
        if not asked.is_valid():
            raise translate_validation(asked.errors)

        def incidents_url(row_filters=None):
            query = incidents_query(request.query_params, row_filters)
            return f"{reverse('api:incident-list', request=request)}?{query}"

        total = {"count": count(asked.qs, asked.window), "incidents_url": incidents_url()}
        rows = [
            {
                "key": row.key,
                "label": row.label,
                "count": row.count,
                "incidents_url": incidents_url(row.filters),
            }
            for row in count_by(asked.qs, group_by, asked.window)
        ]
        return Response(CountsSerializer({"total": total, "results": rows}).data)
