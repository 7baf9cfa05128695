"""Blocks overlap: the next one is in line before the last one is through."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event

import pytest

from advisor.engines.base import Answer, EngineSpec, Failure, Prompt
from advisor.engines.fake import Fake
from advisor.engines.persistence import failed
from advisor.runs import services
from advisor.runs.models import Answer as AnswerRow
from advisor.runs.models import Candidate, Trial
from advisor.runs.services.answering import Desk
from advisor.runs.services.claiming import claim_block
from advisor.runs.services.driving import give_up, never
from advisor.runs.services.due import LOST
from advisor.runs.services.keeping import Keeper
from advisor.runs.services.verifying import broken_invariants
from advisor.runs.services.working import Work
from tests.runs.test_leases import candidate, expire  # noqa: F401 - a fixture
from tests.services import wait_until

pytestmark = pytest.mark.django_db
Put = Callable[[Answer], object]


@dataclass
class Half(Fake):
    """Answers half of what it is asked; the rest when it is asked again, or at last."""

    count: int = 60
    log: list[str] = field(default_factory=list)
    tokens: set[object] = field(default_factory=set)
    _left: list[tuple[list[Answer], Put, Callable[[], object]]] = field(
        default_factory=list
    )
    _begun: int = 0

    def begin(
        self, prompts: Sequence[Prompt], *, put: Put, end: Callable[[], object]
    ) -> "Future[None]":
        held = Trial.objects.filter(state="leased").values_list("lease_token")
        self.tokens |= set(held)
        self._begun += len(prompts)
        self.log.append(f"asked {len(prompts)}")
        answers = [self.measure(prompt) for prompt in prompts]
        half = len(answers) // 2
        for one in answers[:half]:
            put(one)
        self._end_earlier()
        self._left.append((answers[half:], put, end))
        if self._begun == self.count:
            self._end_earlier()
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def send_no_more(self) -> None:
        """Nothing waits here: what is left is answered with the next block."""

    def _end_earlier(self) -> None:
        for answers, put, end in self._left:
            for one in answers:
                put(one)
            end()
            self.log.append(f"through {len(answers)}")
        self._left.clear()


def work(one: Candidate, engine: Fake, stopping: Callable[[], bool] = never) -> int:
    with Keeper() as keeper:
        desk = Desk.of(one, engine)
        given = {"over": never, "stopping": stopping, "enough": never}
        return Work(desk=desk, keeper=keeper, **given).run()


def half() -> Half:
    return Half(EngineSpec(engine="fake", model="m", options={"default": "echo"}))


def test_the_next_block_is_asked_before_the_last_is_through(candidate):  # noqa: F811
    engine = half()
    assert work(candidate, engine) == 60
    assert engine.log[:3] == ["asked 16", "asked 16", "through 8"]
    # One token for all that is in hand, so that one heartbeat keeps it.
    assert len(engine.tokens) == 1
    assert AnswerRow.objects.count() == 60
    assert broken_invariants(candidate.run) == []


def test_what_is_in_hand_is_stored_or_handed_back_when_it_is_to_stop(
    candidate,  # noqa: F811
):
    answered = iter(range(100))
    stored = work(candidate, half(), stopping=lambda: next(answered) > 20)
    assert 0 < stored < 60
    assert AnswerRow.objects.count() == stored
    assert Trial.objects.filter(state="leased").count() == 0
    assert services.run_inline(candidate.run).state == "completed"
    assert broken_invariants(candidate.run) == []


@dataclass
class Closable(Fake):
    """Answers one prompt of a block, and fails at the others when it is closed."""

    begun: int = 0
    closed: Event = field(default_factory=Event)

    def answer(self, prompts: Sequence[Prompt]) -> Iterator[Answer]:
        self.begun += 1
        yield self.measure(prompts[0])
        self.closed.wait(5.0)
        ended = Failure(code="host_crash", kind="transport", message="")
        yield from (failed(prompt, ended) for prompt in prompts[1:])

    def close(self) -> None:
        self.closed.set()


def test_a_model_that_was_closed_is_not_opened_for_the_block_that_waits(
    candidate,  # noqa: F811
):
    engine = Closable(EngineSpec(engine="fake", model="m"))
    candidate.engine = "transformers"
    desk = Desk.of(candidate, engine)

    def cancelled() -> bool:
        # As the heartbeat's thread does once it finds the run cancelled.
        if engine.begun and not engine.closed.is_set():
            keeper.lost.set()
            give_up(work)
            wait_until(lambda: engine.begun > 1, seconds=0.5)
        return False

    with Keeper() as keeper:
        given = {"over": never, "stopping": cancelled, "enough": never}
        work = Work(desk=desk, keeper=keeper, **given)
        assert work.run() == 0
    assert engine.closed.is_set()
    assert engine.begun == 1


@dataclass
class Slow(Fake):
    """Takes its time for the second prompt of a block."""

    begun: bool = False
    through: bool = False

    def answer(self, prompts: Sequence[Prompt]) -> Iterator[Answer]:
        self.begun = True
        yield self.measure(prompts[0])
        time.sleep(0.2)
        self.through = True
        yield self.measure(prompts[1])


def test_what_is_in_hand_is_kept_until_a_slow_model_has_left_it(
    candidate,  # noqa: F811
):
    engine = Slow(EngineSpec(engine="fake", model="m"))
    candidate.engine = "transformers"

    class Watched(Keeper):
        was_through: bool | None = None

        def let_go(self) -> None:
            if self.was_through is None:
                self.was_through = engine.through
            super().let_go()

    with Watched() as keeper:
        desk = Desk.of(candidate, engine)
        given = {"over": never, "stopping": lambda: engine.begun, "enough": never}
        Work(desk=desk, keeper=keeper, **given).run()
    # A lease that nobody keeps runs out while a long answer is waited for.
    assert keeper.was_through


def test_as_many_are_claimed_as_are_wanted_over_several_blocks(candidate):  # noqa: F811
    assert len(claim_block(candidate, most=50).claims) == 50
    assert len(claim_block(candidate, most=50).claims) == 10


def test_what_was_lost_once_is_claimed_by_its_own_block_only(candidate):  # noqa: F811
    expire(claim_block(candidate, most=60))
    services.reap()
    assert set(Trial.objects.values_list("last_error_code", flat=True)) == {LOST}
    assert len(claim_block(candidate, most=60).claims) == 32


def test_a_suspect_is_not_claimed_beside_others(candidate):  # noqa: F811
    Trial.objects.filter(position=0).update(claims=3, losses=3, last_error_code=LOST)
    alone = claim_block(candidate, most=8)
    assert len(alone.claims) == 1
    Trial.objects.filter(position=1).update(claims=3, losses=3, last_error_code=LOST)
    assert claim_block(candidate, most=8, token=alone.token) is None
