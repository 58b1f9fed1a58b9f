"""What a quoted figure says later: which incidents came, went or changed since, and why."""

import pytest

from attacks.models import Citation, Incident
from bases.models import MilitaryBase
from sources.models import Organisation, Revision
from sources.revisions import revision
from tallies.figures import now, quote
from tallies.models import Figure, PublishedTally, TallyLine
from tests.factories import (
    day,
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
    make_rule,
    make_tally,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def conoco():
    return make_base("conoco", name="Conoco")


@pytest.fixture
def figure(conoco):
    """Of two incidents at Conoco: one for certain, one perhaps."""
    make_incident(conoco, on="2024-02-10", attack_count=2)
    make_incident(conoco, on="2024-02-04", until="2024-02-06")
    return quote({"query": "base=conoco&since=2024-02-05"})


def change(record, reason, **fields):
    with revision(reason):
        for name, value in fields.items():
            setattr(record, name, value)
        record.save()


def told(figure):
    """Of each difference: kind, id, what, reasons."""
    return [
        (one.kind, one.public_id, one.what, [reason.reason for reason in one.reasons])
        for one in now(figure).differences.changes
    ]


def certain(figure):
    return Incident.objects.get(serial=figure.incidents[0][0])


def possible(figure):
    return Incident.objects.get(serial=figure.incidents[1][0])


def test_nothing_changed(figure):
    make_incident(on="2024-02-10")  # elsewhere

    current = now(figure)

    assert current.count == figure.count
    assert current.value == figure.value == "2 to 3"
    assert current.differences.changes == []
    assert current.around == []
    assert not current.fixed
    assert current.refused == ""


def test_new_incident_came(figure, conoco):
    with revision("Reported by SOHR today"):
        new = Incident.objects.create(
            base=conoco, earliest=day("2024-03-01"), latest=day("2024-03-01"), status="published"
        )

    [one] = now(figure).differences.changes

    assert told(figure) == [("came", new.public_id, ["published"], ["Reported by SOHR today"])]
    assert (one.then, one.now, one.base, one.earliest) == (
        None,
        (1, True),
        conoco,
        day("2024-03-01"),
    )
    assert now(figure).count.possible == 4
    assert Figure.objects.get().possible == 3


def test_incident_went_by_its_days(figure):
    gone = possible(figure)
    change(gone, "Photographs are of the 4th", latest=day("2024-02-04"))

    [one] = now(figure).differences.changes

    assert told(figure) == [("went", gone.public_id, ["days"], ["Photographs are of the 4th"])]
    assert (one.then, one.now, one.latest) == ((1, False), None, day("2024-02-04"))


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"grade": "discounted"}, ["verification grade"]),
        ({"base": "other"}, ["base"]),
        ({"merged_into": True}, ["merging"]),
    ],
)
def test_incident_went_by_another_field(figure, fields, what):
    gone = certain(figure)
    values = {"other": make_base("other"), True: possible(figure)}
    change(gone, "why", **{name: values.get(value, value) for name, value in fields.items()})

    assert told(figure) == [("went", gone.public_id, what, ["why"])]


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"attack_count": 3}, ["number of attacks"]),
        ({"earliest": "2024-02-09"}, ["days"]),
        ({"earliest": "2024-01-01"}, ["days", "certainty"]),
        ({"outcome": "hit", "weapon": "drone"}, ["weapon", "outcome"]),
        ({"killed_low": 1, "killed_high": 2, "killed_best": 1}, ["killed people"]),
        ({"summary": "Two drones."}, ["summary"]),
    ],
)
def test_incident_changed(figure, fields, what):
    one = certain(figure)
    change(one, "why", **fields)

    assert told(figure) == [("changed", one.public_id, what, ["why"])]


def test_incident_moved_within_the_question_changed():
    conoco, omar = make_base("conoco"), make_base("al-omar")
    one = make_incident(conoco)
    figure = quote({"query": "country=SY"})
    change(one, "It was Al-Omar", base=omar)

    [difference] = now(figure).differences.changes

    assert (difference.kind, difference.what, difference.base) == ("changed", ["base"], omar)


def test_every_reason_is_told_in_order(figure):
    one = certain(figure)
    change(one, "first", attack_count=3)
    change(one, "second", attack_count=4)

    [difference] = now(figure).differences.changes

    assert [reason.reason for reason in difference.reasons] == ["first", "second"]
    assert (difference.then, difference.now) == ((2, True), (4, True))


def test_what_was_undone_is_no_change(figure):
    one = certain(figure)
    change(one, "first", outcome="hit")
    change(one, "second", outcome="unknown")

    assert told(figure) == []


def test_internal_note_is_no_change_and_its_reason_stays_inside(figure):
    one = certain(figure)
    change(one, "noted for ourselves", internal_note="SECRET")

    assert told(figure) == []

    change(one, "seen on video", outcome="hit")

    assert told(figure) == [("changed", one.public_id, ["outcome"], ["seen on video"])]


def test_claims_and_citations_change_an_incident(figure):
    one, other = certain(figure), possible(figure)
    with revision("claimed"):
        claim = one.claims.create(kind="responsibility", stance="affirms")
    with revision("read elsewhere"):
        Citation.objects.create(incident=other, report=make_report())

    assert told(figure) == [
        ("changed", other.public_id, ["reports"], ["read elsewhere"]),
        ("changed", one.public_id, ["claims"], ["claimed"]),
    ]

    with revision("it was the other attack"):
        claim.incident = other
        claim.save()

    assert told(figure) == [
        (
            "changed",
            other.public_id,
            ["claims", "reports"],
            ["read elsewhere", "it was the other attack"],
        ),
    ]

    with revision("not so"):
        claim.delete()

    assert told(figure) == [("changed", other.public_id, ["reports"], told(figure)[0][3])]


def test_claim_that_was_there_and_went_changes_both_incidents(conoco):
    one, other = make_incident(conoco), make_incident(conoco)
    claim = make_claim(one)
    figure = quote({"query": "base=conoco"})
    with revision("it was the other attack"):
        claim.incident = other
        claim.save()

    assert told(figure) == [
        ("changed", other.public_id, ["claims"], ["it was the other attack"]),
        ("changed", one.public_id, ["claims"], ["it was the other attack"]),
    ]


def test_claim_that_went_to_an_incident_outside_changes_the_one_inside(conoco):
    one, outside = make_incident(conoco), make_incident()
    claim = make_claim(one)
    figure = quote({"query": "base=conoco"})
    with revision("it was the other attack"):
        claim.incident = outside
        claim.save()

    assert told(figure) == [("changed", one.public_id, ["claims"], ["it was the other attack"])]


def test_incident_came_by_a_claim(conoco):
    one = make_incident(conoco)
    group = make_group("iri")
    figure = quote({"query": "claimant=iri"})
    with revision("IRI says so"):
        one.claims.create(kind="responsibility", stance="affirms", claimant=group)

    assert told(figure) == [("came", one.public_id, ["claims"], ["IRI says so"])]


def test_what_was_written_in_a_draft_is_not_told(figure, conoco):
    draft = make_incident(conoco, on="2024-03-01", status="draft")
    with revision("secret of the draft"):
        draft.claims.create(kind="context", stance="affirms")
    change(draft, "another secret", summary="SECRET")

    assert told(figure) == []

    change(draft, "confirmed by two sources", status="published")

    assert told(figure) == [("came", draft.public_id, ["published"], ["confirmed by two sources"])]


def test_of_a_withdrawn_record_only_id_days_base_and_reason_are_told(figure, conoco):
    one = certain(figure)
    change(one, "first secret", summary="SECRET", attack_count=5)
    change(one, "It never happened", status="retracted")
    change(one, "second secret", earliest=day("2024-02-01"))

    [difference] = now(figure).differences.changes

    assert difference.withdrawn
    assert (difference.kind, difference.public_id) == ("went", one.public_id)
    assert (difference.earliest, difference.latest) == (day("2024-02-10"), day("2024-02-10"))
    assert difference.base == conoco
    assert [reason.reason for reason in difference.reasons] == ["It never happened"]
    assert (difference.then, difference.now, difference.what) == (None, None, ["withdrawn"])


def test_deleted_incident_went(figure):
    one = certain(figure)
    public_id = one.public_id
    with revision("entered twice"):
        one.delete()

    assert told(figure) == [("went", public_id, ["withdrawn"], ["entered twice"])]


def test_incident_went_because_its_base_did(conoco):
    one = make_incident(conoco)
    make_base(country="SY")
    figure = quote({"query": "country=SY"})
    change(conoco, "It lies in Iraq", country="IQ")

    assert told(figure) == [("went", one.public_id, ["nothing in the record itself"], [])]
    assert [around.reason for around in now(figure).around] == ["It lies in Iraq"]


def test_rule_that_changed_is_told(conoco):
    sohr = make_organisation("sohr")
    rule = make_rule(sohr)
    one = make_incident(conoco, on="2024-02-10")
    figure = quote({"query": "rule=sohr"})
    change(rule, "SOHR counts since March", since=day("2024-03-01"))

    assert told(figure) == [("went", one.public_id, ["nothing in the record itself"], [])]
    assert [around.reason for around in now(figure).around] == ["SOHR counts since March"]


# A published number


def test_published_number_that_was_corrected_is_told(conoco):
    tally = make_tally(key="t-1", lines=[(conoco, 32)])
    one = make_incident(conoco)
    figure = quote({"tally": "t-1", "place": "base:conoco"})
    change(tally.lines.get(), "misread", number=23)
    change(one, "seen", outcome="hit")

    current = now(figure)

    assert (current.published, current.count.possible) == (23, 1)
    assert current.value == "23 published, 1 on our record"
    assert figure.value == "32 published, 1 on our record"
    assert [around.reason for around in current.around] == ["misread"]
    assert told(figure) == [("changed", one.public_id, ["outcome"], ["seen"])]


def test_what_a_published_number_stands_on_is_told(conoco):
    sohr = make_organisation("sohr")
    rule, omar = make_rule(sohr), make_base("al-omar")
    tally = make_tally(sohr, [(conoco, 32)], key="t-1")
    figure = quote({"tally": "t-1", "place": "base:conoco"})
    change(rule, "the rule", since=day("2023-10-19"))
    with revision("a site of the rule"):
        rule.sites.create(base=omar, into=conoco)
    change(tally.report, "the day of its report", published_latest=day("2024-02-03"))
    change(make_report(), "another report", title="Another")

    assert [around.reason for around in now(figure).around] == [
        "the day of its report",
        "a site of the rule",
        "the rule",
    ]


def test_place_that_is_not_listed_any_more_where_we_counted(conoco):
    one = make_incident(conoco)
    make_tally(key="t-1", lines=[(make_base(), 3)])
    figure = quote({"tally": "t-1", "place": "base:conoco"})
    change(one, "It never happened", grade="discounted")

    current = now(figure)

    assert (current.published, current.count.possible) == (None, 0)
    assert told(figure) == [("went", one.public_id, ["verification grade"], ["It never happened"])]


# What can no longer be asked


def test_figure_outlives_its_base(conoco):
    figure = quote({"query": "base=conoco"})
    with revision("same place as another"):
        MilitaryBase.objects.get(slug="conoco").delete()

    current = now(figure)

    assert current.refused == "“conoco” is unknown. Use the slug of a base."
    assert (current.count, current.differences.changes) == (None, [])
    assert [around.reason for around in current.around] == ["same place as another"]


def test_figure_outlives_its_rule(conoco):
    rule = make_rule(make_organisation("sohr"))
    figure = quote({"query": "rule=sohr"})
    with revision("rule not known after all"):
        rule.delete()

    assert "has no rule on record" in now(figure).refused
    assert [around.reason for around in now(figure).around] == ["rule not known after all"]


def test_figure_outlives_its_tally_and_its_line(conoco):
    make_tally(key="t-1", lines=[(conoco, 32)])
    figure = quote({"tally": "t-1", "place": "base:conoco"})
    with revision("a line too many"):
        TallyLine.objects.get().delete()

    assert "no such row" in now(figure).refused

    with revision("printed by mistake"):
        PublishedTally.objects.get().delete()

    assert "No tally of that key" in now(figure).refused
    assert {around.reason for around in now(figure).around} == {
        "a line too many",
        "printed by mistake",
    }


def test_figure_outlives_a_group(conoco):
    make_group("iri")
    figure = quote({"query": "claimant=iri"})
    with revision("no such group"):
        Organisation.objects.get(slug="iri").delete()

    assert "“iri” is unknown" in now(figure).refused


def test_question_that_names_its_own_revision_never_changes(figure, conoco):
    fixed = quote({"query": f"base=conoco&recorded_at={figure.revision_id}"})
    tally = make_tally(key="t-1", lines=[(conoco, 32)])
    number = Revision.objects.first().number
    line = quote({"tally": "t-1", "place": "base:conoco", "recorded_at": f"{number}"})
    change(certain(figure), "seen", status="retracted")
    change(tally.lines.get(), "misread", number=23)

    assert now(fixed).fixed
    assert now(fixed).value == fixed.value == "3"
    assert now(fixed).differences.changes == []
    assert now(line).fixed
    assert now(line).published == 32
