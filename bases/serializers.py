"""How bases and force presence leave by the API."""

from rest_framework import serializers

from sources.serializers import (
    CountryField,
    OrganisationLinkSerializer,
    RecordSerializer,
    ReportSerializer,
)

from .models import BaseName, ForcePresence, MilitaryBase


class BaseLinkSerializer(RecordSerializer):
    class Meta:
        model = MilitaryBase
        fields = read_only_fields = ["slug", "name"]


class BasePlaceSerializer(RecordSerializer):
    """A base as it stands in an incident: what it is called and where it is."""

    country = CountryField()
    country_name = serializers.CharField(read_only=True)
    latitude = serializers.FloatField(read_only=True, allow_null=True)
    longitude = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = MilitaryBase
        fields = read_only_fields = [
            "slug",
            "name",
            "name_ar",
            "country",
            "country_name",
            "governorate",
            "latitude",
            "longitude",
            "coordinate_precision",
        ]


class BaseNameSerializer(RecordSerializer):
    report = serializers.SlugRelatedField(
        slug_field="key", read_only=True, allow_null=True, help_text="Key of the report."
    )

    class Meta:
        model = BaseName
        fields = read_only_fields = ["name", "language", "doubtful", "report"]


class BaseSerializer(BasePlaceSerializer):
    names = BaseNameSerializer(many=True, read_only=True)
    parent = serializers.SlugRelatedField(
        slug_field="slug",
        read_only=True,
        allow_null=True,
        help_text="Slug of the base inside which it lies, where a source says so.",
    )
    report = ReportSerializer(read_only=True, allow_null=True)

    class Meta:
        model = MilitaryBase
        fields = read_only_fields = [
            "slug",
            "name",
            "name_ar",
            "names",
            "kind",
            "country",
            "country_name",
            "governorate",
            "near",
            "latitude",
            "longitude",
            "coordinate_precision",
            "parent",
            "in_use_from",
            "in_use_until",
            "notes",
            "report",
        ]


class PresenceSerializer(RecordSerializer):
    force = OrganisationLinkSerializer(read_only=True, allow_null=True)
    country = CountryField(allow_null=True)
    base = BaseLinkSerializer(read_only=True, allow_null=True)
    report = ReportSerializer(read_only=True, allow_null=True)

    class Meta:
        model = ForcePresence
        fields = read_only_fields = [
            "key",
            "force",
            "force_text",
            "country",
            "base",
            "troops",
            "quantifier",
            "as_of",
            "as_of_basis",
            "mission",
            "report",
        ]
