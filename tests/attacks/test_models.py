import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from attacks.models import Citation, Claim, Grade, Incident, IncidentKey, next_serial
from sources.revisions import revision
from tests.factories import day, make_base, make_claim, make_incident, make_report

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"earliest": day("2024-01-16")}, id="earliest after latest"),
        pytest.param({"base": None}, id="published without a base"),
        pytest.param({"earliest": None}, id="published without its first day"),
        pytest.param({"latest": None}, id="published without its last day"),
        pytest.param({"attack_count": 0}, id="no attack"),
        pytest.param({"killed_low": 3, "killed_high": 2}, id="killed low above high"),
        pytest.param({"killed_low": 3, "killed_best": 2}, id="killed low above best"),
        pytest.param({"killed_best": 3, "killed_high": 2}, id="killed best above high"),
        pytest.param({"injured_low": 3, "injured_high": 2}, id="injured low above high"),
        pytest.param({"munitions": -1}, id="negative number"),
    ],
)
def test_incident_that_can_never_be_is_refused_by_the_database(fields):
    incident = make_incident()
    for name, value in fields.items():
        setattr(incident, name, value)

    with pytest.raises(IntegrityError), transaction.atomic(), revision("wrong"):
        incident.save()


def test_incident_is_not_merged_into_itself():
    incident = make_incident()
    incident.merged_into = incident

    with pytest.raises(IntegrityError), transaction.atomic(), revision("wrong"):
        incident.save()


def test_incident_is_not_merged_into_one_that_is_merged_itself():
    gone = make_incident(merged_into=make_incident())
    incident = make_incident()
    incident.merged_into = gone

    with pytest.raises(ValidationError, match="itself merged"):
        incident.full_clean()


@pytest.mark.parametrize("status", ["draft", "retracted"])
def test_incident_is_not_merged_into_one_that_is_not_counted(status):
    """Its attack would vanish from every count."""
    incident = make_incident()
    incident.merged_into = make_incident(status=status)

    with pytest.raises(ValidationError, match="not published"):
        incident.full_clean()


def test_incident_that_others_went_into_is_not_merged_itself():
    survivor = make_incident()
    merged = make_incident(merged_into=survivor)
    survivor.merged_into = make_incident()

    with pytest.raises(ValidationError, match=f"{merged.public_id} went into this one"):
        survivor.full_clean()


@pytest.mark.parametrize("status", ["draft", "retracted"])
def test_incident_that_others_went_into_stays_published(status):
    survivor = make_incident()
    make_incident(merged_into=survivor)
    survivor.status = status

    with pytest.raises(ValidationError):
        survivor.full_clean()


def test_published_incident_does_not_become_a_draft_again():
    incident = make_incident()
    incident.status = "draft"

    with pytest.raises(ValidationError, match="retract it"):
        incident.full_clean()


def test_last_revision_is_also_that_of_what_was_said_or_cited():
    incident = make_incident()
    with revision("Pentagon corrects the figure"):
        claim = Claim.objects.create(incident=incident, kind="casualty")
    assert incident.last_revision().reason == "Pentagon corrects the figure"

    with revision("A second report"):
        Citation.objects.create(incident=incident, report=make_report())
    assert incident.last_revision().reason == "A second report"

    with revision("Said of another attack"):
        claim.delete()
    assert incident.last_revision().reason == "Said of another attack"


def test_a_number_too_large_for_postgresql_is_refused():
    incident = make_incident(attack_count=1)
    incident.attack_count = 2_147_483_648

    with pytest.raises(ValidationError):
        incident.full_clean()


def test_draft_needs_neither_base_nor_days():
    with revision("a first note"):
        draft = Incident.objects.create()

    assert draft.status == "draft"
    assert draft.days is None


def test_unknown_figures_stay_unknown():
    incident = make_incident()
    incident.refresh_from_db()

    figures = ("killed_low", "killed_best", "killed_high", "injured_low", "munitions")
    assert [getattr(incident, name) for name in figures] == [None] * 5


def test_public_ids_follow_each_other_and_are_never_used_again():
    first, second = make_incident(), make_incident()
    with revision("a mistake"):
        second.delete()

    third = make_incident()

    assert [first.public_id, third.public_id] == ["BW-1", "BW-3"]
    assert next_serial() == 4


@pytest.mark.parametrize(
    "text", ["BW-0", "BW-01", "bw-1", "1", "BW-", "BW-9999999999", "BW-1 ", ""]
)
def test_what_is_no_public_id_finds_nothing(text):
    make_incident()

    assert not Incident.objects.with_public_id(text).exists()


def test_public_id_finds_its_incident():
    incident = make_incident()

    assert Incident.objects.with_public_id(incident.public_id).get() == incident


def test_days_tells_in_how_many_days_the_attack_may_fall():
    assert make_incident(on="2024-01-15").days == 1
    assert make_incident(on="2024-01-15", until="2024-01-17").days == 3


def test_every_grade_has_a_written_definition():
    for grade in Grade:
        assert len(grade.definition) > 20


def test_a_report_is_cited_once_by_an_incident():
    report = make_report()
    incident = make_incident(reports=[report])

    with pytest.raises(IntegrityError), transaction.atomic(), revision("again"):
        Citation.objects.create(incident=incident, report=report)


def test_a_key_in_another_system_belongs_to_one_incident():
    with revision("keys"):
        IncidentKey.objects.create(incident=make_incident(), system="acled", key="SYR1")

    with pytest.raises(IntegrityError), transaction.atomic(), revision("again"):
        IncidentKey.objects.create(incident=make_incident(), system="acled", key="SYR1")


@pytest.mark.parametrize("who", ["killed", "injured"])
def test_claim_with_low_above_high_is_refused_by_the_database(who):
    incident = make_incident()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_claim(incident, "casualty", **{f"{who}_low": 2, f"{who}_high": 1})


def test_claim_with_only_a_low_figure_means_at_least():
    claim = make_claim(make_incident(), "casualty", injured_low=25)

    assert claim.states_figures
    assert claim.injured_high is None


def test_later_claims_stand_beside_earlier_ones_in_order_of_date():
    incident = make_incident()
    undated = make_claim(incident, "casualty")
    late = make_claim(incident, "casualty", "corrects", made_on=day("2024-01-17"))
    early = make_claim(incident, "casualty", "denies", made_on=day("2024-01-15"))

    assert list(Claim.objects.all()) == [early, late, undated]


def test_links_keep_history_of_their_own():
    report = make_report()
    incident = make_incident(make_base(), reports=[report])
    with revision("The report is about another attack"):
        incident.citations.get().delete()

    assert list(Citation.history.order_by("history_id").values_list("history_type", "report")) == [
        ("+", report.pk),
        ("-", report.pk),
    ]
