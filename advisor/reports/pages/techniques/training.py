"""Is a small model that lacks quality worth training?"""

from collections.abc import Mapping
from math import inf
from typing import Any

from advisor.reports.pages import words
from advisor.reports.pages.techniques.known import cost_of, stated
from advisor.reports.pages.techniques.technique import Technique
from advisor.reports.selectors import Result
from advisor.sizing import formats
from advisor.web.parts import Link

TUNED = Link("Zhao et al. 2024, 31 tasks", "https://arxiv.org/abs/2405.00732")
DISTILLED = Link("Hsieh et al., ACL 2023", "https://arxiv.org/abs/2305.02301")
FEWEST_LABELLED = 500
FEWEST_UNLABELLED = 5000
OPEN = ("device", "own_server", "private_cloud")


def tune(result: Result) -> Technique:
    """Return whether the cheapest model short on quality is worth training."""
    target, examples = _short_on_quality(result), stated(result, "labelled_examples")
    many = formats.count(examples, "labelled example")
    shared: dict[str, Any] = {
        "name": "Fine-tune",
        "what": f"Adapters (LoRA) on {target['id'] if target else 'a small model'}"
        f" with your {many}",
        "basis": "published",
        "source": TUNED,
    }
    if target is None:
        note = "Not advised: no cheaper model fails on quality alone."
        return Technique(**shared, advised=False, note=note)
    if examples < FEWEST_LABELLED:
        note = f"Not advised: you stated {many}; start from {FEWEST_LABELLED:,}."
        return Technique(**shared, advised=False, note=note)
    return Technique(
        **shared,
        advised=True,
        quality=f"{_needed(target)} to gain",
        quality_note="34 points over the base model on average there",
        cost=cost_of(result, target),
        effort="About a week",
    )


def distil(result: Result) -> Technique:
    """Return whether it is worth training on the answers of the reference."""
    target, texts = _short_on_quality(result), stated(result, "unlabelled_texts")
    many = formats.count(texts, "unlabelled text")
    bar = result.reference["id"] if result.reference else "a large model"
    shared: dict[str, Any] = {
        "name": "Distil",
        "what": f"Train {target['id'] if target else 'a small model'} on the answers of"
        f" {bar} to your {many}",
        "basis": "published",
        "source": DISTILLED,
    }
    if target is None or result.reference is None:
        what = "reference to learn from" if target else "cheaper model short on quality"
        return Technique(
            **shared, advised=False, note=f"Not advised: there is no {what}."
        )
    if texts < FEWEST_UNLABELLED:
        note = f"Not advised: you stated {many}; start from {FEWEST_UNLABELLED:,}."
        return Technique(**shared, advised=False, note=note)
    return Technique(
        **shared,
        advised=True,
        quality=f"{_needed(target)} to gain",
        quality_note="small models passed their teacher on four benchmarks there",
        cost=cost_of(result, target),
        effort="About two weeks",
        note="Check the provider's terms on training with its output.",
    )


def _short_on_quality(result: Result) -> Mapping[str, Any] | None:
    """Return the cheapest model that fails on quality alone and may be trained.

    None that is known to cost as much as the recommended one: training gains nothing.
    """
    quality = {"quality_margin", "min_quality"}
    chosen = result.recommended
    bar = inf if chosen is None else _costed(chosen)
    found = [
        one
        for one in result.findings
        if one["role"] == "candidate"
        and result.rows[one["id"]].spec.get("hosting") in OPEN
        and (missed := _missed(one))
        and missed <= quality
        and one is not chosen
        and not bar <= _costed(one) < inf
    ]
    return min(found, key=lambda one: _costed(one), default=None)


def _missed(one: Mapping[str, Any]) -> set[str]:
    return {
        row["name"]
        for row in one["constraints"]
        if row["status"] == "failed" and row["level"] == "must"
    }


def _needed(one: Mapping[str, Any]) -> str:
    gaps = [
        -row["slack"]
        for row in one["constraints"]
        if row["name"] in _missed(one) and row["slack"] is not None
    ]
    return formats.points(max(gaps, default=None))


def _costed(one: Mapping[str, Any]) -> float:
    cost = words.value_of(one["cost"]["per_1000_requests"])
    return inf if cost is None else cost
