"""What stands above every page of the catalog? Its rooms, and what may be added."""

from dataclasses import dataclass

from advisor.accounts.models import Membership, Role, Team
from advisor.accounts.selectors import may
from advisor.catalog.selectors import cards_of, current_prices, hardware_of
from advisor.sizing import formats
from advisor.web.parts import Action, Link

ROOMS = {
    "models": "/catalog/models/",
    "hardware": "/catalog/hardware/",
    "prices": "/catalog/prices/",
    "changes": "/catalog/changes/",
}
ADD = {
    "models": "Add private model",
    "hardware": "Add hardware",
    "prices": "Add price",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The tabs of the catalog and the button beside them; ``team`` owns what is added.

    ``own`` is where a team's own rows are written, empty for those who may not.
    """

    tabs: tuple[Link, ...]
    add: Action | None
    team: str
    own: str


def head_of(membership: Membership | None, current: str) -> Head:
    """Return the head of one room, as its reader may see it."""
    team = membership.team if membership else None
    own = own_base(membership)
    add = None
    if own and current in ADD:
        add = Action(ADD[current], f"{own}{current}/new/", icon="plus")
    return Head(
        tabs=_tabs(team, current), add=add, team=team.name if team else "", own=own
    )


def own_base(membership: Membership | None) -> str:
    """Return where a member's team writes its own rows, empty where they may not."""
    if membership is None or not may(membership, Role.EDITOR):
        return ""
    return f"/t/{membership.team.slug}/catalog/"


def _tabs(team: Team | None, current: str) -> tuple[Link, ...]:
    counts = {
        "models": cards_of(team).count(),
        "hardware": hardware_of(team).count(),
        "prices": current_prices(team).count(),
    }
    return tuple(
        Link(_tab(room, counts.get(room)), url, room == current)
        for room, url in ROOMS.items()
    )


def _tab(room: str, count: int | None) -> str:
    name = room.capitalize()
    return name if count is None else f"{name} {formats.number(count)}"
