"""Each page as each reader sees it: in both languages, light and dark, on a phone and on a desk."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from e2e.addresses import LANGUAGES, PAGES, address

PHONE, DESK = WIDTHS = (320, 1280)
SCHEMES = ("light", "dark")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
axe = Axe()


def violations(page):
    found = axe.run(page, options={"runOnly": WCAG}).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_page_can_be_read_by_everybody(visit, name, language, width):
    reader = visit(width=width)

    reader.open(address(name, language))

    for scheme in SCHEMES:
        reader.page.emulate_media(color_scheme=scheme)
        assert violations(reader.page) == [], scheme
    assert reader.overflow == []
    assert reader.messages == []
    assert reader.strangers == []


# A link in a drawing has an object for an address; buttons of the map are links to nowhere.
LINKS = """[...document.querySelectorAll("main a[href]:not([role=button])")].map((link) => {
    const address = new URL(link.getAttribute("href"), document.baseURI);
    address.searchParams.sort();
    return address.href;
})"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_page_needs_no_script(visit, name, language):
    scripted, plain, bare = visit(), visit(scripts=False, width=PHONE), visit(width=PHONE)
    bare.page.route("**/*.js", lambda route: route.abort())  # axe is a script itself
    for reader in (scripted, plain, bare):
        reader.open(address(name, language))

    assert plain.overflow == []
    assert plain.messages == []
    assert plain.strangers == []
    assert violations(bare.page) == []
    # Wherever the scripts lead to, plain links lead to as well.
    assert set(scripted.page.evaluate(LINKS)) <= set(plain.page.evaluate(LINKS))
