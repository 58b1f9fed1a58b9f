import pytest
from rest_framework import serializers

from sources.documents import NotWritten, sent, statement
from sources.models import Organisation, Revision
from sources.serializers import OrganisationLinkSerializer, RecordSerializer


class Computed(RecordSerializer):
    host = serializers.CharField(read_only=True)

    class Meta:
        model = Organisation
        fields = read_only_fields = ["slug", "host"]


class OfAnUnknownKind(RecordSerializer):
    number = serializers.DurationField()

    class Meta:
        model = Revision
        fields = read_only_fields = ["number"]


class LinkedByComputation(RecordSerializer):
    host = OrganisationLinkSerializer()

    class Meta:
        model = Organisation
        fields = read_only_fields = ["host"]


class ListedByComputation(RecordSerializer):
    host = OrganisationLinkSerializer(many=True)

    class Meta:
        model = Organisation
        fields = read_only_fields = ["host"]


@pytest.mark.parametrize(
    ("serializer", "named"),
    [
        (Computed, "Computed.host"),
        (OfAnUnknownKind, "OfAnUnknownKind.number"),
        (LinkedByComputation, "LinkedByComputation.host"),
        (ListedByComputation, "ListedByComputation.host"),
    ],
)
def test_what_the_database_cannot_know_has_to_be_given(serializer, named):
    rows = serializer.Meta.model.objects.all()

    with pytest.raises(NotWritten, match=f"Give an expression for {named}"):
        statement(rows, serializer(), {})


def test_marks_that_javascript_took_for_ends_of_lines_are_escaped():
    assert sent(['"\u2028"', '"\u2029"']) == '"\\u2028","\\u2029"'
