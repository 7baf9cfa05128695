"""Which catalog models could still qualify, and why not the others?

By declared facts alone, as the rule reads them: what a must asks for and nobody states
excludes. Each model is counted once, under the first reason that holds.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.accounts.models import Team
from advisor.catalog.models import ModelCard
from advisor.catalog.selectors import cards_of, hardware_of
from advisor.projects.pages.labels import FIELDS, field_label
from advisor.projects.schema.known import THIS_MACHINE
from advisor.sizing import formats
from advisor.sizing.weights import BYTES_PER_PARAMETER
from advisor.web.panels import EffectPanel, Excluded
from advisor.web.parts import Fact

SMALLEST = "int4"
GB = 1e9
NOTE = "By what the catalog states of size, licence, context and language."
NOBODY = (
    "No catalog model can meet these rules. The last one changed is the first to try."
)


def running_panel(
    document: Mapping[str, Any],
    team: Team,
    facts: Sequence[Fact] = (),
    before: Mapping[str, Any] | None = None,
) -> EffectPanel:
    """Return who is left under the musts of a document, and the load it states.

    ``before`` is the document that was confirmed last: where nobody is left, the panel
    names what changed since.
    """
    cards = list(cards_of(team))
    reasons = _reasons(document, cards, team)
    excluded = Counter(reason for reason in reasons if reason)
    left = reasons.count("")
    note = NOTE if left or not cards else _nobody(document, before, cards, team)
    return EffectPanel(
        title="Still in the running",
        left=left,
        total=len(cards),
        excluded=tuple(
            Excluded(count=count, reason=reason)
            for reason, count in excluded.most_common()
        ),
        note=note,
        facts_title="At your volume",
        facts=tuple(facts),
    )


def _reasons(
    document: Mapping[str, Any], cards: Sequence[ModelCard], team: Team
) -> list[str]:
    musts = dict(_musts(document.get("constraints") or {}))
    room = _room(musts, team)
    return [_reason(card, musts, room) for card in cards]


def _nobody(
    document: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    cards: Sequence[ModelCard],
    team: Team,
) -> str:
    """Say that nobody is left, and which change took out the last ones."""
    if before is None:
        return NOBODY
    had = _reasons(before, cards, team).count("")
    now, then = (
        dict(_musts(one.get("constraints") or {})) for one in (document, before)
    )
    changed = [name for name in now if now[name] != then.get(name)]
    if not had or not changed:
        return NOBODY
    names = ", ".join(field_label(FIELDS.get(name, name)) for name in changed)
    several = "changes" if len(changed) > 1 else "change"
    return (
        f"No catalog model can meet these rules. Your last {several} ({names}) took"
        f" out the final {had}."
    )


def _musts(constraints: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, stored in constraints.items():
        if not isinstance(stored, Mapping):
            yield name, stored
        elif "limit" in stored and stored.get("level", "must") == "must":
            yield name, stored["limit"]


def _room(musts: Mapping[str, Any], team: Team) -> float | None:
    """Return the most memory in GB that a model may take; None where it is open."""
    limits = [float(musts["max_memory_gb"])] if "max_memory_gb" in musts else []
    named = musts.get("hardware") or ()
    if named and THIS_MACHINE not in named:
        sizes = [one.memory_gb for one in hardware_of(team) if one.slug in named]
        known = [size for size in sizes if size is not None]
        limits += [max(known)] if known else []
    return min(limits, default=None)


def _reason(card: ModelCard, musts: Mapping[str, Any], room: float | None) -> str:
    """Return why a model is out, empty where it is not."""
    allowed = {str(one).casefold() for one in musts.get("licences") or ()}
    context, spoken = musts.get("context_tokens"), set(card.languages)
    wanted = set(musts.get("languages") or ())
    hosting = musts.get("hosting") or ()
    checks = (
        (allowed and not card.licence, "licence is not known"),
        (allowed and card.licence.casefold() not in allowed, "licence is another"),
        (context and card.context_tokens is None, "context is not known"),
        (
            context and (card.context_tokens or 0) < float(context or 0),
            f"context under {formats.number(context)} tokens",
        ),
        (wanted and not spoken, "languages are not known"),
        (wanted - spoken, f"do not list {', '.join(sorted(wanted - spoken))}"),
        (not card.source and musts.get("local_only"), "only a vendor has them"),
        (
            not card.source and hosting and "public_api" not in hosting,
            "only a vendor has them",
        ),
        (room is not None and _weights(card) > room, _too_big(room)),
    )
    return next((reason for is_out, reason in checks if is_out), "")


def _weights(card: ModelCard) -> float:
    """Return the GB of the weights at four bits; 0 where the size is not known."""
    return (card.parameters or 0) * BYTES_PER_PARAMETER[SMALLEST] / GB


def _too_big(room: float | None) -> str:
    return "" if room is None else f"do not fit {formats.gigabytes(room)} at 4 bits"
