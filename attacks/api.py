from django_filters.utils import translate_validation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from config.clocks import CLOCKS
from config.rest import Public, PublicViewSet

from .basis import ClockForm, KnownOn, RecordedAt
from .counting import GroupBy, count, count_by, reason_not_to_group
from .filters import ClaimFilter, CountFilter, IncidentFilter, incidents_query
from .models import NEWEST_FIRST, Claim, Incident, serial_of
from .records import annotated, with_documents
from .serializers import ClaimSerializer, CountsSerializer, IncidentSerializer

CLOCK_PARAMETERS = [
    OpenApiParameter("known_on", OpenApiTypes.DATE, description=KnownOn().extra["help_text"]),
    OpenApiParameter("recorded_at", OpenApiTypes.STR, description=RecordedAt().extra["help_text"]),
]


def clocks(request):
    """The basis that `known_on` and `recorded_at` ask for."""
    form = ClockForm(request.query_params)
    if not form.is_valid():
        raise translate_validation(form.errors)
    return form.basis


CLAIMS = Claim.objects.select_related("claimant", "blamed", "report__publisher")


class IncidentViewSet(PublicViewSet):
    """Attacks, newest first, each with what was said of it and the reports that describe it.

    `since` and `until` are local days, both included, and mean overlap: an attack dated only to a
    range of days is listed where any of them lies in the window. Every published record is
    listed; `counted=true` leaves only those that counts are made of.
    """

    queryset = Incident.objects.published()
    serializer_class = IncidentSerializer
    filterset_class = IncidentFilter
    ordering = NEWEST_FIRST
    lookup_field = "public_id"
    lookup_value_regex = r"BW-[0-9]+"
    detail_parameters = CLOCKS

    def list(self, request):
        asked = IncidentFilter(request.query_params, self.get_queryset(), request=request)
        if not asked.is_valid():
            raise translate_validation(asked.errors)
        rows = self.paginate_queryset(annotated(asked.qs, asked.basis))
        shown = self.get_serializer(with_documents(rows, asked.basis), many=True)
        return self.get_paginated_response(shown.data)

    @extend_schema(
        parameters=[
            OpenApiParameter("public_id", str, "path", description="As BW-12."),
            *CLOCK_PARAMETERS,
        ]
    )
    def retrieve(self, request, public_id):
        basis = clocks(request)
        serial = serial_of(public_id)
        # What was withdrawn from readers does not come back by asking for an earlier record.
        public = self.get_queryset().filter(serial=serial).values("id")
        rows = annotated(basis.published().filter(id__in=public), basis)
        found = with_documents(rows, basis)
        if not found:
            raise NotFound("No incident of that id is published, or was on that day.")
        return Response(self.get_serializer(found[0]).data)


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
        if refused := reason_not_to_group(group_by, asked.basis):
            raise ValidationError({clock: [reason] for clock, reason in refused.items()})

        def incidents_url(row_filters=None):
            query = incidents_query(request.query_params, row_filters)
            return f"{reverse('api:incident-list', request=request)}?{query}"

        total = {
            "count": count(asked.qs, asked.window, asked.basis),
            "incidents_url": incidents_url(),
        }
        rows = [
            {
                "key": row.key,
                "label": row.label,
                "count": row.count,
                "incidents_url": incidents_url(row.filters),
            }
            for row in count_by(asked.qs, group_by, asked.window, asked.basis)
        ]
        return Response(CountsSerializer({"total": total, "results": rows}).data)
