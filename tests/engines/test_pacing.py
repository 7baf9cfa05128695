"""An endpoint sets the pace: windows, gates and breakers on the outcomes of calls."""

import asyncio

import pytest

from advisor.engines.base import Failure
from advisor.engines.pacing import Pace, PaceRule
from advisor.engines.timing import clock

SLOW = Failure(
    code="rate_limited", kind="transport", message="slow", retry_after_s=0.05
)
FAULT = Failure(code="http_500", kind="transport", message="oops")
REFUSED = Failure(code="unauthorised", kind="configuration", message="no key")


async def full(pace: Pace) -> int:
    """Let in as many calls as there is room for; return how many are under way."""
    while True:
        try:
            async with asyncio.timeout(0.005):
                if not await pace.enter():
                    return pace.under_way
        except TimeoutError:
            return pace.under_way


def note(
    pace: Pace,
    failure: Failure | None = None,
    *,
    sent: float | None = None,
    wait_s: float = 0.05,
):
    pace.note(failure, sent=clock() if sent is None else sent, wait_s=wait_s)


async def until_open(pace: Pace) -> None:
    while wait := pace.shut_s():
        await asyncio.sleep(wait)


async def clean_rounds(pace: Pace, rounds: int) -> list[int]:
    windows = []
    for _ in range(rounds):
        for _ in range(await full(pace)):
            note(pace)
            pace.leave()
        windows.append(pace.limit)
    return windows


def test_the_window_doubles_a_round_until_the_server_asks_to_slow_down():
    # Two calls prove the server; then 4, 8, 16, and the user's own limit.
    assert asyncio.run(clean_rounds(Pace(most=20), 5)) == [4, 8, 16, 20, 20]


def test_the_window_halves_once_a_round_and_grows_by_one_after():
    async def work() -> None:
        pace = Pace(most=16, rule=PaceRule(clean=20))
        await clean_rounds(pace, 5)
        under_way = await full(pace)
        sent = clock()
        for _ in range(under_way):
            note(pace, SLOW, sent=sent)
            pace.leave()
        # Sixteen refusals of one round are one piece of news.
        assert (under_way, pace.limit) == (16, 8)
        await until_open(pace)
        for _ in range(3):
            for _ in range(await full(pace)):
                note(pace)
                pace.leave()
        # 24 clean answers: one more than before.
        assert pace.limit == 9

    asyncio.run(work())


def test_nobody_is_let_in_for_as_long_as_the_server_asks():
    async def work() -> None:
        pace = Pace(most=16, rule=PaceRule(in_hand_s=600))
        note(pace, SLOW, wait_s=60)
        assert await full(pace) == 0
        assert pace.stopped is None

    asyncio.run(work())


def test_a_server_that_keeps_asking_is_given_back():
    async def work() -> None:
        pace = Pace(most=4, rule=PaceRule(in_hand_s=0.08))
        while pace.stopped is None:
            assert await pace.enter()
            note(pace, SLOW)
            pace.leave()
        assert pace.stopped.kind == "limited"
        assert 0 < pace.stopped.wait_s <= 0.051
        assert not await pace.enter()
        pace.reopen()
        assert await full(pace) == 1

    asyncio.run(work())


def test_five_faults_in_a_row_and_two_alone_take_an_endpoint_for_down():
    async def work() -> None:
        pace = Pace(most=8, rule=PaceRule(rest_s=0.01))
        calls = 0
        while await pace.enter():
            calls += 1
            note(pace, FAULT)
            pace.leave()
        assert (calls, pace.stopped.kind) == (7, "down")
        assert pace.stopped.failure == FAULT

    asyncio.run(work())


def test_an_answer_in_between_is_a_sign_of_life():
    async def work() -> None:
        pace = Pace(most=8, rule=PaceRule(rest_s=0.01))
        for number in range(40):
            assert await pace.enter()
            note(pace, None if number % 5 == 4 else FAULT)
            pace.leave()
        assert pace.stopped is None

    asyncio.run(work())


def test_what_was_under_way_when_it_broke_counts_once():
    async def work() -> None:
        pace = Pace(most=8, rule=PaceRule(rest_s=0.01))
        await clean_rounds(pace, 4)
        under_way, sent = await full(pace), clock()
        for _ in range(under_way):
            note(pace, FAULT, sent=sent)
            pace.leave()
        assert under_way == 8
        assert pace.stopped is None
        await until_open(pace)
        assert await full(pace) == 1

    asyncio.run(work())


def test_an_endpoint_that_fails_in_a_row_rests():
    async def work() -> None:
        pace = Pace(most=8, rule=PaceRule(rest_s=60))
        for _ in range(5):
            note(pace, FAULT)
        assert pace.stopped is None
        assert await full(pace) == 0

    asyncio.run(work())


def test_an_endpoint_that_is_back_gets_its_window_back():
    async def work() -> None:
        pace = Pace(most=8, rule=PaceRule(rest_s=0.001))
        await clean_rounds(pace, 4)
        while await pace.enter():
            note(pace, FAULT)
            pace.leave()
        pace.reopen()
        assert await full(pace) == 1
        note(pace)
        pace.leave()
        assert pace.limit == 4
        assert (await clean_rounds(pace, 2))[-1] == 8

    asyncio.run(work())


def test_two_refusals_are_enough():
    async def work() -> None:
        pace = Pace(most=8)
        assert await full(pace) == 2
        for _ in range(2):
            note(pace, REFUSED)
            pace.leave()
        assert pace.stopped.kind == "refused"

    asyncio.run(work())


def test_leaving_the_line_gives_no_place_away():
    async def work() -> None:
        pace = Pace(most=1)
        assert await pace.enter()
        waiting = [asyncio.create_task(pace.enter()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        pace.leave()
        waiting[1].cancel()
        await asyncio.gather(*waiting[:2], return_exceptions=True)
        assert await asyncio.wait_for(waiting[2], 60)
        assert pace.under_way == 1

    asyncio.run(work())


@pytest.mark.parametrize(("others", "most"), [(0, 8), (1, 4), (2, 2), (20, 1)])
def test_processes_share_what_the_user_allows(others, most):
    pace = Pace(most=8)
    pace.share_with(others, most=8)
    assert pace.most == most
    assert pace.limit <= most


def test_a_key_that_another_model_was_answered_by_is_not_tried_with_two_calls():
    async def work() -> None:
        first, second = (Pace(most=8, address="host and key") for _ in range(2))
        assert await full(second) == 2
        assert await full(first) == 2
        note(first)
        assert await full(second) == 4
        # Who is refused says nothing good of the key to the next one.
        note(second, REFUSED)
        assert await full(Pace(most=8, address="host and key")) == 2

    asyncio.run(work())


def test_who_has_enough_sends_nothing_that_waits_and_may_go_on_later():
    async def work() -> None:
        pace = Pace(most=2)
        waiting = [asyncio.create_task(pace.enter()) for _ in range(3)]
        await asyncio.sleep(0)
        pace.send_no_more()
        assert await asyncio.gather(*waiting) == [True, True, False]
        assert await pace.enter() is False
        for _ in range(2):
            note(pace)
            pace.leave()
        pace.reopen()
        assert await full(pace) == 2

    asyncio.run(work())


def test_it_says_how_long_it_is_shut_and_how_many_were_turned_away():
    pace = Pace(most=4)
    assert (pace.shut_s(), pace.turned_away, pace.slowed_by) == (0, 0, None)
    note(pace)
    note(pace, FAULT)
    assert pace.turned_away == 0
    note(pace, SLOW, wait_s=60)
    note(pace, SLOW, wait_s=60)
    assert 0 < pace.shut_s() <= 60
    assert (pace.turned_away, pace.slowed_by) == (2, SLOW)
