"""What stands beside the list of models? The facts of one, in the order of doubt."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from advisor.catalog.models import ModelCard
from advisor.catalog.pages.memory import PART, interval, peak_of, shape_of
from advisor.catalog.pages.words import Told, label, say, told_by, when
from advisor.sizing import formats
from advisor.sizing.memory import Work
from advisor.web.parts import Fact

SHOWN = (
    *("parameters", "active_parameters", "licence", "context_tokens", "languages"),
    *("heads", "kv_cache_bytes_per_token_16bit", "max_output_tokens"),
)
AT_ONCE = 16
TOKENS = 2048
IN = (("bf16", "BF16"), ("fp8", "FP8"), ("int4", "INT4"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One fact: what it is called, its value, and who says so."""

    name: str
    value: str
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPanel:
    """One model in short."""

    name: str
    url: str
    summary: str
    facts: tuple[FactRow, ...]
    memory_title: str
    memory: tuple[Fact, ...]
    memory_note: str


def panel_of(card: ModelCard, today: date) -> ModelPanel:
    """Return the panel of one model."""
    work = Work(prompt_tokens=TOKENS, output_tokens=0, sequences=AT_ONCE, chunk=PART)
    peaks = ((name, peak_of(card, precision, work)) for precision, name in IN)
    memory = tuple(
        Fact(term=name, value=f"{interval(peak)} GB")
        for name, peak in peaks
        if peak is not None
    )
    known = shape_of(card) is not None
    title = f"Memory with {AT_ONCE} parallel requests" if known else "Weights in memory"
    note = f"Estimated, {formats.number(TOKENS)} tokens each." if known else ""
    return ModelPanel(
        name=card.name,
        url=f"/catalog/models/{card.slug}/",
        summary=summary_of(card),
        facts=tuple(_facts(card, today)),
        memory_title=title,
        memory=memory,
        memory_note=note if memory else "",
    )


def summary_of(card: ModelCard) -> str:
    """Return what kind of model it is: family, layers, experts, release."""
    value = {name: fact.get("value") for name, fact in card.facts.items()}
    parts = [card.family]
    if value.get("experts"):
        parts.append(f"mixture of {formats.count(value['experts'], 'expert')}")
    if value.get("layers"):
        parts.append(formats.count(value["layers"], "layer"))
    if value.get("release_date"):
        parts.append(f"released {when(str(value['release_date']))}")
    if not card.source:
        parts.append("weights not published")
    return ", ".join(part for part in parts if part)


def fact_row(name: str, fact: dict[str, object], today: date) -> FactRow:
    """Return one fact as a page shows it."""
    return FactRow(
        name=label(name),
        value=say(name, fact.get("value")),
        told=told_by(fact, today),
    )


def _facts(card: ModelCard, today: date) -> Iterator[FactRow]:
    for name in SHOWN:
        fact = card.facts.get(name)
        if fact is None:
            continue
        row = fact_row(name, fact, today)
        if name == "heads" and (shared := card.facts.get("kv_heads")):
            heads = formats.count(fact["value"], "query head")
            both = f"{heads}, {formats.count(shared['value'], 'key-value head')}"
            row = FactRow(name="Attention", value=both, told=row.told)
        yield row
