"""How is a candidate's engine kept busy? Block after block, without a pause.

An engine that may be asked while it answers is given the next block before the last one
is through, so that it never waits for its slowest call, a transaction or a judgement.
What is in hand is held under one token. Other engines answer block by block, of a size
that their speed suggests. Why so: docs/decisions/looking-ahead.md.
"""

import logging
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from queue import Empty

from advisor.engines.base import Answer, EngineError, Prompt
from advisor.runs.selectors.scores import ScoresSeen
from advisor.runs.services.answering import Desk
from advisor.runs.services.blocks import Block
from advisor.runs.services.claiming import claim_block
from advisor.runs.services.endpoint_health import Line
from advisor.runs.services.judging import broken
from advisor.runs.services.keeping import Keeper
from advisor.runs.services.news import hearing
from advisor.runs.services.portions import Portions
from advisor.runs.services.racing import judge_new
from advisor.runs.services.under_way import UnderWay
from advisor.runs.services.waiting import Patience, is_needed, spare

log = logging.getLogger(__name__)

# How often a lease and the wish to stop are looked at while no answer comes.
LOOK_SECONDS = 0.5
# How soon a call is tried again that the caps do not allow while others are under way.
MONEY_SECONDS = 1.0


@dataclass(slots=True, kw_only=True)
class Work:
    """A slice of work on one candidate; ``over`` ends claiming, ``stopping`` all.

    ``enough`` says that nothing more is to be sent, so that what is in line comes back.
    """

    desk: Desk
    keeper: Keeper
    over: Callable[[], bool]
    stopping: Callable[[], bool]
    enough: Callable[[], bool]
    stored: int = 0
    _line: Line = field(init=False)
    _portions: Portions = field(init=False)
    _blocks: list[Block] = field(default_factory=list)
    under_way: UnderWay = field(init=False)
    _seen: ScoresSeen = field(default_factory=ScoresSeen)
    _patience: Patience = field(init=False)
    _spared: bool = False
    _ending: bool = False

    def __post_init__(self) -> None:
        self.under_way = UnderWay.at(self.desk)
        self._line = Line.of(self.desk.candidate, self.desk.engine)
        self._portions = Portions.of(self.desk)
        self._patience = Patience(self.desk.candidate)

    def run(self) -> int:
        """Work until nothing is due or it is time; return how many answers were stored.

        What could not be answered is handed back before this returns.
        """
        with hearing(self.desk.candidate.run_id, self.under_way.hear):
            try:
                while not self._ending:
                    if self._room() and self._begin():
                        continue
                    if self.under_way:
                        self._step()
                    elif not self._waits():
                        break
            finally:
                self._leave()
        return self.stored

    @property
    def _careful(self) -> bool:
        """Say whether calls cost money that a decision may spare."""
        one = self.desk.candidate
        return one.engine == "openai" and one.open_to is not None

    def _room(self) -> bool:
        """Say whether another block may be claimed now."""
        if self._spared or self._patience.dry or self.over():
            return False
        if not self._blocks:
            return True
        suspect = self._blocks[0].lease.is_suspect
        in_hand = sum(block.open for block in self._blocks)
        wanted = 1.5 * self.desk.calls_at_once
        if not self._careful:
            wanted = max(wanted, self._portions.size / 2)
        return not (in_hand >= wanted or suspect or self.desk.short_of_money)

    def _begin(self) -> bool:
        """Claim the next block and have it answered; False when nothing is due."""
        if not self._blocks and self.stopping():
            self._ending = True
            return True
        token = self._blocks[0].lease.token if self._blocks else None
        lease = claim_block(
            self.desk.candidate,
            most=self._portions.size,
            token=token,
            quarter=self._careful,
        )
        if lease is None:
            self.desk.short_of_money = False
            self._patience.found_nothing()
            return False
        self.keeper.take(lease.token, lease.claims)
        self._line.share(self.desk.calls_at_once)
        block = Block.of(self.desk, lease)
        self._blocks.append(block)
        claims = self.desk.paid(block, block.known())
        if self.desk.short_of_money:
            self._patience.rest(MONEY_SECONDS)
        prompts = block.prompts(claims)
        engine = self.under_way.engine
        if engine is not None and prompts:
            self.under_way.begin(engine, block, prompts)
        else:
            self._answer_through(block, prompts)
        return True

    def _answer_through(self, block: Block, prompts: list[Prompt]) -> None:
        """Have a block answered to its end."""
        answers = self.desk.engine.answer(prompts)
        try:
            with closing(answers):  # type: ignore[type-var]
                for answer in answers if prompts else ():
                    if not self._take(block, answer):
                        return
        except EngineError:
            raise
        except Exception as error:
            self._broke(block, error)
        else:
            self._finish(block)

    def _step(self) -> None:
        """Take in what comes next from the blocks under way."""
        try:
            came = self.under_way.next(LOOK_SECONDS)
        except Empty:
            self._line.tell_of_slowing()
            if not self.keeper.tick():
                self._drop()
            self._ending = self._ending or self.stopping()
            return
        if came is None:
            self._hear()
            return
        block, answer = came
        if answer is not None:
            self._take(block, answer)
            return
        error = self.under_way.end(block)
        if isinstance(error, EngineError):
            raise error
        if error is not None:
            self._broke(block, error)
        elif self.keeper.lost.is_set():
            self._drop()
        else:
            self._finish(block)

    def _take(self, block: Block, answer: Answer) -> bool:
        """Judge one answer; False when the work is to end after it."""
        if not self.keeper.tick():
            self._drop()
        elif not block.take(answer) or self.stopping():
            self._ending = True
        return not self._ending

    def _broke(self, block: Block, error: BaseException) -> None:
        """Deal with an engine that raised where it must not."""
        if self.keeper.lost.is_set():
            # The engine was closed under its own work: nobody wants it any more.
            self._drop()
            return
        log.error("The engine of %s broke", self.desk.candidate.key, exc_info=error)
        failure = broken(error)
        block.fail(failure)
        raise EngineError(failure) from error

    def _finish(self, block: Block) -> None:
        """Store a block that is through, and judge what it adds."""
        self._blocks.remove(block)
        if not self._blocks:
            self.keeper.let_go()
        self._portions.took(block.answered, time.monotonic() - block.began)
        block.close(under_way=0)
        self.stored += block.stored
        if block.stored:
            self._patience.look_now()
        judge_new(self.desk.candidate.run, self._seen)
        if not self._line.goes_on():
            self._ending = True

    def _hear(self) -> None:
        """Take in that the race was judged: more may be due, or nothing any more."""
        self._patience.look_now()
        if self.enough() or not is_needed(self.desk.candidate):
            self._spared = True
            self.under_way.send_no_more()

    def _waits(self) -> bool:
        """Wait a moment where more is about to be due; False where nothing is."""
        if self._spared or self.over() or self.stopping():
            return False
        if not self._patience.is_worth_it(self.desk.short_of_money):
            return False
        with suppress(Empty):
            self.under_way.next(self._patience.rest_s)
            self._hear()
        return True

    def _drop(self) -> None:
        """Forget what is in hand: it is somebody else's, or nobody's, by now."""
        self._ending = True
        self.under_way.cancel()
        under_way = self.desk.calls_at_once
        for block in self._blocks:
            under_way -= block.drop(under_way=under_way)

    def _leave(self) -> None:
        """Store what is answered, hand back the rest; kept until the engine left it."""
        self.under_way.cancel()
        self.keeper.let_go()
        if not self.keeper.lost.is_set():
            self.under_way.take_rest()
        refusing = any(block.refusing for block in self._blocks)
        under_way = 0 if refusing else self.desk.calls_at_once
        for block in self._blocks:
            under_way -= block.close(under_way=under_way)
            self.stored += block.stored
        if self._blocks:
            judge_new(self.desk.candidate.run, self._seen)
        if self._spared:
            spare(self.desk.candidate)
        self._blocks.clear()
