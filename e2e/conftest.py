"""A browser of this machine, and the site that it looks at."""

import os
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from e2e.site import running

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = [  # asks nobody for updates or lists
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    with running(tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Visit:
    """A page as one reader sees it, and what went wrong while it was looked at."""

    def __init__(self, page, site):
        self.page, self.site = page, site
        self.messages, self.asked, self.strangers = [], [], []
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("request", self._note)

    def _note(self, request):
        self.asked.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme != "data" and f"{parts.scheme}://{parts.netloc}" != self.site:
            self.strangers.append(request.url)

    def open(self, address):
        answer = self.page.goto(f"{self.site}{address}", wait_until="load")
        if "/map/" in address:  # its script asks for more
            self.page.wait_for_load_state("networkidle")
        # A browser says of a page that is not there that it is not there.
        self.messages = [text for text in self.messages if "the server responded with" not in text]
        return answer

    @property
    def overflow(self):
        """By how many pixels the page is wider than the window, and what reaches out of it."""
        return self.page.evaluate(
            """() => {
                const width = document.documentElement.clientWidth;
                const over = document.documentElement.scrollWidth - width;
                const out = over <= 0 ? [] : [...document.querySelectorAll("body *")]
                    .filter((one) => {
                        const box = one.getBoundingClientRect();
                        return box.width && (box.right > width + 1 || box.left < -1)
                            && !one.closest(".scroll, .skip, .aside-only");
                    })
                    .slice(0, 5).map((one) => one.outerHTML.slice(0, 120));
                return over > 0 ? [over, ...out] : [];
            }"""
        )


@pytest.fixture
def visit(browser, site):
    """Give each reader a browser of their own: `visit(width=320, scheme="dark", scripts=False)`."""
    contexts = []

    def begin(*, width=1280, scheme="light", scripts=True, **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        return Visit(context.new_page(), site)

    yield begin
    for context in contexts:
        context.close()
