"""The totals that are kept beside the record, against a recount of the record itself."""

import datetime
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attacks import answers, counting, totals, upkeep
from attacks.counting import ALL_DAYS, Count, Window
from attacks.filters import CountFilter
from attacks.models import Incident
from attacks.rules import HOUSE_TODAY, Basis, Rule, rules
from attacks.totals import RangeTotal, SpanTotal
from attacks.upkeep import wrong_totals
from sources.recorded import Record
from sources.revisions import create_all, revision, update_all
from tests.attacks.test_basis_properties import (
    INCIDENTS,
    MADE,
    REVISIONS,
    assign,
    make_world,
    write,
)
from tests.factories import (
    day,
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
    make_rule,
)

pytestmark = pytest.mark.django_db


def total(basis=HOUSE_TODAY, window=ALL_DAYS):
    return sum(totals.count_by_site(basis, window).values(), counting.NO_ATTACKS)


def change(record, **fields):
    with revision("changed by a test"):
        for name, value in fields.items():
            setattr(record, name, value)
        record.save()


def delete(record):
    with revision("deleted by a test"):
        record.delete()


def asked(**question):
    filters = CountFilter(QueryDict(urlencode(question)), Incident.objects.all())
    assert filters.is_valid(), filters.errors
    return filters


# What moves them


def put_back(incident):
    change(incident, earliest=day("2014-02-03"), latest=day("2014-03-05"))


def change_base(incident):
    change(incident, base=make_base())


def change_number(incident):
    change(incident, attack_count=7)


def retract(incident):
    change(incident, status="retracted")


def discount(incident):
    change(incident, grade="discounted")


def merge(incident):
    change(incident, merged_into=make_incident(incident.base))


def unmerge(incident):
    merge(incident)
    change(incident, merged_into=None)


def insert_before_all_others(incident):
    make_incident(incident.base, on="1999-12-31", until="2001-01-01")


def insert_many(incident):
    fields = {"base": incident.base, "status": "published"}
    days = [day("2020-02-01") + datetime.timedelta(days=number % 90) for number in range(600)]
    with revision("imported by a test"):
        create_all(
            [
                Incident(serial=number, earliest=one, latest=one, **fields)
                for number, one in enumerate(days, 1000)
            ]
        )


def change_many(incident):
    insert_many(incident)
    rows = list(Incident.objects.all())
    for row in rows:
        row.latest += datetime.timedelta(days=row.pk % 3)
    with revision("changed by a test"):
        update_all(rows, ["latest"])


MOVES = [
    put_back,
    change_base,
    change_number,
    retract,
    discount,
    merge,
    unmerge,
    insert_before_all_others,
    insert_many,
    change_many,
    delete,
]


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.__name__)
def test_the_totals_follow_the_record(move):
    # The first has the cell of the second, and neighbours in its month and year.
    base = make_base()
    others = [make_incident(base), make_incident(base, on="2024-01-16", attack_count=2)]
    before = dict(RangeTotal.objects.values_list("pk", "possible"))

    move(make_incident(base))

    assert others
    assert wrong_totals() == []
    assert dict(RangeTotal.objects.values_list("pk", "possible")) != before or move in (
        delete,
        retract,
        discount,
    )
    assert total() == counting.count(Incident.objects.all())


def test_what_no_incident_counts_at_any_more_leaves_no_range():
    incident = make_incident(on="2024-01-01", until="2024-02-03")

    change(incident, status="retracted")

    assert not RangeTotal.objects.exists()
    assert total() == Count(0, 0)


def change_and_fail(incident):
    incident.save()
    make_base(incident.base.slug)


def test_a_revision_that_fails_moves_nothing():
    incident = make_incident()

    incident.attack_count = 5

    with pytest.raises(IntegrityError), revision("changed by a test"):
        change_and_fail(incident)

    assert total() == Count(1, 1)


def test_an_incident_that_moves_twice_in_a_revision_moves_once():
    incident = make_incident()

    with revision("changed by a test"):
        for on in ("2020-01-01", "2021-01-01"):
            incident.earliest = incident.latest = day(on)
            incident.save()
        Incident.objects.create(base=incident.base, earliest=day("2022-01-01")).delete()

    assert wrong_totals() == []
    assert [one.earliest for one in RangeTotal.objects.all()] == [day("2021-01-01")]


def test_a_rule_is_counted_when_it_is_made_and_changed_and_forgotten_with_it():
    make_incident(make_base(country="SY"))
    make_incident(make_base(country="IQ"), attack_count=2)
    rule = make_rule(territory="SY", counts_claims_alone=True, counts_intercepted=True)

    assert total(Basis(rules()[rule.organisation.slug])) == Count(1, 1)

    change(rule, territory="IQ")
    assert total(Basis(rules()[rule.organisation.slug])) == Count(2, 2)
    assert wrong_totals() == []

    delete(rule)
    assert set(RangeTotal.objects.values_list("rule", flat=True)) == {totals.HOUSE_KEY}
    assert set(SpanTotal.objects.values_list("rule", flat=True)) == {totals.HOUSE_KEY}


def test_a_base_that_lies_in_another_country_leaves_the_territory_of_a_rule():
    base = make_base(country="SY")
    make_incident(base)
    rule = make_rule(territory="SY", counts_claims_alone=True, counts_intercepted=True)

    change(base, country="IQ")

    assert total(Basis(rules()[rule.organisation.slug])) == Count(0, 0)
    assert wrong_totals() == []


def test_a_claim_decides_for_a_rule_wherever_it_stands():
    first, second, group = make_incident(), make_incident(on="2024-02-02"), make_group()
    make_rule(make_organisation("sohr"), counts_claims_alone=False, counts_intercepted=True)
    claim = make_claim(first, claimant=group)

    assert totals.count_by_site(Basis(rules()["sohr"])) == {second.base_id: Count(1, 1)}
    change(claim, incident=second)
    assert totals.count_by_site(Basis(rules()["sohr"])) == {first.base_id: Count(1, 1)}
    delete(claim)
    assert total(Basis(rules()["sohr"])) == Count(2, 2)
    assert wrong_totals() == []


@pytest.mark.parametrize("field", ["kind", "parent"])
def test_a_group_that_changes_sides_moves_what_others_claimed_for_it(field):
    group, umbrella = make_group(), make_group()
    make_claim(make_incident(), claimant=group)
    make_rule(make_organisation("sohr"), claimed_by=umbrella, counts_claims_alone=True)

    change(group, parent=umbrella)
    assert total(Basis(rules()["sohr"])).possible == 1
    change(group, **{field: {"kind": "state", "parent": None}[field]})
    assert total(Basis(rules()["sohr"])).possible == 0
    assert wrong_totals() == []


# What they cost


@pytest.mark.parametrize("make", [make_base, make_group, make_report])
def test_a_revision_of_what_is_not_counted_asks_once_what_was_written(
    make, django_assert_num_queries
):
    number = make().history.first().revision_id

    with django_assert_num_queries(1):
        upkeep.keep_totals(number)


def test_an_edit_of_words_counts_nothing_again():
    incident, statement = make_incident(), f"INSERT INTO {upkeep.DIFFERENCE}"
    with CaptureQueriesContext(connection) as queries:
        change(incident, summary="Three drones", internal_note="Ask again", weapon="drone")
        change(incident, grade="weak")

    counted_again = [one["sql"].startswith(statement) for one in queries]
    assert counted_again.count(True) == 1


def statements_of(number):
    with revision("imported by a test"):
        base = make_base()
        create_all(
            [
                Incident(
                    serial=Incident.objects.count() + 1 + one,
                    base=base,
                    earliest=day("2024-01-01"),
                    latest=day("2024-01-01") + datetime.timedelta(days=one),
                    status="published",
                )
                for one in range(number)
            ]
        )
    with CaptureQueriesContext(connection) as queries:
        upkeep.keep_totals(base.history.first().revision_id)
    return len(queries)


def test_upkeep_takes_as_many_statements_for_many_incidents_as_for_one():
    make_rule()

    assert statements_of(200) == statements_of(1) < 15


@pytest.mark.parametrize("window", [ALL_DAYS, Window(day("2024-01-02"), day("2024-01-03"))])
def test_counts_by_site_are_one_query(window, django_assert_num_queries):
    make_incident()

    with django_assert_num_queries(1):
        totals.count_by_site(HOUSE_TODAY, window)


@pytest.mark.parametrize("group_by", ["base", "country"])
def test_a_whole_answer_by_place_is_one_query(group_by, in_a_request, django_assert_num_queries):
    make_incident()
    filters = asked(since="2024-01-01")

    # The bases, which are kept; the counts.
    with django_assert_num_queries(2):
        answers.total_and_rows(filters, group_by)
    with django_assert_num_queries(1):
        answers.total_and_rows(filters, group_by)


# That they are used where they answer, and only there


@pytest.mark.parametrize(
    ("question", "is_answered"),
    [
        pytest.param({}, True, id="everything"),
        pytest.param({"since": "2024-01-01", "until": "2024-01-31"}, True, id="days"),
        pytest.param({"base": "conoco", "country": "SY"}, True, id="places"),
        pytest.param({"rule": "sohr"}, True, id="rule"),
        pytest.param({"weapon": "drone"}, False, id="weapon"),
        pytest.param({"event_date__gte": "2024-01-01"}, False, id="lookup"),
        pytest.param({"known_on": "2024-01-20"}, False, id="known on"),
        pytest.param({"recorded_at": "1"}, False, id="recorded at"),
    ],
)
def test_what_asks_by_rule_places_and_days_is_read_from_the_totals(question, is_answered):
    make_incident(make_base("conoco"))
    make_rule(make_organisation("sohr"), counts_claims_alone=True, counts_intercepted=True)
    RangeTotal.objects.update(possible=F("possible") + 10)
    SpanTotal.objects.update(**{name: F(name) + 10 for name in upkeep.SUMS})

    filters = asked(**question)
    recount = counting.count(filters.qs, filters.window, filters.basis)

    assert (answers.count(filters) != recount) == is_answered
    assert (answers.total_and_rows(filters, "base")[0] != recount) == is_answered


@pytest.mark.parametrize(
    "basis",
    [
        pytest.param(Basis(Rule(slug="mine", name="Mine")), id="rule that is not on record"),
        pytest.param(Basis(known_on=day("2024-01-20")), id="known on"),
        pytest.param(Basis(record=Record(1)), id="recorded at"),
    ],
)
def test_another_basis_is_counted(basis):
    incident = make_incident()
    SpanTotal.objects.all().delete()

    assert not totals.are_kept(basis)
    assert answers.count_by_site(basis).keys() <= {incident.base_id}
    assert answers.coverage(basis) == counting.coverage(basis.published(), basis)
    assert list(answers.by_days(basis)) == list(counting.count_by_days(basis.published(), basis))


@pytest.mark.parametrize(
    "window",
    [
        Window(day("2024-01-10"), day("2024-01-05")),
        Window(certain_since=day("2024-01-10"), certain_until=day("2024-01-05")),
        Window(until=day("2024-01-05"), certain_until=day("2024-01-20")),
        Window(since=day("2024-01-10"), certain_since=day("2024-01-01")),
    ],
    ids=["days", "certain days", "later certain end", "earlier certain beginning"],
)
def test_a_window_whose_ends_are_out_of_order_is_counted(window):
    make_incident(on="2024-01-01", until="2024-01-20")
    make_incident(on="2024-01-07")

    assert not totals.are_kept(HOUSE_TODAY, window)
    assert answers.count_by_site(HOUSE_TODAY, window) == counting.count_by_site(
        Incident.objects.all(), window
    )


# On any record, edited in any way

BULK = st.tuples(
    st.sampled_from(["create all", "update all"]),
    st.lists(st.fixed_dictionaries(INCIDENTS), min_size=1, max_size=5),
)
DAYS = st.dates(datetime.date(2023, 12, 20), datetime.date(2024, 4, 30))
WINDOWS = st.builds(
    Window, *[st.none() | DAYS | st.sampled_from([datetime.date.min, datetime.date.max])] * 2
) | st.builds(Window, *[st.none() | DAYS] * 4)
QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "rule": st.just("sohr"),
        "base": st.sampled_from(["b0", "b1"]),
        "country": st.sampled_from(["SY", "IQ"]),
        "since": DAYS.filter(lambda one: one.month != 4).map(str),
        "until": st.sampled_from(["2024-04-01", "2024-12-31"]),
    },
)


def write_bulk(what, rows):
    """Make these incidents at once, or make those that there are like them."""
    found = list(Incident.objects.order_by("id")[: len(rows)])
    if what == "create all":
        last = max(Incident.history.values_list("serial", flat=True), default=0)
        found = [Incident(serial=last + 1 + number) for number in range(len(rows))]
    for one, fields in zip(found, rows, strict=False):
        for name, value in fields.items():
            assign(one, name, value)
    with revision("imported by a test"):
        if what == "create all":
            create_all(found)
        else:
            update_all(found, ["base", "earliest", "latest", "attack_count", "status", "grade"])


def assert_the_same_answers(windows):
    assert wrong_totals() == []
    for rule in rules().values():
        basis = Basis(rule)
        everything = basis.published()
        assert answers.coverage(basis) == counting.coverage(everything, basis)
        assert sorted(answers.by_days(basis)) == sorted(counting.count_by_days(everything, basis))
        for window in windows:
            recount = counting.count_by_site(everything, window, basis)
            assert answers.count_by_site(basis, window) == recount
            for base in recount:
                kept = totals.count_by_site(basis, window, [base]) if window.in_order else recount
                assert kept[base] == recount[base]


def assert_the_same_rows(question):
    filters = CountFilter(QueryDict(urlencode(question)), Incident.objects.all())
    if not filters.is_valid():  # the base, or what it is called, may be gone by now
        return
    of = (filters.qs, filters.window, filters.basis)
    for group_by in counting.GroupBy:
        recount = counting.count_by(of[0], group_by, *of[1:])
        assert answers.total_and_rows(filters, group_by) == (counting.count(*of), recount)
    assert answers.count(filters) == counting.count(*of)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    made=MADE,
    later=REVISIONS,
    bulk=st.lists(BULK, max_size=2),
    windows=st.lists(WINDOWS, min_size=3, max_size=6),
    question=QUESTIONS,
)
def test_the_totals_give_what_a_recount_gives(made, later, bulk, windows, question):
    with transaction.atomic():
        make_world()
        for edits in [made, *later]:
            write(edits)
            assert_the_same_answers(windows)
        for what, rows in bulk:
            write_bulk(what, rows)
            assert_the_same_answers(windows)
        assert_the_same_rows(question)
        transaction.set_rollback(True)


@given(
    st.lists(st.tuples(DAYS, st.integers(0, 800), st.integers(0, 1)), max_size=8),
    st.lists(WINDOWS, min_size=1, max_size=5),
)
def test_ranges_of_any_length_are_told_from_each_other(ranges, windows):
    with transaction.atomic(), revision("made by a test"):
        bases = [make_base(), make_base()]
    with transaction.atomic():
        with revision("made by a test"):
            for first, length, number in ranges:
                last = first + datetime.timedelta(days=length)
                make_incident(bases[number], on=f"{first}", until=f"{last}")
        for window in windows:
            recount = counting.count_by_site(Incident.objects.all(), window)
            assert answers.count_by_site(window=window) == recount
        transaction.set_rollback(True)


# The command


def test_the_command_says_that_every_total_is_right(capsys):
    make_incident()

    call_command("totals")

    assert "Every total is what a recount gives." in capsys.readouterr().out


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda: RangeTotal.objects.update(possible=2), id="range"),
        pytest.param(lambda: SpanTotal.objects.filter(span="month").delete(), id="month"),
        pytest.param(lambda: RangeTotal.objects.update(rule=99), id="rule that is gone"),
        pytest.param(lambda: RangeTotal.objects.all().delete(), id="all ranges"),
    ],
)
def test_the_command_finds_what_is_wrong_and_mends_it(spoil, capsys):
    make_incident(make_base("conoco"), on="2024-01-15")
    spoil()

    with pytest.raises(CommandError, match="--rebuild"):
        call_command("totals")
    assert "2024-01" in capsys.readouterr().out

    call_command("totals", rebuild=True)
    assert wrong_totals() == []
    assert total() == Count(1, 1)


def test_a_record_that_is_older_than_the_totals_is_counted_by_the_migration():
    make_incident()
    upkeep.make_up_for_totals(using="default")
    assert total() == Count(1, 1)
    RangeTotal.objects.all().delete()
    SpanTotal.objects.all().delete()

    upkeep.make_up_for_totals(using="default")

    assert total() == Count(1, 1)
