"""P5, inside a process of the product: python -m bench.upkeep FOLDER ROUNDS.

After each kind of write the counts are held against a recount. Totals are kept at the end of each
revision, by whatever is called there beside the note of what changed: its share of the time of the
whole write is what they cost.
"""

import datetime
import json
import os
import sys
import time
from collections import defaultdict
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
django.setup()

from django.test import Client  # noqa: E402

from attacks.changes import note_changes  # noqa: E402
from attacks.models import Incident  # noqa: E402
from bases.models import MilitaryBase  # noqa: E402
from bench.data import COUNTER, COUNTING_SINCE  # noqa: E402
from bench.reads import COUNTS, counted  # noqa: E402
from bench.rules import FAR, by_hand, listed  # noqa: E402
from sources import revisions  # noqa: E402
from tallies.imports import import_files  # noqa: E402

SINCE = ["2014-06-15", "2023-10-19", "2025-12-01"]

in_totals = 0.0


def watched(callback):
    """The same callback, its time added up."""

    def timed(number):
        global in_totals
        start = time.perf_counter()
        callback(number)
        in_totals += time.perf_counter() - start

    return timed


def watch():
    """Whether anything keeps totals; its time is added up from now on."""
    kept = [one for one in revisions._at_end if one is not note_changes]
    for one in kept:
        revisions._at_end[revisions._at_end.index(one)] = watched(one)
    return bool(kept)


def insert(bases):
    day = datetime.date(2014, 3, 5)
    Incident.objects.create(
        base=bases[0],
        earliest=day,
        latest=day + datetime.timedelta(2),
        attack_count=2,
        status=Incident.Status.PUBLISHED,
    )


def counting(number):
    """So many incidents that count and that nothing was merged into."""
    return Incident.objects.counted().filter(merged=None).in_order()[:number]


def change(**fields):
    [incident] = counting(1)
    for name, value in fields.items():
        setattr(incident, name, value)
    incident.save()


def merge(bases):
    one, other = counting(2)
    one.merged_into = other
    one.save()


# By what each does to a record; the bases are those of the benchmark.
WRITES = {
    "a backdated insert": insert,
    "a change of base": lambda bases: change(base=bases[1]),
    "a change of days": lambda bases: change(
        earliest=datetime.date(2019, 2, 1), latest=datetime.date(2019, 2, 28)
    ),
    "a change of count": lambda bases: change(attack_count=7),
    "a change of status": lambda bases: change(status=Incident.Status.RETRACTED),
    "a merge": merge,
}


def share(write):
    """The share of the totals' upkeep in the time of a write."""
    global in_totals
    in_totals, start = 0.0, time.perf_counter()
    write()
    return in_totals / (time.perf_counter() - start)


def in_revision(name, bases):
    with revisions.revision(f"The benchmark makes {name}"):
        WRITES[name](bases)


def contents(name):
    """What is counted and what is recounted."""
    client = Client()
    for since in SINCE:
        ours = counted(client.get(COUNTS.format(since)).json())
        yield f"P5 counts after {name}", ours, by_hand("counts", since=since)
    ours = counted(client.get(f"/api/v1/counts/?rule={COUNTER}").json())
    theirs = by_hand("rule", since=COUNTING_SINCE, until=FAR, counter=COUNTER)
    yield f"P5 counts by another rule after {name}", listed(ours), listed(theirs)


def main(folder, rounds):
    kept = watch()
    bases = list(MilitaryBase.objects.filter(slug__startswith="bench-base").order_by("slug"))
    measures, found = defaultdict(list), []
    for _ in range(rounds):
        for name in WRITES:
            measures["P5 one record"].append(share(lambda name=name: in_revision(name, bases)))
            found += contents(name)
    measures["P5 import"].append(share(lambda: import_files([folder])))
    found += contents("an import")
    print(json.dumps({"measures": measures if kept else {}, "contents": found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
