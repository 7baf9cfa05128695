"""Which limit may be written for the one from which an answer holds?

A text has few digits. Rounded to the nearest, a limit may lie on the wrong side of the
value that it stands for; who then sets it as it was read does not get what was told.
"""

from math import ceil, floor, isfinite, log10

from advisor.sizing.constraints import NOISY, Constraint

CLOSE = 1e-9  # what is nearer to a step than this is on it


def reached(
    constraint: Constraint, value: float, *, up: bool, beyond: bool = False
) -> float:
    """Return the nearest limit with the digits of its text, ``value`` or further.

    ``up`` says on which side "further" lies; ``beyond`` that ``value`` itself is not
    enough. In the constraint's unit; what is not finite stays as it is.
    """
    if not isfinite(value):
        return value
    step = _step(constraint.name, abs(value))
    steps = value / step
    whole = ceil(steps - CLOSE) if up else floor(steps + CLOSE)
    if beyond and abs(whole - steps) <= CLOSE:
        whole += 1 if up else -1
    return round(whole * step, 10)


def _step(name: str, size: float) -> float:
    """Return the last digit that ``formats.amount`` writes of a value of this size."""
    if name in NOISY:
        return 0.001
    if name in ("p95_latency_ms", "ttft_ms"):
        return 0.1 if size < 9.95 else 1.0 if size < 999.5 else 10.0
    if name == "max_memory_gb":
        return 0.001 if size < 0.0995 else 0.1
    if name == "monthly_budget_usd":
        return 1.0 if size >= 99.995 else 0.01 if size >= 0.995 else _second(size)
    if name == "peak_requests_per_second":
        return 1.0 if size >= 100 else 0.1 if size >= 0.095 else _second(size)
    return 1.0


def _second(size: float) -> float:
    """Return the place of the second digit of a small number; 0.01 of nothing."""
    return 0.01 if size <= 0 else 10.0 ** (floor(log10(size)) - 1)
