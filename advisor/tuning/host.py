"""What runs in the process that makes a model?

`python -m advisor.tuning.host PARENT_PID MEMORY_LIMIT` reads one job from standard
input and writes messages to standard output, one JSON object a line: `progress` every
second, then `made`, `paused` or `failure`, then `done`. The walls of the engine's host
stand around it: no network, no inherited environment, and it dies with its parent.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from advisor.engines.isolation import isolate, limit_memory
from advisor.engines.wire import line

if TYPE_CHECKING:
    from advisor.tuning.loop import Progress
    from advisor.tuning.making import Job

BEAT_S = 1.0


@dataclass(slots=True)
class Speaker:
    """Says every second how far the work is, from a thread of its own."""

    output: BinaryIO
    stage: str = "Starting"
    progress: "Progress | None" = None
    started: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """Speak from now on."""
        threading.Thread(target=self._run, name="speaker", daemon=True).start()

    def tell(self, stage: str, progress: "Progress | None") -> None:
        """Note how far the work is."""
        self.stage, self.progress = stage, progress

    def send(self, message: Mapping[str, Any]) -> None:
        """Write one message."""
        with self._lock:
            self.output.write(line(message))
            self.output.flush()

    def end(self, message: Mapping[str, Any]) -> None:
        """Say how it ended, and what it cost; nothing is said afterwards."""
        self._over.set()
        self.send({**message, **self._told()})
        self.send({"kind": "done"})

    def _run(self) -> None:
        while not self._over.wait(BEAT_S):
            self.send({"kind": "progress", **self._told()})

    def _told(self) -> dict[str, Any]:
        """Return the stage, how far training is, and what the sitting cost so far."""
        known = asdict(self.progress) if self.progress else {}
        seconds = time.monotonic() - self.started
        cost = {"spent_s": seconds, "cpu_s": time.process_time()}
        return {"stage": self.stage, **known, **cost}


def job_of(message: Mapping[str, Any]) -> "Job":
    """Return the job that a message spells."""
    from advisor.tuning.data import Example
    from advisor.tuning.making import Job
    from advisor.tuning.order import order_of

    teacher = message.get("teacher")
    return Job(
        order=order_of(message["order"]),
        parent=Path(message["parent"]),
        teacher=Path(teacher) if teacher else None,
        examples=tuple(Example(prompt=p, answer=a) for p, a in message["examples"]),
        out=Path(message["out"]),
        work=Path(message["work"]),
    )


def serve(message: Mapping[str, Any], speaker: Speaker, limit: int | None) -> None:
    """Do the job and say how it ended."""
    from advisor.engines.device_memory import does_not_fit, is_out_of_memory
    from advisor.tuning.layouts import NotPrunableError
    from advisor.tuning.making import Sitting, make

    limit_memory(limit)
    sitting = Sitting(
        sitting_s=message.get("sitting_s"),
        budget_s=message.get("budget_s"),
        tell=speaker.tell,
    )
    try:
        record = make(job_of(message), sitting)
    except (ValueError, NotPrunableError) as error:
        speaker.end({"kind": "failure", "text": str(error)})
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        told = does_not_fit(limit, None).message
        remedy = "Use LoRA, fewer rows at once, or a smaller model."
        speaker.end({"kind": "failure", "text": f"{told} {remedy}"})
    else:
        ended = {"kind": "paused"} if record is None else {"kind": "made"}
        speaker.end({**ended, "record": record})


def main() -> None:
    """Raise the walls, read the job, do it."""
    parent, limit = int(sys.argv[1]), int(sys.argv[2]) or None
    isolate(parent=parent)
    # What a library prints must not end up among the messages.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    speaker = Speaker(output)
    message = json.loads(sys.stdin.buffer.readline())
    speaker.begin()
    serve(message, speaker, limit)
    # Threads of libraries must not keep a finished process alive.
    output.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
