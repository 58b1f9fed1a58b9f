from django import template

from attacks.claim_status import ClaimStatus

register = template.Library()


@register.filter
def claim_status_words(status):
    return ClaimStatus(status).label
