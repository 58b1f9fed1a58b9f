import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from sources.models import Organisation, OrganisationName, Report, Revision
from sources.reports import report_key
from tallies.figures import quote
from tests.admin_pages import admin_url, errors_of, filled, messages_of, rows, save
from tests.factories import (
    make_accepted_finding,
    make_base,
    make_base_name,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_organisation_name,
    make_presence,
    make_report,
    make_rule,
    make_tally,
)

pytestmark = pytest.mark.django_db

OUR_APPS = ["sources", "bases", "attacks", "tallies"]
MODELS = sorted(
    (model for model in admin.site._registry if model._meta.app_label in OUR_APPS),
    key=lambda model: model._meta.label,
)
FACTS = [model for model in MODELS if hasattr(model, "history")]


@pytest.fixture
def one_of_each(admin_client):
    """A record of every model, each with its related records."""
    group = make_group("katyusha", parent=make_organisation("umbrella", kind="umbrella"))
    make_organisation_name(group, "Katyusha Group")
    report = make_report("note", publisher=group)
    base = make_base("conoco")
    make_base_name(base, "Koniko", report=report)
    make_presence("troops", force=group)
    incident = make_incident(base, reports=[report])
    make_claim(incident, claimant=group, blamed=group, report=report)
    tally = make_tally(group, lines=[(base, 3), ("IQ", 4)])
    make_rule(group, folds=[(base, make_base())], claimed_by=group, report=report)
    make_accepted_finding("stale", tally, other=make_tally(), base=base, report=report)
    save(
        admin_client,
        admin_url(type(incident), "change", incident.pk),
        **rows("keys", {"system": "csv", "key": "inc-1"}),
    )
    quote({"query": ""})


def by_label(models):
    return [pytest.param(model, id=model._meta.label) for model in models]


def editor(client, django_user_model, *codenames):
    user = django_user_model.objects.create_user("editor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    assert user.user_permissions.count() == len(codenames)
    client.force_login(user)
    return user


def admin_revisions():
    return Revision.objects.filter(origin=Revision.Origin.ADMIN)


# Every page of every model


def test_every_model_of_ours_is_in_the_admin(admin_client):
    page = admin_client.get(reverse("admin:index")).content.decode()

    assert len(MODELS) == 17
    for model in MODELS:
        assert admin_url(model, "changelist") in page


@pytest.mark.parametrize("model", by_label(MODELS))
def test_list_and_search_answer(admin_client, one_of_each, model):
    assert admin_client.get(admin_url(model, "changelist")).context["cl"].result_count
    assert admin_client.get(admin_url(model, "changelist"), {"q": "o"}).status_code == 200


@pytest.mark.parametrize("model", by_label(MODELS))
def test_list_needs_the_permission_to_view(client, django_user_model, model):
    editor(client, django_user_model)
    assert client.get(admin_url(model, "changelist")).status_code == 403

    codename = f"view_{model._meta.model_name}"
    client.force_login(django_user_model.objects.get())
    django_user_model.objects.get().user_permissions.add(Permission.objects.get(codename=codename))
    assert client.get(admin_url(model, "changelist")).status_code == 200


@pytest.mark.parametrize("model", by_label(MODELS))
def test_list_needs_few_queries_whatever_its_length(
    admin_client, one_of_each, django_assert_max_num_queries, model
):
    for number in range(12):
        group = make_group(f"group-{number}", parent=Organisation.objects.get(slug="umbrella"))
        make_organisation_name(group, f"Group {number}")
        base = make_base(f"base-of-{number}")
        make_base_name(base, f"Base {number}", report=make_report())
        make_presence(force=group)
        incident = make_incident(base, reports=[make_report(publisher=group)])
        make_claim(incident, claimant=group, blamed=group, report=make_report())
        tally = make_tally(group, lines=[(base, 1)])
        make_rule(group, folds=[(base, make_base())], claimed_by=group, report=make_report())
        make_accepted_finding("stale", tally, other=make_tally(), base=base, report=make_report())

    # Session, user, two counts, the page, its date hierarchy (2), and one for each list filter
    # that names rows; searching adds two for the names of bases.
    with django_assert_max_num_queries(13):
        admin_client.get(admin_url(model, "changelist"), {"q": "o"})


@pytest.mark.parametrize("model", by_label(FACTS))
def test_add_page_answers(admin_client, model):
    page = admin_client.get(admin_url(model, "add"))

    assert "Reason (public)" in page.content.decode()
    assert "Entered in the admin" in page.content.decode()


@pytest.mark.parametrize("model", by_label(FACTS))
def test_change_page_answers_and_saving_it_unchanged_writes_nothing(
    admin_client, one_of_each, model
):
    record = model.objects.first()
    before = Revision.objects.count()

    answer = save(admin_client, admin_url(model, "change", record.pk), reason="No change")

    assert answer.status_code == 302
    assert Revision.objects.count() == before


@pytest.mark.parametrize("model", by_label(FACTS))
def test_viewers_see_the_record_but_no_reason_to_give(
    client, django_user_model, one_of_each, model
):
    editor(client, django_user_model, f"view_{model._meta.model_name}")
    url = admin_url(model, "change", model.objects.first().pk)

    assert "Reason (public)" not in client.get(url).content.decode()
    assert client.post(url, {"reason": "Mine"}).status_code == 403


@pytest.mark.parametrize("model", by_label(FACTS))
def test_history_shows_who_and_why_and_earlier_versions(admin_client, one_of_each, model):
    record = model.objects.first()
    page = admin_client.get(admin_url(model, "history", record.pk)).content.decode()
    version = admin_client.get(
        admin_url(model, "simple_history", record.pk, record.history.first().pk)
    )

    reason = record.history.first().revision.reason
    assert reason in page
    assert f">{record.history.first().revision.number}</a>" in page
    assert version.status_code == 200


# One action is one revision


def test_adding_writes_one_revision_with_who_and_why(admin_client, admin_user):
    url = admin_url(Organisation, "add")
    names = rows("names", {"name": "مرصد"}, {"name": "Observatory"})

    answer = save(
        admin_client, url, slug="sohr", name="SOHR", kind="monitor", reason="It counts", **names
    )

    assert answer.status_code == 302
    (revision,) = Revision.objects.all()
    assert (revision.who, revision.reason, revision.origin) == (admin_user, "It counts", "admin")
    organisation = Organisation.objects.get()
    assert organisation.history.get().revision == revision
    assert organisation.history.get().history_user == admin_user
    assert {row.revision for row in OrganisationName.history.all()} == {revision}


@pytest.mark.parametrize(
    ("page", "changes", "reason"),
    [
        pytest.param("add", {"key": "new"}, "Entered in the admin", id="add"),
        pytest.param("change", {"title": "Other"}, "Corrected in the admin", id="change"),
        pytest.param("delete", {"post": "yes"}, "Deleted in the admin", id="delete"),
    ],
)
def test_an_action_without_a_reason_gets_a_default(admin_client, page, changes, reason):
    url = admin_url(Report, page, *([] if page == "add" else [make_report().pk]))

    if page == "delete":
        admin_client.post(url, changes)
    else:
        save(admin_client, url, **changes)

    assert admin_revisions().get().reason == reason


def test_a_change_touches_the_history_of_what_changed_only(admin_client):
    organisation = make_organisation("sohr")
    name = make_organisation_name(organisation, "SOHR")

    save(
        admin_client,
        admin_url(Organisation, "change", organisation.pk),
        **{"names-0-name": "S.O.H.R.", "reason": "As printed"},
    )

    assert organisation.history.count() == 1
    assert [row.name for row in name.history.all()] == ["S.O.H.R.", "SOHR"]
    assert name.history.first().revision.reason == "As printed"


def test_a_rejected_form_writes_nothing(admin_client):
    make_organisation("sohr")
    before = Revision.objects.count()

    answer = save(
        admin_client, admin_url(Organisation, "add"), slug="sohr", name="SOHR", kind="monitor"
    )

    assert "already exists" in errors_of(answer)
    assert (Organisation.objects.count(), Revision.objects.count()) == (1, before)


def test_a_rejected_inline_writes_nothing(admin_client):
    twice = rows("names", {"name": "Observatory"}, {"name": "Observatory"})

    answer = save(
        admin_client,
        admin_url(Organisation, "add"),
        slug="sohr",
        name="SOHR",
        kind="monitor",
        **twice,
    )

    assert answer.status_code == 200
    assert not Organisation.objects.exists()
    assert not Revision.objects.exists()


def test_an_error_while_saving_an_inline_leaves_nothing_half_written(admin_client, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(OrganisationName, "save", fail)
    data = filled(admin_client.get(admin_url(Organisation, "add"))) | {
        "slug": "sohr",
        "name": "SOHR",
        "kind": "monitor",
        **rows("names", {"name": "Observatory"}),
    }

    with pytest.raises(RuntimeError):
        admin_client.post(admin_url(Organisation, "add"), data)

    assert not Organisation.objects.exists()
    assert not Revision.objects.exists()


def test_what_the_database_refuses_is_told_and_not_saved(admin_client, monkeypatch):
    # As if somebody else had saved the same key between the check and the writing.
    make_report("taken")
    monkeypatch.setattr(Report, "validate_unique", lambda *args, **kwargs: None)
    monkeypatch.setattr(Report, "full_clean", lambda *args, **kwargs: None)
    before = Revision.objects.count()

    answer = admin_client.post(
        admin_url(Report, "add"),
        filled(admin_client.get(admin_url(Report, "add"))) | {"key": "taken"},
        follow=True,
    )

    assert "Nothing was saved" in messages_of(answer)[0]
    assert (Report.objects.count(), Revision.objects.count()) == (1, before)


def test_a_reason_that_is_too_long_is_refused(admin_client):
    answer = save(admin_client, admin_url(Report, "add"), key="note", reason="x" * 501)

    assert "at most 500 characters" in errors_of(answer)
    assert not Revision.objects.exists()


# Deleting


def delete_selected(client, model, *records, **data):
    data = {"action": "delete_selected", "_selected_action": [row.pk for row in records]} | data
    return client.post(admin_url(model, "changelist"), data)


def test_deleting_keeps_the_history_and_says_why(admin_client, admin_user):
    report = make_report()
    url = admin_url(Report, "delete", report.pk)
    assert 'name="reason"' in admin_client.get(url).content.decode()

    admin_client.post(url, {"post": "yes", "reason": "Entered twice"})

    gone = Report.history.filter(id=report.pk).first()
    assert (gone.history_type, gone.revision.reason) == ("-", "Entered twice")
    assert gone.revision.who == admin_user


def test_deleting_several_is_one_revision_with_history(admin_client):
    organisation = make_organisation()
    make_organisation_name(organisation, "A name")
    other = make_organisation()
    page = delete_selected(admin_client, Organisation, organisation, other)
    assert 'name="reason"' in page.content.decode()

    delete_selected(admin_client, Organisation, organisation, other, post="yes", reason="Spam")

    assert not Organisation.objects.exists()
    assert admin_revisions().get().reason == "Spam"
    assert Organisation.history.filter(history_type="-").count() == 2
    assert OrganisationName.history.filter(history_type="-").count() == 1


def test_deleting_what_others_cite_is_refused_in_words(admin_client):
    report = make_report()
    make_incident(reports=[report])
    data = {"post": "yes"}

    one = admin_client.post(admin_url(Report, "delete", report.pk), data)
    many = delete_selected(admin_client, Report, report, **data)

    for page in (one, many):
        assert "would require deleting the following protected" in page.content.decode()
    assert Report.objects.exists()
    assert not admin_revisions().exists()


def test_deleting_needs_the_permission(client, django_user_model):
    report = make_report()
    editor(client, django_user_model, "view_report", "change_report")

    assert client.post(admin_url(Report, "delete", report.pk), {"post": "yes"}).status_code == 403
    delete_selected(client, Report, report, post="yes")

    assert Report.objects.exists()


# Reverting


def earlier_title(client):
    report = make_report(title="First")
    save(client, admin_url(Report, "change", report.pk), title="Second")
    return report, admin_url(Report, "simple_history", report.pk, report.history.last().pk)


def test_reverting_is_one_revision(admin_client):
    report, url = earlier_title(admin_client)

    save(admin_client, url, reason="The first was right")

    report.refresh_from_db()
    assert report.title == "First"
    assert admin_revisions().count() == 2
    assert report.history.first().revision.reason == "The first was right"


def test_reverting_brings_back_what_was_deleted(admin_client):
    report, url = earlier_title(admin_client)
    admin_client.post(admin_url(Report, "delete", report.pk), {"post": "yes"})

    save(admin_client, url)

    assert Report.objects.get(pk=report.pk).title == "First"


def test_reverting_needs_the_permission_to_change(client, admin_client, django_user_model):
    report, url = earlier_title(admin_client)
    data = filled(admin_client.get(url))
    editor(client, django_user_model, "view_report")

    assert client.get(url).status_code == 200
    assert client.post(url, data).status_code == 403
    assert Report.objects.get().title == "Second"


@pytest.mark.parametrize("page", ["history", "simple_history"])
def test_history_of_no_record_is_not_found(admin_client, page):
    args = ["abc", "1"][: 1 + (page == "simple_history")]

    assert admin_client.get(admin_url(Report, page, *args)).status_code == 404


# Organisations, reports, revisions


def organisations_found(client, text):
    query = {"term": text, "app_label": "sources", "model_name": "report"}
    answer = client.get(reverse("admin:autocomplete"), query | {"field_name": "publisher"})
    return [row["text"] for row in answer.json()["results"]]


@pytest.mark.parametrize("text", ["observatory", "المرصد", "sohr", "Rami"])
def test_organisation_is_found_by_any_of_its_names(admin_client, text):
    organisation = make_organisation("sohr", name="Syrian Observatory", name_ar="المرصد السوري")
    make_organisation_name(organisation, "Rami's office")
    make_organisation_name(organisation, "Rami and others")
    make_organisation("centcom")

    assert organisations_found(admin_client, text) == ["Syrian Observatory"]
    found = admin_client.get(admin_url(Organisation, "changelist"), {"q": text}).context["cl"]
    assert list(found.result_list) == [organisation]


def test_organisation_cannot_stand_under_itself(admin_client):
    organisation = make_organisation()

    answer = save(
        admin_client, admin_url(Organisation, "change", organisation.pk), parent=organisation.pk
    )

    assert "cannot stand under its own member" in str(answer.context["adminform"].form.errors)


def test_report_without_a_key_gets_one_from_its_address(admin_client):
    url = "https://www.syriahr.com/en/342021/"

    save(admin_client, admin_url(Report, "add"), url=url)

    assert Report.objects.get().key == report_key(url) == "syriahr.com-47f36ff9fe"


def test_report_with_neither_key_nor_address_is_refused(admin_client):
    answer = save(admin_client, admin_url(Report, "add"), title="A talk")

    assert "needs a key" in errors_of(answer)
    assert not Report.objects.exists()


def test_report_of_a_known_address_is_refused(admin_client):
    report = make_report()

    answer = save(admin_client, admin_url(Report, "add"), url=report.url)

    assert "already exists" in errors_of(answer)


def test_report_published_before_its_earliest_day_is_refused(admin_client):
    answer = save(
        admin_client,
        admin_url(Report, "add"),
        key="note",
        published_earliest="2024-02-02",
        published_latest="2024-02-01",
    )

    assert "earliest day of publication is after the latest" in errors_of(answer)


@pytest.mark.parametrize(
    "address", ["http://[2001:db8::1]:80/", "https://" + "a" * 63 + ".org/", "http://نطاق.example/"]
)
def test_report_key_of_any_address_is_a_valid_key(address):
    Report(key=report_key(address), url=address).full_clean(validate_unique=False)


def test_revisions_are_to_read_only(admin_client):
    make_report()
    number = Revision.objects.get().number

    page = admin_client.get(admin_url(Revision, "change", number))

    assert "made by a test" in page.content.decode()
    assert admin_client.get(admin_url(Revision, "add")).status_code == 403
    assert admin_client.post(admin_url(Revision, "change", number), {}).status_code == 403
    assert admin_client.get(admin_url(Revision, "delete", number)).status_code == 403
    assert (
        "delete_selected"
        not in admin_client.get(admin_url(Revision, "changelist")).content.decode()
    )
