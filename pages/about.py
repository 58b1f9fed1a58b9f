"""Who makes the site, why, and what it does not keep of its readers."""

from django.conf import settings
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.pages import kept_page


@kept_page
@require_safe
def about(request):
    context = {
        "operator": getattr(settings, "SITE_OPERATOR", ""),
        "address": getattr(settings, "CORRECTIONS_EMAIL", ""),
    }
    return render(request, "pages/about.html", context)
