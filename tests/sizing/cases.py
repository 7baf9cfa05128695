"""Small cases for the tests of decisions: written out, so that a reader can follow."""

from collections.abc import Sequence

from advisor.sizing.constraints import parse
from advisor.sizing.measurement import Case, Costs, Evidence, Figure

ANSWERED = 200


def scores(right: int, n: int = ANSWERED) -> tuple[float, ...]:
    """Return ``right`` ones and the rest zeros, spread evenly over the order."""
    return tuple(
        float((index + 1) * right // n > index * right // n) for index in range(n)
    )


def losing(count: int, right: int = 170) -> tuple[float, ...]:
    """Return ``scores(right)`` with the first ``count`` right answers made wrong."""
    kept = list(scores(right))
    for index in [index for index, score in enumerate(kept) if score][:count]:
        kept[index] = 0.0
    return tuple(kept)


def dollars(a_month: float, a_thousand: float | None = None) -> Costs:
    """Return costs that are certain, as billed."""
    thousand = a_month if a_thousand is None else a_thousand
    return Costs(
        per_1000_requests=Figure(thousand, thousand, thousand, 200, "measured"),
        per_month=Figure(a_month, a_month, a_month, 200, "measured"),
    )


def candidate(name: str, right: int = 170, **known: object) -> Evidence:
    """Return a candidate with ``right`` of 200 answers right."""
    return Evidence(**{"id": name, "scores": scores(right), **known})  # type: ignore[arg-type]


def reference(right: int = 170, **known: object) -> Evidence:
    """Return the reference with ``right`` of 200 answers right."""
    return Evidence(
        **{"id": "big", "role": "reference", "scores": scores(right), **known}  # type: ignore[arg-type]
    )


def a_case(
    evidence: Sequence[Evidence],
    limits: dict[str, object] | None = None,
    **given: object,
) -> Case:
    """Return a case that looks at all samples and promises future traffic."""
    has_reference = any(one.role == "reference" for one in evidence)
    settings: dict[str, object] = {
        "samples": ANSWERED,
        "stop": "exhausted",
        "promise": "traffic",
        **given,
    }
    return Case(
        evidence=tuple(evidence),
        constraints=parse(limits or {}, has_reference=has_reference),
        **settings,  # type: ignore[arg-type]
    )
