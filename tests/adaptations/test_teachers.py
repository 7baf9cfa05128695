"""A teacher that lies elsewhere: a recorded file, and a server that is paid."""

from decimal import Decimal
from pathlib import Path

import pytest

from advisor.accounts.models import TeamMonth
from advisor.adaptations.models import Adaptation, TeacherAnswer
from advisor.adaptations.services import AdaptationRefused, cancel, work, work_inline
from advisor.adaptations.services.claiming import MOST_DEATHS, claim
from advisor.adaptations.services.errors import TeacherStopped
from advisor.adaptations.services.material import lessons_of
from advisor.adaptations.services.paying import price_of_teacher, reserve
from advisor.adaptations.services.teaching import Lessons, recorded_answers
from advisor.catalog.endpoint_keys import save_endpoint
from advisor.engines.base import Prompt
from advisor.runs.services.money import month_ledger
from tests.adaptations.atelier import ROWS, project_setup, start, tuned_half
from tests.engines.stub_server import Stub, chat, reply
from tests.runs.factory import make_upload

pytestmark = pytest.mark.django_db
BY_ANSWERS = {"technique": "distil", "by": "answers", "steps": 2, "rows": 4}


def answering(request):
    return [reply(chat("blue", usage=(9, 1)))]


def with_teacher(tmp_path: Path, stub: Stub):
    setup = project_setup(tmp_path / "model")
    endpoint = save_endpoint(
        team=setup.project.team,
        name="teacher",
        base_url=stub.url,
        model="m",
        key="sk-stub",
        input_per_1m=Decimal(100),
        output_per_1m=Decimal(1000),
        operator_allowed=True,
    )
    teacher = {"id": "big", "engine": "openai", "endpoint": endpoint.pk}
    setup.document["candidates"].append(teacher)
    setup.save()
    return setup


def test_terms_and_a_cap_come_before_a_paid_teacher(tmp_path: Path):
    with Stub(answering) as stub:
        setup = with_teacher(tmp_path, stub)
        with pytest.raises(AdaptationRefused) as refused:
            start(setup, order=BY_ANSWERS, teacher="big")
        assert stub.requests == []
    terms, cap = refused.value.problems
    assert terms.startswith("terms: not accepted. No licence of big is known here.")
    assert "Many providers forbid training" in terms
    assert cap.startswith("teacher budget: big is paid by the token.")
    assert not Adaptation.objects.exists()


def test_a_server_teaches_and_its_calls_are_booked(tmp_path: Path):
    with Stub(answering) as stub:
        setup = with_teacher(tmp_path, stub)
        job = start(
            setup,
            order=BY_ANSWERS,
            teacher="big",
            terms_accepted=True,
            teacher_cap_usd=1.0,
        )
        made = work_inline(job)
        assert (made.state, made.problem) == (Adaptation.State.DONE, "")
        assert len(stub.requests) == 24
    asked = [one.json["messages"][0]["content"] for one in stub.requests]
    judges = [row["input"] for row in ROWS if row["id"] not in tuned_half(ROWS)]
    assert not [one for one in asked if any(text in one for text in judges)]
    # 9 tokens at 100 and 1 at 1,000 USD per million: 1,900 micro a call
    assert made.teacher_spent_micro == 24 * 1900
    month = TeamMonth.objects.get()
    assert (month.spent_micro, month.reserved_micro) == (24 * 1900, 0)
    assert month_ledger(month.pk)["spent"] == 24 * 1900
    assert made.record["lineage"]["teacher"] == "big"


def test_no_call_is_sent_that_could_pass_the_cap(tmp_path: Path):
    with Stub(answering) as stub:
        setup = with_teacher(tmp_path, stub)
        job = start(
            setup,
            order=BY_ANSWERS,
            teacher="big",
            terms_accepted=True,
            teacher_cap_usd=0.00001,
        )
        teacher = setup.document["candidates"][-1]
        lessons = Lessons(adaptation=job, teacher=teacher, goes_on=lambda: True)
        with pytest.raises(TeacherStopped, match="could pass the cap of this job"):
            lessons.ask()
        assert stub.requests == []
    assert not TeacherAnswer.objects.exists()
    assert work(job.pk) is False
    job.refresh_from_db()
    assert job.state == Adaptation.State.FAILED


@pytest.mark.parametrize("how", ["cancelled", "failed"])
def test_calls_of_a_dead_worker_hold_no_money_once_their_job_has_ended(
    how: str, tmp_path: Path, settings
):
    settings.LEASE_SECONDS = -1
    with Stub(answering) as stub:
        setup = with_teacher(tmp_path, stub)
        cap = {"terms_accepted": True, "teacher_cap_usd": 1.0}
        job = start(setup, order=BY_ANSWERS, teacher="big", **cap)
    held = claim(job.pk)
    assert held is not None
    sample = setup.sample_set.samples.first()
    asked = {str(sample.pk): Prompt(id="", text="q", max_output_tokens=9)}
    reserve(held, asked, price_of_teacher(setup, held.teacher))
    month = TeamMonth.objects.get()
    assert month.reserved_micro > 0
    if how == "cancelled":
        cancel(adaptation=job, by=None)
    for _ in range(MOST_DEATHS):
        claim(job.pk)
    job.refresh_from_db()
    assert job.state == how
    month.refresh_from_db()
    assert month.reserved_micro == 0
    assert month.unknown_micro == month_ledger(month.pk)["unknown"] > 0


def test_half_an_answer_that_an_error_ended_teaches_nothing(tmp_path: Path):
    setup = project_setup(tmp_path / "model")
    first, *others = tuned_half(ROWS)
    half = {first: {"output": "re", "error": "transport: reset"}}
    upload = make_upload(setup.project.team, {**dict.fromkeys(others, "red"), **half})
    teacher = {"id": "old", "engine": "recorded", "upload": upload.pk}
    said = recorded_answers(setup, teacher)
    assert set(said.values()) == {"red"}
    assert len(said) == len(others)


def test_recorded_answers_teach_where_the_file_has_them(tmp_path: Path):
    setup = project_setup(tmp_path / "model")
    said = dict.fromkeys(tuned_half(ROWS), "red")
    upload = make_upload(setup.project.team, said)
    teacher = {"id": "old", "engine": "recorded", "upload": upload.pk}
    setup.document["candidates"].append(teacher)
    setup.save()
    job = start(setup, order=BY_ANSWERS, teacher="old", terms_accepted=True)
    said = recorded_answers(setup, teacher)
    lessons = lessons_of(setup.sample_set, "{input}", said)
    assert {one.answer for one in lessons} == {"red"}
    assert len(lessons) == 24
    assert job.terms_accepted_at is not None
