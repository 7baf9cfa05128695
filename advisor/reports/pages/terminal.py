"""How does a terminal show a recommendation? One line a candidate, then reasons."""

import json
from collections.abc import Mapping
from typing import Any

from advisor.projects.schema import Problem
from advisor.reports.pages.words import calls_told, time_of
from advisor.runs.selectors import CandidateProgress, RunProgress
from advisor.sizing import formats

HEAD = (
    "Candidate",
    "Quality",
    "Loss",
    "p95",
    "Memory",
    "$/1,000",
    "$/month",
    "Verdict",
)
VERDICTS = {
    "recommended": "recommended",
    "qualifies": "meets all",
    "rejected": "rejected",
    "undecided": "undecided",
    "not_run": "not run",
}
GAP = "  "
SHOWN = 400  # characters of a wrong value


def comparison(document: Mapping[str, Any], *, stopped: bool = False) -> str:
    """Return the table of all candidates and a reason for each, as plain text.

    ``stopped`` says that the run was cancelled, or reached its cap.
    """
    rows = [HEAD, *(_row(one) for one in document["candidates"])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, GAP.join("-" * width for width in widths))
    lines += ["", *(f"{one['id']}: {one['reason']}" for one in document["candidates"])]
    lines.append(f"{calls_told(document['calls'], stopped=stopped)}.")
    return "\n".join(lines)


def problem_line(problem: Problem) -> str:
    """Return a problem on one line: key path, value as written, wrong, remedy."""
    given = _given(problem.given)
    wrong = problem.wrong.rstrip(".")
    place = f"{problem.path}: " if problem.path else ""
    return f"{place}{given}{wrong}. {problem.remedy}".rstrip()


def progress_line(progress: RunProgress) -> str:
    """Return how far a run is, on one line."""
    stopped = progress.stopped
    done = progress.made if stopped else progress.done
    parts = [_candidate(one, stopped) for one in progress.candidates]
    return " · ".join([f"{progress.label}: {done:,} of {progress.total:,}", *parts])


def _given(value: object) -> str:
    """Return a value as it was written, on one line; nothing for none."""
    if value is None:
        return ""
    if not isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False, default=str)
        return f"{text[:SHOWN]} "
    shown = "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode()
        for sign in value[:SHOWN]
    )
    return f"'{shown}{' …' if len(value) > SHOWN else ''}' "


def _candidate(one: CandidateProgress, stopped: bool) -> str:
    rate = f" {one.rate:.1f}/s" if one.rate else ""
    return f"{one.key} {one.asked if stopped else one.done}/{one.total}{rate}"


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    cost = one["cost"]
    latency = one["latency_ms"] or {}
    reference = one["role"] == "reference"
    difference = one["difference"] or {}
    loss = difference.get("value")
    return (
        one["id"],
        _interval(one["quality"]),
        formats.points(None if loss is None else -loss),
        time_of(latency.get("p95")),
        formats.gigabytes(_value(one["memory_gb"])),
        formats.money(_value(cost["per_1000_requests"])),
        formats.money(_value(cost["per_month"])),
        "reference" if reference else VERDICTS[one["verdict"]],
    )


def _interval(figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return formats.percent(None)
    if figure["low"] is None or figure["high"] is None:
        return formats.percent(figure["value"])
    low, high = formats.percent(figure["low"]), formats.percent(figure["high"])
    return f"{formats.percent(figure['value'])} ({low} to {high})"


def _value(figure: Mapping[str, Any] | None) -> float | None:
    return None if figure is None else figure["value"]


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    first, *middle, last = row
    cells = [
        cell.rjust(width) for cell, width in zip(middle, widths[1:-1], strict=True)
    ]
    return GAP.join([first.ljust(widths[0]), *cells, last]).rstrip()
