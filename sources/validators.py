"""Checks of single values, shared by the models of every app (and so by admin and import)."""

import datetime
import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.utils.translation import gettext as _

FIRST_DAY = datetime.date(1900, 1, 1)
PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")

web_address = URLValidator(schemes=["http", "https"])

# Keys stand in addresses, so no slash and nothing that needs quoting.
key_format = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9:._-]*\Z", "Use letters, digits, and : . _ - only."
)

territory_format = RegexValidator(
    r"\A([A-Z]{2}(;[A-Z]{2})*)?\Z", "Use ISO 3166 codes with ; between, such as IQ;SY."
)


def sane_day(day):
    """Refuse a day before 1900 or after tomorrow (tomorrow: it may already be so at the base)."""
    if day < FIRST_DAY:
        raise ValidationError(_("%(day)s is before 1900.") % {"day": day})
    if day > datetime.date.today() + datetime.timedelta(days=1):
        raise ValidationError(_("%(day)s is in the future.") % {"day": day})


def partial_date(text):
    """Refuse what is not YYYY, YYYY-MM or YYYY-MM-DD: a source often gives only the year."""
    match = PARTIAL_DATE.fullmatch(text)
    if not match:
        raise ValidationError("Use YYYY, YYYY-MM or YYYY-MM-DD.")
    year, month, day = match.groups()
    try:
        sane_day(datetime.date(int(year), int(month or 1), int(day or 1)))
    except ValueError as error:
        raise ValidationError(f"{text} is not a date.") from error
