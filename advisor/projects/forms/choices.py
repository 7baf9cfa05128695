"""What can be chosen in step 2? Values of the schema, each in the reader's words."""

from advisor.catalog.models import Hosting

Choices = tuple[tuple[str, str], ...]

MEANT = {
    Hosting.DEVICE: "Laptop, phone, edge box; works offline",
    Hosting.OWN_SERVER: "Your own servers",
    Hosting.PRIVATE_CLOUD: "Your account, your keys",
    Hosting.PUBLIC_API: "Text leaves your network",
}
HOSTING: Choices = tuple(
    (place.value, f"{place.label}\n{MEANT[place]}") for place in Hosting
)
PLACES = {place.value: str(place.label) for place in Hosting}
NOT_STATED = ("", "Not stated")
HOURLY = "hourly"
PROFILES: Choices = (
    NOT_STATED,
    ("office_hours", "Office hours, 5 days"),
    ("even", "Even, day and night"),
    ("evenings_weekends", "Evenings and weekends"),
    (HOURLY, "168 hourly values"),
)
ONE_COUNTRY = "country"
RESIDENCIES: Choices = (
    NOT_STATED,
    ("anywhere", "Anywhere"),
    ("eu_eea", "EU and EEA only"),
    (ONE_COUNTRY, "One country"),
)
PERSONAL_DATA: Choices = (
    NOT_STATED,
    ("none", "No"),
    ("masked", "Yes, masked in the samples"),
    ("unmasked", "Yes, unmasked"),
)
LICENCE_USES: Choices = (
    NOT_STATED,
    ("commercial", "Commercial use"),
    ("commercial_free", "Commercial use without conditions"),
    ("research", "Research only"),
)
