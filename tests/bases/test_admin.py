import pytest
from django.urls import reverse

from bases.models import ForcePresence, MilitaryBase
from sources.models import Revision
from tests.admin_pages import admin_url, errors_of, rows, save
from tests.factories import make_base, make_base_name, make_incident, make_presence

pytestmark = pytest.mark.django_db

NEW_BASE = {"name": "Conoco", "slug": "conoco", "kind": "gasfield", "country": "SY"}


def suggested(client, term):
    query = {"app_label": "attacks", "model_name": "incident", "field_name": "base", "term": term}
    return [
        row["text"] for row in client.get(reverse("admin:autocomplete"), query).json()["results"]
    ]


def listed(client, model, term):
    page = client.get(admin_url(model, "changelist"), {"q": term})
    return [str(row) for row in page.context["cl"].result_list]


@pytest.fixture
def al_shaddadi():
    base = make_base("al-shaddadi", name="Al-Shaddadi", name_ar="الشدادي", near="Al-Hasakah")
    make_base_name(base, "Shadadeh")
    make_base_name(base, "Camp Élan")
    make_base("al-tanf", name="Al-Tanf", name_ar="التنف")
    return base


@pytest.mark.parametrize(
    "term",
    ["shaddadi", "Ash-Shaddadi", "el shaddadi", "الشدادي", "شدادي", "الشدّادي", "SHADADEH", "elan"],
)
def test_base_is_found_by_any_of_its_spellings(admin_client, al_shaddadi, term):
    assert suggested(admin_client, term) == ["Al-Shaddadi"]
    assert listed(admin_client, MilitaryBase, term) == ["Al-Shaddadi"]


def test_base_is_found_by_the_place_it_is_near(admin_client, al_shaddadi):
    assert listed(admin_client, MilitaryBase, "hasakah") == ["Al-Shaddadi"]


def test_base_of_another_name_is_not_found(admin_client, al_shaddadi):
    assert suggested(admin_client, "conoco") == []


def test_autocomplete_needs_few_queries(admin_client, al_shaddadi, django_assert_max_num_queries):
    for number in range(15):
        make_base(name=f"Shaddadi {number}", parent=al_shaddadi)

    # Session, user, the revision, names (2), count, page; the names once a revision.
    with django_assert_max_num_queries(7):
        suggested(admin_client, "shaddadi")
    with django_assert_max_num_queries(5):
        suggested(admin_client, "shaddadi")


def test_presence_is_found_by_its_base(admin_client, al_shaddadi):
    presence = make_presence(base=al_shaddadi)
    make_presence()

    assert listed(admin_client, ForcePresence, "Shadadeh") == [str(presence)]


def test_base_is_entered_with_its_names_in_one_revision(admin_client):
    names = rows("names", {"name": "Koniko"}, {"name": "كونيكو", "doubtful": "on"})

    answer = save(admin_client, admin_url(MilitaryBase, "add"), **NEW_BASE, **names)

    assert answer.status_code == 302
    base = MilitaryBase.objects.get()
    assert {name.name: name.doubtful for name in base.names.all()} == {
        "Koniko": False,
        "كونيكو": True,
    }
    assert Revision.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"latitude": "35"}, "both coordinates or neither", id="one coordinate"),
        pytest.param(
            {"latitude": "91", "longitude": "40"}, "less than or equal to 90", id="off the globe"
        ),
        pytest.param({"in_use_from": "2024-13"}, "not a date", id="no such month"),
        pytest.param({"country": "XX"}, "Select a valid choice", id="no such country"),
        pytest.param({"parent": "999"}, "not one of the available choices", id="no such parent"),
    ],
)
def test_impossible_base_is_refused_in_words(admin_client, changes, message):
    answer = save(admin_client, admin_url(MilitaryBase, "add"), **NEW_BASE | changes)

    assert message in errors_of(answer)
    assert not MilitaryBase.objects.exists()


def test_base_inside_itself_is_refused_in_words(admin_client):
    base = make_base()

    answer = save(admin_client, admin_url(MilitaryBase, "change", base.pk), parent=base.pk)

    assert "cannot lie inside itself" in errors_of(answer)


def test_base_that_was_attacked_cannot_be_deleted(admin_client):
    base = make_base()
    make_incident(base)

    answer = admin_client.post(admin_url(MilitaryBase, "delete", base.pk), {"post": "yes"})

    assert "would require deleting the following protected" in answer.content.decode()
    assert MilitaryBase.objects.exists()


@pytest.mark.parametrize("both", [True, False], ids=["both", "neither"])
def test_presence_in_a_country_and_at_a_base_or_nowhere_is_refused(admin_client, both):
    place = {"country": "SY", "base": make_base().pk} if both else {}

    answer = save(admin_client, admin_url(ForcePresence, "add"), key="us", force_text="US", **place)

    assert "Name a country or a base, not both" in errors_of(answer)
