"""What becomes of a made model? A folder, a card, and a place beside its parent."""

import json
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from django.db import transaction

from advisor.accounts.services import record as remember
from advisor.adaptations.models import Adaptation
from advisor.adaptations.selectors import result_root, work_folder
from advisor.adaptations.services.candidates import folder_of
from advisor.adaptations.services.carding import keep_card
from advisor.adaptations.services.claiming import beat_or_go_on, end, mine
from advisor.adaptations.services.entering import enter_draft
from advisor.adaptations.services.errors import AdaptationRefused
from advisor.engines.model_files import weights_sha256
from advisor.projects.services.trained import trained_on, write_trained_on

S = Adaptation.State
BEAT_S = 1.0


def finish(
    adaptation: Adaptation,
    *,
    record: Mapping[str, Any],
    out: Path,
    inputs: Sequence[str],
    cost: Mapping[str, float],
) -> None:
    """Keep what a job made: folder, hash, card, and a candidate in the next version.

    Nothing is kept where the job is held no more, as when it was cancelled meanwhile.
    """
    told = {**record, "cost": dict(cost), **_lineage(adaptation)}
    # What its parent learned is in its weights as well.
    parent = folder_of(adaptation.parent)
    write_trained_on(out, inputs, before=trained_on(parent))
    text = json.dumps(told, indent=2, ensure_ascii=False)
    (out / "card.json").write_text(f"{text}\n", encoding="utf-8")
    folder = _kept(adaptation, out)
    try:
        adaptation.weights_sha256 = _hashed(adaptation, folder)
        ended = _end(adaptation, told, folder, cost)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if not ended:
        shutil.rmtree(folder, ignore_errors=True)
    clear_work(adaptation)


@transaction.atomic
def _end(
    adaptation: Adaptation,
    told: Mapping[str, Any],
    folder: Path,
    cost: Mapping[str, float],
) -> bool:
    if not mine(adaptation).select_for_update().exists():
        return False
    adaptation.folder, adaptation.record = str(folder), dict(told)
    card = keep_card(adaptation)
    adaptation.card = card
    try:
        setup = enter_draft(adaptation=adaptation, by=adaptation.created_by)
        notes = [*adaptation.notes, f"It is a candidate of version {setup.version}."]
    except AdaptationRefused as refused:
        notes = [*adaptation.notes, *refused.problems]
    remember(
        team=adaptation.project.team,
        actor=adaptation.created_by,
        action="adaptation.made",
        target=f"{adaptation.key} in {adaptation.project.name}",
        detail={"weights_sha256": adaptation.weights_sha256},
    )
    return end(
        adaptation,
        S.DONE,
        folder=str(folder),
        record=dict(told),
        weights_sha256=adaptation.weights_sha256,
        card=card,
        notes=notes,
        step=int(told.get("steps") or 0),
        **cost,
    )


def _hashed(adaptation: Adaptation, folder: Path) -> str:
    """Hash the weights, which may take minutes, and hold the job meanwhile."""
    with ThreadPoolExecutor(1, "hash") as pool:
        made = pool.submit(weights_sha256, folder)
        while not wait((made,), timeout=BEAT_S).done:
            beat_or_go_on(adaptation)
    return made.result()


def clear_work(adaptation: Adaptation) -> None:
    """Delete what only further sittings would need."""
    shutil.rmtree(work_folder(adaptation), ignore_errors=True)


def _kept(adaptation: Adaptation, out: Path) -> Path:
    """Move a result to its place, under a name that nobody can guess."""
    name = re.sub(r"[^A-Za-z0-9._-]", "-", adaptation.key)
    folder = result_root(adaptation) / f"{name}-{secrets.token_hex(8)}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    out.rename(folder)
    return folder


def _lineage(adaptation: Adaptation) -> dict[str, Any]:
    return {
        "lineage": {
            "parent": adaptation.parent_key,
            "parent_model": adaptation.parent.get("model"),
            "teacher": (adaptation.teacher or {}).get("id"),
            "technique": adaptation.technique,
            "data_sha256": adaptation.data_sha256,
            "data_count": adaptation.data_count,
            "samples_sha256": adaptation.setup.sample_set.sha256
            if adaptation.setup.sample_set
            else "",
        }
    }
