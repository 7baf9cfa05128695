"""How does a frozen setup become a run? Rows only; nothing is published here.

A dispatcher sees the rows within a second, so a launch never waits for a queue.
"""

from collections.abc import Sequence
from hashlib import sha256

from django.db import transaction
from django.db.models import Max

from advisor.accounts.models import Team, User
from advisor.projects.models import Project, Sample, Setup
from advisor.projects.services import freeze
from advisor.runs.models import Candidate, Run, Trial
from advisor.runs.services.capping import cap_micro_of
from advisor.runs.services.errors import LaunchRefused
from advisor.runs.services.inserting import insert_columns
from advisor.runs.services.manifest import canonical, manifest_of
from advisor.runs.services.ordering import BLOCK, RACE_BLOCK, blocks, ordered
from advisor.runs.services.planning import CandidatePlan, Plan, plan_of
from advisor.runs.services.racing import advance, is_race
from advisor.runs.services.remembering import remember_launch
from advisor.runs.services.states import note


@transaction.atomic
def launch(
    *,
    setup: Setup,
    started_by: User | None,
    idempotency_key: str = "",
    cap_usd: float | None = None,
) -> Run:
    """Open a run of a frozen setup and return it, queued; a dispatcher starts it.

    ``cap_usd`` overrides the setup's budget; without either the team's cap for one run
    holds. The same ``idempotency_key`` of a team
    again returns the run that it opened.

    Raises:
        LaunchRefused: Everything that stands in the way, at once; nothing is stored.
    """
    team = setup.project.team
    # One launch a team at a time: numbers, looks and idempotency keys are counted.
    # What else is done for the team meanwhile, as a row that names it, need not wait.
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    again = _opened_before(team, idempotency_key, setup)
    if again is not None:
        return again
    plan = plan_of(setup)
    samples = ordered(plan.samples, rule_sha256=plan.rule_sha256)
    run = _open_run(setup, plan, samples, started_by)
    run.idempotency_key = idempotency_key
    run.cap_micro = cap_micro_of(team=team, plan=plan, asked_usd=cap_usd)
    run.save()
    candidates = [_candidate(run, one) for one in plan.candidates]
    _open_trials(run, candidates, samples, plan.repeats)
    advance(run.pk)
    note(run.pk, kind="run", text=_opened(plan, samples), data={"to": run.state})
    remember_launch(run=run, by=started_by, plan=plan)
    return run


@transaction.atomic
def freeze_and_launch(*, setup: Setup, started_by: User | None) -> Run:
    """Freeze a draft and open a run of it; where either is refused, neither is done.

    Raises:
        SetupInvalid: What keeps the draft from being frozen.
        LaunchRefused: What keeps the run from being opened.
    """
    frozen = freeze(setup=setup, document=setup.document)
    return launch(setup=frozen, started_by=started_by)


def _open_run(
    setup: Setup, plan: Plan, samples: Sequence[Sample], started_by: User | None
) -> Run:
    """Return the row of a run with all that decides; it is not stored yet."""
    project, manifest = setup.project, manifest_of(plan, samples)
    return Run(
        team=project.team,
        project=project,
        setup=setup,
        number=_next_number(project),
        manifest=manifest,
        manifest_sha256=sha256(canonical(manifest).encode()).hexdigest(),
        rule_sha256=plan.rule_sha256,
        samples_sha256=plan.samples_sha256,
        seed=plan.seed,
        look=_look(project.team, str(manifest["series_sha256"]), plan.rule_sha256),
        created_by=started_by,
    )


def _opened_before(team: Team, key: str, setup: Setup) -> Run | None:
    if not key:
        return None
    run = Run.objects.filter(team=team, idempotency_key=key).first()
    if run is not None and run.setup_id != setup.pk:
        raise LaunchRefused(
            [f"The idempotency key {key!r} opened run {run.number} of another setup."]
        )
    return run


def _next_number(project: Project) -> int:
    last = project.runs.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _look(team: Team, series: str, rule_sha256: str) -> int:
    """Return which look at the same samples, reference and scorer this run is.

    An identical setup is the same look: it cannot show anything new.
    """
    earlier = Run.objects.filter(team=team, manifest__series_sha256=series)
    same = earlier.filter(rule_sha256=rule_sha256).first()
    if same is not None:
        return same.look
    last = earlier.aggregate(last=Max("look"))["last"]
    return (last or 0) + 1


def _candidate(run: Run, plan: CandidatePlan) -> Candidate:
    return Candidate.objects.create(
        run=run,
        key=plan.key,
        role=plan.role,
        position=plan.position,
        engine=plan.engine,
        queue=plan.queue,
        spec=plan.spec,
        endpoint_id=plan.endpoint_id,
        recorded_id=plan.recorded_id,
        open_to=0 if is_race(run) else None,
    )


def _open_trials(
    run: Run,
    candidates: Sequence[Candidate],
    samples: Sequence[Sample],
    repeats: int,
) -> None:
    most = RACE_BLOCK if is_race(run) else BLOCK
    block_of = blocks(samples, repeats=repeats, most=most)
    placed = [
        (sample.pk, repeat, index, block_of[index])
        for index, sample in enumerate(samples)
        for repeat in range(repeats)
    ]
    sample_ids, repeated, positions, blocks_of = map(list, zip(*placed, strict=True))
    for candidate in candidates:
        insert_columns(
            Trial,
            len(placed),
            {
                "run_id": run.pk,
                "candidate_id": candidate.pk,
                "sample_id": sample_ids,
                "repeat": repeated,
                "position": positions,
                "block": blocks_of,
            },
        )


def _opened(plan: Plan, samples: Sequence[Sample]) -> str:
    left = len(plan.left_out)
    out = "sample without a reference answer is" if left == 1 else ""
    out = out or "samples without a reference answer are"
    tail = f" {left} {out} left out." if left else ""
    several = "s" if len(plan.candidates) != 1 else ""
    return (
        f"The run was launched: {len(plan.candidates)} model{several} on"
        f" {len(samples)} sample{'s' if len(samples) != 1 else ''}.{tail}"
    )
