"""An incident as one flat row, under the names that users of ACLED, UCDP and the GTD know."""

from __future__ import annotations

from sources.rows import Column, Kind

FLAT_COLUMNS = (
    Column("event_id", help_text="The public id."),
    Column("event_date", Kind.DAY, "The earliest day it may have happened on, local."),
    Column("event_date_end", Kind.DAY, "The latest such day."),
    Column("time_precision", Kind.INTEGER, "1: the day is known; 2: within a week; 3: longer."),
    Column("location", help_text="The name of the base."),
    Column("admin1", help_text="Its governorate."),
    Column("country", help_text="The English name of the country."),
    Column("iso", Kind.INTEGER, "ISO 3166-1 number of the country."),
    Column("latitude", Kind.NUMBER, "Of the base, as exactly as geo_precision says."),
    Column("longitude", Kind.NUMBER, "Of the base."),
    Column("geo_precision", Kind.INTEGER, "1: exact; 2: town or district; 3: governorate."),
    Column("event_type", help_text="ACLED's word for such a weapon; empty where it is unknown."),
    Column("sub_event_type", help_text="ACLED's word, likewise."),
    Column("actor1", help_text="The armed groups that claim it, with ; between."),
    Column("actor2", help_text="Empty: the record does not say whose unit was attacked."),
    Column("fatalities", Kind.INTEGER, "The best figure, else the lowest; never 0 for unknown."),
    Column("fatalities_low", Kind.INTEGER, "The lowest figure."),
    Column("fatalities_high", Kind.INTEGER, "The highest figure."),
    Column("source", help_text="Who published the reports, with ; between."),
    Column("source_scale", help_text="Empty: the record does not say how far a source reaches."),
    Column("notes", help_text="The summary."),
    Column("tags", help_text="weapon, outcome, grade and claim_status as key=value, ; between."),
    Column("timestamp", Kind.INTEGER, "Unix time of the last change of the record."),
    Column("claimed", Kind.INTEGER, "GTD: 1 a group claims it, 0 nobody does, -9 unknown."),
    Column("compclaim", Kind.INTEGER, "GTD: 1 competing claims, 0 none; null unless claimed."),
)
