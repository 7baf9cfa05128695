"""Do connections go where they were checked to go, and nowhere else?"""

import itertools

import pytest

from advisor.engines.base import EngineSpec, Prompt
from advisor.engines.openai_compatible import OpenAICompatible
from tests.engines.stub_server import Stub, chat, reply

# Never dialled: the other answer refuses both.
PUBLIC = "93.184.216.34"


def ask(url, *, resolve=None, times=1, **spec):
    engine = OpenAICompatible(
        EngineSpec(
            engine="openai",
            model="m",
            base_url=url,
            api_key="",
            **spec,
        ),
        resolve=resolve,
    )
    prompts = [
        Prompt(id=str(n), text="hi", max_output_tokens=4, temperature=0)
        for n in range(times)
    ]
    try:
        return [engine.measure(prompt) for prompt in prompts]
    finally:
        engine.close()


@pytest.fixture
def canary():
    with Stub(lambda _: [reply(chat("reached"))]) as stub:
        yield stub


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["::1"],
        [PUBLIC, "127.0.0.1"],
        [PUBLIC, "::ffff:127.0.0.1"],
        ["169.254.169.254"],
        ["64:ff9b::7f00:1"],
    ],
)
def test_a_name_that_leads_to_a_closed_address_reaches_nothing(canary, answers):
    (answer,) = ask("https://good.example/v1", resolve=lambda host, port: answers)
    assert answer.failure.kind == "configuration"
    assert answer.failure.code == "address_refused"
    assert canary.connections == 0


def test_a_name_that_changes_its_mind_is_checked_at_every_connection(canary):
    turns = itertools.cycle([["127.0.0.1"], ["169.254.169.254"]])
    looked_up = []

    def resolve(host, port):
        looked_up.append(host)
        return next(turns)

    answers = ask(
        f"http://model.test:{canary.port}/v1",
        resolve=resolve,
        times=40,
        allowed_private=(f"model.test:{canary.port}",),
    )
    refused = [a for a in answers if a.failure]
    assert {answer.failure.code for answer in refused} == {"address_refused"}
    # One look-up a connection: what was checked is what was dialled.
    assert len(looked_up) == 40
    assert canary.connections == len(answers) - len(refused) == 20


def test_a_listed_name_is_reached_at_the_address_that_was_checked(canary):
    (answer,) = ask(
        f"http://model.test:{canary.port}/v1",
        resolve=lambda host, port: ["127.0.0.1"],
        allowed_private=(f"model.test:{canary.port}",),
    )
    assert answer.output == "reached"
    assert canary.requests[0].headers["host"] == f"model.test:{canary.port}"


def test_a_listed_name_still_may_not_lead_to_cloud_metadata(canary):
    (answer,) = ask(
        f"http://model.test:{canary.port}/v1",
        resolve=lambda host, port: ["169.254.169.254"],
        allowed_private=(f"model.test:{canary.port}",),
    )
    assert answer.failure.code == "address_refused"


def test_an_unknown_name_is_a_transport_failure():
    def resolve(host, port):
        raise OSError("no such name")

    (answer,) = ask("https://nowhere.example/v1", resolve=resolve)
    assert (answer.failure.kind, answer.failure.code) == ("transport", "not_connected")


def test_what_is_refused_looks_the_same_whatever_is_behind_it(canary):
    told = {
        ask("https://good.example/v1", resolve=lambda h, p, a=a: [a])[0].failure.message
        for a in ("127.0.0.1", "10.0.0.1", "192.168.1.1")
    }
    assert len(told) == 1


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_a_redirect_is_refused_and_never_followed(canary, status):
    moved = reply(b"", status, Location=f"{canary.url}/chat/completions")
    with Stub(lambda _: [moved]) as stub:
        (answer,) = ask(stub.url, allowed_private=(stub.host_port,))
    assert answer.failure.code == "endpoint_redirect"
    assert answer.failure.kind == "configuration"
    assert canary.url in answer.failure.message
    assert canary.connections == 0
