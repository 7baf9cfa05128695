"""May this run be opened, as far as money goes, and which cap does it get?"""

from advisor.accounts.models import Team
from advisor.accounts.selectors import Spending, spending_of
from advisor.accounts.services import micro
from advisor.runs.services.errors import LaunchRefused, StepRefused
from advisor.runs.services.planning import CandidatePlan, Plan
from advisor.runs.services.pricing import Price
from advisor.sizing import formats


def cap_micro_of(*, team: Team, plan: Plan, asked_usd: float | None) -> int | None:
    """Return the cap of a run in micro, None for none.

    What was asked for goes before the setup's budget, and that before the team's cap
    for one run, which no run may pass. A run that spends nothing needs no rest.

    Raises:
        LaunchRefused: The cap passes what the team allows, or has left this month.
    """
    spending = spending_of(team)
    cap = plan.budget_usd if asked_usd is None else asked_usd
    cap = spending.run_cap_usd if cap is None else cap
    if not any(spends(one) for one in plan.candidates):
        return None if cap is None else micro(cap)
    refusal = _over(team, spending, cap, plan.estimate_usd if cap is None else cap)
    if refusal:
        raise LaunchRefused([refusal])
    return None if cap is None else micro(cap)


def check_raised(*, team: Team, cap_usd: float | None, held_usd: float) -> None:
    """Refuse a higher cap of a run that the team does not allow or cannot pay.

    ``held_usd`` is what the run's calls hold already. Raises StepRefused.
    """
    spending = spending_of(team)
    if cap_usd is None and spending.run_cap_usd is not None:
        raise StepRefused(
            f"Team {team.name} caps every run: give a cap of at most"
            f" {formats.money(spending.run_cap_usd)}."
        )
    more = 0.0 if cap_usd is None else cap_usd - held_usd
    refusal = _over(team, spending, cap_usd, more)
    if refusal:
        raise StepRefused(refusal)


def spends(one: CandidatePlan) -> bool:
    """Say whether asking a candidate costs money by the token."""
    price = Price.of(one.spec)
    return one.engine == "openai" and price is not None and price.by_token


def _over(
    team: Team, spending: Spending, cap: float | None, needed: float | None
) -> str:
    """Return which cap stands in the way, in a sentence; empty when none does."""
    limit, rest = spending.run_cap_usd, spending.rest_usd
    if cap is not None and limit is not None and cap > limit:
        return (
            f"This run may cost {formats.money(cap)}; team {team.name} allows"
            f" {formats.money(limit)} for one run. Lower the run's cap, or ask an owner"
            " to raise the team's."
        )
    if needed is not None and rest is not None and needed > rest:
        return (
            f"This run needs about {formats.money(needed)}; team {team.name} has"
            f" {formats.money(rest)} left in {spending.month:%B}. An owner can raise"
            " the cap."
        )
    return ""
