import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission, User

from attacks.models import Incident
from sources.models import Revision
from sources.revisions import revision
from tallies.models import AcceptedFinding, TallyLine
from tests.admin_pages import filled, save
from tests.factories import (
    day,
    make_accepted_finding,
    make_base,
    make_incident,
    make_organisation,
    make_report,
    make_rule,
    make_tally,
)

pytestmark = pytest.mark.django_db


def text_of(response):
    """What a reader sees: no tags, single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


@pytest.fixture
def conoco():
    """SOHR's Conoco rose by 7 between 5 February and 21 April 2024, of which we hold 2."""
    base = make_base("conoco", name="Conoco")
    sohr = make_organisation("sohr", name="SOHR", kind="monitor")
    make_rule(sohr, counts_intercepted=True, counts_claims_alone=True, text="What SOHR counts.")
    make_tally(sohr, [(base, 29)], key="sohr-108", published="2024-02-05")
    make_tally(sohr, [(base, 36)], key="sohr-126", published="2024-04-21")
    make_incident(base, on="2024-02-09")
    make_incident(base, on="2024-04-07")
    return base


@pytest.fixture
def editor(client):
    client.force_login(User.objects.create_superuser("editor"))
    return client


def hrefs(response, start):
    pages = re.findall(r'href="([^"]+)"', response.content.decode())
    return [page.replace("&amp;", "&") for page in pages if page.startswith(start)]


def test_queue_says_what_rose_what_we_hold_and_what_is_unaccounted_for(client, conoco):
    text = text_of(client.get("/tallies/unaccounted/"))

    assert "Conoco 29 , 5 February 2024 36 , 21 April 2024 7 2 5" in text


def test_an_editor_closes_a_gap_from_the_dashboard_to_the_added_incident(editor, conoco):
    dashboard = editor.get("/")
    assert "short by 34" in text_of(dashboard)
    assert "/tallies/sohr-126/#baseconoco" in hrefs(dashboard, "/tallies/sohr-126/#")
    [queue] = hrefs(dashboard, "/tallies/unaccounted/")

    page = editor.get(queue)
    steps = page.context["steps"]
    [address] = [each.add_url for each in steps if each.step.place.base == conoco]
    assert address in hrefs(page, "/admin/attacks/incident/add/")
    assert {name: value for name, [value] in parse_qs(urlsplit(address).query).items()} == {
        "base": str(conoco.pk),
        "earliest": "2024-02-05",
        "latest": "2024-04-21",
    }

    form = filled(editor.get(address))
    assert (form["base"], str(form["earliest"]), str(form["latest"])) == (
        str(conoco.pk),
        "2024-02-05",
        "2024-04-21",
    )
    added = save(editor, address, earliest="2024-03-03", latest="2024-03-03", status="published")
    assert added.status_code == 302
    assert Incident.objects.counted().filter(base=conoco).count() == 3

    assert "short by 33" in text_of(editor.get("/"))
    assert "7 3 4" in text_of(editor.get(queue))


def test_a_reader_sees_no_way_to_write_but_where_to_sign_in(client, conoco):
    page = client.get("/tallies/unaccounted/")

    assert hrefs(page, "/admin/attacks/") == []
    assert hrefs(page, "/admin/login/") == ["/admin/login/?next=/tallies/unaccounted/"]
    assert hrefs(client.get("/tallies/"), "/admin/") == []


def test_somebody_signed_in_without_the_right_to_add_is_shown_no_link(client, conoco):
    user = User.objects.create_user("reader", is_staff=True)
    client.force_login(user)
    assert hrefs(client.get("/tallies/unaccounted/"), "/admin/") == []

    user.user_permissions.add(Permission.objects.get(codename="add_incident"))
    client.force_login(user)
    assert hrefs(client.get("/tallies/unaccounted/"), "/admin/attacks/incident/add/")


def test_queue_is_paged(client, monkeypatch):
    monkeypatch.setattr("tallies.views.STEPS", 2)
    counter = make_organisation("sohr", kind="monitor")
    for month in range(1, 7):
        make_tally(counter, total=month * month, published=f"2024-{month:02}-01")

    first = client.get("/tallies/unaccounted/?counter=sohr")
    second = client.get("/tallies/unaccounted/?counter=sohr&page=2")

    assert [each.step.rise for each in first.context["steps"]] == [11, 9]
    assert [each.step.rise for each in second.context["steps"]] == [7, 5]
    assert "?counter=sohr&page=2" in hrefs(first, "?counter")


def test_ledger_shows_publications_with_their_steps_and_findings(client):
    dod = make_organisation("dod", name="Pentagon", kind="government")
    make_tally(dod, [("IQ", 37), ("SY", 41)], territory="IQ;SY", published="2023-12-08")
    make_tally(dod, [("IQ", 43), ("SY", 41)], total=78, territory="IQ;SY", published="2023-12-09")
    make_tally(dod, total=102, territory="IQ;SY", published="2023-12-21")

    text = text_of(client.get("/tallies/?counter=dod"))

    assert "102 rose by 24 since 9 December 2023; on our record 0" in text
    assert "78 rose by 0 since 8 December 2023" in text
    assert "no earlier total" in text
    assert "no: the lines give 84" in text
    assert "2 findings open" in text
    assert "The lines add up to 84, 6 more than the total of 78." in text


def test_accepted_finding_stays_visible_marked_and_out_of_the_open_list(client):
    tally = make_tally(lines=[("IQ", 66), ("SY", 98)], total=165, territory="IQ;SY;JO")
    assert "1 finding open" in text_of(client.get("/tallies/"))

    make_accepted_finding(
        kind="arithmetic", tally=tally, amount=-1, why="The attack in Jordan is included."
    )

    text = text_of(client.get("/tallies/"))
    assert "open" not in text.split("Published tallies", 2)[2].replace("open again", "")
    assert "1 accepted" in text
    assert "Accepted: The attack in Jordan is included." in text
    assert "Accepted: The attack in Jordan" in text_of(client.get(tally.get_absolute_url()))


def test_finding_of_another_amount_than_accepted_is_open_again(client):
    tally = make_tally(lines=[("IQ", 60), ("SY", 98)], total=165, territory="IQ;SY;JO")
    make_accepted_finding(kind="arithmetic", tally=tally, amount=-1, why="The attack in Jordan.")

    text = text_of(client.get("/tallies/"))

    assert "1 finding open" in text
    assert "Open again: it was accepted with another amount (-1)" in text


def test_an_editor_accepts_a_finding_with_a_reason(editor):
    tally = make_tally(lines=[("IQ", 66), ("SY", 98)], total=165, territory="IQ;SY;JO")
    [address] = hrefs(editor.get("/tallies/"), "/admin/tallies/acceptedfinding/add/")

    added = editor.post(address, filled(editor.get(address)) | {"why": "Jordan"})

    assert added.status_code == 302, added.context["errors"]
    accepted = AcceptedFinding.objects.get()
    assert (accepted.kind, accepted.tally, accepted.amount) == ("arithmetic", tally, -1)
    assert "1 accepted" in text_of(editor.get("/tallies/"))


def test_tally_page_tells_its_own_steps_closed_periods_and_rule(client, conoco):
    make_tally(
        make_tally().counter,
        total=1,
    )
    sohr = conoco.tally_lines.first().tally.counter
    closed = make_tally(
        sohr,
        total=6,
        counting_since=day("2024-04-01"),
        counting_until=day("2024-04-30"),
        report=make_report(published="2024-05-01"),
    )

    page = text_of(client.get("/tallies/sohr-126/"))
    period = text_of(client.get(closed.get_absolute_url()))

    assert "What SOHR counts." in page
    assert "Conoco 29 , 5 February 2024 36 , 21 April 2024 7 2 5" in page
    assert "6 lies within what the running counts around it allow, 0 or more" in period


def test_period_page_compares_counters_and_keeps_the_choice(client):
    sohr = make_organisation("sohr", name="SOHR", kind="monitor")
    dod = make_organisation("dod", name="Pentagon", kind="government")
    make_rule(dod, unit="strikes on facilities", territory="IQ;SY", since=day("2023-10-17"))
    make_tally(sohr, total=101, published="2024-01-27")
    make_tally(sohr, total=108, published="2024-02-05")
    make_tally(
        dod,
        total=165,
        territory="IQ;SY",
        published="2024-01-29",
        counting_since=day("2023-10-17"),
    )
    make_incident(make_base(country="IQ"), on="2024-01-10", outcome="hit")

    text = text_of(client.get("/tallies/period/?until=2024-01-29"))
    one = client.get("/tallies/period/?until=2024-01-29&counter=dod")

    assert "SOHR 101 , 27 January 2024 next 108 , 5 February 2024 101 to 108 0 " in text
    assert "Pentagon 165 , 29 January 2024 at least 165 1 17 October 2023 Iraq and Syria" in text
    assert "strikes on facilities" in text
    assert [row.counter for row in one.context["rows"]] == [dod]


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/tallies/?counter=nobody", "No published tally is by a counter of that name."),
        ("/tallies/?counter=%00", "Null characters are not allowed."),
        ("/tallies/?known_on=yesterday", "Give a day as YYYY-MM-DD."),
        ("/tallies/unaccounted/?known_on=1", "Give a day as YYYY-MM-DD."),
        ("/tallies/?recorded_at=1", "This page is of today's record"),
        ("/tallies/unaccounted/?recorded_at=1", "This page is of today's record"),
        ("/tallies/period/?recorded_at=1", "This page is of today's record"),
        ("/tallies/period/?counter=nobody", "No published tally is by a counter “nobody”."),
        ("/tallies/period/?since=2024-02-01&until=2024-01-01", "The last day is before the first."),
    ],
)
def test_ledger_pages_say_what_is_wrong(client, conoco, path, error):
    response = client.get(path)

    assert error in text_of(response).replace("&#x27;", "'")
    assert "pages" not in response.context
    assert "rows" not in response.context


def test_tally_page_refuses_a_clock_that_it_cannot_read(client, conoco):
    response = client.get("/tallies/sohr-126/?recorded_at=99999")

    assert response.status_code == 400
    assert "There is no revision 99999" in text_of(response)


def test_editors_see_the_queue_also_where_a_day_of_a_step_is_half_known(editor):
    """Only the last day of the earlier one and only the first of the later one are known."""
    counter = make_organisation("sohr", kind="monitor")
    until, since = (
        make_report(published_latest=day("2024-01-05")),
        make_report(published_earliest=day("2024-02-01")),
    )
    make_tally(counter, total=3, report=until)
    make_tally(counter, total=9, report=since)

    page = editor.get("/tallies/unaccounted/")

    [each] = page.context["steps"]
    assert each.add_url == "/admin/attacks/incident/add/?"
    assert editor.get("/tallies/").status_code == 200


def test_finding_about_a_bare_name_has_no_link_to_accept_it(editor):
    counter = make_organisation("sohr", kind="monitor")
    base = make_base()
    make_tally(counter, [(base, 3)], published="2024-01-01")
    make_tally(counter, [(base, 3), ("", 2)], published="2024-02-01")
    with revision("named by a test"):
        line = TallyLine.objects.get(base=None)
        line.name_as_printed = "A camp"
        line.save()

    page = editor.get("/tallies/")

    assert "A camp appears with 2" in text_of(page)
    assert hrefs(page, "/admin/tallies/acceptedfinding/") == []


def test_ledger_of_an_earlier_day_explains_nothing_that_was_found_later(client):
    tally = make_tally(lines=[("IQ", 66), ("SY", 98)], total=165, territory="IQ;SY;JO")
    make_accepted_finding(kind="arithmetic", tally=tally, amount=-1, why="The attack in Jordan.")

    assert "Jordan." in client.get("/tallies/").content.decode()
    assert "Jordan." not in client.get("/tallies/?known_on=2024-06-01").content.decode()


def test_rule_is_told_whole(client):
    counter = make_organisation("sohr", kind="monitor")
    make_rule(
        counter,
        unit="strikes on facilities",
        until=day("2024-06-30"),
        grades="confirmed;none",
        text="Its words.",
    )

    text = text_of(client.get(make_tally(counter, total=3).get_absolute_url()))

    assert "It counts strikes on facilities." in text
    assert "Until 30 June 2024 ." in text
    assert "Only records of these grades: confirmed and not graded." in text


@pytest.mark.parametrize("clock", ["known_on=2024-03-01", "recorded_at={then}"])
def test_tally_of_an_earlier_day_does_not_tell_its_last_change(client, clock):
    tally = make_tally(total=3)
    clock = clock.format(then=Revision.objects.first().number)
    with revision("It was a misprint"):
        tally.note = "Corrected"
        tally.save()

    assert "It was a misprint" in client.get(tally.get_absolute_url()).content.decode()
    then = client.get(f"{tally.get_absolute_url()}?{clock}")
    assert then.status_code == 200
    assert "It was a misprint" not in then.content.decode()
