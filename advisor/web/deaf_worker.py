"""Does a worker still listen to its queue? After some lost connections it does not.

A worker of Celery whose Redis ends at a certain moment, just between a message and its
acknowledgement, may go on without asking for messages ever again (celery/celery issues
8030 and 8091). Nothing is lost, but nothing moves either. So each worker looks from a
thread of its own: messages that lie there while it has nothing to do end it, and who
started it starts it again.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

# How many looks in a row must find it deaf.
LOOKS = 10
TIMEOUT_SECONDS = 1.0


@dataclass(slots=True, kw_only=True)
class DeafWorker:
    """Looks ten times in ``seconds`` at the ``lists`` in the Redis of ``url``.

    ``idle`` says that the worker has nothing to do, ``end`` ends it. A Redis that does
    not answer within ``timeout_s`` says nothing about the worker.
    """

    url: str
    lists: Sequence[str]
    seconds: float
    idle: Callable[[], bool]
    end: Callable[[], None]
    timeout_s: float = TIMEOUT_SECONDS
    _gone: threading.Event = field(default_factory=threading.Event)
    _deaf: int = 0

    def begin(self) -> None:
        """Look from now on."""
        threading.Thread(target=self._run, name="deaf-worker", daemon=True).start()

    def leave(self) -> None:
        """Look no more."""
        self._gone.set()

    def look(self) -> bool:
        """Look once; say whether the worker was found deaf often enough."""
        self._deaf = self._deaf + 1 if self.idle() and self._waiting() else 0
        return self._deaf >= LOOKS

    def _waiting(self) -> bool:
        """Say whether a message lies there; not where nobody answers."""
        client = redis.Redis.from_url(
            self.url,
            socket_timeout=self.timeout_s,
            socket_connect_timeout=self.timeout_s,
            retry=Retry(NoBackoff(), 0),
        )
        try:
            return any(client.llen(name) for name in self.lists)
        except redis.RedisError:
            return False
        finally:
            client.close()

    def _run(self) -> None:
        while not self._gone.wait(self.seconds / LOOKS):
            if self.look():
                log.critical("Messages lie there and this worker takes none: it ends.")
                self.end()
                return


def end_this_process(patience_s: float) -> None:
    """End as when told to; at once if that is not done within ``patience_s``."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(patience_s)
    os._exit(1)
