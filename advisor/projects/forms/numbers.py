"""How do the steps read a number that a person typed? As every form of the house."""

from advisor.web.number_field import NumberField, read_number

__all__ = ["NumberField", "read_number"]
