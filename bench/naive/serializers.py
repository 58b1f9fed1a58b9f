"""Incidents with all that stands in them, out by nested serializers."""

from rest_framework import serializers

from attacks.models import Claim, Incident, IncidentKey
from bases.models import MilitaryBase
from sources.models import Organisation, Report


class Plain(serializers.ModelSerializer):
    """What is empty is null."""

    def to_representation(self, record):
        fields = super().to_representation(record)
        return {name: None if value == "" else value for name, value in fields.items()}


class OrganisationOut(Plain):
    class Meta:
        model = Organisation
        fields = ["slug", "name"]


class ReportOut(Plain):
    publisher = OrganisationOut()

    class Meta:
        model = Report
        fields = [
            *("key", "publisher", "url", "title", "language", "published_earliest"),
            *("published_latest", "published_basis", "accessed_on", "note"),
        ]


class BaseOut(Plain):
    country = serializers.CharField()
    country_name = serializers.CharField()
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()

    class Meta:
        model = MilitaryBase
        fields = [
            *("slug", "name", "name_ar", "country", "country_name", "governorate"),
            *("latitude", "longitude", "coordinate_precision"),
        ]


class ClaimOut(Plain):
    incident = serializers.CharField(source="incident.public_id")
    claimant = OrganisationOut()
    blamed = OrganisationOut()
    report = ReportOut()

    class Meta:
        model = Claim
        fields = [
            *("id", "incident", "claimant", "claimant_text", "speaker", "kind", "stance"),
            *("blamed", "blamed_text", "killed_low", "killed_high", "injured_low"),
            *("injured_high", "whose", "made_on", "via", "summary", "report"),
        ]


class KeyOut(Plain):
    class Meta:
        model = IncidentKey
        fields = ["system", "key"]


class IncidentOut(Plain):
    base = BaseOut()
    days = serializers.IntegerField()
    claim_status = serializers.SerializerMethodField()
    merged_into = serializers.SerializerMethodField()
    withdrawn = serializers.CharField()
    revision = serializers.IntegerField(source="change.revision.number", default=None)
    updated = serializers.DateTimeField(source="change.revision.moment", default=None)
    keys = KeyOut(many=True)
    claims = ClaimOut(many=True)
    reports = serializers.SerializerMethodField()

    class Meta:
        model = Incident
        fields = [
            *("public_id", "base", "earliest", "latest", "days", "local_time"),
            *("local_time_text", "attack_count", "weapon", "munitions", "outcome"),
            *("killed_low", "killed_best", "killed_high", "injured_low", "injured_best"),
            *("injured_high", "material_damage", "grade", "claim_status", "merged_into"),
            *("withdrawn", "revision", "updated", "summary", "summary_ar", "keys"),
            *("claims", "reports"),
        ]

    def get_claim_status(self, incident):
        """By the groups that say they did it; none of those generated is part of another."""
        claims = incident.claims.all()
        claiming = {one.claimant_id for one in claims if says_so(one)}
        if claiming:
            return "competing" if len(claiming) > 1 else "claimed"
        return "unclaimed" if any(one.kind == "no_claim" for one in claims) else "unknown"

    def get_merged_into(self, incident):
        return incident.merged_into.public_id if incident.merged_into else None

    def get_reports(self, incident):
        cited = [citation.report for citation in incident.citations.all()]
        return ReportOut(cited, many=True).data


def says_so(claim):
    armed = claim.claimant is not None and claim.claimant.kind == "armed_group"
    return armed and claim.kind == "responsibility" and claim.stance == "affirms"
