"""The data that ships with the product: all of it is taken, as it is written."""

import csv
import random
import shutil
from collections import Counter
from decimal import Decimal

import pytest
from django.core.management import CommandError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from attacks.imports import DatePrecision
from attacks.key_imports import KEY_SYSTEM
from attacks.models import Claim, CountingRule, Incident, IncidentKey, RuleSite
from bases.models import ForcePresence, MilitaryBase
from sources.models import Organisation, Report, Revision
from sources.revisions import revision
from tallies.imports import import_files
from tallies.models import AcceptedFinding, PublishedTally, TallyLine
from tests.factories import day
from tests.importing import (
    DATA,
    ROWS,
    command,
    dump,
    lines_of,
    read_csv,
    refusals,
    take,
    verdicts,
    write_csv,
)

pytestmark = pytest.mark.django_db

# Imported once for the tests below. Each of them is undone inside the transaction of that import,
# which is undone with the module.


@pytest.fixture(scope="module")
def shipped(django_db_setup, django_db_blocker):
    """The plan of the first import, and how many queries it took."""
    with django_db_blocker.unblock(), transaction.atomic():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            plan = import_files([DATA])
        yield plan, len(queries)
        transaction.set_rollback(True)


def shipped_rows(name):
    return read_csv(DATA / f"{name}.csv")


def number(cell):
    return int(cell) if cell else None


def parts(cell):
    return {part.strip() for part in cell.split(";") if part.strip()}


def imported_incidents():
    keys = IncidentKey.objects.filter(system=KEY_SYSTEM)
    keys = keys.select_related("incident__base").prefetch_related("incident__reports")
    return {one.key: one.incident for one in keys}


def test_shipped_data_is_taken_whole(shipped):
    plan, _ = shipped

    assert plan.refusals == []
    assert plan.notes == []
    assert verdicts(plan).keys() == {"new"}
    assert Revision.objects.get().number == plan.revision == 1


def test_shipped_data_takes_a_bounded_number_of_queries(shipped):
    assert shipped[1] < 185  # a dozen of them keep the totals


def test_every_shipped_row_is_accounted_for(shipped):
    tallies = shipped_rows("published_tallies")
    claims = shipped_rows("claims")

    assert Organisation.objects.count() == len(shipped_rows("publishers"))
    assert MilitaryBase.objects.count() == len(shipped_rows("bases"))
    assert ForcePresence.objects.count() == len(shipped_rows("force_presence"))
    assert CountingRule.objects.count() == len(shipped_rows("counting_rules"))
    assert AcceptedFinding.objects.count() == len(shipped_rows("accepted_findings"))
    assert Incident.objects.count() == IncidentKey.objects.count() == len(shipped_rows("incidents"))
    assert PublishedTally.objects.count() == len({row["publication_key"] for row in tallies})
    assert TallyLine.objects.count() == sum(bool(row["count"]) for row in tallies)
    implied = Claim.objects.filter(made_on=None, report=None, summary="").count()
    assert Claim.objects.count() - implied == len(claims)
    assert len(claims) > 200
    assert len(tallies) > 150


def test_every_shipped_organisation_is_stored_as_written(shipped):
    stored = {
        one.slug: one
        for one in Organisation.objects.select_related("parent").prefetch_related("names")
    }
    for row in shipped_rows("publishers"):
        one = stored[row["slug"]]
        for column in ("name", "name_ar", "kind", "country", "url", "notes"):
            assert getattr(one, column) == row[column], row["slug"]
        assert (one.parent.slug if one.parent else "") == row["parent_slug"]
        assert {name.name for name in one.names.all()} == parts(row["aliases"])


def test_every_shipped_base_is_stored_as_written(shipped):
    bases = MilitaryBase.objects.select_related("parent", "report").prefetch_related("names")
    stored = {one.slug: one for one in bases}
    for row in shipped_rows("bases"):
        one = stored[row["slug"]]
        assert (one.name, one.name_ar, one.kind) == (row["name"], row["name_ar"], row["kind"])
        assert (one.country, one.governorate) == (row["country_iso2"], row["governorate"])
        assert (one.near, one.notes) == (row["district_or_near"], row["notes"])
        for column in ("latitude", "longitude"):
            assert getattr(one, column) == (Decimal(row[column]) if row[column] else None)
        assert one.coordinate_precision == (row["coordinate_precision"] or "unknown")
        assert (one.parent.slug if one.parent else "") == row["parent_slug"]
        assert (one.in_use_from, one.in_use_until) == (row["in_use_from"], row["in_use_until"])
        assert (one.report.url if one.report else "") == row["source_url"]
        names = {name.name for name in one.names.all()}
        assert parts(row["aliases"]) | parts(row["doubtful_aliases"]) <= names
        doubtful = {name.name for name in one.names.all() if name.doubtful}
        assert doubtful == parts(row["doubtful_aliases"]) - parts(row["aliases"])


def test_every_shipped_incident_is_stored_as_written(shipped):
    stored = imported_incidents()
    for row in shipped_rows("incidents"):
        one = stored[row["key"]]
        assert one.public_id == row["public_id"]
        assert one.base.slug == row["base_slug"]
        if row["earliest"]:
            days = day(row["earliest"]), day(row["latest"])
        else:
            days = DatePrecision(row["date_precision"]).days(day(row["occurred_on"]))
        assert (one.earliest, one.latest) == days
        time = one.local_time.strftime("%H:%M") if one.local_time else one.local_time_text
        assert time.lstrip("0") == row["time_of_day"].lstrip("0")
        assert (one.weapon, one.outcome) == (row["weapon"], row["outcome"])
        assert one.munitions == number(row["munitions_count"])
        assert (one.killed_low, one.killed_high) == (
            number(row["killed_min"]),
            number(row["killed_max"]),
        )
        assert (one.injured_low, one.injured_high) == (
            number(row["injured_min"]),
            number(row["injured_max"]),
        )
        assert one.material_damage == (row["material_damage"] or "unknown")
        assert one.attack_count == (number(row["attack_count"]) or 1)
        assert (one.summary, one.status) == (row["summary"], "published")
        assert {report.url or report.key for report in one.reports.all()} == parts(
            row["source_urls"]
        )


def test_every_shipped_incident_has_the_claim_status_of_its_row(shipped):
    keys = {one.pk: key for key, one in imported_incidents().items()}
    derived = {keys[one.pk]: one.claim_status for one in Incident.objects.with_claim_status()}

    assert derived == {row["key"]: row["claim_status"] for row in shipped_rows("incidents")}
    assert set(derived.values()) >= {"claimed", "unclaimed", "denied", "unknown"}


def test_every_shipped_claim_is_stored_as_written(shipped):
    keys = {one.pk: key for key, one in imported_incidents().items()}
    stored = Counter(
        (
            keys[one.incident_id],
            one.claimant_text,
            one.kind,
            one.stance,
            str(one.made_on or ""),
            one.via,
            one.summary,
            (one.report.url or one.report.key) if one.report else "",
            one.speaker,
            one.blamed_text,
            *(one.killed_low, one.killed_high, one.injured_low, one.injured_high),
            one.whose,
        )
        for one in Claim.objects.select_related("report")
    )
    written = Counter()
    for row in shipped_rows("claims"):
        cells = list(row.values())
        written[(*cells[:10], *map(number, cells[10:14]), cells[14])] += 1

    assert set(written.values()) == {1}
    assert written <= stored
    # The rest is only implied, by the columns of incidents.
    assert all(one[4:10] == ("", "", "", "", "", one[9]) for one in stored - written)


def test_every_shipped_claim_is_linked_to_the_one_organisation_of_that_name(shipped):
    names = {}
    for row in shipped_rows("publishers"):
        for name in {row["name"], row["name_ar"], *parts(row["aliases"])} - {""}:
            assert name not in names
            names[name] = row["slug"]
    for claim in Claim.objects.select_related("claimant", "blamed"):
        for who in ("claimant", "blamed"):
            linked = getattr(claim, who)
            text = getattr(claim, f"{who}_text")
            assert (linked.slug if linked else None) == names.get(text), text


def test_every_shipped_tally_is_stored_as_written(shipped):
    tallies = PublishedTally.objects.select_related("counter", "report")
    stored = {one.key: one for one in tallies}
    lines = {}
    for row in shipped_rows("published_tallies"):
        one = stored[row["publication_key"]]
        assert one.counter.slug == row["publisher_slug"]
        assert one.total == number(row["total_claimed"])
        assert str(one.counting_since or "") == row["counting_since"]
        assert str(one.counting_until or "") == row["counting_until"]
        assert (one.quantifier, one.coverage) == (row["quantifier"], row["coverage"])
        assert (one.territory, one.note) == (row["scope"], row["note"])
        assert (one.report.url or one.report.key) == row["source_url"]
        given = (
            row["published_earliest"]
            or (row["published_on"] if not row["published_latest"] else ""),
            row["published_latest"]
            or (row["published_on"] if not row["published_earliest"] else ""),
        )
        if any(given):
            days = one.report.published_earliest, one.report.published_latest
            assert tuple(str(day or "") for day in days) == given
        if row["count"]:
            lines.setdefault(row["publication_key"], []).append(
                (
                    row["base_slug"].removeprefix("country:"),
                    row["count_text_name"],
                    int(row["count"]),
                )
            )
    for key in stored:
        assert lines_of(key) == lines.get(key, [])


def test_every_shipped_rule_is_stored_as_written(shipped):
    answers = {"yes": True, "no": False, "": None}
    stored = {one.organisation.slug: one for one in CountingRule.objects.all()}
    sites = RuleSite.objects.select_related("base", "into")

    assert set(stored) == {"sohr", "dod", "memri"}
    for row in shipped_rows("counting_rules"):
        one = stored[row["publisher_slug"]]
        assert (str(one.since or ""), str(one.until or "")) == (row["since"], row["until"])
        assert (one.territory, one.unit) == (row["scope"], row["unit"])
        assert one.counts_intercepted is answers[row["intercepted"]]
        assert one.counts_claims_alone is answers[row["claims_alone"]]
        assert (one.claimed_by.slug if one.claimed_by else "") == row["claimed_by_slug"]
        assert (one.grades, one.text, one.report.url) == (
            row["grades"],
            row["text"],
            row["source_url"],
        )
        for column, doubtful in (("folds", False), ("doubtful_folds", True)):
            own = sites.filter(rule=one, doubtful=doubtful)
            assert {f"{site.base.slug}>{site.into.slug}" for site in own} == parts(row[column])


def test_sohr_list_of_the_founding_article_is_kept_as_printed(shipped):
    founding = PublishedTally.objects.get(report__key="seed:shafaq-2024-08", coverage="full")

    assert (founding.counter.slug, founding.total) == ("sohr", 135)
    assert founding.counting_since == day("2023-10-19")
    assert {line.base.slug: line.number for line in founding.lines.all()} == {
        "al-omar": 36,
        "conoco": 40,
        "kharab-al-jir": 20,
        "al-tanf": 17,
        "al-shaddadi": 16,
        "tal-baydar": 2,
        "rubarya": 2,
        "qasrak": 1,
        "al-wazir-rest-house": 1,
    }
    assert (founding.sum_of_lines, founding.difference) == (135, 0)


def test_lines_that_do_not_add_up_are_kept_as_printed(shipped):
    tally = PublishedTally.objects.get(key="dod-via-sunstar-20231209")

    assert tally.total == 78
    assert {line.country: line.number for line in tally.lines.all()} == {"IQ": 43, "SY": 41}


def test_shipped_force_presence_is_that_of_the_article(shipped):
    assert dict(ForcePresence.objects.values_list("country", "troops")) == {"SY": 900, "IQ": 2500}
    assert set(ForcePresence.objects.values_list("report__key", flat=True)) == {
        "seed:shafaq-2024-08"
    }


def test_each_report_is_stored_once_and_its_publisher_has_its_host(shipped):
    assert not Report.objects.filter(url="").exists()
    for report in Report.objects.exclude(publisher=None).exclude(url=None):
        assert report.url.split("/")[2].lower() == report.publisher.host


def nothing_new(plan, before):
    assert plan.refusals == []
    assert verdicts(plan) == {}
    assert plan.revision is None
    assert dump() == before


def test_second_import_changes_nothing(shipped):
    before = dump()

    assert "everything is here already" in command(DATA)
    assert dump() == before


NAMES = [name.removesuffix(".csv") for name in ROWS]


@pytest.mark.parametrize("name", NAMES)
def test_single_file_again_changes_nothing(shipped, name):
    before = dump()

    nothing_new(import_files([DATA / f"{name}.csv"]), before)


def test_files_in_any_order_change_nothing(shipped):
    before = dump()
    paths = [DATA / f"{name}.csv" for name in NAMES]

    nothing_new(import_files(paths[::-1]), before)
    random.Random(1).shuffle(paths)
    nothing_new(import_files(paths), before)


def rewrite(source, target, *, columns=None, encoding="utf-8", **dialect):
    """The same facts in a file that is written in another way."""
    rows = read_csv(source)
    titles = list(rows[0]) if columns is None else columns(list(rows[0]))
    write_csv(target, rows, titles, **dialect)
    target.write_bytes(target.read_bytes().decode().encode(encoding))


@pytest.mark.parametrize(
    "way",
    [
        pytest.param({"lineterminator": "\r\n"}, id="CRLF"),
        pytest.param({"encoding": "utf-8-sig"}, id="BOM"),
        pytest.param({"quoting": csv.QUOTE_ALL}, id="every cell quoted"),
        pytest.param({"columns": lambda titles: titles[::-1]}, id="columns turned round"),
    ],
)
def test_files_written_in_another_way_and_renamed_change_nothing(shipped, tmp_path, way):
    before = dump()
    for place, name in enumerate(NAMES):
        rewrite(DATA / f"{name}.csv", tmp_path / f"{place}.csv", **way)

    nothing_new(import_files([tmp_path]), before)


def test_dry_run_of_a_change_writes_nothing(shipped, tmp_path):
    rows = shipped_rows("bases")
    rows[0]["notes"] = "changed"
    before = dump()

    plan = import_files([write_csv(tmp_path / "bases.csv", rows)], dry_run=True)

    assert verdicts(plan) == {"changed": 1}
    assert plan.revision is None
    assert dump() == before


def facts_of_claims():
    fields = ("incident__serial", "claimant__slug", "claimant_text", "kind", "stance", "made_on")
    more = ("via", "summary", "report__key", "speaker", "blamed__slug", "blamed_text", "whose")
    return Counter(Claim.objects.values_list(*fields, *more))


def test_incidents_first_and_claims_later_give_the_same_claims(shipped):
    at_once = facts_of_claims()
    with revision("made empty by a test"):
        for claim in Claim.objects.all():
            claim.delete()
    Claim.history.all().delete()

    take(DATA / "incidents.csv")
    assert 0 < Claim.objects.count() < sum(at_once.values())
    take(DATA / "claims.csv")

    assert facts_of_claims() == at_once
    nothing_new(import_files([DATA]), dump())


# One wrong cell in each file: column, what it holds, and in which row.
CORRUPTED = {
    "publishers": ("kind", "spy"),
    "reports": ("publisher_slug", "nobody"),
    "bases": ("latitude", "95"),
    "force_presence": ("troops", "nine hundred"),
    "incidents": ("occurred_on", "2024-02-30"),
    "counting_rules": ("folds", "al-omar>al-omar"),
    "claims": ("incident_key", "inc-none"),
    "published_tallies": ("count", "-3"),
    "accepted_findings": ("amount", "six"),
}


@pytest.mark.parametrize("name", NAMES)
def test_corrupted_copy_of_each_file_is_refused_whole(shipped, tmp_path, name):
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    rows = shipped_rows(name)
    column, wrong = CORRUPTED[name]
    place = len(rows) // 2
    while name == "published_tallies" and not rows[place]["count"]:
        place += 1
    rows[place][column] = wrong
    if name == "incidents":
        rows[place] |= {"earliest": "", "latest": ""}
    # A change beside it that is right, and must not be written either.
    if "notes" in rows[0]:
        rows[0]["notes"] += " changed"
    write_csv(folder / f"{name}.csv", rows)

    assert refusals(folder) == [(f"{name}.csv", place + 2, column)]
    with pytest.raises(CommandError, match="1 refused"):
        command(folder)


# Cells and bytes that nobody thought of

WORDS = [
    *("", " ", "0", "-1", "1e9", "9" * 40, "=1+1", '"', ";", ",", "\n", "'", "%s", "seed:x"),
    *("2024-02-30", "2024-01-01", "0001-01-01", "BW-1", "BW-999999999", "country:IQ", "SY"),
    *("al-omar", "Rukban", "sohr", "full", "unknown", "http://", "https://a.example/\u0661"),
    *("\u0661", "\u202e", "\U0001f525", "x" * 400, "http://[", "http://a:b@c:1/", "nan", "\x1f"),
]


def mutated(text, chance):
    """The same file with something wrong in it, or not."""
    way = chance.randrange(8)
    rows = list(csv.reader(text.splitlines(keepends=True)))
    some = chance.sample(range(len(rows)), min(len(rows), 12))
    rows = [rows[0], *(rows[place] for place in sorted(some) if place)]
    row = chance.choice(rows)
    if way <= 3:
        for _ in range(chance.randint(1, 4)):
            row = chance.choice(rows[1:] or rows)
            row[chance.randrange(len(row))] = chance.choice(WORDS)
    elif way == 4:
        rows.append(list(row))
    elif way == 5:
        row.insert(chance.randrange(len(row)), chance.choice(WORDS))
    elif way == 6:
        one, two = chance.randrange(len(row)), chance.randrange(len(row))
        row[one], row[two] = row[two], row[one]
    text = "\r\n".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows
    )
    content = bytearray(text.encode())
    if way == 7:
        for _ in range(chance.randint(1, 3)):
            content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)


@pytest.mark.parametrize("seed", range(40))
def test_no_file_makes_it_fail_or_write_half(shipped, tmp_path, seed):
    chance = random.Random(seed)
    for name in chance.sample(NAMES, chance.randint(1, 3)):
        text = (DATA / f"{name}.csv").read_text(encoding="utf-8-sig")
        (tmp_path / f"{name}.csv").write_bytes(mutated(text, chance))
    before = dump()

    with transaction.atomic():
        plan = import_files([tmp_path])
        connection.check_constraints()

    if plan.refusals:
        assert dump() == before
    elif plan.revision:
        assert verdicts(import_files([tmp_path])).keys() <= {"edited here"}
