"""At which volume does which model pay? Lines of monthly cost, and where they cross.

By the token a model costs the same for each request; a machine costs the same whether
it is busy or not, and comes in whole replicas.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from advisor.charts.values import CostLine, CostVolume
from advisor.reports.pages import words
from advisor.reports.pages.pictures import limit_of, look_of
from advisor.reports.selectors import Result, request_seconds
from advisor.sizing import formats
from advisor.sizing.breakeven import BreakEven, monthly_capacity
from advisor.sizing.demand import HOURS_PER_MONTH, MAX_LOAD, PEAK_OVER_AVERAGE
from advisor.sizing.hardware_cost import replicas_needed
from advisor.web.figures import DataTable

POINTS = 61
AROUND = (100.0, 10.0)  # how far the axis reaches below and above the own volume
UNSTATED = 100_000.0
SECONDS = HOURS_PER_MONTH * 3600
OWN = ("transformers", "fake")
PEAK = "peak_requests_per_second"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What one model costs a month at any volume, in US dollars.

    Either ``per_request``, or ``replica`` a month for each machine that answers
    ``rate`` requests a second at its highest load.
    """

    key: str
    look: Any
    per_request: float | None = None
    replica: float = 0.0
    rate: float = 0.0

    def at(self, volume: float, ratio: float) -> float:
        """Return the dollars a month; ``ratio`` is the peak load by the average."""
        if self.per_request is not None:
            return volume * self.per_request
        peak = ratio * volume / SECONDS
        return self.replica * replicas_needed(peak, self.rate, MAX_LOAD)


def curves_of(result: Result) -> dict[str, Curve]:
    """Return the curve of everyone whose costs are known, by key."""
    seconds = request_seconds(result.run, _own_models(result))
    found = (_curve(result, one, seconds) for one in result.findings)
    return {one.key: one for one in found if one is not None}


def cost_volume_of(result: Result, subject: str | None) -> CostVolume | None:
    """Return the chart of the subject, a runner-up and the reference.

    None where less than two of them have known costs.
    """
    curves = curves_of(result)
    shown = [curves[key] for key in _shown(result, subject) if key in curves]
    if len(shown) < 2:
        return None
    stated = limit_of(result.constraints.get("monthly_requests"))
    volumes = _volumes(stated or UNSTATED)
    ratio = peak_ratio(result)
    crossings = _crossings(shown, ratio, (volumes[0], volumes[-1]))
    return CostVolume(
        lines=tuple(
            CostLine(
                label=one.key,
                verdict=one.look,
                volumes=volumes,
                costs=tuple(one.at(volume, ratio) for volume in volumes),
            )
            for one in shown
        ),
        summary=_summary(shown, stated, ratio, crossings),
        volume=stated,
        budget=limit_of(result.constraints.get("monthly_budget_usd")),
        break_even=crossings,
    )


def cost_volume_table(chart: CostVolume) -> DataTable:
    """Return the costs at a few volumes as text."""
    lines = chart.lines
    step = (POINTS - 1) // 6
    rows = tuple(
        (
            formats.number(lines[0].volumes[index]),
            *(formats.money(line.costs[index]) for line in lines),
        )
        for index in range(0, POINTS, step)
    )
    return DataTable(
        columns=("Requests a month", *(line.label for line in lines)), rows=rows
    )


def roughly(volume: float) -> str:
    """Return a volume with the two digits that the charts write of it."""
    return f"about {formats.count(float(f'{volume:.2g}'), 'request')}"


def peak_ratio(result: Result) -> float:
    """Return how often the average load the peak is; five times where not stated."""
    volume = limit_of(result.constraints.get("monthly_requests"))
    peak = limit_of(result.constraints.get("peak_requests_per_second"))
    if not volume or not peak:
        return float(PEAK_OVER_AVERAGE)
    return max(1.0, peak * SECONDS / volume)


def _own_models(result: Result) -> list[str]:
    """Return who runs on a machine that is priced by the hour."""
    return [key for key, row in result.rows.items() if _hourly(row) is not None]


def _hourly(row: Any) -> float | None:
    priced = (row.spec.get("price") or {}).get("input_per_1m") is not None
    hourly = row.spec.get("hourly")
    return None if priced or row.engine not in OWN or hourly is None else float(hourly)


def _curve(
    result: Result, finding: Mapping[str, Any], seconds: Mapping[str, float]
) -> Curve | None:
    key, look = finding["id"], look_of(finding)
    hourly = _hourly(result.rows[key])
    if hourly is not None:
        # Times of this machine say nothing of another: its cost is not known then.
        known = finding["cost"]["per_month"] or finding["cost"]["per_1000_requests"]
        if key not in seconds or not known:
            return None
        month = hourly * HOURS_PER_MONTH
        rate = _rate(finding, month) or 1 / seconds[key]
        return Curve(key=key, look=look, replica=month, rate=rate)
    cost = words.value_of(finding["cost"]["per_1000_requests"])
    if cost is None:
        return None
    return Curve(key=key, look=look, per_request=cost / 1000)


def _rate(finding: Mapping[str, Any], month: float) -> float | None:
    """Return the least that one of the replicas carries by which a peak was priced."""
    paid = words.value_of(finding["cost"]["per_month"])
    held = (row for row in finding["constraints"] if row["name"] == PEAK)
    carried = next((row["value"] for row in held), None)
    if not carried or not paid or not month:
        return None
    return float(carried) / (round(paid / month) * MAX_LOAD)


def _shown(result: Result, subject: str | None) -> list[str]:
    """Return the subject, the next one that qualifies, and the reference."""
    others = [
        one["id"]
        for one in result.findings
        if one["role"] == "candidate"
        and one["verdict"] == "qualifies"
        and one["id"] != subject
    ]
    reference = result.reference
    named = [subject, *others[:1], reference["id"] if reference else None]
    return [key for key in named if key is not None]


def _volumes(around: float) -> tuple[float, ...]:
    low, high = log10(around / AROUND[0]), log10(around * AROUND[1])
    step = (high - low) / (POINTS - 1)
    return tuple(10 ** (low + step * index) for index in range(POINTS))


def _crossings(
    shown: Sequence[Curve], ratio: float, span: tuple[float, float]
) -> tuple[tuple[float, float], ...]:
    """Return from where on a machine stays cheaper than by the token.

    The subject, which comes first, on its own machine against the others; where it is
    paid by the token itself, the first machine of the others against it.
    """
    subject = shown[0]
    own = [one for one in shown if one.per_request is None and one.rate]
    billed = [one for one in shown if one.per_request]
    if subject.per_request is not None:
        billed = [one for one in billed if one is subject]
    found = []
    for machine in own[:1]:
        for api in billed:
            even = BreakEven(
                capacity=monthly_capacity(machine.rate * MAX_LOAD, min(1.0, 1 / ratio)),
                replica_cost=machine.replica,
                saving=api.per_request or 0.0,
            )
            # Whole replicas may cross several times: the last one stays crossed.
            volume = even.always_from
            if volume is not None and span[0] <= volume <= span[1]:
                found.append((volume, api.at(volume, ratio)))
    return tuple(found)


def _summary(
    shown: Sequence[Curve],
    volume: float | None,
    ratio: float,
    crossings: tuple[tuple[float, float], ...],
) -> str:
    subject, last = shown[0], shown[-1]
    told = []
    if volume is not None:
        gap = last.at(volume, ratio) - subject.at(volume, ratio)
        side = f"{formats.money(abs(gap))} {'less' if gap > 0 else 'more'} than"
        told.append(
            f"At {formats.count(volume, 'request')} a month {subject.key} costs"
            f" {side if gap else 'as much as'} {last.key}."
        )
    if crossings:
        own = next(one.key for one in shown if one.per_request is None and one.rate)
        whose = "its machine" if own == subject.key else f"the machine of {own}"
        told.append(f"From {roughly(crossings[-1][0])} a month on {whose} pays.")
    elif all(one.per_request is not None for one in shown):
        told.append("All are paid by the token, so the lines never cross.")
    return " ".join(told) or "Monthly cost against monthly volume."
