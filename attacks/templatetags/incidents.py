from urllib.parse import urlsplit

from django import template

from attacks.claim_status import ClaimStatus

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
