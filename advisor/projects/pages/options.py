"""What may be chosen from the catalog? Machines and endpoints of a team."""

from advisor.accounts.models import Team
from advisor.catalog.models import HardwareProfile
from advisor.catalog.selectors import hardware_of
from advisor.projects.schema.known import THIS_MACHINE
from advisor.sizing import formats


def machines(team: Team) -> list[tuple[str, str]]:
    """Return the machines that a project may be limited to, this one first."""
    here = (THIS_MACHINE, "This machine\nWhere local models run")
    return [here, *((one.slug, _machine(one)) for one in hardware_of(team))]


def endpoints(team: Team) -> list[tuple[str, str]]:
    """Return the team's endpoints by name."""
    found = team.endpoints.order_by("name", "pk")
    return [(str(one.pk), f"{one.name}, {one.model}") for one in found]


def _machine(one: HardwareProfile) -> str:
    memory = "" if one.memory_gb is None else f"{one.memory_gb:g} GB"
    price = one.price_per_hour
    hourly = "" if price is None else f"{formats.money(float(price))} an hour"
    return f"{one.name}\n{' · '.join(part for part in (memory, hourly) if part)}"
