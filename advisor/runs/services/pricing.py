"""What do the tokens of a call cost? The price that was frozen of a candidate."""

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.accounts.services import micro


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Dollars per million tokens; None where a part is not known."""

    input_per_1m: float | None
    output_per_1m: float | None

    @classmethod
    def of(cls, spec: Mapping[str, object]) -> "Price | None":
        """Return the frozen price of a candidate's spec, None without one."""
        given = spec.get("price")
        if not isinstance(given, Mapping):
            return None
        return cls(
            input_per_1m=_number(given.get("input_per_1m")),
            output_per_1m=_number(given.get("output_per_1m")),
        )

    @property
    def by_token(self) -> bool:
        """Say whether tokens are known to cost anything; at prices of 0 they do not."""
        return bool(self.input_per_1m or self.output_per_1m)

    def cost_micro(self, prompt: int | None, completion: int | None) -> int | None:
        """Return what the tokens cost, in micro; None where a part is unknown."""
        cost = self.cost_usd(prompt, completion)
        return None if cost is None else micro(cost)

    def cost_usd(self, prompt: int | None, completion: int | None) -> float | None:
        """Return what the tokens cost, in US dollars; None where a part is unknown."""
        total = 0.0
        for tokens, price in (
            (prompt, self.input_per_1m),
            (completion, self.output_per_1m),
        ):
            if tokens is None or (tokens and price is None):
                return None
            total += tokens * (price or 0.0)
        return total / 1_000_000


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float | str) else None
