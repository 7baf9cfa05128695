import json
import re
from pathlib import Path

import pytest

from advisor.sizing.constraints import parse
from advisor.sizing.measurement import Case, Evidence
from advisor.sizing.recommendation import decide

FOLDER = Path(__file__).parents[3] / "shared/data/gsm8k_gpt3"
ANSWER = re.compile(r"A:\s*(.+)$", re.MULTILINE)

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not FOLDER.exists(), reason=f"no data in {FOLDER}"),
]


def scored(model: str) -> tuple[float, ...]:
    """Return 1 where what follows "A:" is the expected number, else 0."""
    outputs = {line["id"]: line["output"] for line in lines(f"recorded/{model}.jsonl")}
    return tuple(
        float(number(outputs[sample["id"]]) == number(f"A: {sample['expected']}"))
        for sample in lines("samples.jsonl")
    )


def lines(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]


def number(output: str) -> float | None:
    found = ANSWER.search(output)
    text = found.group(1).replace(",", "").replace("$", "") if found else ""
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text.strip()) else None


def the_case(**limits: float) -> Case:
    reference = Evidence(
        id="gpt3-175b-finetuned", role="reference", scores=scored("gpt3-175b-finetuned")
    )
    candidates = tuple(
        Evidence(id=name, position=at, scores=scored(name))
        for at, name in enumerate(("gpt3-6b-finetuned", "gpt3-6b-verified"))
    )
    return Case(
        evidence=(reference, *candidates),
        constraints=parse({"quality_margin": 0.05, **limits}),
        samples=len(reference.scores),
        stop="exhausted",
    )


def test_the_verified_small_model_is_recommended():
    found = decide(the_case())
    quality = {one.id: one.quality.figure for one in found.findings}
    assert {name: figure and figure.value for name, figure in quality.items()} == {
        "gpt3-175b-finetuned": pytest.approx(0.3472, abs=0.002),
        "gpt3-6b-finetuned": pytest.approx(0.2168, abs=0.002),
        "gpt3-6b-verified": pytest.approx(0.3904, abs=0.002),
    }
    assert (found.outcome, found.recommended) == ("recommended", "gpt3-6b-verified")
    assert found.sentence == (
        "Use gpt3-6b-verified: it scores 39.0% ± 2.7, 112.4% of the reference's "
        "quality. It is the only one of 2 candidates that meets every constraint: it "
        "is at least 1.5 points better than the reference on requests like your "
        "samples, where you allow a loss of 5.0 points."
    )


def test_with_a_minimum_of_half_none_qualifies():
    found = decide(the_case(min_quality=0.5))
    assert (found.outcome, found.keep_reference) == ("none_qualifies", False)
