"""A copy of the incidents that a client keeps while we write, and what it hears of those that left.

The client is the one that the docs describe. Whatever is written between its pages, one round after
the last writing its copy is the record.
"""

import random
import threading

import pytest
from django.db import connection, connections
from django.test import Client

from attacks import changes, sync_api
from attacks.models import Citation, Claim, Incident
from sources.revisions import revision
from tests.factories import (
    day,
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
)

INCIDENTS, DELETED = "/api/v1/incidents/", "/api/v1/deleted/"


class Copy:
    """What a client holds, by public id. `between` is called after every page it reads."""

    def __init__(self, client, between=lambda: None):
        self.client, self.between = client, between
        self.held, self.since = {}, 0

    def pages(self, address, **params):
        answer = self.client.get(address, params)
        while True:
            assert answer.status_code == 200, answer.content
            page = answer.json()
            yield page
            self.between()
            if page["next"] is None:
                return
            answer = self.client.get(page["next"])

    def bring_up_to_date(self):
        asked = {"updated_since": self.since, "page_size": 2}
        started = None
        for page in self.pages(DELETED, **asked):
            started = page["revision"] if started is None else started
            for row in page["results"]:
                self.held.pop(row["public_id"], None)
        for page in self.pages(INCIDENTS, **asked):
            self.held |= {row["public_id"]: row for row in page["results"]}
        self.since = started


def record(client):
    """All published incidents, read while nobody writes."""
    held = {}
    for page in Copy(client).pages(INCIDENTS, page_size=1000):
        held |= {row["public_id"]: row for row in page["results"]}
    return held


class Editor:
    """Writes whatever an editor may, one revision each, at random."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.bases = [make_base() for _ in range(3)]
        self.groups = [make_group() for _ in range(4)]
        self.publishers = [make_organisation() for _ in range(2)]
        self.reports = [make_report(publisher=self.publishers[0]) for _ in range(3)]
        self.written = 0
        for _ in range(8):
            self.incident()

    def any_revision(self):
        kinds = [
            *(self.incident, self.draft, self.edit, self.status, self.status, self.merge),
            *(self.unmerge, self.claim, self.change_claim, self.delete_claim, self.cite),
            *(self.uncite, self.base, self.organisation, self.parent, self.publisher, self.title),
        ]
        with revision("at random"):
            self.random.choice(kinds)()
        self.written += 1

    def one(self, records):
        return self.random.choice(list(records) or [None])

    def word(self):
        return f"word {self.random.random()}"

    def change(self, one, **fields):
        for name, value in fields.items():
            setattr(one, name, value)
        one.save()

    def incident(self):
        reports = self.random.sample(self.reports, 1)
        make_incident(self.one(self.bases), on="2024-02-01", reports=reports)

    def draft(self):
        make_incident(self.one(self.bases), status="draft")

    def any_incident(self):
        return self.one(Incident.objects.order_by("id"))

    def edit(self):
        fields = [
            {"summary": self.word()},
            {"base": self.one(self.bases)},
            {"earliest": day("2024-01-30"), "latest": day("2024-02-02")},
            {"internal_note": self.word()},
        ]
        self.change(self.any_incident(), **self.one(fields))

    def status(self):
        """Publish, retract or publish again, as the rules allow."""
        one = self.any_incident()
        if not one.stands_for():
            public = one.status == Incident.Status.PUBLISHED
            self.change(one, status="retracted" if public else "published")

    def merge(self):
        one, into = self.any_incident(), self.any_incident()
        one.merged_into = into
        if one != into and not one.merged.exists() and not one.reason_not_to_merge():
            one.save()

    def unmerge(self):
        if one := self.one(Incident.objects.filter(merged_into__isnull=False)):
            self.change(one, merged_into=None)

    def claim(self):
        kind = self.one(["responsibility", "denial", "no_claim"])
        make_claim(
            self.any_incident(),
            kind,
            claimant=self.one(self.groups),
            report=self.one([None, *self.reports]),
        )

    def any_claim(self):
        return self.one(Claim.objects.order_by("id"))

    def change_claim(self):
        if claim := self.any_claim():
            self.change(claim, incident=self.any_incident(), summary=self.word())

    def delete_claim(self):
        if claim := self.any_claim():
            claim.delete()

    def cite(self):
        incident, report = self.any_incident(), self.one(self.reports)
        Citation.objects.get_or_create(incident=incident, report=report)

    def uncite(self):
        if citation := self.one(Citation.objects.order_by("id")):
            citation.delete()

    def base(self):
        self.change(self.one(self.bases), name=self.word())

    def organisation(self):
        one = self.one([*self.groups, *self.publishers])
        self.change(one, name=self.word(), kind=self.one(["armed_group", "other"]))

    def parent(self):
        """The last groups may stand under the first ones, so that none stands under itself."""
        self.change(self.one(self.groups[2:]), parent=self.one([None, *self.groups[:2]]))

    def publisher(self):
        self.change(self.one(self.reports), publisher=self.one([None, *self.publishers]))

    def title(self):
        self.change(self.one(self.reports), title=self.word())


# Copies


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(5))
def test_copy_is_the_record_whatever_was_written_between_its_pages(client, seed):
    editor = Editor(seed)

    def write_some():
        for _ in range(editor.random.choice([0, 0, 1, 2])):
            if editor.written < 50:
                editor.any_revision()

    copy = Copy(client, between=write_some)
    while editor.written < 50:
        copy.bring_up_to_date()

    copy.bring_up_to_date()

    assert copy.held == record(client) != {}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
def test_each_revision_is_heard_of_in_the_next_round(client, seed):
    """A copy that is always up to date has no second chance to hear of anything."""
    editor, copy = Editor(100 + seed), Copy(client)
    for _ in range(30):
        editor.any_revision()
        copy.bring_up_to_date()
        assert copy.held == record(client)


@pytest.mark.django_db(transaction=True)
def test_copy_is_the_record_although_another_thread_wrote_meanwhile():
    editor, errors = Editor(7), []

    def write():
        try:
            while editor.written < 50:
                editor.any_revision()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    copy = Copy(Client())
    writer = threading.Thread(target=write)
    writer.start()
    rounds = 0
    while writer.is_alive():
        copy.bring_up_to_date()
        rounds += 1
    writer.join()

    copy.bring_up_to_date()

    assert not errors
    assert rounds
    assert copy.held == record(Client())
    connection.close()


# What left


def write(record, reason, **fields):
    with revision(reason) as opened:
        for name, value in fields.items():
            setattr(record, name, value)
        record.save()
    return opened


def deleted(client, query=""):
    answer = client.get(f"{DELETED}{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.django_db
def test_retracted_record_is_told_by_its_id_and_reason_and_by_nothing_else(client):
    incident = make_incident(summary="SECRET", internal_note="SECRET")
    make_claim(incident, summary="SECRET")
    left_in = write(incident, "It was an exercise", status="retracted")
    write(incident, "SECRET", summary="SECRET too")

    assert deleted(client)["results"] == [
        {
            "public_id": "BW-1",
            "kind": "retracted",
            "merged_into": None,
            "revision": left_in.number,
            "moment": left_in.moment.isoformat().replace("+00:00", "Z"),
            "reason": "It was an exercise",
        }
    ]


@pytest.mark.django_db
def test_merged_record_is_told_with_the_one_that_stands_for_it(client):
    incident, into = make_incident(), make_incident()
    left_in = write(incident, "Entered twice", merged_into=into)

    [row] = deleted(client)["results"]

    assert (row["public_id"], row["kind"], row["merged_into"]) == ("BW-1", "merged", "BW-2")
    assert (row["revision"], row["reason"]) == (left_in.number, "Entered twice")


@pytest.mark.django_db
def test_where_a_retracted_record_had_been_merged_is_not_told(client):
    incident = make_incident(merged_into=make_incident())
    write(incident, "An exercise", status="retracted")

    [row] = deleted(client)["results"]

    assert (row["kind"], row["merged_into"], row["reason"]) == ("retracted", None, "An exercise")


@pytest.mark.django_db
def test_record_that_stands_for_another_and_is_not_public_is_not_named(client):
    into = make_incident()
    make_incident(merged_into=into)
    write(into, "An exercise", status="retracted")

    assert {row["public_id"]: row["merged_into"] for row in deleted(client)["results"]} == {
        "BW-1": None,
        "BW-2": None,
    }


@pytest.mark.django_db
def test_drafts_are_not_deleted_and_what_came_back_is_not_either(client):
    make_incident(status="draft")
    incident = make_incident()
    write(incident, "An exercise", status="retracted")
    write(incident, "It was none", status="published")

    assert deleted(client)["results"] == []


@pytest.mark.django_db
def test_record_that_comes_back_while_it_is_read_is_left_out(client, monkeypatch):
    gone, back = make_incident(), make_incident()
    for one in (gone, back):
        write(one, "An exercise", status="retracted")

    def departures(incidents):
        write(back, "It was none", status="published")
        return changes.departures(incidents)

    monkeypatch.setattr(sync_api, "departures", departures)

    assert [row["public_id"] for row in deleted(client)["results"]] == [gone.public_id]


@pytest.mark.django_db
def test_since_a_revision_only_what_changed_later_with_the_last_revision(client):
    incidents = [make_incident() for _ in range(3)]
    numbers = [write(one, "An exercise", status="retracted").number for one in incidents]

    answer = deleted(client, f"?updated_since={numbers[0]}")

    assert [row["revision"] for row in answer["results"]] == numbers[1:]
    assert answer["revision"] == numbers[2]
    assert "revision" not in deleted(client)


@pytest.mark.django_db
def test_pages_are_in_the_order_of_the_last_changes_and_go_back(client):
    incidents = [make_incident() for _ in range(5)]
    for one in reversed(incidents):
        write(one, "An exercise", status="retracted")
    first = deleted(client, "?page_size=2")
    second = client.get(first["next"]).json()

    ids = [row["public_id"] for page in (first, second) for row in page["results"]]
    assert ids == ["BW-5", "BW-4", "BW-3", "BW-2"]
    assert client.get(second["previous"]).json()["results"] == first["results"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", [DELETED, INCIDENTS])
@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("99", "There is no revision 99; the last one is 1."),
        ("2999-01-01", "That moment is still to come"),
        ("last week", "Give the number of a revision, or a moment such as"),
    ],
)
def test_since_what_cannot_be_is_refused(client, address, asked, answer):
    make_incident()

    refused = client.get(address, {"updated_since": asked})

    assert refused.status_code == 400
    assert refused.json()["updated_since"][0].startswith(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("clock", ["known_on=2024-08-10", "recorded_at=1"])
def test_no_earlier_day_tells_what_changed_since(client, clock):
    make_incident()

    assert client.get(f"{INCIDENTS}?updated_since=0&{clock}").status_code == 400
    assert client.get(f"{DELETED}?updated_since=0&{clock}").status_code == 400


@pytest.mark.django_db
def test_record_that_left_has_no_address_among_the_deleted(client):
    write(make_incident(), "An exercise", status="retracted")

    assert client.get(f"{DELETED}BW-1/").status_code == 404


@pytest.mark.django_db
def test_page_takes_as_many_queries_however_much_left(client, django_assert_max_num_queries):
    for _ in range(10):
        write(make_incident(), "An exercise", status="retracted")
        make_incident(merged_into=make_incident())

    with django_assert_max_num_queries(5):
        assert len(deleted(client, "?updated_since=0")["results"]) == 20


@pytest.mark.django_db
def test_copy_begins_on_an_installation_without_a_record(client):
    copy = Copy(client)

    copy.bring_up_to_date()

    assert (copy.held, copy.since) == ({}, 0)
