import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from attacks.counting import Count, count
from attacks.models import GRADE_DEFINITIONS, Citation, Claim, Incident, IncidentKey
from sources.models import Report, Revision
from sources.revisions import revision
from tests.admin_pages import admin_url, errors_of, filled, messages_of, rows, save
from tests.factories import (
    make_base,
    make_base_name,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
)

pytestmark = pytest.mark.django_db


def add(client, **changes):
    return save(client, admin_url(Incident, "add"), **changes)


def act(client, action, *incidents, **data):
    selected = {"action": action, "_selected_action": [row.pk for row in incidents], "index": "0"}
    return client.post(admin_url(Incident, "changelist"), selected | data, follow=True)


def counted():
    return count(Incident.objects.all())


def make_draft(**fields):
    with revision("made by a test"):
        return Incident.objects.create(**fields)


def statuses():
    return set(Incident.objects.values_list("status", flat=True))


def log_in_editor(client, django_user_model, *codenames):
    user = django_user_model.objects.create_user("editor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)


# Entering


def test_founding_incident_is_entered_on_one_screen(admin_client, admin_user):
    base = make_base("kharab-al-jir")
    sohr = make_organisation("sohr", kind="monitor")
    popup = save(
        admin_client, admin_url(Report, "add"), key="seed:shafaq-2024-08", title="Drone", _popup=1
    )
    report = Report.objects.get()
    assert str(report.pk) in popup.context["popup_response_data"]

    answer = add(
        admin_client,
        status="published",
        base=base.pk,
        earliest="2024-08-09",
        latest="2024-08-10",
        local_time_text="night of 9 to 10",
        weapon="drone",
        munitions=1,
        outcome="fire",
        injured_low=0,
        injured_best=8,
        injured_high=8,
        material_damage="yes",
        grade="confirmed",
        summary="A drone struck the base.",
        reason="The founding article",
        **rows(
            "claims",
            {
                "claimant": sohr.pk,
                "claimant_text": "SOHR",
                "speaker": "Rami Abdulrahman",
                "kind": "attribution",
                "stance": "affirms",
                "blamed_text": "the militias",
                "made_on": "2024-08-10",
                "report": report.pk,
            },
            {"kind": "no_claim", "stance": "affirms", "report": report.pk},
        ),
        **rows("citations", {"report": report.pk}),
        **rows("keys", {"system": "csv", "key": "inc-20240810-kharab-al-jir"}),
    )

    assert answer.status_code == 302
    incident = Incident.objects.with_claim_status().get()
    assert (incident.public_id, incident.claim_status) == ("BW-1", "unclaimed")
    assert [*incident.reports.all()] == [report]
    assert incident.claims.count() == 2
    revised = Revision.objects.get(reason="The founding article")
    assert revised.who == admin_user
    histories = [Incident.history, Claim.history, Citation.history, IncidentKey.history]
    assert {row.revision for history in histories for row in history.all()} == {revised}
    assert counted() == Count(1, 1)


def test_add_page_offers_what_an_editor_needs(admin_client):
    page = admin_client.get(admin_url(Incident, "add")).content.decode()

    for definition in GRADE_DEFINITIONS.values():
        assert str(definition) in page
    assert 'data-field-name="base"' in page
    assert 'id="add_id_claims-0-report"' in page


def test_add_page_is_prefilled_from_the_address(admin_client):
    base = make_base()
    query = {"base": base.pk, "earliest": "2024-08-09", "latest": "2024-08-10"}

    data = filled(admin_client.get(admin_url(Incident, "add"), query))

    assert {name: str(data[name]) for name in query} == {
        name: str(value) for name, value in query.items()
    }


@pytest.mark.parametrize(
    "query",
    [{"base": "abc"}, {"base": "9" * 30}, {"earliest": "soon"}, {"claims": "1"}, {"x": "y"}],
    ids=str,
)
def test_add_page_leaves_out_what_the_address_cannot_mean(admin_client, query):
    data = filled(admin_client.get(admin_url(Incident, "add"), query))

    assert (data["base"], data["earliest"]) == ("", "")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"status": "published"}, "needs a base and both days", id="no base"),
        pytest.param(
            {"earliest": "2024-01-02", "latest": "2024-01-01"},
            "earliest day is after the latest",
            id="days",
        ),
        pytest.param({"earliest": "1899-01-01"}, "before 1900", id="too early"),
        pytest.param({"latest": "2999-01-01"}, "in the future", id="too late"),
        pytest.param(
            {"killed_low": 3, "killed_high": 2}, "Killed: the low figure is above", id="killed"
        ),
        pytest.param(
            {"injured_low": 3, "injured_best": 2}, "Injured: the low figure is above", id="injured"
        ),
        pytest.param({"attack_count": 0}, "greater than or equal to 1", id="no attack"),
        pytest.param({"munitions": -1}, "greater than or equal to 0", id="negative"),
        pytest.param({"base": "999"}, "not one of the available choices", id="no such base"),
        pytest.param(
            rows(
                "claims",
                {"kind": "casualty", "stance": "affirms", "killed_low": 2, "killed_high": 1},
            ),
            "Killed: the low figure is above the high one",
            id="claim",
        ),
        pytest.param(rows("claims", {"speaker": "Somebody"}), "required", id="claim of no kind"),
        pytest.param(rows("keys", {"system": "csv", "key": "a/b"}), "Use letters", id="key"),
    ],
)
def test_impossible_incident_is_refused_in_words(admin_client, changes, message):
    answer = add(admin_client, **changes)

    assert message in errors_of(answer)
    assert not Incident.objects.exists()
    assert not Revision.objects.exists()


def test_report_cited_twice_is_refused(admin_client):
    report = make_report()

    answer = add(admin_client, **rows("citations", {"report": report.pk}, {"report": report.pk}))

    assert answer.status_code == 200
    assert "duplicate" in answer.content.decode()
    assert not Incident.objects.exists()


def test_key_of_another_incident_is_refused(admin_client):
    key = rows("keys", {"system": "csv", "key": "inc-1"})
    add(admin_client, **key)

    answer = add(admin_client, **key)

    assert "already exists" in errors_of(answer)
    assert Incident.objects.count() == 1


def test_incident_merged_into_itself_is_refused_in_words(admin_client):
    incident = make_incident()

    answer = save(admin_client, admin_url(Incident, "change", incident.pk), merged_into=incident.pk)

    assert "cannot be merged into itself" in errors_of(answer)


def test_incident_merged_into_another_is_no_longer_counted(admin_client):
    incident, survivor = make_incident(), make_incident()

    save(admin_client, admin_url(Incident, "change", incident.pk), merged_into=survivor.pk)

    assert counted() == Count(1, 1)


# Reading


def test_change_page_shows_public_id_and_claim_status(admin_client):
    incident = make_incident()
    make_claim(incident, claimant=make_group())

    page = admin_client.get(admin_url(Incident, "change", incident.pk)).content.decode()

    assert incident.public_id in page
    assert '<div class="readonly">claimed</div>' in page


def test_only_what_is_public_has_a_link_to_its_page(admin_client):
    page = "View on site"
    public, draft = make_incident(), make_draft()

    assert page in admin_client.get(admin_url(Incident, "change", public.pk)).content.decode()
    assert page not in admin_client.get(admin_url(Incident, "change", draft.pk)).content.decode()


def test_change_page_needs_few_queries_whatever_the_number_of_claims(
    admin_client, django_assert_max_num_queries
):
    incident = make_incident(reports=[make_report() for _ in range(10)])
    for _ in range(30):
        make_claim(incident, claimant=make_group(), blamed=make_group(), report=make_report())

    # Session, user, incident, was it public, three inlines, base, content type.
    with django_assert_max_num_queries(12):
        page = admin_client.get(admin_url(Incident, "change", incident.pk))

    claim = incident.claims.last()
    for row in (claim.claimant, claim.blamed, claim.report):
        assert f'<option value="{row.pk}" selected>{row}</option>' in page.content.decode()


@pytest.mark.parametrize("text", ["BW-{serial}", " bw-{serial}", "Koniko", "fell short", "inc-77"])
def test_incident_is_found_by_id_base_summary_or_key(admin_client, text):
    base = make_base(name="Conoco")
    make_base_name(base, "Koniko")
    make_incident()
    incident = make_incident(base, summary="The rocket fell short.")
    save(
        admin_client,
        admin_url(Incident, "change", incident.pk),
        **rows("keys", {"system": "csv", "key": "inc-77"}),
    )
    query = {"q": text.format(serial=incident.serial)}

    found = admin_client.get(admin_url(Incident, "changelist"), query).context["cl"]

    assert list(found.result_list) == [incident]


def test_autocomplete_of_incidents_needs_few_queries(admin_client, django_assert_max_num_queries):
    for _ in range(15):
        make_incident()
    query = {"app_label": "attacks", "model_name": "incident", "field_name": "merged_into"}

    # Session, user, the revision, names (2), count, page.
    with django_assert_max_num_queries(7):
        answer = admin_client.get(reverse("admin:autocomplete"), query | {"term": "base"})

    assert len(answer.json()["results"]) == 15


@pytest.mark.parametrize(("status", "number"), [("claimed", 1), ("unknown", 2), ("denied", 0)])
def test_list_is_filtered_by_claim_status(admin_client, status, number):
    make_claim(make_incident(), claimant=make_group())
    make_incident()
    make_incident()

    page = admin_client.get(admin_url(Incident, "changelist"), {"claim_status": status})

    assert page.context["cl"].result_count == number


def test_list_is_filtered_by_country_by_its_name(admin_client):
    make_incident(make_base(country="IQ"))
    make_incident(make_base(country="SY"))

    page = admin_client.get(admin_url(Incident, "changelist"), {"base__country": "IQ"})

    assert page.context["cl"].result_count == 1
    assert "Iraq" in page.content.decode()


# Publishing and retracting


def test_publishing_moves_the_count_by_one_and_retracting_moves_it_back(admin_client, admin_user):
    base = make_base()
    add(admin_client, base=base.pk, earliest="2024-08-09", latest="2024-08-09")
    draft = Incident.objects.get()
    assert counted() == Count(0, 0)

    act(admin_client, "publish", draft, reason="Checked")
    assert counted() == Count(1, 1)
    published = Revision.objects.first()
    assert (published.reason, published.who, published.origin) == ("Checked", admin_user, "admin")

    act(admin_client, "retract", draft)
    assert counted() == Count(0, 0)
    assert Revision.objects.first().reason == "Retracted in the admin"


def test_publishing_several_is_one_revision_and_skips_the_published(admin_client):
    published = make_incident()
    drafts = [make_incident(status="draft"), make_incident(status="retracted")]
    before = Revision.objects.count()

    answer = act(admin_client, "publish", published, *drafts)

    assert messages_of(answer) == ["Incidents now published: 2."]
    assert counted() == Count(3, 3)
    assert Revision.objects.count() == before + 1
    assert published.history.count() == 1
    assert drafts[0].history.first().history_user is not None


def test_publishing_what_has_no_base_or_days_is_refused_by_name(admin_client):
    ready, no_days = make_incident(status="draft"), make_draft(base=make_base())
    nowhere = make_draft(earliest="2024-01-01", latest="2024-01-01")
    before = Revision.objects.count()

    answer = act(admin_client, "publish", ready, no_days, nowhere)

    (message,) = messages_of(answer)
    assert no_days.public_id in message
    assert nowhere.public_id in message
    assert ready.public_id not in message
    assert (statuses(), Revision.objects.count()) == ({"draft"}, before)


def test_retracting_leaves_drafts_alone(admin_client):
    draft = make_draft()

    answer = act(admin_client, "retract", draft)

    assert messages_of(answer) == ["Incidents now retracted: 0."]
    assert statuses() == {"draft"}


@pytest.mark.parametrize("action", ["publish", "retract"])
def test_actions_need_the_permission_to_change(client, django_user_model, action):
    incident = make_incident(status="draft" if action == "publish" else "published")
    log_in_editor(client, django_user_model, "view_incident", "delete_incident")

    act(client, action, incident)

    assert statuses() == {incident.status}


# Deleting


@pytest.mark.parametrize("status", ["published", "retracted"])
def test_what_was_public_cannot_be_deleted(admin_client, status):
    incident = make_incident()
    save(admin_client, admin_url(Incident, "change", incident.pk), status=status)
    url = admin_url(Incident, "delete", incident.pk)

    assert admin_client.post(url, {"post": "yes"}).status_code == 403
    assert url not in admin_client.get(admin_url(Incident, "change", incident.pk)).content.decode()
    assert Incident.objects.exists()


def test_what_was_public_cannot_become_a_draft_again(admin_client):
    incident = make_incident()

    answer = save(admin_client, admin_url(Incident, "change", incident.pk), status="draft")

    assert "retract it" in errors_of(answer)
    assert Incident.objects.get().status == "published"


def test_draft_can_be_deleted_and_its_number_is_not_used_again(admin_client):
    add(admin_client, **rows("claims", {"kind": "context", "stance": "affirms"}))

    admin_client.post(admin_url(Incident, "delete", Incident.objects.get().pk), {"post": "yes"})

    assert not Incident.objects.exists()
    assert Claim.history.filter(history_type="-").count() == 1
    add(admin_client)
    assert Incident.objects.get().public_id == "BW-2"


def test_draft_into_which_another_was_merged_cannot_be_deleted(admin_client):
    draft = make_draft()
    make_draft(merged_into=draft)

    answer = admin_client.post(admin_url(Incident, "delete", draft.pk), {"post": "yes"})

    assert "would require deleting the following protected" in answer.content.decode()


def test_incidents_cannot_be_deleted_in_bulk(admin_client):
    draft = make_draft()

    act(admin_client, "delete_selected", draft, post="yes")

    assert Incident.objects.exists()
    page = admin_client.get(admin_url(Incident, "changelist")).content.decode()
    assert "delete_selected" not in page


# History


def test_version_at_a_base_that_is_gone_can_be_looked_at_but_not_restored(admin_client):
    wrong, right = make_base(), make_base()
    incident = make_incident(wrong)
    first = incident.history.get()
    save(admin_client, admin_url(Incident, "change", incident.pk), base=right.pk)
    admin_client.post(admin_url(type(wrong), "delete", wrong.pk), {"post": "yes"})

    history = admin_client.get(admin_url(Incident, "history", incident.pk))
    url = admin_url(Incident, "simple_history", incident.pk, first.pk)
    version = admin_client.get(url, follow=True)
    reverted = save(admin_client, url)

    assert history.status_code == 200
    assert version.status_code == 200
    assert "Select a valid choice" in errors_of(reverted)
    assert Incident.objects.get().base == right


def test_reverting_an_incident_restores_its_status(admin_client):
    incident = make_incident()
    act(admin_client, "retract", incident)
    url = admin_url(Incident, "simple_history", incident.pk, incident.history.last().pk)

    save(admin_client, url, reason="It did take place")

    assert statuses() == {"published"}
    assert Revision.objects.first().reason == "It did take place"


def test_history_of_a_deleted_incident_outlives_its_base(admin_client):
    incident = make_incident(status="draft")
    base, pk = incident.base, incident.pk
    with revision("entered by mistake"):
        incident.delete()
        base.delete()

    answer = admin_client.get(reverse("admin:attacks_incident_history", args=[pk]))

    assert answer.status_code == 200
    assert "entered by mistake" in answer.text


def test_incident_that_stands_for_others_cannot_be_retracted(admin_client):
    survivor = make_incident()
    merged = make_incident(merged_into=survivor)

    answer = act(admin_client, "retract", survivor)

    assert messages_of(answer) == [
        f"Nothing was retracted. {survivor.public_id} stands for {merged.public_id}: "
        "undo the merging first."
    ]
    assert count(Incident.objects.all()) == Count(1, 1)


@pytest.mark.parametrize("status", ["draft", "retracted"])
def test_incident_merged_into_one_that_is_not_counted_is_not_published(admin_client, status):
    survivor = make_incident(status=status)
    merged = make_incident(status="draft", merged_into=survivor)

    answer = act(admin_client, "publish", merged)

    assert f"{survivor.public_id} is not published" in messages_of(answer)[0]
    assert Incident.objects.get(pk=merged.pk).status == "draft"
