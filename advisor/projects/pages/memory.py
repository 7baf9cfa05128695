"""Will a model fit? The predicted peak of a model that runs here, against the limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advisor.catalog.models import ModelCard
from advisor.catalog.pages.memory import shape_of
from advisor.engines.text import estimate_tokens
from advisor.projects.models import Setup
from advisor.projects.selectors import evaluation_samples, files_of_model
from advisor.sizing import formats
from advisor.sizing.architecture import from_config
from advisor.sizing.errors import SizingError
from advisor.sizing.measurement import Figure
from advisor.sizing.memory import Work, predict
from advisor.sizing.memory_fit import fit
from advisor.sizing.weights import bytes_per_parameter
from advisor.web.gauge import Gauge, Status
from advisor.web.parts import Verdict

FITS: dict[str, tuple[Verdict, Status]] = {
    "fits": (Verdict("pass", "pass", "Fits"), "met"),
    "tight": (Verdict("warn", "warn", "Tight"), "undecided"),
    "does_not_fit": (Verdict("fail", "fail", "Does not fit"), "failed"),
}
AXIS = 1.7
AT_ONCE = 32  # samples that the engine answers together, where they fit
DEFAULT_OUTPUT = 256
DEFAULT_INPUT = 512
COUNTED = 500  # samples whose length is looked at
GB = 1e9
COARSE_GB = 2.0  # below it, a limit is told in MB


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryCell:
    """A predicted peak in words, and its verdict and gauge where there is a limit."""

    text: str
    verdict: Verdict | None = None
    gauge: Gauge | None = None


NOTHING = MemoryCell(text=formats.DASH)


def longest_input(setup: Setup) -> int:
    """Return the tokens of the longest prompt, estimated from its characters."""
    if setup.sample_set is None:
        return DEFAULT_INPUT
    around = estimate_tokens(str(setup.document.get("prompt") or ""))
    texts = evaluation_samples(setup.sample_set).values_list("input", flat=True)
    lengths = [estimate_tokens(text) for text in texts[:COUNTED]]
    return around + max(lengths, default=DEFAULT_INPUT)


def memory_of(
    document: Mapping[str, Any],
    entry: Mapping[str, Any],
    card: ModelCard | None,
    tokens: int,
) -> MemoryCell:
    """Return the predicted peak of a candidate that runs here; a dash for others."""
    if entry.get("engine") != "transformers":
        return NOTHING
    output = int(document.get("max_output_tokens") or DEFAULT_OUTPUT)
    work = Work(prompt_tokens=tokens, output_tokens=output, sequences=AT_ONCE)
    peak = _peak(entry, card, work)
    if peak is None or peak.value is None:
        return NOTHING
    limit = _limit(document)
    if limit is None:
        return MemoryCell(text=f"about {formats.gigabytes(peak.value)}")
    text = _of(peak.value, limit)
    verdict, status = FITS[fit(peak, limit) or "fits"]
    gauge = Gauge.at_most(
        peak.value,
        limit,
        text=f"about {text}",
        status=status,
        low=peak.low,
        high=peak.high,
        axis=(0.0, AXIS * limit),
    )
    return MemoryCell(text=text, verdict=verdict, gauge=gauge)


def _of(peak: float, limit: float) -> str:
    """Return a peak and its limit in GB; in MB where a tenth of a GB is too coarse."""
    if limit < COARSE_GB:
        return f"{formats.number(peak * 1000)} of {formats.number(limit * 1000)} MB"
    return f"{formats.number(peak, 1)} of {formats.number(limit, 1)} GB"


def _peak(
    entry: Mapping[str, Any], card: ModelCard | None, work: Work
) -> Figure | None:
    """Return the peak by the model's own files, else by the shape on its card."""
    precision = str(entry.get("precision") or "fp32")
    if precision == "auto":
        precision = "fp32"  # the most that it can come to
    files = files_of_model(str(entry.get("model") or ""))
    try:
        if files is not None:
            config, parameters = files
            return predict(from_config(config, parameters), precision, work).peak
        if card is None or not card.parameters:
            return None
        shape = shape_of(card)
        if shape is not None:
            return predict(shape, precision, work).peak
        weights = card.parameters * bytes_per_parameter(precision) / GB
    except SizingError:
        return None
    return Figure(weights, origin="estimated", note="weights alone")


def _limit(document: Mapping[str, Any]) -> float | None:
    stored = (document.get("constraints") or {}).get("max_memory_gb")
    value = stored.get("limit") if isinstance(stored, dict) else stored
    return None if value is None else float(value)
