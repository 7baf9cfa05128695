"""A host process that opens well and loses its way at the prompt that tells it to."""

import ctypes
import json
import os
import sys
import time

from advisor.engines import wire
from tests.engines.echo_host import answer, facts, say


def stray(prompt):
    """Do what the prompt says; return whether it was such a prompt."""
    what = prompt["text"]
    if what == "segfault":
        ctypes.string_at(0)
    elif what == "hang":
        time.sleep(60)
    elif what == "leave":
        sys.exit(0)
    elif what == "garbage":
        os.write(1, b"Loading checkpoint shards: 100%\n")
    elif what == "nested":
        os.write(1, b"[" * 100_000 + b"\n")
    elif what == "shapeless":
        say({"kind": "answer", "answer": {"output": "yes"}})
    elif what == "stranger":
        told = answer({"id": "of another block", "text": "yes"})
        say({"kind": "answer", "answer": wire.answer_to_wire(told)})
    return what in STRAYS


STRAYS = {
    "segfault": "host_crash",
    "hang": "timeout",
    "leave": "host_crash",
    "garbage": "host_crash",
    "nested": "host_crash",
    "shapeless": "host_crash",
    "stranger": "host_crash",
    "silence": "host_crash",
}


def serve():
    for line in sys.stdin:
        asked = json.loads(line)
        one = [asked["prompt"]] if "prompt" in asked else []
        for prompt in asked.get("prompts") or one:
            if not stray(prompt):
                say({"kind": "answer", "answer": wire.answer_to_wire(answer(prompt))})
        if asked["ask"] in ("open", "facts"):
            say({"kind": "facts", "facts": wire.facts_to_wire(facts())})
        say({"kind": "done"})


if __name__ == "__main__":
    serve()
