"""How published tallies leave by the API."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bases.serializers import BaseLinkSerializer
from config.rest import address_of
from sources.serializers import (
    CountryField,
    OrganisationLinkSerializer,
    RecordSerializer,
    ReportSerializer,
)

from .citations import Citation
from .models import Figure, FindingKind, PublishedTally, TallyLine


class TallyLineSerializer(RecordSerializer):
    base = BaseLinkSerializer(read_only=True, allow_null=True)
    country = CountryField(allow_null=True)

    class Meta:
        model = TallyLine
        fields = read_only_fields = ["position", "base", "country", "name_as_printed", "number"]


class TallySerializer(RecordSerializer):
    counter = OrganisationLinkSerializer(read_only=True)
    report = ReportSerializer(read_only=True, allow_null=True)
    as_of_earliest = serializers.DateField(
        read_only=True,
        allow_null=True,
        help_text="First day that it may speak as of: where counting ended, else publication.",
    )
    as_of_latest = serializers.DateField(
        read_only=True, allow_null=True, help_text="Last day that it may speak as of."
    )
    territory = serializers.ListField(
        source="countries",
        child=serializers.CharField(),
        read_only=True,
        help_text="ISO 3166 codes of the countries that it covers.",
    )
    lines = TallyLineSerializer(many=True, read_only=True)
    sum_of_lines = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Null where no line was printed."
    )
    difference = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="Lines less total; null unless the list is full and a total was printed.",
    )

    class Meta:
        model = PublishedTally
        fields = read_only_fields = [
            "key",
            "counter",
            "report",
            "counting_since",
            "counting_until",
            "as_of_earliest",
            "as_of_latest",
            "total",
            "quantifier",
            "territory",
            "territory_text",
            "coverage",
            "note",
            "lines",
            "sum_of_lines",
            "difference",
        ]


# The ledger, and a tally held against our record


class PlaceSerializer(serializers.Serializer):
    """A base, a country, or neither; `key` is total, base:<slug>, country:<code> or name:<text>."""

    key = serializers.CharField(help_text="total, base:<slug>, country:<code> or name:<text>.")
    name = serializers.CharField(source="__str__")
    base = serializers.SerializerMethodField(help_text="Slug, for a base's line.")
    country = serializers.SerializerMethodField(help_text="ISO 3166 code, for a country's line.")

    def get_base(self, place) -> str | None:
        return place.base.slug if place.base else None

    def get_country(self, place) -> str | None:
        return place.country or None


class RangeSerializer(serializers.Serializer):
    certain = serializers.IntegerField()
    possible = serializers.IntegerField()


class GapSerializer(serializers.Serializer):
    least = serializers.IntegerField(help_text="Published less possible.")
    most = serializers.IntegerField(help_text="Published less certain.")
    agrees = serializers.BooleanField(
        help_text="Whether the published number lies between certain and possible."
    )
    words = serializers.CharField(source="__str__")


class RuleSerializer(serializers.Serializer):
    """A counting rule; null means that it is not known, or that it sets no limit."""

    slug = serializers.CharField()
    name = serializers.CharField()
    text = serializers.CharField()
    unit = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    territory = serializers.ListField(child=serializers.CharField())
    counts_intercepted = serializers.BooleanField(allow_null=True)
    counts_claims_alone = serializers.BooleanField(allow_null=True)
    claimed_by = serializers.SerializerMethodField(help_text="Slug of the group; null: any.")
    grades = serializers.ListField(
        child=serializers.CharField(), help_text="Empty: all but discounted."
    )

    def get_claimed_by(self, rule) -> str | None:
        return rule.claimed_by.slug if rule.claimed_by else None


class ExaminedSerializer(serializers.Serializer):
    public_id = serializers.CharField(source="incident.public_id")
    base = serializers.CharField(source="incident.base.slug")
    earliest = serializers.DateField(source="incident.earliest")
    latest = serializers.DateField(source="incident.latest")
    attack_count = serializers.IntegerField(source="incident.attack_count")
    verdict = serializers.ChoiceField(choices=["counted", "borderline", "excluded"])
    clause = serializers.CharField(
        help_text="What leaves it out or in doubt; empty where it counts for certain."
    )
    why = serializers.CharField(help_text="The same in words.")


class ReconciledRowSerializer(serializers.Serializer):
    place = PlaceSerializer()
    published = serializers.IntegerField(
        allow_null=True, help_text="Null where it is not listed, which is not zero."
    )
    ours = RangeSerializer(allow_null=True, help_text="Null where it names no place of ours.")
    gap = GapSerializer(allow_null=True)
    incidents_url = serializers.SerializerMethodField(
        help_text="The list of exactly the incidents behind `possible`; null without `ours`."
    )
    incidents = serializers.SerializerMethodField()

    def get_incidents_url(self, row) -> str | None:
        if not row.query:
            return None
        return address_of(self.context["request"], "api:incident-list", row.query)

    @extend_schema_field(ExaminedSerializer(many=True))
    def get_incidents(self, row):
        return ExaminedSerializer(self.context["examined"].get(row.place, []), many=True).data


class ReconciliationSerializer(serializers.Serializer):
    tally = serializers.CharField(source="tally.key")
    counter = OrganisationLinkSerializer(source="tally.counter")
    rule = RuleSerializer(source="basis.rule")
    known_on = serializers.DateField(source="basis.known_on", allow_null=True)
    recorded_at = serializers.IntegerField(
        source="basis.record.revision", allow_null=True, help_text="Number of the revision."
    )
    since = serializers.DateField(source="window.since", allow_null=True)
    until_earliest = serializers.DateField(source="window.certain_until", allow_null=True)
    until_latest = serializers.DateField(source="window.until", allow_null=True)
    total = ReconciledRowSerializer()
    listed = ReconciledRowSerializer(many=True)
    not_listed = ReconciledRowSerializer(many=True)
    incidents_complete = serializers.SerializerMethodField(
        help_text="False where only the latest of very many incidents are told one by one."
    )

    def get_incidents_complete(self, reconciliation) -> bool:
        return self.context["complete"]


class StepSerializer(serializers.Serializer):
    """From one running number of a counter to the next of the same place."""

    counter = serializers.CharField(source="step.later.counter.slug")
    place = PlaceSerializer(source="step.place")
    earlier = serializers.CharField(source="step.earlier.key", help_text="Key of the tally.")
    later = serializers.CharField(source="step.later.key", help_text="Key of the tally.")
    before = serializers.IntegerField(source="step.before")
    number = serializers.IntegerField(source="step.number")
    rise = serializers.IntegerField(source="step.rise", help_text="Below zero: it fell.")
    since_earliest = serializers.DateField(source="step.window.since")
    since_latest = serializers.DateField(source="step.earlier.as_of_latest")
    until_earliest = serializers.DateField(source="step.later.as_of_earliest")
    until_latest = serializers.DateField(source="step.window.until")
    ours = RangeSerializer(source="step.ours", allow_null=True)
    unaccounted = RangeSerializer(
        source="step.unaccounted",
        allow_null=True,
        help_text="By how many attacks it rose beyond our record: at least, at most.",
    )
    notes = serializers.ListField(
        source="step.notes",
        child=serializers.CharField(),
        help_text="What makes the two numbers not quite comparable.",
    )
    incidents_url = serializers.SerializerMethodField(
        help_text="The list of exactly the incidents behind `ours.possible`."
    )

    def get_incidents_url(self, shown) -> str | None:
        if shown.step.ours is None:
            return None
        query = shown.page.query(shown.step)
        return address_of(self.context["request"], "api:incident-list", query)


class FindingSerializer(serializers.Serializer):
    """What does not fit in a counter's ledger."""

    kind = serializers.ChoiceField(choices=FindingKind.choices)
    tally = serializers.CharField(source="tally.key")
    other = serializers.SerializerMethodField(help_text="Key of the tally it is held against.")
    place = PlaceSerializer()
    amount = serializers.IntegerField(allow_null=True)
    words = serializers.CharField()
    accepted = serializers.SerializerMethodField(
        help_text="Why it is so, where an editor knows; null while it is open."
    )

    def get_other(self, finding) -> str | None:
        return finding.other.key if finding.other else None

    def get_accepted(self, finding) -> str | None:
        return finding.accepted.why if finding.accepted else None


class CounterSerializer(serializers.Serializer):
    """Whoever has published a tally, and the rule by which we hold it against our record."""

    slug = serializers.CharField(source="counter.slug")
    name = serializers.CharField(source="counter.name")
    rule = RuleSerializer()
    publications = serializers.SerializerMethodField()
    open_findings = serializers.SerializerMethodField()
    unaccounted_steps = serializers.SerializerMethodField()

    def get_publications(self, page) -> int:
        return len(page.ledger.publications)

    def get_open_findings(self, page) -> int:
        return len(page.ledger.open_findings)

    def get_unaccounted_steps(self, page) -> int:
        return len(page.open_steps)


# Quoted figures


class QuestionSerializer(serializers.Serializer):
    """What a figure asks: a count by its `query`, or the number of a tally at a place."""

    query = serializers.CharField(
        read_only=True,
        default=None,
        allow_null=True,
        help_text="Parameters of a count, in canonical form.",
    )
    tally = serializers.CharField(
        read_only=True, default=None, allow_null=True, help_text="Key of the tally."
    )
    place = serializers.CharField(
        read_only=True,
        default=None,
        allow_null=True,
        help_text="total, base:<slug> or country:<code>.",
    )
    known_on = serializers.DateField(
        read_only=True, default=None, allow_null=True, help_text="Of a tally."
    )
    recorded_at = serializers.IntegerField(
        read_only=True,
        default=None,
        allow_null=True,
        help_text="Of a tally: the number of a revision.",
    )


class RevisionSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    moment = serializers.DateTimeField()


class ReasonSerializer(RevisionSerializer):
    reason = serializers.CharField()


class CitationsSerializer(serializers.Serializer):
    plain = serializers.CharField()
    bibtex = serializers.CharField()
    csl = serializers.ListField(child=serializers.DictField(), help_text="CSL-JSON.")


class FigureSerializer(serializers.ModelSerializer):
    id = serializers.CharField(help_text="Follows from the question and the revision.")
    url = serializers.SerializerMethodField(help_text="The permanent address of its page.")
    question = QuestionSerializer()
    revision = RevisionSerializer(help_text="The state of our record that was asked.")
    value = RangeSerializer(
        source="count",
        allow_null=True,
        help_text="Our count; null where there is no place of ours.",
    )
    published = serializers.IntegerField(
        allow_null=True, help_text="The published number; null for a count, or where not listed."
    )
    quantifier = serializers.SerializerMethodField(help_text="Of the published number.")
    incidents_url = serializers.SerializerMethodField(
        help_text="The list of the incidents counted, as our record stood; null where it cannot "
        "be listed so."
    )
    citations = serializers.SerializerMethodField()

    class Meta:
        model = Figure
        fields = read_only_fields = [
            "id",
            "url",
            "title",
            "question",
            "revision",
            "value",
            "published",
            "quantifier",
            "digest",
            "incidents_url",
            "created",
            "citations",
        ]

    def get_url(self, figure) -> str:
        return self.context["request"].build_absolute_uri(figure.get_absolute_url())

    def get_quantifier(self, figure) -> str | None:
        return figure.quantifier or None

    def get_incidents_url(self, figure) -> str | None:
        return self.list_of(figure.list_query)

    def list_of(self, query):
        if not query:
            return None
        return address_of(self.context["request"], "api:incident-list", query)

    @extend_schema_field(CitationsSerializer)
    def get_citations(self, figure):
        citation = Citation(figure, self.get_url(figure), timezone.now().date())
        return CitationsSerializer(citation).data


class HeldSerializer(serializers.Serializer):
    public_id = serializers.CharField()
    attacks = serializers.IntegerField(allow_null=True, help_text="Null: withdrawn since.")
    certain = serializers.BooleanField(allow_null=True, help_text="Null: withdrawn since.")


class StandSerializer(serializers.Serializer):
    """How an incident is counted."""

    attacks = serializers.IntegerField()
    certain = serializers.BooleanField()


class ChangeSerializer(serializers.Serializer):
    """An incident that came into the number, went out of it or changed."""

    kind = serializers.ChoiceField(choices=["came", "went", "changed"])
    public_id = serializers.CharField()
    earliest = serializers.DateField(allow_null=True)
    latest = serializers.DateField(allow_null=True)
    base = BaseLinkSerializer(allow_null=True)
    then = StandSerializer(allow_null=True)
    now = StandSerializer(allow_null=True)
    what = serializers.ListField(child=serializers.CharField(), help_text="What reads otherwise.")
    withdrawn = serializers.BooleanField(
        help_text="Then no more of it is told than its id, days, base and the reason."
    )
    reasons = ReasonSerializer(many=True, help_text="The revisions that did it.")


class NowSerializer(serializers.Serializer):
    """The answer to the same question now."""

    value = RangeSerializer(source="count", allow_null=True)
    published = serializers.IntegerField(allow_null=True)
    fixed = serializers.BooleanField(
        help_text="Whether the question names its own revision, so that its answer never changes."
    )
    refused = serializers.SerializerMethodField(
        help_text="Why the question can no longer be asked; null while it can."
    )
    incidents_url = serializers.SerializerMethodField(help_text="The list now.")

    def get_refused(self, now) -> str | None:
        return now.refused or None

    def get_incidents_url(self, now) -> str | None:
        return self.parent.list_of(now.list_query)


class FigureDetailSerializer(FigureSerializer):
    incidents = serializers.SerializerMethodField(
        help_text="What was counted; null where there are more than 5,000: see incidents_url."
    )
    now = NowSerializer()
    changes = ChangeSerializer(source="now.differences.changes", many=True)
    changes_untold = serializers.IntegerField(
        source="now.differences.untold",
        help_text="Further incidents that came, went or may have changed.",
    )
    changed_around = ReasonSerializer(
        source="now.around",
        many=True,
        help_text="Revisions since that changed the tally, the rule or the base it names.",
    )

    class Meta(FigureSerializer.Meta):
        fields = read_only_fields = [
            *FigureSerializer.Meta.fields,
            "incidents",
            "now",
            "changes",
            "changes_untold",
            "changed_around",
        ]

    @extend_schema_field(HeldSerializer(many=True, allow_null=True))
    def get_incidents(self, figure):
        if figure.incidents is None:
            return None
        withdrawn = self.context["withdrawn"]
        return [
            {
                "public_id": f"BW-{serial}",
                "attacks": None if serial in withdrawn else attacks,
                "certain": None if serial in withdrawn else sure,
            }
            for serial, attacks, sure in figure.incidents
        ]
