"""An incident as schema.org has it, for the head of its page."""

from __future__ import annotations

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from attacks.models import Grade
from bases.models import MilitaryBase

# What could end the script element or begin another one, as JSON may write it too.
ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def event(incident: Any, *, url: str, name: str, description: str, language: str) -> Any:
    """The Event; None for a record of which it is not held that it happened, or not there."""
    if incident.grade == Grade.DISCOUNTED or incident.merged_into_id:
        return None
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": url,
        "url": url,
        "identifier": incident.public_id,
        "name": name,
        "description": description,
        "inLanguage": language,
        "startDate": f"{incident.earliest}",
        "endDate": f"{incident.latest}",
        "location": _place(incident.base),
        "subjectOf": [_report(report) for report in incident.reports.all() if report.url],
    }


def _place(base: Any) -> dict[str, Any]:
    address = {"@type": "PostalAddress", "addressCountry": base.country}
    if base.governorate:
        address["addressRegion"] = base.governorate
    place: dict[str, Any] = {"@type": "Place", "name": base.name, "address": address}
    # A point that stands for a town or a district would be taken for that of the base.
    if base.latitude is not None and base.coordinate_precision == MilitaryBase.Precision.EXACT:
        place["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": float(base.latitude),
            "longitude": float(base.longitude),
        }
    return place


def _report(report: Any) -> dict[str, str]:
    found = {"@type": "CreativeWork", "url": report.url, "name": report.title}
    found["inLanguage"] = report.language
    if report.published_earliest and report.published_earliest == report.published_latest:
        found["datePublished"] = f"{report.published_earliest}"
    return {name: value for name, value in found.items() if value}


def as_script(data: Any) -> SafeString:
    """The text of a script element of type application/ld+json."""
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(ESCAPES))
