"""P12, inside a process of the product: python -m bench.rules ROUNDS.

The largest publication held against the record, and counts that no kept total can answer, each
beside the best statement for it that we could write by hand.
"""

import json
import os
import sys
import time
from collections import defaultdict

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from bench.data import COUNTER, COUNTING_SINCE, PUBLICATION, REPORTED_UNTIL  # noqa: E402
from bench.reads import counted  # noqa: E402
from bench.run import sql  # noqa: E402
from tallies.reconciliation import reconcile, tally_of  # noqa: E402

FAR = "9999-12-31"


def reconciled():
    rows = reconcile(tally_of(PUBLICATION)).rows[:-1]
    return {row.base.slug: (row.ours.certain, row.ours.possible) for row in rows}


def counts(query):
    answer = Client().get(f"/api/v1/counts/?{query}")
    return counted(answer.json())


def by_hand(name, **values):
    with connection.cursor() as cursor:
        cursor.execute(sql(name, **values).replace("%", "%%"))
        return {base: (int(certain), int(possible)) for base, certain, possible in cursor}


def listed(counts):
    """The reconciliation also has lines of places where nothing is counted."""
    return {base: numbers for base, numbers in counts.items() if any(numbers)}


RULE = {"since": COUNTING_SINCE, "counter": COUNTER}
CASES = {
    "reconcile": (reconciled, lambda: by_hand("rule", until=REPORTED_UNTIL, **RULE)),
    "rule": (lambda: counts(f"rule={COUNTER}"), lambda: by_hand("rule", until=FAR, **RULE)),
    "filtered": (
        lambda: counts("weapon=drone&outcome=hit"),
        lambda: by_hand("filtered", weapon="drone", outcome="hit"),
    ),
    "claimed": (
        lambda: counts("claimant=bench-brigade-1"),
        lambda: by_hand("claimed", claimant="bench-brigade-1"),
    ),
}


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main(rounds):
    measures, contents = defaultdict(list), []
    for name, (ours, theirs) in CASES.items():
        contents.append((f"P12 {name} as counted by hand", listed(ours()), listed(theirs())))
    for _ in range(rounds):
        for name, (ours, theirs) in CASES.items():
            measures[f"P12 {name}"].append(timed(ours))
            measures[f"P12 {name} by hand"].append(timed(theirs))
    print(json.dumps({"measures": measures, "contents": contents}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
