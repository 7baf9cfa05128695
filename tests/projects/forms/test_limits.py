"""Every limit goes from form to document and back, as a must or as a preference."""

from typing import Any

import pytest

from advisor.projects.forms import LimitsForm
from advisor.projects.forms.limits import LIMITED, PLAIN
from advisor.projects.forms.starting import with_starting_values
from advisor.projects.schema import parse_setup
from advisor.sizing import constraints

MACHINES = [("this-machine", "This machine"), ("nvidia-l4", "NVIDIA L4")]
# What is typed, and what the document then holds.
LIMITS: dict[str, tuple[Any, str, Any]] = {
    "margin": ("5", "quality_margin", 0.05),
    "minimum": ("80,5", "min_quality", 0.805),
    "slices": ("vip 85, refund: 90.5", "slices", {"vip": 0.85, "refund": 0.905}),
    "p95": ("0.8", "p95_latency_ms", 800.0),
    "ttft": ("0.3", "ttft_ms", 300.0),
    "volume": ("300,000", "monthly_requests", 300_000),
    "peak": ("3", "peak_requests_per_second", 3.0),
    "budget": ("400", "monthly_budget_usd", 400.0),
    "memory": ("8", "max_memory_gb", 8.0),
    "context": ("8,192", "context_tokens", 8192),
    "hosting": (["device", "own_server"], "hosting", ["device", "own_server"]),
    "hardware": (["nvidia-l4"], "hardware", ["nvidia-l4"]),
    "local_only": ("on", "local_only", True),
    "licences": ("apache-2.0, mit, mit", "licences", ["apache-2.0", "mit"]),
    "languages": ("en, de", "languages", ["en", "de"]),
}
OTHERS: dict[str, tuple[Any, Any]] = {
    "load_profile": ("office_hours", "office_hours"),
    "input_tokens": ("350", 350),
    "output_tokens": ("90", 90),
    "personal_data": ("masked", "masked"),
    "licence_use": ("commercial", "commercial"),
    "labelled_examples": ("1,850", 1850),
    "unlabelled_texts": ("40,000", 40_000),
    "residency": ("eu_eea", "eu_eea"),
}


def form_of(typed: dict[str, Any], **more: Any) -> LimitsForm:
    return LimitsForm(typed, machines=MACHINES, **more)


def document_of(typed: dict[str, Any], before: dict[str, Any] | None = None):
    form = form_of(typed)
    assert form.is_valid(), form.errors
    return form.into(before or {})


def typed_again(document: dict[str, Any]) -> dict[str, Any]:
    """What a browser would send of the form as it is shown, nothing changed."""
    form = LimitsForm(initial=LimitsForm.initial_from(document), machines=MACHINES)
    sent = {}
    for bound in form:
        value = bound.value()
        if value is True:
            sent[bound.name] = "on"
        elif value not in (None, False, ""):
            sent[bound.name] = value
    return sent


def test_the_table_above_names_every_field_of_the_step():
    assert set(LIMITS) == set(LIMITED)
    assert set(OTHERS) == {*PLAIN, "load_profile", "residency"}


@pytest.mark.parametrize("field", LIMITS)
@pytest.mark.parametrize("level", ["must", "prefer"])
def test_a_limit_goes_to_the_document_and_back(field: str, level: str):
    typed, name, limit = LIMITS[field]
    document = document_of({field: typed, f"{field}_level": level})
    wanted = limit if level == "must" else {"limit": limit, "level": "prefer"}
    assert document["constraints"] == {name: wanted}
    assert document_of(typed_again(document)) == document
    parsed = constraints.parse(
        {"min_quality": 0.1, **document["constraints"]}, has_reference=True
    )
    found = [one for one in parsed if one.name == name]
    assert {one.level for one in found} == {level}


@pytest.mark.parametrize("field", OTHERS)
def test_what_is_no_limit_goes_to_the_document_and_back(field: str):
    typed, value = OTHERS[field]
    document = document_of({field: typed})
    assert document[field] == value
    assert document["constraints"] == {}
    assert document_of(typed_again(document)) == document


def test_everything_together_is_a_valid_setup():
    typed = {field: text for field, (text, *_) in LIMITS.items()}
    typed |= {field: text for field, (text, _) in OTHERS.items()}
    typed["peak"] = "3"
    document = document_of(typed)
    assert document_of(typed_again(document)) == document
    model = {"id": "a", "engine": "recorded", "upload": 1}
    whole = {**document, "project": "All limits", "samples": 1}
    parse_setup(
        {**whole, "reference": model | {"id": "b"}, "candidates": [model]}, stored=True
    )


def test_emptied_fields_are_no_limits():
    typed = {field: text for field, (text, *_) in LIMITS.items()}
    full = document_of({**typed, **{f: t for f, (t, _) in OTHERS.items()}})
    emptied = document_of({}, full)
    assert emptied["constraints"] == {}
    assert all(emptied[key] is None for key in (*PLAIN, "load_profile", "residency"))


def test_other_steps_keep_what_they_hold():
    before = {"seed": 3, "candidates": [{"id": "a"}], "goal": "A goal"}
    assert {**document_of({"margin": "5"}, before), **before} == document_of(
        {"margin": "5"}, before
    )


def test_one_country_is_named_by_two_letters():
    document = document_of({"residency": "country", "country": "de"})
    assert document["residency"] == "DE"
    shown = LimitsForm.initial_from(document)
    assert (shown["residency"], shown["country"]) == ("country", "DE")
    unnamed = form_of({"residency": "country"})
    assert "Enter the two letters of the country" in unnamed.errors["country"][0]
    wrong = form_of({"residency": "country", "country": "D1"})
    assert len(wrong.errors["country"]) == 1


def test_a_week_of_load_is_typed_as_168_values():
    week = "\n".join(" ".join(str(hour % 24) for hour in range(24)) for _ in range(7))
    document = document_of({"load_profile": "hourly", "hourly": week})
    assert document["load_profile"] == [float(hour % 24) for hour in range(168)]
    assert document_of(typed_again(document)) == document


@pytest.mark.parametrize(
    ("hourly", "told"),
    [
        ("", "Enter 168 hourly values"),
        ("1 2 3", "Enter 168 hourly values, Monday 0:00 first; this has 3"),
        ("1 x 3", "“x” is no number of 0 or more."),
        ("1 -2 3", "“-2” is no number of 0 or more."),
        ("0 " * 168, "Enter 168 hourly values"),
    ],
)
def test_a_week_that_is_none_is_told_at_its_field(hourly: str, told: str):
    form = form_of({"load_profile": "hourly", "hourly": hourly})
    assert form.errors["hourly"][0].startswith(told)


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("English, German", ["en", "de"]),
        ("en; DE", ["en", "de"]),
        ("portuguese,Portuguese", ["pt"]),
    ],
)
def test_languages_are_typed_by_name_or_code(typed: str, codes: list[str]):
    assert document_of({"languages": typed})["constraints"] == {"languages": codes}


def test_a_language_that_is_not_known_is_told_with_the_nearest():
    told = form_of({"languages": "English, Germna"}).errors["languages"]
    assert told == ["We do not know “Germna”. Did you mean German?"]


def test_a_budget_of_nothing_needs_hardware_of_ones_own():
    free = form_of({"budget": "0", "hosting": ["own_server"]})
    assert free.is_valid()
    told = form_of({"budget": "0", "hosting": ["public_api"]}).errors["budget"]
    assert told[0].startswith("A budget of 0 is met by hardware you own only.")


def test_starting_values_fill_what_is_empty_and_nothing_else():
    stored = LimitsForm.initial_from(
        {"constraints": {"context_tokens": 512, "monthly_requests": 2_628_000}}
    )
    shown = with_starting_values(stored)
    assert (shown["context"], shown["context_level"]) == (512, "must")
    assert (shown["p95"], shown["load_profile"]) == (3.0, "office_hours")
    assert (shown["hosting"], shown["hosting_level"]) == (
        ["own_server", "private_cloud"],
        "prefer",
    )
    assert shown["peak"] == 5.0
    assert shown["minimum"] is None


def test_a_peak_below_the_average_of_the_month_is_refused():
    form = form_of({"volume": "3,000,000", "peak": "0.6"})
    told = "Enter a peak of at least 1.1, the average of 3.0 million requests a month"
    assert form.errors["peak"] == [told]


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("margin", "0.4", "Enter a margin between 0.5 and 30 points"),
        ("margin", "31", "Enter a margin between 0.5 and 30 points"),
        ("minimum", "101", "Enter a score between 0 and 100 points"),
        ("p95", "0", "Enter a time between 0.05 and 120 seconds"),
        ("volume", "1.5", "Enter how many requests you expect in a month"),
        ("context", "100", "Enter a length between 128 and 1,000,000 tokens"),
        ("budget", "-1", "Enter an amount of 0 or more"),
        ("slices", "vip", "Write a tag and 0 to 100 points, not “vip”"),
        ("slices", "vip 101", "Write a tag and 0 to 100 points, not “vip 101”"),
        ("slices", "85", "Write a tag and 0 to 100 points, not “85”"),
    ],
)
def test_a_value_outside_its_range_is_told_at_its_field(field, typed, told):
    assert form_of({field: typed}).errors == {field: [told]}


def test_a_machine_that_is_not_in_the_catalog_is_refused():
    assert "hardware" in form_of({"hardware": ["warp-drive"]}).errors


def test_floors_with_levels_of_their_own_are_shown():
    floors = {"vip": {"limit": 0.85, "level": "prefer"}}
    shown = LimitsForm.initial_from({"constraints": {"slices": floors}})
    assert (shown["slices"], shown["slices_level"]) == ({"vip": 0.85}, "prefer")


def test_a_tag_may_hold_a_colon_or_a_space():
    typed = "lang:de 85, large account: 90, lang:en:70,vip :60"
    floors = {"lang:de": 0.85, "large account": 0.9, "lang:en": 0.7, "vip": 0.6}
    document = document_of({"slices": typed})
    assert document["constraints"] == {"slices": floors}
    assert document_of(typed_again(document)) == document
