import pytest

from attacks.models import CountingRule, RuleSite
from attacks.rules import rules
from bases.models import MilitaryBase
from sources.models import Organisation
from sources.revisions import revision
from tests.attacks.conftest import GROUPS
from tests.factories import day
from tests.importing import dump, edit, refusals, take, verdicts

pytestmark = pytest.mark.django_db

NAME = "counting_rules.csv"
URL = "https://example.org/1"
SOHR = {"aliases": "Observatory"}
BASES = [
    {"slug": "al-omar", "name": "Al-Omar"},
    {"slug": "green-village", "name": "Green Village", "aliases": "Shared"},
    {"slug": "conoco", "name": "Conoco", "aliases": "Shared"},
    {"slug": "al-tanf", "name": "Al-Tanf"},
]


@pytest.fixture
def rule(files):
    """A folder in which these rows are the counting rules."""

    def rule(*rows):
        before = {"publishers": [*GROUPS, SOHR], "bases": BASES}
        return files(**before, counting_rules=list(rows) or [{}])

    return rule


def sites():
    """The folds as they are written in the file; a doubtful one with a question mark."""
    return sorted(
        f"{site.base.slug}>{site.into.slug}{'?' if site.doubtful else ''}"
        for site in RuleSite.objects.select_related("base", "into")
    )


def base(slug):
    return MilitaryBase.objects.get(slug=slug)


def fold_by_hand(site, into, **fields):
    with revision("an editor knows better"):
        return RuleSite.objects.create(
            rule=CountingRule.objects.get(), base=base(site), into=base(into), **fields
        )


def test_rule_is_stored_with_all_columns(rule):
    cells = {
        "since": "2023-10-19",
        "until": "2024-11-30",
        "scope": "SY;IQ",
        "unit": "strikes on facilities",
        "intercepted": "yes",
        "claims_alone": "no",
        "claimed_by_slug": "iri",
        "grades": "confirmed;none",
        "folds": "green-village>al-omar",
        "doubtful_folds": "conoco>al-omar; conoco>al-tanf",
        "text": "What it counts.",
        "source_url": URL,
    }
    folder = rule(cells)

    take(folder)

    stored = CountingRule.objects.get()
    assert (stored.organisation.slug, stored.report.url) == ("sohr", URL)
    assert (stored.since, stored.until) == (day("2023-10-19"), day("2024-11-30"))
    assert (stored.territory, stored.unit) == ("SY;IQ", "strikes on facilities")
    assert (stored.counts_intercepted, stored.counts_claims_alone) == (True, False)
    assert (stored.claimed_by.slug, stored.grades) == ("iri", "confirmed;none")
    assert stored.text == "What it counts."
    assert sites() == ["conoco>al-omar?", "conoco>al-tanf?", "green-village>al-omar"]
    assert "sohr" in rules()
    assert verdicts(take(folder)) == {}


def test_empty_cells_are_not_known_and_never_no(rule):
    take(rule())

    stored = CountingRule.objects.get()
    assert (stored.since, stored.until, stored.claimed_by, stored.report) == (None,) * 4
    assert (stored.counts_intercepted, stored.counts_claims_alone) == (None, None)
    assert (stored.unit, stored.grades) == ("", "")
    assert sites() == []


def test_site_of_a_fold_is_found_by_any_of_its_names(rule):
    folder = rule({"folds": "Green village > AL OMAR"})

    take(folder)

    assert sites() == ["green-village>al-omar"]
    assert verdicts(take(folder)) == {}


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param({"publisher_slug": ""}, "publisher_slug", id="nobody's rule"),
        pytest.param({"publisher_slug": "nobody"}, "publisher_slug", id="unknown organisation"),
        pytest.param({"publisher_slug": "SOHR"}, "publisher_slug", id="organisation by name"),
        pytest.param({"since": "2023-02-29"}, "since", id="impossible day"),
        pytest.param({"until": "soon"}, "until", id="day in words"),
        pytest.param(
            {"since": "2024-02-02", "until": "2024-02-01"}, "since", id="ends before it begins"
        ),
        pytest.param({"scope": "Syria"}, "scope", id="territory by name"),
        pytest.param({"scope": "SY;ZZ"}, "scope", id="territory of no country"),
        pytest.param({"unit": "x" * 101}, "unit", id="long unit"),
        pytest.param({"intercepted": "maybe"}, "intercepted", id="neither yes nor no"),
        pytest.param({"intercepted": "Yes"}, "intercepted", id="yes in capitals"),
        pytest.param({"claims_alone": "0"}, "claims_alone", id="no as a number"),
        pytest.param({"claimed_by_slug": "nobody"}, "claimed_by_slug", id="unknown claimant"),
        pytest.param({"claimed_by_slug": "us"}, "claimed_by_slug", id="claimant is a state"),
        pytest.param({"grades": "good"}, "grades", id="grade not in list"),
        pytest.param({"grades": "fair,weak"}, "grades", id="grades with a comma"),
        pytest.param({"text": ""}, "text", id="no text"),
        pytest.param({"source_url": "not an address"}, "source_url", id="no address"),
    ],
)
def test_rule_is_refused(rule, cells, column):
    assert refusals(rule(cells)) == [(NAME, 2, column)]


@pytest.mark.parametrize("column", ["folds", "doubtful_folds"])
@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("green-village", id="no pair"),
        pytest.param("green-village>", id="into nothing"),
        pytest.param(">al-omar", id="nothing into a base"),
        pytest.param("green-village>al-omar>conoco", id="three"),
        pytest.param("green-village,al-omar", id="comma"),
        pytest.param("nowhere>al-omar", id="unknown site"),
        pytest.param("green-village>nowhere", id="into an unknown base"),
        pytest.param("Shared>al-omar", id="name of two bases"),
        pytest.param("al-omar>al-omar", id="into itself"),
        pytest.param("al-omar>Al Omar", id="into itself by its name"),
        pytest.param("green-village>al-omar;Green Village>al-omar", id="the same pair twice"),
    ],
)
def test_fold_is_refused(rule, column, cell):
    assert refusals(rule({column: cell})) == [(NAME, 2, column)]


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("green-village>al-omar;green-village>conoco", id="site folded twice"),
        pytest.param("green-village>al-omar;al-omar>conoco", id="into one that is folded after"),
        pytest.param("al-omar>conoco;green-village>al-omar", id="into one that is folded before"),
        pytest.param("green-village>al-omar;al-omar>green-village", id="into each other"),
    ],
)
def test_folds_that_contradict_each_other_are_refused(rule, cell):
    assert refusals(rule({"folds": cell})) == [(NAME, 2, "folds")]


def test_fold_that_is_both_certain_and_doubtful_is_refused(rule):
    pair = "green-village>al-omar"

    assert refusals(rule({"folds": pair, "doubtful_folds": pair})) == [(NAME, 2, "doubtful_folds")]


def test_each_refused_fold_is_named(rule):
    places = refusals(rule({"folds": "nowhere>al-omar;conoco>elsewhere"}))

    assert places == [(NAME, 2, "folds")] * 2


def test_several_sites_may_be_folded_into_one_and_each_doubtfully_into_several(rule):
    take(
        rule(
            {
                "folds": "green-village>al-omar;conoco>al-omar",
                "doubtful_folds": "al-tanf>al-omar;al-tanf>conoco;conoco>al-tanf",
            }
        )
    )

    assert RuleSite.objects.filter(doubtful=False).count() == 2
    assert RuleSite.objects.filter(doubtful=True).count() == 3


def test_second_rule_of_an_organisation_is_refused(rule):
    assert refusals(rule({}, {"text": "Another."})) == [(NAME, 3, "publisher_slug")]


def test_second_rule_under_a_former_slug_is_refused(rule, only):
    take(rule())
    edit(Organisation.objects.get(slug="sohr"), slug="observatory")

    rows = [{"publisher_slug": "sohr"}, {"publisher_slug": "observatory"}]

    assert refusals(only(counting_rules=rows)) == [(NAME, 3, "publisher_slug")]


def test_rule_of_a_refused_organisation_is_not_refused_again(files):
    publishers = [*GROUPS, SOHR | {"kind": "spy"}]

    assert refusals(files(publishers=publishers, counting_rules=[{}])) == [
        ("publishers.csv", 6, "kind")
    ]


def test_fold_of_a_refused_base_is_not_refused_again(files):
    bases = [{}, {"slug": "conoco", "kind": "castle"}]
    folder = files(
        publishers=[*GROUPS, SOHR], bases=bases, counting_rules=[{"folds": "conoco>al-omar"}]
    )

    assert refusals(folder) == [("bases.csv", 3, "kind")]


def test_rules_may_be_imported_alone(rule, only):
    take(rule())

    take(only(counting_rules=[{"text": "In other words.", "folds": "green-village>al-omar"}]))

    assert CountingRule.objects.get().text == "In other words."
    assert sites() == ["green-village>al-omar"]


# Corrections


def test_corrected_cell_changes_the_rule(rule):
    take(rule({"intercepted": "yes"}))

    plan = take(rule({"intercepted": ""}))

    assert CountingRule.objects.get().counts_intercepted is None
    assert verdicts(plan) == {"changed": 1}
    assert "intercepted True -> None" in plan.changes[0]


@pytest.mark.parametrize(
    ("before", "after", "stored"),
    [
        pytest.param(
            {"folds": "green-village>al-omar"},
            {"folds": "green-village>conoco"},
            ["green-village>conoco"],
            id="into another",
        ),
        pytest.param(
            {"folds": "green-village>al-omar"},
            {"folds": "al-omar>green-village"},
            ["al-omar>green-village"],
            id="turned round",
        ),
        pytest.param(
            {"doubtful_folds": "green-village>al-omar"},
            {"folds": "green-village>al-omar"},
            ["green-village>al-omar"],
            id="no doubt any more",
        ),
        pytest.param(
            {"folds": "green-village>al-omar"},
            {"doubtful_folds": "green-village>al-omar"},
            ["green-village>al-omar?"],
            id="in doubt now",
        ),
        pytest.param(
            {"folds": "conoco>al-omar", "doubtful_folds": "conoco>al-tanf"},
            {"folds": "conoco>al-tanf", "doubtful_folds": "conoco>al-omar"},
            ["conoco>al-omar?", "conoco>al-tanf"],
            id="exchanged",
        ),
        pytest.param({"folds": "green-village>al-omar"}, {}, [], id="gone"),
    ],
)
def test_folds_follow_the_file(rule, before, after, stored):
    take(rule(before))

    plan = take(rule(after))

    assert sites() == stored
    assert set(verdicts(plan)) <= {"new", "removed"}
    assert verdicts(take(rule(after))) == {}
    removed = RuleSite.history.filter(history_type="-")
    assert set(removed.values_list("revision_id", flat=True)) == {plan.revision}


def test_folds_of_a_rule_that_is_not_in_the_file_stay(rule, only):
    take(rule({"folds": "green-village>al-omar"}, {"publisher_slug": "us"}))

    assert verdicts(take(only(counting_rules=[{"publisher_slug": "us"}]))) == {}
    assert sites() == ["green-village>al-omar"]


# Hand edits


def test_rule_edited_by_hand_is_kept(rule):
    folder = rule()
    take(folder)
    edit(CountingRule.objects.get(), counts_intercepted=True)
    before = dump()

    plan = take(folder)

    assert verdicts(plan) == {"edited here": 1}
    assert dump() == before


def test_rule_given_to_another_organisation_by_hand_is_kept(rule):
    folder = rule({"folds": "green-village>al-omar"}, {"publisher_slug": "us"})
    take(folder)
    with revision("whose rule it is"):
        CountingRule.objects.get(organisation__slug="us").delete()
        one = CountingRule.objects.get()
        one.organisation = Organisation.objects.get(slug="us")
        one.save()
    before = dump()

    assert verdicts(take(folder)).keys() == {"edited here"}
    assert dump() == before


def test_rule_deleted_by_hand_stays_deleted_with_its_folds(rule):
    folder = rule({"folds": "green-village>al-omar"})
    take(folder)
    with revision("not its rule"):
        CountingRule.objects.get().delete()
    before = dump()

    assert verdicts(take(folder)) == {"edited here": 1}
    assert dump() == before


def test_fold_added_by_hand_stays(rule):
    folder = rule({"folds": "green-village>al-omar"})
    take(folder)
    fold_by_hand("conoco", "al-omar")

    assert verdicts(take(folder)) == {"edited here": 1}
    assert sites() == ["conoco>al-omar", "green-village>al-omar"]


def test_fold_deleted_by_hand_stays_deleted(rule):
    folder = rule({"folds": "green-village>al-omar"})
    take(folder)
    with revision("it is a base of its own"):
        RuleSite.objects.get().delete()

    assert verdicts(take(folder)) == {"edited here": 1}
    assert sites() == []


@pytest.mark.parametrize(
    ("fields", "stored"),
    [
        pytest.param({"into": "conoco"}, "green-village>conoco", id="into another"),
        pytest.param({"base": "conoco"}, "conoco>al-omar", id="another site"),
        pytest.param({"doubtful": True}, "green-village>al-omar?", id="in doubt"),
    ],
)
def test_fold_edited_by_hand_is_kept_and_not_doubled(rule, fields, stored):
    folder = rule({"folds": "green-village>al-omar"})
    take(folder)
    fields = {
        name: base(value) if isinstance(value, str) else value for name, value in fields.items()
    }
    edit(RuleSite.objects.get(), **fields)
    before = dump()

    plan = take(folder)

    assert verdicts(plan) == {"edited here": 1}
    assert sites() == [stored]
    assert dump() == before


@pytest.mark.parametrize(
    ("by_hand", "cells"),
    [
        pytest.param(
            ("green-village", "conoco", {}), {"folds": "green-village>al-omar"}, id="folded twice"
        ),
        pytest.param(
            ("al-omar", "conoco", {}), {"folds": "green-village>al-omar"}, id="into a folded one"
        ),
        pytest.param(
            ("conoco", "green-village", {}),
            {"folds": "green-village>al-omar"},
            id="one that others are folded into",
        ),
        pytest.param(
            ("green-village", "al-omar", {"doubtful": True}),
            {"folds": "green-village>al-omar"},
            id="doubtful here",
        ),
        pytest.param(
            ("green-village", "al-omar", {}),
            {"doubtful_folds": "green-village>al-omar"},
            id="certain here",
        ),
    ],
)
def test_fold_that_contradicts_one_made_by_hand_is_left_out(rule, by_hand, cells):
    take(rule())
    site, into, fields = by_hand
    made = fold_by_hand(site, into, **fields)
    before = dump()

    plan = take(rule(cells))

    assert verdicts(plan) == {"edited here": 1}
    assert plan.changes == [f"{NAME}, row 2: “{made}” was entered here; kept as it is."]
    assert dump() == before
