"""Is the model that was chosen worth making smaller?"""

from typing import Any

from advisor.reports.pages.techniques.known import parameters_of, sized, subject_of
from advisor.reports.pages.techniques.technique import Technique
from advisor.reports.selectors import Result
from advisor.sizing import formats
from advisor.web.parts import Link

QUANTIZED = Link("Kurtic et al., ACL 2025", "https://arxiv.org/abs/2411.02355")
PRUNED = Link("Muralidharan et al. 2024", "https://arxiv.org/abs/2407.14679")
SMALL_ALREADY = ("int8", "int4", "fp8", "q8", "q4")


def quantize(result: Result) -> Technique:
    """Return whether the recommended model is worth smaller weights."""
    subject = subject_of(result)
    spec = {} if subject is None else result.rows[subject["id"]].spec
    name = "the model" if subject is None else subject["id"]
    shared: dict[str, Any] = {
        "name": "Quantise",
        "what": f"{name} with 8-bit weights, or 4-bit ones",
        "basis": "published",
        "source": QUANTIZED,
    }
    precision = str(spec.get("precision") or "")
    reasons = {
        "no candidate was measured.": subject is None,
        f"it runs in {precision} already.": precision.startswith(SMALL_ALREADY),
        "it is paid by the token, so smaller weights change no bill.": bool(
            (spec.get("price") or {}).get("input_per_1m")
        ),
    }
    note = next((why for why, holds in reasons.items() if holds), "")
    if note:
        return Technique(**shared, advised=False, note=f"Not advised: {note}")
    return Technique(
        **shared,
        advised=True,
        quality=f"0 to {formats.MINUS}3%",
        quality_note="of the score: FP8 none, INT8 1 to 3%",
        cost="half the memory",
        effort="An hour",
    )


def prune(result: Result) -> Technique:
    """Return whether the recommended model is worth cutting down."""
    subject = subject_of(result)
    name = "the model" if subject is None else subject["id"]
    size = None if subject is None else parameters_of(result, subject["id"])
    smaller = [
        (found, one["id"])
        for one in result.findings
        if one["role"] == "candidate"
        and (found := parameters_of(result, one["id"])) is not None
        and size is not None
        and found < size
    ]
    why = (
        "it takes weeks of training; a smaller model of a catalog is the first to try."
    )
    if smaller:
        found, other = max(smaller)
        why = f"{other} already exists at {sized(found)} parameters."
    return Technique(
        name="Prune",
        what=f"Remove layers or width of {name}, then train it again",
        basis="rule",
        advised=False,
        effort="Weeks",
        source=PRUNED,
        note=f"Not advised: {why}",
    )
