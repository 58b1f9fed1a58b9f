"""The first rows of generated files, by one serializer for each: python -m bench.naive.load."""

import csv
import datetime
import json
import os
import sys
import time
from itertools import islice
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
django.setup()

from rest_framework import serializers  # noqa: E402

from attacks.imports import DatePrecision  # noqa: E402
from attacks.models import Citation, Claim, Incident, IncidentKey  # noqa: E402
from bases.models import MilitaryBase  # noqa: E402
from sources.models import Organisation, Report  # noqa: E402
from sources.revisions import revision  # noqa: E402
from tallies.imports import import_files  # noqa: E402


class ReportIn(serializers.ModelSerializer):
    publisher = serializers.SlugRelatedField("slug", queryset=Organisation.objects.all())

    class Meta:
        model = Report
        fields = [
            *("key", "url", "publisher", "title", "language"),
            *("published_earliest", "published_latest"),
        ]


class IncidentIn(serializers.ModelSerializer):
    base = serializers.SlugRelatedField("slug", queryset=MilitaryBase.objects.all())

    class Meta:
        model = Incident
        fields = [
            *("base", "earliest", "latest", "local_time", "local_time_text", "attack_count"),
            *("weapon", "munitions", "outcome", "killed_low", "killed_high", "injured_low"),
            *("injured_high", "material_damage", "grade", "status", "merged_into"),
            *("summary", "summary_ar"),
        ]


class KeyIn(serializers.ModelSerializer):
    class Meta:
        model = IncidentKey
        fields = ["incident", "system", "key"]


class CitationIn(serializers.ModelSerializer):
    class Meta:
        model = Citation
        fields = ["incident", "report"]


class ClaimIn(serializers.ModelSerializer):
    claimant = serializers.SlugRelatedField("name", queryset=Organisation.objects.all())

    class Meta:
        model = Claim
        fields = [
            *("incident", "claimant", "claimant_text", "kind", "stance", "made_on", "via"),
            *("summary", "report"),
        ]


def save(serializer, **data):
    one = serializer(data=data)
    one.is_valid(raise_exception=True)
    return one.save()


def incident(row):
    day = row["occurred_on"] and datetime.date.fromisoformat(row["occurred_on"])
    days = DatePrecision(row["date_precision"]).days(day) if day else (None, None)
    clock = row["time_of_day"] if ":" in row["time_of_day"] else ""
    survivor = IncidentKey.objects.filter(key=row["merged_into"]).first()
    made = save(
        IncidentIn,
        base=row["base_slug"],
        earliest=row["earliest"] or days[0],
        latest=row["latest"] or days[1],
        local_time=clock or None,
        local_time_text="" if clock else row["time_of_day"],
        munitions=row["munitions_count"] or None,
        killed_low=row["killed_min"] or None,
        killed_high=row["killed_max"] or None,
        injured_low=row["injured_min"] or None,
        injured_high=row["injured_max"] or None,
        status="published",
        merged_into=survivor and survivor.incident_id,
        **{
            name: row[name]
            for name in (
                *("attack_count", "weapon", "outcome", "material_damage", "grade"),
                *("summary", "summary_ar"),
            )
        },
    )
    save(KeyIn, incident=made.pk, system="csv", key=row["key"])
    for url in row["source_urls"].split(";"):
        save(CitationIn, incident=made.pk, report=Report.objects.get(url=url).pk)


def claim(row):
    key = IncidentKey.objects.get(key=row["incident_key"])
    report = Report.objects.get(url=row["source_url"])
    same = {name: row[name] for name in ("claimant", "kind", "stance", "via", "summary")}
    save(
        ClaimIn,
        incident=key.incident_id,
        claimant_text=row["claimant"],
        made_on=row["claimed_on"] or None,
        report=report.pk,
        **same,
    )


def report(row):
    day = row["published_on"]
    same = {name: row[name] for name in ("key", "url", "title", "language")}
    save(
        ReportIn,
        publisher=row["publisher_slug"],
        published_earliest=day,
        published_latest=day,
        **same,
    )


def rows_of(folder, name):
    with (folder / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def sample(folder, number):
    """The first incidents, with the reports and claims that go with them."""
    incidents = list(islice(rows_of(folder, "incidents.csv"), number))
    keys = {row["key"] for row in incidents}
    claims = [row for row in rows_of(folder, "claims.csv") if row["incident_key"] in keys]
    cited = {url for row in incidents for url in row["source_urls"].split(";")}
    cited |= {row["source_url"] for row in claims}
    reports = [row for row in rows_of(folder, "reports.csv") if row["url"] in cited]
    return [(report, reports), (incident, incidents), (claim, claims)]


def main(folder, number):
    named = ["publishers.csv", "bases.csv"]
    import_files([folder / name for name in named])
    parts = sample(folder, number)
    start = time.perf_counter()
    with revision("One by one"):
        for write, rows in parts:
            for row in rows:
                write(row)
    seconds = time.perf_counter() - start
    print(json.dumps({"rows": sum(len(rows) for _, rows in parts), "seconds": seconds}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
