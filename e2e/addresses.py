"""Every kind of page, by a name for its screenshot, with records that have much to show."""

PAGES = {
    "dashboard": "/",
    "dashboard-chosen": "/?counter=cbs-news",
    "incidents": "/incidents/",
    "incidents-filtered": "/incidents/?base=al-asad&weapon=drone&since=2023-10-19",
    "incident": "/incidents/BW-1/",
    "counts": "/counts/?group_by=month",
    "bases": "/bases/",
    "base": "/bases/conoco/",
    "tallies": "/tallies/",
    "tally": "/tallies/sohr-via-dw-20240810/",
    "unaccounted": "/tallies/unaccounted/",
    "period": "/tallies/period/?since=2023-10-19&until=2024-02-04",
    "figures": "/figures/",
    "organisations": "/organisations/",
    "organisation": "/organisations/sohr/",
    "not-found": "/nowhere/",
}
LANGUAGES = {"en": "", "ar": "/ar"}


def address(name, language="en"):
    return LANGUAGES[language] + PAGES[name]
