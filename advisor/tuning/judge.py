"""What can the built-in models do? Prints the tables of docs/builtin-models.md.

Run `python -m advisor.tuning.judge`. Accuracy stands on the hand-written pack, on the
pack under a reworded instruction, and on generated tickets of an unused seed; each with
a Wilson 95 % interval, and the pack also paired with the first model (Tango's score
test at the pack's margin). Speed is one request at a time, one thread, fp32.
"""

import argparse
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from advisor import builtin
from advisor.builtin.training import tickets
from advisor.sizing.comparison import Pairs, tango_certifies, tango_interval
from advisor.sizing.intervals import wilson
from advisor.tuning.evaluate import answers
from advisor.tuning.quantise import measure_speed

Right = tuple[bool, ...]

UNUSED_SEED = 999
GENERATED = 400
REWORDED = (
    "Which desk should deal with this? Possible desks: sales, feature, cancellation, "
    "bug, login, delivery, refund, billing.\nCustomer wrote: {input}\nDesk:"
)


def right(folder: Path) -> dict[str, Right]:
    """Ask a model everything; True for each right answer, by set."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    pack = builtin.sample_pack("tickets")
    texts = [sample["input"] for sample in pack.samples]
    wanted = [sample["expected"] for sample in pack.samples]
    drawn = list(islice(tickets.tickets(UNUSED_SEED), GENERATED))
    asked = {
        "pack": ([pack.prompt.format(input=text) for text in texts], wanted),
        "reworded": ([REWORDED.format(input=text) for text in texts], wanted),
        "generated": (
            [pack.prompt.format(input=ticket.text) for ticket in drawn],
            [ticket.intent for ticket in drawn],
        ),
    }
    found: dict[str, Right] = {}
    for name, (prompts, expected) in asked.items():
        said = answers(model, tokenizer, prompts)
        found[name] = tuple(a == e for a, e in zip(said, expected, strict=True))
    return found


def speed(folder: Path) -> str:
    """Time a model on thirty tickets of the pack."""
    pack = builtin.sample_pack("tickets")
    prompts = [pack.prompt.format(input=s["input"]) for s in pack.samples[:30]]
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    found = measure_speed(model, tokenizer, prompts, "fp32")
    return f"{found.ttft_ms:.1f} | {found.tokens_per_second:.0f}"


def share(values: Right) -> str:
    """Write a share of right answers with its Wilson 95 % interval, in percent."""
    interval = wilson(sum(values), len(values))
    value = f"{100 * sum(values) / len(values):.1f}"
    if interval is None:
        return value
    return f"{value} ({100 * interval.low:.1f} to {100 * interval.high:.1f})"


def paired(reference: Right, candidate: Right, margin: float, tried: int) -> str:
    """Compare two models sample by sample: difference, interval, p at the margin."""
    pairs = Pairs(
        reference=sum(r and not c for r, c in zip(reference, candidate, strict=True)),
        candidate=sum(c and not r for r, c in zip(reference, candidate, strict=True)),
        n=len(reference),
    )
    least, most = tango_interval(pairs, 0.05 / tried, 0.10 / tried)
    gain = (pairs.candidate - pairs.reference) / pairs.n
    bounds = f"{-100 * most:+.1f} to {-100 * least:+.1f}"
    return f"{100 * gain:+.1f} ({bounds}), p {tango_certifies(pairs, margin):.4f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one row a model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=builtin.MODELS)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    margin = builtin.sample_pack("tickets").constraints["quality_margin"]
    tried = len(builtin.model_names()) - 1
    reference: Right | None = None
    for name in builtin.model_names():
        folder = options.models / name
        found = right(folder)
        reference = reference or found["pack"]
        shares = " | ".join(share(values) for values in found.values())
        against = paired(reference, found["pack"], margin, tried)
        sys.stdout.write(f"{name} | {shares} | {against} | {speed(folder)}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
