"""What do the sets say together? Ratios, each beside its bound, by field and in all."""

from statistics import geometric_mean
from typing import Any

RACES = ("race", "race, reference known")
Case = dict[str, Any]


def told(found: Case) -> str:
    """Return one line of one set."""
    parts = [f"{found['field']:8} right {found['right']}"]
    for name in (*RACES, "everything", "lm-eval"):
        if one := found.get(name):
            bound = f" (bound {one['bound']:.1f} s)" if "bound" in one else ""
            calls = f" {one['sent']} sent" if "sent" in one else ""
            pick = f" -> {one['recommended']}" if "recommended" in one else ""
            parts.append(f"{name} {one['seconds']:.1f} s{bound}{calls}{pick}")
    return " | ".join(parts)


def summary(cases: list[Case]) -> dict[str, Any]:
    """Return ratios of times and calls, and the share of right verdicts."""
    result: dict[str, Any] = {}
    for mine in RACES:
        right = [one[mine]["recommended"] == one["right"] for one in cases]
        found: dict[str, Any] = {"same verdict": sum(right) / len(right)}
        for theirs in ("everything", "lm-eval"):
            compared = [one for one in cases if theirs in one]
            found[f"times faster than {theirs}"] = _by_field(
                compared,
                [one[theirs]["seconds"] / one[mine]["seconds"] for one in compared],
            )
        ratios = {
            "seconds over bound": ("seconds", "bound"),
            "answers over those that decided": ("made", "needed"),
        }
        for name, (over, under) in ratios.items():
            values = [one[mine][over] / one[mine][under] for one in cases]
            found[name] = _by_field(cases, values)
        saved = [one["everything calls"] / one[mine]["sent"] for one in cases]
        found["calls saved"] = _by_field(cases, saved)
        result[mine] = {name: value for name, value in found.items() if value != {}}
    return result


def _by_field(
    cases: list[Case], ratios: list[float]
) -> dict[str, dict[str, float | int]]:
    """Return geometric mean and range of ratios, of each field and of all fields.

    That of all is the mean over fields, each of which counts once.
    """
    fields: dict[str, list[float]] = {}
    for one, ratio in zip(cases, ratios, strict=True):
        fields.setdefault(one["field"], []).append(ratio)
    found: dict[str, dict[str, float | int]] = {
        field: {
            "geometric mean": round(geometric_mean(some), 2),
            "least": round(min(some), 2),
            "most": round(max(some), 2),
            "sets": len(some),
        }
        for field, some in fields.items()
    }
    if len(fields) > 1:
        means = [geometric_mean(some) for some in fields.values()]
        found["all fields"] = {"geometric mean": round(geometric_mean(means), 2)}
    return found


def rows(summed: dict[str, Any]) -> list[str]:
    """Return the lines of a Markdown table: a race and a field a line."""
    lines = [
        "| what | field | sets | against lm-eval | seconds over bound | calls saved |",
        "|---|---|---|---|---|---|",
    ]
    for mine, found in summed.items():
        for field, bound in found["seconds over bound"].items():
            peer = found.get("times faster than lm-eval", {}).get(field)
            saved = found["calls saved"][field]
            told = [_range(one) for one in (peer, bound, saved)]
            lines.append(
                f"| {mine} | {field} | {bound.get('sets', '')} | {' | '.join(told)} |"
            )
    return lines


def _range(one: dict[str, float] | None) -> str:
    if one is None:
        return ""
    ends = f" ({one['least']} to {one['most']})" if "least" in one else ""
    return f"{one['geometric mean']}{ends}"
