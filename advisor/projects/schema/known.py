"""Which names outside a setup may it use? Given by the caller, who can look them up."""

from dataclasses import dataclass, field

from advisor.sizing.constraints import HOSTING

THIS_MACHINE = "this-machine"
__all__ = ["HOSTING", "THIS_MACHINE", "Known"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Slugs and aliases of the catalog; None leaves a kind of name unchecked.

    ``allowed_private`` lists the host:port pairs that the operator allows.
    """

    cards: frozenset[str] | None = None
    hardware: frozenset[str] | None = None
    allowed_private: frozenset[str] = field(default_factory=frozenset)
