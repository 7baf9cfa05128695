"""Which sentences is an explanation made of? One function a sentence."""

from advisor.sizing import formats, phrases
from advisor.sizing.conclusions import Finding, Recommendation

BEST = {"cost": "cheapest", "size": "smallest", "latency": "fastest"}
MORE = {"cost": "cheaper", "size": "smaller", "latency": "faster"}
CLOSE = 1e-9  # of a bound to the limit that it was certified at


def use(recommendation: Recommendation, finding: Finding) -> str:
    """Return the decision: the candidate, its quality and its cost."""
    reference = recommendation.reference
    text = f"Use {finding.id}"
    if finding.quality.figure is not None:
        text += f": it scores {formats.plus_minus(finding.quality.figure)}"
    if reference is None:
        return f"{text} on your expected answers{_price(recommendation, finding)}."
    ours, theirs = finding.quality.figure, reference.quality.figure
    if ours and theirs and ours.value is not None and theirs.value:
        share = formats.percent(ours.value / theirs.value)
        text += f", {share} of the reference's quality"
    cost, whole = (_cost(recommendation, one) for one in (finding, reference))
    if cost is None or not whole:
        return f"{text}{_price(recommendation, finding)}."
    return f"{text}, at {formats.percent(cost / whole)} of its cost."


def certified(recommendation: Recommendation, finding: Finding) -> str:
    """Return why this one: what could be certified, and the rule that chose it."""
    case, candidates = recommendation.case, recommendation.candidates
    settled = [one for one in candidates if one.standing in ("qualifies", "rejected")]
    if len(candidates) == 1:
        text = "It meets every constraint"
    elif not any(one.standing == "qualifies" for one in settled) and (
        len(settled) == len(candidates) - 1
    ):
        text = f"It is the only one of {len(candidates)} candidates that meets every "
        text += "constraint"
    elif finding.objective is None:
        text = f"It meets every constraint; no candidate of known {case.objective} does"
    else:
        text = f"It is the {BEST[case.objective]} of {len(candidates)} candidates that "
        text += "could be certified"
    bound = _bound(recommendation, finding)
    return f"{text}: {bound}." if bound else f"{text}."


def dearer(recommendation: Recommendation, finding: Finding) -> str:
    """Return a warning when the candidate costs more than the reference.

    Where the objective is another, a reference that costs less may meet all limits.
    """
    reference = recommendation.reference
    cost = _cost(recommendation, finding)
    whole = None if reference is None else _cost(recommendation, reference)
    if reference is None or cost is None or whole is None or cost <= whole:
        return ""
    excluded = reference.standing == "rejected"
    why = ", which your limits exclude" if excluded else ""
    extra = _per(recommendation, cost - whole)
    return f"It costs {extra} more than the reference{why}."


def undecided(recommendation: Recommendation) -> str:
    """Return who is closest to a decision and what would settle it."""
    open_ = [one for one in recommendation.candidates if one.standing == "undecided"]
    if not open_:
        return "Undecided. The candidates that could qualify were not run."
    first = open_[0]
    told = "; ".join(phrases.open_(row) for row in first.rows_with("undecided"))
    others = len(open_) - 1
    more = f" So is {others} other." if others == 1 else f" So are {others} others."
    head = f"Undecided. {first.id} meets every other constraint: {told}."
    return head + (more if others else "")


def keep(recommendation: Recommendation) -> str:
    """Return why the reference stays."""
    reference = recommendation.reference
    qualifying = [f for f in recommendation.candidates if f.standing == "qualifies"]
    if reference is not None and qualifying:
        best = qualifying[0]
        ours, theirs = (_objective(recommendation, one) for one in (best, reference))
        return (
            f"Keep the reference. It meets every constraint at {theirs}; {best.id}, "
            f"the {BEST[recommendation.case.objective]} candidate that could be "
            f"certified, comes to {ours}."
        )
    return (
        "Keep the reference. It meets every constraint and no candidate does. "
        + closest(recommendation)
    )


def closest(recommendation: Recommendation) -> str:
    """Return who fails by least, and by how much."""
    first = next(f for f in recommendation.candidates if f.standing == "rejected")
    return f"{first.id} comes closest: {shortcomings(first)}."


def cheaper(recommendation: Recommendation) -> str:
    """Return the candidates that would have come first, had they been decided."""
    names = recommendation.cheaper_undecided
    if not names:
        return ""
    found = {one.id: one for one in recommendation.findings}
    told = [f"{name} ({_settling(found[name])})" for name in names]
    kind = MORE[recommendation.case.objective].capitalize()
    return f"{kind} but undecided: {', '.join(told)}."


def look(recommendation: Recommendation) -> str:
    """Return what repeated looks leave of the confidence."""
    number = recommendation.case.look
    if number == 1:
        return ""
    if recommendation.confidence is None:
        return f"This is look {number} at the same samples: no confidence is left."
    sure = formats.surely(recommendation.confidence)
    return f"This is look {number} at the same samples: it states {sure} confidence."


def bar(finding: Finding) -> str:
    """Return what the reference sets, and which musts it misses itself."""
    if finding.quality.figure is None:
        return "Sets the bar; it was not measured."
    text = f"Sets the bar: it scores {formats.plus_minus(finding.quality.figure)}."
    missed = shortcomings(finding)
    return f"{text} Against your limits: {missed}." if missed else text


def meets(recommendation: Recommendation, finding: Finding) -> str:
    """Return what a qualifying candidate meets, and what the chosen one spares."""
    told = ", ".join(phrases.met(row) for row in finding.rows if row.must)
    text = f"Meets every constraint: {told}." if told else "There was no limit to meet."
    best = recommendation.chosen
    if best is not None and best is not finding and best.id != finding.id:
        ours, theirs = (
            _objective(recommendation, finding),
            _objective(recommendation, best),
        )
        text = text[:-1] + f"; {ours} against {theirs} for {best.id}."
    missed = [r for r in finding.rows if not r.must and r.status in ("failed",)]
    if missed:
        text += f" Preferred but not met: {'; '.join(map(phrases.failed, missed))}."
    return text


def not_run(recommendation: Recommendation) -> str:
    """Return why a candidate was not run.

    Who was certified first need not be recommended: the reference may cost no more.
    """
    qualifying = [f for f in recommendation.candidates if f.standing == "qualifies"]
    best = recommendation.chosen or next(iter(qualifying), None)
    if best is None:
        return "Not run."
    return f"Not run: {best.id} was certified first."


def shortcomings(finding: Finding) -> str:
    """Return every must that excludes, each with its distance; "" without one."""
    unfit = finding.evidence.unfit
    told = [] if unfit is None else [f"does not run: {unfit.rstrip('.')}"]
    told += [phrases.failed(row) for row in finding.rows_with("failed")]
    unknown = [phrases.name(row) for row in finding.rows_with("unknown")]
    if unknown and unfit is None and not (told and finding.evidence.not_run):
        told.append(f"not measured: {', '.join(unknown)}")
    return "; ".join(told)


def capital(text: str) -> str:
    """Return the text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def _settling(finding: Finding) -> str:
    """Return what would settle the first open must of a candidate."""
    row = finding.rows_with("undecided")[0]
    if row.disturbed:
        return phrases.AGAIN
    timed = row.constraint.name in phrases.TIMES
    if row.more is not None and timed:
        return formats.count(row.more, "more request")
    if row.more is not None:
        return formats.about(row.more, "more sample")
    return phrases.open_(row) if timed else phrases.NO_ESTIMATE


def _bound(recommendation: Recommendation, finding: Finding) -> str:
    """Return the worst loss that is certified, beside the loss that is allowed.

    Empty where the margin is a wish that is not met. Holm may certify what the shown
    bound, at a fixed share of the error, leaves open: the verdict is told alone then.
    """
    difference = finding.quality.difference
    rows = [r for r in finding.rows if r.constraint.name == "quality_margin"]
    if difference is None or not rows or rows[0].status != "met":
        return ""
    limit = rows[0].constraint
    allowed = formats.amount(limit, limit.limit)
    worst, exact = -difference.low, difference.low == difference.high
    where = "on requests like your samples"
    if recommendation.case.promise == "samples":
        where = "over all your samples"
    if worst > limit.number + CLOSE:
        return f"its loss {where} is within your {allowed}"
    if worst <= 0:
        least = "" if exact else "at least "
        return (
            f"it is {least}{formats.points(-worst)} better than the reference {where}, "
            f"where you allow a loss of {allowed}"
        )
    most = "" if exact else "at most "
    return f"it loses {most}{formats.points(worst)} {where}, within your {allowed}"


def _cost(recommendation: Recommendation, finding: Finding) -> float | None:
    """Return the cost that the case is about: a month, else 1,000 requests."""
    costs = finding.evidence.costs
    figure = costs.per_month if recommendation.case.monthly else costs.per_1000_requests
    return None if figure is None else figure.value


def _per(recommendation: Recommendation, amount: float) -> str:
    currency = recommendation.findings[0].evidence.costs.currency
    unit = "a month" if recommendation.case.monthly else "per 1,000 requests"
    return f"{formats.money(amount, currency)} {unit}"


def _price(recommendation: Recommendation, finding: Finding) -> str:
    cost = _cost(recommendation, finding)
    return "" if cost is None else f" for {_per(recommendation, cost)}"


def _objective(recommendation: Recommendation, finding: Finding) -> str:
    """Return a candidate's objective with its unit; unknown is said so."""
    value, kind = finding.objective, recommendation.case.objective
    if value is None:
        return "an unknown cost" if kind == "cost" else f"an unknown {kind}"
    if kind == "cost":
        return _per(recommendation, value)
    if kind == "latency":
        return f"a p95 latency of {formats.duration(value)}"
    return formats.count(value, "parameter")
