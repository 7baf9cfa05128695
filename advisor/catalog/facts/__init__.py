"""What is said of models, machines and prices? Facts before they are rows."""

from advisor.catalog.facts.shipped import (
    CONFIG_KEYS,
    DATA,
    UNSOURCED,
    Fact,
    HardwareFacts,
    HourPrice,
    ModelFacts,
    TokenPrice,
    config_of,
    date_of,
    hardware,
    machine,
    model,
    models,
    prices,
)

__all__ = [
    "CONFIG_KEYS",
    "DATA",
    "UNSOURCED",
    "Fact",
    "HardwareFacts",
    "HourPrice",
    "ModelFacts",
    "TokenPrice",
    "config_of",
    "date_of",
    "hardware",
    "machine",
    "model",
    "models",
    "prices",
]
