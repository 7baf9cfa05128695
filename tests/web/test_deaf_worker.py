"""A worker that takes no messages any more is ended, one that works or waits is not."""

import os
from collections.abc import Iterator

import pytest
import redis

from advisor.web.deaf_worker import LOOKS, DeafWorker
from tests.services import wait_until

LIST = f"rightsize:deaf-{os.getpid()}"


@pytest.fixture
def queue(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client
        client.delete(LIST)


def watched(url: str, *, idle: bool = True) -> tuple[DeafWorker, list[str]]:
    ended: list[str] = []
    watch = DeafWorker(
        url=url,
        lists=["rightsize:other", LIST],
        seconds=0.2,
        idle=lambda: idle,
        end=lambda: ended.append("ended"),
        # A Redis that stands still for a while is not what is looked for here.
        timeout_s=60,
    )
    return watch, ended


def found_deaf(watch: DeafWorker, looks: int = 3 * LOOKS) -> bool:
    return any(watch.look() for _ in range(looks))


def test_messages_that_nobody_takes_end_an_idle_worker(
    redis_url: str, queue: redis.Redis
) -> None:
    queue.lpush(LIST, "a message")
    watch, ended = watched(redis_url)
    assert not found_deaf(watch, LOOKS - 1)
    assert watch.look()
    watch.begin()
    assert wait_until(lambda: ended == ["ended"])


def test_a_message_that_is_taken_in_between_begins_the_count_anew(
    redis_url: str, queue: redis.Redis
) -> None:
    watch, _ = watched(redis_url)
    for _ in range(3):
        queue.lpush(LIST, "a message")
        assert not found_deaf(watch, LOOKS - 1)
        queue.delete(LIST)
        assert not watch.look()


def test_a_busy_worker_an_empty_queue_and_no_queue_are_no_fault(
    redis_url: str, queue: redis.Redis
) -> None:
    assert not found_deaf(watched(redis_url)[0])
    assert not found_deaf(watched("unix:///nowhere/redis.sock")[0])
    queue.lpush(LIST, "a message")
    assert not found_deaf(watched(redis_url, idle=False)[0])
