"""What leaves as CSV comes back into an empty database as the same records."""

import datetime
import json
import re

import pytest
from django.apps import apps
from django.db import connection
from rest_framework.renderers import JSONRenderer

from attacks.exports import CLAIMS, INCIDENTS
from attacks.models import Claim, Incident, IncidentKey
from attacks.records import annotated, with_documents
from attacks.serializers import ClaimSerializer, IncidentSerializer
from bases.api import BaseViewSet, PresenceViewSet
from bases.exports import BASES, FORCE_PRESENCE
from sources.api import OrganisationViewSet
from sources.exports import ORGANISATIONS, REPORTS
from sources.formats import csv_chunks
from sources.revisions import revision
from sources.serializers import ReportSerializer
from tallies.api import TallyViewSet
from tallies.exports import TALLIES
from tallies.models import TallyLine
from tallies.public import cited_in_public
from tests.factories import (
    day,
    make_base,
    make_base_name,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_organisation_name,
    make_presence,
    make_report,
    make_tally,
)
from tests.importing import DATA, read_csv, take, verdicts

pytestmark = pytest.mark.django_db

FORMULA = "=1+1"
OURS = ("id", "revision", "updated")
TRICKY = "- \"quoted\", 'single'; a semicolon\r\nand,\ra line \\; more \\"


def incidents():
    return with_documents(annotated(Incident.objects.published().order_by("id")))


def claims():
    rows = Claim.objects.filter(incident__in=Incident.objects.published())
    linked = rows.select_related("incident", "claimant", "blamed", "report__publisher")
    return linked.prefetch_related("incident__keys").order_by("id")


def reports():
    return cited_in_public().select_related("publisher").order_by("id")


def listed(viewset):
    return viewset.queryset.order_by("id")


# Each table with its records, and what the API says of these, by what names one.
LISTS = {
    ORGANISATIONS: (
        lambda: listed(OrganisationViewSet),
        OrganisationViewSet.serializer_class,
        "slug",
    ),
    REPORTS: (reports, ReportSerializer, "key"),
    BASES: (lambda: listed(BaseViewSet), BaseViewSet.serializer_class, "slug"),
    FORCE_PRESENCE: (lambda: listed(PresenceViewSet), PresenceViewSet.serializer_class, "key"),
    INCIDENTS: (incidents, IncidentSerializer, "public_id"),
    CLAIMS: (claims, ClaimSerializer, "incident"),
    TALLIES: (lambda: listed(TallyViewSet), TallyViewSet.serializer_class, "key"),
}
FIVE = [ORGANISATIONS, BASES, INCIDENTS, CLAIMS, TALLIES]


def published():
    """All that the API says of the facts: what it says of our revisions is of this database."""
    said = {}
    for table, (records, serializer, key) in LISTS.items():
        shown = json.loads(JSONRenderer().render(serializer(records(), many=True).data))
        said[table.name] = sorted(facts_of(shown), key=lambda record: record[key])
    return said


def facts_of(value):
    if isinstance(value, list):
        return [facts_of(one) for one in value]
    if isinstance(value, dict):
        return {name: facts_of(one) for name, one in value.items() if name not in OURS}
    return value


def write(folder, tables=LISTS):
    """Write the tables into a folder, as their endpoints would."""
    folder.mkdir()
    for table in tables:
        records, _, _ = LISTS[table]
        rows = [row for record in records() for row in table.rows(record)]
        if rows:
            path = folder / f"{table.name}.csv"
            path.write_bytes(b"".join(csv_chunks(table.names, rows)))
    return folder


def empty_the_database():
    with connection.cursor() as cursor:
        for app in ("sources", "bases", "attacks", "tallies"):
            for model in apps.get_app_config(app).get_models(include_auto_created=True):
                cursor.execute(f'DELETE FROM "{model._meta.db_table}"')


def make_key(incident, system, key):
    with revision("made by a test"):
        IncidentKey.objects.create(incident=incident, system=system, key=key)


def make_lines(tally, *lines):
    with revision("made by a test"):
        for position, line in enumerate(lines, 1):
            TallyLine.objects.create(tally=tally, **{"position": position, "number": 2} | line)


@pytest.fixture
def rich():
    """A record with everything that a model can say, and every way not to say it."""
    paper = make_organisation(
        "paper", name=TRICKY, name_ar="الصحيفة", country="IQ", url="https://paper.example/"
    )
    url = "https://paper.example/a;b?c=1,2"
    dated = make_report(
        "paper:1", "2024-01-16", url=url, publisher=paper, title=FORMULA, language="ar",
        published_basis="as printed", accessed_on=day("2024-03-01"), note=TRICKY,
    )  # fmt: skip
    ranged = make_report(
        "Range.1", url=None, published_earliest=day("2024-01-01"), title="[Ours]",
        published_latest=day("2024-02-01"), published_basis="between two others",
    )  # fmt: skip
    since = make_report("seed:since", url=None, published_earliest=day("2024-01-03"))
    until = make_report("until", published_latest=day("2024-01-09"), note="'=")
    undated = make_report("seed:not-dated", published_basis="not dated")
    umbrella = make_organisation("umbrella", name="The umbrella", kind="umbrella", report=ranged)
    group = make_group("group", name="@group", parent=umbrella, notes=TRICKY, report=dated)
    make_organisation_name(group, "IRI; the", language="en", report=until)
    make_organisation_name(group, "-IRI\\", language="")
    make_organisation_name(group, "المقاومة", language="ar")
    make_organisation_name(umbrella, "المظلة", language="")
    other = make_group("other", name="Other")
    state = make_organisation("state", name="State", kind="state", country="US")

    oil = make_base(
        "oil", name="Oil; field", name_ar="حقل", kind="oilfield", governorate="G", near="N",
        latitude="-35.05000", longitude="40.12345", coordinate_precision="town", notes=TRICKY,
        in_use_from="2018", in_use_until="2020-05", report=undated,
    )  # fmt: skip
    part = make_base("part", parent=oil, country="IQ")
    make_base_name(oil, "Field; oil", report=dated)
    make_base_name(oil, "حقل النفط", language="")
    make_base_name(oil, "Omar's", language="en", doubtful=True, report=since)

    full = make_incident(
        oil, "2024-01-15", "2024-01-17", [since, dated, ranged], serial=7,
        local_time=datetime.time(5, 30, 15), local_time_text="first light", attack_count=3,
        weapon="drone", munitions=0, outcome="fire", killed_low=0, killed_best=1, killed_high=2,
        injured_low=3, injured_best=3, injured_high=None, material_damage="yes", grade="fair",
        summary="-5 dead", summary_ar="خمسة",
    )  # fmt: skip
    for system, key in [("acled", "SYR1"), ("csv", "inc-7"), ("csv", "other"), ("ucdp", "9:1")]:
        make_key(full, system, key)
    make_claim(
        full, claimant_text="@group", claimant=group, report=dated, made_on=day("2024-01-16")
    )
    make_claim(full, claimant_text="@group", claimant=None, summary="not linked")
    make_claim(full, claimant_text="the group", claimant=other, via="Telegram", summary="by hand")
    make_claim(full, claimant_text="the group", claimant=other, via="radio", summary="by hand")
    make_claim(full, claimant=group, claimant_text="")
    make_claim(full, "denial", claimant=other)
    make_claim(full, "responsibility", "denies", claimant=other, speaker=FORMULA, report=ranged)
    make_claim(
        full, "casualty", "corrects", claimant=state, killed_low=0, injured_high=21, whose="US"
    )
    for kind in ("damage", "interception", "weapon", "date", "place", "context"):
        make_claim(full, kind, "disputes", claimant_text=TRICKY, summary=TRICKY, via=FORMULA)

    # Two that blame one each: the pairs of the columns would be four.
    crossed = make_incident(part, summary=TRICKY, local_time_text="05:30")
    make_claim(crossed, "attribution", claimant=state, blamed=group, blamed_text="IRI")
    make_claim(crossed, "attribution", claimant_text="SOHR", blamed_text="others")
    # Two that each blame both: as the columns say.
    blamed = make_incident(part, local_time_text="=night", local_time=None, summary_ar="'+")
    for text in ("A", "B; b"):
        make_claim(blamed, "attribution", claimant=state, blamed_text=text)
        make_claim(blamed, "attribution", claimant_text="SOHR", blamed=other, blamed_text=text)
    alone = make_incident(oil, "1999-12-31", local_time=datetime.time(0, 0), merged_into=full)
    make_claim(alone, "attribution", blamed_text="somebody")
    unclaimed = make_incident(oil, "2024-01-01", "2024-01-31")
    make_claim(unclaimed, "no_claim", claimant=paper, summary="by nobody")
    mistaken = make_incident(oil, "2024-02-01", "2024-02-07")
    make_key(mistaken, "csv", full.public_id)
    make_claim(mistaken, "denial", claimant=group)
    make_incident(status="draft", summary="inside", reports=[make_report("inside")])

    counter = make_organisation("counter", name="Counter", kind="monitor")
    tally = make_tally(
        counter, key="t-1", report=dated, total=7, quantifier="at_least", territory="IQ;SY",
        territory_text="Syria, and =more", note=TRICKY, coverage="full",
    )  # fmt: skip
    make_lines(
        tally, {"base": oil, "name_as_printed": "not among its names", "number": 0},
        {"base": part}, {"country": "IQ", "name_as_printed": "Iraq;", "position": 9},
        {"country": "SY"}, {"name_as_printed": "'=elsewhere", "number": 11},
    )  # fmt: skip
    make_tally(
        counter, [(part, 1)], key="t-2", report=ranged, coverage="partial", total=None,
        counting_since=None, counting_until=day("2024-01-20"),
    )  # fmt: skip
    make_tally(counter, key="t-3", report=since, total=0, counting_until=day("2024-02-01"))
    make_tally(counter, key="t-4", report=None, total=5, territory="")
    make_presence("p-1", force=state, force_text="+ US", report=until, as_of=day("2024-01-01"))
    make_presence(
        "p-2", base=part, force=None, force_text="State", troops=None, quantifier="about",
        as_of_basis="inferred", mission=TRICKY,
    )  # fmt: skip


@pytest.fixture
def shipped():
    take(DATA)


@pytest.fixture(params=["rich", "shipped"])
def record(request):
    request.getfixturevalue(request.param)


def test_export_into_an_empty_database_gives_the_same_record(record, tmp_path):
    before = published()
    folder = write(tmp_path / "first")
    empty_the_database()

    take(folder)

    assert published() == before
    assert verdicts(take(write(tmp_path / "second"))) == {}
    assert published() == before


def test_export_on_top_of_the_same_record_changes_nothing(record, tmp_path):
    before = published()

    plan = take(write(tmp_path / "files"))

    assert verdicts(plan) == {}
    assert plan.revision is None
    assert published() == before


def test_without_the_table_of_reports_only_what_it_alone_says_is_lost(record, tmp_path):
    before = by_address(published())
    folder = write(tmp_path / "files", FIVE)
    empty_the_database()

    take(folder)

    after = by_address(published())
    assert {table.name: after[table.name] for table in FIVE} == {
        table.name: before[table.name] for table in FIVE
    }


def by_address(said):
    """The same where a report is no more than its address, or its key where it has none."""
    names = {report["key"]: report["url"] or report["key"] for report in said["reports"]}

    def bare(value):
        if isinstance(value, list):
            return [bare(one) for one in value]
        if not isinstance(value, dict):
            return value
        if "published_basis" in value:
            return names[value["key"]]
        return {
            name: names.get(one) if name == "report" and isinstance(one, str) else bare(one)
            for name, one in value.items()
        }

    return bare(said)


def statements(**fields):
    rows = Claim.objects.filter(incident__status="published", **fields)
    return set(rows.values_list("incident__serial", "kind", "claimant_text", "blamed_text"))


def test_table_of_incidents_alone_invents_no_statement(record, tmp_path):
    made = statements(stance="affirms")
    nobody = {(serial, kind, "", "") for serial, kind, _, _ in made if kind == "no_claim"}
    folder = write(tmp_path / "files", [ORGANISATIONS, BASES, INCIDENTS])
    empty_the_database()

    take(folder)

    said = statements()
    assert said <= made | nobody
    assert {kind for _, kind, _, _ in said} == {"responsibility", "attribution", "no_claim"}


def test_what_is_not_public_never_leaves(rich, tmp_path):
    folder = write(tmp_path / "files")

    for file in folder.iterdir():
        assert b"inside" not in file.read_bytes(), file.name


def test_no_text_leaves_as_a_formula(rich, tmp_path):
    folder = write(tmp_path / "files")

    cells = [
        (name, cell)
        for file in folder.iterdir()
        for row in read_csv(file)
        for name, cell in row.items()
        if not re.fullmatch(r"-\d+(\.\d+)?", cell)  # a number below zero
    ]
    assert ("summary", "'-5 dead") in cells
    assert ("title", "'=1+1") in cells
    assert [one for one in cells if one[1][:1] in tuple("=+-@\t\r\n")] == []
