from datetime import UTC, datetime

import pytest

from advisor.engines.base import Failure
from advisor.engines.retrying import Patience, Tries, retry_after_s, retry_class

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def failure(code, kind="transport", wait=None):
    return Failure(code=code, kind=kind, message="", retry_after_s=wait)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (failure("unauthorised", "configuration"), "configuration"),
        (failure("rate_limited"), "rate"),
        (failure("overloaded"), "rate"),
        (failure("http_500"), "transient"),
        (failure("connection_lost"), "transient"),
        (failure("half_stream"), "transient"),
        (failure("timeout", "model"), "transient"),
        (failure("bad_response:json", "model"), "transient"),
        (failure("refusal", "model"), "sample"),
        (failure("out_of_memory", "model"), "sample"),
        (failure("context_too_long", "input"), "sample"),
        (failure("not_recorded"), "sample"),
    ],
)
def test_each_failure_has_one_class(found, expected):
    assert retry_class(found) == expected


def test_a_transient_failure_stands_after_five_errors():
    tries = Tries(Patience(), seed=1)
    waits = [tries.wait_s(failure("http_500")) for _ in range(5)]
    assert waits[-1] is None
    assert all(0 <= wait <= 2**n for n, wait in enumerate(waits[:4]))


def test_waits_are_the_same_for_the_same_seed():
    first, second = (Tries(Patience(), seed=7) for _ in range(2))
    assert first.wait_s(failure("http_500")) == second.wait_s(failure("http_500"))


def test_a_rate_limit_waits_as_asked_and_counts_as_no_error():
    tries = Tries(Patience(), seed=1)
    waits = [tries.wait_s(failure("rate_limited", wait=5.0)) for _ in range(20)]
    assert all(5 <= wait <= 60 for wait in waits)
    assert tries.errors == 0
    assert tries.wait_s(failure("rate_limited", wait=5.0)) is None


def test_a_server_cannot_ask_for_more_than_two_minutes():
    assert Tries(Patience(), seed=1).wait_s(failure("rate_limited", wait=1e9)) == 120


@pytest.mark.parametrize("kind", ["configuration", "input"])
def test_what_cannot_pass_is_not_tried_again(kind):
    assert Tries(Patience(), seed=1).wait_s(failure("x", kind)) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5.0),
        (" 12 ", 12.0),
        ("1000000000", 1e9),
        ("Mon, 04 May 2026 12:00:30 GMT", 30.0),
        ("Mon, 04 May 2026 11:59:00 GMT", None),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("1.5", None),
        ("Mon, 99 May 2026 12:00:30 GMT", None),
        ("٣", None),
    ],
)
def test_it_reads_every_form_of_retry_after(value, seconds):
    assert retry_after_s({"retry-after": value}, NOW) == seconds


def test_an_absent_header_asks_for_nothing():
    assert retry_after_s({}, NOW) is None
