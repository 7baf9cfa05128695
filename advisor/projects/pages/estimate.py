"""What will the run come to, before anything is spent? Answers, time and money.

Time from earlier runs of the same model where there are any, else by a rule of thumb
that is named; money from prices and the lengths of samples. Both as ranges.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from advisor.catalog.selectors import card_by_name
from advisor.engines.text import estimate_tokens
from advisor.projects.models import Setup
from advisor.projects.pages.prices import hourly_of, prices_of_entry
from advisor.projects.selectors import entries_of, evaluation_samples, files_of_model
from advisor.sizing import planner
from advisor.sizing.measurement import Figure

COUNTED = 200  # samples whose length is looked at
DEFAULT_OUTPUT = 256
AT_ONCE = 8  # calls of an endpoint at the same time, unless its entry says another
MILLION = 1e6
# Rules of thumb, from slow to fast: operations a second of a processor's cores, and
# tokens a second of an endpoint; a model takes two operations a parameter and token.
OPERATIONS = (5e9, 30e9, 150e9)
TOKENS = (15.0, 40.0, 120.0)
FIRST_TOKEN = (2.0, 0.6, 0.2)
LOADING = (20.0, 5.0, 2.0)
THUMB = "rule of thumb: "
THUMB_HERE = "Rule of thumb: 5 to 150 billion operations a second"
THUMB_CALL = "Rule of thumb: 15 to 120 tokens a second"
Speeds = Callable[[Any, Mapping[str, Any]], Figure | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Mean tokens of a prompt, and the likely and the most tokens of an answer."""

    prompt: float
    likely: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryEstimate:
    """What asking one model comes to; None where nothing is known."""

    id: str
    seconds: Figure | None
    basis: str
    dollars: Figure | None
    machine: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEstimate:
    """What a run of a draft comes to. ``dollars`` are those of paid calls."""

    asked: int
    answers: int
    paid: int
    entries: tuple[EntryEstimate, ...]
    seconds: Figure | None
    dollars: Figure | None
    machine: Figure | None

    def of(self, key: str) -> EntryEstimate | None:
        """Return what one model comes to."""
        return next((one for one in self.entries if one.id == key), None)


def estimate_of(setup: Setup) -> RunEstimate:
    """Return what a run of the draft comes to, each part with its range."""
    listed = entries_of(setup.document)
    count = evaluation_samples(setup.sample_set).count() if setup.sample_set else 0
    asked = count * int(setup.document.get("repeats") or 1)
    tokens = tokens_of(setup)
    entries = tuple(_entry(setup, one, asked, tokens) for one in listed)
    paid = [one for one in listed if one.get("engine") == "openai"]
    return RunEstimate(
        asked=asked,
        answers=asked * len(listed),
        paid=asked * len(paid),
        entries=entries,
        seconds=_sum([one.seconds for one in entries]) if asked and entries else None,
        dollars=_dollars(entries, listed) if asked and paid else None,
        machine=_sum([one.machine for one in entries if one.machine is not None]),
    )


def bases_of(estimate: RunEstimate) -> str:
    """Return where the times come from, each basis once, in a sentence."""
    bases = list(dict.fromkeys(one.basis for one in estimate.entries))
    lower = [one[:1].lower() + one[1:] for one in bases]
    rules = [one.removeprefix(THUMB) for one in lower if one.startswith(THUMB)]
    told = [one for one in lower if not one.startswith(THUMB)]
    told += [THUMB + " or ".join(rules)] if rules else []
    return f"Time: {'; '.join(told)}." if told else ""


def tokens_of(setup: Setup) -> Tokens:
    """Return the tokens of a request, estimated from the characters of the samples."""
    document = setup.document
    most = float(document.get("max_output_tokens") or DEFAULT_OUTPUT)
    around = estimate_tokens(str(document.get("prompt") or ""))
    if setup.sample_set is None:
        return Tokens(prompt=around, likely=most, most=most)
    rows = list(
        evaluation_samples(setup.sample_set).values_list("input", "expected")[:COUNTED]
    )
    inputs = [estimate_tokens(text) for text, _ in rows]
    stated = document.get("output_tokens")
    answers = [estimate_tokens(str(one)) for _, one in rows if one is not None]
    likely = stated or (sum(answers) / len(answers) + 1 if answers else most)
    mean = sum(inputs) / len(inputs) if inputs else 0.0
    return Tokens(prompt=around + mean, likely=min(float(likely), most), most=most)


def _entry(
    setup: Setup, entry: Mapping[str, Any], asked: int, tokens: Tokens
) -> EntryEstimate:
    each, basis = _seconds(setup, entry, tokens)
    seconds = _whole(each, asked, basis)
    hourly = hourly_of(setup, entry)
    return EntryEstimate(
        id=str(entry.get("id", "")),
        seconds=seconds,
        basis=basis,
        dollars=_price(setup, entry, asked, tokens),
        machine=_times(seconds, hourly / 3600) if hourly and seconds else None,
    )


def _seconds(
    setup: Setup, entry: Mapping[str, Any], tokens: Tokens
) -> tuple[Figure | None, str]:
    """Return the seconds of one answer, and where that comes from."""
    engine = entry.get("engine")
    if engine not in ("transformers", "openai"):
        return Figure(0.0, 0.0, 0.0), "Recorded answers are read, not asked for"
    measured = _measured(setup, entry)
    if measured is not None:
        runs = "the last run" if measured.n == 1 else f"the last {measured.n} runs"
        return measured, f"Measured in {runs} of it"
    if engine == "openai":
        at_once = float(entry.get("concurrency") or AT_ONCE)
        slow, usual, fast = (
            (first + tokens.likely / rate) / at_once
            for first, rate in zip(FIRST_TOKEN, TOKENS, strict=True)
        )
        return Figure(usual, fast, slow, origin="estimated"), THUMB_CALL
    size = _parameters(setup, entry)
    if size is None:
        return None, "Its size is not known"
    work = 2.0 * size * (tokens.prompt + tokens.likely)
    slow, usual, fast = (work / rate for rate in OPERATIONS)
    return Figure(usual, fast, slow, origin="estimated"), THUMB_HERE


def _measured(setup: Setup, entry: Mapping[str, Any]) -> Figure | None:
    """Return the seconds of an answer in earlier runs, by whom the settings name."""
    ask: Speeds = import_string(settings.RUN_SPEEDS)
    return ask(setup.project.team, entry)


def _whole(each: Figure | None, asked: int, basis: str) -> Figure | None:
    """Return the seconds of all answers; what is a rule of thumb loads besides."""
    if each is None or not asked:
        return None
    loads = (0.0, 0.0, 0.0) if basis != THUMB_HERE else LOADING
    slow, usual, fast = loads
    value, low, high = (_end(each, end) * asked for end in ("value", "low", "high"))
    return Figure(value + usual, low + fast, high + slow, origin=each.origin)


def _parameters(setup: Setup, entry: Mapping[str, Any]) -> float | None:
    files = files_of_model(str(entry.get("model") or ""))
    if files is not None:
        return float(files[1])
    named = entry.get("card") or entry.get("model")
    card = card_by_name(setup.project.team, named) if named else None
    return float(card.parameters) if card and card.parameters else None


def _price(
    setup: Setup, entry: Mapping[str, Any], asked: int, tokens: Tokens
) -> Figure | None:
    """Return the dollars of a model's calls: as long as expected, and the longest."""
    if entry.get("engine") != "openai" or not asked:
        return None
    price = prices_of_entry(setup, entry)
    if price is None:
        return None
    read = tokens.prompt * price.tokens_in
    usual, most = (
        read + out * price.tokens_out for out in (tokens.likely, tokens.most)
    )
    value, high = (one * asked / MILLION for one in (usual, most))
    return Figure(value, value, high, origin="estimated")


def _dollars(
    entries: tuple[EntryEstimate, ...], listed: list[dict[str, Any]]
) -> Figure | None:
    """Return what all paid calls cost; None when one of the prices is not known."""
    paid = {str(one.get("id")) for one in listed if one.get("engine") == "openai"}
    return _sum([one.dollars for one in entries if one.id in paid])


def _sum(figures: list[Figure | None]) -> Figure | None:
    """Return the sum with its range; None when a part is not known."""
    work = tuple(planner.Work(requests=1, cost_per_request=one) for one in figures)
    return planner.run_cost(work) if figures else None


def _times(figure: Figure, factor: float) -> Figure:
    value, low, high = (_end(figure, end) * factor for end in ("value", "low", "high"))
    return Figure(value, low, high, origin="estimated")


def _end(figure: Figure, end: str) -> float:
    found = getattr(figure, end)
    return float(figure.value or 0.0) if found is None else float(found)
