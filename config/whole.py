"""A whole list as a file or a feed, streamed from one state of the database."""

import datetime

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from rest_framework.exceptions import ValidationError

from config.freshness import last_revision
from sources.formats import (
    SHEET_ROWS,
    Stream,
    atom_chunks,
    csv_chunks,
    file_chunks,
    geojson_chunks,
    line_chunks,
    snapshot,
    xlsx_file,
)

LICENCE = settings.SPECTACULAR_SETTINGS["LICENSE"]["url"]
NEVER = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)  # a feed of nothing needs a moment
RIGHTS = f"CC BY 4.0: name Basewatch and the cited sources. {LICENCE}"


class WholeList:
    """All records of a list, for a view that has validated the question.

    `records` gives them in order and `count` their number, both called inside the state of the
    database that is read; `fields` are the columns asked for, or None for all. `lines` gives the
    same rows of some columns as lines of CSV, where the database itself can write them.
    """

    def __init__(self, view, records, count, fields=None, lines=None):
        self.view, self.table, self.records, self.count = view, view.table, records, count
        self.lines = lines
        self.names = fields or self.table.names
        self.request = view.request
        self.format = view.request.accepted_renderer
        self.revision = None

    def response(self):
        """The answer; of HEAD, the headers alone, with how many records the list holds.

        To count a long list takes longer than to begin with it.
        """
        if self.request.method == "HEAD":
            response = HttpResponse(content_type=self.content_type)
            response.headers["X-Total-Count"] = str(self.count())
        else:
            stream = Stream(self.chunks())
            response = StreamingHttpResponse(stream, content_type=self.content_type)
        if self.format.format != "atom":
            name = f"basewatch-{self.table.name}.{self.format.format}"
            response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def chunks(self):
        with snapshot():
            self.revision = last_revision()
            yield from getattr(self, self.format.format)()

    @property
    def content_type(self):
        text = self.format.format != "xlsx"
        return f"{self.format.media_type}; charset=utf-8" if text else self.format.media_type

    def rows(self):
        places = [self.table.names.index(name) for name in self.names]
        for record in self.records():
            for row in self.table.rows(record):
                yield [row[place] for place in places]

    def csv(self):
        bom = self.request.query_params.get("bom") == "true"
        if self.lines is None:
            yield from csv_chunks(self.names, self.rows(), bom=bom)
        else:
            yield from csv_chunks(self.names, (), bom=bom)
            yield from self.lines(self.names)

    def xlsx(self):
        if (total := self.count()) > SHEET_ROWS:
            reason = f"A spreadsheet holds {SHEET_ROWS} rows and this list {total}: use csv."
            raise ValidationError({"format": [reason]})
        return file_chunks(xlsx_file(self.table.name, self.names, self.rows()))

    def ndjson(self):
        return line_chunks(self.view.json_lines(self.records()))

    def geojson(self):
        number = self.revision and self.revision.number
        foreign = {"revision": number, "license": LICENCE, "attribution": RIGHTS}
        return geojson_chunks(map(self.feature, self.records()), foreign)

    def feature(self, record):
        [row] = self.table.rows(record)
        cells = dict(zip(self.table.names, row, strict=True))
        properties = {name: cells[name] for name in self.names}
        name = cells[self.table.key] if self.table.key else row[0]
        return str(name), self.table.place(record), properties

    def atom(self):
        query = self.request.GET.copy()
        query.pop("format", None)
        page = f"{self.view.page}?{query.urlencode()}" if query else self.view.page
        return atom_chunks(
            map(self.table.entry, self.records()),
            title=f"Basewatch: {self.table.name}",
            updated=self.revision.moment if self.revision else NEVER,
            absolute=self.request.build_absolute_uri,
            page=page,
            feed=self.request.get_full_path(),
            rights=RIGHTS,
        )
