"""What may a run cost, and what has the team left for it?"""

from advisor.accounts.models import Team
from advisor.accounts.selectors import spending_of
from advisor.projects.forms.review import NOTHING_PAID, Money, dollars
from advisor.projects.pages.amounts import about_money
from advisor.projects.pages.estimate import RunEstimate


def money_of(team: Team, estimate: RunEstimate) -> Money:
    """Return what bounds the cap of a run: its estimate, and the team's caps."""
    if not estimate.paid:
        return NOTHING_PAID
    spending = spending_of(team)
    limits = [spending.run_cap_usd, spending.rest_usd]
    known = [one for one in limits if one is not None]
    told = about_money(estimate.dollars)
    parts = [f"Estimate: {told}." if told else "A price is not known: no estimate."]
    if spending.run_cap_usd is not None:
        parts.append(f"Your team allows {dollars(spending.run_cap_usd)} a run.")
    if spending.rest_usd is not None:
        rest = dollars(spending.rest_usd)
        parts.append(f"Your team has {rest} left in {spending.month:%B}.")
    return Money(
        estimate=estimate.dollars.value if estimate.dollars else None,
        most=min(known, default=None),
        told=" ".join(parts),
    )
