"""Two tabs, or a worker and a person, change one draft: neither undoes the other."""

import pytest
from django.core.exceptions import ValidationError

from advisor.projects import services
from advisor.projects.models import Intake, Setup
from advisor.projects.parsing import SampleRow
from advisor.projects.services.drafting import hold_draft
from advisor.projects.services.reading import use_samples
from advisor.projects.services.storing import store_samples
from tests.wizard.walk import Walk, lines, text


@pytest.fixture
def begun(walk: Walk) -> Walk:
    walk.begin()
    return walk


def read_twice(walk: Walk) -> tuple[Setup, Setup]:
    """The same draft as two requests have it at the same moment."""
    one, other = (Setup.objects.get(pk=walk.draft.pk) for _ in range(2))
    return one, other


def test_a_version_that_was_frozen_meanwhile_is_not_written(begun: Walk):
    late, _ = read_twice(begun)
    Setup.objects.update(state=Setup.State.FROZEN, rule_sha256="fixed")
    before = Setup.objects.get().document
    with pytest.raises(ValidationError, match="frozen"):
        services.save_draft(setup=late, document={"goal": "Another"}, step=5)
    late.state = Setup.State.DRAFT
    with pytest.raises(ValidationError, match="frozen"):
        services.keep_typed(setup=late, step="goal", typed={"name": ["A"]})
    late.state = Setup.State.DRAFT
    with pytest.raises(ValidationError, match="frozen"):
        services.remove_model(setup=late, key="small")
    frozen = Setup.objects.get()
    assert (frozen.document, frozen.typed) == (before, {})


def test_two_steps_that_are_confirmed_at_once_are_both_kept(begun: Walk):
    one, other = read_twice(begun)
    limits = {"quality_margin": 0.05}
    services.save_draft(
        setup=one, document={**one.document, "constraints": limits}, step=3
    )
    left = {key: value for key, value in other.document.items() if key != "owner"}
    services.save_draft(setup=other, document={**left, "goal": "Other"}, step=2)
    stored = begun.draft
    assert stored.document["constraints"] == limits
    assert stored.document["goal"] == "Other"
    assert "owner" not in stored.document
    assert stored.step == 3


def test_samples_that_a_worker_stored_survive_a_form_that_was_read_before(begun: Walk):
    worker, form = read_twice(begun)
    rows = [SampleRow(id="a", input="a?"), SampleRow(id="b", input="b?")]
    stored = store_samples(project=begun.project, name="a", rows=rows)
    use_samples(hold_draft(worker), stored)
    services.save_draft(
        setup=form, document={**form.document, "prompt": "{input}?"}, step=4
    )
    assert begun.draft.sample_set == stored
    assert begun.document["samples"] == stored.pk
    assert begun.document["prompt"] == "{input}?"


def test_two_models_that_are_added_at_once_are_both_there(begun: Walk):
    one, other = read_twice(begun)
    services.add_model(setup=one, entry={"id": "a"}, role="candidate")
    services.add_model(setup=other, entry={"id": "b"}, role="candidate")
    assert [entry["id"] for entry in begun.document["candidates"]] == ["a", "b"]
    with pytest.raises(ValidationError, match="a is in the list already"):
        services.add_model(setup=other, entry={"id": "a"}, role="candidate")


def test_what_is_typed_in_two_steps_at_once_is_kept_in_both(begun: Walk):
    one, other = read_twice(begun)
    services.keep_typed(setup=one, step="goal", typed={"name": ["A"]})
    services.keep_typed(setup=other, step="samples", typed={"prompt": ["B"]})
    assert begun.draft.typed == {"goal": {"name": ["A"]}, "samples": {"prompt": ["B"]}}


def test_a_file_whose_version_was_frozen_is_read_no_second_time(begun: Walk):
    begun.upload(lines({"input": "a?", "expected": "yes"} for _ in range(2)))
    intake = Intake.objects.get()
    Intake.objects.update(state=Intake.State.WAITING, lease_until=None, claims=0)
    claimed = services.claim_intake(intake.pk)
    assert claimed is not None
    Setup.objects.update(state=Setup.State.FROZEN)
    services.work_intake(claimed)
    assert not services.due_intakes().exists()
    assert Intake.objects.get().state == Intake.State.REFUSED


def test_a_number_that_is_none_is_told_and_not_stored(begun: Walk):
    begun.upload(
        lines({"id": f"r{n}", "input": f"{n}?", "expected": n} for n in (1, 2))
    )
    for typed in ("NaN", "[" * 3_000, "-Infinity"):
        answer = begun.post("samples/expected", {"expected:r1": typed})
        assert answer.status_code in (302, 422), typed
    assert "-Infinity" in text(begun.open("samples"))
