"""How was it decided, on what, and how is it repeated? Method, provenance, notices."""

from datetime import date
from typing import Any

from advisor.reports.pages import words
from advisor.reports.selectors import Result, disturbed
from advisor.runs.models import Run
from advisor.runs.selectors.cuts import cuts_of
from advisor.runs.selectors.progress import STOPPED
from advisor.sizing import explanation, formats
from advisor.sizing.prices import STALE_AFTER_DAYS
from advisor.web.parts import Fact, Notice

HASH_SHOWN = 12
FEW_SAMPLES = 30
OBJECTIVES = {
    "cost": "Cheapest first",
    "size": "Fewest parameters first",
    "latency": "Fastest first",
}


def promise_of(result: Result) -> str:
    """Return what the recommendation promises, in words."""
    manifest = result.run.manifest
    return explanation.promise_words(
        promise=manifest["promise"],
        stop=manifest["stop"],
        objective=manifest["objective"],
        confidence=manifest["confidence"],
        look=result.document["look"],
        certified=explanation.certified(result.constraints.values()),
    )


def notices_of(result: Result) -> tuple[Notice, ...]:
    """Return what a reader must know before trusting the figures."""
    manifest, notices = result.run.manifest, []
    count = manifest["samples"]["count"]
    if count < FEW_SAMPLES:
        few = f"{formats.count(count, 'sample')} {'tells' if count == 1 else 'tell'}"
        text = f"{few} models apart only when they differ widely."
        notices.append(_warning("Few samples.", text))
    left_out = manifest["samples"]["left_out"]
    if left_out:
        text = f"{formats.count(len(left_out), 'sample')} had no recorded answer."
        notices.append(_warning("Left out.", text))
    notices += _stopped_notice(result)
    if result.run.state == Run.State.WITH_GAPS:
        text = "Some answers could not be had; each counts at its worst for certifying."
        notices.append(_warning("Gaps.", text))
    if disturbed(result.run):
        text = (
            "Other work ran on the machine in each try while times were measured. A"
            " time may be too long, never too short, so it excludes nobody."
        )
        notices.append(_warning("Disturbed measurement.", text))
    notices += _cut_notices(result)
    notices += _old_prices(result)
    return tuple(notices)


def _stopped_notice(result: Result) -> list[Notice]:
    """Return that a run ended early: what it lacks is missing, and not spared."""
    state, calls = result.run.state, result.document["calls"]
    missing, were = calls["exhaustive"] - calls["made"], "were"
    if missing == 1:
        were = "was"
    every = formats.count(calls["exhaustive"], "answer")
    told = f"{formats.number(missing)} of {every} {were} not asked"
    if state == Run.State.BUDGET_STOPPED:
        text = f"{told}, as the next call could have passed the cap. Raise it to go on."
        return [_warning("Stopped at the cap.", text)]
    if state == Run.State.CANCELLED:
        return [_warning("Cancelled.", f"{told}. What was decided by then holds.")]
    return []


def _old_prices(result: Result) -> list[Notice]:
    """Return whose listed price was old, or undated, when the run was launched."""
    launched, old = result.run.created_at.date(), []
    for key, row in result.rows.items():
        price = row.spec.get("price") or {}
        if price.get("input_per_1m") is None or price.get("source") == "typed":
            continue
        day = date.fromisoformat(price["as_of"]) if price.get("as_of") else None
        if day is None or (launched - day).days > STALE_AFTER_DAYS:
            old.append(f"{key} {day or 'undated'}")
    if not old:
        return []
    text = f"Older than {STALE_AFTER_DAYS} days at launch, so costs may be others:"
    return [_warning("Old prices.", f"{text} {', '.join(old)}.")]


def _cut_notices(result: Result) -> list[Notice]:
    """Return what was cut: prompts are gaps, answers count as they stand."""
    notices, kept = [], result.summary.cuts
    cuts = cuts_of(result.run) if kept is None else kept
    prompts = [f"{one.candidate} {one.prompts:,}" for one in cuts if one.prompts]
    answers = [f"{one.candidate} {one.answers:,}" for one in cuts if one.answers]
    if prompts:
        text = f"The server cut prompts, which are gaps: {', '.join(prompts)}."
        notices.append(_warning("Cut prompts.", text))
    if answers:
        text = "Answers ended at the output limit and are scored as they stand:"
        notices.append(_warning("Cut answers.", f"{text} {', '.join(answers)}."))
    return notices


def method_of(result: Result) -> tuple[Fact, ...]:
    """Return how it was measured and decided, one fact a line."""
    manifest, calls = result.run.manifest, result.document["calls"]
    objective = OBJECTIVES[manifest["objective"]]
    repeats = manifest["repeats"]
    times = f", {repeats} times each" if repeats > 1 else ""
    told = words.calls_told(calls, stopped=result.run.state in STOPPED)
    return (
        Fact(term="Promise", value=promise_of(result)),
        Fact(term="Order", value=f"{objective}, by measured values."),
        Fact(term="Score", value=_scorer(manifest["scorer_described"])),
        Fact(
            term="Samples",
            value=f"{formats.count(manifest['samples']['count'], 'sample')}{times}"
            " in one fixed order that is a hash of their contents.",
        ),
        Fact(
            term="Answers",
            value=f"{told}. Reference and recorded ones are included.",
        ),
        Fact(
            term="Not counted",
            value="Staff, storage and network costs; requests unlike the samples.",
        ),
    )


def provenance_of(result: Result) -> tuple[Fact, ...]:
    """Return hashes, seed, models, prices and versions."""
    proof = result.document["provenance"]
    spent = formats.money(words.value_of(result.document["spend_usd"]))
    hosts = ", ".join(proof["hosts_contacted"]) or "None"
    versions = ", ".join(f"{name} {v}" for name, v in sorted(proof["versions"].items()))
    return (
        Fact(term="Sample set", value=f"sha256:{proof['samples_sha256']}"),
        Fact(term="Rule", value=f"sha256:{proof['rule_sha256']}"),
        Fact(term="Seed", value=f"{proof['seed']}, look {result.document['look']}"),
        _lines("Models", _models(result)),
        _lines("Prices", _prices(result)),
        Fact(term="Spent", value=spent),
        Fact(term="Hosts contacted", value=hosts),
        Fact(term="Versions", value=versions),
    )


def _lines(term: str, lines: tuple[str, ...]) -> Fact:
    first, *rest = lines or (formats.DASH,)
    return Fact(term=term, value=first, lines=tuple(rest))


def _models(result: Result) -> tuple[str, ...]:
    lines = []
    for key, row in result.rows.items():
        facts = row.facts or {}
        parts = [str(row.spec.get("model") or words.ENGINES[row.engine])]
        if facts.get("revision"):
            parts.append(f"revision {facts['revision'][:HASH_SHOWN]}")
        if facts.get("weights_sha256"):
            parts.append(f"weights sha256:{facts['weights_sha256'][:HASH_SHOWN]}")
        if facts.get("not_sent"):
            fields = " and ".join(facts["not_sent"])
            parts.append(f"the server refuses {fields}, so it was not sent")
        if row.recorded is not None:
            parts = [f"recorded answers {row.recorded.name}"]
            parts.append(f"sha256:{row.recorded.sha256[:HASH_SHOWN]}")
        lines.append(f"{key}: {', '.join(parts)}")
    return tuple(lines)


def _prices(result: Result) -> tuple[str, ...]:
    lines = []
    for key, row in result.rows.items():
        told = _price(row.spec)
        if told:
            lines.append(f"{key}: {told}")
    return tuple(lines)


def _price(spec: dict[str, Any]) -> str:
    """Return a candidate's price with source and date; empty when it has none."""
    parts, price = [], spec.get("price") or {}
    if price.get("input_per_1m") is not None:
        tokens_in = formats.money(price["input_per_1m"])
        tokens_out = formats.money(price.get("output_per_1m"))
        parts.append(f"{tokens_in} and {tokens_out} per million tokens in and out")
    if spec.get("hourly") is not None:
        parts.append(f"{formats.money(spec['hourly'])} per hour of {spec['hardware']}")
    if not parts:
        return ""
    source = price.get("source") or "catalog"
    day = price.get("as_of")
    return "; ".join(parts) + f" ({source}{', ' + day if day else ''})"


def _scorer(described: dict[str, Any]) -> str:
    name = str(described.get("name", "")).replace("_", " ")
    options = {key: v for key, v in described.items() if key not in ("name", "version")}
    told = ", ".join(f"{key} {_option(one)}" for key, one in options.items() if one)
    return f"{name.capitalize()}{f' ({told})' if told else ''}"


def _option(value: Any) -> str:
    """Return an option as one reads it: the words of a list, anything else as it is."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return str(value)


def _warning(title: str, text: str) -> Notice:
    return Notice(kind="warn", icon="warn", title=title, text=text)
