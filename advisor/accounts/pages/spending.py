"""What does a team's spending page say? The month against its cap, and the caps."""

from dataclasses import dataclass

from django import forms

from advisor.accounts import selectors
from advisor.accounts.models import Membership, Role
from advisor.accounts.pages.chrome import settings_nav
from advisor.sizing import formats
from advisor.web.gauge import Gauge
from advisor.web.parts import Link, Stat


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingPage:
    """The month so far, and the caps that hold it."""

    title: str
    nav: tuple[Link, ...]
    month: str
    sentence: str
    stats: tuple[Stat, ...]
    gauge: Gauge | None
    form: forms.Form
    may_change: bool
    caps: tuple[tuple[str, str], ...]


def spending_page(
    own: Membership, spending: selectors.Spending, form: forms.Form
) -> SpendingPage:
    """Put the page together; only owners and admins get the form."""
    cap, held = spending.cap_usd, spending.held_usd
    month = f"{spending.month:%B}"
    used = formats.money(held)
    if cap is None:
        told = f"{used} used in {month}; the team has no cap. Each run has its own."
    else:
        told = (
            f"{used} of {formats.money(cap)} used in {month}. Runs that would pass the"
            " cap do not start, and paid calls stop before they pass it."
        )
    return SpendingPage(
        title="Run spending",
        nav=settings_nav(own.team, "Run spending", own.role),
        month=f"{spending.month:%B %Y}",
        sentence=told,
        stats=_stats(spending),
        gauge=_gauge(spending),
        form=form,
        may_change=selectors.may(own, Role.ADMIN),
        caps=(
            ("Team cap", _cap(cap, "a month")),
            ("Cap for one run", _cap(spending.run_cap_usd, "a run")),
        ),
    )


def _stats(spending: selectors.Spending) -> tuple[Stat, ...]:
    rest = spending.rest_usd
    return (
        Stat(
            label="Spent",
            value=formats.money(spending.spent_usd),
            note="answers that came and were billed",
        ),
        Stat(
            label="Reserved",
            value=formats.money(spending.reserved_usd),
            note="worst price of calls that are under way",
        ),
        Stat(
            label="Unknown",
            value=formats.money(spending.unknown_usd),
            note="may have been billed without an answer",
        ),
        Stat(
            label="Left",
            value=None if rest is None else formats.money(rest),
            note="no cap" if rest is None else "until the end of the month",
        ),
    )


def _gauge(spending: selectors.Spending) -> Gauge | None:
    cap = spending.cap_usd
    if not cap:
        return None
    held = spending.held_usd
    return Gauge.at_most(
        held,
        cap,
        text=f"{formats.money(held)} used, cap {formats.money(cap)}",
        status="met" if held <= cap else "failed",
        axis=(0.0, 1.25 * max(cap, held)),
    )


def _cap(usd: float | None, per: str) -> str:
    return "No cap" if usd is None else f"{formats.money(usd)} {per}"
