from decimal import Decimal

import pytest

from attacks.models import Incident
from bases.models import BaseName, ForcePresence, MilitaryBase
from sources.revisions import revision
from tallies.imports import import_files
from tallies.models import TallyLine
from tests.factories import day
from tests.importing import refusals, take, verdicts, write_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path):
    def files(**rows):
        return write_files(tmp_path, **rows)

    return files


def test_base_is_stored_with_all_columns_and_its_names(files):
    cells = {
        "name_ar": "قاعدة حقل العمر",
        "aliases": "Omar field;حقل العمر",
        "doubtful_aliases": "Green Village",
        "governorate": "Deir ez-Zor",
        "district_or_near": "near Dhiban",
        "latitude": "35.10",
        "longitude": "40.123456",
        "coordinate_precision": "district",
        "kind": "oilfield",
        "notes": "A note",
        "source_url": "https://example.org/1",
        "in_use_from": "2017",
        "in_use_until": "2024-02",
    }
    folder = files(bases=[cells])

    take(folder)

    base = MilitaryBase.objects.get()
    assert (base.slug, base.name, base.name_ar, base.country) == (
        "al-omar",
        "Al-Omar",
        cells["name_ar"],
        "SY",
    )
    assert (base.governorate, base.near, base.kind) == ("Deir ez-Zor", "near Dhiban", "oilfield")
    assert (base.latitude, base.longitude) == (Decimal("35.10"), Decimal("40.12346"))
    assert (base.coordinate_precision, base.notes) == ("district", "A note")
    assert (base.in_use_from, base.in_use_until) == ("2017", "2024-02")
    assert base.report.url == cells["source_url"]
    assert set(base.names.values_list("name", "language", "doubtful")) == {
        ("Omar field", "", False),
        ("حقل العمر", "ar", False),
        ("Green Village", "", True),
    }
    assert verdicts(take(folder)) == {}


def test_base_without_coordinates_is_taken(files):
    take(files(bases=[{}]))

    base = MilitaryBase.objects.get()
    assert (base.latitude, base.longitude, base.coordinate_precision) == (None, None, "unknown")


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param({"name": ""}, "name", id="no name"),
        pytest.param({"country_iso2": ""}, "country_iso2", id="no country"),
        pytest.param({"country_iso2": "ZZ"}, "country_iso2", id="no such country"),
        pytest.param({"kind": "castle"}, "kind", id="kind outside the list"),
        pytest.param({"kind": ""}, "kind", id="no kind"),
        pytest.param(
            {"coordinate_precision": "street"},
            "coordinate_precision",
            id="precision outside the list",
        ),
        pytest.param({"latitude": "35.1"}, "longitude", id="latitude alone"),
        pytest.param({"longitude": "40.1"}, "latitude", id="longitude alone"),
        pytest.param({"latitude": "91", "longitude": "0"}, "latitude", id="latitude 91"),
        pytest.param({"latitude": "-90.1", "longitude": "0"}, "latitude", id="latitude -90.1"),
        pytest.param({"latitude": "0", "longitude": "181"}, "longitude", id="longitude 181"),
        pytest.param({"latitude": "35,1", "longitude": "0"}, "latitude", id="decimal comma"),
        pytest.param({"latitude": "35°N", "longitude": "0"}, "latitude", id="degree sign"),
        pytest.param({"latitude": "NaN", "longitude": "0"}, "latitude", id="NaN"),
        pytest.param({"latitude": "1e1", "longitude": "0"}, "latitude", id="exponent"),
        pytest.param({"latitude": "٣٥", "longitude": "0"}, "latitude", id="Arabic digits"),
        pytest.param({"latitude": "9" * 500, "longitude": "0"}, "latitude", id="huge"),
        pytest.param({"parent_slug": "nowhere"}, "parent_slug", id="unknown parent"),
        pytest.param({"in_use_from": "about 2017"}, "in_use_from", id="in use in words"),
        pytest.param({"in_use_until": "2024-02-30"}, "in_use_until", id="in use impossible"),
        pytest.param({"in_use_from": "1899"}, "in_use_from", id="in use before 1900"),
        pytest.param({"aliases": "x" * 201}, "aliases", id="long alias"),
        pytest.param({"governorate": "x" * 101}, "governorate", id="long governorate"),
        pytest.param({"district_or_near": "x" * 201}, "district_or_near", id="long place"),
    ],
)
def test_base_is_refused(files, cells, column):
    assert refusals(files(bases=[cells])) == [("bases.csv", 2, column)]


@pytest.mark.parametrize(
    "decimals",
    [pytest.param("." + "123456789" * 9, id="many"), pytest.param(".000004", id="nothing is left")],
)
def test_coordinates_of_any_precision_are_stable(files, decimals):
    folder = files(bases=[{"latitude": f"35{decimals}", "longitude": f"-0{decimals}"}])
    take(folder)

    assert verdicts(take(folder)) == {}


NAMES = [
    {"slug": "al-tanf", "name": "Al-Tanf", "name_ar": "قاعدة التنف", "aliases": "Tanf garrison"},
    {"slug": "tower-22", "name": "Tower 22", "aliases": "Rukban;Shared"},
    {"slug": "rukban-site", "name": "Rukban site", "aliases": "Shared", "doubtful_aliases": "Gate"},
]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        pytest.param("al-tanf", "al-tanf", id="slug"),
        pytest.param("AT TANF", "al-tanf", id="article and capitals"),
        pytest.param("التنف", None, id="part of an Arabic name"),
        pytest.param("قاعدة التنف", "al-tanf", id="Arabic name"),
        pytest.param("tanf-garrison", "al-tanf", id="other spelling of an alias"),
        pytest.param("Rukban", "tower-22", id="name of one"),
        pytest.param("Shared", None, id="name of two"),
        pytest.param("Gate", None, id="doubtful name"),
        pytest.param("base in Al-Tanf", None, id="more words"),
        pytest.param("nowhere", None, id="unknown"),
        pytest.param("", None, id="empty"),
        pytest.param("---", None, id="no letters"),
    ],
)
def test_base_of_an_incident_is_found_by_name_or_refused(files, text, slug):
    folder = files(bases=NAMES, incidents=[{"base_slug": text}])

    if slug:
        take(folder)
        assert Incident.objects.get().base.slug == slug
    else:
        assert refusals(folder) == [("incidents.csv", 2, "base_slug")]


def test_name_that_fits_two_bases_is_refused_with_both(files):
    plan = import_files([files(bases=NAMES, incidents=[{"base_slug": "Shared"}])])

    assert "tower-22 and rukban-site" in plan.refusals[0].reason


def test_slug_wins_over_the_name_of_another_base(files):
    bases = [{"slug": "one"}, {"slug": "two", "aliases": "one"}]

    take(files(bases=bases, incidents=[{"base_slug": "one"}]))

    assert Incident.objects.get().base.slug == "one"


def test_base_whose_slug_was_edited_by_hand_is_still_found(files):
    rows = {"publishers": [{}], "bases": [{}], "incidents": [{}], "published_tallies": [{}]}
    folder = files(**rows)
    take(folder)
    with revision("a better slug"):
        base = MilitaryBase.objects.get()
        base.slug = "omar-field"
        base.save()

    plan = take(folder)

    assert MilitaryBase.objects.get().slug == "omar-field"
    assert verdicts(plan) == {"edited here": 1}
    assert Incident.objects.get().base == TallyLine.objects.get().base == base


def test_alias_that_is_firm_and_doubtful_is_firm(files):
    take(files(bases=[{"aliases": "A", "doubtful_aliases": "A;B"}]))

    assert set(BaseName.objects.values_list("name", "doubtful")) == {("A", False), ("B", True)}


def test_name_that_becomes_doubtful_in_the_file_does_so_here(files):
    take(files(bases=[{"aliases": "A"}]))

    plan = take(files(bases=[{"doubtful_aliases": "A"}]))

    assert BaseName.objects.get().doubtful
    assert verdicts(plan) == {"changed": 1}


def test_name_edited_by_hand_is_kept_and_not_doubled(files):
    folder = files(bases=[{"aliases": "Omer"}])
    take(folder)
    with revision("spelling"):
        name = BaseName.objects.get()
        name.name = "Omar"
        name.save()

    plan = take(folder)

    assert BaseName.objects.get().name == "Omar"
    assert verdicts(plan) == {"edited here": 1}


def test_name_deleted_by_hand_stays_deleted(files):
    folder = files(bases=[{"aliases": "A;B"}])
    take(folder)
    with revision("another place"):
        BaseName.objects.get(name="A").delete()

    plan = take(folder)

    assert BaseName.objects.get().name == "B"
    assert verdicts(plan) == {"edited here": 1}
    assert plan.revision is None


def test_name_added_by_hand_stays(files):
    folder = files(bases=[{"aliases": "A"}])
    take(folder)
    with revision("also so"):
        BaseName.objects.create(base=MilitaryBase.objects.get(), name="B")

    assert verdicts(take(folder)) == {}
    assert BaseName.objects.count() == 2


def test_force_presence_is_stored_with_all_columns(files):
    cells = {
        "force": "US",
        "quantifier": "about",
        "as_of": "2024-08-10",
        "as_of_basis": "day of the article",
        "mission": "Advise",
        "source_url": "https://example.org/1",
    }
    folder = files(publishers=[{"slug": "us", "name": "US"}], force_presence=[cells])

    take(folder)

    presence = ForcePresence.objects.get()
    assert (presence.force.slug, presence.force_text, presence.troops) == ("us", "US", 900)
    assert (presence.country, presence.base, presence.as_of) == ("SY", None, day("2024-08-10"))
    assert (presence.quantifier, presence.as_of_basis) == ("about", "day of the article")
    assert (presence.mission, presence.report.url) == ("Advise", cells["source_url"])
    assert verdicts(take(folder)) == {}


def test_force_presence_at_a_base_needs_no_country(files):
    take(files(bases=[{}], force_presence=[{"base_slug": "Omar", "troops": ""}]))

    presence = ForcePresence.objects.get()
    assert (presence.base.slug, presence.country, presence.troops) == ("al-omar", "", None)
    assert presence.force is None


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param({"force": ""}, "force", id="no force"),
        pytest.param({"force": "x" * 201}, "force", id="long force"),
        pytest.param({"country_iso2": ""}, "country_iso2", id="neither country nor base"),
        pytest.param({"country_iso2": "XX"}, "country_iso2", id="no such country"),
        pytest.param({"base_slug": "nowhere"}, "base_slug", id="unknown base"),
        pytest.param(
            {"base_slug": "al-omar", "country_iso2": "IQ"}, "country_iso2", id="base elsewhere"
        ),
        pytest.param({"troops": "many"}, "troops", id="troops in words"),
        pytest.param({"troops": "-1"}, "troops", id="troops negative"),
        pytest.param({"quantifier": "roughly"}, "quantifier", id="quantifier outside the list"),
        pytest.param({"as_of": "2024-08"}, "as_of", id="month alone"),
        pytest.param({"key": "a/b"}, "key", id="key with a slash"),
    ],
)
def test_force_presence_is_refused(files, cells, column):
    assert refusals(files(bases=[{}], force_presence=[cells])) == [
        ("force_presence.csv", 2, column)
    ]


def test_force_presence_edited_by_hand_is_kept(files):
    folder = files(force_presence=[{}])
    take(folder)
    with revision("corrected"):
        presence = ForcePresence.objects.get()
        presence.troops = 800
        presence.save()

    assert verdicts(take(folder)) == {"edited here": 1}
    assert ForcePresence.objects.get().troops == 800


def test_names_have_the_language_and_the_source_that_the_file_states(files):
    row = {
        "aliases": "Omar; حقل العمر",
        "doubtful_aliases": "Green Village",
        "alias_languages": "en Omar;en Green Village",
        "alias_sources": "report:list-1 Green Village",
    }
    folder = files(bases=[row])
    take(folder)

    assert set(BaseName.objects.values_list("name", "language", "doubtful", "report__key")) == {
        ("Omar", "en", False, None),
        ("حقل العمر", "", False, None),
        ("Green Village", "en", True, "list-1"),
    }
    assert verdicts(take(folder)) == {}


def test_source_of_a_name_follows_the_file(files):
    take(files(bases=[{"aliases": "Omar", "alias_sources": "seed:a Omar"}]))

    plan = take(files(bases=[{"aliases": "Omar", "alias_sources": ""}]))

    assert BaseName.objects.get().report is None
    assert verdicts(plan) == {"changed": 1}


@pytest.mark.parametrize(
    ("slug", "linked"),
    [
        pytest.param("two", "two", id="another than the name means"),
        pytest.param("", None, id="none"),
    ],
)
def test_force_is_the_organisation_of_the_slug_where_there_is_one(files, slug, linked):
    publishers = [{"slug": "one", "name": "One"}, {"slug": "two", "name": "Two"}]
    presence = {"force": "One", "force_slug": slug}
    folder = files(publishers=publishers, bases=[{}], force_presence=[presence])

    plan = take(folder)

    force = ForcePresence.objects.get().force
    assert (force and force.slug, ForcePresence.objects.get().force_text) == (linked, "One")
    assert not plan.unlinked
    assert verdicts(take(folder)) == {}


def test_force_of_an_unknown_slug_is_refused(files):
    folder = files(bases=[{}], force_presence=[{"force_slug": "nobody"}])

    assert refusals(folder) == [("force_presence.csv", 2, "force_slug")]
