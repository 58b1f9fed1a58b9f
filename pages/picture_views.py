from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.html import strip_tags
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from attacks.answers import count_by_site
from attacks.counting import NO_ATTACKS
from attacks.models import Incident
from bases.models import MilitaryBase
from config import freshness
from config.clocks import keeps
from config.throttle import Scope, seconds_to_wait
from sources.kept import Memory, last_revision, state
from sources.local_names import local_name
from sources.templatetags.facts import attacks, day_words
from tallies.headline import headline
from tallies.shown import shown

from .pictures import BARS, Bar, Busy, Card, png

MOST = 200  # of some 30 KB each, in every process
_drawn = Memory(MOST)


def answer(request, key, make):
    """The picture of that key, drawn once for a state of the record and a language."""
    key = (get_language(), *key)
    etag = freshness.etag_of(request, last_revision())
    if freshness.is_held(request, etag):
        return freshness.mark(request, HttpResponse(status=304), etag=etag)
    now = state()
    body = _drawn.get(now, key)
    if body is None:
        if wait := seconds_to_wait(request, Scope.SEARCHES):
            return _later(429, wait)
        try:
            body = png(make())
        except Busy:
            return _later(503, 10)
        _drawn.put(now, key, body)
    return freshness.mark(request, HttpResponse(body, content_type="image/png"), etag=etag)


def _later(status, seconds):
    response = HttpResponse(_("Too many pictures for now."), status=status)
    response.headers["Retry-After"] = str(seconds)
    return response


@keeps("known_on")
@require_safe
def of_dashboard(request):
    found = shown(request.GET)
    if isinstance(found, BaseForm):
        return render(request, "attacks/bad_clock.html", {"clocks": found}, status=400)
    if found.errors:
        raise Http404(" ".join(found.errors.values()))
    return answer(request, ("dashboard", found.query), lambda: _dashboard(found))


def _dashboard(found):
    if found.tally is None:
        return Card(_("Basewatch"), _("Attacks on military bases, and who counts them"))
    rows = [row for row in found.reconciliation.largest_first if row.ours]
    bars = [Bar(row.ours.certain, row.ours.possible, row.published) for row in rows]
    total = found.tally.total
    large = local_name(found.tally.counter) if total is None else str(total)
    return Card(large, strip_tags(headline(found.tally, found.reconciliation)), bars)


@require_safe
def of_base(request, slug):
    base = get_object_or_404(MilitaryBase, slug=slug)
    return answer(request, ("base", base.pk), lambda: _base(base))


def _base(base):
    counts = count_by_site()
    number = attacks(counts.get(base.pk, NO_ATTACKS))
    sentence = _("Attacks on our record: %(number)s") % {"number": number}
    return Card(local_name(base), sentence, _sites(counts, base.pk))


def _sites(counts, chosen):
    """The bases with most attacks, and where this one stands among them."""
    order = sorted(counts, key=lambda pk: (-counts[pk].possible, pk))[:BARS]
    if chosen not in order:
        order = [*order[: BARS - 1], chosen]
    found = [(pk, counts.get(pk, NO_ATTACKS)) for pk in order]
    return [Bar(one.certain, one.possible, chosen=pk == chosen) for pk, one in found]


@require_safe
def of_incident(request, public_id):
    found = Incident.objects.published().with_public_id(public_id).select_related("base")
    incident = found.first()
    if incident is None:
        raise Http404("No incident of that id is published.")
    return answer(request, ("incident", incident.pk), lambda: _incident(incident))


def _incident(incident):
    sentence = _("%(base)s. Weapon: %(weapon)s. Outcome: %(outcome)s. Record %(id)s.") % {
        "base": local_name(incident.base),
        "weapon": incident.get_weapon_display(),
        "outcome": incident.get_outcome_display(),
        "id": incident.public_id,
    }
    when = day_words(incident.earliest, incident.latest)
    return Card(when, sentence, _sites(count_by_site(), incident.base_id))
