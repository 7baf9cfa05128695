"""In a race nobody works or waits for what the race needs no longer."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction

from advisor.engines.base import Answer, EngineSpec, Prompt
from advisor.engines.fake import Fake
from advisor.engines.pacing import ENOUGH
from advisor.engines.persistence import failed
from advisor.runs import services
from advisor.runs.models import Answer as AnswerRow
from advisor.runs.models import Candidate, Run
from advisor.runs.selectors.scores import ScoresSeen
from advisor.runs.services.answering import Desk
from advisor.runs.services.claiming import claim_block
from advisor.runs.services.driving import begin, never
from advisor.runs.services.keeping import Keeper
from advisor.runs.services.news import hearing, tell
from advisor.runs.services.states import move_candidate
from advisor.runs.services.verifying import broken_invariants
from advisor.runs.services.waiting import SOON_SECONDS, Patience
from advisor.runs.services.working import Work
from tests.engines.stub_server import Stub, listing
from tests.runs.test_beside import answering
from tests.runs.test_beside import raced as raced_at_endpoints
from tests.runs.test_racing import scripted

Put = Callable[[Answer], object]


@dataclass
class OneBehind(Fake):
    """Answers half of a block, the rest when the next is asked, or never when told."""

    asked: list[int] = field(default_factory=list)
    asked_of_decided: int = 0
    _line: list[tuple[Sequence[Prompt], Put, Callable[[], object]]] = field(
        default_factory=list
    )

    def begin(
        self, prompts: Sequence[Prompt], *, put: Put, end: Callable[[], object]
    ) -> "Future[None]":
        self.asked.append(len(prompts))
        decided = Candidate.objects.filter(key="tiny").exclude(decision="").exists()
        self.asked_of_decided += decided
        self._answer(self.measure)
        half = len(prompts) // 2
        for prompt in prompts[:half]:
            put(self.measure(prompt))
        self._line.append((prompts[half:], put, end))
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def send_no_more(self) -> None:
        self._answer(lambda prompt: failed(prompt, ENOUGH))

    def _answer(self, answer: Callable[[Prompt], Answer]) -> None:
        for prompts, put, end in self._line:
            for one in prompts:
                put(answer(one))
            end()
        self._line.clear()


def opened(blocks: int) -> Run:
    """A race whose reference has answered so many blocks, and who is first may."""
    run = services.launch(setup=scripted(), started_by=None)
    begin(run.pk)
    first = run.candidates.filter(key__in=("tiny", "big"))
    first.update(open_to=blocks)
    reference = run.candidates.get(key="big")
    services.drive(run_id=run.pk, candidate_id=reference.pk)
    for state in (Candidate.State.PREPARING, Candidate.State.READY):
        move_candidate(run.candidates.get(key="tiny"), to=state)
    return Run.objects.get(pk=run.pk)


@pytest.mark.django_db(transaction=True)
def test_what_is_in_line_when_a_candidate_is_decided_comes_back_unasked():
    run = opened(blocks=8)
    one = run.candidates.select_related("run").get(key="tiny")
    # Each call is one of an endpoint, whose blocks are small in a race.
    one.engine, one.spec["concurrency"] = "openai", 16
    outputs = one.spec["options"]["outputs"]
    engine = OneBehind(
        EngineSpec(engine="fake", model="m", options={"outputs": outputs})
    )
    until = time.monotonic() + 60
    given: dict[str, Any] = {"over": never, "enough": never}
    given["stopping"] = lambda: time.monotonic() > until
    with Keeper() as keeper:
        Work(desk=Desk.of(one, engine), keeper=keeper, **given).run()
    one.refresh_from_db()
    assert one.decision == "discarded"
    answers = AnswerRow.objects.filter(trial__candidate=one).count()
    # What was in line at the decision was taken back, and is nobody's work any more.
    assert one.decided_after <= answers < sum(engine.asked)
    assert engine.asked_of_decided == 0
    states = set(one.trials.values_list("state", flat=True))
    assert states == {"succeeded", "skipped"}
    services.close_engines()
    assert broken_invariants(Run.objects.get(pk=run.pk)) == []


@pytest.mark.django_db
def test_who_is_decided_waits_for_nobody():
    run = opened(blocks=2)
    reference = run.candidates.get(key="big")
    Candidate.objects.filter(pk=reference.pk).update(open_to=4)
    assert claim_block(reference) is not None
    one = run.candidates.get(key="tiny")
    assert Patience(one).is_worth_it(short_of_money=False)
    Candidate.objects.filter(pk=one.pk).update(decision="discarded")
    assert not Patience(one).is_worth_it(short_of_money=False)
    services.close_engines()


@pytest.mark.django_db(transaction=True)
def test_news_of_a_race_is_heard_in_every_thread_once_it_is_stored():
    heard = threading.Event()
    with hearing(7, heard.set):
        with transaction.atomic():
            tell(7)
            assert not heard.is_set()
        assert heard.is_set()
        heard.clear()
        tell(8)
        assert not heard.is_set()
    tell(7)
    assert not heard.is_set()


@pytest.mark.django_db
def test_a_reference_goes_on_while_the_next_candidate_catches_up(settings):
    with Stub(listing(answering)) as stub:
        run = raced_at_endpoints(stub, settings)
        while not run.candidates.filter(key="tiny", decision="discarded").exists():
            one = services.due_candidates([run.pk])[0]
            services.drive(run_id=run.pk, candidate_id=one.pk)
        services.close_engines()
    told = {one.key: one for one in run.candidates.all()}
    decided = told["tiny"].decided_after // 16
    # Two blocks for who begins; for the reference, two beyond what anyone got to.
    assert told["small"].open_to == 2
    assert told["big"].open_to == max(decided + 2, 2)
    assert told["mid"].open_to == 0


@pytest.mark.django_db
def test_scores_that_were_read_up_to_a_hole_are_not_read_again(
    django_assert_num_queries,
):
    run = opened(blocks=3)
    reference = run.candidates.get(key="big")
    hole = reference.trials.get(position=20)
    kept = AnswerRow.objects.get(trial=hole).score
    reference.trials.filter(pk=hole.pk).update(state="pending")
    seen = ScoresSeen()
    before = seen.of(run, [reference])[reference.pk]
    assert len(before.scores()) == 20
    reference.trials.filter(pk=hole.pk).update(state="succeeded")
    # What was read is final while a run goes on: a change shows that it is kept.
    AnswerRow.objects.filter(trial__position=3).update(score=0.25)
    with django_assert_num_queries(1):
        after = seen.of(run, [reference])[reference.pk]
    anew = ScoresSeen().of(run, [reference])[reference.pk]
    assert after.scores()[20] == kept
    assert len(after.scores()) == len(anew.scores()) == 48
    assert (after.scores()[3], anew.scores()[3]) == (1.0, 0.25)
    services.close_engines()


@pytest.mark.django_db
def test_beside_a_model_of_ones_own_nobody_looks_again_and_again():
    one = opened(blocks=2).candidates.get(key="tiny")
    services.close_engines()
    rests = {}
    for engine, open_to in (("transformers", None), ("transformers", 2), ("openai", 2)):
        one.engine, one.open_to = engine, open_to
        patience = Patience(one)
        patience.found_nothing()
        rests[engine, open_to is None] = patience.rest_s
    assert rests["transformers", True] > 0.5
    # A race opens the next block at any moment.
    assert rests["transformers", False] <= SOON_SECONDS
    assert rests["openai", False] <= SOON_SECONDS
