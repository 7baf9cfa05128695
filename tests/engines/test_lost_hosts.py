"""However a host is lost (F36): does the prompt at fault fail, and no other?"""

import threading
from contextlib import contextmanager

import psutil
import pytest

from advisor.engines.base import EngineSpec, Prompt
from advisor.engines.transformers_local import TransformersLocal
from tests.engines.lost_host import STRAYS
from tests.services import words_of


def made(folder, silence_s):
    spec = EngineSpec(
        engine="transformers", model=str(folder), options={"silence_s": silence_s}
    )
    return TransformersLocal(spec, host="tests.engines.lost_host")


@contextmanager
def engine_of(folder, way):
    # Little patience only where it is to run out.
    opened = made(folder, 3.0 if way == "hang" else 60.0)
    try:
        yield opened
    finally:
        opened.close()


def tries(way):
    """Return how often a way is tried: a machine that stands still hangs as well."""
    return range(5 if way == "hang" else 1)


@pytest.mark.parametrize(("way", "code"), STRAYS.items())
def test_only_the_prompt_that_loses_the_host_fails(tmp_path, way, code):
    block = [Prompt(id=str(n), text=f"text {n}", max_output_tokens=4) for n in range(5)]
    block[2] = Prompt(id="2", text=way, max_output_tokens=4)
    for _ in tries(way):
        with engine_of(tmp_path, way) as engine:
            answers = {answer.prompt_id: answer for answer in engine.answer(block)}
            assert hosts() <= 1
        failed = answers.pop("2").failure
        if all(one.failure is None for one in answers.values()):
            break
    assert failed.code == code
    assert failed.message
    assert {n: a.output for n, a in answers.items()} == {
        one.id: one.text for one in block if one.id != "2"
    }


@pytest.mark.parametrize(("way", "code"), STRAYS.items())
def test_a_measured_prompt_that_loses_the_host_fails_alike(tmp_path, way, code):
    for _ in tries(way):
        with engine_of(tmp_path, way) as engine:
            lost = engine.measure(Prompt(id="a", text=way, max_output_tokens=4))
            well = engine.measure(Prompt(id="b", text="text", max_output_tokens=4))
        if well.failure is None:
            break
    assert lost.failure.code == code
    assert well.output == "text"


def test_a_block_whose_engine_is_closed_meanwhile_starts_no_other_host(tmp_path):
    before = hosts()
    engine = made(tmp_path, 60.0)
    texts = ("text", "hang", "text", "text")
    block = [
        Prompt(id=str(n), text=t, max_output_tokens=4) for n, t in enumerate(texts)
    ]
    answers = engine.answer(block)
    assert next(answers).output == "text"
    closing = threading.Thread(target=engine.close)
    closing.start()
    assert {answer.failure.code for answer in answers} == {"host_crash"}
    closing.join()
    assert engine.pid is None
    assert hosts() == before
    assert engine.measure(block[0]).output == "text"
    engine.close()


def hosts() -> int:
    """Count this process's hosts; other tests may have servers of their own."""
    mine = psutil.Process().children()
    return sum("tests.engines.lost_host" in words_of(one) for one in mine)
