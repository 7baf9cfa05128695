"""How many requests must be served, on average and at the peak?"""

from dataclasses import dataclass

from advisor.sizing.errors import SizingError

HOURS_PER_MONTH = 730
MAX_LOAD = 0.8  # share of saturation beyond which waiting times run away
PEAK_OVER_AVERAGE = 5  # assumed where a project states no peak


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The load to serve; both None when the project states none."""

    monthly_requests: float | None = None
    peak_requests_per_second: float | None = None

    def __post_init__(self) -> None:
        stated = (self.monthly_requests, self.peak_requests_per_second)
        if any(value is not None and value < 0 for value in stated):
            raise SizingError(
                f"Requests cannot be negative, got {self.monthly_requests} per month "
                f"and {self.peak_requests_per_second} per second at the peak."
            )

    @property
    def stated(self) -> bool:
        """Say whether the project states any load."""
        return (
            self.monthly_requests is not None
            or self.peak_requests_per_second is not None
        )

    @property
    def average(self) -> float | None:
        """Return the mean requests per second of a month of 730 hours."""
        if self.monthly_requests is None:
            return None
        return self.monthly_requests / (HOURS_PER_MONTH * 3600)

    @property
    def peak(self) -> float | None:
        """Return the peak requests per second: stated, else 5 times the average."""
        if self.peak_requests_per_second is not None:
            return self.peak_requests_per_second
        return None if self.average is None else PEAK_OVER_AVERAGE * self.average
