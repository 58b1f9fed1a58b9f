import pytest

from attacks.models import CountingRule, RuleSite
from sources.models import Organisation, Revision
from tests.admin_pages import admin_url, errors_of, rows, save
from tests.factories import (
    day,
    make_base,
    make_base_name,
    make_group,
    make_organisation,
    make_organisation_name,
    make_report,
    make_rule,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bases():
    """Four bases by their slugs."""
    return {slug: make_base(slug) for slug in ("green-village", "al-omar", "conoco", "al-tanf")}


def enter(client, *sites, **fields):
    rule = {"text": "Its rule."} | fields
    if "organisation" not in rule:
        rule["organisation"] = make_organisation().pk
    return save(client, admin_url(CountingRule, "add"), **rule, **rows("sites", *sites))


def fold(bases, pair, **fields):
    """A row of the inline, from a pair written as in the file."""
    site, into = (bases[slug].pk for slug in pair.split(">"))
    return {"base": site, "into": into} | fields


def folds():
    return sorted(
        f"{site.base.slug}>{site.into.slug}{'?' if site.doubtful else ''}"
        for site in RuleSite.objects.all()
    )


def test_rule_is_entered_with_its_sites_in_one_revision(admin_client, bases):
    sohr, group, report = make_organisation("sohr"), make_group(), make_report()

    answer = enter(
        admin_client,
        fold(bases, "green-village>al-omar"),
        fold(bases, "conoco>al-tanf", doubtful="on"),
        organisation=sohr.pk,
        since="2023-10-19",
        territory="SY;IQ",
        unit="attacks",
        counts_intercepted="true",
        counts_claims_alone="unknown",
        claimed_by=group.pk,
        grades="confirmed;none",
        report=report.pk,
        reason="Read in its lists",
    )

    assert answer.status_code == 302
    rule = CountingRule.objects.get()
    assert (rule.organisation, rule.claimed_by, rule.report) == (sohr, group, report)
    assert (rule.since, rule.until, rule.territory) == (day("2023-10-19"), None, "SY;IQ")
    assert (rule.counts_intercepted, rule.counts_claims_alone) == (True, None)
    assert folds() == ["conoco>al-tanf?", "green-village>al-omar"]
    revised = Revision.objects.get(reason="Read in its lists")
    histories = [CountingRule.history, RuleSite.history]
    assert {row.revision for history in histories for row in history.all()} == {revised}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param(
            {"since": "2024-02-01", "until": "2024-01-01"},
            "The rule ends before it begins",
            id="days",
        ),
        pytest.param({"since": "9999-01-01"}, "is in the future", id="day to come"),
        pytest.param({"territory": "Syria"}, "ISO 3166 codes", id="territory"),
        pytest.param({"grades": "good"}, "is no grade", id="grade"),
        pytest.param({"text": ""}, "This field is required", id="no text"),
        pytest.param({"organisation": ""}, "This field is required", id="nobody's"),
    ],
)
def test_impossible_rule_is_refused_in_words(admin_client, fields, message):
    answer = enter(admin_client, **fields)

    assert message in errors_of(answer)
    assert not CountingRule.objects.exists()


def test_second_rule_of_an_organisation_is_refused_in_words(admin_client):
    rule = make_rule()

    answer = enter(admin_client, organisation=rule.organisation.pk)

    assert "already exists" in errors_of(answer)
    assert CountingRule.objects.count() == 1


def test_claimant_that_is_no_armed_group_is_refused_in_words(admin_client):
    answer = enter(admin_client, claimed_by=make_organisation(kind="state").pk)

    assert "no armed group" in errors_of(answer)
    assert not CountingRule.objects.exists()


# Sites


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        pytest.param(["al-omar>al-omar"], "under itself", id="into itself"),
        pytest.param(
            ["green-village>al-omar", "green-village>conoco"], "contradict", id="folded twice"
        ),
        pytest.param(
            ["green-village>al-omar", "al-omar>conoco"], "contradict", id="into one folded after"
        ),
        pytest.param(
            ["al-omar>conoco", "green-village>al-omar"], "contradict", id="into one folded before"
        ),
        pytest.param(
            ["green-village>al-omar", "al-omar>green-village"], "contradict", id="into each other"
        ),
        pytest.param(
            ["green-village>al-omar", "green-village>al-omar"], "duplicate", id="the same twice"
        ),
    ],
)
@pytest.mark.parametrize("page", ["add", "change"])
def test_new_sites_that_contradict_each_other_are_refused_in_words(
    admin_client, bases, page, pairs, message
):
    sites = [fold(bases, pair) for pair in pairs]
    if page == "add":
        answer = enter(admin_client, *sites)
    else:
        url = admin_url(CountingRule, "change", make_rule().pk)
        answer = save(admin_client, url, **rows("sites", *sites))

    assert message in errors_of(answer)
    assert not RuleSite.objects.exists()


@pytest.mark.parametrize(
    ("pair", "fields"),
    [
        pytest.param("green-village>conoco", {}, id="folded twice"),
        pytest.param("al-omar>conoco", {}, id="others are folded into it"),
        pytest.param("conoco>green-village", {}, id="into a folded one"),
        pytest.param("green-village>al-omar", {"doubtful": "on"}, id="the same in doubt"),
    ],
)
def test_new_site_that_contradicts_a_stored_one_is_refused_in_words(
    admin_client, bases, pair, fields
):
    rule = make_rule(folds=[(bases["green-village"], bases["al-omar"])])
    site = rows("sites", fold(bases, pair, **fields), first=1)

    answer = save(admin_client, admin_url(CountingRule, "change", rule.pk), **site)

    assert errors_of(answer)
    assert folds() == ["green-village>al-omar"]


def test_sites_that_fit_together_are_taken(admin_client, bases):
    rule = make_rule(folds=[(bases["green-village"], bases["al-omar"])])
    sites = [
        fold(bases, "conoco>al-omar"),
        fold(bases, "al-tanf>al-omar", doubtful="on"),
        fold(bases, "al-tanf>green-village", doubtful="on"),
    ]

    answer = save(
        admin_client,
        admin_url(CountingRule, "change", rule.pk),
        **rows("sites", *sites, first=1),
    )

    assert answer.status_code == 302
    assert RuleSite.objects.count() == 4


def test_site_that_is_removed_contradicts_nothing(admin_client, bases):
    rule = make_rule(doubtful=[(bases["green-village"], bases["al-omar"])])
    site = RuleSite.objects.get()
    data = rows("sites", fold(bases, "green-village>conoco"), first=1)

    answer = save(
        admin_client,
        admin_url(CountingRule, "change", rule.pk),
        **data | {"sites-0-id": site.pk, "sites-0-DELETE": "on"},
    )

    assert answer.status_code == 302
    assert folds() == ["green-village>conoco"]


def test_site_alone_is_refused_in_words_too(admin_client, bases):
    rule = make_rule(folds=[(bases["green-village"], bases["al-omar"])])
    url = admin_url(RuleSite, "add")

    for pair in ("green-village>conoco", "al-omar>conoco", "conoco>conoco"):
        assert errors_of(save(admin_client, url, rule=rule.pk, **fold(bases, pair)))
    answer = save(admin_client, url, rule=rule.pk, **fold(bases, "conoco>al-omar"))

    assert answer.status_code == 302
    assert folds() == ["conoco>al-omar", "green-village>al-omar"]


# Lists


def test_rule_is_found_by_any_name_of_its_organisation(admin_client):
    sohr = make_organisation("sohr")
    make_organisation_name(sohr, "Syrian Observatory")
    rule = make_rule(sohr)
    make_rule()

    page = admin_client.get(admin_url(CountingRule, "changelist"), {"q": "observatory"})

    assert [*page.context["cl"].result_list] == [rule]


def test_rules_are_filtered_by_what_they_count(admin_client):
    rule = make_rule(counts_intercepted=False)
    make_rule(counts_intercepted=True)
    make_rule()

    page = admin_client.get(
        admin_url(CountingRule, "changelist"), {"counts_intercepted__exact": "0"}
    )

    assert [*page.context["cl"].result_list] == [rule]


def test_site_is_found_by_any_name_of_its_base(admin_client, bases):
    make_base_name(bases["green-village"], "Al-Qarya")
    make_rule(
        folds=[(bases["green-village"], bases["al-omar"]), (bases["conoco"], bases["al-omar"])]
    )

    page = admin_client.get(admin_url(RuleSite, "changelist"), {"q": "qarya"})

    assert [site.base.slug for site in page.context["cl"].result_list] == ["green-village"]


@pytest.mark.parametrize("model", [CountingRule, RuleSite])
def test_list_needs_few_queries_whatever_its_length(
    admin_client, bases, django_assert_max_num_queries, model
):
    for _ in range(12):
        pair = (bases["green-village"], bases["al-omar"])
        make_rule(folds=[pair], claimed_by=make_group(), report=make_report())

    # Session, user, two counts, the page, and the organisations to filter by; searching adds two
    # for the names of bases.
    with django_assert_max_num_queries(10):
        admin_client.get(admin_url(model, "changelist"), {"q": "o"})


def test_change_page_needs_few_queries_whatever_the_number_of_sites(
    admin_client, django_assert_max_num_queries
):
    rule = make_rule(folds=[(make_base(), make_base()) for _ in range(20)])

    # Session, user, rule, its last change, its sites, and the choice in the field organisation.
    with django_assert_max_num_queries(9):
        admin_client.get(admin_url(CountingRule, "change", rule.pk))


@pytest.mark.parametrize(("counts", "sent"), [(True, "true"), (False, "false"), (None, "unknown")])
def test_change_page_saved_unchanged_writes_nothing(admin_client, bases, counts, sent):
    pair = (bases["green-village"], bases["al-omar"])
    rule = make_rule(folds=[pair], counts_intercepted=counts)
    before = Revision.objects.count()
    url = admin_url(CountingRule, "change", rule.pk)

    assert f'<option value="{sent}" selected>' in admin_client.get(url).content.decode()
    assert save(admin_client, url, counts_intercepted=sent).status_code == 302
    assert Revision.objects.count() == before


def test_organisation_with_a_rule_cannot_be_deleted(admin_client):
    rule = make_rule()
    url = admin_url(Organisation, "delete", rule.organisation.pk)

    answer = admin_client.post(url, {"post": "yes"})

    assert "protected" in answer.content.decode()
    assert CountingRule.objects.exists()
