"""The paragraph on an incident says what is on record, and nothing else."""

import datetime

import pytest

from attacks.models import Incident
from attacks.records import annotated, with_documents
from attacks.sentences import listed, paragraph
from tests.factories import make_base, make_claim, make_group, make_incident, make_organisation

pytestmark = pytest.mark.django_db

AS_OF = datetime.date(2024, 8, 10)


def told(incident, as_of=AS_OF):
    [shown] = with_documents(annotated(Incident.objects.filter(pk=incident.pk)))
    return " ".join(paragraph(shown, as_of))


@pytest.fixture
def conoco():
    return make_base(name="Conoco gas plant", governorate="Deir ez-Zor")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        pytest.param(
            {"weapon": "rocket"},
            "On 4 March 2024, Conoco gas plant in Deir ez-Zor governorate, Syria was attacked with "
            "one or more rockets.",
            id="day",
        ),
        pytest.param(
            {"until": "2024-03-05", "weapon": "drone", "munitions": 3},
            "On 4 March 2024 or on the day after, Conoco gas plant in Deir ez-Zor governorate, "
            "Syria was attacked with 3 drones.",
            id="two days",
        ),
        pytest.param(
            {"until": "2024-03-09"},
            "On one of the days 4 to 9 March 2024, Conoco gas plant in Deir ez-Zor governorate, "
            "Syria was attacked.",
            id="more days, weapon unknown",
        ),
        pytest.param(
            {"weapon": "drone", "munitions": 1, "grade": "contested"},
            "An attack with 1 drone on Conoco gas plant in Deir ez-Zor governorate, Syria was "
            "reported for 4 March 2024.",
            id="contested",
        ),
    ],
)
def test_it_says_when_where_and_with_what(conoco, fields, sentence):
    assert told(make_incident(conoco, on="2024-03-04", **fields)).startswith(sentence)


@pytest.mark.parametrize(
    ("figures", "sentences"),
    [
        pytest.param({}, "How many people were killed or injured is not known.", id="unknown"),
        pytest.param(
            {"killed_low": 0, "killed_high": 0, "injured_low": 0, "injured_high": 0},
            "By what is on record nobody was killed or injured.",
            id="nobody",
        ),
        pytest.param(
            {"killed_low": 0, "killed_high": 0},
            "Nobody was killed. How many people were injured is not known.",
            id="one of them known",
        ),
        pytest.param(
            {"killed_low": 3, "killed_high": 3, "injured_low": 25, "injured_high": 47},
            "3 people were killed. Between 25 and 47 people were injured, as sources differ.",
            id="range",
        ),
        pytest.param(
            {"killed_low": 1, "killed_high": None, "injured_low": 0, "injured_high": 8},
            "At least 1 person was killed. The number of people injured is put at 8 at most.",
            id="open ends",
        ),
        pytest.param(
            {"killed_low": 0, "injured_low": 1, "injured_best": 4, "injured_high": 21},
            "How many people were killed is not known. Between 1 and 21 people were injured, as "
            "sources differ. Most likely 4 people were injured.",
            id="most likely",
        ),
    ],
)
def test_it_never_makes_a_zero_of_what_is_not_known(conoco, figures, sentences):
    assert sentences in told(make_incident(conoco, **figures))


def test_it_says_who_gave_figures(conoco):
    incident = make_incident(conoco)
    for name in ("Pentagon", "SOHR", "Pentagon"):
        make_claim(incident, kind="casualty", claimant_text=name, injured_low=1)
    make_claim(incident, kind="damage", claimant_text="A villager")

    assert "Figures were given by Pentagon and SOHR." in told(incident)


def test_it_says_as_of_when_nobody_claims_it(conoco):
    incident = make_incident(conoco)

    assert "nobody had claimed it as of 10 August 2024." in told(incident)


def test_it_names_the_group_that_claims_it(conoco):
    incident = make_incident(conoco)
    make_claim(incident, claimant=make_group(name="The Group"))

    text = told(incident)

    assert "It was claimed by The Group." in text
    assert "nobody had claimed it" not in text


def test_it_says_that_groups_compete(conoco):
    incident = make_incident(conoco)
    for name in ("One", "Another"):
        make_claim(incident, claimant=make_group(name=name))

    assert "More than one group claims it: One and Another." in told(incident)


def test_it_says_who_denies_it(conoco):
    incident = make_incident(conoco)
    make_claim(incident, kind="denial", claimant=make_group(name="The Group"))

    text = told(incident)

    assert "Responsibility was denied by The Group." in text
    assert "nobody had claimed it" in text


def test_a_claim_by_no_armed_group_is_neither_named_nor_passed_over(conoco):
    incident = make_incident(conoco)
    make_claim(incident, claimant=make_organisation(name="A paper"))

    text = told(incident)

    assert "A claim of responsibility is on record, but by no named armed group." in text
    assert "nobody had claimed it" not in text


def test_outcome_and_damage_are_left_out_where_they_are_not_known(conoco):
    silent = told(make_incident(conoco))
    hit = told(make_incident(conoco, outcome="fire", material_damage="yes", attack_count=2))

    assert "recorded as" not in silent
    assert "damage" not in silent
    assert "The record stands for 2 attacks that cannot be told apart." in hit
    assert "It is recorded as a hit, followed by fire. Material damage was reported." in hit


def test_a_long_list_of_names_is_cut():
    assert listed([]) == ""
    assert listed(["A", "B", "C"]) == "A, B and C"
    assert listed(["A", "B", "C", "D", "E"]) == "A, B, C and 2 others"
