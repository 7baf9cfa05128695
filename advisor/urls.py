"""Which address leads to which app?"""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from advisor.web.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("", include("advisor.api.urls")),
    path("", include("advisor.web.urls")),
    path("", include("advisor.accounts.urls")),
    path("", include("advisor.catalog.urls")),
    path("", include("advisor.projects.urls")),
    path("", include("advisor.runs.urls")),
    path("", include("advisor.adaptations.urls")),
    path("", include("advisor.reports.urls")),
    path("operate/", admin.site.urls),
]
handler500 = "advisor.web.views.server_error"
