"""In a race one worker asks the reference beside the candidates."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from advisor.runs import services
from advisor.runs.models import Answer, Candidate, Run
from advisor.runs.services.claiming import claim_block
from advisor.runs.services.hints import working_by_queue
from advisor.runs.services.states import move_candidate
from advisor.runs.services.verifying import broken_invariants
from tests.engines.stub_server import Request, Stub, chat, listing, reply
from tests.runs.factory import keys, make_setup

N = 200
WRONG = {"tiny": 2, "small": 40, "mid": 40, "big": 40}


class SideBySide:
    """Answers a model's first call only when the other one is asked as well."""

    def __init__(self, *models: str) -> None:
        self._models = set(models)
        self._asked: set[str] = set()

    @property
    def met(self) -> bool:
        return self._asked == self._models

    def __call__(self, request: Request) -> Iterator[bytes | float]:
        model = request.json["model"]
        self._asked |= {model} & self._models
        until = time.monotonic() + 60
        while model in self._models and not self.met and time.monotonic() < until:
            yield 0.005
        yield from answering(request)


def answering(request: Request) -> list[bytes]:
    """Answer as the model that is asked: every so many-th answer is wrong."""
    number = int(request.prompt[1:])
    wrong = number % WRONG[request.json["model"]] == 0
    return [reply(chat("no" if wrong else "yes", usage=(5, 1)))]


def raced(stub: Stub, settings: Any) -> Run:
    settings.ALLOWED_PRIVATE_ENDPOINTS = [stub.host_port]

    def entry(name: str, price: float) -> dict[str, Any]:
        cost = {"input_per_1m": price, "output_per_1m": price}
        return {"id": name, "engine": "openai", "base_url": stub.url, "price": cost}

    setup = make_setup(
        samples=[{"id": key, "input": key} for key in keys(N)],
        candidates=[entry("tiny", 1.0), entry("small", 2.0), entry("mid", 4.0)],
        reference=entry("big", 90.0),
        constraints={"quality_margin": 0.05},
        stop="decided",
        max_output_tokens=4,
    )
    run = services.launch(setup=setup, started_by=None)
    for one in run.candidates.all():
        one.spec["timed"] = False
        one.save(update_fields=["spec"])
    return run


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="another thread has no memory of these rows"
)
def test_reference_and_candidates_are_asked_side_by_side(settings):
    # In turn one would wait for the other in vain.
    both = SideBySide("tiny", "big")
    with Stub(listing(both)) as stub:
        run = services.run_inline(raced(stub, settings))
    assert both.met
    assert run.state == Run.State.COMPLETED
    assert run.recommendation.recommended == "small"
    assert broken_invariants(run) == []
    asked = {
        one.key: Answer.objects.filter(trial__candidate=one).count()
        for one in run.candidates.all()
    }
    after = dict(run.candidates.values_list("key", "decided_after"))
    # What is in line at a decision is not sent.
    assert asked["tiny"] <= after["tiny"] + 32
    assert asked["small"] <= after["small"] + 32
    assert asked["mid"] == 0
    assert asked["big"] <= max(asked["tiny"], asked["small"]) + 32
    assert "reference" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.django_db
def test_a_pair_takes_the_seat_of_one_worker(settings):
    with Stub(listing(answering)) as stub:
        run = raced(stub, settings)
    services.begin(run.pk)
    for one in run.candidates.filter(key__in=("tiny", "big")):
        move_candidate(one, to=Candidate.State.PREPARING)
        move_candidate(one, to=Candidate.State.READY)
        assert claim_block(one) is not None
    assert working_by_queue()["remote"] == 1
