"""Why not this one? What fails, by how much, and what would change it.

Composed from the stored standing of each limit; a candidate's whole reason stays in
the recommendation's document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from advisor.reports.pages import words
from advisor.reports.selectors import Result
from advisor.sizing import formats, phrases, sentences
from advisor.sizing.conclusions import Row
from advisor.web.parts import Verdict

DECLARED = ("hosting", "hardware", "licences", "languages", "local_only")
UNVERIFIED = " Unverified: "


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


def rows_of(result: Result, one: Mapping[str, Any], status: str) -> list[Row]:
    """Return the musts of a finding that stand at ``status``."""
    return [
        Row(
            constraint=result.constraints[row["name"]],
            status=row["status"],
            value=_value(row["value"]),
            slack=row["slack"],
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
            gap = f"{formats.money(abs(ours - theirs))} {PERIOD[basis]}"
            side = "more" if ours >= theirs else "less"
            parts.append(f"{gap} {side} than {chosen['id']}.")
    for point in result.summary.flips:
        for side, change in (("below", point.below), ("above", point.above)):
            if change and change.recommended == one["id"]:
                limit = result.constraints[point.name]
                at = formats.amount(limit, change.limit)
                name = words.name_of(point.name).lower()
                where = side if change.beyond else "at"
                parts.append(f"The answer with a limit on {name} {where} {at}.")
    return "", " ".join(parts)


def _undecided(result: Result, one: Mapping[str, Any]) -> tuple[str, str]:
    rows = rows_of(result, one, "undecided")
    names = [_capital(_short(row)) for row in rows]
    head = f"{' and '.join(names)} not settled" if names else ""
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
    return _capital(head), f"{text} {_remedy(result, one, rows)}".strip()


def _not_run(result: Result, one: Mapping[str, Any]) -> tuple[str, str]:
    text = one["reason"].partition(UNVERIFIED)[0].removeprefix("Not run: ")
    failed = rows_of(result, one, "failed")
    head = f"Not run: {', '.join(_short(row) for row in failed)}" if failed else ""
    return head, _capital(text)


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
        limit = formats.amount(constraint, at)
        name = "a margin" if constraint.name == "quality_margin" else "a limit"
        parts.append(f"Would need {name} of {limit}.")
    examples = result.setup.get("labelled_examples") or 0
    if constraint.name in ("quality_margin", "min_quality") and examples:
        many = formats.count(examples, "labelled example")
        parts.append(f"Fine-tuning on your {many} may help: see Techniques.")
    return " ".join(parts)


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
