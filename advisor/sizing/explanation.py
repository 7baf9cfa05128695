"""What does the recommendation say? Every sentence about a decision comes from here.

``sentence`` is the answer, ``reason`` tells one candidate's standing in one sentence
with numbers, ``promise`` says what is promised and how surely. The parts are built in
``sentences``, single constraints in ``phrases``, numbers become text in ``formats``.
"""

from advisor.sizing import formats, phrases, sentences
from advisor.sizing.conclusions import Finding, Recommendation


def sentence(recommendation: Recommendation) -> str:
    """Return the answer in a few short sentences, the decision first."""
    if recommendation.outcome == "recommended":
        parts = [
            sentences.use(recommendation),
            sentences.certified(recommendation),
            sentences.dearer(recommendation),
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
        text = sentences.capital(sentences.shortcomings(finding)) + "."
    return text + phrases.unverified(finding)


def promise(recommendation: Recommendation) -> str:
    """Return what is promised, in words that hold for the promise chosen."""
    case = recommendation.case
    if recommendation.confidence is None:
        return (
            f"After {case.look} looks at the same samples no confidence is left to "
            "state. Bring new samples."
        )
    error = case.look * (1 - case.confidence)
    if case.promise == "samples" and case.stop == "exhausted":
        return "The verdict of all your samples, which were all run."
    if case.promise == "samples":
        agree = formats.percent(max(1 - 3 * error, 0.0), 0)
        return (
            "The same verdict as all your samples, with probability at least "
            f"{agree} (above 99% in simulation)."
        )
    sure, kept = formats.percent(1 - error, 0), formats.percent(1 - 2 * error, 0)
    best = sentences.BEST[case.objective]
    what = "its quality on requests drawn like your samples is at least your minimum"
    if case.reference is not None:
        what = "its loss on requests drawn like your samples is within the margin"
    return (
        f"The {best} candidate we could certify; with {sure} confidence {what}; with "
        f"{kept} no {sentences.MORE[case.objective]} qualifying candidate was rejected "
        "on quality."
    )
