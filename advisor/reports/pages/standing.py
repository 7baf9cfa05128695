"""What does a project's latest run say to a portfolio? Read once a recommendation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.reports.pages import words
from advisor.reports.pages.pictures import floor_of
from advisor.reports.selectors import Result
from advisor.sizing import formats
from advisor.sizing.sentences import MORE
from advisor.web.gauge import Gauge, quality_axis

Finding = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a recommendation says in a row: whom to use, how good, at what cost.

    ``model`` is the recommended one, the reference that is kept, or who came closest,
    which ``model_note`` says; ``dollars`` holds the costs of both, where known.
    """

    outcome: str
    keep: bool
    model: str
    model_note: str
    quality: str
    gauge: Gauge | None
    cost: str
    reference_cost: str
    dollars: tuple[float, float] | None
    sentence: str

    @property
    def choice(self) -> str | None:
        """Return the model that it asks to use; None where it names none."""
        return self.model if self.keep or self.outcome == "recommended" else None

    @property
    def is_decided(self) -> bool:
        """Say whether there is an answer, of whatever kind."""
        return self.outcome != "undecided"


def standing_of(result: Result) -> Standing:
    """Return what a finished run says in a row of the portfolio."""
    document = result.document
    found, reference = document["candidates"], result.reference
    keep = bool(document["keep_reference"])
    chosen = result.recommended or (reference if keep else None)
    closest = next((one for one in found if one["role"] == "candidate"), None)
    shown = chosen or closest
    dollars = _dollars(chosen, reference)
    return Standing(
        outcome=document["outcome"],
        keep=keep,
        model=_model(chosen, closest),
        model_note=_note(result, chosen, keep=keep),
        quality="" if shown is None else words.points_of(shown["quality"]),
        gauge=None if shown is None else _gauge(result, shown, chosen is not None),
        cost=_cost(chosen),
        reference_cost=_cost(reference),
        dollars=dollars,
        sentence=_sentence(result, closest),
    )


def _model(chosen: Finding | None, closest: Finding | None) -> str:
    if chosen is not None:
        return str(chosen["id"])
    return f"Closest: {closest['id']}" if closest else formats.DASH


def _note(result: Result, chosen: Finding | None, *, keep: bool) -> str:
    """Return where the model runs, or that no small one will do."""
    if keep:
        if not any(
            one["verdict"] == "qualifies" and one["role"] == "candidate"
            for one in result.findings
        ):
            return "no small model does"
        return f"no certified one is {MORE[result.run.manifest['objective']]}"
    if chosen is None:
        return ""
    row = result.rows_of_manifest.get(chosen["id"], {})
    return words.spec_note(row.get("spec", {}), str(row.get("engine", "")))


def _sentence(result: Result, closest: Finding | None) -> str:
    """Return the answer and, where nobody qualifies, who came closest and why not."""
    first, _, rest = str(result.document["sentence"]).partition(". ")
    told = [first, *([rest.partition("; ")[0].rstrip(".")] if closest and rest else [])]
    return f"{'. '.join(told)}."


def _cost(one: Finding | None) -> str:
    if one is None:
        return formats.DASH
    return formats.money(words.value_of(one["cost"]["per_month"]))


def _dollars(
    chosen: Finding | None, reference: Finding | None
) -> tuple[float, float] | None:
    """Return what model and reference cost a month, where both are known."""
    if chosen is None or reference is None:
        return None
    own, bar = (words.value_of(one["cost"]["per_month"]) for one in (chosen, reference))
    return None if own is None or bar is None else (own, bar)


def _gauge(result: Result, one: Finding, qualifies: bool) -> Gauge | None:
    """Return the quality against the floor; None where either is not known."""
    floor, quality = floor_of(result), one["quality"]
    if floor is None or quality is None:
        return None
    value, low, high = (
        None if quality[end] is None else 100 * quality[end]
        for end in ("value", "low", "high")
    )
    return Gauge.at_least(
        value,
        floor,
        text=f"{words.points(quality['value'])} points, floor {floor:.1f}",
        status="met" if qualifies else _status(one),
        low=low,
        high=high,
        axis=quality_axis(floor),
    )


def _status(one: Finding) -> Any:
    """Return the worst standing of the limits on quality."""
    names: Iterable[str] = ("quality_margin", "min_quality")
    found = [row["status"] for row in one["constraints"] if row["name"] in names]
    return next((s for s in ("failed", "undecided") if s in found), "met")
