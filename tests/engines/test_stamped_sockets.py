"""A stamp tells when bytes came in, however late they are read."""

import asyncio
import socket
import ssl
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from advisor.engines.addresses import read_target
from advisor.engines.safe_http import Limits, SafeHttp
from advisor.engines.stamped_sockets import StampedSocket
from advisor.engines.timing import clock
from tests.engines.stub_server import Stub, piece, stream_head
from tests.engines.test_endpoint_faults import certificate

noted_by_the_system = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux notes when TCP data came in"
)
# How much two clocks may be misread; the waits below are much longer.
BLUR_S = 0.001


@contextmanager
def pair(made=StampedSocket, **options):
    """Yield a stamped socket and its peer."""
    with socket.create_server(("127.0.0.1", 0)) as server, made(**options) as stamped:
        stamped.connect(server.getsockname())
        peer, _ = server.accept()
        with peer:
            yield stamped, peer


def read_late(stamped, peer, *, into=False):
    """Let a byte come in, read it 50 ms later: when it was sent, when it was read."""
    sent = clock()
    peer.send(b"x")
    time.sleep(0.05)
    reading = clock()
    if into:
        buffer = bytearray(8)
        assert stamped.recv_into(buffer) == 1
        assert bytes(buffer[:2]) == b"x\0"
    else:
        assert stamped.recv(8) == b"x"
    return sent, reading


@pytest.fixture(scope="module", autouse=True)
def noting():
    """Keep the system noting: it begins a moment after the first socket that asks."""
    with pair() as (stamped, peer):
        for _ in range(100):
            _, reading = read_late(stamped, peer)
            if stamped.arrived < reading:
                break
        yield


@noted_by_the_system
@pytest.mark.parametrize("into", [False, True])
def test_what_is_read_late_is_stamped_when_it_came(into):
    with pair() as (stamped, peer):
        sent, reading = read_late(stamped, peer, into=into)
        assert sent - BLUR_S < stamped.arrived < reading


@noted_by_the_system
def test_pieces_that_are_read_at_once_have_the_time_of_the_last():
    with pair() as (stamped, peer):
        peer.send(b"x")
        time.sleep(0.02)
        last = clock()
        peer.send(b"y")
        time.sleep(0.02)
        reading = clock()
        assert stamped.recv(8) == b"xy"
        assert last - BLUR_S < stamped.arrived < reading


@noted_by_the_system
@pytest.mark.parametrize("step", [-5.0, -0.01, 0.01, 5.0])
def test_after_the_wall_clock_was_set_the_time_of_reading_stands(step):
    ahead = [0.0]
    with pair(wall=lambda: time.time() + ahead[0]) as (stamped, peer):
        ahead[0] = step
        _, reading = read_late(stamped, peer)
        assert reading <= stamped.arrived <= clock()
        ahead[0] = 0.0
        _, reading = read_late(stamped, peer)
        assert reading <= stamped.arrived <= clock()
        # The wall clock is left alone, so the next note counts again.
        _, reading = read_late(stamped, peer)
        assert stamped.arrived < reading


@pytest.mark.parametrize("wrong", [-5.0, 5.0])
def test_a_note_that_cannot_be_is_not_believed(wrong):
    with pair(wall=lambda: time.time() + wrong) as (stamped, peer):
        _, reading = read_late(stamped, peer)
        assert reading <= stamped.arrived <= clock()


class Unwilling(StampedSocket):
    """A socket of a system that notes nothing."""

    def setsockopt(self, *_):
        raise OSError(92, "Protocol not available")


@pytest.mark.parametrize("into", [False, True])
def test_without_a_note_the_time_of_reading_stands(into):
    with pair(Unwilling) as (stamped, peer):
        assert stamped.arrived is None
        _, reading = read_late(stamped, peer, into=into)
        assert reading <= stamped.arrived <= clock()


@noted_by_the_system
def test_a_piece_that_brings_no_note_has_the_time_of_reading():
    with pair() as (stamped, peer):
        stamped.setsockopt(socket.SOL_SOCKET, 35, 0)
        _, reading = read_late(stamped, peer)
        assert reading <= stamped.arrived <= clock()


@noted_by_the_system
@pytest.mark.parametrize("secure", [False, True])
def test_a_program_that_was_held_up_stamps_when_a_piece_came(secure, tmp_path):
    path, context = certificate(tmp_path, "127.0.0.1")
    written = threading.Event()

    class Told(list):
        """Times of writing; the second is that of the piece."""

        def append(self, at):
            super().append(at)
            if len(self) == 2:
                written.set()

    def plan(_):
        return [stream_head(), 0.05, piece("yes", finish="stop")]

    async def read_what_came(stub):
        target = read_target(stub.url, listed=[stub.host_port], only_listed=False)
        trusted = ssl.create_default_context(cafile=path) if secure else None
        http = SafeHttp(target, limits=Limits(), connections=1, trusted=trusted)
        post = http.post("/x", headers=[("Content-Length", "0")], body=b"")
        async with post as reply:
            # Nothing else gets a turn in this loop until long after the piece came.
            assert written.wait(60)
            time.sleep(0.05)
            woke = clock()
            stamps = [at async for at, _ in reply.pieces()]
        await http.close()
        return stamps, woke

    with Stub(plan, tls=context if secure else None, written=Told()) as stub:
        stamps, woke = asyncio.run(read_what_came(stub))
        assert stub.written[1] - BLUR_S < stamps[0] < woke
