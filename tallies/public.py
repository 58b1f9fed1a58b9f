"""Which reports readers may see: a rule that needs every app, so it stands in the last of them."""

from django.db.models import Exists, OuterRef

from attacks.models import Citation, Claim, Incident
from bases.models import BaseName, ForcePresence, MilitaryBase
from sources.models import Organisation, OrganisationName, Report

from .models import PublishedTally


def cited_in_public():
    """Reports that something public rests on; one cited by a draft alone stays inside."""
    published = Incident.objects.published()
    citing = [
        Citation.objects.filter(incident__in=published),
        Claim.objects.filter(incident__in=published),
        PublishedTally.objects,
        MilitaryBase.objects,
        BaseName.objects,
        Organisation.objects,
        OrganisationName.objects,
        ForcePresence.objects,
    ]
    cited = Exists(citing[0].filter(report=OuterRef("pk")))
    for others in citing[1:]:
        cited |= Exists(others.filter(report=OuterRef("pk")))
    return Report.objects.filter(cited)
