"""What can the models of six tasks do? Prints the tables of docs/builtin-models.md.

Run `python -m advisor.tuning.task_judge [NAME ...]`. Every model answers the
hand-written packs in their own wording, the same packs in wordings that training never
saw, and generated examples of templates and words that were held back; the product's
own scorers judge. What was found is kept in `--work`, so that one model can be judged
at a time.
"""

import argparse
import json
import random
import sys
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from advisor import builtin
from advisor.builtin.training import mix
from advisor.builtin.training.wordings import prompt
from advisor.scoring.registry import scorer
from advisor.tuning.evaluate import answers
from advisor.tuning.judge import paired, share

# Task of the generator: name of its pack.
PACKS = {
    "intent": "tickets",
    "sentiment": "sentiment",
    "normalise": "normalise",
    "redact": "redact",
    "extract": "extract",
    "reading": "reading",
}
SETS = ("pack", "reworded", "generated")
UNUSED_SEED = 424242
GENERATED = 50
REWORDED = 50
MARGIN = 0.10

Asked = list[tuple[str, Any]]
Found = dict[str, dict[str, list[float]]]


def questions(task: str) -> dict[str, Asked]:
    """Give the prompts and expected answers of a task's three sets."""
    pack = builtin.sample_pack(PACKS[task])
    rng = random.Random(UNUSED_SEED)  # noqa: S311
    held = mix.worded(UNUSED_SEED, held=True, only=task)
    return {
        "pack": [
            (pack.prompt.replace("{input}", s["input"]), s["expected"])
            for s in pack.samples
        ],
        "reworded": [
            (prompt(task, s["input"], rng, held=True), s["expected"])
            for s in pack.samples[:: max(1, len(pack.samples) // REWORDED)][:REWORDED]
        ],
        "generated": [(text, drawn.answer) for drawn, text in islice(held, GENERATED)],
    }


def judge(folder: Path) -> Found:
    """Ask a model everything; scores in [0, 1] by task and set."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    found: Found = {}
    for task, name in PACKS.items():
        pack = builtin.sample_pack(name)
        by = scorer(pack.scorer)
        found[task] = {}
        for kind, asked in questions(task).items():
            said = answers(
                model,
                tokenizer,
                [text for text, _ in asked],
                max_tokens=pack.max_output_tokens,
            )
            found[task][kind] = [
                by.score(answer, expected).value
                for answer, (_, expected) in zip(said, asked, strict=True)
            ]
    return found


def right(scores: Sequence[float]) -> tuple[bool, ...]:
    """Tell which answers are right in every part."""
    return tuple(value == 1.0 for value in scores)


def rows(name: str, found: Found, reference: Found | None, tried: int) -> list[str]:
    """Write a line a task: shares right with interval, mean score, pairs."""
    lines = []
    for task, sets in found.items():
        shares = " | ".join(share(right(sets[kind])) for kind in SETS)
        mean = 100 * sum(sets["pack"]) / len(sets["pack"])
        against = "reference"
        if reference is not None:
            first, mine = right(reference[task]["pack"]), right(sets["pack"])
            against = paired(first, mine, MARGIN, tried)
        lines.append(f"{name} | {task} | {shares} | {mean:.1f} | {against}")
    lines.append(f"{name} | average | {averages(found)}")
    return lines


def averages(found: Mapping[str, Mapping[str, Sequence[float]]]) -> str:
    """Average the six shares of each set, in percent."""
    shares = [
        sum(100 * sum(right(s[kind])) / len(s[kind]) for s in found.values())
        / len(found)
        for kind in SETS
    ]
    return " | ".join(f"{value:.1f}" for value in shares)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the rows of the named models, the first of them as the reference."""
    parser = argparse.ArgumentParser(description=__doc__)
    known = [name for name in builtin.model_names() if name.startswith("tasks-")]
    parser.add_argument("names", nargs="*", default=known)
    parser.add_argument("--models", type=Path, default=builtin.MODELS)
    parser.add_argument("--work", type=Path, default=Path("var/training"))
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    reference: Found | None = None
    for name in options.names:
        kept = options.work / f"{name}.judged.json"
        if not kept.exists():
            found = judge(options.models / name)
            kept.write_text(json.dumps(found), encoding="utf-8")
        found = json.loads(kept.read_text(encoding="utf-8"))
        lines = rows(name, found, reference, len(options.names) - 1)
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        reference = reference or found
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
