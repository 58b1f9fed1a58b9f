"""Pages made of packages, too, keep to what the policy lets a page load."""

import pytest

from e2e.site import EDITOR, PASSWORD


@pytest.fixture
def editor(visit):
    """A visit by somebody who is signed in."""
    reader = visit()
    reader.open("/admin/login/")
    reader.page.fill("#id_username", EDITOR)
    reader.page.fill("#id_password", PASSWORD)
    reader.page.click("input[type=submit]")
    reader.page.wait_for_url("**/admin/")
    return reader


@pytest.mark.parametrize(
    "address",
    [
        "/admin/",
        "/admin/attacks/incident/",
        "/admin/attacks/incident/add/",
        "/admin/attacks/incident/1/change/",
        "/admin/attacks/incident/1/history/",
        "/admin/bases/militarybase/",
        "/admin/tallies/publishedtally/add/",
    ],
)
def test_admin_loads_only_what_this_site_serves(editor, address):
    answer = editor.open(address)

    assert answer.status == 200
    assert editor.messages == []
    assert editor.strangers == []


def test_admin_finds_a_base_while_its_name_is_typed(editor):
    editor.open("/admin/attacks/incident/add/")

    editor.page.click(".field-base .select2-selection")
    editor.page.fill(".select2-search__field", "conoco")
    editor.page.wait_for_function(
        """() => {
            const found = [...document.querySelectorAll(".select2-results__option")];
            return found.length === 1 && found[0].textContent === "Conoco gas field base";
        }"""
    )

    assert editor.messages == []


def test_page_of_the_api_shows_every_endpoint(visit):
    reader = visit()

    reader.open("/api/docs/")
    reader.page.wait_for_selector(".opblock")

    assert reader.messages == []
    assert reader.strangers == []
