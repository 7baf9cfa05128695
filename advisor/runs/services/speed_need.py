"""Does it matter how fast a candidate is? Not of one that is discarded already."""

from advisor.runs.models import Candidate
from advisor.runs.services.racing import is_race

# Held against times, or against what priced replicas carry.
TIMED_LIMITS = ("p95_latency_ms", "ttft_ms", "peak_requests_per_second")


def speed_is_needed(one: Candidate) -> bool:
    """Say whether the speed phase of a candidate can change what is concluded.

    A run of all samples times everyone. In a race only who may be recommended, and the
    reference, are timed: a model of one's own always, as its costs follow from its
    times, an endpoint where a limit or the objective asks for it.
    """
    if not one.spec.get("timed"):
        return False
    manifest = one.run.manifest
    if not is_race(one.run):
        return True
    judged = one.role == Candidate.Role.CANDIDATE
    if judged and one.decision != Candidate.Decision.CERTIFIED:
        return False
    if one.speed.exists():  # from before the run went on
        return False
    asked = set(manifest["constraints"]) & set(TIMED_LIMITS)
    return one.engine != "openai" or bool(asked) or manifest["objective"] == "latency"
