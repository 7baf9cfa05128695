"""Which models fit a machine? The largest first, for one usual piece of work."""

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.catalog.models import HardwareProfile, ModelCard
from advisor.catalog.pages.memory import fitting, peak_of, shape_of
from advisor.sizing.measurement import Figure
from advisor.sizing.memory import Work
from advisor.web.parts import Verdict

WORK = Work(prompt_tokens=8192, output_tokens=0, sequences=16, chunk=512)
PRECISION = "fp8"
WORK_TEXT = "FP8, 8,192 tokens, 16 parallel"
MODELS_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A model that fits a machine."""

    name: str
    url: str
    verdict: Verdict
    text: str


Peaks = Sequence[tuple[ModelCard, Figure]]


def peaks_of(cards: Sequence[ModelCard]) -> Peaks:
    """Return the peak of each card whose shape is known, the largest model first."""
    found = [
        (card, peak)
        for card in cards
        if card.parameters
        and shape_of(card) is not None
        and (peak := peak_of(card, PRECISION, WORK)) is not None
    ]
    return sorted(found, key=lambda one: -(one[0].parameters or 0))


def fitted_by(machine: HardwareProfile, peaks: Peaks) -> tuple[Fitted, ...]:
    """Return the models that fit, the largest first."""
    found = ((card, fitting(peak, machine.memory_gb)) for card, peak in peaks)
    fitted = [
        Fitted(
            name=card.name,
            url=f"/catalog/models/{card.slug}/",
            verdict=one.verdict,
            text=one.text,
        )
        for card, one in found
        if one.fits
    ]
    return tuple(fitted[:MODELS_SHOWN])
