"""How fast is a candidate? One unit of work under the candidate's own lease.

Warm-up apart, then one request at a time, then, where the project states a peak, an
open loop at the peak's share of one replica. A part that other programs disturbed is
measured again. One worker measures a candidate, and one candidate of a queue is
measured at a time; if the worker dies, the next one starts the phase afresh.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.db.models.functions import Now

from advisor.engines.base import Engine, EngineError
from advisor.engines.pacing import Stop
from advisor.runs.models import Candidate
from advisor.runs.services.claiming import claim_unit, free_unit
from advisor.runs.services.endpoint_health import hold
from advisor.runs.services.keeping import Keeper, LostError
from advisor.runs.services.speed_bench import Bench
from advisor.runs.services.states import move_candidate

S = Candidate.State


def measure_speed(
    candidate: Candidate, engine: Engine, *, stopping: Callable[[], bool]
) -> bool:
    """Measure a candidate and end it; False when another worker does, or ours ends.

    Raises:
        LostError: The lease is gone, and the engine was closed with it.
        EngineError: The server refuses the key or the settings.
    """
    token = None if _another_is_measured(candidate) else claim_unit(candidate)
    if token is None:
        time.sleep(min(settings.REAP_SECONDS, 0.2))
        return False
    keeper = Keeper(on_lost=engine.close)
    with keeper, keeper.hold(token, candidate.pk):

        def ended() -> bool:
            return stopping() or not keeper.tick()

        bench = Bench.of(candidate, engine, ended)
        try:
            whole = bench.run()
        except Exception:
            # The engine was closed under its own work: nobody wants it any more.
            if not keeper.lost.is_set():
                raise
            whole = False
        if whole and not keeper.lost.is_set():
            bench.store()
            facts = bench.facts()
            move_candidate(candidate, to=S.DONE, sources=(S.SPEED,), facts=facts)
    bench.purse.give_up()
    free_unit(candidate, token)
    if keeper.lost.is_set() and candidate.state == S.SPEED:
        raise LostError(0)
    if bench.gone is not None:
        _leave(candidate, bench.gone)
    return whole


def _leave(candidate: Candidate, stop: Stop) -> None:
    if stop.kind == "refused":
        raise EngineError(stop.failure)
    hold(candidate, stop)


def _another_is_measured(candidate: Candidate) -> bool:
    """Say whether a model of the same queue is timed now: two would share a machine."""
    others = Candidate.objects.filter(
        queue=candidate.queue, state=S.SPEED, lease_until__gt=Now()
    )
    return others.exclude(pk=candidate.pk).exists()
