"""Where does a model fit, and how many machines does a load take? One row a machine."""

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.catalog.forms import FitForm
from advisor.catalog.models import HardwareProfile, ModelCard
from advisor.catalog.pages.memory import (
    BROWSER_GB,
    PART,
    Fitting,
    fitting,
    growing,
    interval,
    need_of,
    peak_of,
    shape_of,
    values_of,
)
from advisor.catalog.pages.words import KINDS
from advisor.sizing import formats
from advisor.sizing.hardware_choice import Choice, Machine, smallest_hardware
from advisor.sizing.measurement import Figure

BROWSER = "Browser tab"
FIRST = 7  # machines in sight; the others are folded away


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRow:
    """One machine: whether the model fits, how many sequences, what the load takes."""

    name: str
    url: str
    kind: str
    fitting: Fitting
    sequences: str
    throughput: str
    machines: str
    monthly: str
    dollars: float | None
    memory_gb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FitTable:
    """All machines for one question; ``peak`` is what one of them would hold.

    ``rows`` are the first, cheapest first, the smallest server without accelerator
    and the browser; ``others`` the rest.
    """

    form: FitForm
    peak: str
    origin: str
    smallest: str
    rows: tuple[FitRow, ...]
    others: tuple[FitRow, ...] = ()


def fit_table(
    card: ModelCard, machines: Sequence[HardwareProfile], form: FitForm
) -> FitTable:
    """Return where a model fits; no rows where the form is wrong."""
    if not form.is_valid() or not card.parameters:
        return FitTable(form=form, peak="", origin="", smallest="", rows=())
    values = form.cleaned_data
    work, precision = form.work(PART), values["precision"]
    peak = peak_of(card, precision, work)
    if peak is None:
        return FitTable(form=form, peak="", origin="", smallest="", rows=())
    need = need_of(card, precision, work, values["rate"])
    choices: tuple[Choice, ...] = ()
    if need is not None and shape_of(card) is not None:
        known = [_machine(one) for one in machines if one.memory_gb]
        choices = smallest_hardware(known, need, growing(card, precision, work))
    by_slug = {choice.machine.id: choice for choice in choices}
    rows = sorted((_row(m, peak, by_slug.get(m.slug)) for m in machines), key=_place)
    plain = [row for row in rows[FIRST:] if row.kind == KINDS["cpu"]]
    seen = [*rows[:FIRST], *plain[:1]]
    return FitTable(
        form=form,
        peak=f"{interval(peak)} GB",
        origin=f"Estimated: {peak.note}.",
        smallest=_smallest(choices, machines),
        rows=(*seen, _browser(peak)),
        others=tuple(row for row in rows if row not in seen),
    )


def _machine(row: HardwareProfile) -> Machine:
    about = values_of(row)
    return Machine(
        id=row.slug,
        memory_gb=float(row.memory_gb or 0),
        bandwidth_gbs=about.get("memory_bandwidth_gbs"),
        tflops=about.get("tflops_bf16_dense"),
        price_per_hour=_float(row),
    )


def _float(row: HardwareProfile) -> float | None:
    return None if row.price_per_hour is None else float(row.price_per_hour)


def _row(row: HardwareProfile, peak: Figure, choice: Choice | None) -> FitRow:
    found = choice if choice and choice.slots else None
    return FitRow(
        name=row.name,
        url=f"/catalog/hardware/{row.slug}/",
        kind=KINDS.get(row.kind, row.kind),
        fitting=fitting(peak, row.memory_gb),
        sequences=_slots(found),
        throughput=_rates(found.throughput) if found else formats.DASH,
        machines=formats.number(found.replicas) if found else formats.DASH,
        monthly=formats.money(found.monthly) if found else formats.DASH,
        dollars=found.monthly if found else None,
        memory_gb=row.memory_gb or 0.0,
    )


def _browser(peak: Figure) -> FitRow:
    return FitRow(
        name=BROWSER,
        url="",
        kind="WebAssembly, 32-bit memory",
        fitting=fitting(peak, BROWSER_GB),
        sequences=formats.DASH,
        throughput=formats.DASH,
        machines=formats.DASH,
        monthly=formats.DASH,
        dollars=None,
        memory_gb=BROWSER_GB,
    )


def _slots(choice: Choice | None) -> str:
    if choice is None:
        return formats.DASH
    return "64 or more" if choice.slots >= 64 else formats.number(choice.slots)


def _rates(figure: Figure) -> str:
    low, high = figure.low or 0.0, figure.high or 0.0
    digits = 1 if high < 10 else 0
    return f"{formats.number(low, digits)} to {formats.number(high, digits)}"


def _smallest(choices: Sequence[Choice], machines: Sequence[HardwareProfile]) -> str:
    """Return the cheapest way to carry the load in one sentence."""
    best = next(iter(choices), None)
    if best is None or best.monthly is None:
        return ""
    name = next(one.name for one in machines if one.slug == best.machine.id)
    many = formats.count(best.replicas, "machine")
    monthly = formats.money(best.monthly)
    return f"Cheapest by listed prices: {many} of {name}, {monthly} a month."


def _place(row: FitRow) -> tuple[int, bool, float, float, str]:
    """Return where a row stands: what fits first, cheapest first."""
    words = {"Fits": 0, "Tight": 1, "Does not fit": 2}
    first = words.get(row.fitting.verdict.text, 3)
    return first, row.dollars is None, row.dollars or 0.0, row.memory_gb, row.name
