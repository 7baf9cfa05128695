"""How is one constraint told for one candidate? The distance, the value, the limit."""

from math import inf

from advisor.sizing import formats
from advisor.sizing.conclusions import Finding, Row
from advisor.sizing.constraints import NOISY

NAMES = {
    "quality_margin": "quality against the reference",
    "min_quality": "quality",
    "slices": "quality",
    "p95_latency_ms": "p95 latency",
    "ttft_ms": "time to first token",
    "peak_requests_per_second": "peak load",
    "monthly_budget_usd": "cost a month",
    "hosting": "hosting",
    "local_only": "network use",
    "max_memory_gb": "memory",
    "hardware": "hardware",
    "licences": "licence",
    "languages": "languages",
    "context_tokens": "context length",
}
TIMES = ("p95_latency_ms", "ttft_ms")
NO_ESTIMATE = "the number of further samples needed cannot be estimated"
AGAIN = "other programs disturbed the measurement: repeat it on a quiet machine"
FACTS = {
    "hosting": "hosting",
    "licences": "licence",
    "languages": "languages",
    "context_tokens": "context_tokens",
    "hardware": "hardware",
    "local_only": "leaves_network",
}


def name(row: Row) -> str:
    """Return what a constraint is about, such as "quality on vip"."""
    tag = row.constraint.tag
    return NAMES[row.constraint.name] + (f" on {tag}" if tag is not None else "")


def met(row: Row) -> str:
    """Return a constraint that is met, with its value and limit."""
    kind = row.constraint.name
    value = formats.amount(row.constraint, row.value)
    limit = formats.amount(row.constraint, row.constraint.limit)
    if kind == "local_only":
        return "nothing leaves your network"
    if row.value is None:
        # So wide a limit that gaps meet it, each at its worst.
        return f"{name(row)}: nothing but gaps ({_needed(row)} {limit})"
    if kind == "quality_margin":
        return f"{loss(row.value)} (a loss of {limit} allowed)"
    return f"{_about(row)} {value} ({_needed(row)} {limit})"


def failed(row: Row) -> str:
    """Return a constraint that is not met: the distance first, then both numbers."""
    return ": ".join(part for part in (distance(row), numbers(row)) if part)


def distance(row: Row) -> str:
    """Return by how much a constraint is missed, such as "81 ms too slow"."""
    kind, slack = row.constraint.name, row.slack
    if row.value is None and kind in NOISY:
        return f"{name(row)}: nothing but gaps"
    value = formats.amount(row.constraint, row.value)
    limit = formats.amount(row.constraint, row.constraint.limit)
    short = formats.amount(row.constraint, None if slack is None else -slack)
    if kind == "quality_margin":
        return f"{short} short on quality"
    if kind == "min_quality":
        return f"{_gap(row)} short of the minimum quality"
    if kind == "slices":
        return f"{_gap(row)} short of the floor on {row.constraint.tag}"
    if kind in TIMES:
        return "too slow" if slack == -inf else f"{short} too slow"
    if kind == "monthly_budget_usd":
        return f"{short} over budget"
    if kind == "max_memory_gb":
        return f"needs {value} of memory, {limit} available"
    if kind == "peak_requests_per_second":
        return f"carries {value} of {limit} at the peak"
    if kind == "local_only":
        return "sends samples out of your network"
    return f"{_about(row)} {value}, {_needed(row)} {limit}"


def numbers(row: Row) -> str:
    """Return value and limit behind a distance that does not name them itself."""
    kind = row.constraint.name
    value = formats.amount(row.constraint, row.value)
    limit = formats.amount(row.constraint, row.constraint.limit)
    if row.value is None and kind in NOISY:
        return ""
    if kind == "quality_margin":
        return f"{loss(row.value)}, {limit} allowed"
    if kind in ("min_quality", "slices"):
        return f"{value}, at least {limit} needed"
    if kind in TIMES:
        return f"{name(row)} {value}, limit {limit}"
    if kind == "monthly_budget_usd":
        return f"up to {value} a month, limit {limit}"
    return ""


def _gap(row: Row) -> str:
    """Return how many points a floor is missed by."""
    return formats.points(None if row.slack is None else -row.slack)


def open_(row: Row) -> str:
    """Return an undecided constraint: where it stands and what would settle it."""
    limit = formats.amount(row.constraint, row.constraint.limit)
    value = formats.amount(row.constraint, row.value)
    kind = row.constraint.name
    if kind in TIMES:
        if row.disturbed:
            return f"{name(row)} {value}, limit {limit}; {AGAIN}"
        text = f"{name(row)} {value}, {_bound(row)} at 95%, limit {limit}"
        more = formats.count(row.more, "more request")
        return text if row.more is None else f"{text}; needs {more}"
    if row.disturbed:
        return f"{failed(row)}; {AGAIN}"
    if row.value is None:
        text = f"{name(row)}: nothing but gaps so far"
    elif kind == "quality_margin":
        text = f"{loss(row.value)} so far, {limit} allowed"
    else:
        text = f"{name(row)} {value} so far, at least {limit} needed"
    return f"{text}; {settling(row)}"


def settling(row: Row) -> str:
    """Return about how many more samples would settle a quality."""
    if row.more is None:
        return f"{NO_ESTIMATE} from these answers"
    return f"{formats.about(row.more, 'more sample')} would settle it"


def loss(value: object) -> str:
    """Return a loss against the reference as a verb phrase."""
    size = float(str(value))
    if formats.points(size).startswith("0.0"):
        return "as good as the reference"
    if size < 0:
        return f"{formats.points(-size)} better than the reference"
    return f"loses {formats.points(size)}"


def unverified(finding: Finding) -> str:
    """Return a note on facts that counted although nobody has verified them."""
    used = [
        name(row)
        for row in finding.rows
        if FACTS.get(row.constraint.name) in finding.evidence.unverified
    ]
    return f" Unverified: {', '.join(used)}." if used else ""


def _about(row: Row) -> str:
    """Return what goes before a value: a verb where the value is a place."""
    return "runs" if row.constraint.name == "hosting" else name(row)


def _needed(row: Row) -> str:
    """Return the word that goes with the limit."""
    kind = row.constraint.name
    if kind in ("hosting", "hardware", "licences"):
        return "allowed:"
    if kind == "languages":
        return "needed:"
    floors = ("min_quality", "slices", "context_tokens", "peak_requests_per_second")
    return "at least" if kind in floors else "limit"


def _bound(row: Row) -> str:
    if row.decisive is None or row.decisive == float("inf"):
        return "with no upper bound"
    return f"at most {formats.amount(row.constraint, row.decisive)}"
