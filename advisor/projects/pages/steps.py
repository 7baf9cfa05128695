"""What do the first two steps show? The goal, and the limits with their levels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advisor.accounts.models import Team
from advisor.projects.facts import StartingValue, UseCase, use_case, use_cases
from advisor.projects.forms import GoalForm, LimitsForm
from advisor.projects.forms.languages import NAMES
from advisor.projects.forms.starting import PEAK_BY_AVERAGE, SECONDS_A_MONTH
from advisor.projects.models import Setup
from advisor.projects.pages.in_running import running_panel
from advisor.projects.pages.labels import FIELDS, field_label
from advisor.projects.pages.wizard import Group, LimitField, WizardPage, wizard_parts
from advisor.sizing import formats
from advisor.web.panels import EffectPanel
from advisor.web.parts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A starting value, and where it comes from."""

    term: str
    value: str
    basis: str
    note: str
    url: str


# Groups of rows; the fields of a row stand side by side.
TERMS = {"max_output_tokens": "Longest answer"}
GROUPS = (
    ("Quality", (("margin", "minimum"), ("slices",))),
    (
        "Speed and volume",
        (
            ("p95", "ttft"),
            ("volume", "peak"),
            ("load_profile", "hourly"),
            ("context",),
            ("input_tokens", "output_tokens"),
        ),
    ),
    ("Cost", (("budget",),)),
    (
        "Deployment and data",
        (
            ("hosting",),
            ("local_only",),
            ("residency", "country"),
            ("personal_data",),
            ("memory",),
            ("hardware",),
        ),
    ),
    (
        "Licence, language and your own data",
        (
            ("licence_use", "licences"),
            ("languages",),
            ("labelled_examples", "unlabelled_texts"),
        ),
    ),
)


def goal_page(
    setup: Setup, form: GoalForm, chosen: UseCase | None = None
) -> WizardPage:
    """Return step 1; a new project may start from a use case."""
    is_new = setup.project._state.adding
    return WizardPage(
        title=f"Goal: {setup.project.name}",
        heading="What is the model for?",
        lede="Two sentences are enough. They open the report, so write them for the"
        " people who decide.",
        form=form,
        panel=limits_panel(setup.document, setup.project.team),
        extra={
            "use_cases": use_cases() if is_new else (),
            "use_case": chosen,
        },
        **wizard_parts(setup, "goal"),
    )


def limits_page(setup: Setup, form: LimitsForm) -> WizardPage:
    """Return step 2."""
    groups = tuple(
        Group(title, tuple(tuple(_limit(form, name) for name in row) for row in rows))
        for title, rows in GROUPS
    )
    return WizardPage(
        title=f"Constraints: {setup.project.name}",
        heading="What must it respect?",
        lede="A must excludes every model that breaks it; a preference only breaks"
        " ties. Leave a field empty to set no limit.",
        form=form,
        groups=groups,
        panel=limits_panel(setup.document, setup.project.team),
        extra={
            "use_case": use_case(setup.document.get("use_case")),
            "sources": _sources(setup.document),
            "languages": tuple(NAMES.values()),
        },
        **wizard_parts(setup, "constraints"),
    )


def _sources(document: Mapping[str, Any]) -> tuple[SourceRow, ...]:
    """Return where the numbers of a use case come from, as far as they still stand."""
    chosen = use_case(document.get("use_case"))
    return tuple(map(source_row, chosen.values)) if chosen else ()


def source_row(one: StartingValue) -> SourceRow:
    """Return one number of a use case with its source, ready to read."""
    told, date = one.source.title, one.source.as_of
    return SourceRow(
        term=TERMS.get(one.key) or field_label(FIELDS.get(one.key, one.key)),
        value=_amount(one),
        basis=f"{told}, {date}" if date else told,
        note=one.note,
        url=one.source.url,
    )


def _amount(one: StartingValue) -> str:
    if one.key in ("p95_latency_ms", "ttft_ms"):
        return formats.duration(one.value)
    if one.key == "max_memory_gb":
        return formats.gigabytes(one.value)
    return formats.count(one.value, "token")


def _limit(form: LimitsForm, name: str) -> LimitField:
    field, level = form[name], f"{name}_level"
    folded = ""
    if name == "hardware":
        count = len(list(field.subwidgets))
        folded = f"Choose from {count} machines"
    return LimitField(field, form[level] if level in form.fields else None, folded)


def limits_panel(
    document: Mapping[str, Any],
    team: Team,
    before: Mapping[str, Any] | None = None,
) -> EffectPanel:
    """Return who is left under the limits, and what the volume comes to."""
    return running_panel(document, team, _load(document), before)


def _load(document: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Return what the volume comes to; dashes until it is known."""
    limits = document.get("constraints") or {}
    volume = _number(limits.get("monthly_requests"))
    peak = _number(limits.get("peak_requests_per_second"))
    average = None if volume is None else volume / SECONDS_A_MONTH
    assumed = None if average is None else average * PEAK_BY_AVERAGE
    output = document.get("output_tokens")
    tokens = None if volume is None or not output else volume * output
    told = "Peak load" if peak or assumed is None else "Peak, five times that"
    return (
        Fact(term="Average load", value=_rate(average)),
        Fact(term=told, value=_rate(peak or assumed)),
        Fact(
            term="Output tokens a month",
            value=None if tokens is None else formats.number(tokens),
        ),
    )


def _rate(per_second: float | None) -> str | None:
    if per_second is None:
        return None
    if per_second < 0.1:
        return f"{formats.number(per_second * 3600, 1)} requests/h"
    return formats.rate(per_second)


def _number(stored: Any) -> float | None:
    value = stored.get("limit") if isinstance(stored, dict) else stored
    return None if value is None else float(value)
