"""What judges a model never trains it, whoever brings it."""

from pathlib import Path

import pytest

from advisor.adaptations.services import (
    AdaptationRefused,
    EvaluationSampleRefused,
    work,
    work_inline,
)
from advisor.adaptations.services.material import check_apart, lessons_of
from advisor.projects.models import Sample
from advisor.projects.schema import SetupInvalid
from advisor.projects.services import freeze, open_draft
from advisor.projects.services.trained import (
    text_key,
    trained_on,
    write_trained_on,
)
from tests.adaptations.atelier import ROWS, project_setup, start, tuned_half

pytestmark = pytest.mark.django_db


def test_only_the_tuning_split_gives_lessons(tmp_path: Path):
    setup = project_setup(tmp_path / "model")
    lessons = lessons_of(setup.sample_set, "{input}\nColour:")
    assert {one.key for one in lessons} == tuned_half(ROWS)
    assert lessons[0].prompt.endswith("\nColour:")
    assert {one.answer for one in lessons} == {"green", "blue", "white", "black"}


def test_an_evaluation_sample_is_refused_by_what_it_says(tmp_path: Path):
    setup = project_setup(tmp_path / "model")
    judge = Sample.objects.filter(split=Sample.Split.EVALUATION)[0]
    told = judge.input.upper().replace("?", "!")
    with pytest.raises(EvaluationSampleRefused, match=f"1 of .*{judge.key}"):
        check_apart(["Something new", told], [setup.sample_set])


def test_a_twin_of_an_evaluation_sample_stops_the_job(tmp_path: Path):
    setup = project_setup(tmp_path / "model")
    job = start(setup)
    judge = Sample.objects.filter(split=Sample.Split.EVALUATION)[0]
    twin = Sample.objects.filter(split=Sample.Split.TUNING)[0]
    Sample.objects.filter(pk=twin.pk).update(input=f"{judge.input} ")
    assert work(job.pk) is False
    job.refresh_from_db()
    assert job.state == "failed"
    assert "are evaluation samples" in job.problem
    with pytest.raises(AdaptationRefused, match="are evaluation samples"):
        start(setup)


def test_a_model_is_not_judged_by_what_it_was_trained_on(tmp_path: Path, settings):
    settings.MODEL_ROOTS = [str(tmp_path)]
    setup = project_setup(tmp_path / "model")
    judge = Sample.objects.filter(split=Sample.Split.EVALUATION)[0]
    write_trained_on(tmp_path / "model", [judge.input])
    draft = open_draft(project=setup.project, opened_by=None)
    document = {**draft.document, "samples": draft.sample_set.pk}
    document["project"] = "Painted things"
    with pytest.raises(SetupInvalid) as refused:
        freeze(setup=draft, document=document)
    told = [problem.wrong for problem in refused.value.problems]
    assert told == ["was trained on 1 of the 24 evaluation samples"]


@pytest.mark.django_db(transaction=True)
def test_what_a_parent_was_trained_on_is_noted_with_what_is_made_from_it(
    tmp_path: Path,
):
    setup = project_setup(tmp_path / "model")
    write_trained_on(tmp_path / "model", ["A question of another version"])

    made = work_inline(start(setup))

    noted = trained_on(Path(made.folder))
    assert text_key("A question of another version") in noted
    assert len(noted) == len(tuned_half(ROWS)) + 1
