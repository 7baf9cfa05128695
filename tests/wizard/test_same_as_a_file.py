"""A setup typed into the form decides exactly as the same setup from a file does."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from advisor.runs import services
from advisor.runs.models import Run
from tests.runs.factory import keys, right
from tests.wizard.walk import Walk, lines

DATA = Path(__file__).parents[3] / "shared" / "data" / "gsm8k_gpt3"
PATTERN = {"pattern": r"A:\s*(.+)$"}


def from_file(setup: dict[str, Any], folder: Path) -> Run:
    """Evaluate a setup file as the command line does, in this process."""
    path = folder / "setup.yaml"
    path.write_text(yaml.safe_dump(setup))
    with pytest.raises(SystemExit) as ended:
        call_command("evaluate", str(path), inline=True, team="by-file")
    assert ended.value.code in (0, 3, 4)
    return Run.objects.get(team__slug="by-file")


def decided(run: Run) -> dict[str, Any]:
    return dict(json.loads(run.recommendation.document))


def as_bytes(run: Run) -> str:
    """The candidates of the stored document, character by character."""
    document = run.recommendation.document
    start = document.index('"candidates": [')
    return document[start : document.index('"cheaper_undecided"')]


def assert_same(typed: Run, filed: Run) -> None:
    assert as_bytes(typed) == as_bytes(filed)
    one, other = decided(typed), decided(filed)
    for key in ("outcome", "recommended", "sentence", "keep_reference", "calls"):
        assert one[key] == other[key], key
    for key in ("samples_sha256", "rule_sha256", "seed"):
        assert one["provenance"][key] == other["provenance"][key], key


def answers(wrong: int) -> bytes:
    """Answers with tokens and times, the first ``wrong`` of them wrong."""
    found = right(keys(60), wrong=wrong).items()
    return lines(
        {
            "id": key,
            "output": output,
            "latency_ms": 300 + 7 * index,
            "prompt_tokens": 40,
            "completion_tokens": 10 + index % 3,
        }
        for index, (key, output) in enumerate(found)
    )


def test_typed_and_filed_setups_give_the_same_candidates(walk: Walk, tmp_path: Path):
    rows = lines(
        {"id": key, "input": f"{key}?", "expected": "yes", "tags": ["vip"]}
        for key in keys(60)
    )
    given = {"s.jsonl": rows, "large": answers(1), "small": answers(3)}
    given["tiny"] = answers(30)
    for name, content in given.items():
        (tmp_path / name).write_bytes(content)
    price = {"input_per_1m": 0.5, "output_per_1m": 1.5}
    setup = {
        "project": "Ticket routing",
        "samples": "s.jsonl",
        "prompt": "Q: {input}\nA:",
        "scorer": {"name": "regex", "pattern": "(yes|no)"},
        "max_output_tokens": 16,
        "reference": {
            **{"id": "large", "engine": "recorded", "file": "large"},
            "price": {"input_per_1m": 5.0, "output_per_1m": 15.0},
        },
        "candidates": [
            {"id": "small", "engine": "recorded", "file": "small", "price": price},
            {"id": "tiny", "engine": "recorded", "file": "tiny", "parameters": 10**9},
        ],
        "constraints": {
            "quality_margin": 0.2,
            "slices": {"vip": 0.5},
            "p95_latency_ms": {"limit": 800, "level": "prefer"},
            "monthly_requests": 300_000,
            "monthly_budget_usd": 400,
        },
        "objective": "cost",
        "promise": "samples",
        "stop": "exhausted",
        "seed": 7,
    }
    filed = from_file(setup, tmp_path)

    walk.begin()
    walk.limit(
        margin="20",
        slices="vip 50",
        p95="0.8",
        p95_level="prefer",
        volume="300,000",
        budget="400",
    )
    walk.upload(rows)
    walk.score(
        prompt="Q: {input}\r\nA:",
        scorer="regex",
        options='{"pattern": "(yes|no)"}',
        max_output_tokens="16",
    )
    dear = {"input_per_1m": "5", "output_per_1m": "15"}
    cheap = {"input_per_1m": "0.5", "output_per_1m": "1,5"}
    walk.record("large", answers(1), role="reference", **dear)
    walk.record("small", answers(3), **cheap)
    walk.record("tiny", answers(30), parameters="1,000,000,000")
    walk.launch(promise="samples", seed="7")

    assert_same(services.run_inline(walk.run), filed)


@pytest.mark.shared_data
@pytest.mark.skipif(not DATA.is_dir(), reason=f"no recorded answers in {DATA}")
def test_real_recorded_answers_typed_into_the_form(walk: Walk, tmp_path: Path):
    names = ("gpt3-175b-finetuned", "gpt3-6b-finetuned", "gpt3-6b-verified")
    large, *small = (
        {"id": n, "engine": "recorded", "file": str(DATA / f"recorded/{n}.jsonl")}
        for n in names
    )
    setup = {
        "project": "School maths",
        "samples": str(DATA / "samples.jsonl"),
        "scorer": {"name": "numeric", **PATTERN},
        "reference": large,
        "candidates": [{**one, "parameters": 6_000_000_000} for one in small],
        "constraints": {"quality_margin": 0.05},
        "objective": "size",
        "stop": "exhausted",
    }
    filed = from_file(setup, tmp_path)

    walk = Walk(walk.client, walk.team, "school-maths")
    walk.begin(name="School maths")
    walk.upload((DATA / "samples.jsonl").read_bytes(), "samples.jsonl")
    walk.score(scorer="numeric", options=json.dumps(PATTERN))
    for name in names:
        content = (DATA / f"recorded/{name}.jsonl").read_bytes()
        if name == names[0]:
            walk.record(name, content, role="reference")
        else:
            walk.record(name, content, parameters="6,000,000,000")
    answer = walk.launch(objective="size")
    assert answer.status_code == 302
    run = services.run_inline(walk.run)

    assert_same(run, filed)
    assert decided(run)["recommended"] == "gpt3-6b-verified"
    values = {one["id"]: one["quality"]["value"] for one in decided(run)["candidates"]}
    published = (0.3472, 0.2168, 0.3904)
    for name, value in zip(names, published, strict=True):
        assert values[name] == pytest.approx(value, abs=0.002)
