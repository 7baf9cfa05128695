"""Who in a setup can be made smaller or better, and who can teach it?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.accounts.models import Team
from advisor.adaptations.services.errors import AdaptationRefused
from advisor.catalog.models import Endpoint, ModelCard
from advisor.catalog.selectors import card_by_name
from advisor.engines.base import EngineError, EngineSpec
from advisor.engines.model_sources import find_model
from advisor.projects.models import Setup
from advisor.projects.selectors import endpoint_of, entries_of

Entry = Mapping[str, Any]
TEACHES = ("transformers", "openai", "recorded")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherTerms:
    """What is known of a teacher's terms; ``must_accept`` where it lies elsewhere."""

    key: str
    text: str
    must_accept: bool


def parents_of(setup: Setup) -> list[Entry]:
    """Return the candidates and the reference whose weights lie here."""
    found = entries_of(setup.document)
    return [one for one in found if one.get("engine") == "transformers"]


def teachers_of(setup: Setup, parent_key: str) -> list[Entry]:
    """Return everyone else who could teach, the reference first."""
    found = [one for one in entries_of(setup.document) if one["id"] != parent_key]
    able: list[Entry] = [one for one in found if one.get("engine") in TEACHES]
    if setup.document.get("reference"):
        able.reverse()
    return able


def entry_of(setup: Setup, key: str) -> Entry | None:
    """Return what the setup says of a model; None for a name that is not in it."""
    found = entries_of(setup.document)
    return next((one for one in found if one["id"] == key), None)


def folder_of(entry: Entry) -> Path:
    """Return where a model's weights lie on this machine; nothing is fetched.

    Raises AdaptationRefused where they do not.
    """
    spec = EngineSpec(
        engine="transformers",
        model=str(entry.get("model") or ""),
        revision=entry.get("revision"),
        local_only=True,
    )
    try:
        return find_model(spec).folder
    except EngineError as error:
        raise AdaptationRefused([str(error)]) from error


def card_of(team: Team, entry: Entry) -> ModelCard | None:
    """Return the model card that an entry goes by."""
    named = entry.get("card") or entry.get("model")
    return card_by_name(team, str(named)) if named else None


def terms_of(setup: Setup, teacher: Entry) -> TeacherTerms:
    """Return the terms of a teacher as far as they are known, to be read and accepted.

    Weights that lie here are under their licence; of answers that came from elsewhere
    only the provider's terms say whether they may train another model.
    """
    team = setup.project.team
    endpoint = endpoint_of(setup, teacher)
    card = card_of(team, teacher) or (endpoint.card if endpoint else None)
    licence = str(teacher.get("licence") or (card.licence if card else "") or "")
    outside = teacher.get("engine") != "transformers"
    parts = [*_known(teacher["id"], licence, card), *_elsewhere(endpoint, outside)]
    return TeacherTerms(key=teacher["id"], text=" ".join(parts), must_accept=outside)


def _known(key: str, licence: str, card: ModelCard | None) -> Iterator[str]:
    if not licence:
        yield f"No licence of {key} is known here."
        return
    fact = (card.facts if card else {}).get("licence") or {}
    source = f" (source: {fact['source']})" if fact.get("source") else ""
    yield f"Licence of {key}: {licence}{source}."


def _elsewhere(endpoint: Endpoint | None, outside: bool) -> Iterator[str]:
    if endpoint is not None:
        yield f"Its answers come from {endpoint.base_url}."
    if outside:
        yield (
            "Many providers forbid training other models on their output, or allow it"
            " on conditions. Read the provider's terms before you go on."
        )
