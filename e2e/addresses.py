"""Every kind of page, by a name for its screenshot, with records that have much to show."""

PAGES = {
    "dashboard": "/",
    "dashboard-otherwise": "/?since=2024-01-01&until=2024-02-15&rule=house",
    "dashboard-another": "/?counter=dod",
    "dashboard-then": "/?known_on=2024-02-01",
    "dashboard-refused": "/?counter=nobody",
    "map": "/map/",
    "map-filtered": "/map/?since=2023-10-19&until=2024-02-04&weapon=drone&site=conoco",
    "incidents": "/incidents/",
    "incidents-refused": "/incidents/?base=nowhere&weapon=drone",
    "incidents-filtered": "/incidents/?base=ain-al-asad&weapon=drone&since=2023-10-19",
    "incident": "/incidents/BW-1/",
    "incident-poor": "/incidents/BW-122/",
    "counts": "/counts/?group_by=month",
    "bases": "/bases/",
    "base": "/bases/conoco/",
    "base-unplaced": "/bases/kharab-al-jir/",
    "compare": "/compare/?base=conoco&base=al-omar&base=al-shaddadi",
    "tallies": "/tallies/",
    "tally": "/tallies/sohr-via-shafaq-seed/",
    "tally-total": "/tallies/sohr-via-dw-20240810/",
    "unaccounted": "/tallies/unaccounted/",
    "period": "/tallies/period/?since=2023-10-19&until=2024-02-04",
    "figures": "/figures/",
    "organisations": "/organisations/",
    "organisation": "/organisations/sohr/",
    "group": "/organisations/islamic-resistance-in-iraq/",
    "methodology": "/methodology/",
    "data": "/data/",
    "corrections": "/corrections/",
    "about": "/about/",
    "search": "/search/?q=conoco",
    "search-arabic": "/search/?q=العمر",
    "search-nothing": "/search/?q=zzzz",
    "embeds": "/embed/",
    "embed-table": "/embed/table/",
    "embed-bars": "/embed/bars/",
    "embed-timeline": "/embed/timeline/",
    "embed-map": "/embed/map/",
    "not-found": "/nowhere/",
}
LANGUAGES = {"en": "", "ar": "/ar"}


def address(name, language="en"):
    return LANGUAGES[language] + PAGES[name]
