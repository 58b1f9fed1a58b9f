"""Every endpoint of the API, on one screen."""

from rest_framework.routers import DefaultRouter

from attacks.api import ClaimViewSet, CountViewSet, FlatIncidentViewSet, IncidentViewSet
from attacks.sync_api import DeletedViewSet
from bases.api import BaseViewSet, PresenceViewSet
from config.rest import Root
from sources.api import OrganisationViewSet, ReportViewSet
from tallies.api import CounterViewSet, FigureViewSet, TallyViewSet, UnaccountedViewSet
from tallies.corrections_api import CorrectionViewSet


class Router(DefaultRouter):
    APIRootView = Root
    include_format_suffixes = False  # a key may end in .json


router = Router()
router.register("incidents/flat", FlatIncidentViewSet, basename="flat-incident")
router.register("incidents", IncidentViewSet, basename="incident")
router.register("counts", CountViewSet, basename="count")
router.register("bases", BaseViewSet, basename="base")
router.register("claims", ClaimViewSet, basename="claim")
router.register("organisations", OrganisationViewSet, basename="organisation")
router.register("reports", ReportViewSet, basename="report")
router.register("tallies", TallyViewSet, basename="tally")
router.register("counters", CounterViewSet, basename="counter")
router.register("unaccounted", UnaccountedViewSet, basename="unaccounted")
router.register("figures", FigureViewSet, basename="figure")
router.register("force-presence", PresenceViewSet, basename="force-presence")
router.register("deleted", DeletedViewSet, basename="deleted")
router.register("corrections", CorrectionViewSet, basename="correction")
