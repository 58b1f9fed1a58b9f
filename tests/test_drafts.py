"""What no reader may see leaves by no page, file or picture, in whatever language."""

import pytest
from django.urls import reverse

from attacks.models import Incident
from sources.revisions import revision
from tests.factories import (
    make_base,
    make_claim,
    make_group,
    make_incident,
    make_organisation,
    make_report,
    make_tally,
)

pytestmark = pytest.mark.django_db
HIDDEN = "zzhiddenzz"
LISTS = ["incident", "flat-incident", "claim", "report", "count", "correction", "deleted", "base"]
PAGES = [
    *("/", "/map/", "/map/days.json", "/map/picture.svg", "/incidents/", "/counts/", "/bases/"),
    *("/bases/conoco/", "/compare/?base=conoco&base=omar", "/tallies/", "/tallies/unaccounted/"),
    *("/tallies/one/", "/organisations/", "/organisations/brigade/", "/methodology/", "/data/"),
    *("/corrections/", "/about/", "/sitemap.xml", "/incidents/BW-1/", "/incidents/BW-2/"),
    *(f"/search/?q={text}" for text in (HIDDEN, "conoco", "BW-2")),
    *(f"/embed/{part}/" for part in ("table", "bars", "timeline", "map")),
    *(f"/charts/{name}.csv" for name in ("weeks", "bases", "weapons", "outcomes", "claims")),
    *(f"/charts/base-{name}.csv?base=conoco" for name in ("timeline", "weapons", "claimants")),
    *("/pictures/bases/conoco.png", "/pictures/incidents/BW-2.png", "/pictures/dashboard.png"),
    *("/incidents/?recorded_at=1", "/incidents/BW-3/"),
]


@pytest.fixture
def record():
    """A draft (BW-1), a published incident with a note (BW-2), and a withdrawn one (BW-3)."""
    base, other = make_base("conoco"), make_base("omar")
    group, counter = make_group("brigade"), make_organisation("sohr", kind="monitor")
    make_tally(counter, [(base, 4)], key="one")
    with revision(f"{HIDDEN} of a draft alone"):
        draft = make_incident(
            base,
            status="draft",
            summary=HIDDEN,
            summary_ar=HIDDEN,
            internal_note=HIDDEN,
            weapon="mortar",
            reports=[make_report(title=HIDDEN, key=f"{HIDDEN}-report")],
        )
        make_claim(draft, claimant=group, summary=HIDDEN, claimant_text=HIDDEN)
    make_incident(base, internal_note=HIDDEN, summary="A drone fell.", reports=[make_report()])
    withdrawn = make_incident(other, summary="Withdrawn later.")
    with revision("It was no attack"):
        withdrawn.status = Incident.Status.RETRACTED
        withdrawn.internal_note = HIDDEN
        withdrawn.save()
    return draft


def content(client, address):
    answer = client.get(address)
    assert answer.status_code < 500, address
    return answer.getvalue()


@pytest.mark.parametrize("language", ["", "/ar"])
def test_no_page_says_a_word_of_a_draft_or_of_a_note(client, record, language):
    for address in PAGES:
        found = content(client, f"{language}{address}")
        said = found.count(HIDDEN.encode())
        # What the reader typed stands in the field, the title and the sentence.
        assert said == 0 or HIDDEN in address, address


@pytest.mark.parametrize("kind", ["json", "csv", "ndjson"])
def test_no_list_says_a_word_of_a_draft_or_of_a_note(client, record, kind):
    for name in LISTS:
        assert HIDDEN.encode() not in content(
            client, f"{reverse(f'api:{name}-list')}?format={kind}"
        ), name


def test_a_draft_is_no_number_and_no_page(client, record):
    assert client.get(f"/incidents/{record.public_id}/").status_code == 404
    assert client.get(f"/pictures/incidents/{record.public_id}.png").status_code == 404
    assert b"mortar" not in content(client, "/charts/weapons.csv")
    assert client.get("/map/").context["total"].possible == 1
    assert "/incidents/BW-1/" not in content(client, "/sitemap.xml").decode()
