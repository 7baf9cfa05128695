"""What looks like personal data or a key, and what may be done about it?"""

from dataclasses import dataclass

from advisor.projects.models import SampleSet
from advisor.sizing import formats
from advisor.web.plain import visible

SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRow:
    """One find, shown masked."""

    sample: str
    row: str
    column: str
    kind: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """Which samples may hold personal data or keys."""

    title: str
    kinds: str
    told: str
    rows: tuple[FlagRow, ...]
    more: str


def flagged_of(stored: SampleSet | None, outside: tuple[str, ...]) -> Flagged | None:
    """Return what was found in the samples; None where nothing was."""
    if stored is None or not stored.flagged:
        return None
    found = stored.flagged
    listed = found["listed"]
    total = sum(found["kinds"].values())
    kinds = ", ".join(
        f"{formats.number(n)} × {kind}" for kind, n in found["kinds"].items()
    )
    told = (
        f"{', '.join(outside)} lies outside your network."
        if outside
        else "Nothing leaves your network with the models chosen so far."
    )
    rows = tuple(
        FlagRow(
            sample=visible(one["sample"]),
            row=formats.number(one["row"]),
            column=one["column"],
            kind=one["kind"],
            shown=visible(one["shown"]),
        )
        for one in listed[:SHOWN]
    )
    more = total - len(rows)
    return Flagged(
        title=f"{formats.count(found['samples'], 'sample')} may hold personal data or"
        " keys",
        kinds=kinds,
        told=told,
        rows=rows,
        more=f"{formats.number(more)} more are not listed." if more > 0 else "",
    )
