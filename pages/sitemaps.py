"""The addresses of all public pages for search engines, by class, in every language."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import OuterRef, Subquery
from django.urls import reverse

from attacks.models import Incident
from bases.models import MilitaryBase
from sources.kept import last_revision
from sources.models import Organisation
from tallies.models import PublishedTally


class Pairs:
    """(item, language) for each language of each item, of which only a slice is ever read."""

    def __init__(self, items, languages):
        self.items, self.languages = items, languages
        self.ordered = True  # so that a paginator does not warn

    def __len__(self):
        items = self.items
        return (len(items) if isinstance(items, tuple) else items.count()) * len(self.languages)

    count = __len__

    def __getitem__(self, part):
        many = len(self.languages)
        first, last = part.start // many, -(-part.stop // many)
        pairs = [(item, code) for item in self.items[first:last] for code in self.languages]
        return pairs[part.start - first * many : part.stop - first * many]


class InEveryLanguage(Sitemap):
    i18n = alternates = x_default = True
    limit = 2_000  # addresses a file

    def _items(self):
        return Pairs(self.items(), [code for code, _ in settings.LANGUAGES])

    def get_latest_lastmod(self):
        """Without reading every record: nothing changed after the last revision."""
        last = last_revision()
        return last and last.moment


class Texts(InEveryLanguage):
    names = (
        "tallies:dashboard",
        "attacks:incidents",
        "attacks:counts",
        "bases:list",
        "tallies:list",
        "sources:organisations",
        "tallies:figures",
        "pages:map",
        "pages:compare",
        "pages:methodology",
        "pages:data",
        "pages:corrections",
        "pages:about",
        "pages:embeds",
    )

    def items(self):
        return self.names

    def location(self, item):
        return reverse(item)

    def lastmod(self, item):
        last = last_revision()
        return last and last.moment


class Records(InEveryLanguage):
    """Pages of records of one model, each last changed by its last revision."""

    model = None

    def items(self):
        return self.records().annotate(changed=_last_moment(self.model)).order_by("pk")

    def records(self):
        return self.model.objects.all()

    def lastmod(self, item):
        return item.changed


def _last_moment(model):
    rows = model.history.filter(id=OuterRef("pk")).order_by("-history_id")
    return Subquery(rows.values("revision__moment")[:1])


class Incidents(Records):
    model = Incident

    def records(self):
        return Incident.objects.published().only("serial")


class Bases(Records):
    model = MilitaryBase


class Tallies(Records):
    model = PublishedTally


class Organisations(Records):
    model = Organisation


SITEMAPS = {
    "pages": Texts,
    "bases": Bases,
    "incidents": Incidents,
    "tallies": Tallies,
    "organisations": Organisations,
}
