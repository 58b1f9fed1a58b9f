"""What a kept copy of the incidents has to drop."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.rest import PublicList
from sources.lookups import LookupFilterSet
from sources.rows import Column, Kind, Table

from .changes import UpdatedSince, departures, gone
from .models import Incident

RETRACTED, MERGED = "retracted", "merged"


class DeletedSerializer(serializers.Serializer):
    public_id = serializers.CharField(read_only=True, help_text="Of the record that left.")
    kind = serializers.SerializerMethodField(
        help_text="retracted: readers see it no more. merged: another record stands for the attack."
    )
    merged_into = serializers.SerializerMethodField(
        help_text="Public id of the record that stands for the same attack."
    )
    revision = serializers.IntegerField(
        source="left_in.number", read_only=True, help_text="In which revision it left."
    )
    moment = serializers.DateTimeField(source="left_in.moment", read_only=True)
    reason = serializers.CharField(
        source="left_in.reason", read_only=True, help_text="Why, as the revision says in public."
    )

    @extend_schema_field(serializers.ChoiceField(choices=[RETRACTED, MERGED]))
    def get_kind(self, incident):
        return MERGED if incident.status == Incident.Status.PUBLISHED else RETRACTED

    def get_merged_into(self, incident) -> str | None:
        survivor = incident.merged_into
        # Of a retracted record no more is told than that it was.
        shown = {incident.status, survivor and survivor.status} == {Incident.Status.PUBLISHED}
        return survivor.public_id if shown else None


class DeletedFilter(LookupFilterSet):
    updated_since = UpdatedSince()

    class Meta:
        model = Incident
        fields = []


DELETED = Table(
    "deleted",
    (
        Column("public_id"),
        Column("kind"),
        Column("merged_into"),
        Column("revision", Kind.INTEGER),
        Column("moment"),
        Column("reason"),
    ),
    lambda incident: [tuple(DeletedSerializer(incident).data.values())],
)


class DeletedViewSet(PublicList):
    """Incidents that left the record, and why, in the order in which they last changed.

    To keep a copy of all incidents, ask here with `updated_since` and note the `revision` that the
    first answer carries. Follow `next` to the end and drop what is listed. Then ask `incidents/`
    with the same `updated_since` and no other filter, and keep each record in place of what you
    hold under its public id. The next time ask with the number you noted; the first time with 0,
    which lists everything.

    Keep to that order: a merged record is in both lists, and stays, with its `merged_into`. One
    that was retracted and published again is listed among the incidents alone.
    """

    queryset = gone()
    serializer_class = DeletedSerializer
    filterset_class = DeletedFilter
    table = DELETED
    ordering = ("change__revision_id", "id")

    for_copies = True

    def records(self, rows):
        left_in = departures(rows)
        for incident in rows:
            incident.left_in = left_in.get(incident.pk)
        return [incident for incident in rows if incident.left_in]

    def beside(self):
        asked = self.request.query_params.get("updated_since")
        # Read before the rows were: what is written meanwhile is listed the next time.
        return {"revision": self.revision.number if self.revision else 0} if asked else {}
