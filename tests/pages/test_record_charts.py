"""Charts of single records by their addresses: as data and as a picture."""

import pytest

from pages.record_charts import CHARTS
from tests.factories import make_base, make_claim, make_group, make_incident

pytestmark = pytest.mark.django_db

ASKED = "base=conoco&organisation=iri"


@pytest.fixture(autouse=True)
def records():
    make_claim(make_incident(make_base("conoco")), claimant=make_group("iri"))


@pytest.mark.parametrize("name", CHARTS)
def test_chart_is_given_out_as_data_and_as_a_picture(client, name):
    data = client.get(f"/charts/{name}.csv?{ASKED}")
    picture = client.get(f"/charts/{name}.svg?{ASKED}")

    assert (data.status_code, picture.status_code) == (200, 200)
    assert picture["Content-Type"] == "image/svg+xml"


@pytest.mark.parametrize("name", CHARTS)
def test_chart_of_nothing_on_record_is_not_found(client, name):
    query = "base=nowhere&organisation=nobody"

    assert client.get(f"/charts/{name}.csv?{query}").status_code == 404


def test_chart_does_not_pass_over_a_clock(client):
    path = f"/charts/base-timeline.csv?{ASKED}&known_on=2024-01-01"

    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/bases/conoco/", "/organisations/iri/", "/compare/?base=conoco", "/ar/bases/conoco/"]
)
def test_page_leads_to_the_data_of_each_chart(client, path):
    page = client.get(path)
    shown = page.context.get("charts", {})
    shown = shown() if callable(shown) else shown  # made where they are not kept
    charts = shown.values() if isinstance(shown, dict) else shown

    assert charts or page.context["chart"]
    for chart in filter(None, [*charts, page.context.get("chart")]):
        assert client.get(chart.csv_url).status_code == 200
        if not chart.is_empty:
            assert chart.csv_url.replace("&", "&amp;") in page.content.decode()
