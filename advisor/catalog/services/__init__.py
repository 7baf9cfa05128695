"""How do facts and endpoints change? Whoever writes asks here."""

from advisor.catalog.services.importing import Imported, ensure_facts, import_facts

__all__ = ["Imported", "ensure_facts", "import_facts"]
