"""How incidents, claims and counts leave by the API."""

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from bases.serializers import BasePlaceSerializer
from sources.serializers import OrganisationLinkSerializer, RecordSerializer, ReportSerializer

from .claim_status import ClaimStatus
from .models import Claim, Incident, IncidentKey


class ClaimSerializer(RecordSerializer):
    incident = serializers.CharField(
        source="incident.public_id", read_only=True, help_text="Its public id."
    )
    claimant = OrganisationLinkSerializer(read_only=True, allow_null=True)
    blamed = OrganisationLinkSerializer(read_only=True, allow_null=True)
    report = ReportSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Claim
        fields = read_only_fields = [
            "id",
            "incident",
            "claimant",
            "claimant_text",
            "speaker",
            "kind",
            "stance",
            "blamed",
            "blamed_text",
            "killed_low",
            "killed_high",
            "injured_low",
            "injured_high",
            "whose",
            "made_on",
            "via",
            "summary",
            "report",
        ]


class IncidentKeySerializer(RecordSerializer):
    class Meta:
        model = IncidentKey
        fields = read_only_fields = ["system", "key"]


class IncidentSerializer(RecordSerializer):
    public_id = serializers.CharField(read_only=True, help_text="Short, permanent, never reused.")
    base = BasePlaceSerializer(read_only=True)
    earliest = serializers.DateField(read_only=True, help_text="Local day.")
    latest = serializers.DateField(
        read_only=True, help_text="Local day; the same as the earliest when the day is known."
    )
    days = serializers.IntegerField(
        read_only=True, help_text="In how many days it may fall; 1 when the day is known."
    )
    claim_status = serializers.ChoiceField(
        choices=ClaimStatus.choices,
        read_only=True,
        help_text="Derived from the claims of responsibility.",
    )
    merged_into = serializers.SerializerMethodField(
        help_text="Public id of the record that stands for the same attack; this is not counted."
    )
    withdrawn = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="With recorded_at: the public reason for which the record was withdrawn since. "
        "No more of it is shown than its id, days, base and number of attacks.",
    )
    revision = serializers.IntegerField(
        source="changed.number",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="The revision that last changed anything shown here; null under either clock.",
    )
    updated = serializers.DateTimeField(
        source="changed.moment",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="When that was.",
    )
    keys = IncidentKeySerializer(many=True, read_only=True)
    claims = ClaimSerializer(many=True, read_only=True)
    reports = ReportSerializer(many=True, read_only=True)

    class Meta:
        model = Incident
        fields = read_only_fields = [
            "public_id",
            "base",
            "earliest",
            "latest",
            "days",
            "local_time",
            "local_time_text",
            "attack_count",
            "weapon",
            "munitions",
            "outcome",
            "killed_low",
            "killed_best",
            "killed_high",
            "injured_low",
            "injured_best",
            "injured_high",
            "material_damage",
            "grade",
            "claim_status",
            "merged_into",
            "withdrawn",
            "revision",
            "updated",
            "summary",
            "summary_ar",
            "keys",
            "claims",
            "reports",
        ]

    def get_merged_into(self, incident) -> str | None:
        survivor = incident.merged_into
        published = survivor is not None and survivor.status == Incident.Status.PUBLISHED
        return survivor.public_id if published else None


class CountSerializer(serializers.Serializer):
    certain = serializers.IntegerField(
        source="count.certain", help_text="Attacks whose whole range of days lies in the window."
    )
    possible = serializers.IntegerField(
        source="count.possible", help_text="Attacks whose range of days overlaps the window."
    )
    incidents_url = serializers.URLField(
        help_text="The list of exactly the incidents behind `possible`."
    )


class GroupSerializer(serializers.Serializer):
    key = serializers.CharField(allow_null=True, help_text="Slug, code or month; null means none.")
    label = serializers.CharField()


class CountRowSerializer(GroupSerializer, CountSerializer):
    pass


@extend_schema_serializer(many=False)  # the answer is one object, though the view is a list
class CountsSerializer(serializers.Serializer):
    total = CountSerializer()
    results = CountRowSerializer(many=True)
