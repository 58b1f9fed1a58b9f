"""The record as ACLED's programming interface gives its own: lists, their columns and filters.

An event is a published incident that was not merged into another: what was merged or withdrawn
stands among the deleted. Columns of ACLED that the record does not keep are null, and an unknown
number of dead is null where ACLED has 0.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django_countries import countries

from sources.countries import country_name
from sources.rows import Cell, Column, Kind

from .acled_filters import (
    Condition,
    Filter,
    always,
    any_of,
    at,
    coded_at,
    each_part,
    moment_at,
    nothing,
    one_of,
    read_moment,
    read_year,
    text_at,
)
from .changes import gone
from .claim_status import ClaimStatus, claim_status, claims_of_responsibility
from .flat import EVENT_TYPES, FLAT_COLUMNS, GEO_PRECISION, WEEK, flat
from .models import NEWEST_FIRST, Citation, Grade, Incident
from .records import with_documents

Row = dict[str, Cell]


@dataclass(frozen=True)
class Listing:
    """A list of ACLED's: what its rows can be asked for, and the rows.

    `rows` gives all of them, in order; `shown` what leaves of some of them.
    """

    name: str
    filters: dict[str, Filter]
    rows: Callable[[], QuerySet[Any]]
    shown: Callable[[Iterable[Any]], Iterable[Row]]


def _by_name(*filters: Filter) -> dict[str, Filter]:
    return {one.column.name: one for one in filters}


# Countries

CODES = [code for code, _ in countries]
COUNTRIES = {code: country_name(code) for code in CODES}
ISO_NUMBERS = {code: number for code in CODES if (number := countries.numeric(code)) is not None}
ISO3 = {code: countries.alpha3(code) for code in CODES}
# As ACLED spells it, where that differs: asked for so too.
ACLED_SPELLINGS = {"TR": "Turkey"}

MIDDLE_EAST, MIDDLE_EAST_NUMBER = "Middle East", "11"
# ACLED's region of that name; of other countries we name none.
REGIONS = dict.fromkeys(
    ("AE", "BH", "IL", "IQ", "IR", "JO", "KW", "LB", "OM", "PS", "QA", "SA", "SY", "TR", "YE"),
    MIDDLE_EAST,
)
REGION_NUMBERS = dict.fromkeys(REGIONS, MIDDLE_EAST_NUMBER)


def country_filter(by_default: str) -> Filter:
    column = Column("country", help_text="The English name of the country.")
    named = coded_at("base__country", COUNTRIES, ACLED_SPELLINGS)
    return Filter(column, named, by_default, always=True)


ISO = Filter(
    Column("iso", Kind.INTEGER, "ISO 3166-1 number of the country."),
    coded_at("base__country", ISO_NUMBERS),
)


# Events


def events() -> QuerySet[Incident]:
    # Not as "is null": SQLite would walk the index of that, and sort what it finds.
    return Incident.objects.published().exclude(merged_into__isnull=False)


def with_event_id(incidents: QuerySet[Any]) -> QuerySet[Any]:
    serial = Cast("serial", TextField())
    return incidents.alias(event_id=Concat(Value("BW-"), serial, output_field=TextField()))


def events_in_order() -> QuerySet[Any]:
    """The ids of the events, newest first, with what the filters compare beside them.

    No more is read of them before it is known which ones are shown: pages far down stay cheap.
    """
    days = ExpressionWrapper(F("latest") - F("earliest"), DurationField())
    attacks = Cast("attack_count", TextField())
    return (
        claim_status(with_event_id(events()))
        .alias(
            days_between=days,
            # Wide enough for any number asked for: of a bound beyond its range Django would say
            # that every row meets it, also where the number is unknown.
            dead=Coalesce("killed_best", "killed_low", output_field=BigIntegerField()),
            # As they leave: what the databases hold is exact, but not to the same decimal.
            north=Cast("base__latitude", FloatField()),
            east=Cast("base__longitude", FloatField()),
            attacks_tag=Concat(Value("attacks="), attacks, output_field=TextField()),
        )
        .order_by(*NEWEST_FIRST)
        .values("pk")
    )


def shown_events(rows: Iterable[Any]) -> Iterator[Row]:
    chosen = Incident.objects.filter(pk__in=[row["pk"] for row in rows])
    for incident in with_documents(claim_status(chosen).order_by(*NEWEST_FIRST)):
        yield event(incident)


def event(incident: Any) -> Row:
    """The row of ACLED's 31 columns, from the flat one."""
    row = flat(incident)
    own = {name: row.get(name) for name in EVENTS.filters}
    return own | {
        "event_id_cnty": row["event_id"],
        "year": incident.earliest.year,
        "disorder_type": DISORDER,
        "region": REGIONS.get(incident.base.country),
    }


DISORDER = "Political violence"
_WITHIN_A_WEEK = datetime.timedelta(days=WEEK - 1)
TIME_PRECISION = one_of(
    [
        (1, Q(latest=F("earliest"))),
        (2, Q(latest__gt=F("earliest"), days_between__lte=_WITHIN_A_WEEK)),
        (3, Q(days_between__gt=_WITHIN_A_WEEK)),
    ]
)
_precise = coded_at("base__coordinate_precision", GEO_PRECISION)


def geo_precision(by: str, value: Any) -> Q:
    return _precise(by, value) & Q(base__latitude__isnull=False, base__longitude__isnull=False)


def event_type(place: int) -> Condition:
    return coded_at("weapon", {weapon: words[place] for weapon, words in EVENT_TYPES.items()})


def claimed_by(by: str, name: str) -> Q:
    claims = claims_of_responsibility().filter(incident=OuterRef("pk"))
    return Q(Exists(claims.filter(text_at("claimant__name")(by, name))))


def published_by(by: str, name: str) -> Q:
    """As `flat.publisher` names them: the publisher, else the host of the address, else the key."""
    of_host = "" if by == "=" else "[^/?#:@]*"
    host = f"{of_host}{re.escape(name)}{of_host}(:[0-9]*)?([/?#]|$)"
    unknown = Q(report__publisher=None)
    named = text_at("report__publisher__name")(by, name)
    named |= unknown & Q(report__url__iregex=f"^https?://([^/?#@]*@)?{host}")
    named |= unknown & Q(report__url=None) & text_at("report__key")(by, name)
    return Q(Exists(Citation.objects.filter(named, incident=OuterRef("pk"))))


TAGS = {
    "weapon": set(Incident.Weapon.values) - {Incident.Weapon.UNKNOWN},
    "outcome": set(Incident.Outcome.values) - {Incident.Outcome.UNKNOWN},
    "grade": set(Grade.values),
    "claim_status": set(ClaimStatus.values) - {ClaimStatus.UNKNOWN},
}
_coded_tags = [
    coded_at(field, {value: f"{field}={value}" for value in sorted(values)})
    for field, values in TAGS.items()
]


def tagged(by: str, text: str) -> Q:
    return any_of(condition(by, text) for condition in (*_coded_tags, text_at("attacks_tag")))


_TOLD = {column.name: column for column in FLAT_COLUMNS}
EVENT_ID = Column("event_id_cnty", help_text="Our public id, such as BW-12.")


def _told(name: str, condition: Condition, by_default: str = "", **more: Any) -> Filter:
    """A column that is told as in the flat row."""
    return Filter(_TOLD[name], condition, by_default, **more)


def _unknown(name: str, by_default: str = "") -> Filter:
    return Filter(Column(name, help_text="Null: not on record."), nothing, by_default)


EVENTS = Listing(
    "acled",
    _by_name(
        Filter(EVENT_ID, text_at("event_id"), always=True),
        _told("event_date", at("earliest"), always=True),
        Filter(
            Column("year", Kind.INTEGER, "Of event_date."),
            at("earliest__year"),
            reader=read_year,
            always=True,
        ),
        _told("time_precision", TIME_PRECISION, always=True),
        Filter(
            Column("disorder_type", help_text=f"Always: {DISORDER}."),
            always(DISORDER),
            always=True,
        ),
        _told("event_type", event_type(0)),
        _told("sub_event_type", event_type(1)),
        _told("actor1", each_part(claimed_by), dear=True),
        _unknown("assoc_actor_1"),
        _unknown("inter1", "="),
        _unknown("actor2"),
        _unknown("assoc_actor_2"),
        _unknown("inter2", "="),
        _unknown("interaction", "="),
        _unknown("civilian_targeting"),
        ISO,
        Filter(
            Column(
                "region",
                help_text=f"{MIDDLE_EAST} ({MIDDLE_EAST_NUMBER}) or null: no other is named.",
            ),
            coded_at("base__country", REGIONS, REGION_NUMBERS),
            "=",
        ),
        country_filter("="),
        _told("admin1", text_at("base__governorate")),
        _unknown("admin2"),
        _unknown("admin3"),
        _told("location", text_at("base__name"), always=True),
        _told("latitude", at("north")),
        _told("longitude", at("east")),
        _told("geo_precision", geo_precision),
        _told("source", each_part(published_by), dear=True),
        _unknown("source_scale"),
        _told("notes", text_at("summary"), dear=True),
        _told("fatalities", at("dead")),
        _told("tags", each_part(tagged), always=True, dear=True),
        _told("timestamp", moment_at("change__revision__moment"), ">=", reader=read_moment),
    ),
    events_in_order,
    shown_events,
)


# What is not among the events any more


def deleted_in_order() -> QuerySet[Any]:
    return with_event_id(gone()).order_by("-change__revision_id", "-id")


def shown_deleted(rows: Iterable[Any]) -> Iterator[Row]:
    for incident in rows:
        moment = incident.change.revision.moment
        told = {"event_id_cnty": incident.public_id}
        yield told | {"deleted_timestamp": int(moment.timestamp())}


DELETED = Listing(
    "deleted",
    _by_name(
        Filter(EVENT_ID, text_at("event_id"), always=True),
        Filter(
            Column(
                "deleted_timestamp",
                Kind.INTEGER,
                "Unix time of its last change: it was withdrawn or merged then or before.",
            ),
            moment_at("change__revision__moment"),
            ">=",
            reader=read_moment,
            always=True,
        ),
    ),
    deleted_in_order,
    shown_deleted,
)


# Who and where


def _summed(path: str) -> dict[str, Any]:
    return {
        "first_event_date": Min(f"{path}earliest"),
        "last_event_date": Max(f"{path}earliest"),
        "event_count": Count(f"{path}id", distinct=True),
    }


def sums() -> Iterator[Filter]:
    """The columns of events taken together."""
    first = Column("first_event_date", Kind.DAY, "The event_date of the earliest event.")
    last = Column("last_event_date", Kind.DAY, "That of the latest.")
    number = Column("event_count", Kind.INTEGER, "How many events there are.")
    yield Filter(first, at("first_event_date"), always=True)
    yield Filter(last, at("last_event_date"), always=True)
    yield Filter(number, at("event_count"), ">=", always=True)


def actors_in_order() -> QuerySet[Any]:
    """The armed groups that claim any event, by name."""
    claims = claims_of_responsibility().filter(incident__in=events().order_by().values("pk"))
    groups = claims.order_by().values("claimant", actor_name=F("claimant__name"))
    return groups.annotate(**_summed("incident__")).order_by("actor_name", "claimant")


def shown_actors(rows: Iterable[Any]) -> Iterator[Row]:
    for row in rows:
        yield {name: row[name] for name in ACTORS.filters}


ACTORS = Listing(
    "actor",
    _by_name(
        Filter(
            Column("actor_name", help_text="An armed group that claims responsibility."),
            text_at("actor_name"),
            always=True,
        ),
        *sums(),
    ),
    actors_in_order,
    shown_actors,
)


def countries_in_order() -> QuerySet[Any]:
    """The countries that any event lies in, by their codes."""
    places = events().order_by().values("base__country")
    return places.annotate(**_summed("")).order_by("base__country")


def shown_countries(rows: Iterable[Any]) -> Iterator[Row]:
    for row in rows:
        code = row["base__country"]
        told: Row = {name: row.get(name) for name in COUNTRY_LIST.filters}
        yield told | {
            "country": country_name(code),
            "iso": ISO_NUMBERS.get(code),
            "iso3": ISO3.get(code) or None,
        }


COUNTRY_LIST = Listing(
    "country",
    _by_name(
        country_filter("LIKE"),
        ISO,
        Filter(
            Column("iso3", help_text="ISO 3166-1 code of the country, three letters."),
            coded_at("base__country", ISO3),
            "=",
        ),
        *sums(),
    ),
    countries_in_order,
    shown_countries,
)
