import re

import pytest
from django.http import QueryDict

from attacks import views
from attacks.models import Claim, Incident, IncidentKey
from sources.revisions import revision
from tests.factories import (
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
)

pytestmark = pytest.mark.django_db


def text_of(response):
    """What a reader sees: no tags, single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def shown(response):
    return [incident.public_id for incident in response.context["page"].rows]


def test_incidents_shows_rows_and_what_counts(client):
    base = make_base(name="Conoco")
    make_incident(
        base, on="2024-01-15", attack_count=3, weapon="drone", killed_low=0, killed_high=0
    )
    make_incident(base, on="2024-02-09", until="2024-02-10")

    text = text_of(client.get("/incidents/"))

    assert "4 attacks count on record" in text
    assert "9 to 10 February 2024 Conoco Syria unknown unknown not known not known unknown" in text
    assert "stands for 3 attacks" in text


def test_incidents_says_what_is_certain_in_the_asked_days(client):
    make_incident(on="2024-01-15")
    make_incident(on="2024-01-30", until="2024-02-02")

    text = text_of(client.get("/incidents/?until=2024-01-31"))

    assert "1 to 2 attacks count among the records these filters find." in text


def test_incidents_filters(client):
    conoco, omar = make_base("conoco"), make_base("al-omar", country="IQ")
    first = make_incident(conoco, weapon="drone")
    second = make_incident(omar, weapon="rocket")
    group = make_group("iri")
    make_claim(second, claimant=group)

    for query, expected in {
        "base=conoco": first,
        "country=IQ": second,
        "weapon=drone": first,
        "claim_status=claimed": second,
        "claimant=iri": second,
        "search=conoco": first,
        f"search={second.public_id}": second,
        "claimant__isnull=true": first,
    }.items():
        assert shown(client.get(f"/incidents/?{query}")) == [expected.public_id], query


def test_incidents_shows_filters_in_use_and_how_to_drop_each(client):
    make_base("conoco", name="Conoco gas field")

    response = client.get("/incidents/?base=conoco&weapon=drone&weapon=rocket&counted=true&page=9")

    assert [(active.label, active.value) for active in response.context["active"]] == [
        ("Base", "Conoco gas field"),
        ("Weapon", "drone"),
        ("Weapon", "rocket"),
        ("Counted", "only attacks that count"),
    ]
    assert QueryDict(response.context["active"][1].without).lists() != []
    assert response.context["active"][1].without == "base=conoco&weapon=rocket&counted=true"
    assert 'name="counted" value="true"' in response.content.decode()


def test_incidents_ignores_unknown_and_empty_parameters(client):
    incident = make_incident()

    response = client.get("/incidents/?nonsense=1&base=&since=&search=")

    assert shown(response) == [incident.public_id]
    assert response.context["active"] == []


@pytest.mark.parametrize(
    ("query", "error"),
    [
        pytest.param("since=abc", "Give a day as YYYY-MM-DD.", id="day"),
        pytest.param("since=2024-13-01", "Give a day as YYYY-MM-DD.", id="month 13"),
        pytest.param("base=nowhere", "nowhere", id="base"),
        pytest.param("weapon=spoon", "spoon", id="weapon"),
        pytest.param("base=%00", "�", id="NUL"),
        pytest.param("since=2024-02-01&until=2024-01-01", "before the first", id="order"),
    ],
)
def test_incidents_shows_a_bad_value_at_its_field_and_no_list(client, query, error):
    make_incident()

    response = client.get(f"/incidents/?{query}")
    page = response.content.decode()

    assert error in page
    assert "Nothing is shown, because a filter could not be read." in page
    assert "page" not in response.context
    described = re.search(r'aria-describedby="([^"]*_error)', page)[1].split()[-1]
    assert f'id="{described}"' in page


def test_incidents_keeps_a_bad_day_to_correct(client):
    assert 'value="abc"' in client.get("/incidents/?since=abc").content.decode()


def test_incidents_pages_in_both_directions(client, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 2)
    base = make_base("conoco")
    days = ["2024-01-01", "2024-01-01", "2024-01-01", "2024-01-03", "2024-01-04"]
    ids = [make_incident(base, on=day).public_id for day in days]
    make_incident()

    first = client.get("/incidents/?base=conoco")
    second = client.get(f"/incidents/?base=conoco&older_than={first.context['page'].older}")
    third = client.get(f"/incidents/?base=conoco&older_than={second.context['page'].older}")
    back = client.get(f"/incidents/?base=conoco&newer_than={third.context['page'].newer}")

    assert shown(first) == ids[:2:-1]
    assert shown(second) == ids[2:0:-1]
    assert shown(third) == ids[:1]
    assert shown(back) == shown(second)
    assert (first.context["page"].newer, third.context["page"].older) == ("", "")
    assert "?base=conoco&amp;older_than=" in first.content.decode()


@pytest.mark.parametrize("parameter", ["older_than", "newer_than"])
@pytest.mark.parametrize("value", ["BW-999", "nonsense", "1"])
def test_incidents_has_no_page_beside_no_record(client, parameter, value):
    make_incident()

    assert client.get(f"/incidents/?{parameter}={value}").status_code == 404


def test_incidents_shows_no_draft_and_nothing_retracted(client):
    make_incident(status="draft", summary="a draft")
    make_incident(status="retracted", summary="taken back")

    response = client.get("/incidents/")

    assert "No published incident fits" in text_of(response)
    assert response.context["count"].possible == 0


def test_incident_shows_facts_claims_and_reports(client):
    paper = make_organisation(name="A Paper")
    report = make_report(publisher=paper, title="Drone over base")
    incident = make_incident(
        make_base(name="Kharab al-Jir"),
        on="2024-08-09",
        until="2024-08-10",
        local_time_text="around midnight",
        injured_low=0,
        injured_high=8,
        grade="contested",
        reports=[report],
    )
    militias = make_organisation(name="Militias", kind="umbrella")
    make_claim(incident, kind="no_claim", claimant_text="A later voice")
    make_claim(
        incident,
        kind="casualty",
        stance="corrects",
        claimant=paper,
        injured_low=8,
        injured_high=8,
        whose="US",
        made_on="2024-08-13",
        report=report,
    )
    make_claim(
        incident, kind="attribution", blamed=militias, speaker="A director", made_on="2024-08-10"
    )
    with revision("key"):
        IncidentKey.objects.create(incident=incident, system="csv", key="inc-1")

    text = text_of(client.get(incident.get_absolute_url()))

    assert "Kharab al-Jir, 9 to 10 August 2024" in text
    assert "one of these 2 days" in text
    assert "around midnight" in text
    assert "Killed not known Injured 0 to 8" in text
    assert "Sources contradict each other" in text
    assert "Counts as 1 attack" in text
    assert "csv: inc-1" in text
    assert "As stated: killed not stated, injured 8 (of: US )" in text
    assert "Drone over base" in text
    assert text.index("blames Militias") < text.index("As stated") < text.index("A later voice")
    assert "undated" in text


@pytest.mark.parametrize(
    "fields",
    [{}, {"grade": "discounted"}, {"grade": "weak"}],
    ids=["not graded", "discounted", "weak"],
)
def test_incident_says_whether_it_counts_as_the_rule_does(client, fields):
    incident = make_incident(**fields)
    counts = Incident.objects.counted().filter(pk=incident.pk).exists()

    text = text_of(client.get(incident.get_absolute_url()))

    assert ("Counts as 1 attack" in text) == counts
    assert ("Not counted" in text) != counts


def test_merged_incident_leads_to_the_one_that_stands(client):
    survivor = make_incident()
    merged = make_incident(merged_into=survivor)

    page = client.get(merged.get_absolute_url()).content.decode()

    assert f'<a href="/incidents/{survivor.public_id}/">{survivor.public_id}</a>' in page
    assert "Not counted: merged into another record" in page
    assert merged.public_id in text_of(client.get(survivor.get_absolute_url()))


def test_merged_incident_does_not_name_a_draft(client):
    survivor = make_incident(status="draft")
    merged = make_incident(merged_into=survivor)

    text = text_of(client.get(merged.get_absolute_url()))

    assert survivor.public_id not in text
    assert "which is not published" in text


def test_survivor_does_not_name_merged_drafts(client):
    survivor = make_incident()
    draft = make_incident(merged_into=survivor, status="draft")

    assert draft.public_id not in text_of(client.get(survivor.get_absolute_url()))


@pytest.mark.parametrize("path", ["BW-999", "x", "BW-0", "BW-1%00"])
def test_incident_that_is_not_there(client, path):
    assert client.get(f"/incidents/{path}/").status_code == 404


def test_draft_is_not_found(client):
    assert client.get(make_incident(status="draft").get_absolute_url()).status_code == 404


def test_retracted_incident_says_only_that_and_why(client):
    incident = make_incident(make_base(name="Secret place"), summary="what was wrong")
    with revision("It was the same attack told twice"):
        incident.status = "retracted"
        incident.save()

    response = client.get(incident.get_absolute_url())
    text = text_of(response)

    assert response.status_code == 410
    assert incident.public_id in text
    assert "It was the same attack told twice" in text
    assert "Secret place" not in text
    assert "what was wrong" not in text


def test_retracted_incident_keeps_the_reason_of_its_retraction(client):
    incident = make_incident()
    incident.status = "retracted"
    with revision("It was the same attack told twice"):
        incident.save()
    incident.internal_note = "asked again"
    with revision("A note"):
        incident.save()

    text = text_of(client.get(incident.get_absolute_url()))

    assert "It was the same attack told twice" in text
    assert "A note" not in text


def test_draft_that_was_retracted_unseen_is_not_found(client):
    incident = make_incident(status="retracted")

    assert client.get(incident.get_absolute_url()).status_code == 404


def test_incident_says_when_something_was_last_said_of_it(client):
    incident = make_incident()
    with revision("The Pentagon gave a figure"):
        Claim.objects.create(incident=incident, kind="casualty", injured_low=8)

    assert "The Pentagon gave a figure" in text_of(client.get(incident.get_absolute_url()))


def test_incidents_of_a_day_given_twice_goes_by_the_last(client):
    make_incident(on="2024-01-15")

    response = client.get("/incidents/?since=2024-02-01&since=2024-01-01")

    assert [one.value for one in response.context["active"]] == ["2024-01-01"]
    assert len(shown(response)) == 1


def test_counts_by_base_link_to_their_incidents(client):
    conoco = make_base("conoco", name="Conoco")
    make_incident(conoco, on="2024-01-15", weapon="drone")
    make_incident(conoco, on="2024-01-30", until="2024-02-02", attack_count=2, weapon="drone")
    make_incident(weapon="rocket")

    response = client.get("/counts/?until=2024-01-31&weapon=drone")
    [(row, query)] = response.context["rows"]

    assert (row.label, row.count.certain, row.count.possible) == ("Conoco", 1, 3)
    assert query == "until=2024-01-31&weapon=drone&base=conoco&counted=true"
    behind = client.get(f"/incidents/?{query}")
    assert behind.context["count"] == row.count == response.context["total"]
    assert "/api/v1/counts/?until=2024-01-31&amp;weapon=drone&amp;format=json" in (
        response.content.decode()
    )


@pytest.mark.parametrize(
    "group_by", ["base", "country", "weapon", "outcome", "claim_status", "month", "claimant"]
)
def test_counts_by_each_grouping_agree_with_the_lists_they_link_to(client, group_by):
    incident = make_incident(on="2024-01-30", until="2024-02-02", attack_count=2)
    make_claim(incident, claimant=make_group())
    make_incident(on="2024-03-01")

    response = client.get(f"/counts/?group_by={group_by}")

    assert response.context["rows"]
    for row, query in response.context["rows"]:
        behind = client.get(f"/incidents/?{query}")
        assert behind.context["count"].possible == row.count.possible
    assert response.context["total"].possible == 3


@pytest.mark.parametrize(
    ("query", "error"),
    [("group_by=moon", "moon"), ("since=abc", "YYYY-MM-DD"), ("base=nowhere", "nowhere")],
)
def test_counts_shows_a_bad_value_and_no_table(client, query, error):
    response = client.get(f"/counts/?{query}")

    assert error in text_of(response)
    assert "rows" not in response.context


def test_counts_cannot_be_asked_for_what_does_not_count(client):
    make_incident(grade="discounted")

    response = client.get("/counts/?counted=false")

    assert response.context["total"].possible == 0
    assert response.context["active"] == []


FILTERS = "base=conoco&country=SY&weapon=unknown&claim_status=claimed&claimant=iri&search=o"


@pytest.mark.parametrize(
    ("path", "most"),
    [
        # revision; count; which incidents, these; all bases; then the form: bases, countries,
        # groups, and twice the rules, as Django draws a select
        pytest.param("/incidents/", 10, id="incidents"),
        # and, for what is asked: the chosen bases and groups, to check them, filter and name them;
        # and one of the address's places for a search, which takes nine
        pytest.param(f"/incidents/?{FILTERS}", 27, id="incidents filtered"),
        pytest.param("/counts/", 9, id="counts"),
        pytest.param("/counts/?group_by=claimant", 9, id="counts by claimant"),
        # twice the incident; revision; base, claims, citations, reports, organisations, keys;
        # merged; last change; its public changes, of what fields, and of what statements
        pytest.param("/incidents/BW-1/", 15, id="incident"),
    ],
)
def test_queries_do_not_grow_with_rows(client, django_assert_max_num_queries, path, most):
    base, group = make_base("conoco"), make_group("iri")
    paper = make_organisation()
    for _ in range(4):
        incident = make_incident(base, serial=None, reports=[make_report(publisher=paper)])
        for _ in range(3):
            make_claim(incident, claimant=group, blamed=paper, report=make_report(publisher=paper))
        make_incident(reports=[make_report()])

    with django_assert_max_num_queries(most):
        response = client.get(path)

    assert response.status_code == 200


def test_dropping_one_half_of_a_circle_drops_the_other(client):
    page = client.get("/incidents/?near=35,40&radius_km=10&weapon=drone").content.decode()

    assert page.count('href="?weapon=drone"') == 2
