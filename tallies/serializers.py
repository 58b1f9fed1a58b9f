"""How published tallies leave by the API."""

from rest_framework import serializers

from bases.serializers import BaseLinkSerializer
from sources.serializers import (
    CountryField,
    OrganisationLinkSerializer,
    RecordSerializer,
    ReportSerializer,
)

from .models import PublishedTally, TallyLine


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
