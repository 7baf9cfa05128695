"""A project with a tuning split and a small foreign model that can be made better."""

import json
from pathlib import Path
from typing import Any

from advisor.accounts.models import Team
from advisor.adaptations.models import Adaptation
from advisor.adaptations.services import Wish, start_adaptation
from advisor.projects.models import Project, Sample, Setup
from tests.engines.tiny_models import make_model
from tests.runs.factory import make_project, make_setup

COLOURS = {"grass": "green", "sky": "blue", "snow": "white", "coal": "black"}
PLACES = (
    *("here", "there", "at home", "in town", "by the sea", "in a field", "on a hill"),
    *("in May", "at noon", "in the north", "in a book", "on my wall"),
)
ROWS = [
    {"id": f"{thing}-{at}", "input": f"What colour is {thing} {place}?", "expected": c}
    for at, place in enumerate(PLACES)
    for thing, c in COLOURS.items()
]
FINE_TUNE = {"technique": "fine_tune", "steps": 3, "rows": 4, "longest": 96}


def tuned_half(rows: list[dict[str, Any]]) -> set[str]:
    """The ids that train: every second place."""
    return {row["id"] for row in rows if int(row["id"].rpartition("-")[2]) % 2}


def project_setup(
    folder: Path,
    *,
    team: Team | None = None,
    kind: str = "gpt2",
    rows: list[dict[str, Any]] | None = None,
    more: tuple[dict[str, Any], ...] = (),
    **document: Any,
) -> Setup:
    """A frozen setup on half of the rows, the other half being for tuning."""
    rows = ROWS if rows is None else rows
    extra = {"num_key_value_heads": None} if kind == "gpt_neox" else {}
    model = folder if folder.exists() else make_model(folder, kind, **extra)
    project = make_project(team)
    parent = {
        "id": "small",
        "engine": "transformers",
        "model": str(model),
        "precision": "fp32",
    }
    setup = make_setup(
        project=project,
        samples=rows,
        candidates=[parent, *more],
        prompt="{input}\nColour:",
        max_output_tokens=8,
        constraints={"min_quality": 0.1},
        **document,
    )
    tuning = tuned_half(rows)
    Sample.objects.filter(sample_set=setup.sample_set, key__in=tuning).update(
        split=Sample.Split.TUNING
    )
    return setup


def start(setup: Setup, **changes: Any) -> Adaptation:
    order = changes.pop("order", FINE_TUNE)
    wish = Wish(**{"parent": "small", "order": order, **changes})
    return start_adaptation(setup=setup, wish=wish, started_by=None)


def draft_of(project: Project) -> dict[str, Any]:
    found = project.setups.get(state=Setup.State.DRAFT)
    return dict(json.loads(json.dumps(found.document)))
