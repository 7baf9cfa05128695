"""An OpenAI-like server that does exactly what a test says, byte by byte.

`plan(request) -> steps`: what to do for one request. A step is bytes to send, a number
of seconds to wait, "reset" (RST) or "hold" (never answer). The connection closes at the
end, unless `keep` is asked for. The server notes each request, and when it wrote.
"""

import asyncio
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    line: str
    headers: dict[str, str]
    body: bytes
    number: int
    at: float
    connection: int = 0

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def is_probe(self) -> bool:
        return self.line.startswith("GET")

    @property
    def prompt(self):
        found = self.json
        return (
            found["messages"][0]["content"] if "messages" in found else found["prompt"]
        )


Steps = Sequence[bytes | float | str]


@dataclass
class Stub:
    plan: Callable[[Request], Steps]
    host: str = "127.0.0.1"
    port: int = 0
    keep: bool = False
    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    written: list[float] = field(default_factory=list)
    most_at_once: int = 0

    def __enter__(self) -> "Stub":
        self._now = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread.is_alive():
            self.stop()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def hang_up(self) -> None:
        """Close all connections, whatever happens on them."""

        async def close() -> None:
            # Again and again: some may be taken on only now.
            while self._open:
                for writer in self._open:
                    writer.transport.abort()
                await asyncio.sleep(0.001)

        asyncio.run_coroutine_threadsafe(close(), self._loop).result()

    @property
    def host_port(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host_port}/v1"

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        start = asyncio.start_server(
            self._serve, self.host, self.port, ssl=self.tls, backlog=512
        )
        server = self._loop.run_until_complete(start)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.run_until_complete(asyncio.sleep(0.001))

    async def _serve(self, reader, writer) -> None:
        self.connections += 1
        connection = self.connections
        self._open.add(writer)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                while True:
                    head = await reader.readuntil(b"\r\n\r\n")
                    line, *lines = head.decode("latin-1").split("\r\n")
                    headers = dict(text.split(": ", 1) for text in lines if text)
                    headers = {name.lower(): value for name, value in headers.items()}
                    body = await reader.readexactly(
                        int(headers.get("content-length", 0))
                    )
                    number = len(self.requests)
                    request = Request(
                        line, headers, body, number, time.perf_counter(), connection
                    )
                    self.requests.append(request)
                    self._now += 1
                    self.most_at_once = max(self.most_at_once, self._now)
                    try:
                        await self._act(writer, self.plan(request))
                    finally:
                        self._now -= 1
                    if not self.keep:
                        break
        finally:
            writer.close()
            self._open.discard(writer)

    async def _act(self, writer, steps: Steps) -> None:
        for step in steps:
            if isinstance(step, bytes):
                self.written.append(time.perf_counter())
                writer.write(step)
                await writer.drain()
            elif step == "reset":
                linger = struct.pack("ii", 1, 0)
                sock = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
            elif step == "hold":
                await asyncio.sleep(3600)
            else:
                await asyncio.sleep(float(step))


def listing(plan: Callable[[Request], Steps]) -> Callable[[Request], Steps]:
    """Return a plan that lists models when asked for them, and else does as `plan`."""

    def either(request: Request) -> Steps:
        listed = request.line.startswith("GET")
        return [reply({"data": []})] if listed else plan(request)

    return either


def reply(
    body: bytes | dict, status: str = "200 OK", *, length: bool = True, **headers: str
) -> bytes:
    """Return a whole HTTP answer; a dict becomes JSON."""
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    given = {"Content-Type": "application/json", **headers}
    if length:
        given["Content-Length"] = str(len(data))
    lines = "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in given.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + data


def chat(text: str | None, *, usage: tuple[int, int] | None = None, **more) -> dict:
    """Return the JSON of a chat completion; `more` goes into the message."""
    finish = more.pop("finish_reason", "stop")
    message = {"role": "assistant", "content": text, **more}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    found = {"id": "x", "model": "served-name", "choices": [choice]}
    if usage:
        found["usage"] = dict(
            zip(("prompt_tokens", "completion_tokens"), usage, strict=True)
        )
    return found


def stream_head() -> bytes:
    """Return the head of a streamed answer."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


def piece(text: str | None = None, *, finish: str | None = None, **more) -> bytes:
    """Return one event of a streamed chat completion."""
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event({"model": "served-name", "choices": [choice], **more})


def event(data: dict | str) -> bytes:
    """Return one server-sent event."""
    text = data if isinstance(data, str) else json.dumps(data)
    return f"data: {text}\n\n".encode()
