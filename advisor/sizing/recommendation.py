"""Which candidate is recommended, and if none, why?

Read it aloud: everyone is assessed on their own. The first candidate in objective order
that meets every must is recommended, unless the reference meets them all for no more.
While a candidate is undecided, so is the case. Otherwise none qualifies, and the
reference is kept where it meets every must itself. Cheaper candidates that were left
undecided are named, because more samples may still certify one of them.
"""

from collections.abc import Sequence
from dataclasses import replace

from advisor.sizing import explanation
from advisor.sizing.assessment import assess, distance, named, order
from advisor.sizing.conclusions import Finding, Outcome, Recommendation, Standing
from advisor.sizing.measurement import Case


def decide(case: Case) -> Recommendation:
    """Return the recommendation of a case; the same case gives the same one."""
    findings = assess(case)
    candidates = [one for one in findings if one.evidence.role == "candidate"]
    reference = next((f for f in findings if f.evidence.role == "reference"), None)

    qualifying = sorted(_standing_at(candidates, "qualifies"), key=order)
    best = qualifying[0] if qualifying else None
    reference_meets_all = reference is not None and reference.standing == "qualifies"

    outcome: Outcome
    if best is not None and not (
        reference_meets_all and _costs_no_more(reference, best)
    ):
        outcome, keep = "recommended", False
    elif best is not None:
        outcome, keep = "none_qualifies", True
    elif _open(candidates):
        outcome, keep = "undecided", False
    else:
        outcome, keep = "none_qualifies", reference_meets_all

    recommended = best if outcome == "recommended" else None
    recommendation = Recommendation(
        case=case,
        outcome=outcome,
        recommended=None if recommended is None else recommended.id,
        findings=_best_first(candidates, recommended, reference),
        cheaper_undecided=_cheaper_undecided(candidates, recommended),
        keep_reference=keep,
        confidence=stated_confidence(case),
    )
    return _explained(recommendation)


def stated_confidence(case: Case) -> float | None:
    """Return 1 - k alpha for look k on the same samples; None when nothing is left."""
    left = 1 - case.look * (1 - case.confidence)
    return round(left, 12) if left > 0 else None


def _standing_at(findings: Sequence[Finding], *standings: Standing) -> list[Finding]:
    return [one for one in findings if one.standing in standings]


def _open(candidates: Sequence[Finding]) -> bool:
    """Return whether more samples could still certify a candidate."""
    return bool(_standing_at(candidates, "undecided", "not_run"))


def _costs_no_more(reference: Finding | None, best: Finding) -> bool:
    """Return whether the reference's known objective is at most the best one's."""
    if reference is None or reference.objective is None or best.objective is None:
        return False
    return reference.objective <= best.objective


def _cheaper_undecided(
    candidates: Sequence[Finding], recommended: Finding | None
) -> tuple[str, ...]:
    """Return the undecided candidates that would be preferred if they qualified."""
    if recommended is None:
        return ()
    undecided = [
        one
        for one in sorted(_standing_at(candidates, "undecided"), key=order)
        if one.objective is not None
        and (recommended.objective is None or one.objective < recommended.objective)
    ]
    return tuple(one.id for one in undecided)


def _best_first(
    candidates: Sequence[Finding], best: Finding | None, reference: Finding | None
) -> tuple[Finding, ...]:
    """Return qualifying, undecided, rejected and not run, then the reference."""
    ranked = [
        *sorted(_standing_at(candidates, "qualifies"), key=order),
        *sorted(_standing_at(candidates, "undecided"), key=order),
        *sorted(_standing_at(candidates, "rejected"), key=distance),
        *_standing_at(candidates, "not_run"),
    ]
    chosen = [named(one, "recommended", "") if one is best else one for one in ranked]
    return (*chosen, *([reference] if reference is not None else []))


def _explained(recommendation: Recommendation) -> Recommendation:
    """Return the recommendation with its sentence and a reason for everyone."""
    told = replace(
        recommendation,
        findings=tuple(
            named(one, one.standing, explanation.reason(recommendation, one))
            for one in recommendation.findings
        ),
    )
    return replace(told, sentence=explanation.sentence(told))
