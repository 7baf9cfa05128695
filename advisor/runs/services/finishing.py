"""Is the run over, and what does it recommend? The last step, and how to repeat it.

The recommendation is computed from rows alone and stored as bytes; computing it again
gives the same bytes.
"""

from collections.abc import Mapping
from hashlib import sha256

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from advisor.runs.models import Answer, Candidate, Run, StoredRecommendation, Trial
from advisor.runs.selectors.evidence import case_of
from advisor.runs.services.driving import begin
from advisor.runs.services.endpoint_health import goes_on_by_itself
from advisor.runs.services.racing import NOT_NEEDED, advance_when_idle, is_idle, is_race
from advisor.runs.services.reaping import skip
from advisor.runs.services.states import (
    FINAL_CANDIDATES,
    LIVE_RUNS,
    OPEN_TRIALS,
    move_run,
)
from advisor.sizing import formats, recommendation
from advisor.sizing.measurement import Figure
from advisor.web.clock import from_now

KEPT_WITHIN_SECONDS = 24 * 3600.0
# Whom nobody works on any more, and why its trials are skipped.
GIVEN_UP = {
    Candidate.State.NOT_RUN: "not_run",
    Candidate.State.UNFIT: "candidate_unfit",
}


def finish(run_id: int) -> bool:
    """End a run whose work is done; False while there is work, or it ended before.

    A run whose remaining candidates all wait for their owner is paused with the
    reason of the first. A run that was stopped at its cap or cancelled keeps what was
    decided by then.
    """
    run = Run.objects.get(pk=run_id)
    if run.state == Run.State.CANCELLING:
        return _end_cancelled(run)
    if run.state == Run.State.BUDGET_STOPPED:
        return _keep_decided(run)
    if run.state == Run.State.CANCELLED and unkept().filter(pk=run.pk).exists():
        return _keep_decided(run)
    advance_when_idle(run)
    if run.state == Run.State.QUEUED and not _open_ones(run).exists() and begin(run_id):
        run.refresh_from_db()  # declared facts exclude everybody: no worker begins it
    if run.state == Run.State.RUNNING and _over(run):
        move_run(run_id, to=Run.State.FINALIZING, text="All answers are in.")
        run.refresh_from_db()
    if run.state != Run.State.FINALIZING:
        return False
    return _decide(run)


def to_finish() -> list[int]:
    """Return the runs that may end now, and stopped ones whose decision is not kept."""
    live = Run.objects.filter(state__in=LIVE_RUNS)
    return [*live.values_list("pk", flat=True), *unkept().values_list("pk", flat=True)]


def unkept() -> QuerySet[Run]:
    """Return stopped runs with no decision, or one from before they went on.

    Who stopped one may have died before; after a day nobody looks any more.
    """
    before = Q(recommendation__created_at__lt=F("finished_at"))
    return Run.objects.filter(
        before | Q(recommendation__isnull=True),
        Exists(Answer.objects.filter(trial__run=OuterRef("pk"))),
        state__in=(Run.State.BUDGET_STOPPED, Run.State.CANCELLED),
        finished_at__gt=from_now(-KEPT_WITHIN_SECONDS),
    )


def _decide(run: Run) -> bool:
    """Store what a run decided and end it.

    Everything is in, so it is computed before the rows are locked: a large run would
    keep everybody's heartbeats waiting. Whoever comes late, after the run ended or went
    on as another generation, stores nothing.
    """
    gaps = Answer.objects.filter(trial__run=run, score__isnull=True).exists()
    skipped = run.trials.filter(state=Trial.State.SKIPPED).exclude(
        last_error_code__in=NOT_NEEDED
    )
    to = Run.State.WITH_GAPS if gaps or skipped.exists() else Run.State.COMPLETED
    document = decided(run)
    with transaction.atomic():
        if not _stands_as(run):
            return False
        sentence = _store(run, document)
        return move_run(run.pk, to=to, sources=(Run.State.FINALIZING,), text=sentence)


def _stands_as(run: Run) -> bool:
    """Lock the row of a run; say whether it has not moved since ``run`` was read."""
    same = Run.objects.filter(pk=run.pk, state=run.state, generation=run.generation)
    return same.select_for_update().first() is not None


def _store(run: Run, document: Mapping[str, object]) -> str:
    """Store the recommendation of a run; return its sentence."""
    text = formats.to_bytes(document).decode()
    StoredRecommendation.objects.update_or_create(
        run=run,
        defaults={
            "outcome": str(document["outcome"]),
            "recommended": str(document["recommended"] or ""),
            "sentence": str(document["sentence"]),
            "document": text,
            "sha256": sha256(text.encode()).hexdigest(),
        },
    )
    # By the clock that says when the run was stopped.
    StoredRecommendation.objects.filter(run=run).update(created_at=Now())
    return str(document["sentence"])


def _keep_decided(run: Run) -> bool:
    """Store what a stopped run decided, once nobody works on it; False if nothing.

    Valid wherever a run stops: certificates are, and what needs all samples is
    undecided.
    """
    if run.trials.filter(state=Trial.State.LEASED).exists() or _is_timed(run):
        return False
    if not Answer.objects.filter(trial__run=run).exists():
        return False
    # What was under way as the run was read is paid for by now.
    run.refresh_from_db(fields=["spent_micro", "unknown_micro", "overshoot_micro"])
    document = decided(run)
    with transaction.atomic():
        if not _stands_as(run):
            return False
        _store(run, document)
    return True


def decided(run: Run) -> dict[str, object]:
    """Compute the recommendation of a run as the published document."""
    made = recommendation.decide(case_of(run))
    return formats.document(
        made, provenance=provenance_of(run), calls=calls_of(run), spend=spend_of(run)
    )


def recomputed(run: Run) -> bytes:
    """Return the bytes that the stored recommendation must equal."""
    return formats.to_bytes(decided(run))


def provenance_of(run: Run) -> dict[str, object]:
    """Return where the figures of a run come from."""
    manifest = run.manifest
    specs = [one["spec"] for one in manifest["candidates"]]
    dates = [spec["price"].get("as_of") for spec in specs if spec.get("price")]
    facts = run.candidates.values_list("facts", flat=True)
    hosts = {(one or {}).get("host") for one in facts}
    return {
        "samples_sha256": run.samples_sha256,
        "rule_sha256": run.rule_sha256,
        "seed": run.seed,
        "versions": manifest["versions"],
        "prices_as_of": min((day for day in dates if day), default=None),
        "hosts_contacted": sorted(host for host in hosts if host),
    }


def calls_of(run: Run) -> dict[str, int]:
    """Return the trials taken, and those that running everything would take.

    ``cached``, where there are any, counts the taken ones that an earlier run had
    answered.
    """
    answers = Answer.objects.filter(trial__run=run)
    told = answers.aggregate(
        made=Count("pk"), cached=Count("pk", filter=Q(cached=True))
    )
    cached = {"cached": told["cached"]} if told["cached"] else {}
    return {"made": told["made"], "exhaustive": run.trials.count()} | cached


def spend_of(run: Run) -> Figure:
    """Return the dollars spent; the upper end adds what may have been billed."""
    spent = (run.spent_micro + run.overshoot_micro) / 1_000_000
    possible = spent + run.unknown_micro / 1_000_000
    return Figure(spent, spent, possible, origin="measured")


def _over(run: Run) -> bool:
    """Say whether nothing is left to do; pause when all that is left is paused.

    A run whose endpoints are expected back shortly still runs.
    """
    open_ones = _open_ones(run)
    if not open_ones.exists():
        _skip_left_over(run)
        return not run.trials.filter(state__in=OPEN_TRIALS).exists()
    paused = open_ones.filter(state=Candidate.State.PAUSED)
    waits = not open_ones.exclude(pk__in=paused).exists() or (
        # In a race the others may wait for what a paused one has not answered.
        is_race(run) and paused.exists() and is_idle(run)
    )
    if waits and not goes_on_by_itself(run):
        first = paused.order_by("position").first()
        reason = f"{first.key}: {first.reason}" if first else ""
        move_run(
            run.pk,
            to=Run.State.PAUSED,
            text=f"The run waits. {reason}",
            level="error",
            pause_reason=reason[:300],
        )
    return False


def _open_ones(run: Run) -> QuerySet[Candidate]:
    return run.candidates.exclude(state__in=FINAL_CANDIDATES)


def _skip_left_over(run: Run) -> None:
    """Skip what came back to pending after its candidate was given up."""
    for state, why in GIVEN_UP.items():
        given_up = run.candidates.filter(state=state).values_list("pk", flat=True)
        skip(run.pk, candidate_ids=list(given_up), why=why)


def _is_timed(run: Run) -> bool:
    """Say whether a candidate is timed now, which spends money and ends in figures."""
    timed = run.candidates.filter(state=Candidate.State.SPEED)
    return timed.filter(lease_until__isnull=False).exists()


def _end_cancelled(run: Run) -> bool:
    """End a cancelled run once nobody works on it any more."""
    if run.trials.filter(state__in=OPEN_TRIALS).exists() or _is_timed(run):
        return False
    ended = move_run(run.pk, to=Run.State.CANCELLED, text="The run was cancelled.")
    if ended:
        run.refresh_from_db()
        _keep_decided(run)
    return ended
