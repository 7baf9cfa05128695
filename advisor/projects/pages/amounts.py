"""How are an estimated time and an estimated amount said? As a range, roughly."""

from advisor.projects.forms.review import dollars
from advisor.sizing import formats
from advisor.sizing.measurement import Figure

# From how many seconds on a unit is used, its length in seconds, and its name.
CENT = 0.01
UNITS = ((5400.0, 3600.0, "h"), (90.0, 60.0, "min"), (0.0, 1.0, "s"))


def about_time(figure: Figure | None) -> str | None:
    """Return a time as it is said: 7 min, 2 to 9 min, 1.5 to 3 h; None if unknown."""
    if figure is None or figure.value is None:
        return None
    low, high = ends_of(figure)
    if high < 1:
        return "under 1 s"
    size, unit = next((size, unit) for start, size, unit in UNITS if high >= start)
    first, last = (_rough(one / size) for one in (low, high))
    if first == last:
        return f"{last} {unit}"
    return f"up to {last} {unit}" if low < size else f"{first} to {last} {unit}"


def about_money(figure: Figure | None) -> str | None:
    """Return an amount as it is said: about $4.10, at most $6.20; None if unknown."""
    if figure is None or figure.value is None:
        return None
    _, high = ends_of(figure)
    if 0 < high < CENT:
        return "under $0.01"
    usual, most = dollars(figure.value), dollars(high)
    return f"about {usual}" if usual == most else f"about {usual}, at most {most}"


def ends_of(figure: Figure) -> tuple[float, float]:
    """Return low and high of a figure, its value where it has no interval."""
    value = figure.value or 0.0
    low = value if figure.low is None else figure.low
    return low, value if figure.high is None else figure.high


def _rough(amount: float) -> str:
    """Return a number with as many digits as an estimate deserves."""
    return formats.number(amount, 1 if amount < 2 else 0)
