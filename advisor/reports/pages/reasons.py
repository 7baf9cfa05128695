"""Why not this one? What fails, by how much, and what would change it.

Composed from the stored standing of each limit; a candidate's whole reason stays in
the recommendation's document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

from advisor.reports.pages import flips, words
from advisor.reports.selectors import Result
from advisor.sizing import formats, percentiles, phrases, sentences
from advisor.sizing.conclusions import Row
from advisor.sizing.limits import TAIL
from advisor.sizing.rounding import reached
from advisor.sizing.standings import FLOORS
from advisor.web.parts import Verdict

DECLARED = ("hosting", "hardware", "licences", "languages", "local_only")
UNVERIFIED = " Unverified: "
SAME = 1e-9  # dollars
AT_LEAST = (*FLOORS, "min_quality", "slices")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A verdict in a few words, and the sentence behind it."""

    verdict: Verdict
    text: str


def reason_of(result: Result, one: Mapping[str, Any]) -> Reason:
    """Return why a candidate, or the reference, stands where it stands."""
    told = one["reason"]
    if one["role"] == "reference":
        return Reason(verdict=words.REFERENCE, text=_bar(result, one))
    known = words.VERDICTS[one["verdict"]]
    head, text = _PARTS[one["verdict"]](result, one)
    note = told.partition(UNVERIFIED)[2]
    text += f"{UNVERIFIED}{note}" if note else ""
    shown = Verdict(known.tone, known.icon, head or known.text)
    return Reason(verdict=shown, text=text.strip())


def objective_of(result: Result, one: Mapping[str, Any]) -> float | None:
    """Return what is to be small of a stored finding, None where it is not known.

    The document has no percentile of a few times; the order goes by their point.
    """
    kind = result.run.manifest["objective"]
    if kind == "latency":
        stored = (one["latency_ms"] or {}).get("p95")
        times = result.summary.times.get(one["id"])
        if stored or not times:
            return words.value_of(stored)
        few = percentiles.point(times, TAIL)
        return few if isfinite(few) else None
    if kind == "size":
        row = result.rows[one["id"]]
        size = (row.facts or {}).get("parameters") or row.spec.get("parameters")
        return None if size is None else float(size)
    monthly = "monthly_requests" in result.constraints
    return words.value_of(one["cost"]["per_month" if monthly else "per_1000_requests"])


def rows_of(result: Result, one: Mapping[str, Any], status: str) -> list[Row]:
    """Return the musts of a finding that stand at ``status``."""
    return [
        Row(
            constraint=result.constraints[row["name"]],
            status=row["status"],
            value=_value(words.held(row)),
            slack=-inf if words.held(row) == inf else row["slack"],
        )
        for row in one["constraints"]
        if row["status"] == status and row["level"] == "must"
    ]


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _bar(result: Result, one: Mapping[str, Any]) -> str:
    """Return what the reference sets, and which limits it misses itself."""
    quality, interval = words.quality(one["quality"])
    text = (
        f"Sets the bar: {quality} points ({interval})." if interval else "Sets the bar."
    )
    missed = [phrases.failed(row) for row in rows_of(result, one, "failed")]
    unknown = [phrases.name(row) for row in rows_of(result, one, "unknown")]
    missed += [f"not measured: {', '.join(unknown)}"] if unknown else []
    return f"{text} Against your limits: {'; '.join(missed)}." if missed else text


def _recommended(result: Result, one: Mapping[str, Any]) -> tuple[str, str]:
    objective = result.run.manifest["objective"]
    others = [f for f in result.findings if f["role"] == "candidate" and f is not one]
    if not others:
        return "", "Meets every constraint."
    if all(other["verdict"] == "rejected" for other in others):
        return "", "The only one that meets every constraint."
    if objective_of(result, one) is None:
        return "", f"It meets every constraint; no other of known {objective} does."
    best = sentences.BEST[objective]
    return "", f"The {best} that could be certified; it meets every constraint."


def _qualifies(result: Result, one: Mapping[str, Any]) -> tuple[str, str]:
    """Return what it costs beside the recommended one, and when it is the answer."""
    parts = []
    chosen = result.recommended
    if chosen is not None:
        basis = "per_month" if chosen["cost"]["per_month"] else "per_1000_requests"
        ours, theirs = (words.value_of(f["cost"][basis]) for f in (one, chosen))
        if ours is not None and theirs is not None:
            parts.append(_gap(ours - theirs, basis, chosen["id"]))
    for point in result.summary.flips:
        for side, change in (("below", point.below), ("above", point.above)):
            if change and change.recommended == one["id"]:
                limit, about = result.constraints[point.name], point.estimated
                at = flips.told(limit, side, change, "at", about=about)
                name = words.name_of(point.name).lower()
                head = "Estimated to be the answer" if about else "The answer"
                parts.append(f"{head} with a limit on {name} {at}.")
    return "", " ".join(parts)


def _gap(dollars: float, basis: str, other: str) -> str:
    """Return how much dearer a model is than another one, or cheaper."""
    if abs(dollars) < SAME:
        return f"Costs as much as {other}."
    side = "more" if dollars > 0 else "less"
    return f"{formats.money(abs(dollars))} {PERIOD[basis]} {side} than {other}."


def _undecided(result: Result, one: Mapping[str, Any]) -> tuple[str, str]:
    rows = rows_of(result, one, "undecided")
    names = list(dict.fromkeys(_short(row) for row in rows))
    head = f"{_capital(words.listed(names))} not settled" if names else ""
    text = one["reason"].partition(UNVERIFIED)[0].removeprefix("Undecided: ")
    return head, _capital(text)


def _rejected(result: Result, one: Mapping[str, Any]) -> tuple[str, str]:
    rows = rows_of(result, one, "failed")
    plain_text = one["reason"].partition(UNVERIFIED)[0]
    if not rows or "does not run" in plain_text.lower():
        head, _, rest = plain_text.rstrip(".").partition(": ")
        return head, f"{_capital(rest)}." if rest else ""
    head = ", ".join(phrases.distance(row) for row in rows)
    told = "; ".join(text for row in rows if (text := phrases.numbers(row)))
    text = f"{_capital(told)}." if told else ""
    if unknown := [phrases.name(row) for row in rows_of(result, one, "unknown")]:
        # No limit on the others lets it in while these are not known.
        return _capital(head), f"{text} Not measured: {', '.join(unknown)}.".strip()
    return _capital(head), f"{text} {_remedy(result, one, rows)}".strip()


def _not_run(result: Result, one: Mapping[str, Any]) -> tuple[str, str]:
    text = one["reason"].partition(UNVERIFIED)[0].removeprefix("Not run: ")
    if text.rstrip(". ") == "Not run":
        text = "The run ended before its turn."
    failed = rows_of(result, one, "failed")
    head = f"Not run: {', '.join(_short(row) for row in failed)}" if failed else ""
    named = any(text.startswith(f"{name} ") for name in result.rows)
    return head, text if named else _capital(text)


def _remedy(result: Result, one: Mapping[str, Any], rows: list[Row]) -> str:
    """Return the limit from which the candidate would be met, where it is the only one.

    Where quality is what lacks and there are examples, tuning may help too.
    """
    if len(rows) != 1 or rows[0].constraint.name in DECLARED:
        return ""
    constraint = rows[0].constraint
    at = result.summary.met_from.get(one["id"], {}).get(constraint.key)
    parts = []
    if at is not None and isfinite(at) and at > 0:
        up = constraint.name not in AT_LEAST
        limit = formats.amount(constraint, reached(constraint, at, up=up))
        name = "a margin" if constraint.name == "quality_margin" else "a limit"
        about = "about " if is_estimated(result, constraint.key) else ""
        parts.append(f"Would need {name} of {about}{limit}.")
    examples = result.setup.get("labelled_examples") or 0
    if constraint.name in ("quality_margin", "min_quality") and examples:
        many = formats.count(examples, "labelled example")
        parts.append(f"Fine-tuning on your {many} may help: see Techniques.")
    return " ".join(parts)


def is_estimated(result: Result, key: str) -> bool:
    """Return whether it is estimated from which value of a limit on it is met."""
    return any(one.estimated for one in result.summary.flips if one.name == key)


def _capital(text: str) -> str:
    """Return the text with its first letter as a capital, except of a percentile."""
    return text if text.startswith("p9") else sentences.capital(text)


def _short(row: Row) -> str:
    name = phrases.name(row)
    return "quality" if row.constraint.name == "quality_margin" else name


PERIOD = {"per_month": "a month", "per_1000_requests": "per 1,000 requests"}
_PARTS = {
    "recommended": _recommended,
    "qualifies": _qualifies,
    "undecided": _undecided,
    "rejected": _rejected,
    "not_run": _not_run,
}
