"""What exactly will a run do? A frozen setup, read once and checked as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from advisor.engines.loading import ENGINES
from advisor.engines.recorded import parse_recorded
from advisor.engines.text import estimate_tokens
from advisor.projects.models import Sample, Setup, Upload
from advisor.projects.schema import without_reference
from advisor.projects.selectors import evaluation_samples, row_of
from advisor.runs.models import Candidate
from advisor.runs.services.errors import LaunchRefused
from advisor.runs.services.specs import queue_of, spec_of
from advisor.scoring.registry import describe, scorer

UNKNOWN = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatePlan:
    """One model of a run, frozen: what the row is made from."""

    key: str
    role: str
    position: int
    engine: str
    queue: str
    spec: dict[str, Any]
    endpoint_id: int | None
    recorded_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that a run is made from."""

    document: dict[str, Any]
    samples: tuple[Sample, ...]
    left_out: tuple[str, ...]
    candidates: tuple[CandidatePlan, ...]
    samples_sha256: str
    rule_sha256: str
    scorer: dict[str, object]
    repeats: int
    seed: int
    budget_usd: float | None
    estimate_usd: float | None


def plan_of(setup: Setup) -> Plan:
    """Read a frozen setup into what a run is made from.

    Raises:
        LaunchRefused: Everything that is missing or wrong, at once.
    """
    problems: list[str] = []
    if setup.state != Setup.State.FROZEN:
        problems.append("The setup is a draft. Freeze it, then launch.")
    if setup.sample_set is None:
        raise LaunchRefused([*problems, "The setup has no samples. Add at least one."])
    document: dict[str, Any] = dict(setup.document)
    reference = document.get("reference")
    samples, left_out = _samples(setup, reference, problems)
    entries = [(entry, Candidate.Role.CANDIDATE) for entry in document["candidates"]]
    if reference:
        entries.append((reference, Candidate.Role.REFERENCE))
    tokens = _mean_tokens(samples, document)
    made = [_candidate(entry, role, setup, problems) for entry, role in entries]
    if problems:
        raise LaunchRefused(problems)
    return Plan(
        document=document,
        samples=samples,
        left_out=left_out,
        candidates=_in_planned_order(made, document, tokens),
        samples_sha256=setup.sample_set.sha256,
        rule_sha256=setup.rule_sha256,
        scorer=describe(scorer(document.get("scorer", "exact_match"))),
        repeats=int(document.get("repeats") or 1),
        seed=int(document.get("seed") or 0),
        budget_usd=document.get("budget_usd"),
        estimate_usd=_estimate(made, samples, document, tokens),
    )


def _candidate(
    entry: Mapping[str, Any], role: str, setup: Setup, problems: list[str]
) -> CandidatePlan:
    engine = str(entry.get("engine", ""))
    key = str(entry.get("id", ""))
    if engine not in ENGINES:
        problems.append(f"{key}: there is no engine {engine!r}.")
    return CandidatePlan(
        key=key,
        role=role,
        position=0,
        engine=engine,
        queue=queue_of(engine),
        spec=spec_of(entry, setup),
        endpoint_id=entry.get("endpoint"),
        recorded_id=entry.get("upload"),
    )


def _samples(
    setup: Setup, reference: Mapping[str, Any] | None, problems: list[str]
) -> tuple[tuple[Sample, ...], tuple[str, ...]]:
    """Return the samples that are asked, and the keys of those that are left out.

    A sample without a recorded answer of the reference has nothing to be compared
    with; more than 5 % of them is an error.
    """
    if setup.sample_set is None:
        return (), ()
    samples = tuple(evaluation_samples(setup.sample_set))
    if not samples:
        problems.append("The setup has no samples to evaluate on. Add at least one.")
    if not reference or reference.get("engine") != "recorded":
        return samples, ()
    known = recorded_ids(Upload.objects.get(pk=reference["upload"]))
    missing, problem = without_reference([row_of(one) for one in samples], known)
    if problem is not None:
        problems.append(str(problem))
    return tuple(one for one in samples if one.key in known), tuple(missing)


def recorded_ids(upload: Upload) -> frozenset[str]:
    """Return the ids that a recorded file answers."""
    rows, _ = parse_recorded(bytes(upload.content).decode("utf-8-sig"))
    return frozenset(row.id for row in rows)


def _mean_tokens(
    samples: Sequence[Sample], document: Mapping[str, Any]
) -> tuple[float, float]:
    """Return the planned input and output tokens of a request, estimated by length."""
    stated_in, stated_out = document.get("input_tokens"), document.get("output_tokens")
    template = len(str(document.get("prompt") or "")) / 4
    counted = [estimate_tokens(one.input) for one in samples[:200]]
    inputs = template + (sum(counted) / len(counted) if counted else 0.0)
    outputs = float(document.get("max_output_tokens") or 256)
    return float(stated_in or inputs), float(stated_out or outputs)


def _in_planned_order(
    made: Sequence[CandidatePlan],
    document: Mapping[str, Any],
    tokens: tuple[float, float],
) -> tuple[CandidatePlan, ...]:
    """Return the candidates with their planned place, cheapest first.

    By planned cost or by size; what is not known comes after what is, the smaller
    model first, then by id. The reference has no place of its own.
    """

    def place(one: CandidatePlan) -> tuple[float, float, str]:
        planned, size = one.spec["planned"], one.spec.get("parameters")
        return (
            UNKNOWN if planned is None else planned,
            float(size) if size else UNKNOWN,
            one.key,
        )

    known = [_with_objective(one, document, tokens) for one in made]
    under_test = [one for one in known if one.role == Candidate.Role.CANDIDATE]
    others = [one for one in known if one.role != Candidate.Role.CANDIDATE]
    placed = enumerate(sorted(under_test, key=place))
    return (*others, *(replace(one, position=at) for at, one in placed))


def _with_objective(
    one: CandidatePlan, document: Mapping[str, Any], tokens: tuple[float, float]
) -> CandidatePlan:
    """Return the plan with the objective it is expected to have, None if unknown.

    Dollars a month, or per 1,000 requests without a monthly number; or parameters.
    """
    planned: float | None = planned_cost(one.spec, tokens)
    month = _limit(document, "monthly_requests")
    if planned is not None and month is not None:
        planned *= month / 1000
    if document.get("objective") == "size":
        planned = one.spec.get("parameters")
    if document.get("objective") == "latency":
        planned = None
    return replace(one, spec={**one.spec, "planned": planned})


def _estimate(
    made: Sequence[CandidatePlan],
    samples: Sequence[Sample],
    document: Mapping[str, Any],
    tokens: tuple[float, float],
) -> float | None:
    """Return the dollars that all trials cost at planned tokens; None if unknown."""
    costs = [planned_cost(one.spec, tokens) for one in made if one.engine == "openai"]
    known = [cost for cost in costs if cost is not None]
    trials = len(samples) * int(document.get("repeats") or 1)
    return sum(known) * trials / 1000 if known else None


def _limit(document: Mapping[str, Any], name: str) -> float | None:
    given = (document.get("constraints") or {}).get(name)
    limit = given.get("limit") if isinstance(given, Mapping) else given
    return None if limit is None else float(limit)


def planned_cost(spec: Mapping[str, Any], tokens: tuple[float, float]) -> float | None:
    """Return the dollars per 1,000 requests that the price and tokens suggest."""
    price = spec.get("price")
    if not price or price.get("input_per_1m") is None:
        return None
    inputs, outputs = tokens
    output_price = price.get("output_per_1m") or 0.0
    return float(inputs * price["input_per_1m"] + outputs * output_price) / 1000
