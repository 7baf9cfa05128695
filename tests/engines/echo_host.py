"""A host process without a model: it answers each prompt with its own text."""

import sys

from advisor.engines import wire
from advisor.engines.base import Answer, EngineFacts


def facts():
    return EngineFacts(
        engine="transformers",
        model="echo",
        revision=None,
        precision="fp32",
        parameters=0,
        weights_sha256=None,
        load_ms=0.0,
        peak_memory_bytes=None,
        base_memory_bytes=None,
        versions={},
        isolation={},
        host=None,
    )


def answer(prompt):
    return Answer(
        prompt_id=prompt["id"],
        output=prompt["text"],
        finish="stop",
        prompt_tokens=1,
        completion_tokens=1,
        tokens_origin="tokenizer",
        timing=None,
    )


def say(message):
    sys.stdout.buffer.write(wire.line(message))
    sys.stdout.buffer.flush()


def serve():
    import json

    for line in sys.stdin:
        asked = json.loads(line)
        prompts = asked.get("prompts") or (
            [asked["prompt"]] if "prompt" in asked else []
        )
        for prompt in prompts:
            say({"kind": "answer", "answer": wire.answer_to_wire(answer(prompt))})
        if asked["ask"] in ("open", "facts"):
            say({"kind": "facts", "facts": wire.facts_to_wire(facts())})
        say({"kind": "done"})


if __name__ == "__main__":
    serve()
