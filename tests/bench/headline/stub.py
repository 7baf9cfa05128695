"""Answers like seven models at an endpoint: each with its delay, right or wrong.

Run as a process of its own: ``python -m tests.bench.headline.stub SCRIPT``. SCRIPT is
JSON: by model its delay in seconds and the samples it answers wrongly. Prints the port.
Counts the calls of each model, and answers the counts at /calls.
"""

import asyncio
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

KEY = re.compile(r"s\d{4}")


class Stub:
    """Speaks just enough HTTP/1.1 with connections that stay open."""

    def __init__(self, script: dict[str, Any]) -> None:
        self.script = script
        self.wrong = {name: set(one["wrong"]) for name, one in script.items()}
        self.calls: Counter[str] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: Any) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(length.group(1)) if length else 0)
                if head.startswith(b"GET"):
                    writer.write(_response(dict(self.calls)))
                else:
                    writer.write(await self._answer(json.loads(body)))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, asked: dict[str, Any]) -> bytes:
        model = asked["model"]
        due = asyncio.get_running_loop().time() + self.script[model]["delay_s"]
        prompt = asked.get("prompt") or asked["messages"][-1]["content"]
        prompts = prompt if isinstance(prompt, list) else [prompt]
        self.calls[model] += len(prompts)
        choices = [self._choice(model, one, at) for at, one in enumerate(prompts)]
        usage = {"prompt_tokens": 4, "completion_tokens": 1, "total_tokens": 5}
        await asyncio.sleep(due - asyncio.get_running_loop().time())
        return _response({"id": "x", "choices": choices, "usage": usage})

    def _choice(self, model: str, prompt: str, index: int) -> dict[str, Any]:
        found = KEY.search(prompt)
        text = "no" if found and found.group() in self.wrong[model] else "yes"
        message = {"role": "assistant", "content": text}
        stop = {"finish_reason": "stop", "index": index}
        return {"text": text, "message": message, **stop}


def _response(value: object) -> bytes:
    body = json.dumps(value).encode()
    lines = [
        "HTTP/1.1 200 OK",
        "content-type: application/json",
        f"content-length: {len(body)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def main() -> None:
    """Serve until killed."""
    stub = Stub(json.loads(Path(sys.argv[1]).read_text()))
    server = await asyncio.start_server(stub.serve, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
