"""What may a team spend? Caps that owners set, and the month that keeps the books.

Money is in millionths of a US dollar where it is stored and in dollars where people
read or type it. A month is a calendar month in UTC.
"""

from math import ceil, isfinite

from django.db import transaction

from advisor.accounts.models import Membership, Role, Team, TeamMonth
from advisor.accounts.selectors import may, this_month
from advisor.accounts.services.audit import record

MOST_USD = 100_000


class CapRefused(ValueError):
    """Caps that cannot be set; the message says why and what to type instead."""


def micro(usd: float) -> int:
    """Return an amount in millionths of a dollar, rounded up."""
    return ceil(usd * 1_000_000 - 1e-6)


@transaction.atomic
def set_caps(
    *, team: Team, by: Membership, month_usd: float | None, run_usd: float | None
) -> Team:
    """Set what a team may spend a month and in one run, in US dollars; None is no cap.

    Holds from the next call on, in runs that are under way too. Raises CapRefused.
    """
    if not may(by, Role.ADMIN) or by.team_id != team.pk:
        raise CapRefused("Only an owner or admin of the team can set its caps.")
    team = Team.objects.select_for_update().get(pk=team.pk)
    month_cap, run_cap = _cap(month_usd, "month"), _cap(run_usd, "run")
    if month_cap is not None and run_cap is not None and run_cap > month_cap:
        raise CapRefused(
            f"A run may not cost more than the month: {run_usd:,.2f} USD is above"
            f" {month_usd:,.2f} USD. Lower the cap for one run."
        )
    before = {
        "month_usd": _usd(team.month_cap_micro),
        "run_usd": _usd(team.run_cap_micro),
    }
    _cap_this_month(team, month_cap)
    team.month_cap_micro, team.run_cap_micro = month_cap, run_cap
    team.save(update_fields=["month_cap_micro", "run_cap_micro"])
    record(
        team=team,
        actor=by.user,
        action="team.caps_set",
        target=team.name,
        detail={"from": before, "to": {"month_usd": month_usd, "run_usd": run_usd}},
    )
    return team


def locked_month(team_id: int) -> TeamMonth:
    """Return the row of the present month, locked until the transaction ends.

    It is made at the month's first call; the team is locked then, so that no cap is
    set in between.
    """
    rows = TeamMonth.objects.select_for_update().filter(
        team_id=team_id, month=this_month()
    )
    row = rows.first()
    if row is not None:
        return row
    team = Team.objects.select_for_update().get(pk=team_id)
    TeamMonth.objects.get_or_create(
        team=team, month=this_month(), defaults={"cap_micro": team.month_cap_micro}
    )
    return rows.get()


def _cap_this_month(team: Team, cap: int | None) -> None:
    """Cap the month that is under way; refuse a cap below what it holds already."""
    rows = TeamMonth.objects.select_for_update().filter(team=team, month=this_month())
    row = rows.first()
    if row is None:
        return
    held = row.spent_micro + row.reserved_micro + row.unknown_micro
    if cap is not None and cap < held:
        raise CapRefused(
            f"{row.month:%B} already holds {held / 1_000_000:,.2f} USD, spent, reserved"
            " or possibly billed. Give a cap of at least that."
        )
    rows.update(cap_micro=cap)


def _cap(usd: float | None, what: str) -> int | None:
    if usd is None:
        return None
    if not (isfinite(usd) and 0 <= usd <= MOST_USD):
        raise CapRefused(
            f"The cap for one {what} must be from 0 to {MOST_USD:,} USD, got {usd}."
            " Leave it empty for no cap."
        )
    return micro(usd)


def _usd(amount: int | None) -> float | None:
    return None if amount is None else amount / 1_000_000
