from django import template
from django.utils.translation import gettext as _

from attacks.claim_status import ClaimStatus
from attacks.models import UNGRADED, Grade

register = template.Library()


@register.filter
def claim_status_words(status):
    return ClaimStatus(status).label


@register.filter
def grade_words(grades):
    """The grades of a counting rule in words."""
    return [_("not graded") if one == UNGRADED else str(Grade(one).label) for one in grades]
