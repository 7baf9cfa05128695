"""What does step 4 show? Who is in the list, whether it fits, and how to add more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from advisor.builtin import PREFIX
from advisor.catalog.models import Endpoint
from advisor.catalog.pages.words import size
from advisor.catalog.selectors import card_by_name
from advisor.projects.models import Setup
from advisor.projects.pages.amounts import about_money, about_time
from advisor.projects.pages.estimate import RunEstimate, bases_of, estimate_of
from advisor.projects.pages.in_running import running_panel
from advisor.projects.pages.memory import MemoryCell, longest_input, memory_of
from advisor.projects.pages.offered import OfferedModel, offered_models
from advisor.projects.pages.too_long import too_long_notice
from advisor.projects.pages.wizard import WizardPage, wizard_parts
from advisor.projects.selectors import endpoint_of
from advisor.sizing import formats
from advisor.web.panels import EffectPanel
from advisor.web.parts import Notice

ENGINES = {
    "transformers": "runs here",
    "openai": "endpoint",
    "recorded": "recorded answers",
    "fake": "scripted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRow:
    """One model in the list."""

    id: str
    note: str
    size: str
    memory: MemoryCell
    time: str
    cost: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPanel:
    """One way to add a model: a form that posts its kind."""

    kind: str
    title: str
    hint: str
    form: forms.Form
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatesPage:
    """Step 4."""

    wizard: WizardPage
    reference: CandidateRow | None
    rows: tuple[CandidateRow, ...]
    offered: tuple[OfferedModel, ...]
    left_out: EffectPanel | None
    total: str
    basis: str
    panels: tuple[AddPanel, ...]
    notice: Notice | None
    too_long: Notice | None

    @property
    def title(self) -> str:
        """The title of the page."""
        return self.wizard.title

    @property
    def has_errors(self) -> bool:
        """Whether something that was typed was refused, or nobody is under test."""
        wrong = any(panel.form.errors for panel in self.panels)
        return wrong or self.notice is not None


def candidates_page(
    setup: Setup, panels: Sequence[AddPanel], error: str = ""
) -> CandidatesPage:
    """Return step 4."""
    document = setup.document
    reference = document.get("reference")
    listed = document.get("candidates") or ()
    wizard = WizardPage(
        title=f"Candidates: {setup.project.name}",
        heading="Which models should try?",
        lede="Small models under test, and the large one that sets the bar. Without a"
        " reference, a minimum quality decides.",
        **wizard_parts(setup, "candidates"),
    )
    tokens, estimate = longest_input(setup), estimate_of(setup)
    notice = (
        Notice(kind="fail", icon="fail", title="Not yet.", text=error)
        if error
        else None
    )
    return CandidatesPage(
        wizard=wizard,
        reference=_row(setup, reference, tokens, estimate) if reference else None,
        rows=tuple(_row(setup, one, tokens, estimate) for one in listed),
        offered=offered_models(setup, tokens),
        left_out=_left_out(setup),
        total=_total(len(listed), bool(reference), estimate),
        basis=bases_of(estimate),
        panels=tuple(panels),
        notice=notice,
        too_long=too_long_notice(setup),
    )


def _total(candidates: int, has_reference: bool, estimate: RunEstimate) -> str:
    """Return what all of it comes to, in a line; empty while nobody is under test."""
    if not candidates:
        return ""
    who = formats.count(candidates, "candidate") + (
        " + reference" if has_reference else ""
    )
    parts = [about_time(estimate.seconds), about_money(estimate.dollars)]
    told = ", ".join(part for part in parts if part)
    return f"{who}: {told}" if told else who


def _left_out(setup: Setup) -> EffectPanel | None:
    """Return which catalog models the limits leave out, and why; None without any."""
    panel = running_panel(setup.document, setup.project.team)
    return panel if panel.excluded else None


def _row(
    setup: Setup, entry: Mapping[str, Any], tokens: int, estimate: RunEstimate
) -> CandidateRow:
    endpoint = endpoint_of(setup, entry)
    named = entry.get("card") or entry.get("model")
    card = card_by_name(setup.project.team, named) if named else None
    card = card or (endpoint.card if endpoint else None)
    parts = [ENGINES.get(entry["engine"], entry["engine"])]
    parts += [
        "" if str(entry.get("model", "")).startswith(PREFIX) else entry.get("model")
    ]
    parts += [endpoint.model if endpoint else "", entry.get("precision", "")]
    parts += [card.name if card else ""]
    price = entry.get("price") or _asked(endpoint)
    parts += [_price(price) if price else ""]
    told = dict.fromkeys(str(one) for one in parts if one)
    found = estimate.of(entry["id"])
    cost = (found.dollars or found.machine) if found else None
    parameters = entry.get("parameters") or (card.parameters if card else None)
    return CandidateRow(
        id=entry["id"],
        note=", ".join(told),
        size=size(parameters),
        memory=memory_of(setup.document, entry, card, tokens),
        time=(about_time(found.seconds) if found else None) or formats.DASH,
        cost=about_money(cost) or formats.DASH,
    )


def _asked(endpoint: Endpoint | None) -> dict[str, float]:
    """Return what an endpoint asks for its tokens, as far as it is known."""
    if endpoint is None or endpoint.input_per_1m is None:
        return {}
    return {
        "input_per_1m": float(endpoint.input_per_1m),
        "output_per_1m": float(endpoint.output_per_1m or 0),
    }


def _price(price: Mapping[str, Any]) -> str:
    if price.get("per_hour") is not None:
        return f"{formats.money(price['per_hour'])} an hour"
    if price.get("input_per_1m") is not None:
        tokens_in = formats.money(price["input_per_1m"])
        return f"{tokens_in} / {formats.money(price['output_per_1m'])} per M tokens"
    return formats.DASH
