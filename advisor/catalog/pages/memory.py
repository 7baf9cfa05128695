"""How much memory would a catalog model take, and does it fit a machine?

By the shape that the card states, for a server that hands out its cache in blocks and
reads prompts in parts; without a shape, the weights alone. Each peak is an estimate
with its interval, judged by its upper end.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from advisor.catalog.facts import config_of
from advisor.catalog.models import HardwareProfile, ModelCard
from advisor.sizing import formats
from advisor.sizing.architecture import Architecture, from_config
from advisor.sizing.errors import SizingError
from advisor.sizing.hardware_choice import Need
from advisor.sizing.kv_cache import sequence_bytes
from advisor.sizing.measurement import Figure
from advisor.sizing.memory import GB, Work, predict
from advisor.sizing.memory_fit import fit
from advisor.sizing.overhead import TRANSFORMERS_CPU
from advisor.sizing.weights import bytes_per_parameter, weight_bytes
from advisor.web.gauge import Gauge, Status
from advisor.web.parts import Verdict

PART = 512  # tokens of a prompt that a server reads at once
CACHE_BYTES = 2.0
AXIS = 1.333
SERVING = replace(
    TRANSFORMERS_CPU,
    block=16,
    latent=True,
    packs_tokens=None,
    reads_whole=False,
    packs_experts=False,
    how="cache in blocks of 16 tokens; base and activations fitted on a CPU",
)
WEIGHTS_ALONE = "weights alone: the shape of the model is not known"
# The most that a tab may address: 65,536 pages of 64 KiB (WebAssembly core
# specification 1.0, section 2.3.4); a phone may give less.
BROWSER_GB = 65_536 * 65_536 / 1e9
FITS: dict[str, tuple[Verdict, Status]] = {
    "fits": (Verdict("pass", "pass", "Fits"), "met"),
    "tight": (Verdict("warn", "warn", "Tight"), "undecided"),
    "does_not_fit": (Verdict("fail", "fail", "Does not fit"), "failed"),
}
UNKNOWN = Verdict("quiet", "skip", "Not known")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """A peak against the memory of a machine."""

    verdict: Verdict
    text: str
    gauge: Gauge | None
    fits: bool


def shape_of(card: ModelCard) -> Architecture | None:
    """Return the shape that a card states, None where its facts do not settle it."""
    config = config_of(values_of(card))
    if config is None:
        return None
    try:
        return from_config(config, card.parameters)
    except SizingError:
        return None


def values_of(card: ModelCard | HardwareProfile) -> dict[str, Any]:
    """Return the facts of a row without their sources."""
    return {name: fact.get("value") for name, fact in card.facts.items()}


def peak_of(card: ModelCard, precision: str, work: Work) -> Figure | None:
    """Return the peak in GB; None where not even the parameters are known."""
    if not card.parameters:
        return None
    shape = shape_of(card)
    if shape is not None:
        held = weights_of(card, precision)
        return predict(shape, precision, work, engine=SERVING, weights=held).peak
    held = weights_of(card, precision)
    value, low, high = (
        None if end is None else end / GB for end in (held.value, held.low, held.high)
    )
    return Figure(value, low, high, origin="estimated", note=WEIGHTS_ALONE)


def weights_of(card: ModelCard, precision: str) -> Figure:
    """Return the bytes of the weights; quantised formats keep embeddings at 16 bits."""
    parameters = card.parameters or 0
    kept = (card.facts.get("embedding_parameters") or {}).get("value") or 0
    kept = kept if kept <= parameters else 0
    return weight_bytes(parameters, precision, embedding_parameters=kept)


def need_of(card: ModelCard, precision: str, work: Work, rate: float) -> Need | None:
    """Return what a step moves and computes; None where the shape is not known."""
    shape = shape_of(card)
    if shape is None or not card.parameters or work.output_tokens < 1:
        return None
    values = values_of(card)
    active = values.get("active_parameters") or card.parameters
    experts, visited = values.get("experts"), values.get("experts_per_token")
    chosen = visited / experts if experts and visited and visited < experts else 1.0
    # What a token does not visit lies in the experts that it did not choose.
    unvisited = max(0, card.parameters - active) if chosen < 1 else 0
    size = bytes_per_parameter(precision)
    half = work.prompt_tokens + work.output_tokens // 2
    return Need(
        requests_per_second=rate,
        prompt_tokens=work.prompt_tokens,
        output_tokens=work.output_tokens,
        weight_bytes=active * size,
        active_parameters=active,
        expert_bytes=unvisited / (1 - chosen) * size if unvisited else 0.0,
        chosen=chosen,
        cache_bytes=sequence_bytes(shape, half, CACHE_BYTES, block=SERVING.block),
    )


def with_sequences(card: ModelCard, precision: str, work: Work, count: int) -> Figure:
    """Return the peak of so many sequences at once, of a card whose shape is known."""
    peak = peak_of(card, precision, replace(work, sequences=count))
    return peak if peak is not None else Figure(None)


def growing(card: ModelCard, precision: str, work: Work) -> Any:
    """Return the peak as a function of the sequences at once."""
    return partial(with_sequences, card, precision, work)


def fitting(peak: Figure | None, memory_gb: float | None) -> Fitting:
    """Return whether a peak fits, in words and as a gauge."""
    if peak is None or peak.value is None or not memory_gb:
        return Fitting(verdict=UNKNOWN, text=formats.DASH, gauge=None, fits=False)
    found = fit(peak, memory_gb) or "fits"
    verdict, status = FITS[found]
    text = (
        f"{interval(peak)} of {formats.number(memory_gb, 1 if memory_gb % 1 else 0)} GB"
    )
    gauge = Gauge.at_most(
        peak.value,
        memory_gb,
        text=f"{verdict.text}: {text}",
        status=status,
        low=peak.low,
        high=peak.high,
        axis=(0.0, AXIS * memory_gb),
    )
    return Fitting(
        verdict=verdict, text=text, gauge=gauge, fits=found != "does_not_fit"
    )


def interval(peak: Figure) -> str:
    """Return a peak in GB with its ends, where they differ."""
    if peak.value is None:
        return formats.DASH
    low, high = formats.number(peak.low, 1), formats.number(peak.high, 1)
    if peak.low is None or peak.high is None or low == high:
        return formats.number(peak.value, 1)
    return f"{low} to {high}"
