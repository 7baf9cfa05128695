"""A job from its start to a candidate beside its parent, by a real process."""

from pathlib import Path

import pytest

from advisor.accounts.models import AuditEvent
from advisor.adaptations.models import Adaptation
from advisor.adaptations.services import work, work_inline
from advisor.adaptations.services.claiming import claim
from advisor.projects.services.trained import text_key, trained_on
from tests.adaptations.atelier import ROWS, draft_of, project_setup, start, tuned_half

pytestmark = pytest.mark.django_db


def test_a_model_is_tuned_and_enters_the_next_version(tmp_path: Path):
    from transformers import AutoModelForCausalLM

    setup = project_setup(tmp_path / "model")
    made = work_inline(start(setup))
    assert (made.state, made.problem) == (Adaptation.State.DONE, "")
    folder = Path(made.folder)
    assert AutoModelForCausalLM.from_pretrained(folder).config.model_type == "gpt2"
    assert made.record["steps"] == 3
    assert made.record["lineage"]["parent"] == "small"
    assert made.data_count == 24
    assert made.cpu_s > 0
    inputs = {row["id"]: row["input"] for row in ROWS}
    tuning = tuned_half(ROWS)
    assert trained_on(folder) == {text_key(inputs[key]) for key in tuning}
    document = draft_of(setup.project)
    assert [one["id"] for one in document["candidates"]] == ["small", "small-tuned"]
    assert document["candidates"][1]["model"] == str(folder)
    assert made.card.source == str(folder)
    assert made.card.facts["made_from"]["value"] == "small"
    actions = AuditEvent.objects.values_list("action", flat=True)
    assert {"adaptation.started", "adaptation.made"} <= set(actions)


def test_a_killed_sitting_goes_on_from_its_checkpoint(tmp_path: Path, settings):
    settings.LEASE_SECONDS = -1
    setup = project_setup(tmp_path / "model")
    job = start(setup, order={"technique": "fine_tune", "steps": 40, "rows": 4})
    held = claim(job.pk)
    assert held is not None
    settings.LEASE_SECONDS = 12
    assert work(job.pk, seconds=0.0) is True
    job.refresh_from_db()
    assert (job.state, job.deaths, job.claims) == (Adaptation.State.RUNNING, 1, 2)
    first = job.step
    assert 0 < first < 40
    made = work_inline(job)
    assert made.state == Adaptation.State.DONE
    assert made.record["steps"] == 40
