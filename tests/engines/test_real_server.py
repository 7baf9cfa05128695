"""Does the client understand a real OpenAI-compatible server: `transformers serve`?"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from advisor.engines.base import EngineSpec, Prompt
from advisor.engines.loading import open_engine
from tests.engines.tiny_models import make_model

pytestmark = [pytest.mark.models, pytest.mark.services]

STARTS_WITHIN_S = 180


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("served") / "llama", chat=True)


@pytest.fixture(scope="module")
def server(folder, tmp_path_factory):
    """Start the server on a free port; yield its port."""
    pytest.importorskip("fastapi", reason="needs transformers[serving]")
    home = tmp_path_factory.mktemp("home")
    # Without this folder it answers 500 to a list of models.
    (home / "hub").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (home / "log").open("wb")
    process = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("transformers")),
            "serve",
            str(folder),
            *("--host", "127.0.0.1", "--port", str(port), "--device", "cpu"),
        ],
        env={
            **os.environ,
            "HF_HOME": str(home),
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": "1",
        },
        stdout=log,
        stderr=log,
    )
    try:
        wait_until_it_answers(process, port, home / "log")
        yield port
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def wait_until_it_answers(process, port, log):
    ends = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < ends and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the server did not start: {log.read_text()[-2000:]}")


@pytest.fixture
def engine(folder, server):
    opened = open_engine(
        EngineSpec(
            engine="openai",
            model=str(folder),
            base_url=f"http://127.0.0.1:{server}/v1",
            api_key="",
            allowed_private=(f"127.0.0.1:{server}",),
            local_only=True,
            concurrency=2,
            options={"tokenizer_file": str(folder / "tokenizer.json")},
        )
    )
    yield opened
    opened.close()


def prompts(count):
    return [
        Prompt(id=str(n), text="my parcel never came " * (n + 1), max_output_tokens=6)
        for n in range(count)
    ]


def test_a_real_server_answers_as_the_model_does_here(engine, folder):
    local = open_engine(EngineSpec(engine="transformers", model=str(folder), threads=1))
    there = {a.prompt_id: a for a in engine.answer(prompts(4))}
    here = {a.prompt_id: a for a in local.answer(prompts(4))}
    local.close()
    assert [a.failure for a in there.values()] == [None] * 4
    assert {n: a.output for n, a in there.items()} == {
        n: a.output for n, a in here.items()
    }
    assert {n: a.prompt_tokens for n, a in there.items()} == {
        n: a.prompt_tokens for n, a in here.items()
    }


def test_a_real_stream_is_stamped_and_counted(engine):
    answer = engine.measure(prompts(1)[0])
    assert answer.failure is None
    assert answer.output
    assert 0 < answer.timing.ttft_ms <= answer.timing.total_ms
    assert answer.completion_tokens > 0
    assert engine.facts().host.startswith("127.0.0.1:")


def test_a_wrong_model_name_is_a_wrong_setting_with_the_servers_words(server):
    engine = open_engine(
        EngineSpec(
            engine="openai",
            model="no/such-model",
            base_url=f"http://127.0.0.1:{server}/v1",
            api_key="",
            allowed_private=(f"127.0.0.1:{server}",),
            options={"retries": {"errors": 1}},
        )
    )
    answer = engine.measure(prompts(1)[0])
    engine.close()
    assert answer.output is None
    assert answer.failure.kind == "configuration"
