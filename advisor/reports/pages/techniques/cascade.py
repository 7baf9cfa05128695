"""Should two small models answer, and a larger one where they differ?"""

from collections.abc import Mapping
from typing import Any

from advisor.reports.pages import words
from advisor.reports.pages.techniques.known import cost_text, request_cost
from advisor.reports.pages.techniques.technique import Basis, Technique
from advisor.reports.selectors import Result
from advisor.sizing import formats


def cascade(result: Result) -> Technique:
    """Return whether two small models should check each other."""
    replays = result.summary.cascades
    good = [one for one in replays if one["answer"] == "cascade"]
    if not good:
        return _no_cascade(result, replays)
    best = min(good, key=lambda one: one["cost"]["value"])
    quality, cost, passed = best["quality"], best["cost"], best["passed_on"]
    small, checker, large = best["small"], best["checker"], best["large"]
    before = request_cost(result, large)
    share = None if not before else cost["value"] / before - 1
    change = formats.points(quality["value"] - best["alone"]["value"])
    return Technique(
        name="Cascade",
        what=f"{small} and {checker} answer; the {formats.percent(passed['value'], 0)}"
        f" on which they differ go to {large}",
        basis="replayed",
        advised=True,
        quality=f"{words.points(quality['value'])} points",
        quality_note=f"{change} against {large} alone, at most"
        f" {formats.points(best['margin'])} lost",
        cost=cost_text(result, cost["value"]),
        cost_note="" if share is None else formats.percent(share, 0),
        effort="2 to 3 days",
        note=f"Shown on {formats.count(quality['n'], 'sample')} that the threshold was"
        " not set on.",
    )


def _no_cascade(result: Result, replays: tuple[Mapping[str, Any], ...]) -> Technique:
    if not replays:
        text = "It takes two models that cost less than the one they would relieve."
        basis: Basis = "rule"
    else:
        text, basis = _refused(replays), "replayed"
    return Technique(
        name="Cascade",
        what="Two small models answer; where they differ, a larger one does",
        basis=basis,
        advised=False,
        note=f"Not advised: {text[0].lower()}{text[1:]}",
    )


def _refused(replays: tuple[Mapping[str, Any], ...]) -> str:
    """Return why no replayed cascade is advised, from the one that came closest."""
    order = ("small_alone", "too_dear", "cost_unknown", "not_certified")
    one = min(replays, key=lambda found: order.index(found["answer"]))
    small, large = one["small"], one["large"]
    passed = formats.percent(one["passed_on"]["value"], 0)
    return {
        "small_alone": f"{small} alone stays within the margin on these samples.",
        "too_dear": f"{passed} of the requests would go on to {large}, so that it is"
        " not certain to be cheaper.",
        "cost_unknown": "The costs are not known.",
        "not_certified": f"On these samples no cascade of {small} keeps the loss"
        f" within {formats.points(one['margin'])}.",
    }[one["answer"]]
