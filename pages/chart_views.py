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

from . import dashboard_charts, record_charts

# Every chart that has an address, by name: made of the parameters of its page. What is not on
# record is a ValueError; for what cannot be read it gives the form that says why.
CHARTS = dashboard_charts.CHARTS | record_charts.CHARTS


def answered(view):
    """Mark a view of a chart, which it is given; what cannot be read is refused in words."""

    @wraps(view)
    def answer(request, name):
        if name not in CHARTS:
            raise Http404("There is no chart of that name.")
        try:
            found = CHARTS[name](request.GET)
        except ValueError as error:
            raise Http404(str(error)) from error
        if isinstance(found, BaseForm):
            return render(request, "attacks/bad_clock.html", {"clocks": found}, status=400)
        return view(request, found)

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
