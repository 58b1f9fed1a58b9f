from urllib.parse import urlsplit

from django import template
from django.utils.translation import gettext as _

from attacks.claim_status import ClaimStatus
from attacks.models import UNGRADED, Grade

register = template.Library()

ARCHIVES = ("web.archive.org", "archive.org", "archive.ph", "archive.today", "archive.is")


@register.filter
def claim_status_words(status):
    return ClaimStatus(status).label


@register.filter
def archive_address(report):
    """Where the Internet Archive shows its copy of the page nearest to the day it was read.

    Whether it has one is not known here, for nobody asks it but the reader who follows the link.
    """
    if not report.url or urlsplit(report.url).hostname in ARCHIVES:
        return ""
    day = report.accessed_on or report.published_latest
    return f"https://web.archive.org/web/{f'{day:%Y%m%d}' if day else '*'}/{report.url}"


@register.filter
def grade_words(grades):
    """The grades of a counting rule in words."""
    return [_("not graded") if one == UNGRADED else str(Grade(one).label) for one in grades]
