"""What did a model answer before? Recorded answers stand in for calls.

A recorded file is JSONL, one answer a line, found by the sample's id. Nothing is
called, nothing is spent, nothing leaves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from advisor.engines.base import (
    Answer,
    EngineError,
    EngineFacts,
    EngineSpec,
    Failure,
    Prompt,
    Timing,
    TokensOrigin,
)
from advisor.engines.recorded_lines import Problem, RecordedRow, parse_recorded
from advisor.engines.text import estimate_tokens

__all__ = ["Problem", "Recorded", "RecordedRow", "parse_recorded"]

_TRANSPORT = "transport"


@dataclass(slots=True)
class Recorded:
    """Answers from the recorded text of `spec`, by the id of a prompt."""

    spec: EngineSpec
    _rows: dict[str, RecordedRow] | None = field(default=None, init=False)

    def open(self) -> EngineFacts:
        """Read the recorded text.

        Raises:
            EngineError: A line is wrong; the message lists every wrong line.
        """
        rows, problems = parse_recorded(self.spec.recorded or "")
        if problems:
            lines = "; ".join(f"line {p.line}: {p.message}" for p in problems)
            raise EngineError(
                Failure(
                    code="recorded_file",
                    kind="configuration",
                    message=f"The recorded answers cannot be used. {lines}",
                )
            )
        self._rows = {row.id: row for row in rows}
        return self.facts()

    def answer(self, prompts: Sequence[Prompt]) -> Iterator[Answer]:
        """Yield the recorded answer of each prompt, in the order given."""
        for prompt in prompts:
            yield self.measure(prompt)

    def measure(self, prompt: Prompt) -> Answer:
        """Return the recorded answer, with the latency recorded with it."""
        if self._rows is None:
            self.open()
        row = (self._rows or {}).get(prompt.id)
        return _missing(prompt.id) if row is None else _answer(row, prompt)

    def facts(self) -> EngineFacts:
        """Tell the model's name; nothing else is known of a recorded file."""
        return EngineFacts(
            engine="recorded",
            model=self.spec.model,
            revision=self.spec.revision,
            precision=None,
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
        """Let go of the rows."""
        self._rows = None


def _missing(prompt_id: str) -> Answer:
    return Answer(
        prompt_id=prompt_id,
        output=None,
        finish="error",
        prompt_tokens=None,
        completion_tokens=None,
        tokens_origin=None,
        timing=None,
        failure=Failure(
            code="not_recorded",
            kind="transport",
            message=f'No answer is recorded for sample "{prompt_id}".',
        ),
    )


def _answer(row: RecordedRow, prompt: Prompt) -> Answer:
    failure = None if row.error is None else _failure(row.error)
    prompt_tokens, completion_tokens, origin = _tokens(row, prompt)
    timed = row.latency_ms is not None
    return Answer(
        prompt_id=row.id,
        output=None if failure else row.output,
        finish="error" if failure else "stop",
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        tokens_origin=origin,
        timing=Timing(ttft_ms=row.ttft_ms, total_ms=row.latency_ms or 0.0)
        if timed
        else None,
        failure=failure,
        cost_usd=row.cost_usd,
        score=None if failure else row.score,
    )


def _tokens(
    row: RecordedRow, prompt: Prompt
) -> tuple[int | None, int | None, TokensOrigin | None]:
    """Return the tokens of prompt and answer; what is missing is estimated.

    An error without counts has none: nobody knows how far the call came.
    """
    given = row.prompt_tokens, row.completion_tokens
    if None not in given:
        return *given, "reported"
    if row.output is None:
        return *given, None if given == (None, None) else "reported"
    told, wrote = given
    return (
        estimate_tokens(prompt.text) if told is None else told,
        estimate_tokens(row.output) if wrote is None else wrote,
        "estimated",
    )


def _failure(error: str) -> Failure:
    lost = error.strip().lower().startswith(_TRANSPORT)
    return Failure(
        code="recorded_error",
        kind="transport" if lost else "model",
        message=f"Recorded as an error: {error}",
    )
