"""Which models that run here could be added with one click, and which do not fit?"""

from dataclasses import dataclass

from advisor.catalog.pages.words import size
from advisor.catalog.selectors import card_by_name
from advisor.projects.models import Setup
from advisor.projects.pages.memory import NOTHING, MemoryCell, memory_of
from advisor.projects.selectors import files_of_model, local_models, model_ids
from advisor.sizing import formats, naming

PRECISION = "fp32"
MOST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedModel:
    """A model that can be ticked; ``fits`` is False where it cannot run at all."""

    model: str
    name: str
    note: str
    size: str
    memory: MemoryCell
    fits: bool


def offered_models(setup: Setup, tokens: int) -> tuple[OfferedModel, ...]:
    """Return the models that run here and are not in the draft, smallest first."""
    taken = model_ids(setup)
    found = [
        (model, model.rpartition("/")[2])
        for model, _ in local_models(setup.project.team)
        if model.rpartition("/")[2] not in taken
    ]
    listed = [_offered(setup, model, name, tokens) for model, name in found[:MOST]]
    return tuple(one for _, one in sorted(listed, key=lambda pair: pair[0]))


def _offered(
    setup: Setup, model: str, name: str, tokens: int
) -> tuple[tuple[float, str], OfferedModel]:
    card = card_by_name(setup.project.team, model)
    files = files_of_model(model)
    parameters = files[1] if files else None
    entry = {"engine": "transformers", "model": model, "precision": PRECISION}
    memory = memory_of(setup.document, entry, card, tokens) if files else NOTHING
    fits = memory.verdict is None or memory.verdict.tone != "fail"
    notes = [
        naming.licence(card.licence) if card else "",
        "built in" if "builtin/" in model else "folder",
    ]
    return (float(parameters or 0), name), OfferedModel(
        model=model,
        name=name,
        note=", ".join(one for one in notes if one),
        size=size(parameters) if parameters else formats.DASH,
        memory=memory,
        fits=fits,
    )
