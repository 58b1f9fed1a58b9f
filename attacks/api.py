from dataclasses import replace

from django.urls import reverse_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.response import Response

from config.clocks import CLOCKS
from config.keyset import names_of
from config.rest import (
    ComputedList,
    PublicList,
    PublicViewSet,
    address_of,
    refuse_invalid,
    row_serializer,
    some_of,
)
from sources.formats import CHUNK
from sources.recorded import TODAY
from sources.rows import Column, Kind, Table

from .answers import total_and_rows
from .basis import ClockForm, KnownOn, RecordedAt
from .counting import GroupBy, count_by, reason_not_to_group
from .documents import all_written, written
from .exports import CLAIMS, INCIDENTS
from .feeds import incident_entry
from .filters import ClaimFilter, CountFilter, IncidentFilter, incidents_queries, incidents_query
from .models import NEWEST_FIRST, Claim, Incident, serial_of
from .records import annotated, with_documents
from .row_sql import lines_of
from .serializers import (
    ClaimSerializer,
    CountRowSerializer,
    CountsSerializer,
    IncidentSerializer,
)

# By the number: revisions themselves are ordered newest first.
LAST_CHANGED = ("change__revision_id", "id")

CLOCK_PARAMETERS = [
    OpenApiParameter("known_on", OpenApiTypes.DATE, description=KnownOn().extra["help_text"]),
    OpenApiParameter("recorded_at", OpenApiTypes.STR, description=RecordedAt().extra["help_text"]),
]


def clocks(request):
    """The basis that `known_on` and `recorded_at` ask for."""
    form = ClockForm(request.query_params)
    refuse_invalid(form)
    return form.basis


def incidents_url(request):
    """The address of the list behind a count of this question."""
    query = incidents_query(request.query_params)
    return address_of(request, "api:incident-list", query)


def counted_rows(request, rows):
    """The rows of a breakdown, each with the list of what it counts."""
    lists = address_of(request, "api:incident-list")
    query_of_row = incidents_queries(request.query_params)
    return [
        {
            "key": row.key,
            "label": row.label,
            "count": row.count,
            "incidents_url": f"{lists}?{query_of_row(row.filters)}",
        }
        for row in rows
    ]


def as_json(row):
    """A total or a row as `CountSerializer` and `CountRowSerializer` describe it."""
    count = row["count"]
    names = {name: row[name] for name in ("key", "label") if name in row}
    numbers = {"certain": count.certain, "possible": count.possible}
    return names | numbers | {"incidents_url": row["incidents_url"]}


class IncidentList(PublicList):
    """What both lists of incidents share."""

    queryset = Incident.objects.published()
    filterset_class = IncidentFilter
    table = replace(INCIDENTS, entry=incident_entry, key="public_id")
    page = reverse_lazy("attacks:incidents")
    ordering = NEWEST_FIRST
    feed_ordering = ("-change__revision_id", "-id")
    orderings = {
        "event_date": ("earliest", "id"),
        "event_date_end": ("latest", "id"),
        "public_id": ("serial",),
        "updated": LAST_CHANGED,
    }

    @property
    def own_parameters(self):
        return (*super().own_parameters, "facets")

    def asked(self):
        self.filters = IncidentFilter.asked(
            self.request.query_params, self.get_queryset(), request=self.request
        )
        refuse_invalid(self.filters)
        self.facets = some_of(self.request, "facets", GroupBy.values) or []
        for name in ("ordering", "facets"):
            if self.in_order_of_changes and self.request.query_params.get(name):
                reason = "Not with updated_since, which lists changes in their own order."
                raise ValidationError({name: [reason]})
        if self.clocked and self.request.accepted_renderer.format == "atom":
            raise ValidationError({"format": ["Not with a clock: a feed tells what changed when."]})
        for name in self.facets:
            if refused := reason_not_to_group(name, self.filters.basis):
                raise ValidationError({clock: [reason] for clock, reason in refused.items()})
        # Each has changed once: an inner join, so that the index of changes gives their order.
        return self.filters.qs.filter(change__isnull=False) if self.by_change else self.filters.qs

    @property
    def by_change(self):
        return self.order()[0].endswith(LAST_CHANGED[0])

    def order(self):
        order = super().order()
        if self.in_order_of_changes:
            return LAST_CHANGED
        if self.clocked and order[0].endswith(LAST_CHANGED[0]):
            raise ValidationError({"ordering": ["Not by updated with a clock: it would tell."]})
        return order

    @property
    def clocked(self):
        basis = self.filters.basis
        return bool(basis.known_on) or basis.record != TODAY

    @property
    def in_order_of_changes(self):
        return bool(self.request.query_params.get("updated_since"))

    def paginate_queryset(self, queryset):
        queryset = annotated(queryset, self.filters.basis)
        # The place of a row in this order is read off the row.
        return super().paginate_queryset(
            queryset.select_related("change") if self.by_change else queryset
        )

    def all_records(self, rows):
        return super().all_records(annotated(rows, self.filters.basis))

    def records(self, rows):
        return with_documents(rows, self.filters.basis)

    def lines(self, rows):
        return None if self.clocked else lines_of(rows)

    def beside(self):
        beside = {}
        if self.in_order_of_changes:
            beside["revision"] = self.revision.number if self.revision else 0
        if self.facets:
            beside["facets"] = {name: self.facet(name) for name in self.facets}
        return beside

    def facet(self, group_by):
        filters = self.filters
        rows = count_by(filters.qs, group_by, filters.window, filters.basis)
        return CountRowSerializer(counted_rows(self.request, rows), many=True).data


class IncidentViewSet(RetrieveModelMixin, IncidentList):
    """Attacks, newest first, each with what was said of it and the reports that describe it.

    `since` and `until` are local days, both included, and mean overlap: an attack dated only to a
    range of days is listed where any of them lies in the window. Every published record is
    listed; `counted=true` leaves only those that counts are made of.

    With `updated_since` the list comes in the order of the last changes, and the answer carries the
    last `revision`, to ask with the next time. `facets` adds counts of what counts among these.
    """

    serializer_class = IncidentSerializer
    lookup_field = "public_id"
    lookup_value_regex = r"BW-[0-9]+"
    detail_parameters = CLOCKS

    @property
    def is_written(self):
        """Whether the database writes the JSON."""
        return not self.clocked and self.request.accepted_renderer.format in ("json", "ndjson")

    def one_page(self, rows):
        if not self.is_written:
            return super().one_page(rows)
        rows = rows.values(*{"id", *names_of(self.order())})
        page = self.paginator.paginate_queryset(rows, self.request, self)
        texts = written([row["id"] for row in page], self.order(), self.fields)
        return self.paginator.get_written_response(texts, **self.beside())

    def all_records(self, rows):
        if not self.is_written:
            return super().all_records(rows)
        ids = rows.values_list("id", flat=True).iterator(CHUNK)
        return all_written(ids, self.order(), self.fields)

    def json_lines(self, records):
        return records if self.is_written else super().json_lines(records)

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


class FlatIncidentViewSet(IncidentList):
    """The same lists as flat rows: the columns of the CSV, under names that users of ACLED, UCDP
    and the GTD know. What is not known is null.
    """

    serializer_class = row_serializer("FlatIncidentSerializer", INCIDENTS)

    def names_of_fields(self):
        return self.table.names

    def shown(self, incidents):
        return super().shown(
            dict(zip(self.table.names, row, strict=True))
            for incident in incidents
            for row in self.table.rows(incident)
        )


class ClaimViewSet(PublicViewSet):
    """What one report says somebody said of one incident. A later claim never replaces it."""

    queryset = Claim.objects.filter(incident__in=Incident.objects.published()).select_related(
        "claimant", "blamed", "report__publisher", "incident"
    )
    serializer_class = ClaimSerializer
    filterset_class = ClaimFilter
    table = CLAIMS
    lookup_value_regex = "[0-9]{1,18}"  # what fits the database

    def all_records(self, rows):
        return super().all_records(rows.prefetch_related("incident__keys"))


COUNTS = Table(
    "counts",
    (
        Column("key"),
        Column("label"),
        Column("certain", Kind.INTEGER),
        Column("possible", Kind.INTEGER),
        Column("incidents_url"),
    ),
    lambda row: [
        (
            row["key"],
            row["label"],
            row["count"].certain,
            row["count"].possible,
            row["incidents_url"],
        )
    ],
)


class CountViewSet(ComputedList):
    """How many attacks are on record: a sample, not all there were. All filters of incidents apply.

    An incident may stand in several rows of a breakdown by month or claimant, so their sum may
    exceed the total. A row's `key` is null where the incidents have none.
    """

    queryset = Incident.objects.all()
    serializer_class = CountsSerializer
    row_serializer_class = CountRowSerializer
    filterset_class = CountFilter
    table = COUNTS

    @property
    def own_parameters(self):
        return ("group_by", *super().own_parameters)

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
        group_by = request.query_params.get("group_by") or GroupBy.BASE
        if group_by not in GroupBy.values:
            raise ValidationError({"group_by": [f"Use one of: {', '.join(GroupBy.values)}."]})
        asked = CountFilter.asked(request.query_params, self.get_queryset(), request=request)
        refuse_invalid(asked)
        if refused := reason_not_to_group(group_by, asked.basis):
            raise ValidationError({clock: [reason] for clock, reason in refused.items()})

        self.begin()
        count, rows = total_and_rows(asked, group_by)
        total = {"count": count, "incidents_url": incidents_url(request)}
        rows = counted_rows(request, rows)
        return self.answer({"total": as_json(total), "results": [*map(as_json, rows)]}, rows)
