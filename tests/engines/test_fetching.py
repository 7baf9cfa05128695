"""A document is fetched under the guard of every call, or not at all."""

import threading

import pytest

from advisor.engines.base import EngineError
from advisor.engines.fetching import Source, fetch
from advisor.engines.safe_http import Limits
from tests.engines.stub_server import Stub, reply


def source(stub: Stub, **more) -> Source:
    return Source(base_url=stub.url, **{"listed": [stub.host_port], **more})


def refused(source: Source, path: str = "/models") -> str:
    with pytest.raises(EngineError) as error:
        fetch(source, path)
    return error.value.failure.code


def test_it_asks_once_and_gives_the_body():
    with Stub(lambda request: [reply(b"{}")]) as stub:
        assert fetch(source(stub, key="sk-1"), "/models?limit=2") == b"{}"
        (request,) = stub.requests
        assert request.line == "GET /v1/models?limit=2 HTTP/1.1"
        assert request.headers["authorization"] == "Bearer sk-1"
        assert "cookie" not in request.headers
        assert request.body == b""


def test_without_a_key_nothing_is_told_of_one():
    with Stub(lambda request: [reply(b"{}")]) as stub:
        fetch(source(stub), "/models")
        assert "authorization" not in stub.requests[0].headers


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ([reply(b"", "307 Temporary Redirect", Location="/x")], "endpoint_redirect"),
        ([reply(b"", "401 Unauthorized")], "unauthorised"),
        ([reply(b"", "404 Not Found")], "not_found"),
        ([reply(b"", "500 Oh")], "http_500"),
        ([reply(b"x" * 2000)], "bad_response:too_large"),
        ([reply(b"x", Content_Encoding="gzip")], "bad_response:encoding"),
        (["reset"], "connection_lost"),
        ([b"SSH-2.0-x\r\n"], "connection_lost"),
        (["hold"], "timeout"),
    ],
)
def test_whatever_else_comes_is_a_failure_with_a_name(answer, code):
    with Stub(lambda request: answer) as stub:
        # Little time only where it is to run out.
        wait = 0.3 if code == "timeout" else 60.0
        limits = Limits(body_bytes=1000, first_byte_s=wait)
        assert refused(source(stub, limits=limits, total_s=2 * wait)) == code


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/v1", "http://hub.example", "https://10.0.0.1"]
)
def test_a_closed_address_is_not_dialled(address):
    assert refused(Source(base_url=address)) == "address_refused"


def test_a_name_that_leads_inside_is_not_dialled():
    with Stub(lambda request: [reply(b"{}")]) as stub:
        inside = Source(
            base_url="https://hub.example", resolve=lambda host, port: ["127.0.0.1"]
        )
        assert refused(inside) == "address_refused"
        assert stub.connections == 0


def test_a_name_lookup_that_hangs_is_left_in_time():
    hangs = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        hangs.wait(60)
        return ["93.184.216.34"]

    slow = Source(
        base_url="https://hub.example", resolve=resolve, limits=Limits(lookup_s=0.05)
    )
    try:
        assert refused(slow) == "not_connected"
        # It was not waited for: nobody has let it go on yet.
        assert not hangs.is_set()
        assert lookups()
    finally:
        hangs.set()


def lookups() -> list[threading.Thread]:
    """Return the threads in which event loops look names up."""
    return [one for one in threading.enumerate() if one.name.startswith("asyncio_")]
