from dataclasses import dataclass

from django import forms
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from attacks.basis import ClockForm
from config.clocks import CLOCKS, asks_of_a_clock, clock_query, keeps
from config.pages import kept_page
from pages.dashboard_map import map_on
from sources.filters import DayFilter
from sources.local_names import local_name
from sources.models import Organisation
from sources.recorded import TODAY
from sources.revisions import last_revision
from sources.validators import sane_day

from .book import Page, read_book, work_queue
from .dashboard import on_record
from .findings import Finding
from .headline import headline
from .models import FindingKind, PublishedTally, TallyLine
from .periods import compare_period
from .reconciliation import examine, reconcile, tally_of
from .shown import DashboardForm, TodayForm, shown
from .steps import Step

STEPS = 100  # on a page of the work queue


@kept_page
@keeps(*CLOCKS)
@require_safe
def dashboard(request):
    found = shown(request.GET)
    if isinstance(found, DashboardForm):
        return render(request, "attacks/bad_clock.html", {"clocks": found}, status=400)
    context = {
        "shown": found,
        "basis": found.form.basis,
        "clock_query": clock_query(request.GET),
        "choice": found.choice,
        "reconciliation": found.reconciliation,
        "map": found.tally and map_on(found),
        "headline": found.tally and headline(found.tally, found.reconciliation),
        "record": on_record(found.form.basis.known_on),
    }
    return render(request, "tallies/dashboard.html", context)


# The ledger


class BookForm(TodayForm):
    """Which counters, and by what was known when."""

    counter = forms.CharField(required=False, max_length=80)

    def clean(self):
        cleaned = super().clean()
        if slug := cleaned.get("counter"):
            self.chosen = all_counters().filter(slug=slug).first() if "\0" not in slug else None
            if self.chosen is None:
                self.add_error("counter", _("No published tally is by a counter of that name."))
        return cleaned

    chosen = None

    def read(self):
        counters = [self.chosen] if self.chosen else None
        return read_book(counters, known_on=self.cleaned_data["known_on"])


def all_counters():
    """Whoever has published a tally."""
    return Organisation.objects.filter(
        Exists(PublishedTally.objects.filter(counter=OuterRef("pk")))
    )


@dataclass(frozen=True)
class ShownStep:
    """A step with the addresses that a page gives beside it."""

    page: Page
    step: Step

    @property
    def incidents_url(self):
        return f"{reverse('attacks:incidents')}?{self.page.query(self.step)}"

    @property
    def add_url(self):
        """The form of a new incident, filled in with what the step says."""
        query = QueryDict(mutable=True)
        if self.step.place.base:
            query["base"] = self.step.place.base.pk
        days = {"earliest": self.step.window.since, "latest": self.step.window.until}
        query.update({name: day.isoformat() for name, day in days.items() if day})
        return f"{reverse('admin:attacks_incident_add')}?{query.urlencode()}"


@dataclass(frozen=True)
class ShownFinding:
    finding: Finding

    @property
    def accept_url(self):
        finding, query = self.finding, QueryDict(mutable=True)
        values = {
            "kind": finding.kind,
            "tally": finding.tally.pk,
            "other": finding.other and finding.other.pk,
            "base": finding.place.base and finding.place.base.pk,
            "country": finding.place.country or None,
            "amount": finding.amount,
        }
        query.update({name: str(value) for name, value in values.items() if value is not None})
        return f"{reverse('admin:tallies_acceptedfinding_add')}?{query.urlencode()}"


def shown_steps(page, steps):
    return [ShownStep(page, step) for step in steps]


def status_of(form, request):
    """A clock that cannot be answered by is a 400, as everywhere."""
    return 200 if form.is_valid() or not asks_of_a_clock(request) else 400


def rights(request):
    """What the reader may do about what the ledger shows."""
    user = request.user
    return {
        "may_add": user.has_perm("attacks.add_incident"),
        "may_accept": user.has_perm("tallies.add_acceptedfinding"),
        "may_log_in": not user.is_authenticated,
    }


@dataclass(frozen=True)
class ShownPage:
    """A counter's ledger as the page tells it."""

    page: Page

    @property
    def rows(self):
        """Publications, newest first, each with its step in all and what we count."""
        page = self.page
        steps = {step.later.pk: step for step in page.ledger.steps if step.place.is_total}
        for step in list(steps.values()):
            steps |= {tally.pk: step for tally in step.also}
        running = {tally.pk for tally in page.ledger.running}
        for tally in reversed(page.ledger.publications):
            step = steps.get(tally.pk)
            yield {
                "tally": tally,
                "step": step,
                "step_url": ShownStep(page, step).incidents_url if step else "",
                "running": tally.pk in running,
                "ours": page.in_all(tally),
            }

    @property
    def open_findings(self):
        return [ShownFinding(finding) for finding in self.page.ledger.open_findings]

    @property
    def accepted_findings(self):
        return [ShownFinding(finding) for finding in self.page.ledger.accepted_findings]

    @property
    def unaccounted(self):
        return len(self.page.open_steps)


@keeps(*CLOCKS)
@require_safe
def tallies(request):
    form = BookForm(request.GET)
    context = {"form": form, "counters": all_counters(), **rights(request)}
    if form.is_valid():
        context["counter"] = form.chosen
        context["basis"] = form.basis
        context["pages"] = [ShownPage(page) for page in form.read()]
    return render(request, "tallies/list.html", context, status=status_of(form, request))


@keeps(*CLOCKS)
@require_safe
def unaccounted(request):
    form = BookForm(request.GET)
    context = {"form": form, "counters": all_counters(), **rights(request)}
    if form.is_valid():
        steps = [ShownStep(page, step) for page, step in work_queue(form.read())]
        query = request.GET.copy()
        query.pop("page", None)
        context |= {
            "counter": form.chosen,
            "basis": form.basis,
            "steps": Paginator(steps, STEPS).get_page(request.GET.get("page")),
            "query": query.urlencode(),
        }
    return render(request, "tallies/unaccounted.html", context, status=status_of(form, request))


@keeps(*CLOCKS)
@require_safe
def tally(request, key):
    clocks = ClockForm(request.GET)
    if not clocks.is_valid():
        return render(request, "attacks/bad_clock.html", {"clocks": clocks}, status=400)
    basis = clocks.basis
    tally = tally_of(key, basis.record, basis.known_on)
    if tally is None:
        today = PublishedTally.objects.filter(key=key).first()
        if today is None:
            raise Http404("No tally of that key is on record.")
        context = {"tally": today, "basis": basis}
        return render(request, "tallies/not_yet.html", context, status=404)
    reconciliation = reconcile(tally, known_on=basis.known_on, record=basis.record)
    clocked = basis.known_on or basis.record != TODAY
    return render(
        request,
        "tallies/detail.html",
        {
            "tally": tally,
            "clocks": basis,
            "clock_query": clock_query(request.GET),
            "reconciliation": reconciliation,
            "examination": examine(reconciliation),
            # It would tell what was changed since.
            "last_change": None if clocked else last_revision(tally, (TallyLine, "tally")),
            **sites_in_words(reconciliation),
            **(in_its_ledger(tally, basis) if basis.record == TODAY else {}),
            **rights(request),
        },
    )


def sites_in_words(reconciliation):
    """The bases that the rule folds, or that may be one place, by pairs."""
    rule, bases = reconciliation.basis.rule, reconciliation.bases
    pairs = {"folded": rule.folds.items(), "doubtful": rule.doubtful}
    return {
        name: [(bases[site], bases[into]) for site, into in sites if {site, into} <= bases.keys()]
        for name, sites in pairs.items()
    }


def in_its_ledger(tally, basis):
    """What its counter's ledger says of it."""
    [page] = read_book([tally.counter], known_on=basis.known_on)
    book = page.ledger
    return {
        "findings": [
            ShownFinding(finding)
            for finding in book.findings
            if finding.tally == tally
            or (finding.other == tally and finding.kind == FindingKind.SIBLINGS)
        ],
        "steps": shown_steps(
            page, [step for step in book.steps if tally in (step.later, *step.also)]
        ),
        "closed": [period for period in book.closed if period.tally == tally],
    }


class Counters(forms.ModelMultipleChoiceField):
    def label_from_instance(self, counter):
        return local_name(counter)


class PeriodForm(TodayForm):
    """One window, and whose numbers of it are held side by side."""

    since = DayFilter(validators=[sane_day]).field
    until = DayFilter(validators=[sane_day]).field
    counter = Counters(
        Organisation.objects.none(),
        required=False,
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        label=_("Counted by"),
        error_messages={"invalid_choice": _("No published tally is by a counter “%(value)s”.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["counter"].queryset = all_counters()


@keeps(*CLOCKS)
@require_safe
def period(request):
    form = PeriodForm(request.GET)
    context = {"form": form}
    if form.is_valid():
        cleaned = form.cleaned_data
        book = read_book(cleaned["counter"] or None, known_on=cleaned["known_on"])
        context |= {
            "basis": form.basis,
            "since": cleaned["since"],
            "until": cleaned["until"],
            "rows": compare_period(book, cleaned["since"], cleaned["until"]),
        }
    return render(request, "tallies/period.html", context, status=status_of(form, request))
