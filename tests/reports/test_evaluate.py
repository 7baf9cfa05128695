"""`manage.py evaluate` says how it ended, in words, by status and in JSON."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from jsonschema import Draft202012Validator

from advisor.accounts.models import Team
from advisor.accounts.services import record
from advisor.adaptations.models import Adaptation
from advisor.projects import services
from advisor.projects.models import Project, Setup, Upload
from advisor.runs.models import Run
from tests.house.source import ROOT
from tests.reports.setup_folder import (
    evaluate,
    recorded,
    write_answers,
    write_samples,
    write_setup,
)
from tests.runs.factory import keys, make_setup, right

pytestmark = pytest.mark.django_db
SCHEMA = json.loads((ROOT / "docs/schema/recommendation-1.json").read_text())


def test_0_is_a_recommendation_with_table_sentence_and_reasons(tmp_path: Path):
    done = evaluate(write_setup(tmp_path))
    assert done.status == 0
    table, reasons, sentence = done.out.strip().split("\n\n")
    head, rule, *rows = table.splitlines()
    assert head.split()[:3] == ["Candidate", "Quality", "Loss"]
    assert set(rule) == {"-", " "}
    assert [(row.split()[0], row.split()[-1]) for row in rows] == [
        ("good", "recommended"),
        ("bad", "rejected"),
        ("big", "reference"),
    ]
    *told, calls = reasons.splitlines()
    assert [line.split(":")[0] for line in told] == ["good", "bad", "big"]
    assert calls.endswith(" possible answers were taken.") or "not needed" in calls
    assert sentence.startswith("Use good: it scores 96.2%")


def test_3_is_none_qualifies(tmp_path: Path):
    path = write_setup(tmp_path, candidates=[recorded("bad")])
    done = evaluate(path)
    assert done.status == 3
    assert "no candidate does" in done.out
    assert Run.objects.get().recommendation.outcome == "none_qualifies"


def test_3_also_when_the_reference_is_to_be_kept(tmp_path: Path):
    cheap = {"price": {"input_per_1m": 0.1, "output_per_1m": 0.1}}
    dear = {"price": {"input_per_1m": 9, "output_per_1m": 9}}
    path = write_setup(
        tmp_path,
        reference=recorded("big", **cheap),
        candidates=[recorded("good", **dear)],
        objective="cost",
    )
    done = evaluate(path)
    assert done.status == 3
    document = json.loads(Run.objects.get().recommendation.document)
    assert document["keep_reference"] is True


def test_4_is_undecided(tmp_path: Path):
    write = write_setup(tmp_path, constraints={"quality_margin": 0.02})
    done = evaluate(write)
    assert done.status == 4
    assert "further samples" in done.out


def test_2_is_a_wrong_setup_and_nothing_is_stored(tmp_path: Path):
    done = evaluate(write_setup(tmp_path, repeats=0), "--team", "somebody")
    assert (done.status, done.out) == (2, "")
    assert done.lines == ["repeats: 0 is out of range. Give at least 1."]
    stored = [model.objects.count() for model in (Team, Project, Setup, Upload, Run)]
    assert stored == [0, 0, 0, 0, 0]


def test_everything_wrong_comes_in_one_list(tmp_path: Path):
    path = write_setup(
        tmp_path,
        sampels="x",
        max_output_tokens="many",
        constraints={"p95_latency": 3},
        candidates=[
            recorded("good"),
            recorded("odd"),
            {"id": "x", "engine": "recorded", "file": "./no such/x.jsonl"},
        ],
    )
    write_samples(tmp_path / "samples.jsonl", 3)
    with (tmp_path / "samples.jsonl").open("a") as file:
        file.write('{"id": "s0001", "input": "again", "expected": "yes"}\n')
        file.write('{"id": "s0009", "input": "", "expected": "yes"}\n')
    (tmp_path / "recorded" / "odd.jsonl").write_text('{"id": "a"}\nnonsense\n')
    done = evaluate(path)
    assert done.status == 2
    told = {line.split(": ")[0]: line for line in done.lines}
    assert len(done.lines) == 8
    assert told["sampels"].endswith("Did you mean samples?")
    assert "'many' is not a whole number" in told["max_output_tokens"]
    assert "Did you mean p95_latency_ms?" in told["constraints.p95_latency"]
    assert told["candidates.2.file"] == (
        "candidates.2.file: './no such/x.jsonl' is not there."
        " Paths are relative to the setup file."
    )
    rows = [line for line in done.lines if line.startswith("samples:")]
    assert [re.search(r"line \d", row)[0] for row in rows] == ["line 4", "line 5"]
    odd = [line for line in done.lines if line.startswith("candidates.1.file:")]
    assert [re.search(r"line \d", row)[0] for row in odd] == ["line 1", "line 2"]
    assert all("'recorded/odd.jsonl'" in row for row in odd)


def test_rows_are_told_where_the_schema_is_right_too(tmp_path: Path):
    path = write_setup(tmp_path, scorer={"name": "numeric"})
    done = evaluate(path)
    assert done.status == 2
    assert len(done.lines) >= 80
    assert all(line.startswith("samples: 'samples.jsonl' ") for line in done.lines)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"project": "   "}, "project: '   ' is too short"),
        ({"project": "No\u0000ne"}, r"project: 'No\x00ne' holds a NUL"),
        ({"prompt": "{input} \ud800"}, r"prompt: '{input} \ud800' holds half a char"),
        ({"prompt": "a\nb"}, r"prompt: 'a\nb' does not say where the input goes"),
        ({"constraints": {"slices": {"vip": 0.9}}}, "constraints.slices.vip: 0.9 is"),
        (
            {"reference": recorded("big", card="gpt-9")},
            "reference.card: 'gpt-9' is not",
        ),
        ({"samples": None}, "samples: is missing. Add it."),
        ({"repeats": True}, "repeats: true is not a whole number."),
        ({"reference": None, "constraints": {}}, "constraints.min_quality: "),
    ],
)
def test_each_line_has_path_value_wrong_and_remedy(
    tmp_path: Path, changes: dict[str, object], line: str
):
    done = evaluate(write_setup(tmp_path, **changes))
    assert (done.status, len(done.lines)) == (2, 1), done.err
    assert done.lines[0].startswith(line)
    assert not Team.objects.exists()


def test_empty_files_are_told(tmp_path: Path):
    path = write_setup(tmp_path)
    (tmp_path / "samples.jsonl").write_text("")
    (tmp_path / "recorded" / "good.jsonl").write_text("\n")
    assert evaluate(path).lines == [
        "samples: 'samples.jsonl' is empty. Write one sample or answer a line.",
        "candidates.0.file: 'recorded/good.jsonl' is empty."
        " Write one sample or answer a line.",
    ]


def test_too_many_samples_without_a_reference_answer_are_an_error(tmp_path: Path):
    path = write_setup(tmp_path)
    write_answers(tmp_path / "recorded" / "big.jsonl", right(keys(70)))
    done = evaluate(path)
    assert (done.status, len(done.lines)) == (2, 1)
    assert done.lines[0].startswith(
        "reference.file: 'recorded/big.jsonl' has no recorded answer to 10 of 80"
    )


def test_a_key_that_is_not_in_the_environment_is_told(tmp_path: Path):
    server = {
        "id": "q",
        "engine": "openai",
        "model": "m",
        "base_url": "http://127.0.0.1:1/v1",
        "api_key_env": "NO_SUCH_KEY_IS_SET",
    }
    done = evaluate(write_setup(tmp_path, candidates=[server]))
    assert done.lines == [
        "candidates.0.api_key_env: 'NO_SUCH_KEY_IS_SET' is not set in the environment."
        " Run: export NO_SUCH_KEY_IS_SET=…"
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff", "is not UTF-8 text at byte 0"),
        (b"project: [", "is not YAML at line 1"),
        (b'{"project": }', "is not JSON at line 1"),
        (b"- 1", "is not a mapping of keys"),
        (b"a: &x 1\nb: *x", "uses an alias"),
    ],
)
def test_a_file_that_is_no_setup_is_told(tmp_path: Path, content: bytes, told: str):
    (tmp_path / "setup.yaml").write_bytes(content)
    done = evaluate(tmp_path / "setup.yaml")
    assert done.status == 2
    assert told in done.err


def test_a_setup_that_is_not_there_is_named_as_written(tmp_path: Path):
    done = evaluate("./no/../such.yaml")
    assert (done.status, done.lines) == (
        2,
        [
            "SETUP: './no/../such.yaml' is not there."
            " Paths are relative to the folder that you are in."
        ],
    )
    assert evaluate(tmp_path).status == 2


def test_results_that_cannot_be_written_stop_it_before_the_work(tmp_path: Path):
    path = write_setup(tmp_path)
    done = evaluate(path, "--json", "no/such/a.json", "--report", str(tmp_path))
    assert (done.status, len(done.lines)) == (1, 2)
    assert "'no/such/a.json'" in done.lines[0]
    assert not Run.objects.exists()


def test_a_team_is_named_by_its_slug(tmp_path: Path):
    path = write_setup(tmp_path)
    wrong = evaluate(path, "--team", "Team Blue")
    assert wrong.status == 1
    assert "Did you mean team-blue?" in wrong.err
    assert evaluate(path, "--team", "team-blue").status == 0
    assert Project.objects.get().team.slug == "team-blue"


def test_the_json_is_the_stored_document_and_has_the_published_schema(tmp_path: Path):
    path, out = write_setup(tmp_path), tmp_path / "out.json"
    done = evaluate(path, "--json", str(out))
    assert f"\nJSON: {out.resolve()}\n" in done.out
    text = out.read_text()
    assert text == Run.objects.get().recommendation.document
    Draft202012Validator(SCHEMA).validate(json.loads(text))
    assert json.loads(text)["schema"] == SCHEMA["$id"]


@pytest.mark.parametrize("changes", [{"reference": None}, {"repeats": 2}])
def test_other_shapes_have_the_published_schema_too(
    tmp_path: Path, changes: dict[str, object]
):
    limits = {"min_quality": 0.5, "p95_latency_ms": 900, "monthly_requests": 1000}
    path = write_setup(tmp_path, constraints=limits, **changes)
    evaluate(path)
    document = json.loads(Run.objects.get().recommendation.document)
    Draft202012Validator(SCHEMA).validate(document)
    if "reference" in changes:
        assert all(one["difference"] is None for one in document["candidates"])


def test_the_same_project_again_is_a_new_version_and_the_same_look(tmp_path: Path):
    path = write_setup(tmp_path)
    evaluate(path)
    evaluate(path)
    assert list(Setup.objects.values_list("version", "state").order_by("version")) == [
        (1, "frozen"),
        (2, "frozen"),
    ]
    assert list(Run.objects.values_list("number", "look").order_by("number")) == [
        (1, 1),
        (2, 1),
    ]
    first, second = (
        json.loads(run.recommendation.document) for run in Run.objects.all()
    )
    assert first["candidates"] == second["candidates"]
    assert (Project.objects.count(), Upload.objects.count()) == (1, 3)


def test_another_rule_on_the_same_samples_is_another_look(tmp_path: Path):
    evaluate(write_setup(tmp_path))
    evaluate(write_setup(tmp_path, constraints={"quality_margin": 0.2}))
    assert list(Run.objects.values_list("look", flat=True).order_by("pk")) == [1, 2]


def test_spaces_in_a_name_make_no_second_project(tmp_path: Path):
    for name in ("Yes or no", "Yes  or no ", " Yes or no"):
        assert evaluate(write_setup(tmp_path, project=name)).status == 0
    assert Project.objects.get().setups.count() == 3


def test_what_somebody_typed_into_a_draft_stays(tmp_path: Path):
    evaluate(write_setup(tmp_path))
    draft = services.open_draft(project=Project.objects.get(), opened_by=None)
    services.save_draft(setup=draft, document={"goal": "typed by hand"}, step=1)
    services.keep_typed(setup=draft, step="constraints", typed={"margin": ["5o"]})
    assert evaluate(write_setup(tmp_path)).status == 0
    kept = Setup.objects.get(state="draft")
    assert kept.document == {"goal": "typed by hand"}
    assert kept.typed == {"constraints": {"margin": ["5o"]}}
    assert Setup.objects.filter(state="frozen").count() == 2


def test_warnings_are_notes_and_do_not_stop_it(tmp_path: Path):
    path = write_setup(tmp_path)
    write_samples(tmp_path / "samples.jsonl", 10)
    done = evaluate(path)
    assert done.status in (0, 3, 4)
    assert "Note: 10 samples are too few" in done.err


def test_a_run_that_pauses_ends_with_1_and_the_reason(tmp_path: Path):
    refused = {"code": "http_401", "kind": "configuration", "message": "wrong key"}
    failures = dict.fromkeys(keys(80), refused)
    candidate = {
        "id": "a",
        "engine": "fake",
        "model": "a",
        "options": {"failures": failures},
    }
    done = evaluate(write_setup(tmp_path, candidates=[candidate]))
    assert (done.status, done.lines[-1]) == (1, "Run 1 is paused: a: wrong key")


def test_inline_never_asks_the_queue(tmp_path: Path, settings):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    assert evaluate(write_setup(tmp_path)).status == 0


def test_without_a_worker_it_ends_with_1_and_names_the_command(
    tmp_path: Path, settings
):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    settings.WORKER_SECONDS = 0.1
    done = evaluate(write_setup(tmp_path), inline=False)
    assert done.status == 1
    assert "python manage.py serve --roles local,remote,default,dispatcher" in done.err
    assert Run.objects.get().state == Run.State.CANCELLED


def test_a_lease_of_a_worker_that_died_counts_as_nobody(tmp_path: Path, settings):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    settings.WORKER_SECONDS = 0.1
    settings.LEASE_SECONDS = -5
    evaluate(write_setup(tmp_path))
    other = Run.objects.get()
    candidate = other.candidates.first()
    candidate.lease_token = "7c0e0a9e-5f0f-4a39-9f1e-0a4f3f6e5b11"
    candidate.lease_until = "2020-01-01T00:00:00Z"
    candidate.save()
    assert evaluate(write_setup(tmp_path), inline=False).status == 1


def test_a_worker_that_makes_a_model_is_waited_for(tmp_path: Path, settings):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    settings.WORKER_SECONDS = settings.STUCK_SECONDS = 0.1
    setup = make_setup(candidates=[{"id": "a"}])
    job = Adaptation.objects.create(
        project=setup.project,
        setup=setup,
        number=1,
        key="made",
        parent_key="a",
        parent={},
        technique=Adaptation.Technique.PRUNE,
        recipe={},
        budget_s=60,
        lease_until=timezone.now() + timedelta(seconds=1.5),
    )
    assert evaluate(write_setup(tmp_path), inline=False).status == 1
    assert Run.objects.get().finished_at > job.lease_until


def test_the_making_of_a_team_is_remembered(tmp_path: Path):
    evaluate(write_setup(tmp_path))
    team = Team.objects.get()
    actions = list(team.audit_events.order_by("pk").values_list("action", flat=True))
    assert actions == ["team.created", "run.launched"]
    assert record(team=team, actor=None, action="x").actor_name == "System"


def test_a_call_cheaper_than_a_millionth_costs_what_it_costs(tmp_path: Path):
    """Three tokens at 0.10 dollars a million, a thousand times: 0.0003 dollars."""
    cheap = {"price": {"input_per_1m": 0.1, "output_per_1m": 0.1}}
    evaluate(write_setup(tmp_path, candidates=[recorded("good", **cheap)]))
    document = json.loads(Run.objects.get().recommendation.document)
    cost = document["candidates"][0]["cost"]["per_1000_requests"]
    assert cost["value"] == pytest.approx(0.0003)
    assert cost["origin"] == "estimated"
