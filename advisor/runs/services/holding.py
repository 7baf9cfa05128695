"""Which engine is open in this thread? Loading a model is dear, so it is kept.

One engine a thread: driving another candidate closes it, and so do a minute without
work and the end of the process. An engine's own process dies with the thread that
started it, so the thread that opens an engine is the one that uses it.
"""

import atexit
import json
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.conf import settings

from advisor.catalog.endpoint_keys import host_port, open_key
from advisor.engines.base import Engine, EngineError, EngineFacts, EngineSpec, Failure
from advisor.engines.loading import open_engine
from advisor.runs.models import Candidate
from advisor.runs.services.judging import broken
from advisor.web.secrets import UnsealError

log = logging.getLogger(__name__)

IDLE_SECONDS = 60.0
DELETED = (
    "Its endpoint was deleted, so nothing is sent there any more. Name another one in a"
    " new setup version and launch that."
)
SPEC_KEYS = ("revision", "precision", "base_url", "chat", "threads", "concurrency")


@dataclass(slots=True)
class Holder:
    """The engine of one thread, and whether it is in use."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    key: str = ""
    engine: Engine | None = None
    timer: threading.Timer | None = None

    def take(self, spec: EngineSpec, key: str) -> tuple[Engine, EngineFacts]:
        """Return the open engine of ``spec``; opens it, closing any other one.

        Raises:
            EngineError: It cannot be opened; nothing is held then.
        """
        if self.engine is not None and self.key == key:
            return self.engine, self.engine.facts()
        self.drop()
        engine = open_engine(spec)
        try:
            facts = engine.open()
        except BaseException as error:
            engine.close()
            if isinstance(error, EngineError) or not isinstance(error, Exception):
                raise
            # Else it would be opened again for ever, and nobody be told: a full disk,
            # no process to be had, a model that loads for longer than a task may take.
            log.exception("The engine of %s did not open", spec.model)
            raise EngineError(broken(error)) from error
        self.engine, self.key = engine, key
        return engine, facts

    def drop(self) -> None:
        """Close what is held."""
        engine, self.engine, self.key = self.engine, None, ""
        if engine is not None:
            engine.close()

    def drop_when_idle(self) -> None:
        """Close what is held unless it is in use at this moment."""
        if self.lock.acquire(blocking=False):
            try:
                self.drop()
            finally:
                self.lock.release()


_local = threading.local()
_all: list[Holder] = []


@contextmanager
def held_engine(candidate: Candidate) -> Iterator[tuple[Engine, EngineFacts]]:
    """Lend the open engine of ``candidate`` to a block of code.

    Raises:
        EngineError: The engine cannot be opened; its failure says why.
    """
    holder = _holder()
    with holder.lock:
        if holder.timer is not None:
            holder.timer.cancel()
        try:
            yield holder.take(engine_spec(candidate), _key(candidate))
        except BaseException:
            holder.drop()
            raise
    holder.timer = threading.Timer(IDLE_SECONDS, holder.drop_when_idle)
    holder.timer.daemon = True
    holder.timer.start()


def is_open(candidate: Candidate) -> bool:
    """Say whether this thread holds the open engine of ``candidate``."""
    holder = _holder()
    return holder.engine is not None and holder.key == _key(candidate)


def close_own_engine() -> None:
    """Close what this thread holds, as the thread ends."""
    holder = _holder()
    if holder.timer is not None:
        holder.timer.cancel()
    with holder.lock:
        holder.drop()
    _all.remove(holder)
    del _local.holder


def close_engines() -> None:
    """Close every engine that this process holds."""
    for holder in _all:
        if holder.timer is not None:
            holder.timer.cancel()
        holder.drop()


def engine_spec(candidate: Candidate) -> EngineSpec:
    """Return the engine spec of a candidate, with its key and recorded text."""
    spec = candidate.spec
    given = {name: spec[name] for name in SPEC_KEYS if spec.get(name) is not None}
    limit = spec.get("memory_limit_bytes")
    return EngineSpec(
        engine=candidate.engine,
        model=str(spec.get("model") or candidate.key),
        api_key=_api_key(candidate),
        recorded=_recorded(candidate),
        memory_limit_bytes=None if limit is None else int(limit),
        allowed_private=_allowed_private(candidate),
        local_only=bool(spec.get("local_only", False)),
        options=_options(candidate),
        **given,
    )


def _holder() -> Holder:
    holder: Holder | None = getattr(_local, "holder", None)
    if holder is None:
        holder = _local.holder = Holder()
        _all.append(holder)
    return holder


def _key(candidate: Candidate) -> str:
    """Name what an engine serves: equal specs share it, across runs as well."""
    named = {
        "spec": candidate.spec,
        "endpoint": candidate.endpoint_id,
        # A new key is used at once, not when the engine has been idle for a minute.
        "key": candidate.endpoint.key_sealed if candidate.endpoint else "",
        "recorded": candidate.recorded_id,
        "engine": candidate.engine,
    }
    return sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()


def _options(candidate: Candidate) -> dict[str, object]:
    """Return the engine's options; a second try is the run's, and reserved for."""
    options = dict(candidate.spec.get("options") or {})
    if candidate.engine == "openai":
        options.setdefault("retries", {"errors": 1})
        options.setdefault("pace", _pace(candidate.spec.get("concurrency")))
    return options


def _pace(at_once: int | None) -> dict[str, float]:
    """Return how an endpoint is called: at once as often as its user said it bears."""
    pace: dict[str, float] = {"in_hand_s": settings.RATE_WAIT_SECONDS}
    return pace if at_once is None else {**pace, "start": at_once}


def _recorded(candidate: Candidate) -> str | None:
    if candidate.recorded is None:
        return None
    return bytes(candidate.recorded.content).decode("utf-8-sig")


def _api_key(candidate: Candidate) -> str | None:
    """Return the endpoint's key; empty for a server that asks for none."""
    if candidate.engine != "openai":
        return None
    if candidate.endpoint is None and _names_endpoint(candidate):
        failure = Failure(code="no_endpoint", kind="configuration", message=DELETED)
        raise EngineError(failure)
    if candidate.endpoint is None or not candidate.endpoint.key_sealed:
        return ""
    # The address was frozen: a key that was entered for another server stays shut.
    base_url = str(candidate.spec.get("base_url") or "")
    try:
        return open_key(candidate.endpoint, base_url=base_url)
    except UnsealError as error:
        failure = Failure(code="key", kind="configuration", message=str(error))
        raise EngineError(failure) from error


def _names_endpoint(candidate: Candidate) -> bool:
    """Say whether the setup names an endpoint of the team for a candidate."""
    document = candidate.run.setup.document
    entries = (*document["candidates"], document.get("reference") or {})
    return any(one["endpoint"] for one in entries if _is_of(one, candidate))


def _is_of(entry: Mapping[str, Any], candidate: Candidate) -> bool:
    return entry.get("id") == candidate.key and "endpoint" in entry


def _allowed_private(candidate: Candidate) -> tuple[str, ...]:
    """Return the private hosts that the operator allows, in settings or by command."""
    endpoint = candidate.endpoint
    own = (host_port(endpoint),) if endpoint and endpoint.operator_allowed else ()
    return (*settings.ALLOWED_PRIVATE_ENDPOINTS, *own)


atexit.register(close_engines)
