"""How fast is the local engine on a GPU beside plain batches of transformers?

`scripts/bench/local_engine gpu`. On a random Llama of a real shape, made there by seed:
the four cells of choices against batched passes (one row a choice; one row a context
where every choice is one token, as lm-evaluation-harness does), and writing with forced
lengths against static batches of `generate`. The peer's batch size is the best of
several. Both sides take turns; ratios are medians of wall time. --small tries it out
with a tiny model, on a processor too.
"""

import argparse
import json
import statistics
import time
from importlib.metadata import version
from pathlib import Path

import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM

from tests.bench.local_engine import workloads
from tests.bench.local_engine.figures import interval, largest_error
from tests.bench.local_engine.model import save_tokenizer
from tests.bench.local_engine.peer import write
from tests.bench.local_engine.sides import Ours, Took

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "var" / "bench" / "local-engine-gpu"
KINDS = {"bf16": torch.bfloat16, "fp32": torch.float32}
SHAPE = {
    "hidden_size": 2048,
    "intermediate_size": 5632,
    "num_hidden_layers": 16,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
}
SMALL = SHAPE | {
    "hidden_size": 128,
    "intermediate_size": 256,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}


def make(folder, shape, device):
    """Save the model in bfloat16, which both precisions can be loaded from."""
    torch.manual_seed(0)
    config = LlamaConfig(
        **shape,
        vocab_size=workloads.WORDS,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
        dtype=torch.bfloat16,
    )
    with torch.device(device):
        model = LlamaForCausalLM(config).to(torch.bfloat16)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.03)
    model.generation_config.eos_token_id = None
    model.save_pretrained(folder)
    save_tokenizer(folder)


class Plain:
    """The peer: transformers alone, in this process."""

    def __init__(self, folder, kind, device):
        found = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=kind)
        self.model = found.eval().to(device)
        self.device = device

    def weigh(self, items, batch):
        """Return the log-likelihood of every choice, in the order of the items."""
        return self._timed(self._weigh, items, batch)

    def write(self, items, batch):
        """Return the tokens of static batches."""
        return self._timed(lambda *given: write(self.model, *given), items, batch)

    def written_alone(self, item, written):
        """Say whether a pass over one prompt foretells each of the tokens written."""
        row = torch.tensor([[*item["context"], *written[:-1]]], device=self.device)
        with torch.inference_mode():
            logits = self.model(row, use_cache=False).logits[0]
        best = logits[len(item["context"]) - 1 :].argmax(-1)
        return best.tolist() == written

    def _timed(self, work, items, batch):
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        started = time.perf_counter()
        result = work(items, batch)
        return Took(time.perf_counter() - started, 0.0, result)

    @torch.inference_mode()
    def _weigh(self, items, batch):
        rows = [row for item in items for row in _rows(item)]
        order = sorted(range(len(rows)), key=lambda at: -len(rows[at][0]))
        found = [None] * len(rows)
        for first in range(0, len(order), batch):
            chosen = order[first : first + batch]
            longest = len(rows[chosen[0]][0])
            ids = [rows[at][0] + [0] * (longest - len(rows[at][0])) for at in chosen]
            logits = self.model(
                torch.tensor(ids, device=self.device), use_cache=False
            ).logits
            for number, at in enumerate(chosen):
                _, begin, targets = rows[at]
                found[at] = _told(logits[number, begin:], targets)
            for at in chosen:
                found[at] = found[at].tolist()
        return [one for told in found for one in told]


def _rows(item):
    """Return (tokens, first row that foretells, choices) of each row of a batch."""
    context, choices = item["context"], item["choices"]
    if all(len(choice) == 1 for choice in choices):
        return [(context, len(context) - 1, choices)]
    return [(context + choice[:-1], len(context) - 1, [choice]) for choice in choices]


def _told(logits, choices):
    """Return the log-likelihood of each choice; all begin at the first row."""
    size = len(choices[0])
    likely = logits[:size].float().log_softmax(-1)
    at = torch.tensor(choices, device=logits.device).T
    return likely.gather(-1, at).sum(0)


def measured(ours, theirs, items, sizes, rounds):
    """Find the peer's best size, then let both take turns."""
    ours(items)
    # Twice: a shape that is new takes many times as long.
    sweep = {}
    for size in sizes:
        sweep[size] = min(theirs(items, size).wall_s for _ in range(2))
    best = min(sweep, key=sweep.get)
    pairs = [(ours(items), theirs(items, best)) for _ in range(rounds)]
    row = {
        "samples": len(items),
        "batch": best,
        "sweep_s": sweep,
        "ratio": interval([other.wall_s / own.wall_s for own, other in pairs]),
        "ours_per_s": len(items) / statistics.median(own.wall_s for own, _ in pairs),
        "theirs_per_s": len(items) / statistics.median(b.wall_s for _, b in pairs),
    }
    return row, pairs[-1]


def choices(ours, peer, size, cell):
    tokens, prefix = cell
    items = workloads.choice_items(size.items, size=tokens, prefix=prefix, seed=1)
    row, last = measured(ours.weigh, peer.weigh, items, size.batches, size.rounds)
    return row | {
        "largest_error": largest_error(last[0].result, last[1].result),
    }


def writing(ours, peer, size, spread):
    items = workloads.writing_items(size.writes, spread=spread, seed=2)
    sizes = [size.writes // 2, size.writes]
    row, last = measured(ours.write, peer.write, items, sizes, size.rounds)
    own, static = last[0].result, last[1].result
    return row | {
        "tokens_per_s": row["ours_per_s"] * statistics.mean(map(len, own)),
        "identical_to_batch_1": sum(map(peer.written_alone, items, own)) / len(own),
        "identical_to_static": sum(map(list.__eq__, own, static)) / len(own),
        "static_to_batch_1": sum(map(peer.written_alone, items, static)) / len(own),
    }


def peak(device):
    return torch.cuda.max_memory_reserved() if device.type == "cuda" else None


def parts(precision, folder, size, device):
    """Yield (name, row) of one precision."""
    started = time.perf_counter()
    ours = Ours(folder, size.threads, precision=precision)
    yield (
        "open",
        {"seconds": time.perf_counter() - started}
        | {
            "load_ms": ours.facts.load_ms,
            "versions": dict(ours.facts.versions),
            "isolation": dict(ours.facts.isolation),
        },
    )
    peer = Plain(folder, KINDS[precision], device)
    work = {f"choices-{c[0]}-{c[1]}": (choices, c) for c in workloads.CELLS}
    work |= {f"writing-{spread}": (writing, spread) for spread in size.spreads}
    wanted = [name for name in work if name.split("-")[0] in size.parts]
    for name in wanted:
        run, what = work[name]
        try:
            row = run(ours, peer, size, what)
        except Exception as error:
            yield name, {"error": repr(error)[:500]}
            continue
        yield name, row | {"memory": ours.engine.facts().peak_memory_bytes}
    yield "peer", {"memory": peak(device)}
    ours.close()


def chosen(given):
    parser = argparse.ArgumentParser(
        prog="scripts/bench/local_engine gpu", description=__doc__
    )
    parser.add_argument("--precision", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--parts", nargs="+", default=["choices", "writing"])
    parser.add_argument("--spreads", nargs="*", type=float, default=[1.0, 0.5])
    parser.add_argument("--items", type=int, default=256)
    parser.add_argument("--writes", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--batches", type=int, nargs="+", default=[32, 128, 512])
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--out", type=Path, default=FOLDER.with_suffix(".json"))
    return parser.parse_args(given)


def main(given=None):
    size = chosen(given)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.type == "cpu" and not size.small:
        raise SystemExit("This needs a GPU that torch can use; --small tries it out.")
    folder = FOLDER.with_name(FOLDER.name + ("-small" if size.small else ""))
    if not (folder / "tokenizer.json").exists():
        make(folder, SMALL if size.small else SHAPE, device)
    document = {
        "device": torch.cuda.get_device_name() if device.type == "cuda" else "cpu",
        "date": time.strftime("%Y-%m-%d"),
        "versions": {name: version(name) for name in ("torch", "transformers")},
        "seeds": {"choices": 1, "writing": 2, "model": 0, "bootstrap": 0},
        "rows": {},
    }
    for precision in size.precision:
        for name, row in parts(precision, folder, size, device):
            document["rows"][f"{precision} {name}"] = row
            print(precision, name, json.dumps(row), flush=True)
            size.out.parent.mkdir(parents=True, exist_ok=True)
            size.out.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
