"""Are many prompts kept going, and is nobody left waiting where one of them breaks?"""

import asyncio

import pytest

from advisor.engines.base import Answer, Prompt
from advisor.engines.pacing import Pace
from advisor.engines.persistence import answer_all
from advisor.engines.retrying import Patience


def prompts(count: int) -> list[Prompt]:
    return [Prompt(id=str(n), text="hi", max_output_tokens=4) for n in range(count)]


async def once(prompt: Prompt) -> Answer:
    if prompt.id == "2":
        raise RuntimeError("can't start new thread")
    return Answer(
        prompt_id=prompt.id,
        output="yes",
        finish="stop",
        prompt_tokens=1,
        completion_tokens=1,
        tokens_origin="estimated",
        timing=None,
    )


async def answers(count: int, most: int) -> list[str]:
    found = answer_all(prompts(count), once, patience=Patience(), pace=Pace(most=most))
    return [answer.prompt_id async for answer in found]


@pytest.mark.parametrize("most", [1, 2, 8])
def test_a_call_that_raises_ends_the_block_and_is_not_waited_for(most):
    with pytest.raises(RuntimeError, match="start new thread"):
        asyncio.run(asyncio.wait_for(answers(5, most), 60))


def test_each_prompt_has_its_answer():
    assert sorted(asyncio.run(answers(2, 2))) == ["0", "1"]
