from dataclasses import replace

from django.db.models import Prefetch
from django.urls import reverse_lazy
from django.utils import timezone
from django_filters import FilterSet
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
    inline_serializer,
)
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from attacks.api import CLOCK_PARAMETERS, clocks
from attacks.basis import KnownOn
from config.clocks import CLOCKS
from config.rest import ComputedList, PublicViewSet, refuse_invalid
from sources.filters import AnyOfRecords
from sources.formats import in_chunks
from sources.lookups import LookupFilterSet
from sources.models import Organisation

from . import ledger_exports
from .book import read_book, work_queue
from .exports import TALLIES
from .feeds import tally_entry, with_changed
from .figures import now, withdrawn_of
from .filters import TallyFilter
from .models import Figure, PublishedTally, TallyLine
from .reconciliation import examine, reconcile, tally_of
from .serializers import (
    CounterSerializer,
    FigureDetailSerializer,
    FigureSerializer,
    FindingSerializer,
    ReconciliationSerializer,
    StepSerializer,
    TallySerializer,
)
from .views import ShownStep


class TallyViewSet(PublicViewSet):
    """Counts that somebody published, exactly as published, also where they do not add up.

    A base without a line is not listed, which is not zero.
    """

    queryset = PublishedTally.objects.select_related(
        "counter", "report__publisher"
    ).prefetch_related(Prefetch("lines", TallyLine.objects.select_related("base")))
    serializer_class = TallySerializer
    filterset_class = TallyFilter
    table = replace(TALLIES, entry=tally_entry)
    page = reverse_lazy("tallies:list")
    orderings = {"key": ("key",)}
    feed_ordering = ("-id",)
    lookup_field = "key"
    lookup_value_regex = r"[\w:.-]+"

    def all_records(self, rows):
        for chunk in in_chunks(super().all_records(rows)):
            yield from with_changed(chunk)

    def parameters(self):
        own = dict.fromkeys(CLOCKS, False) if self.action == "reconciliation" else {}
        return own | super().parameters()

    @extend_schema(
        responses=ReconciliationSerializer,
        parameters=CLOCK_PARAMETERS,
        examples=[
            OpenApiExample(
                "A row: published 7, our count 3 to 5, so short by 2 to 4",
                response_only=True,
                value={
                    "place": {
                        "key": "base:conoco",
                        "name": "Conoco",
                        "base": "conoco",
                        "country": None,
                    },
                    "published": 7,
                    "ours": {"certain": 3, "possible": 5},
                    "gap": {"least": 2, "most": 4, "agrees": False, "words": "short by 2 to 4"},
                },
            )
        ],
    )
    @action(detail=True)
    def reconciliation(self, request, key):
        """The tally held against our record, by its counter's rule and over the same days.

        A gap is the published number less ours, as a range; below zero, we hold more. Every
        incident in these days and places stands under its row: counted, borderline, or excluded
        with the clause that excludes it.
        """
        basis = clocks(request)
        tally = tally_of(key, basis.record, basis.known_on)
        if tally is None:
            raise NotFound("No tally of that key is on record, or was published on that day.")
        reconciliation = reconcile(tally, known_on=basis.known_on, record=basis.record)
        examination = examine(reconciliation)
        context = {
            "request": request,
            "examined": {row.place: examined for row, examined in examination.rows},
            "complete": examination.complete,
        }
        return Response(ReconciliationSerializer(reconciliation, context=context).data)


class LedgerFilter(FilterSet):
    """What a ledger can be asked: it is kept of today's record."""

    known_on = KnownOn(method="by_book")

    class Meta:
        model = PublishedTally
        fields = []

    def by_book(self, tallies, name, value):
        return tallies  # asked of the whole ledger, by `read_book`


class QueueFilter(LedgerFilter):
    counter = AnyOfRecords(
        queryset=Organisation.objects.all(),
        method="by_book",
        noun="an organisation",
        label="Counter",
        help_text="Slug of the organisation whose number it is. May be repeated.",
    )


KNOWN_ON = [CLOCK_PARAMETERS[0]]


class LedgerViewSet(ComputedList):
    """An answer that is computed from whole ledgers: one list, without pages."""

    queryset = PublishedTally.objects.none()  # for the schema
    filterset_class = LedgerFilter
    detail_parameters = ("known_on",)

    def cleaned(self, request):
        asked = self.filterset_class(request.query_params, request=request)
        refuse_invalid(asked)
        return asked.form.cleaned_data

    def results(self, serializer, rows):
        shown = serializer(rows, many=True, context={"request": self.request})
        return {"results": shown.data}


def listed(serializer):
    """The schema of an answer with all rows under `results`."""
    name = f"{serializer.__name__.removesuffix('Serializer')}List"
    whole = type(inline_serializer(name, {"results": serializer(many=True)}))
    # The answer is one object, though the view is a list.
    return extend_schema_serializer(many=False)(whole)


COUNTERS, STEPS, FINDINGS = map(listed, (CounterSerializer, StepSerializer, FindingSerializer))


STEP_EXAMPLE = OpenApiExample(
    "SOHR rose by 7 at Conoco; our record has 2, so 5 are unaccounted for",
    response_only=True,
    value={
        "results": [
            {
                "counter": "sohr",
                "place": {
                    "key": "base:conoco",
                    "name": "Conoco gas field base",
                    "base": "conoco",
                    "country": None,
                },
                "earlier": "sohr-324649",
                "later": "sohr-331574",
                "before": 29,
                "number": 36,
                "rise": 7,
                "since_earliest": "2024-02-05",
                "since_latest": "2024-02-05",
                "until_earliest": "2024-04-21",
                "until_latest": "2024-04-21",
                "ours": {"certain": 2, "possible": 2},
                "unaccounted": {"certain": 5, "possible": 5},
                "notes": [],
                "incidents_url": "http://127.0.0.1:8000/api/v1/incidents/?base=conoco"
                "&since=2024-02-05&until=2024-04-21&rule=sohr&counted=true",
            }
        ]
    },
)
FINDING_EXAMPLE = OpenApiExample(
    "The Pentagon's 165 as 66 + 98",
    response_only=True,
    value={
        "results": [
            {
                "kind": "arithmetic",
                "tally": "dod-via-youm7-20240129",
                "other": None,
                "place": {"key": "total", "name": "the total", "base": None, "country": None},
                "amount": -1,
                "words": "The lines add up to 164, 1 less than the total of 165.",
                "accepted": "One attack in Jordan is included in the total.",
            }
        ]
    },
)


class CounterViewSet(LedgerViewSet):
    """Whoever has published a tally: their rule, and what their ledger holds."""

    lookup_field = "slug"
    lookup_value_regex = r"[-\w]+"

    def page(self, request, slug):
        known_on = self.cleaned(request)["known_on"]
        counter = Organisation.objects.filter(slug=slug).first()
        pages = read_book([counter], known_on=known_on) if counter else []
        if not pages:
            raise NotFound("No published tally is by a counter of that slug.")
        return pages[0]

    @extend_schema(responses=COUNTERS, parameters=KNOWN_ON)
    def list(self, request):
        cleaned = self.cleaned(request)
        self.begin()
        return Response(self.results(CounterSerializer, read_book(**cleaned)))

    @extend_schema(responses=CounterSerializer, parameters=KNOWN_ON)
    def retrieve(self, request, slug):
        return Response(CounterSerializer(self.page(request, slug)).data)

    @extend_schema(responses=STEPS, parameters=KNOWN_ON, filters=False, examples=[STEP_EXAMPLE])
    @action(detail=True)
    def steps(self, request, slug):
        """Steps between running numbers, in order of time, each held against our record.

        An attack on the day of the earlier number is possible in this step and in the one before
        it, and certain in neither.
        """
        page = self.page(request, slug)
        steps = [ShownStep(page, step) for step in page.ledger.steps]
        return Response(self.results(StepSerializer, steps))

    @extend_schema(
        responses=FINDINGS, parameters=KNOWN_ON, filters=False, examples=[FINDING_EXAMPLE]
    )
    @action(detail=True)
    def findings(self, request, slug):
        """What does not fit in the ledger, also where an editor has said why it is so."""
        return Response(self.results(FindingSerializer, self.page(request, slug).ledger.findings))


class UnaccountedViewSet(LedgerViewSet):
    """Steps that rose by more than our record holds, those first that would close most."""

    filterset_class = QueueFilter
    serializer_class = row_serializer_class = StepSerializer
    table = ledger_exports.STEPS

    @extend_schema(responses=STEPS, filters=True, examples=[STEP_EXAMPLE])
    def list(self, request):
        cleaned = self.cleaned(request)
        self.begin()
        pages = read_book(cleaned["counter"] or None, known_on=cleaned["known_on"])
        steps = [ShownStep(page, step) for page, step in work_queue(pages)]
        return self.answer(self.results(StepSerializer, steps), steps)


class FigureFilter(LookupFilterSet):
    class Meta:
        model = Figure
        fields = []


FIGURE_EXAMPLE = {
    "id": "2vqkbv3qhxm6n7dteyoa",
    "url": "http://127.0.0.1:8000/figures/2vqkbv3qhxm6n7dteyoa/",
    "title": "Attacks on military bases, at Conoco, since 5 February 2024",
    "question": {
        "query": "base=conoco&since=2024-02-05",
        "tally": None,
        "place": None,
        "known_on": None,
        "recorded_at": None,
    },
    "revision": {"number": 12, "moment": "2026-11-22T16:00:00Z"},
    "value": {"certain": 3, "possible": 5},
    "published": None,
    "quantifier": None,
    "digest": "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9",
    "incidents_url": "http://127.0.0.1:8000/api/v1/incidents/?base=conoco&since=2024-02-05"
    "&counted=true&recorded_at=12",
    "created": "2026-11-22T17:00:00Z",
    "citations": {
        "plain": "Basewatch. “Attacks on military bases, at Conoco, since 5 February 2024”: …",
        "bibtex": "@misc{basewatch-2vqkbv3qhxm6n7dteyoa, …",
        "csl": [{"id": "basewatch-2vqkbv3qhxm6n7dteyoa", "type": "dataset"}],
    },
}


class FigureViewSet(PublicViewSet):
    """Numbers as somebody quoted them, newest first: what was asked, of which state of our record.

    A figure never changes. On its own address stands also what was counted, what the same question
    gives now, and which incidents came, went or changed since, with the public reason. New ones
    are made on the pages, beside each number.
    """

    queryset = Figure.objects.select_related("revision")
    serializer_class = FigureSerializer
    filterset_class = FigureFilter
    table = ledger_exports.FIGURES
    page = reverse_lazy("tallies:figures")
    ordering = ("-created", "-id")
    lookup_value_regex = "[a-z2-7]{20}"

    def state(self):
        """A figure is made without a revision, and a citation tells the day it was read."""
        last = Figure.objects.order_by(*self.ordering).values_list("pk", flat=True).first()
        return last, timezone.now().date()

    def get_queryset(self):
        figures = super().get_queryset()
        return figures.defer("incidents") if self.is_list else figures

    @extend_schema(
        responses=FigureDetailSerializer,
        examples=[
            OpenApiExample(
                "An incident went out of the number",
                response_only=True,
                value=FIGURE_EXAMPLE
                | {
                    "incidents": [{"public_id": "BW-7", "attacks": 1, "certain": True}],
                    "now": {
                        "value": {"certain": 2, "possible": 4},
                        "published": None,
                        "fixed": False,
                        "refused": None,
                        "incidents_url": "http://127.0.0.1:8000/api/v1/incidents/"
                        "?base=conoco&since=2024-02-05&counted=true",
                    },
                    "changes": [
                        {
                            "kind": "went",
                            "public_id": "BW-7",
                            "earliest": "2024-02-04",
                            "latest": "2024-02-04",
                            "base": {"slug": "conoco", "name": "Conoco"},
                            "then": {"attacks": 1, "certain": True},
                            "now": None,
                            "what": ["days"],
                            "withdrawn": False,
                            "reasons": [
                                {
                                    "number": 13,
                                    "moment": "2026-11-23T09:00:00Z",
                                    "reason": "SOHR dates it to the day before",
                                }
                            ],
                        }
                    ],
                    "changes_untold": 0,
                    "changed_around": [],
                },
            )
        ],
    )
    def retrieve(self, request, pk):
        figure = self.get_object()
        figure.now = now(figure)
        context = self.get_serializer_context() | {"withdrawn": withdrawn_of(figure)}
        return Response(FigureDetailSerializer(figure, context=context).data)
