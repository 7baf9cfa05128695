"""Do races over real recorded answers end where all answers end?"""

import json
import re
from itertools import permutations
from pathlib import Path

import numpy as np

from advisor.sizing.sequential import Certifier

FOLDER = Path(__file__).parents[4] / "shared/data/gsm8k_gpt3"
MODELS = (
    "gpt3-6b-finetuned",
    "gpt3-6b-verified",
    "gpt3-175b-finetuned",
    "gpt3-175b-verified",
)
ANSWER = re.compile(r"A:\s*(.+)$", re.MULTILINE)


def run(orders: int) -> dict[str, object]:
    """Return, for each ordered pair of models, the verdict and the calls it saved."""
    if not FOLDER.exists():
        return {"skipped": f"no data in {FOLDER}"}
    scores = {name: _scores(name) for name in MODELS}
    found: dict[str, object] = {}
    agreed = total = first = 0
    for reference, candidate in permutations(MODELS, 2):
        losses = scores[reference] - scores[candidate]
        within = losses.sum() <= 0.05 * losses.size + 1e-9
        taken = []
        for seed in range(max(orders, 3)):
            order = np.random.default_rng(seed).permutation(losses.size)
            one = Certifier(0.05, 0.05, 0.10, losses.size, "samples")
            for loss in losses[order].tolist():
                if one.update(loss):
                    break
            taken.append(one.n)
            same = one.verdict == ("non_inferior" if within else "inferior")
            agreed, total, first = agreed + same, total + 1, first + (same and not seed)
        found[f"{candidate} against {reference}"] = {
            "verdict of all": "non_inferior" if within else "inferior",
            "calls saved": round(losses.size / float(np.mean(taken)), 2),
        }
    return {
        "pairs whose first order ends as all": f"{first} of {len(found)}",
        "orders that end as all": round(agreed / total, 4),
        "pairs": found,
    }


def _scores(model: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    samples = _lines("samples.jsonl")
    outputs = {line["id"]: line["output"] for line in _lines(f"recorded/{model}.jsonl")}
    return np.array(
        [
            float(_number(outputs[one["id"]]) == _number(f"A: {one['expected']}"))
            for one in samples
        ]
    )


def _lines(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]


def _number(output: str) -> float | None:
    found = ANSWER.search(output)
    text = found.group(1).replace(",", "").replace("$", "") if found else ""
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text.strip()) else None
