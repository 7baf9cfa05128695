"""Should this failure be tried again, and when?

Four classes. `configuration` and `sample` are never tried again. `rate` waits as
the server asks and does not count as an error, up to a limit. `transient` is tried
again with full-jitter backoff (Brooker, "Exponential Backoff and Jitter", AWS 2015).
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from advisor.engines.base import Failure

RetryClass = Literal["configuration", "sample", "rate", "transient"]

RATE_CODES = frozenset({"rate_limited", "overloaded"})
# The model's own fault in the end, but often a hiccup: worth another try.
_AGAIN = ("timeout", "bad_response")
_NEVER = frozenset({"not_recorded", "recorded_error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to keep trying; seconds. Every number is a setting."""

    errors: int = 5
    rate_waits: int = 20
    first_s: float = 1.0
    longest_s: float = 60.0
    longest_retry_after_s: float = 120.0


@dataclass(slots=True)
class Tries:
    """What has happened to one request so far; `seed` makes its waits repeatable."""

    patience: Patience
    seed: int
    errors: int = 0
    rate_waits: int = 0
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311

    def wait_s(self, failure: Failure) -> float | None:
        """Return the seconds to wait before the next try; None to give up.

        After 5 errors in all (by default) a transient failure stands; waits that
        the server asked for are counted apart.
        """
        kind = retry_class(failure)
        asked = failure.retry_after_s or 0.0
        if kind == "rate":
            self.rate_waits += 1
            if self.rate_waits > self.patience.rate_waits:
                return None
            asked = min(asked, self.patience.longest_retry_after_s)
            return max(asked, self._backoff_s(self.rate_waits))
        if kind == "transient":
            self.errors += 1
            if self.errors >= self.patience.errors:
                return None
            return self._backoff_s(self.errors)
        return None

    def _backoff_s(self, times: int) -> float:
        full = self.patience.first_s * 2.0 ** min(times - 1, 30)
        return self._chance.uniform(0.0, 1.0) * min(full, self.patience.longest_s)


def retry_class(failure: Failure) -> RetryClass:
    """Say which of the four classes a failure belongs to."""
    if failure.kind == "configuration":
        return "configuration"
    if failure.code in RATE_CODES:
        return "rate"
    if failure.code in _NEVER:
        return "sample"
    if failure.kind == "transport" or failure.code.split(":")[0] in _AGAIN:
        return "transient"
    return "sample"


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date (RFC 9110 §10.2.3).

    Returns None when it is absent, garbage, negative or in the past.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    wait = (at - now).total_seconds()
    return wait if wait > 0 else None
