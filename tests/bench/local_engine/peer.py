"""The peer, in an environment of its own: lm-evaluation-harness and plain `generate`.

`PYTHON peer.py FOLDER THREADS` reads one JSON object a line and answers with one. Times
are of the work alone; token numbers are given, so no tokenizer runs here. Imports
nothing of this project.
"""

import json
import sys
import time
from importlib.metadata import version

import torch


def say(message):
    """Write one line where no library writes."""
    OUT.write(json.dumps(message) + "\n")
    OUT.flush()


def weigh(harness, items, batch):
    """Return the log-likelihoods that the harness computes, choice by choice."""
    harness.batch_size_per_gpu = batch
    asked = [
        ((f"context {number}", f"choice {at}"), item["context"], choice)
        for number, item in enumerate(items)
        for at, choice in enumerate(item["choices"])
    ]
    found = harness._loglikelihood_tokens(asked, disable_tqdm=True)
    return [float(told) for told, _ in found]


@torch.inference_mode()
def write(model, items, batch):
    """Return the tokens of static batches, sorted by the length of the prompts."""
    order = sorted(range(len(items)), key=lambda at: -len(items[at]["context"]))
    found = [None] * len(items)
    for first in range(0, len(order), batch):
        rows = order[first : first + batch]
        longest = len(items[rows[0]]["context"])
        ids = torch.zeros(len(rows), longest, dtype=torch.long)
        seen = torch.zeros_like(ids)
        for at, row in enumerate(rows):
            context = torch.tensor(items[row]["context"])
            ids[at, longest - len(context) :] = context
            seen[at, longest - len(context) :] = 1
        made = model.generate(
            ids.to(model.device),
            attention_mask=seen.to(model.device),
            max_new_tokens=max(items[row]["limit"] for row in rows),
            do_sample=False,
            eos_token_id=None,
            pad_token_id=0,
        )
        for at, row in enumerate(rows):
            new = made[at, longest:].tolist()
            found[row] = new[: items[row]["limit"]]
    return found


def serve(folder, threads):
    """Answer until the input ends."""
    from lm_eval.models.huggingface import HFLM

    torch.set_num_threads(threads)
    harness = HFLM(pretrained=folder, dtype="float32", device="cpu", batch_size=1)
    names = ("lm_eval", "torch", "transformers")
    say({"versions": {name: version(name) for name in names}})
    for line in sys.stdin:
        asked = json.loads(line)
        work = weigh if asked["work"] == "weigh" else write
        model = harness if asked["work"] == "weigh" else harness.model
        wall, cpu = time.perf_counter(), time.process_time()
        result = work(model, asked["items"], asked["batch"])
        say(
            {
                "wall_s": time.perf_counter() - wall,
                "cpu_s": time.process_time() - cpu,
                "result": result,
            }
        )


if __name__ == "__main__":
    OUT = sys.stdout
    sys.stdout = sys.stderr
    serve(sys.argv[1], int(sys.argv[2]))
