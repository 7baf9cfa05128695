"""What becomes of each fault of an endpoint? Scaled down to fractions of a second.

* F20 to F23 for one engine: rate limits, passing faults, wrong settings, silence
* F24 a drip that never ends: `test_an_endless_drip_...`
* F25 streams without an end, cut off, of one endless line: `test_a_broken_stream_...`
* F26 bodies without end and bombs: `test_garbage_...`, `test_an_endless_body_...`
* F27 garbage of every kind: `test_garbage_...`
* F28 texts that cannot be stored as they are: `test_every_text_...`
* F29 another model, a refusal, a tool call, an empty or a cut answer:
  `test_garbage_...`, `test_empty_content_...`, `test_a_server_that_says_...`
* F30 TLS that is expired, of another name, self-signed, old or broken off:
  `test_a_bad_certificate_...`, `test_a_handshake_...`

Whole runs under F20 to F23, F31 and F32 are in
`tests/runs/test_endpoint_faults_in_runs.py`.
"""

import datetime
import ipaddress
import resource
import socket
import ssl
import struct
import threading
import zlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from advisor.engines.base import EngineSpec
from advisor.engines.loading import open_engine
from tests.engines.stub_server import chat, event, piece, reply, stream_head
from tests.engines.test_openai_compatible import asking, one, prompt
from tests.services import free_port

QUICK = {
    "retries": {"first_s": 0.01, "longest_retry_after_s": 0.05},
    "pace": {"rest_s": 0.02},
}
# Only where time is to run out: a busy machine may stand still for as long as this.
HASTY = {**QUICK, "limits": {"first_byte_s": 0.3, "gap_s": 0.3}, "total_s": 0.5}
GOOD = reply(chat("yes"))


def failure_of(steps, *, stream=False, options=QUICK, **spec):
    with asking(lambda _: steps, options=options, **spec) as (engine, stub):
        answer = engine.measure(prompt()) if stream else one(engine)
        assert answer.output is None
        return answer.failure, len(stub.requests)


@pytest.mark.parametrize(
    "asked", ["0", "", "Mon, 04 May 2020 12:00:30 GMT", "1000000000", "-1", "soon"]
)
def test_rate_limits_are_waited_out_whatever_the_header_says(asked):
    def plan(request):
        slow = reply(b"{}", "429 Too Many Requests", Retry_After=asked)
        return [slow if request.number < 6 else GOOD]

    with asking(plan, options=QUICK, concurrency=2) as (engine, stub):
        answers = list(engine.answer([prompt(str(n)) for n in range(4)]))
        assert [answer.output for answer in answers] == ["yes"] * 4
        assert len(stub.requests) == 10
        assert sum(answer.timing is None for answer in answers) >= 2


@pytest.mark.parametrize("status", ["500", "502", "503", "504", "408"])
def test_a_passing_fault_is_tried_again_five_times_at_most(status):
    failure, calls = failure_of([reply(b"oops", f"{status} X")])
    assert (failure.kind, failure.code) == ("transport", f"http_{status}")
    assert calls == 5


def test_faults_at_a_third_of_the_calls_lose_nothing():
    seen = set()

    def plan(request):
        ill = int(request.prompt) % 3 == 0 and request.prompt not in seen
        seen.add(request.prompt)
        return [reply(b"", "500 X") if ill else GOOD]

    with asking(plan, options=QUICK) as (engine, stub):
        prompts = [prompt(str(n), text=str(n)) for n in range(40)]
        answers = list(engine.answer(prompts))
        assert all(answer.output == "yes" for answer in answers)
        assert len(stub.requests) == 40 + 14


@pytest.mark.parametrize("status", ["400", "401", "402", "403", "404", "405", "422"])
def test_a_wrong_setting_costs_two_calls_however_many_samples(status):
    refused = reply({"error": {"message": "no"}}, f"{status} X")
    with asking(lambda _: [refused], concurrency=8) as (engine, stub):
        answers = list(engine.answer([prompt(str(n)) for n in range(30)]))
        answers += list(engine.answer([prompt(str(n)) for n in range(30)]))
        assert {answer.failure.kind for answer in answers} == {"configuration"}
        assert len(stub.requests) <= 2


@pytest.mark.parametrize(
    ("error", "status", "kind", "code"),
    [
        ({"code": "context_length_exceeded"}, "400 X", "input", "context_too_long"),
        ({"message": "too big"}, "413 X", "input", "context_too_long"),
        ({"code": "content_filter"}, "400 X", "model", "content_filter"),
        ({"code": "insufficient_quota"}, "429 X", "configuration", "payment"),
    ],
)
def test_a_refusal_is_read_for_its_reason(error, status, kind, code):
    failure, calls = failure_of([reply({"error": error}, status)])
    assert (failure.kind, failure.code) == (kind, code)
    assert calls == 1


def test_another_shape_of_error_is_read_too():
    failure, _ = failure_of([reply({"detail": "Unknown model x"}, "404 X")])
    assert "Unknown model x" in failure.message


def test_a_server_that_never_answers_is_left_at_the_deadline():
    # A machine that stands still until the time is over has sent nothing: once more.
    for _ in range(10):
        failure, calls = failure_of(["hold"], concurrency=1, stream=True, options=HASTY)
        if calls:
            break
    assert (failure.kind, failure.code, calls) == ("model", "timeout", 1)


def test_an_endless_drip_is_cut_at_the_total_deadline():
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    drip = [head, *[b" ", 0.05] * 100]
    failure, _ = failure_of(drip, stream=True, options=HASTY)
    assert failure.code == "timeout"


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([stream_head(), *[piece("x"), 0.02] * 60], "timeout"),
        ([stream_head(), *[b": ping\n\n", 0.02] * 60], "timeout"),
        ([stream_head(), piece("half"), "reset"], "connection_lost"),
        ([stream_head(), piece("half")], "half_stream"),
        ([stream_head()], "half_stream"),
        ([stream_head(), b"data: " + b"x" * 1_000_000], "bad_response:stream"),
        ([stream_head(), piece("x"), "hold"], "timeout"),
        ([stream_head(), event({"error": {"message": "overload"}})], "server_error"),
        ([stream_head(), event("{broken")], "bad_response:json"),
        ([stream_head(), event({"choices": [7]})], "bad_response:choices"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_stream_is_never_half_an_answer(steps, code):
    options = HASTY if code == "timeout" else QUICK
    failure, _ = failure_of(steps, stream=True, options=options)
    assert failure.code == code


def bomb(coding):
    body = zlib.compress(b"0" * 10_000_000)
    return reply(body, Content_Encoding=coding)


@pytest.mark.parametrize(
    ("answered", "code"),
    [
        (reply(b" " * 5_000_000), "bad_response:too_large"),
        (reply(b" " * 5_000_000, length=False), "bad_response:too_large"),
        (bomb("gzip"), "bad_response:encoding"),
        (bomb("deflate"), "bad_response:encoding"),
        (bomb("br"), "bad_response:encoding"),
        (bomb("zstd"), "bad_response:encoding"),
        (reply(b"{}", X="y" * 70_000), "bad_response:too_large"),
        (reply(b"<!doctype html><h1>Hi</h1>"), "bad_response:html"),
        (reply(b""), "bad_response:empty"),
        (reply(b'{"choices": [{"mess'), "bad_response:json"),
        (reply(b'{"choices": NaN}'), "bad_response:json"),
        (reply(b"[" * 100_000), "bad_response:json"),
        (reply(b'{"choices": [], "choices": []}'), "bad_response:json"),
        (reply(b"[1]"), "bad_response:json"),
        (reply({"choices": None}), "bad_response:choices"),
        (reply({"choices": []}), "bad_response:choices"),
        (reply({"choices": [{"message": "x"}]}), "bad_response:message"),
        (reply(chat(7)), "bad_response:content"),
        (reply(chat([{"type": "text", "text": 7}])), "bad_response:content"),
        (reply(chat(["x"])), "bad_response:content"),
        (reply(chat(None, refusal="I cannot")), "refusal"),
        (reply(chat(None, tool_calls=[{"id": "1"}])), "tool_call"),
        (reply(chat("", finish_reason="content_filter")), "content_filter"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "bad_response:protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", "connection_lost"),
        (b"", "connection_lost"),
    ],
)
def test_garbage_has_a_code_of_its_own(answered, code):
    failure, _ = failure_of([answered])
    assert failure.code == code


def test_empty_content_and_a_cut_output_are_answers():
    with asking(lambda _: [reply(chat(""))]) as (engine, _):
        assert one(engine).output == ""
    with asking(lambda _: [reply(chat("x", finish_reason="length"))]) as (engine, _):
        assert one(engine).finish == "length"


def test_a_refused_port_is_a_transport_failure():
    kept = {"port": free_port()}
    with asking(lambda _: [GOOD], stub_options=kept, options=QUICK) as (engine, stub):
        stub.stop()
        assert engine.measure(prompt()).failure.code == "not_connected"


def certificate(folder, name, *, days=(-1, 1)):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    try:
        names = [x509.IPAddress(ipaddress.ip_address(name))]
    except ValueError:
        names = [x509.DNSName(name)]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now + datetime.timedelta(days=days[0] - 1))
        .not_valid_after(now + datetime.timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return path, context


def asking_securely(context, **options):
    return asking(
        lambda _: [GOOD],
        stub_options={"tls": context, "port": free_port()},
        options={**QUICK, **options},
    )


def test_a_trusted_certificate_is_accepted(tmp_path):
    path, context = certificate(tmp_path, "127.0.0.1")
    with asking_securely(context, ca_file=str(path)) as (engine, _):
        assert one(engine).output == "yes"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("fault", ["unknown", "name", "expired", "old"])
def test_a_bad_certificate_is_a_wrong_setting(tmp_path, fault):
    name = "other.example" if fault == "name" else "127.0.0.1"
    days = (-3, -2) if fault == "expired" else (-1, 1)
    path, context = certificate(tmp_path, name, days=days)
    if fault == "old":
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    trusted = {} if fault == "unknown" else {"ca_file": str(path)}
    with asking_securely(context, **trusted) as (engine, stub):
        failure = one(engine).failure
        assert (failure.kind, failure.code) == ("configuration", "tls")
        assert not stub.requests


@pytest.mark.parametrize("how", ["closed", "reset"])
def test_a_handshake_that_breaks_off_passes_where_the_server_is_known(tmp_path, how):
    path, context = certificate(tmp_path, "127.0.0.1")
    with asking_securely(context, ca_file=str(path)) as (engine, stub):
        host, port = stub.host, stub.port
        assert one(engine).output == "yes"
        stub.stop()
        with socket.create_server((host, port)) as listener:
            breaking = threading.Thread(target=break_off, args=(listener, how))
            breaking.start()
            failure = engine.measure(prompt()).failure
            breaking.join()
        assert (failure.kind, failure.code) == ("transport", "not_connected")
        assert "handshake" in failure.message


@pytest.mark.parametrize("how", ["closed", "reset"])
def test_a_handshake_that_breaks_off_at_first_is_a_wrong_setting(how):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=break_off, args=(listener, how), daemon=True).start()
        host_port = f"127.0.0.1:{listener.getsockname()[1]}"
        spec = EngineSpec(
            engine="openai",
            base_url=f"https://{host_port}/v1",
            allowed_private=(host_port,),
            api_key="",
            model="m",
            options=QUICK,
        )
        engine = open_engine(spec)
        try:
            failure = engine.measure(prompt()).failure
        finally:
            engine.close()
    assert (failure.kind, failure.code) == ("configuration", "tls")
    assert "closed in the handshake" in failure.message


def break_off(listener: socket.socket, how: str) -> None:
    """Take one connection, and end it when the handshake has begun."""
    peer, _ = listener.accept()
    peer.recv(10_000)
    if how == "reset":
        # What is closed so is reset.
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def test_an_endless_body_takes_no_memory():
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    plenty = [head, *[b" " * 1_000_000] * 40]
    with asking(lambda _: plenty, options=QUICK) as (engine, _):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        failure = engine.measure(prompt()).failure
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert failure.code == "bad_response:too_large"
        # Kilobytes: 20 MB are allowed, the body has 40.
        assert grown <= 20_000


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\x00b", "a\ufffdb"),
        ("a\ud800b\udfff", "a\ufffdb\ufffd"),
        ("\u202eevil\u2066", "\u202eevil\u2066"),
        ("\U0001f600\U00020000", "\U0001f600\U00020000"),
        ("x" * 3_000_000, "x" * 3_000_000),
    ],
    ids=["nul", "surrogates", "bidi", "four bytes", "three megabytes"],
)
def test_every_text_can_be_stored(sent, kept):
    with asking(lambda _: [reply(chat(sent))]) as (engine, _):
        answer = one(engine)
        assert answer.output == kept
        assert answer.output.encode("utf-8")


def test_a_server_that_says_it_is_another_model_is_noted():
    def plan(request):
        found = chat("yes")
        found["model"] = "another" if request.number else "m-2026"
        return [reply(found)]

    with asking(plan) as (engine, _):
        list(engine.answer([prompt(str(n)) for n in range(4)]))
        assert engine.facts().versions["served_model"] == "another, m-2026"
