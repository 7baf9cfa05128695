"""A job from its start to a candidate beside its parent, by real processes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from advisor.accounts.models import AuditEvent
from advisor.adaptations.models import Adaptation
from advisor.adaptations.services import (
    AdaptationRefused,
    enter_draft,
    work,
    work_inline,
)
from advisor.adaptations.services.claiming import claim
from advisor.projects.services.trained import text_key, trained_on
from tests.adaptations.atelier import ROWS, draft_of, project_setup, start, tuned_half

pytestmark = pytest.mark.django_db(transaction=True)
BEAT = 'UPDATE "adaptations_adaptation" SET "lease_until"'
ORDER = {"technique": "fine_tune", "steps": 40, "rows": 4, "longest": 96}


def away_for_two_beats() -> Callable[..., Any]:
    """A database that is restarted once a job is at work."""
    away = iter([False, False, True, True])

    def execute_or_fail(execute: Any, sql: str, *given: Any) -> Any:
        if sql.startswith(BEAT) and next(away, False):
            raise OperationalError("The server is starting up.")
        return execute(sql, *given)

    return execute_or_fail


def test_a_killed_workers_job_goes_on_and_its_model_enters_the_next_version(
    tmp_path: Path, settings
):
    from transformers import AutoModelForCausalLM

    setup = project_setup(tmp_path / "model")
    job = start(setup, order=ORDER)
    settings.LEASE_SECONDS = -1
    assert claim(job.pk) is not None
    settings.LEASE_SECONDS = 12
    assert work(job.pk, seconds=0.0) is True
    job.refresh_from_db()
    assert (job.state, job.deaths, job.claims) == (Adaptation.State.RUNNING, 1, 2)
    assert 0 < job.step < 40
    first = job.cpu_s

    with connection.execute_wrapper(away_for_two_beats()):
        made = work_inline(job)

    assert (made.state, made.problem) == (Adaptation.State.DONE, "")
    assert (made.deaths, made.claims) == (1, 3)
    assert made.record["steps"] == 40
    assert made.record["lineage"]["parent"] == "small"
    assert made.data_count == 24
    assert made.cpu_s > first > 0
    folder = Path(made.folder)
    assert AutoModelForCausalLM.from_pretrained(folder).config.model_type == "gpt2"
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
    with pytest.raises(AdaptationRefused, match="already"):
        enter_draft(adaptation=made, by=None)
