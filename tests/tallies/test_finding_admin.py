import pytest
from django.contrib.auth.models import Permission

from sources.models import Revision
from tallies.models import AcceptedFinding
from tests.admin_pages import admin_url, errors_of, filled, save
from tests.factories import (
    make_accepted_finding,
    make_base,
    make_base_name,
    make_organisation,
    make_report,
    make_tally,
)

pytestmark = pytest.mark.django_db


def add_url():
    return admin_url(AcceptedFinding, "add")


def change_url(finding):
    return admin_url(AcceptedFinding, "change", finding.pk)


def enter(client, **fields):
    finding = {"kind": "stale", "why": "A reprint"} | fields
    if "tally" not in finding:
        finding["tally"] = make_tally().pk
    return save(client, add_url(), **finding)


def test_finding_is_accepted_in_one_revision(admin_client, admin_user):
    tally, other, base, report = make_tally(), make_tally(), make_base(), make_report()

    answer = enter(
        admin_client,
        kind="fall",
        tally=tally.pk,
        other=other.pk,
        base=base.pk,
        amount="-4",
        why="Corrected by the counter",
        report=report.pk,
    )

    assert answer.status_code == 302
    stored = AcceptedFinding.objects.get()
    assert (stored.kind, stored.tally, stored.other) == ("fall", tally, other)
    assert (stored.base, stored.country, stored.amount) == (base, "", -4)
    assert (stored.why, stored.report) == ("Corrected by the counter", report)
    revised = Revision.objects.get(origin="admin")
    assert (revised.who, stored.history.get().revision) == (admin_user, revised)


# Why the finding is so, and why the record changes


def test_reason_of_a_finding_and_of_its_change_are_kept_apart(admin_client):
    enter(admin_client, why="The attack in Jordan", reason="Read again")
    finding = AcceptedFinding.objects.get()

    assert finding.why == "The attack in Jordan"
    assert finding.history.get().revision.reason == "Read again"
    data = filled(admin_client.get(change_url(finding)))
    assert (data["why"], data["reason"]) == ("The attack in Jordan", "")

    save(admin_client, change_url(finding), amount="-1")
    finding.refresh_from_db()
    assert (finding.why, finding.amount) == ("The attack in Jordan", -1)
    assert Revision.objects.first().reason == "Corrected in the admin"

    save(admin_client, change_url(finding), why="Jordan is not listed")
    finding.refresh_from_db()
    assert finding.why == "Jordan is not listed"


def test_reason_may_be_longer_than_that_of_a_change(admin_client):
    enter(admin_client, why="x" * 2000)

    assert AcceptedFinding.objects.get().why == "x" * 2000


def test_change_page_saved_unchanged_writes_nothing(admin_client):
    finding = make_accepted_finding(amount=3, country="IQ")
    before = Revision.objects.count()

    assert save(admin_client, change_url(finding), reason="No change").status_code == 302

    assert Revision.objects.count() == before
    finding.refresh_from_db()
    assert finding.why == "It is known why."


def test_viewer_reads_why_it_is_so(client, django_user_model):
    user = django_user_model.objects.create_user("viewer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_acceptedfinding"))
    client.force_login(user)

    page = client.get(change_url(make_accepted_finding())).content.decode()

    assert "It is known why." in page
    assert "Reason (public)" not in page


def test_earlier_version_can_be_restored(admin_client):
    finding = make_accepted_finding()
    save(admin_client, change_url(finding), why="Else")
    url = admin_url(AcceptedFinding, "simple_history", finding.pk, finding.history.earliest().pk)

    assert filled(admin_client.get(url))["why"] == "It is known why."
    save(admin_client, url, reason="It was right")

    finding.refresh_from_db()
    assert finding.why == "It is known why."
    assert Revision.objects.first().reason == "It was right"


# What is refused


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"kind": "rise"}, "Select a valid choice", id="kind"),
        pytest.param({"kind": ""}, "This field is required", id="no kind"),
        pytest.param({"tally": ""}, "This field is required", id="no tally"),
        pytest.param({"tally": "999"}, "Select a valid choice", id="unknown tally"),
        pytest.param({"amount": "six"}, "whole number", id="amount in words"),
        pytest.param({"amount": "9" * 40}, "less than or equal to", id="huge amount"),
        pytest.param({"amount": "-" + "9" * 40}, "greater than or equal to", id="far below zero"),
        pytest.param({"country": "ZZ"}, "Select a valid choice", id="country"),
        pytest.param({"why": ""}, "This field is required", id="no reason"),
        pytest.param({"why": "", "reason": "x"}, "This field is required", id="the wrong reason"),
    ],
)
def test_impossible_acceptance_is_refused_in_words(admin_client, fields, message):
    answer = enter(admin_client, **fields)

    assert message in errors_of(answer)
    assert not AcceptedFinding.objects.exists()


def test_base_and_country_at_once_are_refused_in_words(admin_client):
    answer = enter(admin_client, base=make_base().pk, country="SY")

    assert "never both" in errors_of(answer)
    assert not AcceptedFinding.objects.exists()


@pytest.mark.parametrize("place", ["total", "other", "base", "country"])
def test_finding_that_is_accepted_already_is_refused_in_words(admin_client, place):
    fields = {
        "total": {},
        "other": {"other": make_tally()},
        "base": {"base": make_base()},
        "country": {"country": "IQ"},
    }[place]
    stored = make_accepted_finding("stale", **fields)
    again = {name: getattr(value, "pk", value) for name, value in fields.items()}

    answer = enter(admin_client, tally=stored.tally.pk, amount="7", **again)

    assert "accepted already" in errors_of(answer)
    assert AcceptedFinding.objects.get() == stored


# From the ledger


def test_add_page_is_prefilled_from_the_address(admin_client):
    query = {
        "kind": "siblings",
        "tally": make_tally().pk,
        "other": make_tally().pk,
        "base": make_base().pk,
        "amount": "-3",
    }

    data = filled(admin_client.get(add_url(), query | {"country": ""}))

    assert {name: str(data[name]) for name in query} == {
        name: str(value) for name, value in query.items()
    }
    assert (data["country"], data["why"], data["reason"]) == ("", "", "")


def test_prefilled_page_is_saved_as_it_stands_with_a_reason(admin_client):
    tally = make_tally()
    url = f"{add_url()}?kind=arithmetic&tally={tally.pk}&other=&base=&country=IQ&amount="

    answer = save(admin_client, url, why="Known")

    assert answer.status_code == 302
    stored = AcceptedFinding.objects.get()
    assert (stored.kind, stored.tally, stored.country) == ("arithmetic", tally, "IQ")
    assert (stored.other, stored.base, stored.amount) == (None, None, None)


@pytest.mark.parametrize(
    "query",
    [
        {"tally": "abc"},
        {"tally": "9" * 30},
        {"other": "-1"},
        {"kind": "rise"},
        {"amount": "some"},
        {"amount": "9" * 40},
        {"country": "ZZ"},
        {"base": "al-omar"},
        {"x": "y"},
    ],
    ids=str,
)
def test_add_page_leaves_out_what_the_address_cannot_mean(admin_client, query):
    data = filled(admin_client.get(add_url(), query))

    names = ("kind", "tally", "other", "base", "country", "amount")
    assert {data[name] for name in names} == {""}


# Lists


def test_acceptance_is_found_by_tally_reason_and_any_name_of_its_base(admin_client):
    base = make_base()
    make_base_name(base, "Koniko")
    finding = make_accepted_finding(tally=make_tally(key="sohr-1"), base=base, why="Misprint")
    make_accepted_finding()

    for text in ("sohr-1", "misprint", "koniko"):
        page = admin_client.get(admin_url(AcceptedFinding, "changelist"), {"q": text})
        assert [*page.context["cl"].result_list] == [finding], text


def test_acceptances_are_filtered_by_kind_and_counter(admin_client):
    counter = make_organisation()
    finding = make_accepted_finding("stale", make_tally(counter))
    make_accepted_finding("stale")
    make_accepted_finding("fall", make_tally(counter))
    query = {"kind__exact": "stale", "tally__counter__id__exact": counter.pk}

    page = admin_client.get(admin_url(AcceptedFinding, "changelist"), query)

    assert [*page.context["cl"].result_list] == [finding]
    assert "It is known why." in page.content.decode()


def test_list_needs_few_queries_whatever_its_length(admin_client, django_assert_max_num_queries):
    for _ in range(12):
        make_accepted_finding(
            other=make_tally(), base=make_base(), report=make_report(publisher=make_organisation())
        )

    # Session, user, two counts, the page, and the names in three list filters; searching adds two
    # for the names of bases.
    with django_assert_max_num_queries(12):
        admin_client.get(admin_url(AcceptedFinding, "changelist"), {"q": "a"})
