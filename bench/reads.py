"""P1 to P4, P11 and P13: answers that many ask for at once."""

import base64
import datetime
import json
import urllib.error
import urllib.request
from collections.abc import Callable

from bench.load import Load, answer, etag
from bench.run import FULL, Run, sql
from bench.servers import EMPTY, Server

INCIDENTS, PLAIN_INCIDENTS = "/api/v1/incidents/", "/bench/incidents/"
COUNTS, PLAIN_COUNTS = "/api/v1/counts/?since={}", "/bench/counts/?since={}"
# Without its own count of all rows: the facet is what is compared.
FACET = (
    "/flat/incidents.json?_size=0&_nocount=1&_facet=base_slug&_facet_size=max"
    "&event_date_end__gte={}"
)
FLAT_PAGE = "/flat/incidents.json?_size=50&_shape=objects"
DASHBOARD, BASE = "/", "/bases/bench-base-01/"
COUNTER = "sohr"  # whose tallies the dashboard shows
PAGE = 50
PLACES = 20_000  # of which each is asked for once
# Days around the first of a counter's series, and of years before.
RECENT = [datetime.date(2023, 4, 20) + datetime.timedelta(one) for one in range(365)]
EARLY = [datetime.date(2014, 1, 1) + datetime.timedelta(one) for one in range(365)]
CHECKED = [EARLY[0], EARLY[200], RECENT[0], RECENT[182], datetime.date(2025, 11, 30)]

Counts = dict[str, tuple[int, int]]


def measure(run: Run, full: Server, small: Server, flat: Server) -> None:
    _check_pages(run, full, flat)
    _check_counts(run, full, flat)
    load = Load(run.scratch, run.seconds)
    middle, page = _middle(run), _middle_page(run)
    tallies = _dashboards(run)

    def ask(server: Server, *addresses: str) -> Callable[[], float]:
        return lambda: load.rate(server.address, addresses)

    def again(address: str) -> Callable[[], float]:
        held = etag(f"{full.address}{address}") or "again"
        return lambda: load.rate(full.address, [address], held)

    run.in_turn(
        "reads",
        [
            ("floor", ask(full, EMPTY)),
            ("P1 product", ask(full, INCIDENTS)),
            ("P1 naive", ask(full, PLAIN_INCIDENTS)),
            ("P1 datasette", ask(flat, FLAT_PAGE)),
            ("P1 small", ask(small, INCIDENTS)),
            ("P2 product", ask(full, *middle)),
            ("P2 naive", ask(full, f"{PLAIN_INCIDENTS}?page={page}")),
            ("P3 product", again(INCIDENTS)),
            ("P4 recent", ask(full, *map(COUNTS.format, RECENT))),
            ("P4 early", ask(full, *map(COUNTS.format, EARLY))),
            ("P4 naive recent", ask(full, *map(PLAIN_COUNTS.format, RECENT))),
            ("P4 naive early", ask(full, *map(PLAIN_COUNTS.format, EARLY))),
            ("P4 datasette", ask(flat, *map(FACET.format, RECENT))),
            ("P4 small", ask(small, *map(COUNTS.format, RECENT))),
            ("P11 dashboard", ask(full, *tallies)),
            ("P11 dashboard again", again(DASHBOARD)),
            ("P11 dashboard small", ask(small, *tallies)),
            ("P11 base", ask(full, f"{BASE}?n={{n}}")),
            ("P11 base again", again(BASE)),
            ("P11 base small", ask(small, f"{BASE}?n={{n}}")),
        ],
    )


def _dashboards(run: Run) -> list[str]:
    """The dashboard of every tally of its counter, under an address of its own each time."""
    keys = run.database.rows(
        FULL,
        "SELECT tally.key FROM tallies_publishedtally AS tally "
        "JOIN sources_organisation AS counter ON counter.id = tally.counter_id "
        f"WHERE counter.slug = '{COUNTER}' ORDER BY tally.key",
    )
    return [f"{DASHBOARD}?counter={COUNTER}&tally={key}&n={{n}}" for (key,) in keys]


# Places in the list


def published(run: Run) -> int:
    query = "SELECT COUNT(*) FROM attacks_incident WHERE status = 'published'"
    return int(run.database.rows(FULL, query)[0][0])


def _middle_page(run: Run) -> int:
    return published(run) // 2 // PAGE


def _middle(run: Run) -> list[str]:
    """The pages that begin behind each row from the middle of the list on."""
    first = (_middle_page(run) - 1) * PAGE - 1
    places = run.database.rows(
        FULL,
        "SELECT earliest, id FROM attacks_incident WHERE status = 'published' "
        f"ORDER BY earliest DESC, id DESC LIMIT {PLACES} OFFSET {first}",
    )
    return [f"{INCIDENTS}?cursor={_cursor(*place)}" for place in places]


def _cursor(*place: object) -> str:
    text = json.dumps([False, *place], default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()


# Equal content


def _check_pages(run: Run, full: Server, flat: Server) -> None:
    page = _middle_page(run)
    first = answer(f"{full.address}{INCIDENTS}")["results"]
    there = answer(f"{full.address}{_middle(run)[0]}")["results"]
    plain = answer(f"{full.address}{PLAIN_INCIDENTS}")["results"]
    plain_there = answer(f"{full.address}{PLAIN_INCIDENTS}?page={page}")["results"]
    flat_ids = [row["event_id"] for row in answer(f"{flat.address}{FLAT_PAGE}")["rows"]]
    run.equal("P1 incidents on a page", len(first), PAGE)
    run.equal("P1 page 1 as the serializers give it", first, plain)
    run.equal("P1 incidents on Datasette's page", [one["public_id"] for one in first], flat_ids)
    run.equal(f"P2 page {page} as the serializers give it", there, plain_there)
    for address in (INCIDENTS, DASHBOARD, BASE):
        url = f"{full.address}{address}"
        if held := etag(url):
            run.equal(f"304 to who holds {address}", _status(url, held), 304)


def _status(url: str, held: str) -> int:
    request = urllib.request.Request(url, headers={"If-None-Match": held})
    try:
        with urllib.request.urlopen(request) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def _check_counts(run: Run, full: Server, flat: Server) -> None:
    for day in CHECKED:
        recount = _recount(run, day)
        ours = counted(answer(f"{full.address}{COUNTS.format(day)}"))
        plain = answer(f"{full.address}{PLAIN_COUNTS.format(day)}")["results"]
        naive = {row["base__slug"]: (row["certain"], row["possible"]) for row in plain}
        run.equal("P4 counts as recounted", ours, recount)
        run.equal("P4 plain counts as recounted", naive, recount)
        facet = answer(f"{flat.address}{FACET.format(day)}")["facet_results"]["base_slug"]
        rows = {row["value"]: row["count"] for row in facet["results"]}
        of_bases = dict(run.database.rows(FULL, sql("facet", since=day)))
        run.equal("P4 rows of Datasette's facet as recounted", rows, of_bases)


def counted(body: dict) -> Counts:
    """The numbers of an answer of the counts, by base."""
    return {row["key"]: (row["certain"], row["possible"]) for row in body["results"]}


def _recount(run: Run, since: datetime.date) -> Counts:
    rows = run.database.rows(FULL, sql("counts", since=since))
    return {base: (certain, possible) for base, certain, possible in rows}
