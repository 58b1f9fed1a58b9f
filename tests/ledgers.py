"""How tests of the ledger make one and read what was found in it."""

from attacks.counting import Count
from tallies.ledger import ledger
from tallies.places import TOTAL
from tests.factories import day, make_report, make_tally

NOTHING = Count(0, 0)


def holding(count=NOTHING, asked=None):
    """Our record, holding the same everywhere; what it is asked goes into `asked`."""

    def held(place, countries, window):
        if asked is not None:
            asked.append((place, tuple(countries), window))
        return count

    return held


def book(*tallies, held=None, **options):
    return ledger(tallies, held=held or holding(), **options)


def between(first, last):
    """A report published on some day from the one to the other."""
    return make_report(published_earliest=first and day(first), published_latest=last and day(last))


def january(total, **fields):
    """A closed period."""
    days = {"counting_since": day("2024-01-01"), "counting_until": day("2024-01-31")}
    return make_tally(total=total, **days | fields)


def found(book, kind):
    """Its findings of one kind: the tally, the other, the place and the amount."""
    return [
        (finding.tally, finding.other, finding.place, finding.amount)
        for finding in book.findings
        if finding.kind == kind
    ]


def words(book, kind):
    return [finding.words for finding in book.findings if finding.kind == kind]


def steps(book, place=TOTAL):
    return [(one.earlier, one.later, one.rise) for one in book.steps if one.place == place]
