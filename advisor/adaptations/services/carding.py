"""What does the catalog say of a made model? A card of the team's own, with lineage."""

import json
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from advisor.adaptations.models import Adaptation
from advisor.adaptations.services.candidates import card_of
from advisor.catalog.facts.hub import config_facts
from advisor.catalog.models import Change, ModelCard
from advisor.catalog.services.changing import Said, note
from advisor.sizing import formats

LONGEST_SLUG = 80


def keep_card(adaptation: Adaptation) -> ModelCard:
    """Store the card of a made model; call it inside the transaction of its end."""
    team, source = adaptation.project.team, f"Made in {adaptation.project.name}"
    parent = card_of(team, adaptation.parent)
    shape = _shape(Path(adaptation.folder))
    record = adaptation.record or {}
    known: dict[str, Any] = {
        "parameters": record.get("after", {}).get("parameters"),
        "context_tokens": shape.pop("context_tokens", None),
        "licence": _licence(adaptation, parent.licence if parent else ""),
        "languages": list(parent.languages) if parent else [],
    }
    day = timezone.localdate().isoformat()
    told = {**shape, **known, **_lineage(adaptation)}
    card = ModelCard.objects.create(
        team=team,
        slug=_free_slug(adaptation),
        name=f"{adaptation.key} ({adaptation.project.name})"[:120],
        family=parent.family if parent else "",
        source=adaptation.folder,
        revision=adaptation.weights_sha256,
        **known,
        facts={
            name: {"value": value, "source": source, "as_of": day, "unverified": False}
            for name, value in told.items()
            if value
        },
    )
    _remember(adaptation, card, source, day)
    return card


def _remember(adaptation: Adaptation, card: ModelCard, source: str, day: str) -> None:
    said = Said(
        kind=Change.Kind.MODEL,
        slug=card.slug,
        name=card.name,
        way=Change.Way.MADE,
        team=adaptation.project.team,
        by=adaptation.created_by,
        source=source,
        as_of=day,
    )
    note(said, Change.Deed.ADDED, None, None).save()


def _lineage(adaptation: Adaptation) -> dict[str, str]:
    """Return where a made model comes from, as facts that people read."""
    technique = adaptation.get_technique_display().lower()
    record = adaptation.record or {}
    cost = record.get("cost", {})
    made = {
        "made_from": adaptation.parent_key,
        "made_by": f"{technique}, job {adaptation.number}",
        "trained_on": f"{formats.count(adaptation.data_count, 'tuning sample')},"
        f" sha256 {adaptation.data_sha256[:12]}",
        "cost_of_making": f"{formats.duration(1000 * cost.get('spent_s', 0.0))},"
        f" {formats.number(cost.get('cpu_s', 0.0), 1)} s of processor time",
    }
    if adaptation.teacher:
        made["taught_by"] = str(adaptation.teacher["id"])
    return made


def _licence(adaptation: Adaptation, known: str) -> str:
    return str(adaptation.parent.get("licence") or known or "")


def _shape(folder: Path) -> dict[str, Any]:
    found = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return config_facts(found)


def _free_slug(adaptation: Adaptation) -> str:
    stem = slugify(f"{adaptation.project.slug}-{adaptation.key}".replace(".", "-"))
    tail = f"-{adaptation.pk}"
    return f"{stem[: LONGEST_SLUG - len(tail)]}{tail}"
