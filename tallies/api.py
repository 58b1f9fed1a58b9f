from django.db.models import Prefetch

from config.rest import PublicViewSet

from .filters import TallyFilter
from .models import PublishedTally, TallyLine
from .serializers import TallySerializer


class TallyViewSet(PublicViewSet):
    """Counts that somebody published, exactly as published, also where they do not add up.

    A base without a line is not listed, which is not zero.
    """

    queryset = PublishedTally.objects.select_related(
        "counter", "report__publisher"
    ).prefetch_related(Prefetch("lines", TallyLine.objects.select_related("base")))
    serializer_class = TallySerializer
    filterset_class = TallyFilter
    lookup_field = "key"
    lookup_value_regex = r"[\w:.-]+"
