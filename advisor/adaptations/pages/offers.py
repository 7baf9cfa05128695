"""What can be made of the models of a finished run, and what did making change?"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.adaptations.pages.gain import gains_of
from advisor.adaptations.pages.words import WHAT
from advisor.projects.pages.header import project_url
from advisor.runs.models import Candidate, Run
from advisor.runs.selectors.summary import Summary
from advisor.web.panels import Gain
from advisor.web.parts import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """One model whose weights lie here, and what can be made of it."""

    key: str
    actions: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Made models beside their parents; what could be made, for who may."""

    gains: tuple[Gain, ...]
    rows: tuple[OfferRow, ...]


def offers_of(
    run: Run, rows: Sequence[Candidate], summary: Summary, membership: Membership
) -> Offers | None:
    """Return what a comparison offers; None where there is nothing."""
    here = [one for one in rows if one.engine == "transformers"]
    able = may(membership, Role.EDITOR)
    gains = gains_of(run, rows, summary) if here else ()
    offered = tuple(_row(run, one) for one in here) if able else ()
    return Offers(gains=gains, rows=offered) if gains or offered else None


def _row(run: Run, one: Candidate) -> OfferRow:
    base = project_url(run.project, "adaptations/new/")
    return OfferRow(
        key=one.key,
        actions=tuple(
            Link(text, f"{base}?{urlencode({'technique': name, 'candidate': one.key})}")
            for name, text in WHAT.items()
        ),
    )
