"""What follows from using the recommended model, and when is it looked at again?

Good and bad are read from the figures of the run; each trigger carries its number.
"""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from advisor.reports.pages import volumes, words
from advisor.reports.pages.comparison import Comparison
from advisor.reports.pages.limits import limit_text
from advisor.reports.pages.pictures import limit_of
from advisor.reports.pages.record.value import Consequences
from advisor.reports.selectors import Result
from advisor.sizing import formats, naming
from advisor.sizing.constraints import Constraint
from advisor.sizing.flip_points import Change, FlipPoint
from advisor.sizing.rounding import reached

STAYS = {
    "device": "Texts stay on the device.",
    "own_server": "Texts stay on your own servers.",
    "private_cloud": "Texts stay in your private cloud.",
}
HEADROOM = {"p95_latency_ms", "ttft_ms", "max_memory_gb", "monthly_budget_usd"}
MOST_HEADROOM = 2
OTHERWISE = {
    "none_qualifies": "no candidate then meets every constraint",
    "undecided": "the answer is then undecided",
}
ALWAYS = "a price, a model revision or the sample set changes."


def consequences_of(result: Result, comparison: Comparison) -> Consequences:
    """Return what is good and bad about the decision, and what would change it."""
    chosen = result.recommended
    good: tuple[str, ...] = tuple(_keeping(result))
    bad: tuple[str, ...] = ()
    if chosen is not None:
        good, bad = (
            tuple(_good(result, chosen)),
            tuple(_bad(result, chosen, comparison)),
        )
    return Consequences(
        good=good, bad=bad, revisit=(*_revisit(result, comparison), ALWAYS)
    )


def _keeping(result: Result) -> Iterator[str]:
    """Yield what follows from keeping the reference."""
    reference = result.reference
    if not result.document["keep_reference"] or reference is None:
        return
    yield f"Nothing changes for those who use it: {reference['id']} stays."
    cost = words.value_of(reference["cost"]["per_month"])
    if cost is not None:
        yield f"It goes on costing {formats.money(cost)} a month."


def _good(result: Result, chosen: Mapping[str, Any]) -> Iterator[str]:
    saved = _saved(result, chosen)
    if saved is not None and saved[0] > 0:
        yield f"Saves {formats.money(saved[0])} {saved[1]}."
    spec = result.rows[chosen["id"]].spec
    stays = STAYS.get(spec.get("hosting") or "")
    if stays:
        yield stays
        if spec.get("licence"):
            terms = naming.licence(spec["licence"])
            yield f"Weights under {terms} can be pinned, tuned and audited."
    rows = [(result.constraints[one["name"]], one) for one in chosen["constraints"]]
    spare = [
        f"{words.name_of(row['name'])} is {formats.amount(limit, row['slack'])} inside"
        f" its limit of {formats.amount(limit, limit.limit)}."
        for limit, row in rows
        if limit.name in HEADROOM and row["status"] == "met" and row["slack"]
    ]
    yield from spare[:MOST_HEADROOM]


def _bad(
    result: Result, chosen: Mapping[str, Any], comparison: Comparison
) -> Iterator[str]:
    loss = chosen["difference"]
    if loss and loss["low"] is not None and loss["low"] < 0:
        yield f"May lose up to {formats.points(-loss['low'])} against the reference."
    weak = _weakest(comparison)
    if weak:
        yield weak
    spec = result.rows[chosen["id"]].spec
    hosting = spec.get("hosting")
    if hosting == "public_api":
        yield "Texts leave your network for a vendor's API."
    elif hosting in STAYS:
        yield "You run the machine: patching, monitoring, on call."
    saved = _saved(result, chosen)
    if saved is not None and saved[0] < 0:
        yield f"Costs {formats.money(-saved[0])} more {saved[1]}."
    for row in chosen["constraints"]:
        if row["level"] == "prefer" and row["status"] == "failed":
            limit = result.constraints[row["name"]]
            value = formats.amount(limit, row["value"])
            name = words.name_of(row["name"])
            yield f"Misses a preference: {name} is {value}, {limit_text(limit)} wished."
    if spec.get("unverified"):
        named = ", ".join(str(one).replace("_", " ") for one in spec["unverified"])
        yield f"Facts without a source: {named}."


def _saved(result: Result, chosen: Mapping[str, Any]) -> tuple[float, str] | None:
    """Return the dollars saved against the reference, and over what."""
    if result.reference is None:
        return None
    for basis, over in (
        ("per_month", "a month"),
        ("per_1000_requests", "per 1,000 requests"),
    ):
        own = words.value_of(chosen["cost"][basis])
        bar = words.value_of(result.reference["cost"][basis])
        if own is not None and bar is not None:
            return bar - own, f"{over} against {result.reference['id']}"
    return None


def _weakest(comparison: Comparison) -> str:
    """Return the tag on which the recommended model is worst; empty without tags."""
    row = next((one for one in comparison.slice_rows if one.recommended), None)
    if row is None:
        return ""
    known = [
        (float(cell.value), column, cell)
        for column, cell in zip(comparison.slice_columns, row.cells, strict=True)
        if cell.value is not None
    ]
    if len(known) < 2:
        return ""
    _, column, cell = min(known, key=lambda one: one[0])
    told = f"{cell.value} {cell.note}".strip()
    return f"{column.rpartition(' (')[0]} is the weakest spot at {told} points."


def _revisit(result: Result, comparison: Comparison) -> Iterator[str]:
    for point in result.summary.flips:
        name, _, tag = point.name.partition(".")
        limit = Constraint(name=name, limit=point.limit, tag=tag or None)
        for way, change in (("under", point.below), ("over", point.above)):
            if change is not None and isfinite(change.limit) and change.limit > 0:
                yield _trigger(limit, way, change, point)
    chart = comparison.cost_volume
    if chart is None:
        return
    curve = volumes.curves_of(result).get(comparison.subject or "")
    for volume, _ in chart.break_even:
        if text := _past(volume, chart.volume, curve):
            yield text
    yield from _over_budget(result, curve)


def _past(even: float, volume: float | None, curve: volumes.Curve | None) -> str:
    """Return the break-even as a trigger; empty where the volume is past it by now."""
    if curve is None or curve.per_request is None:
        if volume is not None and volume < even:
            return ""
        way, why = "falls under", "paying by the token becomes cheaper"
    else:
        if volume is not None and volume >= even:
            return ""
        way, why = "passes", "a machine of one's own becomes cheaper"
    return f"volume {way} {volumes.roughly(even)} a month, where {why};"


def _trigger(limit: Constraint, way: str, change: Change, point: FlipPoint) -> str:
    amount = formats.amount(limit, reached(limit, change.limit, up=way == "over"))
    amount = f"about {amount}" if point.estimated else amount
    answer = OTHERWISE.get(change.outcome, "the answer then changes")
    if change.recommended:
        answer = f"{change.recommended} then becomes the right size"
    elif change.keep:
        answer = "the reference is then to be kept"
    name = words.name_of(point.name)
    moves = f"{way} {amount}" if change.beyond else f"to {amount} or {way}"
    return f"the limit on {name[0].lower()}{name[1:]} moves {moves}: {answer};"


def _over_budget(result: Result, curve: volumes.Curve | None) -> Iterator[str]:
    """Yield the volume at which a model paid by the token reaches the budget."""
    budget = limit_of(result.constraints.get("monthly_budget_usd"))
    if budget and curve is not None and curve.per_request:
        most = budget / curve.per_request
        yield (
            f"volume passes {formats.number(most)} requests a month, where"
            f" {curve.key} reaches the budget;"
        )
