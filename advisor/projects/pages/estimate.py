"""What will the run come to, before anything is spent? Answers, paid calls, money."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advisor.catalog.selectors import card_by_name, price_of
from advisor.engines.text import estimate_tokens
from advisor.projects.models import Setup
from advisor.projects.selectors import entries_of, evaluation_samples
from advisor.sizing import formats, planner
from advisor.sizing.measurement import Figure
from advisor.web.panels import EffectPanel
from advisor.web.parts import Fact

COUNTED = 200  # samples whose length is looked at
DEFAULT_OUTPUT = 256
MILLION = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """US dollars per million tokens in and out."""

    tokens_in: float
    tokens_out: float


def run_panel(setup: Setup) -> EffectPanel:
    """Return what a run of the draft takes; dashes until it is known."""
    entries = entries_of(setup.document)
    paid = [one for one in entries if one.get("engine") == "openai"]
    asked = _requests(setup)
    return EffectPanel(
        title="This run",
        note="At most, with every answer as long as it may be. Tokens are estimated"
        " from the length of the samples.",
        facts=(
            Fact(term="Answers", value=_count(asked * len(entries))),
            Fact(term="Paid calls", value=formats.number(asked * len(paid))),
            Fact(term="Cost", value=_cost(setup, paid, asked)),
        ),
    )


def _requests(setup: Setup) -> int:
    """Return how often each model is asked."""
    count = setup.sample_set.count if setup.sample_set else 0
    return count * int(setup.document.get("repeats") or 1)


def _count(value: int) -> str | None:
    return formats.number(value) if value else None


def _cost(setup: Setup, paid: list[dict[str, Any]], asked: int) -> str | None:
    """Return the most that the paid calls cost; None where a price is not known."""
    if not paid:
        return "nothing is paid"
    if not asked:
        return None
    tokens = _tokens(setup)
    work = tuple(
        planner.Work(requests=asked, cost_per_request=_per_request(setup, one, tokens))
        for one in paid
    )
    total = planner.run_cost(work)
    return None if total is None else f"at most {formats.money(total.value)}"


def _tokens(setup: Setup) -> tuple[float, float]:
    """Return the mean tokens of a prompt, and the most tokens of an answer."""
    document = setup.document
    around = estimate_tokens(str(document.get("prompt") or ""))
    texts: list[str] = []
    if setup.sample_set is not None:
        samples = evaluation_samples(setup.sample_set)
        texts = list(samples.values_list("input", flat=True)[:COUNTED])
    lengths = [estimate_tokens(text) for text in texts]
    mean = sum(lengths) / len(lengths) if lengths else 0.0
    return around + mean, float(document.get("max_output_tokens") or DEFAULT_OUTPUT)


def _per_request(
    setup: Setup, entry: Mapping[str, Any], tokens: tuple[float, float]
) -> Figure | None:
    price = _price(setup, entry)
    if price is None:
        return None
    dollars = tokens[0] * price.tokens_in + tokens[1] * price.tokens_out
    return Figure(dollars / MILLION, origin="estimated")


def _price(setup: Setup, entry: Mapping[str, Any]) -> Prices | None:
    """Return the price of an endpoint: typed, stored with it, or of its card."""
    team = setup.project.team
    typed = entry.get("price") or {}
    if typed.get("input_per_1m") is not None:
        return Prices(
            tokens_in=typed["input_per_1m"], tokens_out=typed["output_per_1m"]
        )
    endpoint = team.endpoints.filter(pk=entry.get("endpoint") or 0).first()
    card = card_by_name(team, str(entry.get("card") or "")) or (
        endpoint.card if endpoint else None
    )
    for known in (endpoint, price_of(card, team) if card else None):
        if known is None or known.input_per_1m is None or known.output_per_1m is None:
            continue
        return Prices(
            tokens_in=float(known.input_per_1m), tokens_out=float(known.output_per_1m)
        )
    return None
