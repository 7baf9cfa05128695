"""Where does a made model come from, and what did making it cost?"""

from collections.abc import Iterator
from typing import Any

from advisor.adaptations.models import Adaptation
from advisor.adaptations.pages.words import (
    file_size,
    lasted,
    parameters,
    recipe_facts,
)
from advisor.sizing import formats
from advisor.web.parts import Fact, Link


def lineage_of(one: Adaptation) -> Iterator[Fact]:
    """Yield where a model comes from, and what making it cost."""
    record: dict[str, Any] = one.record or {}
    yield Fact(term="Parent", value=one.parent_key, note=str(one.parent.get("model")))
    if one.teacher:
        yield Fact(term="Teacher", value=str(one.teacher["id"]), note=one.terms)
    trained = formats.count(one.data_count, "tuning sample") if one.data_count else None
    note = f"sha256 {one.data_sha256}" if one.data_sha256 else None
    yield Fact(term="Trained on", value=trained, note=note)
    yield Fact(
        term="Cost of making",
        value=lasted(one.spent_s) if one.spent_s else None,
        note=f"{formats.number(one.cpu_s, 1)} s of processor time"
        + (
            f", {formats.money(one.teacher_spent_micro / 1e6)} for the teacher"
            if one.teacher_spent_micro
            else ""
        ),
    )
    if one.weights_sha256:
        name = one.folder.rpartition("/")[2]
        told = f"sha256 {one.weights_sha256}"
        yield Fact(term="Weights", value=name, note=told)
    if one.card is not None:
        link = Link("Open the card", f"/catalog/models/{one.card.slug}/")
        yield Fact(term="Model card", value=one.card.name, action=link)
    if record.get("zeros") is not None:
        told = "Same file size, same speed: dense files and products hold zeros."
        yield Fact(term="Zeros", value=formats.percent(record["zeros"]), note=told)


def told_in_text(one: Adaptation) -> str:
    """Return the card of a made model for a terminal, a fact a line."""
    record = one.record or {}
    before, after = record.get("before", {}), record.get("after", {})
    speed = record.get("speed", {})
    facts = [*lineage_of(one), *recipe_facts(one)]
    lines = [
        f"{one.key}: {one.get_technique_display().lower()} of {one.parent_key}",
        f"Parameters: {parameters(before.get('parameters'))} before,"
        f" {parameters(after.get('parameters'))} after",
        f"File: {file_size(before.get('bytes'))} before,"
        f" {file_size(after.get('bytes'))} after",
        *([f"Speed: {speed['sentence']}"] if speed.get("sentence") else []),
        *(row["note"] for row in record.get("precisions", ()) if row.get("note")),
        *(
            f"{fact.term}: {fact.value}" + (f" ({fact.note})" if fact.note else "")
            for fact in facts
            if fact.value
        ),
        *one.notes,
    ]
    return "\n".join(lines)
