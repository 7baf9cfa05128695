"""Which addresses belong to the same services as JSON?"""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path

from advisor.api.addresses import api
from advisor.api.json_api import polite
from advisor.api.problems import answer_to
from advisor.api.readiness import readyz


def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer any other address under /api/ as the API does."""
    return answer_to(request, Http404())


app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("readyz", readyz, name="readyz"),
    path("api/v1/", api.urls),
    re_path(r"^api/", polite(nothing_here)),
]
