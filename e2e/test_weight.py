"""The first view is light and does not jump, also on a slow phone."""

import pytest

from e2e.addresses import address

MOST_BYTES = 100_000  # compressed, with its style, scripts and pictures
MOST_REQUESTS = 8
SLOW_PHONE = {  # as the usual tools have "slow 4G"; bytes a second, milliseconds
    "offline": False,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
    "latency": 150,
}
NOTE_SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const one of list.getEntries()) {
            if (!one.hadRecentInput) window.shifts.push(one.value);
        }
    }).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_first_view_of_the_dashboard_is_light_and_does_not_jump(visit, language, width):
    reader = visit(width=width)
    browser = reader.page.context.new_cdp_session(reader.page)
    browser.send("Network.enable")
    browser.send("Network.emulateNetworkConditions", SLOW_PHONE)
    browser.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    received = []
    browser.on("Network.loadingFinished", lambda one: received.append(one["encodedDataLength"]))
    reader.page.add_init_script(NOTE_SHIFTS)

    reader.open(address("dashboard", language))

    assert sum(received) <= MOST_BYTES
    assert len(reader.asked) <= MOST_REQUESTS
    assert sum(reader.page.evaluate("window.shifts")) < 0.01
