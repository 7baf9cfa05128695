"""Which addresses belong to the same services as JSON?"""

from django.urls import URLPattern, URLResolver, path

from advisor.api.readiness import readyz

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [path("readyz", readyz, name="readyz")]
