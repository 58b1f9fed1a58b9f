"""What a chart is made of as a file, and the chart as a picture, for the parameters of its page."""

from functools import wraps

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from charts.chart import plain
from charts.picture import picture
from config.clocks import keeps
from sources.formats import csv_chunks
from sources.kept import last_revision
from tallies import shown as dashboard

# Of every page with charts: what it shows for its parameters, or the form that says why it cannot;
# and its charts of that, by name.
PAGES = [(dashboard.shown, dashboard.CHARTS)]


def answered(view):
    """Mark a view of a chart, which it is given; what cannot be read is refused in words."""

    @wraps(view)
    def answer(request, name):
        show, charts = next((page for page in PAGES if name in page[1]), (None, {}))
        if show is None:
            raise Http404("There is no chart of that name.")
        found = show(request.GET)
        if isinstance(found, BaseForm):
            return render(request, "attacks/bad_clock.html", {"clocks": found}, status=400)
        if found.errors:
            raise Http404(" ".join(found.errors.values()))
        return view(request, charts[name](found))

    return answer


@keeps("known_on")
@require_safe
@answered
def data(request, chart):
    """The numbers behind a chart as CSV, with names of columns that do not change."""
    rows = ([plain(cell) for cell in row] for row in chart.csv_rows)
    response = HttpResponse(
        b"".join(csv_chunks(chart.csv_columns, rows)), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="basewatch-{chart.name}.csv"'
    return response


# Its style stands in the file, which loads nothing.
@csp({"default-src": [NONE], "style-src": [UNSAFE_INLINE]})
@keeps("known_on")
@require_safe
@answered
def drawing(request, chart):
    last = last_revision()
    source = _("Basewatch, %(site)s, revision %(number)s") % {
        "site": f"{request.scheme}://{request.get_host()}",
        "number": last.number if last else 0,
    }
    return HttpResponse(picture(chart, source=source), content_type="image/svg+xml")
