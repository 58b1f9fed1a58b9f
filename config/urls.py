from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps import views as sitemap_views
from django.urls import include, path, re_path
from django.views.generic import RedirectView, TemplateView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config.api import router
from config.rest import NoSuchAddress
from pages.sitemaps import SITEMAPS

admin.site.site_header = admin.site.site_title = "Basewatch: editing"

urlpatterns = [
    path("api/v1/", include((router.urls, "api"))),  # first, for it is asked most
    path("api/", include("attacks.acled_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="api-schema",
            template_name="api_docs.html",
            http_method_names=["get", "head"],
        ),
        name="api-docs",
    ),
    re_path(r"^api/(?:.+/)?$", NoSuchAddress.as_view()),
    path("admin/", admin.site.urls),
    path("sitemap.xml", sitemap_views.index, {"sitemaps": SITEMAPS}, name="sitemap"),
    path(
        "sitemap-<section>.xml",
        sitemap_views.sitemap,
        {"sitemaps": SITEMAPS},
        name="django.contrib.sitemaps.views.sitemap",
    ),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
    # Asked for by browsers on pages that name no icon, such as the admin.
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}favicon.svg")),
    # Pages, in the language that the address says (config.languages).
    *i18n_patterns(
        path("", include("pages.urls")),
        path("", include("tallies.urls")),
        path("", include("attacks.urls")),
        path("", include("bases.urls")),
        path("", include("sources.urls")),
        prefix_default_language=False,
    ),
]
