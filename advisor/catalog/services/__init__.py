"""How do facts and endpoints change? Whoever writes asks here."""

from advisor.catalog.services.checking import (
    TooManyTests,
    ask_for_check,
    claim_check,
    due_checks,
    finish_check,
)
from advisor.catalog.services.endpoints import (
    EndpointInUse,
    delete_endpoint,
    keep_endpoint,
)
from advisor.catalog.services.importing import Imported, ensure_facts, import_facts
from advisor.catalog.services.names import NameTaken
from advisor.catalog.services.own import (
    delete_card,
    delete_hardware,
    save_card,
    save_hardware,
)
from advisor.catalog.services.own_prices import delete_price, save_price
from advisor.catalog.services.refreshing import (
    Planned,
    carry_out,
    hub_plan,
    price_plan,
)
from advisor.catalog.services.trying import Tried, try_endpoint

__all__ = [
    "EndpointInUse",
    "Imported",
    "NameTaken",
    "Planned",
    "TooManyTests",
    "Tried",
    "ask_for_check",
    "carry_out",
    "claim_check",
    "delete_card",
    "delete_endpoint",
    "delete_hardware",
    "delete_price",
    "due_checks",
    "ensure_facts",
    "finish_check",
    "hub_plan",
    "import_facts",
    "keep_endpoint",
    "price_plan",
    "save_card",
    "save_hardware",
    "save_price",
    "try_endpoint",
]
