"""How organisations and reports leave by the API. What is not known is null, never ""."""

from rest_framework import serializers

from .models import Organisation, OrganisationName, Report


# The schema shows docstrings, so what holds for every record is said here.
# A record leaves read-only, and null where a text is empty.
class RecordSerializer(serializers.ModelSerializer):
    def build_standard_field(self, field_name, model_field):
        field, options = super().build_standard_field(field_name, model_field)
        # A help text speaks of a form, where what is null here is empty.
        help_text = model_field.help_text.replace("Empty", "Null")
        nullable = model_field.null or model_field.blank
        return field, options | {"allow_null": nullable, "help_text": help_text}

    def to_representation(self, record):
        fields = super().to_representation(record)
        return {name: None if value == "" else value for name, value in fields.items()}


class CountryField(serializers.CharField):
    """A code. Not a choice: the schema would list every country of the world with each field."""

    def __init__(self, **kwargs):
        super().__init__(read_only=True, help_text="ISO 3166 code.", **kwargs)


class OrganisationLinkSerializer(RecordSerializer):
    class Meta:
        model = Organisation
        fields = read_only_fields = ["slug", "name"]


class ReportSerializer(RecordSerializer):
    publisher = OrganisationLinkSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Report
        fields = read_only_fields = [
            "key",
            "publisher",
            "url",
            "title",
            "language",
            "published_earliest",
            "published_latest",
            "published_basis",
            "accessed_on",
            "note",
        ]


class OrganisationNameSerializer(RecordSerializer):
    report = serializers.SlugRelatedField(
        slug_field="key", read_only=True, allow_null=True, help_text="Key of the report."
    )

    class Meta:
        model = OrganisationName
        fields = read_only_fields = ["name", "language", "report"]


class OrganisationSerializer(RecordSerializer):
    country = CountryField(allow_null=True)
    parent = serializers.SlugRelatedField(
        slug_field="slug",
        read_only=True,
        allow_null=True,
        help_text="Slug of the umbrella group under which it acts, where a source says so.",
    )
    report = ReportSerializer(read_only=True, allow_null=True)
    names = OrganisationNameSerializer(many=True, read_only=True)

    class Meta:
        model = Organisation
        fields = read_only_fields = [
            "slug",
            "name",
            "name_ar",
            "names",
            "kind",
            "country",
            "url",
            "parent",
            "notes",
            "report",
        ]
