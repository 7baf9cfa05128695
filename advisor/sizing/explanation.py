"""What does the recommendation say? Every sentence about a decision comes from here.

``sentence`` is the answer, ``reason`` tells one candidate's standing in one sentence
with numbers, ``promise`` says what is promised and how surely. The parts are built in
``sentences``, single constraints in ``phrases``, numbers become text in ``formats``.
"""

from collections.abc import Iterable
from typing import Literal

from advisor.sizing import formats, phrases, sentences
from advisor.sizing.conclusions import Finding, Recommendation
from advisor.sizing.constraints import NOISY, Constraint
from advisor.sizing.measurement import Objective, Promise, Stop

Certified = Literal["loss", "quality", "nothing"]


def sentence(recommendation: Recommendation) -> str:
    """Return the answer in a few short sentences, the decision first."""
    chosen = recommendation.chosen
    if chosen is not None:
        parts = [
            sentences.use(recommendation, chosen),
            sentences.certified(recommendation, chosen),
            sentences.dearer(recommendation, chosen),
        ]
    elif recommendation.outcome == "undecided":
        parts = [sentences.undecided(recommendation)]
    elif recommendation.keep_reference:
        parts = [sentences.keep(recommendation)]
    else:
        parts = [
            "No candidate meets every constraint.",
            sentences.closest(recommendation),
        ]
    parts += [sentences.cheaper(recommendation), sentences.look(recommendation)]
    return " ".join(part for part in parts if part)


def reason(recommendation: Recommendation, finding: Finding) -> str:
    """Return why a candidate stands where it stands, with its numbers."""
    if finding.evidence.role == "reference":
        text = sentences.bar(finding)
    elif finding.standing in ("recommended", "qualifies"):
        text = sentences.meets(recommendation, finding)
    elif finding.standing == "undecided":
        told = "; ".join(phrases.open_(row) for row in finding.rows_with("undecided"))
        text = f"Undecided: {told}."
    elif finding.standing == "not_run":
        text = sentences.not_run(recommendation)
    else:
        told = sentences.shortcomings(finding)
        lead = "Not run: " if finding.evidence.not_run else ""
        text = f"{sentences.capital(lead + told)}."
    return text + phrases.unverified(finding)


def promise(recommendation: Recommendation) -> str:
    """Return what is promised, in words that hold for the promise chosen."""
    case = recommendation.case
    return promise_words(
        promise=case.promise,
        stop=case.stop,
        objective=case.objective,
        confidence=case.confidence,
        look=case.look,
        certified=certified(case.constraints),
    )


def certified(constraints: Iterable[Constraint]) -> Certified:
    """Return what the musts certify: a wish excludes nobody, so it promises nothing."""
    musts = {one.name for one in constraints if one.level == "must"}
    if "quality_margin" in musts:
        return "loss"
    return "quality" if musts & set(NOISY) else "nothing"


def promise_words(
    *,
    promise: Promise,
    stop: Stop,
    objective: Objective,
    confidence: float,
    look: int,
    certified: Certified,
) -> str:
    """Return what look ``look`` at ``confidence`` promises of what is certified."""
    error = look * (1 - confidence)
    if error >= 1 - 1e-9:
        return (
            f"After {look} looks at the same samples no confidence is left to "
            "state. Bring new samples."
        )
    if promise == "samples" and stop == "exhausted":
        return "The verdict of all your samples, which were all run."
    if promise == "samples":
        agree = formats.surely(max(1 - 3 * error, 0.0))
        return (
            "The same verdict as all your samples, with probability at least "
            f"{agree} (above 99% in simulation)."
        )
    sure = formats.surely(1 - error)
    kept = formats.surely(max(1 - 2 * error, 0.0))
    if certified == "nothing":
        return (
            f"The {sentences.BEST[objective]} candidate that meets every must. No limit"
            " on quality is one, so nothing is promised of its quality."
        )
    what = "its quality on requests drawn like your samples is at least your minimum"
    if certified == "loss":
        what = "its loss on requests drawn like your samples is within the margin"
    return (
        f"The {sentences.BEST[objective]} candidate we could certify; with {sure} "
        f"confidence {what}; with {kept} no {sentences.MORE[objective]} qualifying "
        "candidate was rejected on quality."
    )
