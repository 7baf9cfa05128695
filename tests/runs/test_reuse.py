"""What an earlier run of the team was answered is not asked, nor paid, again."""

import json
from dataclasses import fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from advisor.accounts.models import Team
from advisor.catalog.endpoint_keys import save_endpoint
from advisor.engines.base import EngineFacts
from advisor.reports.pages.method import provenance_of
from advisor.reports.selectors import result_of
from advisor.runs import services
from advisor.runs.models import Answer, Attempt, Run
from advisor.runs.services.reuse import Reuse, with_keys
from advisor.runs.services.verifying import broken_invariants
from tests.engines.stub_server import Stub, chat, reply
from tests.runs.factory import make_project, make_setup, make_team
from tests.runs.test_endpoint_faults_in_runs import QUICK

pytestmark = pytest.mark.django_db
SAMPLES = 20


def ask(
    team: Team, calls: Path, *, revision: str | None = "r1", **document: Any
) -> tuple[Run, int]:
    """Run a scripted model; return the run and how often the model was called."""
    before = len(calls.read_text().split()) if calls.exists() else 0
    entry = {
        "id": "a",
        "revision": revision,
        "options": {"default": "upper", "latency_ms": 50.0, "calls_file": str(calls)},
    }
    setup = make_setup(
        project=make_project(team), samples=SAMPLES, candidates=[entry], **document
    )
    run = services.run_inline(services.launch(setup=setup, started_by=None))
    return run, (len(calls.read_text().split()) if calls.exists() else 0) - before


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    return tmp_path / "calls"


def test_a_pinned_model_is_asked_once(calls):
    team = make_team()
    first, asked = ask(team, calls)
    again, asked_again = ask(team, calls)
    assert (asked, asked_again) == (SAMPLES, 0)
    taken = Answer.objects.filter(trial__run=again)
    assert taken.filter(cached=True).count() == SAMPLES
    outputs = [
        list(
            Answer.objects.filter(trial__run=run)
            .order_by("trial__sample__key")
            .values_list("output", "score", "finish", "completion_tokens")
        )
        for run in (first, again)
    ]
    assert outputs[0] == outputs[1]
    assert broken_invariants(again) == []


def test_a_thousand_answers_are_looked_for_in_the_index_and_not_among_all_there_are():
    """A database that may not read the whole table still finds another way only if
    the index of the keys serves the question."""
    keys = [sha256(str(at).encode()).hexdigest() for at in range(1000)]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = with_keys(keys).explain()
    assert "reusable_answers" in plan, plan


def test_what_a_choice_was_weighed_at_is_taken_over_as_well(calls):
    team = make_team()
    first, _ = ask(team, calls)
    Answer.objects.filter(trial__run=first).update(likelihoods=[-0.5, -2.25])
    again, _ = ask(team, calls)
    known = Answer.objects.filter(trial__run=again).values_list(
        "likelihoods", flat=True
    )
    assert list(known) == [[-0.5, -2.25]] * SAMPLES


def test_it_counts_as_a_trial_taken_and_the_document_tells_how_many(calls):
    team = make_team()
    first, _ = ask(team, calls)
    again, _ = ask(team, calls)
    told = [json.loads(run.recommendation.document)["calls"] for run in (first, again)]
    assert told[0] == {"made": SAMPLES, "exhaustive": SAMPLES}
    assert told[1] == {"made": SAMPLES, "exhaustive": SAMPLES, "cached": SAMPLES}


def test_what_is_taken_over_spends_nothing_and_has_no_times(calls):
    team = make_team()
    ask(team, calls)
    again, _ = ask(team, calls)
    answers = Answer.objects.filter(trial__run=again)
    assert set(answers.values_list("latency_ms", "ttft_ms")) == {(None, None)}
    attempts = Attempt.objects.filter(trial__run=again)
    assert set(attempts.values_list("state", "cost_micro", "reserved_micro")) == {
        ("settled", 0, 0)
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"prompt": "Say: {input}"},
        {"max_output_tokens": 7},
        {"stop_at": ["\n"]},
        {"temperature": 0.5},
    ],
)
def test_another_question_is_asked(calls, changed):
    team = make_team()
    ask(team, calls)
    assert ask(team, calls, **changed)[1] == SAMPLES


def test_greedy_answers_do_not_depend_on_the_seed_but_drawn_ones_do(calls):
    team = make_team()
    ask(team, calls, seed=1)
    assert ask(team, calls, seed=2)[1] == 0
    assert ask(team, calls, seed=1, temperature=0.5)[1] == SAMPLES
    assert ask(team, calls, seed=1, temperature=0.5)[1] == 0
    assert ask(team, calls, seed=2, temperature=0.5)[1] == SAMPLES


def test_a_model_that_is_not_pinned_is_asked_again(calls):
    team = make_team()
    ask(team, calls, revision=None)
    assert ask(team, calls, revision=None)[1] == SAMPLES
    assert ask(team, calls, revision="r2")[1] == SAMPLES


def test_another_team_is_told_nothing(calls):
    ask(make_team(), calls)
    assert ask(make_team(), calls)[1] == SAMPLES


def test_a_failure_is_no_answer(calls, tmp_path):
    team = make_team()
    failing = {"code": "content_filter", "kind": "model", "message": "no"}
    entry = {
        "id": "a",
        "revision": "r1",
        "options": {"failures": {"s0003": failing}, "calls_file": str(calls)},
    }
    for _ in range(2):
        setup = make_setup(
            project=make_project(team), samples=SAMPLES, candidates=[entry]
        )
        services.run_inline(services.launch(setup=setup, started_by=None))
    asked = calls.read_text().split()
    assert (len(asked), asked.count("s0003")) == (SAMPLES + 1, 2)


@pytest.mark.parametrize(
    ("model", "pinned"),
    [
        ("gpt-4.1-2025-04-14", True),
        ("claude-sonnet-4-20250514", True),
        ("gemini@20250101", True),
        ("gpt-4.1", False),
        ("gpt-4.1-latest", False),
        ("order-20991399", False),
        ("llama-3.2-3b-instruct", False),
    ],
)
def test_a_snapshot_that_is_named_by_its_day_is_pinned(model, pinned):
    run = services.launch(setup=make_setup(candidates=[{"id": "a"}]), started_by=None)
    one = run.candidates.get()
    one.engine, one.spec = "openai", {"model": model}
    unknown = dict.fromkeys(field.name for field in fields(EngineFacts))
    facts = EngineFacts(**unknown)
    assert bool(Reuse.of(one, facts).pin) is pinned
    one.engine = "fake"
    assert not Reuse.of(one, facts).pin


@pytest.mark.parametrize("what", ["precision", "settings_sha256"])
def test_what_was_answered_in_another_precision_or_template_is_asked_again(what):
    run = services.launch(setup=make_setup(candidates=[{"id": "a"}]), started_by=None)
    one = run.candidates.get()
    one.engine, one.spec = "transformers", {"model": "m", "precision": "auto"}
    unknown = dict.fromkeys(field.name for field in fields(EngineFacts))
    facts = EngineFacts(**{**unknown, "weights_sha256": "w"})
    # A precision left open is settled by the machine that loads the model.
    pins = {
        Reuse.of(one, replace(facts, **{what: found})).pin for found in ("this", "that")
    }
    assert len(pins) == 2


def knows_no_seed(request):
    """A server that refuses to be given a seed, and says yes without."""
    if "seed" in request.json:
        told = {"error": {"message": "Unknown field: seed"}}
        return [reply(told, "400 Bad Request")]
    return [reply(chat("yes", usage=(9, 1)))]


def ask_seedless(team: Team, *, temperature: float) -> list[Run]:
    """Run a pinned model behind a server that refuses seeds, twice; return both."""
    runs = []
    with Stub(knows_no_seed) as stub:
        endpoint = save_endpoint(
            team=team,
            name="stub",
            base_url=stub.url,
            model="m-2025-04-14",
            key="sk-stub",
            operator_allowed=True,
        )
        entry = {"id": "a", "engine": "openai", "endpoint": endpoint.pk}
        for _ in range(2):
            setup = make_setup(
                project=make_project(team),
                samples=8,
                candidates=[entry],
                temperature=temperature,
            )
            run = services.launch(setup=setup, started_by=None)
            one = run.candidates.get()
            one.spec |= {"timed": False, "options": QUICK}
            one.save(update_fields=["spec"])
            runs.append(services.run_inline(run))
    return runs


@pytest.mark.parametrize(("temperature", "taken_over"), [(0.5, 0), (0.0, 8)])
def test_what_was_drawn_without_a_seed_is_not_taken_over(temperature, taken_over):
    _, again = ask_seedless(make_team(), temperature=temperature)
    answers = Answer.objects.filter(trial__run=again, score=1.0)
    assert answers.count() == 8
    assert answers.filter(cached=True).count() == taken_over


def test_a_seed_that_a_server_refused_is_told():
    run, _ = ask_seedless(make_team(), temperature=0.5)
    assert run.candidates.get().facts["not_sent"] == ["seed"]
    told = {fact.term: fact.value for fact in provenance_of(result_of(run))}
    assert told["Models"].endswith("the server refuses seed, so it was not sent")
