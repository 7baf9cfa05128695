"""A model server that knows when it wrote each byte: the truth for its clients.

`python -m tests.bench.faithful.stub PORT` serves until it is ended. Delays of request n
are drawn from a seed; writes are scheduled at absolute times, and what counts is when
they happened, not when they were due: the last moment before the write, so that a
client's stamp cannot be earlier. A request is in when the system took its last byte in,
however late this program reads it. `GET /truth` tells it all, `POST /plan` starts anew.
"""

import asyncio
import json
import socket
import sys
import time
from dataclasses import asdict, dataclass, field
from random import Random

from advisor.engines.stamped_sockets import StampedSocket


@dataclass(slots=True)
class Plan:
    """What to do with the next requests; times in seconds."""

    seed: int = 1
    first_s: tuple[float, float] = (0.02, 0.5)
    next_s: tuple[float, float] = (0.002, 0.05)
    pieces: int = 16
    whole_s: float = 0.2


@dataclass(slots=True)
class Truth:
    """When one request was in, and when each piece went out: two clocks."""

    received: float
    received_wall: float
    wrote: list[float] = field(default_factory=list)
    wrote_wall: list[float] = field(default_factory=list)


class State:
    """The plan, and what happened since it was made."""

    def __init__(self) -> None:
        self.start(Plan())

    def start(self, plan: Plan) -> None:
        """Forget what happened."""
        self.plan, self.truths, self.chance = plan, [], Random(plan.seed)


class Listener(socket.socket):
    """A socket whose connections know when bytes came in."""

    def accept(self) -> tuple[socket.socket, object]:
        accepted, peer = super().accept()
        # Told that it is TCP, asyncio lets each piece go out at once.
        family, kind, tcp = accepted.family, accepted.type, socket.IPPROTO_TCP
        stamped = StampedSocket(family, kind, tcp, accepted.detach())
        stamped.setblocking(False)
        return stamped, peer


class Connection(asyncio.Protocol):
    """One connection; requests come one after the other."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        # asyncio wraps the socket, and only the one within knows its stamps.
        self._sock = transport.get_extra_info("socket")._sock

    def data_received(self, data: bytes) -> None:
        """Answer as soon as a request is whole."""
        arrived = self._sock.arrived
        now = arrived, time.time() - (time.perf_counter() - arrived)
        self._held += data
        head, found, body = self._held.partition(b"\r\n\r\n")
        if not found:
            return
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if len(body) < length:
            return
        self._held = b""
        method, path = head.split(b" ")[:2]
        self._answer(method.decode(), path.decode(), body, now)

    def _answer(self, method: str, path: str, body: bytes, now) -> None:
        state = self._state
        if path == "/plan":
            state.start(Plan(**json.loads(body)))
            self._whole({})
        elif path == "/truth":
            self._whole({"truths": [asdict(truth) for truth in state.truths]})
        elif method == "GET":
            self._whole({"object": "list", "data": [{"id": "m", "object": "model"}]})
        else:
            self._complete(json.loads(body), Truth(*now))

    def _complete(self, asked: dict, truth: Truth) -> None:
        state = self._state
        number = len(state.truths)
        state.truths.append(truth)
        loop = asyncio.get_running_loop()
        if not asked.get("stream"):
            loop.call_at(loop.time() + state.plan.whole_s, self._message, number)
            return
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        at = loop.time() + state.chance.uniform(*state.plan.first_s)
        for index in range(state.plan.pieces):
            loop.call_at(at, self._piece, number, index)
            at += state.chance.uniform(*state.plan.next_s)
        loop.call_at(at, self._last, state.plan.pieces)

    def _piece(self, number: int, index: int) -> None:
        data = _event(_choice({"content": f"r{number:06} {index} "}))
        truth = self._state.truths[number]
        wall, at = time.time(), time.perf_counter()
        self._transport.write(data)
        truth.wrote.append(at)
        truth.wrote_wall.append(wall)

    def _last(self, pieces: int) -> None:
        usage = {
            "prompt_tokens": 9,
            "completion_tokens": 2 * pieces,
            "total_tokens": 9 + 2 * pieces,
        }
        ended = _event(_choice({}, finish="stop"))
        counted = _event({"id": "x", "model": "m", "choices": [], "usage": usage})
        done = b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
        self._transport.write(ended + counted + done)

    def _message(self, number: int) -> None:
        message = {"role": "assistant", "content": f"r{number:06}"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
        self._whole({"id": "x", "model": "m", "choices": [choice], "usage": usage})

    def _whole(self, found: dict) -> None:
        data = json.dumps(found).encode()
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        self._transport.write(f"{head}{len(data)}\r\n\r\n".encode() + data)


def _choice(delta: dict, finish: str | None = None) -> dict:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion.chunk", "model": "m"} | {
        "choices": [choice]
    }


def _event(found: dict) -> bytes:
    data = b"data: " + json.dumps(found).encode() + b"\n\n"
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


async def serve(port: int) -> None:
    """Serve until the process is ended."""
    state = State()
    loop = asyncio.get_running_loop()
    listener = Listener()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    server = await loop.create_server(lambda: Connection(state), sock=listener)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
