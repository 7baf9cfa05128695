"""Which addresses belong to what is known of models and machines?"""

from django.urls import URLPattern, URLResolver, path

from advisor.catalog.views import endpoints, own, prices, reading

OWN = "t/<slug:team>/catalog/"
ENDPOINTS = "t/<slug:team>/settings/endpoints/"
ENDPOINT = f"{ENDPOINTS}<int:endpoint>/"

app_name = "catalog"
urlpatterns: list[URLPattern | URLResolver] = [
    path("catalog/", reading.catalog, name="catalog"),
    path("catalog/models/", reading.models, name="models"),
    path("catalog/models/<slug:slug>/", reading.model, name="model"),
    path("catalog/hardware/", reading.hardware, name="hardware"),
    path("catalog/hardware/<slug:slug>/", reading.machine, name="machine"),
    path("catalog/prices/", reading.prices, name="prices"),
    path("catalog/changes/", reading.changes, name="changes"),
    path(f"{OWN}models/new/", own.model_edit, name="model-new"),
    path(f"{OWN}models/<slug:slug>/edit/", own.model_edit, name="model-edit"),
    path(f"{OWN}models/<slug:slug>/delete/", own.model_delete, name="model-delete"),
    path(f"{OWN}hardware/new/", own.hardware_edit, name="hardware-new"),
    path(f"{OWN}hardware/<slug:slug>/edit/", own.hardware_edit, name="hardware-edit"),
    path(
        f"{OWN}hardware/<slug:slug>/delete/",
        own.hardware_delete,
        name="hardware-delete",
    ),
    path(f"{OWN}prices/new/", prices.price_edit, name="price-new"),
    path(f"{OWN}prices/<int:price>/edit/", prices.price_edit, name="price-edit"),
    path(f"{OWN}prices/<int:price>/delete/", prices.price_delete, name="price-delete"),
    path(ENDPOINTS, endpoints.endpoints, name="endpoints"),
    path(f"{ENDPOINTS}new/", endpoints.endpoint_new, name="endpoint-new"),
    path(ENDPOINT, endpoints.endpoint_edit, name="endpoint-edit"),
    path(f"{ENDPOINT}test/", endpoints.endpoint_test, name="endpoint-test"),
    path(f"{ENDPOINT}check/", endpoints.endpoint_check, name="endpoint-check"),
    path(f"{ENDPOINT}delete/", endpoints.endpoint_delete, name="endpoint-delete"),
]
