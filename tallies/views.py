from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from attacks.counting import coverage
from attacks.models import Incident
from bases.models import ForcePresence
from sources.models import Organisation
from sources.revisions import last_revision

from .dashboard import choose, compare
from .models import PublishedTally, TallyLine

LATEST_INCIDENTS = 8
PRESENCES = 12


@require_safe
def dashboard(request):
    choice = choose(request.GET.get("counter", ""), request.GET.get("tally", ""))
    context = {
        "choice": choice,
        "comparison": compare(choice.tally) if choice.tally else None,
        "coverage": coverage(Incident.objects.all()),
        "presences": ForcePresence.objects.select_related("base", "force", "report__publisher")[
            :PRESENCES
        ],
        "incidents": Incident.objects.published()
        .select_related("base")
        .with_claim_status()
        .with_verdict()
        .in_order()[:LATEST_INCIDENTS],
    }
    return render(request, "tallies/dashboard.html", context)


@require_safe
def tallies(request):
    theirs = PublishedTally.objects.filter(counter=OuterRef("pk"))
    counters = list(Organisation.objects.filter(Exists(theirs)))
    asked = request.GET.get("counter", "")
    counter = next((each for each in counters if each.slug == asked), None)
    context = {"counters": counters, "counter": counter}
    if asked and counter is None:
        context["error"] = "No published tally is by a counter of that name."
    else:
        shown = [counter] if counter else counters
        tallies = (
            PublishedTally.objects.filter(counter__in=shown)
            .latest_first()
            .select_related("report__publisher")
            .prefetch_related("lines")
        )
        context["groups"] = [
            (each, [tally for tally in tallies if tally.counter_id == each.pk]) for each in shown
        ]
    return render(request, "tallies/list.html", context)


@require_safe
def tally(request, key):
    tally = get_object_or_404(
        PublishedTally.objects.select_related("counter", "report__publisher"), key=key
    )
    return render(
        request,
        "tallies/detail.html",
        {
            "tally": tally,
            "comparison": compare(tally),
            "last_change": last_revision(tally, (TallyLine, "tally")),
        },
    )
