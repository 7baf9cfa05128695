"""What would happen if a model answered so? A scripted engine for tests.

Everything is in `spec.options`, as plain values, so that a script travels to a
worker in another process:

* `outputs`: {prompt id or text: output}; `default`: "echo", "empty" or "upper"
* `failures`: {prompt id: {code, kind, message}}; `fail_first`: {prompt id: times}
* `open_failure`: {code, kind, message}; `crash_on`: [prompt id] kills the process
* `delay_s`: waits before each answer; `latency_ms`, `ttft_ms`: what is reported
* `calls_file`: a file that gets the id of each prompt, one a line
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from advisor.engines.base import (
    Answer,
    EngineError,
    EngineFacts,
    EngineSpec,
    Failure,
    Prompt,
    Timing,
)
from advisor.engines.text import estimate_tokens

_DEFAULTS: Mapping[str, Callable[[str], str]] = {
    "echo": lambda text: text,
    "empty": lambda text: "",
    "upper": str.upper,
}


@dataclass(slots=True)
class Fake:
    """Answers by script."""

    spec: EngineSpec
    _tries: Counter[str] = field(default_factory=Counter, init=False)

    def open(self) -> EngineFacts:
        """Succeed, or fail as the script says."""
        failure = self._option("open_failure", None)
        if failure is not None:
            raise EngineError(Failure(**failure))
        return self.facts()

    def answer(self, prompts: Sequence[Prompt]) -> Iterator[Answer]:
        """Answer each prompt, in the order given."""
        for prompt in prompts:
            yield self.measure(prompt)

    def measure(self, prompt: Prompt) -> Answer:
        """Answer one prompt by script."""
        self._note(prompt.id)
        if prompt.id in self._option("crash_on", ()):
            os.kill(os.getpid(), signal.SIGKILL)
        if delay_s := self._option("delay_s", 0.0):
            time.sleep(delay_s)
        failure = self._failure(prompt.id)
        output = None if failure else self._output(prompt)
        return Answer(
            prompt_id=prompt.id,
            output=output,
            finish="error" if failure else "stop",
            prompt_tokens=estimate_tokens(prompt.text),
            completion_tokens=None if output is None else estimate_tokens(output),
            tokens_origin="estimated",
            timing=self._timing(),
            failure=failure,
        )

    def facts(self) -> EngineFacts:
        """Tell the name; a script has no weights."""
        return EngineFacts(
            engine="fake",
            model=self.spec.model,
            revision=self.spec.revision,
            precision=self.spec.precision,
            parameters=None,
            weights_sha256=None,
            load_ms=None,
            peak_memory_bytes=None,
            base_memory_bytes=None,
            versions={},
            isolation={},
            host=None,
        )

    def close(self) -> None:
        """Do nothing; a script holds nothing."""

    def _option(self, name: str, default: Any) -> Any:
        return self.spec.options.get(name, default)

    def _note(self, prompt_id: str) -> None:
        self._tries[prompt_id] += 1
        path = self._option("calls_file", None)
        if path is not None:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(prompt_id + "\n")

    def _failure(self, prompt_id: str) -> Failure | None:
        scripted = self._option("failures", {}).get(prompt_id)
        times = self._option("fail_first", {}).get(prompt_id, 0)
        if scripted is not None:
            return Failure(**scripted)
        if self._tries[prompt_id] <= times:
            told = f"try {self._tries[prompt_id]} fails by script"
            return Failure(code="scripted", kind="transport", message=told)
        return None

    def _output(self, prompt: Prompt) -> str:
        outputs = self._option("outputs", {})
        for key in (prompt.id, prompt.text):
            if key in outputs:
                return str(outputs[key])
        return _DEFAULTS[self._option("default", "echo")](prompt.text)

    def _timing(self) -> Timing | None:
        total = self._option("latency_ms", None)
        if total is None:
            return None
        return Timing(ttft_ms=self._option("ttft_ms", None), total_ms=float(total))
