"""What does step 4 show? Who is in the list, whether it fits, and how to add more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from advisor.catalog.models import ModelCard
from advisor.catalog.selectors import card_by_name
from advisor.projects.models import Setup
from advisor.projects.pages.wizard import WizardPage, wizard_parts
from advisor.sizing import formats
from advisor.sizing.measurement import Figure
from advisor.sizing.memory_fit import fit
from advisor.sizing.weights import BYTES_PER_PARAMETER
from advisor.web.parts import Notice, Verdict

FITS = {
    "fits": Verdict("pass", "pass", "Fits"),
    "tight": Verdict("warn", "warn", "Tight"),
    "does_not_fit": Verdict("fail", "fail", "Does not fit"),
}
ENGINES = {
    "transformers": "runs here",
    "openai": "endpoint",
    "recorded": "recorded answers",
    "fake": "scripted",
}
# What the process takes beside the weights of a small model: interpreter, torch.
BASE_GB = 0.45
GB = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRow:
    """One model in the list."""

    id: str
    note: str
    part: str
    size: str
    fit: Verdict | None
    memory: str
    price: str


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
    rows: tuple[CandidateRow, ...]
    panels: tuple[AddPanel, ...]
    notice: Notice | None

    @property
    def title(self) -> str:
        """The title of the page."""
        return self.wizard.title


def candidates_page(
    setup: Setup, panels: Sequence[AddPanel], error: str = ""
) -> CandidatesPage:
    """Return step 4."""
    document = setup.document
    entries = [(one, "Candidate") for one in document.get("candidates") or ()]
    if document.get("reference"):
        entries.append((document["reference"], "Reference"))
    wizard = WizardPage(
        title=f"Candidates: {setup.project.name}",
        heading="Which models should try?",
        lede="Small models under test, and the large one that sets the bar. Without a"
        " reference, a minimum quality decides.",
        **wizard_parts(setup, "candidates"),
    )
    notice = (
        Notice(kind="fail", icon="fail", title="Not yet.", text=error)
        if error
        else None
    )
    return CandidatesPage(
        wizard=wizard,
        rows=tuple(_row(setup, one, part) for one, part in entries),
        panels=tuple(panels),
        notice=notice,
    )


def _row(setup: Setup, entry: Mapping[str, Any], part: str) -> CandidateRow:
    card = _card(setup, entry)
    peak = _peak(entry, card)
    limit = _limit(setup.document)
    verdict = None if limit is None else fit(peak, limit)
    parts = [ENGINES.get(entry["engine"], entry["engine"]), entry.get("model", "")]
    parts += [entry.get("precision", "")]
    parameters = entry.get("parameters") or (card.parameters if card else None)
    return CandidateRow(
        id=entry["id"],
        note=", ".join(str(one) for one in parts if one),
        part=part,
        size=_size(parameters),
        fit=None if verdict is None else FITS[verdict],
        memory=_memory(peak, limit),
        price=_price(entry.get("price") or {}),
    )


def _card(setup: Setup, entry: Mapping[str, Any]) -> ModelCard | None:
    named = entry.get("card") or entry.get("model")
    return card_by_name(setup.project.team, named) if named else None


def _peak(entry: Mapping[str, Any], card: ModelCard | None) -> Figure | None:
    """Return the estimated peak of a model that runs here: weights and the process."""
    if entry["engine"] != "transformers" or card is None or not card.parameters:
        return None
    size = BYTES_PER_PARAMETER[entry.get("precision") or "fp32"]
    weights = card.parameters * size / GB
    peak = weights + BASE_GB
    return Figure(peak, weights, 1.2 * weights + BASE_GB * 1.2, None, "estimated")


def _limit(document: Mapping[str, Any]) -> float | None:
    stored = (document.get("constraints") or {}).get("max_memory_gb")
    value = stored.get("limit") if isinstance(stored, dict) else stored
    return None if value is None else float(value)


def _memory(peak: Figure | None, limit: float | None) -> str:
    if peak is None:
        return formats.DASH
    about = f"about {formats.gigabytes(peak.value)}"
    return f"{about} of {formats.gigabytes(limit)}" if limit else about


def _size(parameters: int | None) -> str:
    if parameters is None:
        return formats.DASH
    if parameters >= 1e9:
        return f"{parameters / 1e9:.3g} B"
    return f"{parameters / 1e6:.3g} M"


def _price(price: Mapping[str, Any]) -> str:
    if price.get("per_hour") is not None:
        return f"{formats.money(price['per_hour'])} an hour"
    if price.get("input_per_1m") is not None:
        tokens_in = formats.money(price["input_per_1m"])
        return f"{tokens_in} / {formats.money(price['output_per_1m'])} per M tokens"
    return formats.DASH
