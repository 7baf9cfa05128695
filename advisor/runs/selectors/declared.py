"""What is said of a candidate before it runs? Its planned objective, where it goes."""

from advisor.runs.models import Candidate
from advisor.sizing.measurement import Figure


def planned_of(one: Candidate) -> Figure | None:
    """Return the objective that was planned from price and tokens, or size."""
    planned = one.spec.get("planned")
    if planned is None:
        return None
    return Figure(planned, origin="estimated", note="price x planned tokens")


def leaves_network(one: Candidate) -> bool | None:
    """Say whether requests leave the operator's network; None when not known."""
    if one.engine == "transformers":
        return False
    hosting = one.spec.get("hosting")
    if hosting is None:
        return None
    return hosting not in ("device", "own_server")
