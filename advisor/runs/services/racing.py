"""Who is asked next, and who need not be? A run that stops when it is decided.

Called after every commit. Judges what is in, in the fixed random order; ends whoever is
certified or discarded; opens the next blocks of the first candidate that could still be
recommended, and of the reference. When nobody could, the rest is not run.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction

from advisor.runs.models import Candidate, Run, Trial
from advisor.runs.selectors.racing import (
    RaceStanding,
    has_new_block,
    seen_by,
    standing_of,
)
from advisor.runs.selectors.scores import ScoresSeen
from advisor.runs.services.ahead import (
    blocks_ahead,
    in_line,
    reference_to,
)
from advisor.runs.services.hints import due_candidates
from advisor.runs.services.news import tell
from advisor.runs.services.reaping import skip
from advisor.runs.services.states import (
    FINAL_CANDIDATES,
    WORKING,
    move_candidate,
    note,
)

D, S = Candidate.Decision, Candidate.State
# Why a trial was skipped that nobody needs: no gap, and nothing to be tried again.
NOT_NEEDED = ("decided", "not_run")
TRIES_TO_JUDGE = 2
WORDS = {
    D.CERTIFIED: "certified after {n} samples",
    D.DISCARDED: "discarded after {n} samples",
    D.UNDECIDED: "undecided after all {n} samples",
}


def is_race(run: Run) -> bool:
    """Say whether a run stops when it is decided."""
    return bool(run.manifest["stop"] == "decided")


def awaits_judgement(one: Candidate) -> bool:
    """Say whether a candidate of a race may have to go on; its row must be fresh."""
    under_test = one.role == Candidate.Role.CANDIDATE and one.open_to is not None
    return under_test and not one.decision


def advance(run_id: int, seen: ScoresSeen | None = None) -> None:
    """Judge what is in and open what comes next; safe to call at any time.

    ``seen`` is what the same thread has read for earlier judgements of the run.

    Judged without a lock, so that nobody's heartbeat waits for it; where another one
    stored a judgement meanwhile, again, and at last under the lock.
    """
    for _ in range(TRIES_TO_JUDGE):
        run = Run.objects.get(pk=run_id)
        if not _is_raced(run):
            return
        rows = list(run.candidates.order_by("pk"))
        if _apply(run, rows, standing_of(run, rows, seen)):
            break
    else:
        with transaction.atomic():
            rows = _locked(run)
            _apply(run, rows, standing_of(run, rows))
    tell(run_id)


def judge_new(run: Run, seen: ScoresSeen) -> None:
    """Judge what a block adds that was stored just now, if it makes another one whole.

    What is opened follows from what is judged, so that there is nothing else to do.
    """
    if not is_race(run):
        return
    rows = run.candidates.only("role", "state", "decision", "open_to", "certifiers")
    if has_new_block(run, list(rows)):
        advance(run.pk, seen)


def _is_raced(run: Run) -> bool:
    return is_race(run) and run.state in (Run.State.QUEUED, Run.State.RUNNING)


def _locked(run: Run) -> list[Candidate]:
    return list(run.candidates.select_for_update(of=("self",)).order_by("pk"))


def _mark(one: Candidate) -> tuple[object, ...]:
    return one.state, one.decision, one.open_to, one.decided_after, seen_by(one)


@transaction.atomic
def _apply(run: Run, judged: Sequence[Candidate], now: RaceStanding) -> bool:
    """Store a judgement of rows; False when they have changed since."""
    rows = _locked(run)
    if [_mark(one) for one in rows] != [_mark(one) for one in judged]:
        return False
    candidates = [one for one in rows if one.role == Candidate.Role.CANDIDATE]
    reference = next((one for one in rows if one not in candidates), None)
    candidates.sort(key=lambda one: one.position)
    for one in candidates:
        _judge(run, one, now)
    if reference is not None and reference.open_to:
        _keep(reference, now.race.reference, now.samples.get(reference.pk, 0))
    chosen = _next(run, candidates, now)
    if chosen is not None:
        _open(chosen, reference, now)
    elif not _awaited(candidates):
        _end(run, candidates, reference)
    return True


def advance_when_idle(run: Run) -> None:
    """Advance a race in which nobody has anything to do; call it again and again.

    So goes on what a crash interrupted between a commit and its judgement.
    """
    if is_race(run) and run.state == Run.State.RUNNING and is_idle(run):
        advance(run.pk)


def is_idle(run: Run) -> bool:
    """Say whether nobody works on a run, and nobody could."""
    held = run.trials.filter(state=Trial.State.LEASED).exists()
    held = held or run.candidates.filter(lease_until__isnull=False).exists()
    return not held and not due_candidates([run.pk])


def _judge(run: Run, one: Candidate, now: RaceStanding) -> None:
    """Store what a candidate's samples say; ask no more of one that is decided."""
    if one.decision:
        # A trial that was handed back, or waits to be tried again, is not needed.
        if one.state in WORKING:
            skip(run.pk, candidate_ids=[one.pk], why="decided")
        return
    if not one.open_to or one.state in FINAL_CANDIDATES:
        return
    lane, n = now.lane(one), now.samples[one.pk]
    if lane.certified:
        one.decision = D.CERTIFIED
    elif lane.rejected:
        one.decision = D.DISCARDED
    elif n == run.manifest["samples"]["count"]:
        one.decision = D.UNDECIDED
    _keep(one, lane.states, n)
    if one.decision:
        one.decided_after = n
        one.save(update_fields=["decision", "decided_after"])
        skip(run.pk, candidate_ids=[one.pk], why="decided")
        told = WORDS[D(one.decision)].format(n=n)
        note(run.pk, candidate_id=one.pk, kind="race", text=f"{one.key}: {told}.")


def _keep(one: Candidate, states: Mapping[str, object], samples: int) -> None:
    """Store the certifiers, so that nobody replays what they have seen."""
    if samples > seen_by(one):
        one.certifiers = {"samples": samples, "states": dict(states)}
        one.save(update_fields=["certifiers"])


def _next(
    run: Run, candidates: Sequence[Candidate], now: RaceStanding
) -> Candidate | None:
    """Return the candidate whose samples are asked next; None when none is.

    A latency is known only once it is measured, so that there a certificate ends
    nothing: whoever is left could still be faster.
    """
    by_key = {one.key: one for one in candidates}
    to_the_end = run.others_too or run.manifest["objective"] == "latency"
    if not to_the_end:
        return by_key[now.race.next] if now.race.next else None
    lanes = [lane for lane in now.race.lanes if lane.open]
    open_ones = [by_key[lane.id] for lane in lanes if not by_key[lane.id].decision]
    return open_ones[0] if open_ones else None


def _open(one: Candidate, reference: Candidate | None, now: RaceStanding) -> None:
    """Let a candidate go on some blocks beyond what is judged, and its reference.

    While a candidate catches up, a reference behind an endpoint goes on as if nobody
    were behind.
    """
    judged = now.judged[one.pk]
    known = 0 if reference is None else now.judged.get(reference.pk, 0)
    more = now.lane(one).more
    ahead = blocks_ahead(one, more, judged=judged, behind=known - judged)
    to = min(now.blocks, judged + ahead)
    _raise(one, to)
    if reference is None:
        return
    if reference.engine == "openai":
        to = min(now.blocks, max(to, now.first + in_line(reference)))
    _raise(reference, reference_to(one, reference, to, now.blocks))


def _raise(one: Candidate, to: int) -> None:
    if one.open_to is not None and one.open_to < to:
        one.open_to = to
        one.save(update_fields=["open_to"])


def _awaited(candidates: Sequence[Candidate]) -> bool:
    """Say whether somebody may still change what is recommended.

    A certificate may be withdrawn once the speed is measured; a paused candidate waits
    for its owner, unless a cheaper one is certified.
    """
    certified = [one for one in candidates if one.decision == D.CERTIFIED]
    if any(one.state not in FINAL_CANDIDATES for one in certified):
        return True
    first = min((one.position for one in certified), default=None)
    paused = [one for one in candidates if one.state == S.PAUSED]
    return any(first is None or one.position < first for one in paused)


def _end(
    run: Run, candidates: Sequence[Candidate], reference: Candidate | None
) -> None:
    """End the race: what was not needed is not run, the reference is asked no more."""
    best = next((one.key for one in candidates if one.decision == D.CERTIFIED), None)
    for one in candidates:
        if one.decision or one.state in FINAL_CANDIDATES:
            continue
        why = f"{best} was certified first" if best else "a declared fact excludes it"
        if move_candidate(one, to=S.NOT_RUN, text=f"{one.key}: not run, {why}."):
            skip(run.pk, candidate_ids=[one.pk], why="not_run")
    if reference is None or reference.state not in (*WORKING, S.PAUSED):
        return
    if reference.state == S.PAUSED:
        # Nobody needs what it would answer, so nobody waits until it can be asked.
        why = f"The race is over without it: {reference.reason}"[:500]
        text = f"{reference.key}: not asked any more. {why}"
        move_candidate(reference, to=S.NOT_RUN, text=text, reason=why)
    skip(run.pk, candidate_ids=[reference.pk], why="decided")
