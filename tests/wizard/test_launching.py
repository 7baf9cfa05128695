"""What keeps a draft from being launched, and is it all told at once?"""

import pytest

from advisor.projects.models import Setup
from advisor.runs.models import Run
from tests.wizard.conftest import answers
from tests.wizard.walk import Walk, lines, text


def test_everything_that_lacks_is_told_at_once_with_a_way(walk: Walk):
    walk.begin()
    walk.limit(margin="5")
    for page in (text(walk.open("review")), text(walk.launch())):
        told = page.split("Before it can be launched")[1].split("</div>")[0]
        assert "Upload sample tasks, or use the built-in ones." in told
        assert "Add at least one model under test." in told
        assert "State a minimum quality" in told
        assert "Add a reference, or empty the quality margin." in told
        for step in ("samples", "candidates", "constraints"):
            assert f'href="{walk.base}setup/{step}/"' in told
    assert walk.launch().status_code == 422
    assert walk.draft.state == Setup.State.DRAFT
    assert not Run.objects.exists()


def test_nothing_of_the_schema_is_shown_raw(walk: Walk):
    walk.begin()
    page = text(walk.open("review"))
    for word in ("candidates:", "samples:", "min_quality", "constraints.", "Add it."):
        assert word not in page


def test_samples_that_the_scorer_cannot_use_are_named_by_row(ready: Walk):
    ready.score(scorer="numeric")
    page = text(ready.launch())
    assert "Before it can be launched" in page
    assert f'href="{ready.base}setup/samples/"' in page
    assert not Run.objects.exists()


def test_a_reference_that_answers_other_samples_is_refused(ready: Walk, samples):
    ready.record("other", lines([{"id": "x", "output": "y"}]), role="reference")
    answer = ready.launch()
    assert answer.status_code == 422
    assert "has no recorded answer to 40 of 40 samples" in text(answer)
    assert ready.draft.state == Setup.State.DRAFT


def test_a_tag_that_no_sample_has_is_refused(ready: Walk):
    ready.limit(margin="20", slices="vip 85")
    page = text(ready.launch())
    assert "Minimum quality of vip: is a tag that no sample has" in page


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seed": "-1"}, "Enter a whole number of 0 or more"),
        ({"repeats": "1.5"}, "Enter between 1 and 100"),
        ({"budget_usd": "much"}, "Enter an amount of 0 or more"),
        ({"promise": ""}, "Choose the answer should hold for"),
    ],
)
def test_a_wrong_field_of_the_last_step_is_told_at_the_field(ready, changes, told):
    answer = ready.launch(**changes)
    assert answer.status_code == 422
    assert told in text(answer)
    assert not Run.objects.exists()


def test_without_a_reference_a_minimum_is_enough(walk: Walk, samples: bytes):
    walk.begin()
    walk.limit(minimum="50")
    walk.upload(samples)
    walk.score()
    walk.record("small", answers(2))
    assert walk.launch().status_code == 302
    assert walk.run.candidates.count() == 1


def test_a_second_click_leads_to_the_run_of_the_first(ready: Walk):
    page = text(ready.open("review"))
    assert 'name="version" value="1"' in page
    addresses = {ready.launch(version="1").url for _ in range(2)}
    assert addresses == {f"{ready.base}runs/1/"}
    assert Run.objects.count() == 1
    assert ready.project.setups.count() == 1


def test_the_next_version_is_another_run(ready: Walk):
    ready.launch(version="1")
    answer = ready.launch(version="2", seed="3")
    assert answer.url == f"{ready.base}runs/2/"


@pytest.mark.parametrize("version", ["", "x", "99999999999999999999", "²"])
def test_a_version_that_is_none_launches_the_draft(ready: Walk, version: str):
    assert ready.launch(version=version).status_code == 302
