"""What can be chosen in step 2? Values of the schema, each in the reader's words."""

Choices = tuple[tuple[str, str], ...]

HOSTING: Choices = (
    ("device", "On the device\nLaptop, phone, edge box; works offline"),
    ("own_server", "On premises\nYour own servers"),
    ("private_cloud", "Private cloud\nYour account, your keys"),
    ("public_api", "Vendor API\nText leaves your network"),
)
PLACES = {value: label.partition("\n")[0] for value, label in HOSTING}
NOT_STATED = ("", "Not stated")
PROFILES: Choices = (
    NOT_STATED,
    ("office_hours", "Office hours, 5 days"),
    ("even", "Even, day and night"),
    ("evenings_weekends", "Evenings and weekends"),
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
