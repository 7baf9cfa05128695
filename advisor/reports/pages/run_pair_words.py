"""How is told what changed between two runs? Sentences, counts and one test."""

from advisor.reports.selectors import Result
from advisor.runs.selectors.pairing import Pairing, Side
from advisor.sizing import formats
from advisor.sizing.comparison import Pairs, mcnemar
from advisor.web.parts import Stat


def headline(sides: tuple[Side, Side], pairing: Pairing) -> str:
    """Return who answered what better or worse, in a sentence."""
    first, second = sides
    right, wrong = (len(pairing.changes[k]) for k in ("newly_right", "newly_wrong"))
    who = second.model
    if first.model != second.model:
        who = f"{second.model} in place of {first.model}"
    gain = "no more and no fewer"
    if right != wrong:
        gain = f"{abs(right - wrong)} {'more' if right > wrong else 'fewer'}"
    return (
        f"{who}: {formats.count(right, 'answer')} newly right and {wrong} newly wrong,"
        f" {gain} right than in run {first.run.number}."
    )


def shared_samples(pairing: Pairing) -> str:
    """Return on which samples the runs are compared, and which are left out."""
    shared = formats.count(len(pairing.shared), "sample")
    if pairing.same_set and not any(pairing.only):
        return f"Both runs asked the same {shared}."
    how = "the same" if pairing.same_set else "equal input and expected answer"
    only = " and ".join(
        f"{formats.number(count)} only in the {name}"
        for count, name in zip(pairing.only, ("first", "second"), strict=True)
    )
    what = "" if pairing.same_set else " The runs have different sample sets."
    return f"Compared on the {shared} of {how}; {only} are left out.{what}"


def any_difference(pairing: Pairing, first: Result, second: Result) -> str:
    """Return McNemar's answer; none where it would not hold.

    It takes a number of samples fixed beforehand, each of them independent.
    """
    stops = {one.run.manifest["stop"] for one in (first, second)}
    if stops != {"exhausted"}:
        return (
            "A run that stops when decided has no fixed number of samples, so no test"
            " of any difference is shown."
        )
    if any(one.summary.case.groups is not None for one in (first, second)):
        return (
            "Samples of one group answer alike, so no test of any difference, which"
            " would count each of them, is shown."
        )
    if not pairing.scored:
        return "No shared sample was scored in both."
    p = mcnemar(
        Pairs(
            reference=len(pairing.changes["newly_wrong"]),
            candidate=len(pairing.changes["newly_right"]),
            n=pairing.scored,
        )
    )
    told = "below 0.001" if p < 0.001 else f"{p:.3f}"
    any_ = (
        "Chance alone would seldom show so much."
        if p < 0.05
        else ("Chance alone may well show as much.")
    )
    return f"Any difference? p = {told} by the exact McNemar test. {any_}"


def stats(pairing: Pairing) -> tuple[Stat, ...]:
    """Return the counts of what changed."""
    counts = {name: len(found) for name, found in pairing.changes.items()}
    unchanged = counts["both_right"] + counts["both_wrong"]
    return (
        Stat(
            label="Newly right",
            value=formats.number(counts["newly_right"]),
            tone="pass" if counts["newly_right"] else None,
        ),
        Stat(
            label="Newly wrong",
            value=formats.number(counts["newly_wrong"]),
            tone="fail" if counts["newly_wrong"] else None,
        ),
        Stat(
            label="Unchanged",
            value=formats.number(unchanged),
            note=f"{formats.number(counts['both_wrong'])} wrong in both",
        ),
        Stat(label="Shared samples", value=formats.number(len(pairing.shared))),
    )
