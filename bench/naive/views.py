"""Pages by number with their count, GROUP BY for counts, a CSV of objects."""

import datetime

from django.db.models import Case, F, Q, Sum, When
from django.http import JsonResponse, StreamingHttpResponse
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination

from attacks.exports import INCIDENTS
from attacks.models import Incident
from attacks.records import annotated, with_documents
from sources.formats import csv_chunks, in_chunks

from .serializers import IncidentOut


class Pages(PageNumberPagination):
    page_size = 50


class IncidentList(ListAPIView):
    queryset = (
        Incident.objects.filter(status="published")
        .select_related("base", "merged_into", "change__revision")
        .prefetch_related(
            "keys",
            "claims__incident",
            "claims__claimant",
            "claims__blamed",
            "claims__report__publisher",
            "citations__report__publisher",
        )
        .order_by("-earliest", "-id")
    )
    serializer_class = IncidentOut
    pagination_class = Pages


def counts(request):
    """By base since a day: attacks that may have happened since, and those that surely did."""
    since = datetime.date.fromisoformat(request.GET["since"])
    surely = Case(When(earliest__gte=since, then=F("attack_count")), default=0)
    rows = (
        Incident.objects.filter(~Q(grade="discounted"), status="published", merged_into=None)
        .filter(latest__gte=since)
        .order_by()
        .values("base__slug")
        .annotate(certain=Sum(surely), possible=Sum("attack_count"))
    )
    return JsonResponse({"results": list(rows)})


def incidents_csv(request):
    return StreamingHttpResponse(csv_chunks(INCIDENTS.names, _rows()), content_type="text/csv")


def _rows():
    """The product's columns, of its records as objects."""
    incidents = annotated(Incident.objects.published()).order_by("-earliest", "-id")
    for chunk in in_chunks(incidents.iterator(chunk_size=1_000)):
        for incident in with_documents(chunk):
            yield from INCIDENTS.rows(incident)
