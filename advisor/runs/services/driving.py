"""What does a worker do with a hint? One slice of one candidate's work.

A slice claims block after block, answers, scores and commits them until its time is
over, nothing is due, or the worker is to stop; then the work is anybody's. Running it
twice, late or at the same time elsewhere is safe: the leases decide.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from advisor.engines.base import Engine, EngineError, EngineFacts, Failure
from advisor.runs.models import Candidate, Run, Trial
from advisor.runs.services.answering import Desk
from advisor.runs.services.claiming import claim_unit, free_unit
from advisor.runs.services.endpoint_health import may_start
from advisor.runs.services.fairness import served
from advisor.runs.services.holding import held_engine, is_open
from advisor.runs.services.keeping import Keeper, LostError
from advisor.runs.services.racing import advance, awaits_judgement
from advisor.runs.services.reaping import TRIES_TO_OPEN, skip
from advisor.runs.services.speed import measure_speed
from advisor.runs.services.speed_need import speed_is_needed
from advisor.runs.services.states import OPEN_TRIALS, WORKING, move_candidate, move_run
from advisor.runs.services.working import Work

S = Candidate.State


@dataclass(frozen=True, slots=True)
class Slice:
    """What a slice did: answers stored, and whether the candidate needs another."""

    stored: int = 0
    more: bool = False


def never() -> bool:
    """Say that nobody asked to stop."""
    return False


def nothing() -> None:
    """Do nothing."""


def drive(
    *,
    run_id: int,
    candidate_id: int,
    seconds: float | None = None,
    stopping: Callable[[], bool] = never,
    enough: Callable[[], bool] = never,
    before_timing: Callable[[], None] = nothing,
) -> Slice:
    """Work on one candidate of a run for at most ``seconds`` (default one slice).

    Returns at once when there is nothing to do. Once ``stopping`` says yes, what is
    answered is stored and the rest handed back; once ``enough`` does, nothing more is
    sent. ``before_timing`` ends what else this process does.
    """
    begin(run_id)
    candidate = _to_work_on(run_id, candidate_id)
    if candidate is None:
        return Slice()
    until, stored = time.monotonic() + (seconds or settings.SLICE_SECONDS), 0
    try:
        _open(candidate)
        with held_engine(candidate) as (engine, _):
            desk = Desk.of(candidate, engine)
            stored = _quality(desk, until, enough=enough, stopping=stopping)
            candidate.refresh_from_db(fields=["state", "decision"])
            _end_quality(candidate, engine)
            if candidate.state == S.SPEED and not stopping():
                before_timing()
                measure_speed(candidate, engine, stopping=stopping)
                advance(run_id)
    except EngineError as error:
        turn_down(candidate, error.failure)
        return Slice(more=True)
    except LostError as error:
        return Slice(stored + error.stored, more=True)
    finally:
        served(candidate.pk)
    candidate.refresh_from_db(fields=["state"])
    return Slice(stored, more=candidate.state in (*WORKING, S.SPEED))


def _is_over(desk: Desk, until: float, enough: Callable[[], bool]) -> bool:
    # What the next calls cost is known when those under way have ended.
    return desk.bill.too_dear or time.monotonic() >= until or enough()


def _to_work_on(run_id: int, candidate_id: int) -> Candidate | None:
    """Return the candidate with what its work needs; None where there is none."""
    rows = Candidate.objects.select_related("run__setup", "recorded", "endpoint")
    one = rows.get(pk=candidate_id, run_id=run_id)
    going = one.run.state == Run.State.RUNNING and one.state in (*WORKING, S.SPEED)
    return one if going and may_start(one) else None


def begin(run_id: int) -> bool:
    """Start a queued run; False when it is not queued."""
    return move_run(
        run_id,
        to=Run.State.RUNNING,
        sources=(Run.State.QUEUED,),
        text="The run started.",
        started_at=Coalesce(F("started_at"), Now()),
    )


def _quality(
    desk: Desk,
    until: float,
    *,
    enough: Callable[[], bool],
    stopping: Callable[[], bool],
) -> int:
    work: Work
    with Keeper(on_lost=lambda: give_up(work)) as keeper:
        work = Work(
            desk=desk,
            keeper=keeper,
            over=partial(_is_over, desk, until, enough),
            stopping=stopping,
            enough=enough,
        )
        stored = work.run()
        if stored and desk.candidate.crashes:
            Candidate.objects.filter(pk=desk.candidate.pk).update(crashes=0)
        if keeper.lost.is_set():
            raise LostError(stored)
    return stored


def give_up(work: Work) -> None:
    """End what is under way and begin nothing more; from any thread."""
    # In this order, or a model is opened once more for a block that waits.
    work.under_way.send_no_more()
    work.desk.engine.close()


def _open(candidate: Candidate) -> None:
    """Open the engine under the candidate's lease, so that all see somebody at work.

    Opening may take minutes. A worker that finds another one at it opens one as well:
    several machines may work on one candidate.
    """
    fresh = candidate.state in (S.WAITING, S.PREPARING)
    if not fresh and is_open(candidate):
        return
    move_candidate(
        candidate,
        to=S.PREPARING,
        text=f"{candidate.key}: opening {candidate.engine}.",
        started_at=Coalesce(F("started_at"), Now()),
    )
    token = claim_unit(candidate)
    keeper = Keeper()
    with keeper, keeper.hold(token, candidate.pk) if token else nullcontext():
        try:
            with held_engine(candidate) as (_, facts):
                row = facts_row(candidate, facts)
        finally:
            if token:
                free_unit(candidate, token)
    if candidate.state == S.PREPARING:
        move_candidate(candidate, to=S.READY, facts=row)


def _end_quality(candidate: Candidate, engine: Engine) -> None:
    """Go on to the speed phase, or end, once every trial has its final state.

    Not where the run was stopped meanwhile: what it skipped is over only for now. Who
    goes on asks no facts: for them a model that was left at work is loaded again.
    """
    going = Run.objects.filter(pk=candidate.run_id, state=Run.State.RUNNING)
    if candidate.state != S.READY or not going.exists():
        return
    trials = Trial.objects.filter(candidate=candidate, state__in=OPEN_TRIALS)
    if trials.exists() or awaits_judgement(candidate):
        return
    row = facts_row(candidate, engine.facts())
    to = S.SPEED if speed_is_needed(candidate) else S.DONE
    move_candidate(candidate, to=to, facts=row)
    advance(candidate.run_id)


def facts_row(candidate: Candidate, facts: EngineFacts) -> dict[str, object]:
    """Return the facts as JSON values; what the speed phase added stays.

    So does a higher peak of memory: another process did the same work.
    """
    kept = dict(candidate.facts or {})
    peaks = facts.peak_memory_bytes, kept.get("peak_memory_bytes")
    return kept | {
        "engine": facts.engine,
        "model": facts.model,
        "revision": facts.revision,
        "precision": facts.precision,
        "parameters": facts.parameters,
        "weights_sha256": facts.weights_sha256,
        "load_ms": facts.load_ms,
        "peak_memory_bytes": max(filter(None, peaks), default=None),
        "base_memory_bytes": facts.base_memory_bytes,
        "versions": dict(facts.versions),
        "isolation": dict(facts.isolation),
        "host": facts.host,
        "not_sent": sorted({*kept.get("not_sent", ()), *facts.not_sent}),
    }


def turn_down(candidate: Candidate, failure: Failure) -> None:
    """Deal with an engine that would not open.

    What the model causes is a result (it does not fit), a wrong configuration waits
    for its owner, an unreachable server is tried five times before it does.
    """
    candidate.refresh_from_db()
    text = f"{candidate.key}: {failure.message}"
    if failure.kind == "model":
        if move_candidate(
            candidate, to=S.UNFIT, text=text, level="warning", reason=failure.message
        ):
            skip(candidate.run_id, candidate_ids=[candidate.pk], why="candidate_unfit")
        return
    tries = candidate.crashes + 1
    Candidate.objects.filter(pk=candidate.pk).update(crashes=tries)
    if failure.kind == "transport" and tries < TRIES_TO_OPEN:
        move_candidate(candidate, to=S.WAITING, text=text, level="warning")
        return
    pause_candidate(candidate, failure.message)


def pause_candidate(candidate: Candidate, reason: str) -> None:
    """Stop a candidate until its owner resumes it; the other candidates go on."""
    move_candidate(
        candidate,
        to=S.PAUSED,
        text=f"{candidate.key} was paused: {reason}",
        level="error",
        reason=reason[:500],
    )
