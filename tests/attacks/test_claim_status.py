"""The cases quote the rule in attacks.claim_status, in its order."""

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from attacks.claim_status import ClaimStatus, of_status
from attacks.models import Incident
from tests.factories import (
    day,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
)

pytestmark = pytest.mark.django_db


def status(incident, on=None):
    return Incident.objects.with_claim_status(on=on).get(pk=incident.pk).claim_status


@pytest.fixture
def incident():
    return make_incident()


def test_unknown_without_claims(incident):
    assert status(incident) == "unknown"


def test_claimed_when_one_group_affirms(incident):
    make_claim(incident, claimant=make_group())
    assert status(incident) == "claimed"


def test_claimed_when_one_group_affirms_twice(incident):
    group = make_group()
    make_claim(incident, claimant=group)
    make_claim(incident, claimant=group)
    assert status(incident) == "claimed"


def test_competing_when_two_unrelated_groups_affirm(incident):
    make_claim(incident, claimant=make_group())
    make_claim(incident, claimant=make_group())
    assert status(incident) == "competing"


def test_a_group_and_its_umbrella_are_one_side(incident):
    umbrella = make_group()
    make_claim(incident, claimant=umbrella)
    make_claim(incident, claimant=make_group(parent=umbrella))
    assert status(incident) == "claimed"


def test_groups_under_one_umbrella_are_one_side(incident):
    umbrella = make_group()
    make_claim(incident, claimant=make_group(parent=umbrella))
    make_claim(incident, claimant=make_group(parent=umbrella))
    assert status(incident) == "claimed"


def test_a_group_and_the_umbrella_of_its_umbrella_are_one_side(incident):
    top = make_group()
    make_claim(incident, claimant=top)
    make_claim(incident, claimant=make_group(parent=make_group(parent=top)))
    assert status(incident) == "claimed"


def test_groups_under_different_umbrellas_compete(incident):
    make_claim(incident, claimant=make_group(parent=make_group()))
    make_claim(incident, claimant=make_group(parent=make_group()))
    assert status(incident) == "competing"


@pytest.mark.parametrize("kind", ["news", "monitor", "government", "state", "umbrella", "other"])
def test_only_armed_groups_claim(incident, kind):
    make_claim(incident, claimant=make_organisation(kind=kind))
    assert status(incident) == "unknown"


def test_an_anonymous_speaker_never_claims(incident):
    make_claim(incident, claimant_text="militia commander")
    assert status(incident) == "unknown"


@pytest.mark.parametrize("stance", ["disputes", "corrects"])
def test_only_affirming_is_claiming(incident, stance):
    make_claim(incident, stance=stance, claimant=make_group())
    assert status(incident) == "unknown"


@pytest.mark.parametrize(
    ("kind", "stance"),
    [("denial", "denies"), ("denial", "affirms"), ("responsibility", "denies")],
)
def test_denied_when_a_group_says_that_it_was_not_it(incident, kind, stance):
    make_claim(incident, kind, stance, claimant=make_group())
    assert status(incident) == "denied"


def test_disputing_a_denial_denies_nothing(incident):
    make_claim(incident, "denial", "disputes", claimant=make_group())
    assert status(incident) == "unknown"


def test_denying_that_nobody_claimed_leaves_it_open(incident):
    make_claim(incident, "no_claim", "denies")
    assert status(incident) == "unknown"


def test_denied_when_a_group_denies_and_none_affirms(incident):
    make_claim(incident, "denial", "denies", claimant=make_group())
    make_claim(incident, "no_claim")
    assert status(incident) == "denied"


def test_a_denial_undoes_no_claim(incident):
    make_claim(incident, claimant=make_group())
    make_claim(incident, "denial", "denies", claimant=make_group())
    assert status(incident) == "claimed"


def test_a_third_party_s_denial_is_none(incident):
    make_claim(incident, "denial", "denies", claimant=make_organisation(kind="state"))
    assert status(incident) == "unknown"


def test_unclaimed_when_somebody_says_that_nobody_claimed(incident):
    make_claim(incident, "no_claim", claimant=make_organisation(kind="news"))
    assert status(incident) == "unclaimed"


def test_a_claim_outweighs_that_nobody_claimed(incident):
    make_claim(incident, "no_claim")
    make_claim(incident, claimant=make_group())
    assert status(incident) == "claimed"


def test_who_is_blamed_claims_nothing(incident):
    make_claim(incident, "attribution", blamed=make_group())
    assert status(incident) == "unknown"


def test_status_at_a_date_knows_only_what_was_said_by_then(incident):
    make_claim(incident, "no_claim", made_on=day("2024-01-16"))
    make_claim(incident, claimant=make_group(), made_on=day("2024-01-18"))
    make_claim(incident, claimant=make_group(), made_on=day("2024-01-20"))

    said_by = {on: status(incident, on=day(f"2024-01-{on}")) for on in (15, 16, 17, 18, 19, 20)}

    assert said_by == {
        15: "unknown",
        16: "unclaimed",
        17: "unclaimed",
        18: "claimed",
        19: "claimed",
        20: "competing",
    }


def test_an_undated_claim_is_taken_as_made_when_the_attack_happened(incident):
    make_claim(incident, claimant=make_group())

    assert status(incident, on=day("2024-01-14")) == "unknown"
    assert status(incident, on=day("2024-01-15")) == "claimed"


def test_status_of_many_incidents_is_one_query(django_assert_num_queries):
    group = make_group()
    for _ in range(5):
        make_claim(make_incident(), claimant=group)

    with django_assert_num_queries(1):
        statuses = {one.claim_status for one in Incident.objects.with_claim_status()}

    assert statuses == {"claimed"}


SAID = st.lists(
    st.fixed_dictionaries(
        {
            "incident": st.integers(0, 3),
            "who": st.integers(0, 4),
            "kind": st.sampled_from(["responsibility", "denial", "no_claim", "attribution"]),
            "stance": st.sampled_from(["affirms", "denies", "disputes"]),
        }
    ),
    max_size=10,
)


@given(SAID)
def test_status_found_from_the_claims_is_the_one_of_each_incident(said):
    with transaction.atomic():
        umbrella = make_group()
        who = [umbrella, make_group(parent=umbrella), make_group(), make_organisation(), None]
        incidents = [make_incident() for _ in range(4)]
        for claim in said:
            make_claim(
                incidents[claim["incident"]],
                claimant=who[claim["who"]],
                kind=claim["kind"],
                stance=claim["stance"],
            )
        for status in set(ClaimStatus.values) - {ClaimStatus.UNKNOWN}:
            rows = Incident.objects.with_claim_status().filter(claim_status=status)
            assert set(Incident.objects.filter(of_status([status]))) == set(rows)
        transaction.set_rollback(True)
