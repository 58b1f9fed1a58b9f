"""The lines that the database writes are those that are made of objects, whatever is on record."""

import csv
import datetime
import io

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.utils.http import urlencode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attacks.api import IncidentList
from attacks.exports import INCIDENTS
from attacks.filters import IncidentFilter
from attacks.flat import FLAT_COLUMNS
from attacks.models import Citation, Claim, Incident, IncidentKey
from attacks.records import annotated, with_documents
from attacks.row_sql import CELLS, lines_of
from sources.formats import csv_chunks
from sources.models import Organisation, Report
from sources.revisions import revision
from tests.factories import make_base

pytestmark = pytest.mark.django_db
needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="The database writes no lines itself."
)

# What CSV, spreadsheets and cells of several values each have a meaning for, in few characters.
TEXTS = st.text("ab;\\'\",=+-@ \t\r\n\v\x1f\x85\xa0\u2003\u3000\uff1d\uff20\u0635😀", max_size=7)
WORDS = TEXTS | st.sampled_from(
    [
        "at dawn",
        "5:30",
        "05:30:07",
        "24:00",
        "5:3\u0663",
        "\u0665:30",
        "9:60",
        "1:02:03.5",
        "1:2:61",
    ]
)
TIMES = st.sampled_from(
    [datetime.time(0), datetime.time(5, 30, 1), datetime.time(5, 0, 0, 500_000)]
)
DAYS = st.dates(datetime.date(2024, 1, 1), datetime.date(2024, 1, 9))
NUMBERS = st.integers(0, 9)  # which of the records there are, counted round


def maybe(values):
    return st.none() | values


PLACES = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "governorate": TEXTS,
        "country": st.sampled_from(["SY", "IQ", "XX"]),
        "place": maybe(st.tuples(*[st.decimals(-90, 90, places=5)] * 2)),
        "coordinate_precision": st.sampled_from(["exact", "district", "unknown"]),
    }
)
ORGANISATIONS = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "kind": st.sampled_from(["armed_group", "armed_group", "news"]),
        "parent": maybe(NUMBERS),
    }
)
REPORTS = st.fixed_dictionaries(
    {
        "key": st.sampled_from(["seed:list", "seed:List", "report:a", "K-1", "a;b", "=a"]),
        "publisher": maybe(NUMBERS),
        "url": maybe(
            st.sampled_from(["http", "https", "HTTPS"]).flatmap(
                lambda scheme: st.sampled_from(
                    [
                        "://a.org/b;c", "://A.org/b", "://me:word@a.org:80/", "://b.org?c", "://b.org",
                        "://[::1]:8/a", "://\u0635.org/", "://b.org:#a", "://b.org/\\",
                    ]
                ).map(lambda rest: scheme + rest)
            )
        ),
    }
)  # fmt: skip
INCIDENTS_MADE = st.fixed_dictionaries(
    {
        "base": NUMBERS,
        "days": st.tuples(DAYS, st.sampled_from([0, 6, 7])),
        "local_time": maybe(TIMES),
        "local_time_text": st.just("") | WORDS,
        "attack_count": st.integers(1, 3),
        "weapon": st.sampled_from(Incident.Weapon.values),
        "outcome": st.sampled_from(Incident.Outcome.values),
        "material_damage": st.sampled_from(Incident.Damage.values),
        "grade": st.sampled_from(["", "fair"]),
        "munitions": maybe(NUMBERS),
        "killed_low": maybe(st.just(0)),
        "killed_best": maybe(st.just(1)),
        "injured_high": maybe(st.just(2)),
        "summary": TEXTS,
        "summary_ar": TEXTS,
        "status": st.sampled_from(["published", "published", "draft", "retracted"]),
        "merged_into": maybe(NUMBERS),
        "cites": st.lists(NUMBERS, max_size=4),
        "keys": st.lists(
            st.tuples(
                st.sampled_from(["csv", "csv", "acled"]),
                st.sampled_from(["a", "A1", "b;c", "=d", "BW-7", "BW-07", "e\\"]),
            ),
            max_size=3,
        ),
    }
)
CLAIMS = st.fixed_dictionaries(
    {
        "incident": NUMBERS,
        "claimant": maybe(NUMBERS),
        "kind": st.sampled_from(
            ["responsibility"] * 2 + ["attribution"] * 3 + ["denial", "no_claim", "damage"]
        ),
        "stance": st.sampled_from(["affirms"] * 4 + ["denies", "disputes"]),
        "claimant_text": st.sampled_from(["", "a", "b"]) | TEXTS,
        "blamed_text": st.sampled_from(["", "a", "b;", "b\\"]) | TEXTS,
        "made_on": maybe(DAYS),
    }
)
WORLDS = st.fixed_dictionaries(
    {
        "places": st.lists(PLACES, min_size=1, max_size=3),
        "organisations": st.lists(ORGANISATIONS, max_size=4),
        "reports": st.lists(
            REPORTS,
            max_size=5,
            unique_by=(lambda one: one["key"], lambda one: one["url"] or one["key"]),
        ),
        "incidents": st.lists(INCIDENTS_MADE, min_size=1, max_size=5),
        "claims": st.lists(CLAIMS, max_size=8),
    }
)  # fmt: skip
ORDERS = st.sampled_from(
    [IncidentList.ordering, *IncidentList.orderings.values(), ("-latest", "-id"), ("-serial",)]
)
QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "since": st.just("2024-01-04"),
        "weapon": st.just("drone"),
        "claim_status": st.sampled_from(["claimed", "unknown"]),
        "counted": st.sampled_from(["true", "false"]),
        "event_date__gte": st.just("2024-01-03"),
        "search": st.sampled_from(["a", "%"]),
    },
)
FIELDS = st.just(list(INCIDENTS.names)) | st.lists(
    st.sampled_from(INCIDENTS.names), min_size=1, max_size=5, unique=True
)


def at(records, number):
    return records[number % len(records)] if records and number is not None else None


def make_world(world):
    bases = [make_base(**_placed(place)) for place in world["places"]]
    with revision("made by a test"):
        organisations = []
        for number, one in enumerate(world["organisations"]):
            fields = one | {"slug": f"o{number}", "parent": at(organisations, one["parent"])}
            organisations.append(Organisation.objects.create(**fields))
        reports = [
            Report.objects.create(**one | {"publisher": at(organisations, one["publisher"])})
            for one in world["reports"]
        ]
    incidents = []
    for one in world["incidents"]:
        with revision("each in a revision of its own"):
            incidents.append(_incident(one, bases, incidents, reports))
    with revision("made by a test"):
        for one in world["claims"]:
            linked = {
                "incident": at(incidents, one["incident"]),
                "claimant": at(organisations, one["claimant"]),
            }
            Claim.objects.create(**one | linked)


def _placed(place):
    latitude, longitude = place["place"] or (None, None)
    known = {name: value for name, value in place.items() if name != "place"}
    return known | {"latitude": latitude, "longitude": longitude}


def _incident(one, bases, incidents, reports):
    first, days = one["days"]
    fields = {name: one[name] for name in one if name not in ("days", "cites", "keys")}
    incident = Incident.objects.create(
        **fields
        | {
            "base": at(bases, one["base"]),
            "earliest": first,
            "latest": first + datetime.timedelta(days),
            "merged_into": at(incidents, one["merged_into"]),
        }
    )
    for report in dict.fromkeys(at(reports, number) for number in one["cites"]):
        if report:
            Citation.objects.create(incident=incident, report=report)
    for system, key in one["keys"]:
        if not IncidentKey.objects.filter(system=system, key=key).exists():
            IncidentKey.objects.create(incident=incident, system=system, key=key)
    return incident


def found(question, order):
    filters = IncidentFilter(QueryDict(urlencode(question)), Incident.objects.published())
    assert filters.is_valid()
    return annotated(filters.qs).order_by(*order)


def of_objects(rows, names):
    cells = []
    for incident in with_documents(rows):
        [row] = INCIDENTS.rows(incident)
        by_name = dict(zip(INCIDENTS.names, row, strict=True))
        cells.append([by_name[name] for name in names])
    return b"".join(csv_chunks(names, cells))


def of_database(rows, names):
    return b"".join([*csv_chunks(names, ()), *lines_of(rows)(names)])


def read(content):
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_every_column_has_its_cell():
    assert set(CELLS) == set(INCIDENTS.names)
    assert {column.name for column in FLAT_COLUMNS} <= set(CELLS)


@needs_postgresql
@settings(suppress_health_check=list(HealthCheck))
@given(world=WORLDS, question=QUESTIONS, order=ORDERS, names=FIELDS)
def test_lines_of_the_database_are_those_of_objects(world, question, order, names):
    with transaction.atomic():
        make_world(world)
        for asked in (question, {}):
            rows = found(asked, order)
            plain, fast = of_objects(rows, names), of_database(rows, names)

            assert read(fast) == read(plain)
            assert fast == plain
        transaction.set_rollback(True)
