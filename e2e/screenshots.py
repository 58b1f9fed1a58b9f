"""Pictures of each page in both languages, for docs/screenshots/: python -m e2e.screenshots."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from e2e.addresses import LANGUAGES, PAGES, address
from e2e.conftest import CHROMIUM, QUIET
from e2e.site import ROOT, running

FOLDER = ROOT / "docs" / "screenshots"
TALLEST = 2400  # pixels; what lies below is more of the same
PHONES = ["dashboard", "map", "incident", "base"]  # also on a phone, in the dark


def take(browser, site, name, language, *, width=1280, scheme="light", suffix=""):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(site + address(name, language), wait_until="networkidle")
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    page.screenshot(
        path=FOLDER / f"{name}-{language}{suffix}.jpg",
        type="jpeg",
        quality=50,
        full_page=True,
        clip={"x": 0, "y": 0, "width": width, "height": height},
    )
    context.close()


def main(names):
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for name in names or PAGES:
            for language in LANGUAGES:
                take(browser, site, name, language)
                if name in PHONES:
                    take(browser, site, name, language, width=320, scheme="dark", suffix="-phone")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
