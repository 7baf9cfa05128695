"""Caps of runs and of a team's month hold in whatever order calls come (F40)."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.accounts.models import Membership, Role, Team, TeamMonth, User
from advisor.accounts.selectors import spending_of, this_month
from advisor.accounts.services import CapRefused, locked_month, set_caps
from advisor.runs import services
from advisor.runs.models import Attempt, Candidate, Run, RunEvent
from advisor.runs.services.cap_stop import stop_at_cap
from advisor.runs.services.claiming import Claim, claim_block
from advisor.runs.services.driving import begin
from advisor.runs.services.money import (
    close_attempts,
    ledger,
    month_ledger,
    reserve,
    settle,
)
from advisor.runs.services.states import move_candidate
from tests.runs.factory import make_project, make_setup, make_team

PRICE = {"input_per_1m": 10.0, "output_per_1m": 20.0}
RUN_CAP, MONTH_CAP = 200, 300
# On a server's database the callers at the same time are what is to be seen.
INTERLEAVINGS = 100 if connection.vendor == "postgresql" else 1000
KINDS = ("reserve", "settle", "overshoot", "crash", "release")


@pytest.fixture
def team(db: object) -> Team:
    team = make_team("Atlas")
    user = User.objects.create_user(f"{team.slug}@example.org", "x")
    Membership.objects.create(team=team, user=user, role=Role.OWNER)
    return team


def owner(team: Team) -> Membership:
    return Membership.objects.get(team=team, role=Role.OWNER)


def capped(team: Team, month_usd: float | None, run_usd: float | None = None) -> Team:
    return set_caps(team=team, by=owner(team), month_usd=month_usd, run_usd=run_usd)


def claimed(team: Team, cap_usd: float | None = None) -> tuple[int, list[Claim]]:
    """A running run whose first block is claimed."""
    setup = make_setup(
        project=make_project(team), samples=20, candidates=[{"id": "a", "price": PRICE}]
    )
    run = services.launch(setup=setup, started_by=None, cap_usd=cap_usd)
    begin(run.pk)
    one = run.candidates.get()
    move_candidate(one, to=Candidate.State.PREPARING)
    move_candidate(one, to=Candidate.State.READY)
    lease = claim_block(Candidate.objects.select_related("run").get(pk=one.pk))
    assert lease is not None
    return run.pk, list(lease.claims)


def counters(row: Run | TeamMonth) -> dict[str, int]:
    row.refresh_from_db()
    names = ("spent", "reserved", "unknown", "overshoot")
    return {name: getattr(row, f"{name}_micro") for name in names}


def take(run_id: int, claim: Claim, kind: str, amount: int) -> int:
    """Let one thing happen to one call; return the worst price of a started one."""
    if kind == "reserve":
        known = Attempt.objects.filter(trial=claim.trial_id).exists()
        return amount * len([] if known else reserve(run_id, [(claim, amount)]))
    with transaction.atomic():
        if kind in ("settle", "overshoot"):
            cost = amount if kind == "settle" else amount * 3
            settle(run_id, [(claim, cost, "", Attempt.State.SETTLED)])
        else:
            state = "unknown" if kind == "crash" else "released"
            close_attempts([claim.trial_id], state=state, code=kind)
    return 0


def check(team: Team, run_ids: list[int]) -> None:
    """The books agree with the attempts, and no cap is passed."""
    for pk in run_ids:
        now = counters(Run.objects.get(pk=pk))
        assert now == ledger(pk)
        assert now["spent"] + now["reserved"] + now["unknown"] <= RUN_CAP
    month = TeamMonth.objects.filter(team=team).first()
    if month is not None:
        now = counters(month)
        assert now == month_ledger(month.pk)
        assert now["spent"] + now["reserved"] + now["unknown"] <= MONTH_CAP


STEP = st.tuples(
    st.integers(0, 1), st.integers(0, 19), st.sampled_from(KINDS), st.integers(1, 90)
)


@settings(
    max_examples=INTERLEAVINGS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEP, min_size=4, max_size=14))
def test_no_interleaving_of_two_runs_passes_a_cap(team, two_runs, steps):
    with transaction.atomic():
        for which, place, kind, amount in steps:
            run_id, claims = two_runs[which]
            take(run_id, claims[place], kind, amount)
        check(team, [run_id for run_id, _ in two_runs])
        transaction.set_rollback(True)


@pytest.fixture
def two_runs(team: Team) -> list[tuple[int, list[Claim]]]:
    capped(team, MONTH_CAP / 1e6)
    return [claimed(team, cap_usd=RUN_CAP / 1e6) for _ in range(2)]


@pytest.mark.django_db(transaction=True)
def test_callers_at_the_same_time_pass_no_cap(two_runs, team):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite writes one at a time; test_on_postgresql runs this one")

    def caller(seed: int) -> int:
        chance, started = Random(seed), 0
        try:
            for _ in range(60):
                run_id, claims = two_runs[chance.randrange(2)]
                # A claim is one worker's: the leases see to that.
                mine = claims[seed::8]
                kind, amount = chance.choice(KINDS), chance.randint(1, 90)
                started += take(run_id, chance.choice(mine), kind, amount)
        finally:
            connection.close()
        return started

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(caller, range(8))) > 0
    check(team, [run_id for run_id, _ in two_runs])


@pytest.mark.django_db(transaction=True)
def test_two_hundred_callers_start_no_more_than_the_cap_pays(team):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite writes one at a time; test_on_postgresql runs this one")
    worst, allowed = 1000, 57
    setup = make_setup(
        project=make_project(team), candidates=[{"id": "a"}], samples=200
    )
    run = services.launch(setup=setup, started_by=None, cap_usd=allowed * worst / 1e6)
    begin(run.pk)
    trials = list(run.trials.order_by("position"))

    def callers(first: int) -> int:
        """Call for every fortieth trial: a session less to be opened and ended each."""
        try:
            return sum(caller(number) for number in range(first, 200, 40))
        finally:
            connection.close()

    def caller(number: int) -> int:
        trial, chance = trials[number], Random(number)
        claim = Claim(
            trial_id=trial.pk,
            sample_id=trial.sample_id,
            repeat=0,
            position=number,
            number=1,
            errors=0,
        )
        started = len(reserve(run.pk, [(claim, worst)]))
        # One in three is killed here: its reserve stays until it is reaped.
        if started and chance.random() > 1 / 3:
            with transaction.atomic():
                settle(run.pk, [(claim, worst, "", Attempt.State.SETTLED)])
        return started

    with ThreadPoolExecutor(40) as pool:
        assert sum(pool.map(callers, range(40))) == allowed
    books = counters(run)
    assert books == ledger(run.pk)
    assert books["spent"] + books["reserved"] == allowed * worst


def test_the_month_of_a_team_stops_a_run_without_a_cap_of_its_own(team):
    capped(team, 0.000_25)
    run_id, claims = claimed(team)
    assert len(reserve(run_id, [(claim, 100) for claim in claims])) == 2
    assert stop_at_cap(run_id, 100)
    event = RunEvent.objects.filter(run=run_id, kind="run").latest("pk")
    assert event.text.startswith("The next call could pass the cap of team Atlas for ")
    assert Run.objects.get(pk=run_id).state == Run.State.BUDGET_STOPPED


def test_two_teams_do_not_share_a_month(team):
    other, _ = claimed(make_team())
    capped(team, 0.000_1)
    run_id, claims = claimed(team)
    assert len(reserve(run_id, [(claims[0], 100)])) == 1
    assert spending_of(team).reserved_usd == pytest.approx(0.0001)
    assert spending_of(Run.objects.get(pk=other).team).reserved_usd == 0.0


def test_money_goes_back_to_the_month_it_was_reserved_in(team):
    run_id, claims = claimed(team)
    reserve(run_id, [(claims[0], 500)])
    month = TeamMonth.objects.get(team=team)
    earlier = month.month.replace(year=month.month.year - 1)
    TeamMonth.objects.filter(pk=month.pk).update(month=earlier)
    with transaction.atomic():
        settle(run_id, [(claims[0], 120, "", Attempt.State.SETTLED)])
    assert counters(month) == {
        "spent": 120,
        "reserved": 0,
        "unknown": 0,
        "overshoot": 0,
    }
    assert spending_of(team).spent_usd == 0.0


def test_what_was_billed_above_its_reserve_is_gone_as_well(team):
    capped(team, 0.001)
    run_id, claims = claimed(team)
    reserve(run_id, [(claims[0], 100)])
    with transaction.atomic():
        settle(run_id, [(claims[0], 950, "", Attempt.State.SETTLED)])
    assert reserve(run_id, [(claims[1], 60)]) == []
    assert spending_of(team).rest_usd == pytest.approx(0.000_05)


def test_the_database_refuses_to_pass_the_cap_of_a_month(team):
    capped(team, 0.001)
    with transaction.atomic():
        month = locked_month(team.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamMonth.objects.filter(pk=month.pk).update(unknown_micro=1001)


def test_a_new_cap_holds_in_the_month_that_is_under_way(team):
    capped(team, None)
    run_id, claims = claimed(team)
    reserve(run_id, [(claims[0], 100)])
    capped(team, 0.000_15)
    assert reserve(run_id, [(claims[1], 100)]) == []
    capped(team, None)
    assert len(reserve(run_id, [(claims[1], 100)])) == 1


@pytest.mark.parametrize(
    ("month", "run", "words"),
    [
        (5.0, 10.0, "may not cost more than the month"),
        (-1.0, None, "must be from 0 to 100,000 USD, got -1.0"),
        (float("nan"), None, "must be from 0 to 100,000 USD, got nan"),
        (None, 1e6, "The cap for one run must be"),
    ],
)
def test_caps_that_make_no_sense_are_refused_in_words(team, month, run, words):
    with pytest.raises(CapRefused, match=words):
        capped(team, month, run)
    team.refresh_from_db()
    assert (team.month_cap_micro, team.run_cap_micro) == (None, None)


def test_a_cap_below_what_the_month_holds_is_refused(team):
    run_id, claims = claimed(team)
    reserve(run_id, [(claims[0], 2_000_000)])
    with pytest.raises(CapRefused, match=f"{this_month():%B} already holds 2.00 USD"):
        capped(team, 1.0)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_only_owners_and_admins_set_caps(team, role):
    Membership.objects.filter(team=team).update(role=role)
    with pytest.raises(CapRefused, match="Only an owner or admin"):
        set_caps(team=team, by=team.memberships.get(), month_usd=1.0, run_usd=None)


def test_setting_caps_is_remembered(team):
    capped(team, 150.0, 10.0)
    event = team.audit_events.get(action="team.caps_set")
    assert event.detail == {
        "from": {"month_usd": None, "run_usd": None},
        "to": {"month_usd": 150.0, "run_usd": 10.0},
    }


def priced_setup(team: Team, **document: object) -> object:
    entry = {"id": "api", "engine": "openai", "price": PRICE, "base_url": "https://a.b"}
    return make_setup(
        project=make_project(team), samples=20, candidates=[entry], **document
    )


def test_a_run_that_passes_the_rest_of_the_month_is_not_opened(team):
    capped(team, 2.3)
    with pytest.raises(services.LaunchRefused) as refused:
        services.launch(setup=priced_setup(team, budget_usd=4.1), started_by=None)
    assert str(refused.value) == (
        "This run needs about $4.10; team Atlas has $2.30 left in"
        f" {this_month():%B}. An owner can raise the cap."
    )
    assert not Run.objects.filter(team=team).exists()


def test_a_run_above_the_cap_for_one_run_is_not_opened(team):
    capped(team, None, 3.0)
    with pytest.raises(services.LaunchRefused, match=r"allows \$3.00 for one run"):
        services.launch(setup=priced_setup(team, budget_usd=4.1), started_by=None)


def test_a_run_without_a_cap_gets_the_one_of_its_team(team):
    capped(team, None, 3.0)
    run = services.launch(setup=priced_setup(team), started_by=None)
    assert run.cap_micro == 3_000_000


def test_a_run_that_spends_nothing_needs_no_rest(team):
    capped(team, 0.0)
    setup = make_setup(
        project=make_project(team), candidates=[{"id": "a"}], budget_usd=5
    )
    assert services.launch(setup=setup, started_by=None).cap_micro == 5_000_000


def test_a_cap_is_not_raised_past_what_the_team_allows(team):
    capped(team, 5.0, 4.0)
    run = services.launch(setup=priced_setup(team, budget_usd=1), started_by=None)
    with pytest.raises(services.StepRefused, match=r"allows \$4.00 for one run"):
        services.raise_cap(run=run, cap_usd=4.5)
    with pytest.raises(services.StepRefused, match="caps every run"):
        services.raise_cap(run=run, cap_usd=None)
    assert services.raise_cap(run=run, cap_usd=4.0).cap_micro == 4_000_000
