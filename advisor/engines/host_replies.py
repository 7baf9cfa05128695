"""What does a reply of a host process say, and is it one?

A host that runs wild may write anything, even what looks like a message.
"""

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from advisor.engines import wire
from advisor.engines.base import Answer, EngineFacts, Failure
from advisor.engines.host_link import HostDiedError


def answer_to(reply: Mapping[str, Any], asked: Container[str]) -> Answer:
    """Return the answer to one of the prompts `asked`.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: It is none.
    """
    answer = wire.answer_from_wire(reply["answer"])
    if answer.prompt_id not in asked:
        raise KeyError(answer.prompt_id)
    return answer


def facts_in(reply: Mapping[str, Any]) -> EngineFacts:
    """Return what the host knows of its model; raises as `answer_to` does."""
    return wire.facts_from_wire(reply["facts"])


def opened_in(reply: Mapping[str, Any]) -> EngineFacts | Failure:
    """Return the facts of a model that was loaded, or why it was not."""
    return Failure(**reply["failure"]) if "failure" in reply else facts_in(reply)


@contextmanager
def understanding() -> Iterator[None]:
    """Take a reply that cannot be read for the end of a host that has lost its way.

    Raises:
        HostDiedError: It cannot be read.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        told = f"it wrote a reply that cannot be read ({type(error).__name__})"
        raise HostDiedError("crash", told) from error
