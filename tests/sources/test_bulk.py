"""What is written in bulk is what saving each record would have written, history included."""

import datetime
import itertools

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simple_history.models import HistoricalRecords

from attacks.models import Incident
from bases.models import MilitaryBase
from sources import bulk
from sources.models import Report
from sources.revisions import create_all, revision
from tests.factories import make_base, make_organisation

pytestmark = pytest.mark.django_db

numbers = itertools.count(1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
TEXTS |= st.text("\\\t\r\n'\"\x0b\x7fNé\U0001f525", max_size=6)
COUNTS = st.none() | st.integers(0, 2_147_483_647)
DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2026, 1, 1))
INCIDENTS = st.fixed_dictionaries(
    {
        "earliest": st.none() | DAYS,
        "latest": st.none(),
        "local_time": st.none() | st.times(),
        "local_time_text": TEXTS,
        "attack_count": st.integers(1, 2_147_483_647),
        "weapon": st.sampled_from(Incident.Weapon),
        "munitions": COUNTS,
        "killed_low": st.none() | st.just(0),
        "killed_high": COUNTS,
        "status": st.sampled_from([Incident.Status.DRAFT, "retracted"]),
        "summary": TEXTS,
        "summary_ar": TEXTS,
    }
)
BASES = st.builds(
    lambda place, **cells: cells | dict(zip(("latitude", "longitude"), place, strict=True)),
    st.just((None, None)) | st.tuples(*[st.decimals(-90, 90, places=5)] * 2),
    name=TEXTS,
    name_ar=TEXTS,
    kind=st.just(MilitaryBase.Kind.BASE),
    country=st.sampled_from(["SY", "IQ"]),
)
REPORTS = st.fixed_dictionaries(
    {"title": TEXTS, "note": TEXTS, "published_earliest": st.none() | DAYS, "url": st.none()}
)


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(bulk, "BATCH", 2)


def kept(model, name, keys):
    """The rows of these records and of their history, without what no two can share."""
    apart = {"id", name, "history_id", "history_date"}
    these = {f"{name}__in": keys}
    now = model.objects.filter(**these).order_by("id")
    ever = model.history.filter(**these).order_by("history_id")
    return [
        [{key: value for key, value in row.items() if key not in apart} for row in rows.values()]
        for rows in (now, ever)
    ]


@pytest.mark.parametrize(
    ("model", "name", "several"),
    [
        pytest.param(Incident, "serial", INCIDENTS, id="incidents"),
        pytest.param(MilitaryBase, "slug", BASES, id="bases"),
        pytest.param(Report, "key", REPORTS, id="reports"),
    ],
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_rows_written_in_bulk_are_those_that_saving_each_writes(
    small_batches, model, name, several, data
):
    values = data.draw(st.lists(several, min_size=1, max_size=5))
    keys = [[next(numbers) for _ in values] for _ in range(2)]
    saved, written = (
        [model(**one, **{name: key}) for one, key in zip(values, some, strict=True)]
        for some in keys
    )

    with revision("both ways"):
        for one in saved:
            one.save()
        create_all(written)

    assert kept(model, name, keys[1]) == kept(model, name, keys[0])
    assert [one.pk for one in written] == list(
        model.objects.filter(**{f"{name}__in": keys[1]}).order_by("id").values_list("id", flat=True)
    )


def test_moment_of_history_is_that_of_the_writing():
    before = make_base()
    with revision("in bulk"):
        create_all([MilitaryBase(slug="one", name="One", kind="base", country="SY")])
    after = make_base()

    moments = [
        MilitaryBase.history.get(slug=slug).history_date
        for slug in (before.slug, "one", after.slug)
    ]
    assert moments == sorted(moments)
    assert moments[1].utcoffset() == datetime.timedelta(0)


def test_history_has_the_user_of_the_request(rf):
    request = rf.get("/")
    request.user = User.objects.create(username="editor")
    HistoricalRecords.context.request = request
    try:
        with revision("in bulk"):
            create_all([Report(key="one")])
    finally:
        del HistoricalRecords.context.request

    assert Report.history.get().history_user == request.user


def test_object_that_was_written_can_be_changed_and_removed():
    report = Report(key="one")
    with revision("made"):
        create_all([report])
    with revision("changed"):
        report.title = "Another"
        report.save()
    with revision("removed"):
        report.delete()

    rows = Report.history.order_by("history_id")
    assert list(rows.values_list("history_type", "title")) == [
        ("+", ""),
        ("~", "Another"),
        ("-", "Another"),
    ]


def test_key_of_a_removed_record_is_not_given_again():
    with revision("made"):
        create_all([Report(key="one"), Report(key="two")])
        last = Report.objects.get(key="two")
        last_key = last.pk
        last.delete()
        create_all([Report(key="three")])

    assert Report.objects.get(key="three").pk > last_key


def test_record_that_breaks_a_rule_of_the_table_is_refused():
    base = make_base()

    with pytest.raises(IntegrityError), transaction.atomic(), revision("twice"):
        create_all([MilitaryBase(slug=base.slug, name="Again", kind="base", country="SY")])

    assert MilitaryBase.objects.get() == base


@pytest.mark.parametrize("number", [1, 50])
def test_statements_are_as_many_for_many_records_as_for_one(number):
    publisher = make_organisation()
    new = [Report(key=f"r{n}", publisher=publisher) for n in range(number)]

    with revision("in bulk"), CaptureQueriesContext(connection) as queries:
        create_all(new)

    assert len(queries) == 3
    assert Report.objects.filter(publisher=publisher).count() == number
    assert Report.history.filter(publisher=publisher).count() == number
