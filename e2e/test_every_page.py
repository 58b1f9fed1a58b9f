"""Each page as each reader sees it: in both languages, light and dark, on a phone and on a desk."""

from collections import Counter

import pytest
from axe_playwright_python.sync_playwright import Axe

from e2e.addresses import LANGUAGES, PAGES, address

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
axe = Axe()


def violations(page):
    found = axe.run(page, options={"runOnly": WCAG}).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_page_can_be_read_by_everybody(visit, name, language, scheme, width):
    reader = visit(width=width, scheme=scheme)

    reader.open(address(name, language))

    assert reader.messages == []
    assert reader.strangers == []
    assert reader.overflow == []
    assert violations(reader.page) == []


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_page_needs_no_script(visit, name, language, width):
    with_scripts, without = visit(width=width), visit(width=width, scripts=False)
    for reader in (with_scripts, without):
        reader.open(address(name, language))

    assert without.messages == []
    assert without.strangers == []
    assert without.overflow == []
    # All that is said with scripts is said without them: numbers, names and links.
    said = Counter(without.page.inner_text("main").split())
    assert said
    links = "[...document.querySelectorAll('main a[href]')].map((link) => link.href)"
    missing = set(with_scripts.page.evaluate(links)) - set(without.page.evaluate(links))
    assert not missing
