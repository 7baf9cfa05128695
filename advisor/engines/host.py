"""What runs in the process that holds a local model?

`python -m advisor.engines.host PARENT_PID MEMORY_LIMIT` reads messages from standard
input and writes messages to standard output, one JSON object a line, until the input
ends. The walls go up before torch is imported.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from advisor.engines import wire
from advisor.engines.isolation import isolate

if TYPE_CHECKING:
    from advisor.engines.hosted_model import HostedModel

_BEAT_S = 1.0


class Host:
    """Serves messages; holds one model."""

    def __init__(
        self, output: BinaryIO, isolation: Mapping[str, bool], limit: int | None
    ) -> None:
        self._output = output
        self._isolation = isolation
        self._limit = limit
        self._model: HostedModel | None = None
        self._last_beat = 0.0

    def serve(self, messages: Iterator[bytes]) -> None:
        """Answer messages until there are no more."""
        for text in messages:
            message = json.loads(text)
            for reply in self._reply(message):
                self._send(reply)
            self._send({"kind": "done"})

    def _reply(self, message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        if message["ask"] == "open":
            yield self._open(message)
            return
        assert self._model is not None  # noqa: S101
        if message["ask"] == "answer":
            prompts = [wire.prompt_from_wire(found) for found in message["prompts"]]
            for answer in self._model.answer(prompts):
                yield {"kind": "answer", "answer": wire.answer_to_wire(answer)}
        elif message["ask"] == "measure":
            prompt = wire.prompt_from_wire(message["prompt"])
            answer = self._model.measure(prompt)
            yield {"kind": "answer", "answer": wire.answer_to_wire(answer)}
        else:
            yield self._facts()

    def _open(self, message: Mapping[str, Any]) -> dict[str, Any]:
        import torch

        from advisor.engines.device_memory import does_not_fit, is_out_of_memory
        from advisor.engines.hosted_model import HostedModel
        from advisor.engines.local_model import LoadError, load

        torch.set_num_threads(message["threads"])
        # On a GPU too single precision is that: no product of shortened numbers.
        torch.set_float32_matmul_precision("highest")
        try:
            model = load(
                Path(message["folder"]),
                name=message["model"],
                revision=message["revision"],
                precision=message["precision"],
                memory_limit_bytes=self._limit,
            )
            self._model = HostedModel(
                model,
                chat=message["chat"],
                memory_limit_bytes=self._limit,
                most_slots=message["slots"],
                beat=self._beat,
            )
        except LoadError as error:
            return {"kind": "failure", "failure": asdict(error.failure)}
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            failure = does_not_fit(self._limit, None)
            return {"kind": "failure", "failure": asdict(failure)}
        return self._facts()

    def _facts(self) -> dict[str, Any]:
        assert self._model is not None  # noqa: S101
        facts = self._model.facts(self._isolation)
        return {"kind": "facts", "facts": wire.facts_to_wire(facts)}

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._last_beat >= _BEAT_S:
            self._last_beat = now
            self._send({"kind": "beat"})

    def _send(self, message: Mapping[str, Any]) -> None:
        self._output.write(wire.line(message))
        self._output.flush()


def main() -> None:
    """Raise the walls and serve."""
    parent, limit = int(sys.argv[1]), int(sys.argv[2]) or None
    isolation = isolate(parent=parent)
    # What a library prints must not end up among the messages.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    Host(output, isolation, limit).serve(iter(sys.stdin.buffer.readline, b""))


if __name__ == "__main__":
    main()
