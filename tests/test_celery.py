"""A message is a hint: acknowledged early, plain JSON, under our own prefix (F10)."""

import pickle

import pytest
import redis
from kombu import Connection

from advisor.celery import app
from tests.conftest import ServicesFactory
from tests.services import wait_until

QUEUE = "rightsize:local"


def test_messages_are_acknowledged_early_and_leave_no_result() -> None:
    assert app.conf.task_acks_late is False
    assert not app.conf.task_reject_on_worker_lost
    assert app.conf.result_backend is None
    assert app.conf.task_ignore_result is True
    assert app.conf.accept_content == ["json"]
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.worker_enable_remote_control is False


def test_no_running_task_can_be_delivered_again() -> None:
    options = app.conf.broker_transport_options

    assert options["visibility_timeout"] > app.conf.task_time_limit
    assert options["global_keyprefix"] == "rightsize:"
    assert options["socket_timeout"] is not None


@pytest.mark.services
def test_a_worker_outlives_pickled_and_unknown_messages(
    services: ServicesFactory,
) -> None:
    with services(roles=["local"], migrated=False) as running:
        url = running.record()["redis_url"]
        worker = running.pid("local")
        broker = Connection(
            url.replace("unix://", "redis+socket://"),
            transport_options={"global_keyprefix": "rightsize:"},
        )
        with broker, broker.Producer() as producer:
            producer.publish(
                pickle.dumps({"task": "x"}),
                routing_key="local",
                content_type="application/x-python-serialize",
                content_encoding="binary",
            )
            producer.publish(
                [[], {}, {}],
                routing_key="local",
                headers={"task": "no.such", "id": "1"},
            )
        with redis.Redis.from_url(url) as queue:
            assert wait_until(lambda: queue.llen(QUEUE) == 0)
            assert wait_until(lambda: queue.zcard("rightsize:unacked_index") == 0)
        assert running.pid("local") == worker
        assert running.process.poll() is None


@pytest.mark.services
def test_a_program_with_another_prefix_cannot_take_our_messages(
    redis_url: str,
) -> None:
    address = redis_url.replace("unix://", "redis+socket://")
    ours = Connection(address, transport_options={"global_keyprefix": "rightsize:"})
    with ours, Connection(address) as other:
        ours.SimpleQueue("default").put({"run": 1})

        with pytest.raises(other.SimpleQueue("default").Empty):
            other.SimpleQueue("default").get(block=False)
        assert ours.SimpleQueue("default").get(block=False).payload == {"run": 1}
