"""Made-up facts of any number in the product's own file formats, the same for the same seed."""

import csv
import datetime
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).resolve().parent.parent / "data"
FIRST_DAY = datetime.date(2014, 1, 1)
DAYS = (datetime.date(2025, 12, 31) - FIRST_DAY).days  # twelve years
COUNTING_SINCE = "2023-10-19"
REPORTED_UNTIL = "2025-11-30"
REPORTS_FOR = 5  # incidents for each report
BASES = 20  # beside those of data/
CLAIMS = (0, 1, 2, 3, 4)  # of an incident, 0.619 in the mean
CLAIM_WEIGHTS = (592, 260, 100, 33, 15)
PUBLICATION = "bench-all-bases"
COUNTER = "bench-monitor"

HEADERS = {
    "publishers.csv": "slug,name,name_ar,kind,country,url,notes",
    "reports.csv": "key,url,publisher_slug,title,language,published_on",
    "bases.csv": "slug,name,name_ar,aliases,country_iso2,governorate,district_or_near,latitude,"
    "longitude,coordinate_precision,kind,notes,source_url",
    "counting_rules.csv": "publisher_slug,since,until,scope,unit,intercepted,claims_alone,"
    "claimed_by_slug,grades,folds,doubtful_folds,text,source_url",
    "incidents.csv": "key,occurred_on,date_precision,time_of_day,base_slug,weapon,munitions_count,"
    "outcome,killed_min,killed_max,injured_min,injured_max,material_damage,claim_status,claimed_by,"
    "attributed_to,attributed_by,summary,source_urls,earliest,latest,attack_count,grade,"
    "summary_ar,merged_into",
    "claims.csv": "incident_key,claimant,kind,stance,claimed_on,via,summary,source_url",
    "published_tallies.csv": "publisher,publication_key,published_on,published_on_basis,"
    "counting_since,total_claimed,base_slug,count_text_name,count,source_url,publisher_slug,scope,"
    "counting_until,coverage,note",
}
NEWSROOMS = [f"bench-news-{number:02}" for number in range(1, 11)]
GROUPS = [f"Bench Brigade {number}" for number in range(1, 7)]
WEAPONS = ["drone", "rocket", "missile", "ballistic_missile", "mortar", "unknown"]
OUTCOMES = ["hit", "fire", "intercepted", "missed", "unknown"]
GRADES = ["", "", "", "confirmed", "fair", "weak", "contested", "discounted"]
# What somebody says: half of it that a group did it.
KINDS = ["responsibility"] * 5 + ["attribution", "casualty", "interception", "damage", "no_claim"]
COUNTRIES = [("SY", "Homs", 34.5, 38.0), ("IQ", "Anbar", 33.5, 42.5), ("JO", "Mafraq", 32.3, 37.5)]

Cells = list[object]


@dataclass
class Files:
    """The writers of the files of one folder, by name."""

    writers: dict

    def row(self, name: str, *cells: object) -> None:
        self.writers[name].writerow(cells)


def generate(folder: Path, incidents: int, *, seed: int = 1) -> None:
    """Write the files; they name the bases of data/ too, which has to be on record."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    with _open(folder, HEADERS) as files:
        _publishers(files)
        reports = _reports(files, incidents, chance)
        for row in _base_rows():
            files.row("bases.csv", *row)
        _rule(files)
        _publication(files, chance)
        _incidents(files, "bench", incidents, reports, chance)


def generate_more(folder: Path, incidents: int, *, seed: int = 1) -> None:
    """Write further incidents and claims for a record that has all else already."""
    folder.mkdir(parents=True, exist_ok=True)
    named = {name: HEADERS[name] for name in ("incidents.csv", "claims.csv")}
    reports = max(1, incidents // REPORTS_FOR)
    with _open(folder, named) as files:
        _incidents(files, "more", incidents, reports, random.Random(seed))


@contextmanager
def _open(folder: Path, headers: dict[str, str]) -> Iterator[Files]:
    with ExitStack() as stack:
        writers = {}
        for name, header in headers.items():
            file = stack.enter_context((folder / name).open("w", encoding="utf-8", newline=""))
            file.write(f"{header}\n")
            writers[name] = csv.writer(file, lineterminator="\n")
        yield Files(writers)


def _publishers(files: Files) -> None:
    for slug in NEWSROOMS:
        name = slug.replace("-", " ").title()
        files.row("publishers.csv", slug, name, "", "news", "", "", "")
    files.row("publishers.csv", COUNTER, "Bench Monitor", "", "monitor", "", "", "")
    for name in GROUPS:
        files.row("publishers.csv", _slug(name), name, "", "armed_group", "", "", "")


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _reports(files: Files, incidents: int, chance: random.Random) -> int:
    number = max(1, incidents // REPORTS_FOR)
    for one in range(1, number + 1):
        day = FIRST_DAY + datetime.timedelta(chance.randrange(DAYS))
        publisher = NEWSROOMS[one % len(NEWSROOMS)]
        title = f"Report {one}: attack, night, base"
        files.row("reports.csv", f"bench-{one}", _address(one), publisher, title, "en", day)
    return number


def _address(report: object) -> str:
    return f"https://news.example/{report}"


def _base_rows() -> Iterator[Cells]:
    for number in range(1, BASES + 1):
        country, governorate, latitude, longitude = COUNTRIES[number % len(COUNTRIES)]
        slug, name = f"bench-base-{number:02}", f"Bench Base {number:02}"
        place = [f"{latitude + number / 100:.2f}", f"{longitude + number / 100:.2f}"]
        yield [
            *(slug, name, f"قاعدة {number}", "", country, governorate, ""),
            *(*place, "town", "base", "", ""),
        ]


def _slugs() -> list[str]:
    """Of all bases: those that ship with the product, and ours."""
    with (SHIPPED / "bases.csv").open(encoding="utf-8", newline="") as file:
        shipped = [row["slug"] for row in csv.DictReader(file)]
    return [*shipped, *(str(slug) for slug, *_ in _base_rows())]


def _rule(files: Files) -> None:
    folds = "bench-base-02>bench-base-01"
    text = "Counts attacks that were not intercepted; one site is counted under another."
    answers = ["no", ""]  # intercepted, and claims that nobody else confirms
    files.row(
        "counting_rules.csv",
        *(COUNTER, COUNTING_SINCE, "", "", "attacks", *answers, "", "", folds, "", text, ""),
    )


def _publication(files: Files, chance: random.Random) -> None:
    """One publication that lists every base."""
    counts = {base: chance.randrange(1, 500) for base in _slugs()}
    for base, count in counts.items():
        files.row(
            "published_tallies.csv",
            *("Bench Monitor", PUBLICATION, "2025-12-01", "", COUNTING_SINCE),
            *(
                sum(counts.values()),
                base,
                "",
                count,
                _address("tally"),
                COUNTER,
                "",
                REPORTED_UNTIL,
            ),
            *("full", ""),
        )


def _incidents(
    files: Files, prefix: str, incidents: int, reports: int, chance: random.Random
) -> None:
    bases = _slugs()
    for number in range(1, incidents + 1):
        _incident(files, chance, f"{prefix}-{number}", bases, reports)


def _incident(
    files: Files, chance: random.Random, key: str, bases: list[str], reports: int
) -> None:
    day = FIRST_DAY + datetime.timedelta(chance.randrange(DAYS))
    said = [_said(chance, key, number, day) for number in range(_number_of_claims(chance))]
    cited = {_address(chance.randrange(reports) + 1) for _ in range(1 + (chance.random() < 0.3))}
    # Some bases are attacked far more often than others.
    base = bases[int(chance.random() ** 2 * len(bases))]
    when, earliest, latest = _days(chance, day)
    munitions = chance.randrange(1, 20) if chance.random() < 0.3 else ""
    files.row(
        "incidents.csv",
        *(key, *when, base, chance.choice(WEAPONS), munitions, chance.choice(OUTCOMES)),
        *(*_people(chance, 0.2), *_people(chance, 0.3), chance.choice(["yes", "no", "unknown"])),
        *(_status(said), "", "", "", _summary(chance, key), ";".join(sorted(cited))),
        *(earliest, latest, 3 if chance.random() < 0.05 else 1, chance.choice(GRADES)),
        *(
            "هجوم بطائرة مسيرة على القاعدة" if chance.random() < 0.05 else "",
            _survivor(chance, key),
        ),
    )
    for cells in said:
        files.row("claims.csv", key, *cells, _address(chance.randrange(reports) + 1))


def _number_of_claims(chance: random.Random) -> int:
    return chance.choices(CLAIMS, CLAIM_WEIGHTS)[0]


def _days(chance: random.Random, day: datetime.date) -> tuple[Cells, object, object]:
    """The day and its precision with the time; and, of a night, both days."""
    which = chance.random()
    if which < 0.7:
        return [day, "day", "22:30" if which < 0.2 else ""], "", ""
    if which < 0.85:
        return [day, "week", ""], "", ""
    if which < 0.92:
        return [day, "month", ""], "", ""
    return ["", "", "night"], day, day + datetime.timedelta(1)


def _people(chance: random.Random, share: float) -> Cells:
    if chance.random() >= share:
        return ["", ""]
    low = chance.randrange(4)
    return [low, low + chance.randrange(3)]


def _summary(chance: random.Random, key: str) -> str:
    kind = chance.choice(["Two one-way drones", "A salvo of rockets", "Mortar rounds"])
    return f'{kind} at the base; one "destroyed", one damaged, but it still exploded. As {key}.'


def _survivor(chance: random.Random, key: str) -> str:
    """Of few the one that stands for the same attack: itself never merged."""
    prefix, number = key.rsplit("-", 1)
    return f"{prefix}-{int(number) - 1}" if int(number) % 400 == 50 else ""


def _said(chance: random.Random, key: str, number: int, day: datetime.date) -> Cells:
    kind = chance.choice(KINDS)
    speaker = NEWSROOMS[0].replace("-", " ").title()
    claimant = chance.choice(GROUPS) if kind == "responsibility" else speaker
    made_on = day + datetime.timedelta(chance.randrange(3)) if chance.random() < 0.8 else ""
    return [claimant, kind, "affirms", made_on, "statement", f"Statement {number} on {key}."]


def _status(said: list[Cells]) -> str:
    """What follows from these claims: none of the groups is part of another."""
    groups = {claimant for claimant, kind, *_ in said if kind == "responsibility"}
    if len(groups) > 1:
        return "competing"
    if groups:
        return "claimed"
    return "unclaimed" if any(kind == "no_claim" for _, kind, *_ in said) else ""
