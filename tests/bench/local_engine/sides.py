"""The two sides of the bench, asked alike: this engine, and the peer's process."""

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from advisor.engines.base import EngineSpec, Prompt
from advisor.engines.transformers_local import TransformersLocal
from tests.bench.local_engine.workloads import words

PEER = Path(__file__).with_name("peer.py")


@dataclass(frozen=True)
class Took:
    """What one piece of work took, in seconds, and what came out."""

    wall_s: float
    cpu_s: float
    result: list


class Ours:
    """The engine as runs use it: text in, over the pipe, tokenizer included."""

    def __init__(self, model, threads, precision="fp32"):
        self.engine = TransformersLocal(
            EngineSpec(
                engine="transformers",
                model=str(model),
                threads=threads,
                precision=precision,
            )
        )
        self.facts = self.engine.open()

    def weigh(self, items):
        """Return the log-likelihood of every choice, in the order of the items."""
        asked = [
            Prompt(
                id=str(number),
                text=item.get("text") or words(item["context"]),
                max_output_tokens=1,
                choices=tuple(item.get("labels") or map(words, item["choices"])),
            )
            for number, item in enumerate(items)
        ]
        took, answers = self._answered(asked)
        flat = [one for answer in answers for one in answer.likelihoods]
        return Took(*took, flat)

    def write(self, items):
        """Return the tokens that were written, in the order of the items."""
        asked = [
            Prompt(
                id=str(number),
                text=words(item["context"]),
                max_output_tokens=item["limit"],
            )
            for number, item in enumerate(items)
        ]
        took, answers = self._answered(asked)
        told = [[int(word[1:]) for word in answer.output.split()] for answer in answers]
        return Took(*took, told)

    def close(self):
        """End the host."""
        self.engine.close()

    def _answered(self, asked):
        wall, cpu = time.perf_counter(), self._cpu_s()
        by_id = {answer.prompt_id: answer for answer in self.engine.answer(asked)}
        took = (time.perf_counter() - wall, self._cpu_s() - cpu)
        return took, [by_id[prompt.id] for prompt in asked]

    def _cpu_s(self):
        """Return the processor time of the host and of this process."""
        fields = Path(f"/proc/{self.engine.pid}/stat").read_text().split(") ")[1]
        ticks = sum(int(one) for one in fields.split()[11:13])
        return ticks / os.sysconf("SC_CLK_TCK") + time.process_time()


class Peer:
    """lm-evaluation-harness and `generate`, in the peer's own environment."""

    def __init__(self, python, model, threads):
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        environment |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
        self.process = subprocess.Popen(
            [str(python), str(PEER), str(model), str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.versions = self._said()["versions"]

    def weigh(self, items, batch):
        """Return the harness's log-likelihoods."""
        return self._asked("weigh", items, batch)

    def write(self, items, batch):
        """Return the tokens of static batches."""
        return self._asked("write", items, batch)

    def close(self):
        """End the process."""
        self.process.stdin.close()
        self.process.wait(10)

    def _asked(self, work, items, batch):
        message = {"work": work, "items": items, "batch": batch}
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        return Took(**self._said())

    def _said(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(
                "The peer's process ended; run peer.py by hand to see why."
            )
        return json.loads(line)
